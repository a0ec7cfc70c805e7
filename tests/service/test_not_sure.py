"""A clause that is only near is told as such, or not as an answer at all."""

from dataclasses import replace
from datetime import date

import pytest

from corpus.settings import OFFICE, WORDS
from service.dialogue import Answer, Question, Status
from service.pipeline import Parts, answer_question
from service.words import load_words

TODAY = date(2026, 11, 24)
LOOKED_UP = "区里对办托育园有没有什么扶持"
NEVER, ALWAYS = 2.0, 1e-9


def ask(parts: Parts, question: str, *, unanswered: float = NEVER, doubtful: float = NEVER) -> Answer:
    score = replace(parts.calibration.unanswered, threshold=unanswered)
    calibration = replace(parts.calibration, unanswered=score, doubtful=doubtful)
    return answer_question(Question(question, TODAY), replace(parts, calibration=calibration))


def told(answer: Answer) -> tuple[Status, str | None, list[str]]:
    return answer.status, answer.reason, [citation.ref for citation in answer.citations]


def test_what_no_clause_answers_is_not_answered_and_the_nearest_clause_is_shown(parts: Parts) -> None:
    sure, unanswered = ask(parts, LOOKED_UP), ask(parts, LOOKED_UP, unanswered=ALWAYS)

    assert (sure.status, sure.citations[0].ref) == (Status.ANSWERED, "xianan-2023#7")
    assert told(unanswered) == (Status.NO_BASIS, "not_stated", ["xianan-2023#7"])


def test_an_answer_that_is_doubted_says_so_first_and_shows_the_same_clauses(parts: Parts) -> None:
    sure, doubted = ask(parts, LOOKED_UP), ask(parts, LOOKED_UP, doubtful=ALWAYS)
    nearest = load_words(WORDS, OFFICE)[0].wording["nearest"]

    assert doubted.text.split("\n")[0] == nearest
    assert told(doubted) == told(sure)
    assert nearest not in sure.text


@pytest.mark.parametrize(
    "question",
    [
        "第七条怎么写的",  # a clause by its number
        "《中华人民共和国学前教育法》里讲班额的是哪一条",  # a document by its name
        "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴",  # an amount
        "托育园要备案吗？社区办不办托育？",  # several questions
    ],
)
def test_what_is_named_computed_or_asked_at_once_is_never_held_back(parts: Parts, question: str) -> None:
    assert ask(parts, question, unanswered=ALWAYS, doubtful=ALWAYS) == ask(parts, question)


def test_by_words_alone_nothing_is_judged(parts: Parts) -> None:
    by_words = replace(parts, weights=replace(parts.weights, dense=0.0, bank_dense=0.0))

    assert ask(by_words, LOOKED_UP, unanswered=ALWAYS, doubtful=ALWAYS) == ask(by_words, LOOKED_UP)
