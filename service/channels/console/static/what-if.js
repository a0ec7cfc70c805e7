// One fact changed: computed at once, and what it changed in the working is marked.
import { attempt, element, post } from "./console.js";

const PAUSE = 250;

const form = document.querySelector("#facts");
const choose = document.querySelector("#choose");
const day = document.querySelector("#day");
const result = document.querySelector("#result");

let previous = null;
let waiting = null;
let latest = 0;

function told() {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  return Object.fromEntries(filled);
}

async function compute() {
  clearTimeout(waiting);
  const facts = told();
  const mine = (latest += 1);
  const body = { facts, previous, on: day.value || null };
  const computed = await attempt(() => post(`/console/benefits/${form.dataset.benefit}/what-if`, body));
  if (!computed || mine !== latest) return;
  previous = facts;
  result.replaceChildren(...shown(computed));
}

function shown(computed) {
  const outcome = element("p", { className: computed.outcome_changed ? "outcome changed" : "outcome" },
    element("strong", {}, computed.verdict), computed.outcome ? `　${computed.outcome}` : "");
  return [
    outcome,
    computed.steps.length || computed.gone.length ? table(computed) : null,
    section("还要问", computed.questions),
    section("没有写清的", computed.open_points),
    computed.units.length ? element("p", {}, `责任单位：${computed.units.join("、")}`) : null,
  ].filter(Boolean);
}

function table(computed) {
  const head = element("tr", {}, ["步骤", "得", "依据"].map((text) => element("th", { scope: "col" }, text)));
  return element("table", { className: "working" },
    element("caption", { className: "unseen" }, "计算过程"),
    element("thead", {}, head),
    element("tbody", {}, computed.steps.map(step), computed.gone.map(gone)));
}

function step(one) {
  const sentence = element("td", {}, one.sentence, one.changed ? element("span", { className: "tag changed-tag" }, "变了") : null);
  const clause = element("a", { href: `/console?clause=${encodeURIComponent(one.ref)}` }, one.place);
  return element("tr", { className: one.changed ? "changed" : "" }, sentence, element("td", { className: "value" }, one.value), element("td", {}, clause));
}

function gone(sentence) {
  const cell = element("td", { colSpan: 3 }, element("s", {}, sentence), element("span", { className: "tag" }, "不再成立"));
  return element("tr", { className: "gone" }, cell);
}

function section(title, lines) {
  if (!lines.length) return null;
  return element("div", {}, element("h3", {}, title), element("ul", {}, lines.map((line) => element("li", {}, line))));
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(compute, PAUSE);
}

form.addEventListener("input", soon);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  compute();
});
form.addEventListener("reset", () => {
  previous = null;
  latest += 1;
  clearTimeout(waiting);
  result.replaceChildren(element("p", { className: "muted" }, "填了情况就出结果；改一样，变了的步骤会标出来。"));
});
choose.elements.benefit.addEventListener("change", () => choose.submit());
