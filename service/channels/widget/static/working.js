// A calculation as a table: step, value, clause; and how a result is worded by its kind.

import { button, make } from "./elements.js";

const KINDS = {
  payable: "可领",
  ceiling: "最高不超过",
  reduction: "减免",
  difference: "一年少付利息",
  duration: "",
};

/** What came out, in a few words; the amount stays the text that the service gave. */
export function outcome(one) {
  if (one.eligible === false) return "不在内";
  if (one.eligible === null) return "还要看情况";
  if (one.amount === null) return "符合";
  if (one.amount_kind === "deduction") return "可以扣除，数额见计算过程"; // a number says little without its period
  return `${KINDS[one.amount_kind] ?? ""} ${one.amount}${one.unit}`.trim();
}

export function workingTable(one, benefit, open, labels = new Map()) {
  const rows = one.working.map((step) =>
    make(
      "tr",
      {},
      make("td", { text: step.sentence }),
      make("td", { class: "value", text: inWords(step.value, benefit) }),
      make("td", {}, button(labels.get(step.ref) ?? "看条款", () => open(step.ref), { class: "link" })),
    ),
  );
  const heads = ["步骤", "值", "依据"].map((text) => make("th", { scope: "col", text }));
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

/** A choice by its label: a step only knows its value. */
function inWords(value, benefit) {
  if (value === "true") return "是";
  if (value === "false") return "否";
  if (!/^[a-z_]+$/.test(value)) return value;
  const labels = new Set((benefit?.facts ?? []).flatMap((fact) => fact.choices).filter((one) => one.value === value).map((one) => one.label));
  return labels.size === 1 ? [...labels][0] : "";
}
