// One clause in full, with what stands before and after it.

import { Trouble, clause } from "./api.js";
import { button, make, outward } from "./elements.js";
import { quoteNodes } from "./tables.js";

export function clauseWindow() {
  const title = make("h2", { tabindex: "-1", id: "clause-title" });
  const body = make("div", { class: "clause-body" });
  const close = button("关闭条款", () => dialog.close(), { class: "plain" });
  const dialog = make(
    "dialog",
    { class: "sheet", "aria-labelledby": "clause-title" },
    make("div", { class: "sheet-head" }, title, close),
    body,
  );
  document.body.append(dialog);

  async function open(ref) {
    if (!dialog.open) dialog.showModal();
    title.textContent = "正在打开条款……";
    body.replaceChildren();
    try {
      const found = await clause(ref);
      title.textContent = found.label;
      body.replaceChildren(...contents(found), neighbours(found, open));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      title.textContent = "条款没有打开";
      body.replaceChildren(make("p", { text: error.message }));
    }
    body.scrollTop = 0;
    title.focus();
  }

  return open;
}

function contents(found) {
  const facts = [
    ["文件", [found.document_title, found.document_number].filter(Boolean).join("　")],
    ["位置", found.headings.join(" › ") || found.position],
    ["印发", found.published_on],
    ["施行", [found.effective_from, found.effective_until && `至 ${found.effective_until}`].filter(Boolean).join(" ")],
    ["责任单位", found.units.join("、")],
  ];
  const list = make("dl", {});
  for (const [name, value] of facts) {
    if (value) list.append(make("div", {}, make("dt", { text: name }), make("dd", { text: value })));
  }
  return [
    make("p", { class: "chips" }, verbatimChip(found.verbatim), found.in_force ? null : make("span", { class: "chip warn", text: "现在没有施行" })),
    make("blockquote", { class: "quote" }, ...quoteNodes(found.text)),
    ...found.gaps.map((gap) => make("p", { class: "note", text: `缺字说明：${gap}` })),
    list,
    outward(found.url, "官方网页（新窗口）"),
  ].filter(Boolean);
}

function neighbours(found, open) {
  return make(
    "nav",
    { class: "row", "aria-label": "前后条款" },
    found.previous ? button("← 上一条", () => open(found.previous), { class: "plain" }) : null,
    found.next ? button("下一条 →", () => open(found.next), { class: "plain" }) : null,
  );
}

export function verbatimChip(verbatim) {
  return make("span", { class: verbatim ? "chip original" : "chip gist", text: verbatim ? "原文摘录" : "要点（非原文）" });
}
