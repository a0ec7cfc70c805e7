// What can be done with an answer: copy it, print it, have it read aloud, say what one thinks of it.

import { Trouble, judge } from "./api.js";
import { plainText } from "./answer.js";
import { button, freshId, make } from "./elements.js";
import { readAloud } from "./speech.js";

const REASONS = { wrong: "说错了", unclear: "看不懂", incomplete: "没答全", outdated: "过时了", other: "其他" };

export function actions(answer, notice, say) {
  const address = new URL(`a/${encodeURIComponent(answer.answer_id)}`, document.baseURI).href;
  const element = make("div", { class: "actions" });
  const row = make(
    "div",
    { class: "row" },
    button("复制", () => copy(plainText(answer, address, notice), element, say), { class: "plain" }),
    make("a", { class: "plain", href: address, target: "_blank", rel: "noopener", text: "打印、转发" }),
    readAloud(answer.text),
  );
  element.append(row, feedback(answer.answer_id, say));
  return element;
}

async function copy(text, element, say) {
  try {
    await navigator.clipboard.writeText(text);
    say("已经复制，带着出处");
  } catch {
    const box = make("textarea", { class: "copied", readonly: true, rows: "6", "aria-label": "要复制的内容" });
    box.value = text;
    element.querySelector(".copied")?.remove();
    element.append(box);
    box.focus();
    box.select();
    say("浏览器不让自动复制，已经替您选中，请再按一次复制");
  }
}

function feedback(id, say) {
  const line = make("div", { class: "row feedback", role: "group", "aria-label": "这个回答有没有帮助" });
  const send = async (verdict, reason) => {
    try {
      await judge(id, verdict, reason);
      line.replaceChildren(make("span", { text: "谢谢，已经记下。" }));
      say("谢谢，已经记下");
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      say(error.message);
    }
  };
  line.append(
    make("span", { text: "有帮助吗？" }),
    button("有帮助", () => send("helpful"), { class: "plain" }),
    button("没帮助", () => askWhy(line, send), { class: "plain" }),
  );
  return line;
}

function askWhy(line, send) {
  const group = freshId("reason");
  const radios = Object.entries(REASONS).map(([value, label]) => {
    const id = freshId("why");
    return make("label", { for: id }, make("input", { type: "radio", name: group, value, id }), make("span", { text: label }));
  });
  const form = make(
    "form",
    {},
    make("fieldset", {}, make("legend", { text: "哪里不好？" }), make("div", { class: "options" }, ...radios)),
    make("button", { type: "submit", class: "primary", text: "告诉我们" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send("unhelpful", form.querySelector("input:checked")?.value);
  });
  line.replaceChildren(form);
  form.querySelector("input").focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}
