// What every page of the console shares: elements made of text nodes, requests with the session's token, keys, copying.

const csrf = document.querySelector("meta[name=csrf]").content;
const said = document.querySelector("#said");
const help = document.querySelector("#help");

/** element("p", {className: "muted"}, "text", child, …); what is null is left out. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

/** Said to screen readers and shown for a moment. */
export function say(text) {
  said.textContent = text;
  said.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.classList.remove("shown"), 4000);
}

/** The JSON of an answer; a session that has ended leads to the sign-in page. Throws Error with a Chinese message. */
export async function request(path, options = {}) {
  const response = await fetch(path, { ...options, redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 403) {
    throw new Error("登录已经结束，请重新登录（刷新本页）");
  }
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(body.error.message);
  return body;
}

export function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF": csrf };
  return request(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Says what went wrong instead of failing in silence; an abandoned search is nothing wrong. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") say(error.message);
    return null;
  }
}

export async function copy(text) {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
  } else {
    const held = element("textarea", { value: text, className: "unseen" });
    document.body.append(held);
    held.select();
    document.execCommand("copy");
    held.remove();
  }
  say("已复制原文和出处");
}

/** Whether keys are letters of a text just now. */
export function typing(target) {
  return target.matches("input, textarea, select");
}

const REASONS = { wrong: "说错了", unclear: "没说清", incomplete: "没说全", outdated: "过时了", other: "别的" };

/** Right, wrong and why, or: nobody could answer this. */
export function judgement(answerId, question) {
  const reason = element("select", {}, Object.entries(REASONS).map(([value, text]) => element("option", { value }, text)));
  reason.setAttribute("aria-label", "哪里不对");
  const bar = element("div", { className: "judgement" });
  const judge = (verdict) =>
    attempt(async () => {
      const why = verdict === "wrong" ? reason.value : null;
      await post(`/console/answers/${encodeURIComponent(answerId)}/judgement`, { verdict, reason: why });
      bar.replaceChildren(element("span", { className: "muted" }, verdict === "right" ? "已记：答对了" : `已记：答错了（${REASONS[why]}）`), queue);
      say("已记下");
    });
  const queue = button("放进待解答", () =>
    attempt(async () => {
      await post("/console/unanswered", { question, answer_id: answerId });
      queue.replaceWith(element("a", { href: "/console/unanswered" }, "已放进待解答"));
      say("已放进待解答");
    }),
  );
  bar.append(button("答对了", () => judge("right")), element("span", { className: "pair" }, button("答错了", () => judge("wrong")), reason), queue);
  return bar;
}

export function button(text, onclick, className = "quiet") {
  return element("button", { type: "button", className, onclick }, text);
}

document.querySelector("#help-open").addEventListener("click", () => help.showModal());
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || typing(event.target) || help.open) return;
  event.preventDefault();
  help.showModal();
});
