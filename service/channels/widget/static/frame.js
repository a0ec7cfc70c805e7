// The frame and the page around it speak of two things only, opening and closing, and the size of the panel.

const hosts = new Set([location.origin, ...document.body.dataset.hosts.split(" ").filter(Boolean)]);
const inside = window.parent !== window;

function host() {
  const named = location.ancestorOrigins?.[0] ?? decodeURIComponent(location.hash.slice(1));
  return hosts.has(named) ? named : null;
}

function tell(message) {
  const around = inside ? host() : null;
  if (around) window.parent.postMessage(message, around);
}

export const embedded = inside;
export const close = () => tell({ tiaowen: "close" });
export const widen = (wide) => tell({ tiaowen: "resize", wide });

/** `enter` is called whenever the panel has been opened. */
export function whenOpened(enter) {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !hosts.has(event.origin)) return;
    if (event.data?.tiaowen === "opened") enter();
  });
}
