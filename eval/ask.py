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
    """A golden question, its last turn as it was asked, and the answer to that; `seconds` of that turn alone."""

    golden: Golden
    question: Question
    answer: Answer
    seconds: float


def ask_all(questions: Sequence[Golden], parts: Parts) -> Iterator[Asked]:
    for golden in questions:
        earlier = Earlier()
        for turn in golden.turns:
            started = time.perf_counter()
            question = Question(mask(turn), golden.on, {}, earlier)
            answer = answer_question(question, parts)
            earlier = answer.remembered
        yield Asked(golden, question, answer, time.perf_counter() - started)
