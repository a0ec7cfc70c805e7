// The conversation: what was asked, what came back, and the forms that ask for what is missing.

import { Trouble, ask, benefits, facts } from "./api.js";
import { actions } from "./actions.js";
import { answerBlocks } from "./answer.js";
import { make } from "./elements.js";
import { factsForm, wantedOf } from "./facts.js";

const CANNOT_SAY = "我不清楚";

export class Conversation {
  id;
  #question = "";
  #busy = false;
  #log;
  #say;
  #open;
  #notice;

  /** `log` takes the turns, `say` tells a screen reader, `open` shows a clause. */
  constructor(log, say, open, notice) {
    this.#log = log;
    this.#say = say;
    this.#open = open;
    this.#notice = notice;
  }

  /** True once there is an answer; false when it did not come, and what was told of it is shown. */
  async ask(question) {
    const done = await this.#turn(question, question, {});
    if (done) this.#question = question;
    return done;
  }

  async #turn(said, question, given) {
    if (this.#busy) return false;
    this.#busy = true;
    this.#log.querySelectorAll(".turn-trouble").forEach((one) => one.remove());
    const mine = make("p", { class: "mine" }, make("span", { class: "unseen", text: "您说：" }), said);
    const waiting = make("p", { class: "waiting", text: "正在查条款……" });
    this.#log.append(mine, waiting);
    waiting.scrollIntoView({ block: "end" });
    this.#say("正在查条款");
    try {
      const answer = await ask(question, this.id, given);
      this.id = answer.conversation_id;
      await this.#show(answer, mine, given);
      return true;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      mine.remove();
      this.#log.append(make("p", { class: "trouble turn-trouble", text: error.message }));
      this.#log.lastElementChild.scrollIntoView({ block: "nearest" });
      this.#say(error.message);
      return false;
    } finally {
      waiting.remove();
      this.#busy = false;
    }
  }

  async #show(answer, mine) {
    const all = await benefits().catch(() => new Map());
    const [labels, conclusion, ...rest] = answerBlocks(answer, all, this.#open);
    const block = make("article", { class: "answer", "aria-label": "回答", tabindex: "-1" }, labels, conclusion);
    const form = await this.#form(answer);
    if (form) block.append(form);
    block.append(...rest, actions(answer, this.#notice, this.#say));
    this.#log.append(block);
    mine.scrollIntoView({ block: "start" });
    this.#say(`回答：${answer.text.split("\n")[0]}`);
  }

  async #form(answer) {
    const known = await facts().catch(() => new Map());
    if (answer.missing.length > 0) {
      return factsForm(answer.missing, known, {
        submit: (given, said) => this.#fill(given, said),
        unknown: () => this.#turn(CANNOT_SAY, CANNOT_SAY, {}),
      });
    }
    const open = answer.entitlements.filter((one) => one.eligible === null && one.missing.length > 0);
    const wanted = open.length === 1 ? open[0].missing.map((name) => known.get(name)) : [];
    if (wanted.length === 0 || wanted.includes(undefined)) return null;
    const form = factsForm(wanted.map(wantedOf), known, {
      submit: (given, said) => this.#fill(given, said),
      label: "算一算",
    });
    return make("details", { class: "own-case" }, make("summary", { text: `按我家的情况算一算${open[0].name}` }), form);
  }

  async #fill(given, said) {
    const done = await this.#turn(said.join("；"), this.#question, given);
    if (done) this.#log.querySelector(".answer:last-of-type")?.focus({ preventScroll: true });
  }
}
