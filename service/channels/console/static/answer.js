// A clause or an answer as the right column shows it.
import { button, copy, element, judgement } from "./console.js";
import { quoteNodes } from "./tables.js";

const TITLES = { conclusion: "先说", amount: "金额", ask: "问来电人", whom: "找谁", validity: "提醒" };
const STATUS = {
  answered: "有依据",
  asks_for_fact: "还差情况",
  no_basis: "文本没有写",
  out_of_scope: "不在范围",
  refused: "不能办",
  handed_over: "要人来办",
  failed: "暂时答不了",
};

/** The text with the matched words marked; a single character is marked only where no longer word was matched. */
export function marked(text, matched) {
  const long = matched.filter((word) => word.length > 1);
  const words = (long.length ? long : matched).toSorted((one, other) => other.length - one.length);
  const lower = text.toLowerCase();
  const pieces = [];
  let plain = 0;
  for (let at = 0; at < text.length; ) {
    const word = words.find((one) => lower.startsWith(one, at));
    if (!word) {
      at += 1;
      continue;
    }
    if (at > plain) pieces.push(text.slice(plain, at));
    pieces.push(element("mark", {}, text.slice(at, at + word.length)));
    at += word.length;
    plain = at;
  }
  if (plain < text.length) pieces.push(text.slice(plain));
  return pieces;
}

function source(url) {
  return /^https?:/.test(url) ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "原网页") : null;
}

/** `open` is called with the ref of a neighbour. */
export function clauseCard(opened, matched, open) {
  const clause = opened.clause;
  const to = (ref, text) => (ref ? button(text, () => open(ref)) : null);
  return [
    element("div", { className: "head" },
      element("h2", {}, `《${clause.document_title}》${clause.label}`),
      button("复制原文 c", () => copy(opened.pasted), "main copy")),
    element("p", { className: "facts" },
      element("span", { className: clause.in_force ? "tag sound" : "tag waiting" }, clause.in_force ? "现行" : "这一天不在施行期"),
      element("span", { className: "tag" }, clause.verbatim ? "原文" : "摘要（不是原文）"),
      clause.document_number ? element("span", {}, clause.document_number) : null,
      clause.position ? element("span", {}, `位置：${clause.position}`) : null,
      element("span", {}, `${clause.published_on} 印发`),
      source(clause.url)),
    element("blockquote", {}, quoteNodes(clause.text, (text) => marked(text, matched))),
    ...clause.gaps.map((gap) => element("p", { className: "muted" }, `缺字：${gap}`)),
    clause.units.length ? element("p", {}, `责任单位：${clause.units.join("、")}`) : null,
    element("p", { className: "row" },
      to(clause.previous, `← 上一条 ${opened.previous_label}`),
      to(clause.next, `下一条 ${opened.next_label} →`)),
  ];
}

/** `again` is called with a fact and the value chosen for it, and the words for it. */
export function answerCard(answered, question, turn, again) {
  const { answer, script, pasted } = answered;
  return [
    element("div", { className: "head" },
      element("h2", {}, "照着念"),
      element("span", { className: `tag status-${answer.status}` }, STATUS[answer.status] ?? answer.status),
      turn > 1 ? element("span", { className: "muted" }, `这个来电的第 ${turn} 问`) : null),
    element("p", { className: "question" }, question),
    element("dl", { className: "script" }, script.flatMap((line, n) => [
      element("dt", {}, n && script[n - 1].kind === line.kind ? "" : TITLES[line.kind]),
      element("dd", { className: line.kind }, line.text),
    ])),
    ...answer.missing.map((fact) => choices(fact, again)),
    ...answer.citations.map((citation, n) => quoted(citation, pasted[n], n === 0)),
    element("details", {},
      element("summary", {}, "回答全文"),
      ...answer.text.split("\n").map((line) => element("p", {}, line))),
    judgement(answer.answer_id, question),
    element("p", { className: "row" },
      element("a", { href: `/console/approved/new?answer=${encodeURIComponent(answer.answer_id)}` }, "拟成核准的回答…")),
  ];
}

function choices(fact, again) {
  if (!fact.options.length) return null;
  const buttons = fact.options.map((option) => button(option.label, () => again(fact.fact, option.value, option.label)));
  return element("p", { className: "row" }, buttons);
}

function quoted(citation, pasted, first) {
  return element("figure", {},
    element("blockquote", {}, quoteNodes(citation.quote)),
    element("figcaption", {},
      element("span", {}, `[${citation.mark}] 《${citation.document_title}》${citation.label}`),
      citation.verbatim ? null : element("span", { className: "tag" }, "摘要（不是原文）"),
      citation.in_force ? null : element("span", { className: "tag waiting" }, "这一天不在施行期"),
      source(citation.url),
      button(first ? "复制 c" : "复制", () => copy(pasted), first ? "quiet copy" : "quiet")));
}
