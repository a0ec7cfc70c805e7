// One answer: the conclusion first, then its lines, the clauses as cards and the calculation as a table.

import { button, make, outward } from "./elements.js";
import { verbatimChip } from "./clause.js";
import { quoteNodes, said } from "./tables.js";
import { outcome, workingTable } from "./working.js";

const FRAME_OF_A_QUOTE = 12; // characters around a quote that say no more than that it is one
const MANY = 4;
const LEVELS = {
  keywords: "现在只能按字词查找，可能查不全。",
  last_good: "资料正在更新，这里用的是上一版。",
  rules_only: "现在查不到条款，只能计算。",
};

/** `open` shows a clause by its ref; `benefits` are those of GET /benefits by slug. */
export function answerBlocks(answer, benefits, open) {
  const cards = new Map(answer.citations.map((citation) => [citation.mark, card(citation, open)]));
  const [first, ...rest] = answer.text.split("\n");
  const labels = new Map(answer.citations.map((citation) => [citation.ref, citation.label]));
  const tables = answer.entitlements
    .filter((one) => one.working.length > 0)
    .map((one, _, computed) => ({ one, element: working(one, benefits, open, labels, computed.length === 1) }));
  const placed = new Set();
  const lines = [];
  for (let at = 0; at < rest.length; ) {
    const { element, taken } = instead(rest.slice(at), answer.citations, cards, tables, placed);
    lines.push(element ?? marked("p", rest[at], cards));
    at += taken;
  }
  const left = [...tables.map((table) => table.element), ...cards.values()].filter((element) => !placed.has(element));
  return [
    make("div", { class: "chips" }, ...levelChips(answer)),
    marked("p", first, cards, "conclusion"),
    ...lines,
    left.length > 0 ? together(left) : null,
  ].filter(Boolean);
}

/** Many sources are folded away under one line, so that the end of the answer stays in reach. */
function together(elements) {
  const cards = make("div", { class: "cards" }, ...elements);
  if (elements.length <= MANY) return cards;
  return make("details", { class: "working" }, make("summary", { text: `依据和计算（${elements.length}处）` }), cards);
}

function levelChips(answer) {
  const chips = [];
  if (answer.level === "model") chips.push(make("span", { class: "chip warn", text: "AI 生成，请核对原文" }));
  if (LEVELS[answer.level]) chips.push(make("span", { class: "note", text: LEVELS[answer.level] }));
  return chips;
}

/** Lines that only repeat a quote are shown as its card, one that only repeats the working as its table. */
function instead(lines, citations, cards, tables, placed) {
  const quoted = citations.find((one) => quoting(lines, one.quote));
  const table = tables.find(({ one }) => repeats(lines[0], one.working));
  const element = quoted ? cards.get(quoted.mark) : table?.element;
  if (!element || placed.has(element)) return { element: null, taken: 1 };
  placed.add(element);
  return { element, taken: quoted ? quoting(lines, quoted.quote) : 1 };
}

/** How many of the first lines only repeat the quote, 0 where they say something else; tables are written otherwise there. */
function quoting(lines, quote) {
  const wanted = bare(quote);
  let said = "";
  for (const [n, line] of lines.entries()) {
    said += bare(line);
    if (said.length > wanted.length + FRAME_OF_A_QUOTE) return 0;
    if (wanted && said.includes(wanted)) return n + 1;
  }
  return 0;
}

function bare(text) {
  return text.replace(/[\s|；-]/g, "");
}

function repeats(line, steps) {
  const said = steps.reduce((length, step) => length + step.sentence.length + 4, 0);
  return steps.every((step) => line.includes(step.sentence)) && line.length - said <= FRAME_OF_A_QUOTE;
}

/** [1] in the text becomes a button that leads to the card. */
function marked(tag, text, cards, name = "line") {
  const pieces = text.split(/\[(\d{1,3})\]/).map((piece, place) => {
    const target = place % 2 === 1 ? cards.get(Number(piece)) : undefined;
    if (target) return button(`[${piece}]`, () => show(target), { class: "mark", "aria-label": `看引用${piece}` });
    return place % 2 === 1 ? `[${piece}]` : piece;
  });
  return make(tag, { class: name }, ...pieces);
}

function show(element) {
  const folded = element.closest("details");
  if (folded) folded.open = true;
  element.scrollIntoView({ block: "nearest" });
  element.focus();
}

function card(citation, open) {
  const title = [citation.document_title, citation.document_number].filter(Boolean).join("　");
  return make(
    "section",
    { class: citation.verbatim ? "card" : "card gist", tabindex: "-1", "aria-label": `引用${citation.mark}` },
    make(
      "p",
      { class: "chips" },
      make("span", { class: "number", text: `[${citation.mark}]` }),
      verbatimChip(citation.verbatim),
      citation.in_force ? null : make("span", { class: "chip warn", text: "现在没有施行" }),
    ),
    make("blockquote", { class: "quote" }, ...quoteNodes(citation.quote)),
    ...citation.gaps.map((gap) => make("p", { class: "note", text: `缺字说明：${gap}` })),
    make("p", { class: "source", text: `《${title}》${citation.label}` }),
    make(
      "div",
      { class: "row" },
      button("看条款全文", () => open(citation.ref), { class: "link", "aria-label": `看${citation.label}全文` }),
      outward(citation.url, "官方网页"),
    ),
  );
}

function working(one, benefits, open, labels, alone) {
  const computed = one.amount !== null;
  const how = computed ? "看看怎么算的" : "逐条看依据";
  const summary = make(
    "summary",
    {},
    computed ? make("span", { class: "chip computed", text: "规则测算" }) : null,
    make("span", { text: alone ? ` ${how}` : ` ${one.name}：${outcome(one)}` }),
  );
  return make("details", { class: "working" }, summary, workingTable(one, benefits.get(one.benefit), open, labels));
}

/** The answer as plain text for a letter or a chat, with its sources and the notice. */
export function plainText(answer, address, notice) {
  const label = (one) => (one.verbatim ? "原文摘录" : "要点（非原文）");
  const sources = answer.citations.map(
    (one) => `[${one.mark}] 《${one.document_title}》${one.label}（${label(one)}）：${said(one.quote)}`,
  );
  return [answer.text, "", ...sources, "", `来源：${address}（资料版本 ${answer.snapshot}，${answer.on}）`, notice].join("\n");
}
