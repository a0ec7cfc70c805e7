// What is missing for a calculation → a form; what was filled in → facts of the next request.

import { button, freshId, make } from "./elements.js";

const YES_NO = [
  { value: "true", label: "是" },
  { value: "false", label: "否" },
];

/** `wanted`: [{fact, question, options}] of an answer; `known`: every fact of GET /benefits by name. */
export function factsForm(wanted, known, { submit, unknown = null, label = "继续", optional = false }) {
  const form = make("form", { class: "facts", novalidate: true });
  const fields = wanted.map((one) => field(one, known.get(one.fact), optional));
  const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
  const row = make("div", { class: "row" }, make("button", { type: "submit", class: "primary", text: label }));
  if (unknown) row.append(button("我不清楚", () => unknown(), { class: "plain" }));
  form.append(...fields.map((one) => one.element), trouble, row);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const filled = fields.map((one) => one.read()).filter((one) => one !== null);
    const empty = fields.find((one) => one.read() === null);
    const wrong = fields.find((one) => !one.sound()) ?? (optional ? undefined : empty);
    trouble.hidden = wrong === undefined;
    trouble.textContent = wrong ? `请填好：${wrong.question}` : "";
    if (wrong) wrong.focus();
    else submit(Object.fromEntries(filled.map((one) => [one.fact, one.value])), filled.map((one) => one.said));
  });
  return form;
}

export function wantedOf(fact) {
  return { fact: fact.name, question: fact.question, options: fact.type === "bool" ? YES_NO : fact.choices };
}

function field(wanted, known, optional) {
  return wanted.options.length > 0 ? choice(wanted, optional) : typed(wanted, known);
}

function choice(wanted, optional) {
  const group = freshId("choice");
  const options = optional ? [...wanted.options, { value: "", label: "不填" }] : wanted.options;
  const radios = options.map(({ value, label }) => {
    const radio = make("input", { type: "radio", name: group, value, id: freshId("option") });
    radio.checked = optional && value === "";
    return { radio, value, label, line: make("label", { for: radio.id }, radio, make("span", { text: label })) };
  });
  const element = make(
    "fieldset",
    {},
    make("legend", { text: wanted.question }),
    make("div", { class: "options" }, ...radios.map((one) => one.line)),
  );
  const read = () => {
    const chosen = radios.find((one) => one.radio.checked && one.value !== "");
    return chosen ? { fact: wanted.fact, value: chosen.value, said: chosen.label } : null;
  };
  return { element, read, sound: () => true, focus: () => radios[0].radio.focus(), question: wanted.question };
}

function typed(wanted, known) {
  const kind = known?.type ?? "decimal";
  const id = freshId("fact");
  const kinds = {
    date: { type: "date", min: "1930-01-01", max: "2100-12-31" },
    int: { type: "text", inputmode: "numeric", pattern: "[0-9]{1,9}", placeholder: "整数" },
    decimal: { type: "text", inputmode: "decimal", pattern: "[0-9]{1,9}([.][0-9]{1,4})?", placeholder: "数字" },
  };
  const input = make("input", { id, autocomplete: "off", ...(kinds[kind] ?? kinds.decimal) });
  const unit = known?.unit ?? "";
  const element = make(
    "div",
    { class: "typed" },
    make("label", { for: id, text: wanted.question }),
    make("span", { class: "amount" }, input, make("span", { class: "unit", text: unit })),
  );
  const read = () =>
    input.value.trim() ? { fact: wanted.fact, value: input.value.trim(), said: `${input.value.trim()}${unit}` } : null;
  return { element, read, sound: () => input.validity.valid, focus: () => input.focus(), question: wanted.question };
}
