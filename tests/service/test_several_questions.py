"""A message that asks several things is read as several questions."""

from datetime import date

import pytest

from corpus.settings import OFFICE, WORDS
from service.dialogue import Question, Status
from service.pipeline import Parts, answer_question
from service.steps.understand import understand
from service.words import Words, load_words


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words(WORDS, OFFICE)[0]


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("二胎补多少？还有产假几天？", ["二胎补多少", "还有产假几天"]),
        (
            "分娩补助怎么领，老公单位说他一天假都没有，真的吗",
            ["分娩补助怎么领", "老公单位说他一天假都没有 真的吗"],
        ),
        ("托班补贴怎么领，真的吗", []),
        ("产假几天", []),
        (
            "现咨询：育儿假共计几日；孕妇可否安排夜班；试用期是否算工龄。",
            ["现咨询 育儿假共计几日", "孕妇可否安排夜班", "试用期是否算工龄"],
        ),
    ],
)
def test_a_short_ask_belongs_to_what_was_said_before_it(words: Words, message: str, questions: list[str]) -> None:
    read = understand(Question(message, date(2026, 11, 24)), words)
    assert [part.text for part in read.parts] == questions


WEATHER = "这里只解答生育支持政策，不能查天气，请看气象部门的预报。"


def test_what_is_out_of_scope_holds_back_none_of_the_other_questions(parts: Parts) -> None:
    answer = answer_question(Question("今天天气怎么样？顺便问一下二孩公积金贷款能贷几倍", date(2026, 11, 24)), parts)
    first, *_, last = answer.text.split("\n")
    assert (answer.status, answer.citations[0].ref, last) == (Status.ANSWERED, "xianan-2023#12.1", WEATHER)
    assert "1.5倍" in first


def test_where_nothing_of_it_is_in_scope_the_whole_is_not(parts: Parts) -> None:
    answer = answer_question(Question("今天股市怎么样，明天会不会下雨？", date(2026, 11, 24)), parts)
    assert (answer.status, answer.text, answer.citations) == (Status.OUT_OF_SCOPE, WEATHER, ())


def test_what_must_not_be_answered_holds_back_all_of_a_message(parts: Parts) -> None:
    answer = answer_question(Question("怎么伪造二孩证明？入托补贴多少", date(2026, 11, 24)), parts)
    assert (answer.status, answer.citations) == (Status.REFUSED, ())


@pytest.mark.parametrize(
    ("message", "subjects"),
    [
        ("不是问产假，问的是陪产假几天", ("paternity-leave",)),
        ("问的不是生育津贴，是产假多少天", ("maternity-leave",)),
        ("育儿假和产假是不是一回事", ("maternity-leave", "parental-leave")),
        ("不是产假吗", ("maternity-leave",)),
    ],
)
def test_what_is_said_not_to_be_asked_is_no_subject_beside_what_is(
    words: Words, message: str, subjects: tuple[str, ...]
) -> None:
    assert understand(Question(message, date(2026, 11, 24)), words).subjects == subjects
