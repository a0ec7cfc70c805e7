// <script type="module" src="https://…/widget.js"></script>: a button in the corner that opens the service in a frame.
// The frame is of the service's own origin, so the page around it can neither read nor rewrite an answer.

const FRAME = new URL("./widget", import.meta.url);
const NAME = "tiaowen-widget";

const STYLE = `
:host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; display: block;
  font-family: "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif; }
[hidden] { display: none !important; }
button { display: block; margin: 0 0 0 auto; min-height: 52px; padding: 12px 22px; border: 2px solid #fff;
  border-radius: 26px; background: #15508f; color: #fff; font: inherit; font-size: 18px; font-weight: 600;
  letter-spacing: 1px; cursor: pointer; box-shadow: 0 3px 14px rgb(0 0 0 / 30%); }
button:hover { background: #0f3f73; }
button:focus-visible { outline: 3px solid #ffbf47; outline-offset: 2px; }
section { width: min(420px, calc(100vw - 24px)); height: min(640px, calc(100vh - 112px)); margin: 0 0 12px;
  border-radius: 12px; overflow: hidden; background: #fff; border: 1px solid #b9c4d3;
  box-shadow: 0 8px 32px rgb(0 0 0 / 28%); }
section.wide { width: min(560px, calc(100vw - 24px)); height: calc(100vh - 112px); }
iframe { display: block; width: 100%; height: 100%; border: 0; }
@media (max-width: 599px), (max-height: 479px) {
  section, section.wide { position: fixed; left: 0; right: 0; bottom: 0; width: auto; height: 92vh; height: 92dvh;
    margin: 0; border-radius: 14px 14px 0 0; border-width: 1px 0 0; }
  section:not([hidden]) + button { display: none; }
  :host { right: 14px; bottom: calc(14px + env(safe-area-inset-bottom)); }
}
@media print { :host { display: none; } }
`;

class Widget extends HTMLElement {
  #button;
  #panel;
  #frame;

  connectedCallback() {
    if (this.#button) return;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.textContent = "政策问答";
    this.#button.setAttribute("aria-haspopup", "dialog");
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.addEventListener("click", () => (this.#panel.hidden ? this.#open() : this.#close()));
    this.#panel = document.createElement("section");
    this.#panel.hidden = true;
    this.#panel.setAttribute("role", "dialog");
    this.#panel.setAttribute("aria-label", "政策问答");
    root.append(this.#panel, this.#button);
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
    window.addEventListener("message", this.#hear);
  }

  disconnectedCallback() {
    window.removeEventListener("message", this.#hear);
  }

  #open() {
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    if (this.#frame) {
      this.#enter();
      return;
    }
    this.#frame = document.createElement("iframe");
    this.#frame.title = "政策问答";
    this.#frame.allow = "clipboard-write";
    this.#frame.src = `${FRAME.href}#${encodeURIComponent(location.origin)}`;
    this.#frame.addEventListener("load", () => this.#enter());
    this.#panel.append(this.#frame);
  }

  #enter() {
    this.#frame.focus();
    this.#frame.contentWindow.postMessage({ tiaowen: "opened" }, FRAME.origin);
  }

  #close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    this.#button.focus();
  }

  #hear = (event) => {
    if (event.origin !== FRAME.origin || event.source !== this.#frame?.contentWindow) return;
    if (event.data?.tiaowen === "close") this.#close();
    if (event.data?.tiaowen === "resize") this.#panel.classList.toggle("wide", event.data.wide === true);
  };
}

if (!customElements.get(NAME)) {
  customElements.define(NAME, Widget);
  if (!document.querySelector(NAME)) document.body.append(document.createElement(NAME));
}
