// The page in the frame: puts the parts together and listens to the controls.

import { QUESTION_LIMIT, Trouble, handOver } from "./api.js";
import { clauseWindow } from "./clause.js";
import { Conversation } from "./conversation.js";
import { remember, remembered } from "./elements.js";
import { familyWindow } from "./family.js";
import { close, embedded, whenOpened, widen } from "./frame.js";

const part = (id) => document.getElementById(id);
const box = part("question");
const log = part("log");
const notice = part("notice").textContent;

const say = (text) => (part("said").textContent = text);
const open = clauseWindow();
const family = familyWindow(open, notice);
const conversation = new Conversation(log, say, open, notice);

function count() {
  part("count").textContent = `${box.value.length}/${QUESTION_LIMIT}`;
}

async function send(question) {
  const text = question.trim();
  if (!text) {
    say("请先写下您的问题");
    box.focus();
    return;
  }
  box.value = text;
  count();
  part("welcome").hidden = true;
  const answered = await conversation.ask(text);
  if (answered && box.value.trim() === text) box.value = ""; // not what has been typed since
  count();
}

function enlarge(on) {
  document.documentElement.classList.toggle("large", on);
  part("large").setAttribute("aria-pressed", String(on));
  remember("large", String(on));
  widen(on);
}

async function person() {
  const told = part("person-said");
  if (!told.open) told.showModal();
  const text = part("person-text");
  if (!conversation.id) {
    text.textContent = "您还没有提问。可以先在下面写下问题，再点“转人工”；着急的事请直接拨打12345。";
    return;
  }
  text.textContent = "正在转给工作人员……";
  try {
    text.textContent = (await handOver(conversation.id)).message;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    text.textContent = `${error.message}也可以直接拨打12345。`;
  }
}

part("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  send(box.value);
});
box.addEventListener("input", count);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send(box.value);
});
for (const one of document.querySelectorAll(".suggested button")) {
  one.addEventListener("click", () => send(one.textContent));
}
part("large").addEventListener("click", () => enlarge(!document.documentElement.classList.contains("large")));
part("family").addEventListener("click", family);
part("person").addEventListener("click", person);
part("person-close").addEventListener("click", () => part("person-said").close());
part("close").hidden = !embedded;
part("close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
});
whenOpened(() => {
  const touch = matchMedia("(pointer: coarse)").matches; // there the keyboard would cover half of the panel
  (touch ? part("title") : box).focus();
});
if (remembered("large") === "true") enlarge(true);
count();
part("send").disabled = false; // until here a press would have reloaded the page
