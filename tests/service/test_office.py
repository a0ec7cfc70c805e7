"""What only the office knows: computed with once it is entered, from its day on, and told with its source."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from corpus.settings import OFFICE, WORDS
from service.dialogue import Question
from service.steps.calculate import calculate
from service.steps.understand import understand
from service.word_entries import OfficeValue
from service.words import Words, load_words

ASKED = "老二在咸安区内公办幼儿园小班，这学期收5个月的保教费，一共能减多少"


def entered(value: str, valid_from: str = "2026-09-01", fact: str = "public_fee_per_month") -> OfficeValue:
    return OfficeValue.model_validate(
        {
            "id": "public_kindergarten_fee",
            "name": "公办幼儿园保教费现行标准",
            "phrases": ["保教费"],
            "clauses": ["xianan-2023#12.2"],
            "ask": ["区教育局"],
            "value": value,
            "valid_from": valid_from,
            "source": "区教育局公告",
            "fact": fact,
        }
    )


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words(WORDS, OFFICE)[0]


def amount(words: Words, question: str, on: date = date(2026, 11, 23)) -> tuple[Decimal | None, tuple[str, ...]]:
    [entitlement] = calculate(understand(Question(question, on), words), words)
    return entitlement.amount, entitlement.missing


def test_nothing_entered_is_asked_for(words: Words) -> None:
    assert amount(words, ASKED) == (None, ("public_fee_per_month",))


def test_an_entered_value_is_computed_with(words: Words) -> None:
    assert amount(replace(words, office=(entered("450"),)), ASKED) == (Decimal("225.00"), ())


def test_what_the_citizen_says_stands_above_it(words: Words) -> None:
    said = ASKED + "，公办标准每月400元"

    assert amount(replace(words, office=(entered("450"),)), said) == (Decimal("200.00"), ())


def test_before_its_day_it_is_not_known(words: Words) -> None:
    assert amount(replace(words, office=(entered("450"),)), ASKED, date(2026, 8, 31)) == (
        None,
        ("public_fee_per_month",),
    )


@pytest.mark.parametrize(
    ("value", "valid_from", "fact", "complaint"),
    [
        ("四百五", "2026-09-01", "public_fee_per_month", "应为数字"),
        ("450", "今年秋天", "public_fee_per_month", "真实的日期"),
        ("450", "2026-09-01", "no_such_fact", "没有名为"),
    ],
)
def test_a_value_that_cannot_be_computed_with_is_told(value: str, valid_from: str, fact: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        entered(value, valid_from, fact)
