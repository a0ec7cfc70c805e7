// Reading aloud, with voices of the device itself only: an answer is never sent to a voice on another machine.

import { button } from "./elements.js";

const synthesis = window.speechSynthesis;
const buttons = new Set();

function voice() {
  const local = (synthesis?.getVoices() ?? []).filter((one) => one.localService);
  return local.find((one) => one.lang.toLowerCase().startsWith("zh"));
}

function refresh() {
  for (const one of buttons) one.hidden = voice() === undefined;
}

synthesis?.addEventListener?.("voiceschanged", refresh);

export function readAloud(text) {
  const one = button("朗读", () => (synthesis.speaking ? stop(one) : start(one, text)), { class: "plain" });
  buttons.add(one);
  one.hidden = voice() === undefined;
  return one;
}

function start(one, text) {
  const utterance = new SpeechSynthesisUtterance(text.replace(/\[\d{1,3}\]/g, ""));
  utterance.voice = voice();
  utterance.lang = utterance.voice.lang;
  utterance.rate = 0.9;
  utterance.addEventListener("end", () => (one.textContent = "朗读"));
  one.textContent = "停止朗读";
  synthesis.speak(utterance);
}

function stop(one) {
  synthesis.cancel();
  one.textContent = "朗读";
}
