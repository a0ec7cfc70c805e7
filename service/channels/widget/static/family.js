// All that one family may claim: a few facts, then the list by the stages of its life and the line of time.

import { Trouble, benefits, entitlements, facts, timeline } from "./api.js";
import { button, make } from "./elements.js";
import { factsForm, wantedOf } from "./facts.js";
import { outcome, workingTable } from "./working.js";

const ASKED = ["birth_order", "child_birth_date", "institution_in", "inpatient", "registered"];
const WIDE = 700; // px: from here on the picture does not hide the list below it
const STATES = { yes: "符合", depends: "还要看情况", no: "不在内", rule: "请看规定" };

export function familyWindow(open, notice) {
  const title = make("h2", { tabindex: "-1", id: "family-title", text: "我家能享受哪些" });
  const body = make("div", { class: "family" });
  const close = button("关闭清单", () => dialog.close(), { class: "plain" });
  const dialog = make(
    "dialog",
    { class: "sheet", "aria-labelledby": "family-title" },
    make("div", { class: "sheet-head" }, title, close),
    body,
  );
  document.body.append(dialog);

  return async () => {
    if (!dialog.open) dialog.showModal();
    title.focus();
    if (body.childElementCount > 0) return;
    try {
      const [known, all] = [await facts(), await benefits()];
      const form = factsForm(
        ASKED.filter((name) => known.has(name)).map((name) => wantedOf(known.get(name))),
        known,
        { submit: (given) => show(body, given, { open, notice, known, all }), label: "列出来", optional: true },
      );
      const intro = make("p", { text: "说几样就列几样，不清楚的可以不填。只用来算这一次，不用写姓名和证件号。" });
      body.replaceChildren(intro, form, make("div", { class: "list", role: "region", "aria-label": "清单", tabindex: "-1" }));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      body.replaceChildren();
      body.append(make("p", { class: "trouble", role: "alert", text: error.message }));
    }
  };
}

async function show(body, given, context) {
  const list = body.querySelector(".list");
  list.replaceChildren(make("p", { role: "status", text: "正在算……" }));
  try {
    const [found, picture] = [await entitlements(given), await timeline(given)];
    const bySlug = new Map(found.entitlements.map((one) => [one.benefit, one]));
    list.replaceChildren(
      make("p", { class: "conclusion", text: counted(found.entitlements, context.all) }),
      make("ul", { class: "eligible" }, ...found.entitlements.filter((one) => state(one, context.all) === "yes").map(inShort)),
      drawn(picture),
      ...found.stages.flatMap((stage) => [
        make("h3", { text: stage.stage }),
        ...stage.benefits.map((slug) => claim(bySlug.get(slug), context)),
      ]),
      make("p", { class: "note", text: `${context.notice}（按 ${found.on} 的规定）` }),
    );
    list.focus();
    list.scrollIntoView({ block: "start" });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    list.replaceChildren(make("p", { class: "trouble", role: "alert", text: error.message }));
  }
}

/** A benefit that asks for no facts has looked at nothing of this family: its rule is shown, and no result. */
function state(one, all) {
  if (all.get(one.benefit)?.facts.length === 0) return "rule";
  if (one.eligible === null) return "depends";
  return one.eligible ? "yes" : "no";
}

function counted(claims, all) {
  const counts = Object.entries(STATES).map(([name, said]) => [
    said,
    claims.filter((one) => state(one, all) === name).length,
  ]);
  return `${counts.filter(([, count]) => count > 0).map(([said, count]) => `${said} ${count} 项`).join("，")}。`;
}

function inShort(one) {
  return make("li", { text: one.amount === null ? one.name : `${one.name}：${outcome(one)}` });
}

function drawn(picture) {
  const image = make("img", { alt: "各项待遇对应的孩子年龄，内容与下面的清单相同", width: "900" });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`;
  const scrolled = make("div", { class: "timeline", role: "region", "aria-label": "时间线，可以左右拖动", tabindex: "0" }, image);
  const element = folded("看时间线", scrolled);
  element.open = window.innerWidth >= WIDE;
  return element;
}

function claim(one, { open, known, all }) {
  const said = state(one, all) === "rule" ? STATES.rule : outcome(one);
  const missing = one.missing.map((name) => known.get(name)?.label ?? name).join("、");
  const changes = one.changes.map((change) =>
    make("li", {}, `${change.text} `, button("看条款", () => open(change.ref), { class: "link" })),
  );
  return make(
    "section",
    { class: `claim ${state(one, all)}` },
    make("h4", {}, make("span", { text: one.name }), make("span", { class: "chip state", text: said })),
    make("p", { text: `${one.rate}。` }),
    missing ? make("p", { class: "note", text: `还要看：${missing}` }) : null,
    one.working.length ? folded(one.amount === null ? "逐条看依据" : "规则测算：怎么算的", workingTable(one, all.get(one.benefit), open)) : null,
    one.open_points.length ? folded("没有写清的", make("ul", {}, ...one.open_points.map((text) => make("li", { text })))) : null,
    changes.length ? folded("后来的变化", make("ul", {}, ...changes)) : null,
    make("p", { class: "source", text: `问：${one.units.join("、")}` }),
    button("看条款全文", () => open(one.clause), { class: "link", "aria-label": `看${one.name}的条款全文` }),
  );
}

function folded(name, content) {
  return make("details", { class: "working" }, make("summary", { text: name }), content);
}
