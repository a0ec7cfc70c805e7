"""A bare reply to what was just asked: it is taken where it can only be the answer to one of the questions."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from corpus.settings import OFFICE, WORDS
from corpus.tokens import normalize
from service.bare_answers import bare_answers
from service.rules.facts import FactValue
from service.words import Words, load_words

ASKED_ON = date(2026, 11, 23)


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words(WORDS, OFFICE)[0]


def told(words: Words, text: str, *asked: str) -> dict[str, FactValue]:
    return bare_answers(normalize(text), asked, words, ASKED_ON)


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("3", "terms", 3),
        ("三", "terms", 3),
        ("3个学期", "terms", 3),
        ("三个学期", "terms", 3),
        ("一共3个学期。", "terms", 3),
        ("就2个", "babies", 2),
        ("两个", "babies", 2),
        ("98天", "paid_days", 98),
        ("5", "months", Decimal(5)),
        ("4.5", "months", Decimal("4.5")),
        ("60万", "loan_limit", Decimal(600_000)),
        ("60w", "loan_limit", Decimal(600_000)),
        ("六十万元", "loan_limit", Decimal(600_000)),
        ("6,000元", "average_wage", Decimal(6000)),
        ("6千", "average_wage", Decimal(6000)),
        ("2.6%", "published_rate", Decimal("2.6")),
        ("2026", "tax_year", 2026),
    ],
)
def test_a_number_answers_the_question_for_one(words: Words, text: str, asked: str, value: FactValue) -> None:
    assert told(words, text, asked) == {asked: value}


@pytest.mark.parametrize(
    ("text", "asked"),
    [("0", "terms"), ("13", "terms"), ("1.5", "terms"), ("0", "babies"), ("999", "paid_days"), ("1998", "tax_year")],
)
def test_a_number_that_cannot_be_is_not_taken(words: Words, text: str, asked: str) -> None:
    assert told(words, text, asked) == {}


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("1", "institution_in", "district"),
        ("2", "institution_in", "city"),
        ("3", "institution_in", "elsewhere"),
        ("选2", "institution_in", "city"),
        ("回复2", "institution_in", "city"),
        ("二", "kindergarten_type", "inclusive_private"),
        ("2", "birth_order", 2),
        ("第二个", "birth_order", 2),
        ("2", "share", "50"),
    ],
)
def test_a_number_chooses_from_the_list(words: Words, text: str, asked: str, value: FactValue) -> None:
    assert told(words, text, asked) == {asked: value}


@pytest.mark.parametrize(
    ("text", "asked"),
    [("0", "institution_in"), ("4", "institution_in"), ("1.5", "institution_in"), ("3", "share"), ("5", "fee_stage")],
)
def test_a_number_that_is_not_in_the_list_chooses_nothing(words: Words, text: str, asked: str) -> None:
    assert told(words, text, asked) == {}


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("小班", "kindergarten_class", "small"),
        ("公办", "kindergarten_type", "public"),
        ("咸安区内", "institution_in", "district"),
        ("外地的", "institution_in", "elsewhere"),
        ("男方", "asker", "father"),
        ("双方各扣50%", "share", "50"),
    ],
)
def test_a_choice_is_told_by_its_name(words: Words, text: str, asked: str, value: FactValue) -> None:
    assert told(words, text, asked) == {asked: value}


@pytest.mark.parametrize(
    ("text", "asked"),
    [("班", "kindergarten_class"), ("咸安", "institution_in"), ("", "institution_in"), ("哪里", "institution_in")],
)
def test_a_name_that_may_be_several_or_none_is_not_taken(words: Words, text: str, asked: str) -> None:
    assert told(words, text, asked) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是", True),
        ("是的", True),
        ("对", True),
        ("对的", True),
        ("有", True),
        ("嗯", True),
        ("没错", True),
        ("否", False),
        ("不是", False),
        ("没有", False),
        ("没", False),
        ("冇", False),
    ],
)
def test_yes_and_no(words: Words, text: str, value: bool) -> None:
    assert told(words, text, "registered") == {"registered": value}


@pytest.mark.parametrize(
    "text", ["不知道", "不清楚", "不清楚有没有", "不知道有没有备案", "不晓得是不是", "是不是", "对不对", "有没有"]
)
def test_who_cannot_say_or_asks_back_has_not_said_yes_or_no(words: Words, text: str) -> None:
    assert told(words, text, "registered") == {}


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("2026年3月1日", "leave_start", date(2026, 3, 1)),
        ("2026-03-01", "leave_start", date(2026, 3, 1)),
        ("昨天", "birth_date", date(2026, 11, 22)),
        ("去年三月", "child_birth_date", date(2025, 3, 1)),
        ("88年3月2日", "mother_birth_date", date(1988, 3, 2)),
    ],
)
def test_a_day_answers_the_question_for_one(words: Words, text: str, asked: str, value: date) -> None:
    assert told(words, text, asked) == {asked: value}


@pytest.mark.parametrize(
    ("text", "asked"), [("2026年2月30日", "birth_date"), ("冬天", "birth_date"), ("3", "birth_date")]
)
def test_what_is_no_day_is_not_taken_for_one(words: Words, text: str, asked: str) -> None:
    assert told(words, text, asked) == {}


@pytest.mark.parametrize(
    ("text", "asked", "facts"),
    [
        ("3", ("registered", "terms"), {"terms": 3}),
        ("是", ("registered", "terms"), {"registered": True}),
        ("小班", ("kindergarten_class", "public_fee_per_month"), {"kindergarten_class": "small"}),
        ("400", ("kindergarten_class", "public_fee_per_month"), {"public_fee_per_month": Decimal(400)}),
        ("外地", ("birth_order", "institution_in"), {"institution_in": "elsewhere"}),
        ("2", ("birth_order", "institution_in"), {"birth_order": 2}),
        ("2026年3月1日", ("babies", "leave_start"), {"leave_start": date(2026, 3, 1)}),
    ],
)
def test_of_two_questions_it_answers_the_one_that_it_fits(
    words: Words, text: str, asked: Sequence[str], facts: dict[str, FactValue]
) -> None:
    assert told(words, text, *asked) == facts


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("5", ("terms", "months")),
        ("60万", ("loan_limit", "contract_price")),
        ("是", ("inpatient", "registered")),
        ("2026年3月1日", ("birth_date", "leave_start")),
        ("是", ("institution_in", "registered")),
    ],
)
def test_of_two_questions_that_it_fits_none_is_answered(words: Words, text: str, asked: Sequence[str]) -> None:
    assert told(words, text, *asked) == {}


def test_a_number_chooses_from_a_list_only_where_nothing_else_was_asked(words: Words) -> None:
    assert told(words, "2", "kindergarten_type", "kindergarten_class") == {}


@pytest.mark.parametrize("text", ["老二已经上了三个学期的托育园了", "3个学期，公办", "3和4", "3不对"])
def test_what_is_more_than_a_bare_reply_is_left_to_other_readers(words: Words, text: str) -> None:
    assert told(words, text, "terms") == {}


@pytest.mark.parametrize("asked", [(), ("no_such_fact",)])
def test_where_nothing_known_was_asked_nothing_is_answered(words: Words, asked: Sequence[str]) -> None:
    assert told(words, "3", *asked) == {}
