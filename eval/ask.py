"""Golden questions → answers, through the pipeline and not through HTTP; one conversation each."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.golden import Golden
from service.dialogue import Answer, Earlier, Question
from service.masking import mask
from service.pipeline import Parts, answer_question


@dataclass(frozen=True, slots=True)
class Asked:
    """A golden question and the answer to its last turn; `seconds` of that turn alone."""

    golden: Golden
    answer: Answer
    seconds: float


def ask_all(questions: Sequence[Golden], parts: Parts) -> Iterator[Asked]:
    for golden in questions:
        earlier = Earlier()
        for turn in golden.turns:
            started = time.perf_counter()
            answer = answer_question(Question(mask(turn), golden.on, {}, earlier), parts)
            earlier = answer.remembered
        yield Asked(golden, answer, time.perf_counter() - started)
