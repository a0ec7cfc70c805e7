// Search as one types; choose, open, copy and ask by keyboard.
import { attempt, copy, element, post, request, typing } from "./console.js";
import { answerCard, clauseCard, marked } from "./answer.js";
import { said } from "./tables.js";

const PAUSE = 90;
const BEFORE = 16;
const SEEN = 70;

const form = document.querySelector("#search");
const box = document.querySelector("#q");
const list = document.querySelector("#hits");
const count = document.querySelector("#count");
const nothing = document.querySelector("#nothing");
const blank = document.querySelector("#blank");
const clausePanel = document.querySelector("#clause");
const answerPanel = document.querySelector("#answer");
const day = document.querySelector("#on");
const ofDocument = document.querySelector("#document");

let hits = [];
let chosen = -1;
let opened = null;
let pasted = "";
let conversation = null;
let turn = 0;
let waiting = null;
let searching = null;
let search = Promise.resolve();

const on = () => day.value || day.dataset.today;

function searchSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(searchNow, PAUSE);
}

function searchNow() {
  clearTimeout(waiting);
  waiting = null;
  searching?.abort();
  search = find(box.value.trim());
  return search;
}

async function find(text) {
  if (!text) {
    show([]);
    return;
  }
  searching = new AbortController();
  const asked = new URLSearchParams({ q: text, on: on() });
  if (ofDocument.value) asked.set("document", ofDocument.value);
  const found = await attempt(() => request(`/console/search?${asked}`, { signal: searching.signal }));
  if (found) show(found.hits, found.took_ms);
}

function show(found, tookMs = 0) {
  hits = found.map((hit) => ({ ...hit, text: said(hit.text) }));
  chosen = -1;
  list.replaceChildren(...hits.map(row));
  box.setAttribute("aria-expanded", String(hits.length > 0));
  box.removeAttribute("aria-activedescendant");
  count.textContent = hits.length ? `${hits.length} 条 · ${tookMs} 毫秒` : "";
  nothing.hidden = hits.length > 0;
}

/** Where to begin: where most of the matched words stand together. */
function beginning(hit) {
  const text = hit.text.toLowerCase();
  const words = hit.matched.filter((word) => word.length > 1);
  const places = words.flatMap((word) => placesOf(word, text));
  const together = (place) => words.filter((word) => text.slice(place, place + SEEN).includes(word)).length;
  const best = places.toSorted((one, other) => together(other) - together(one) || one - other)[0] ?? 0;
  return best > SEEN / 2 ? best - BEFORE : 0;
}

function placesOf(word, text) {
  const places = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) places.push(at);
  return places;
}

function row(hit, n) {
  const from = beginning(hit);
  const item = element("li", { id: `hit-${n}`, onclick: () => openHit(n) },
    element("p", { className: "place" },
      element("strong", {}, hit.label),
      element("span", {}, hit.document_title),
      hit.in_force ? null : element("span", { className: "tag waiting" }, "不在施行期"),
      hit.verbatim ? null : element("span", { className: "tag" }, "摘要")),
    element("p", { className: "excerpt" }, from ? "…" : "", marked(hit.text.slice(from), hit.matched)),
    element("p", { className: "why" }, `因为：${hit.why.join("、")}`, hit.asked_as ? element("span", {}, `　有人问过“${hit.asked_as}”`) : null));
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  return item;
}

function choose(n) {
  if (!hits.length) return;
  list.children[chosen]?.setAttribute("aria-selected", "false");
  chosen = Math.max(-1, Math.min(n, hits.length - 1));
  const item = list.children[chosen];
  item?.setAttribute("aria-selected", "true");
  item?.scrollIntoView({ block: "nearest" });
  if (item) box.setAttribute("aria-activedescendant", item.id);
  else box.removeAttribute("aria-activedescendant");
}

function openHit(n) {
  choose(n);
  return open(hits[n].ref, hits[n].matched);
}

async function open(ref, matched = []) {
  const [document_, locator] = ref.split("#").map(encodeURIComponent);
  const found = await attempt(() => request(`/console/clauses/${document_}/${locator}?on=${on()}`));
  if (!found) return;
  opened = found.clause;
  pasted = found.pasted;
  clausePanel.replaceChildren(...clauseCard(found, matched, (next) => open(next)).filter(Boolean));
  reveal(clausePanel);
}

async function ask(question, facts = {}) {
  if (!question) return;
  const body = { question, on: on(), facts };
  if (conversation) body.conversation_id = conversation;
  const answered = await attempt(() => post("/console/ask", body));
  if (!answered) return;
  conversation = answered.answer.conversation_id;
  turn += 1;
  opened = null;
  clausePanel.hidden = true;
  pasted = answered.pasted[0] ?? "";
  const again = (fact, value, label) => ask(label, { [fact]: value });
  answerPanel.replaceChildren(...answerCard(answered, question, turn, again).filter(Boolean));
  reveal(answerPanel);
}

function reveal(panel) {
  blank.hidden = true;
  panel.hidden = false;
  panel.parentElement.scrollTop = 0;
  panel.focus({ preventScroll: true });
}

/** The next caller. */
function clear() {
  box.value = "";
  ofDocument.value = "";
  day.value = day.dataset.today;
  [opened, pasted, conversation, turn] = [null, "", null, 0];
  searching?.abort();
  clearTimeout(waiting);
  show([]);
  clausePanel.hidden = answerPanel.hidden = true;
  blank.hidden = false;
  box.focus();
}

/** A chosen result opens, and so does one that was named by its number; anything else is asked. */
async function enter() {
  if (chosen >= 0) return openHit(chosen);
  await (waiting ? searchNow() : search);
  return hits[0]?.why.includes("编号") ? openHit(0) : ask(box.value.trim());
}

function keyInBox(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    enter();
  }
}

function keyOutside(event) {
  const neighbour = { ArrowLeft: opened?.previous, ArrowRight: opened?.next }[event.key];
  if (neighbour) open(neighbour);
  else if (event.key === "c" && pasted && !event.ctrlKey && !event.metaKey) copy(pasted);
  else if (event.key === "/") {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    box.focus();
    keyInBox(event);
  }
}

box.addEventListener("input", (event) => event.isComposing || searchSoon());
box.addEventListener("compositionend", searchSoon);
box.addEventListener("keydown", (event) => event.isComposing || keyInBox(event));
for (const filter of [day, ofDocument]) filter.addEventListener("change", searchNow);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value.trim());
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") clear();
  else if (!typing(event.target)) keyOutside(event);
});

const wanted = new URLSearchParams(location.search).get("clause");
if (wanted) open(wanted);
if (box.value) searchNow(); // typed while this file was on its way
