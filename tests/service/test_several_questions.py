"""A message that asks several things is read as several questions."""

from datetime import date

import pytest

from corpus.settings import OFFICE, WORDS
from service.dialogue import Question
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
    ],
)
def test_a_short_ask_belongs_to_what_was_said_before_it(words: Words, message: str, questions: list[str]) -> None:
    read = understand(Question(message, date(2026, 11, 24)), words)
    assert [part.text for part in read.parts] == questions
