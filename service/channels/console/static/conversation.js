// Under each answer of a handed-over conversation: right or wrong, and the way into the queue.
import { judgement } from "./console.js";

for (const place of document.querySelectorAll(".judged")) {
  place.append(judgement(place.dataset.answer, place.dataset.question));
}
