"""What only the office knows: computed with once it is entered, from its day on, and told with its source."""

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.settings import OFFICE, WORDS
from service.dialogue import Question
from service.office_file import add_value, read_office
from service.pipeline import Parts, answer_question
from service.steps.calculate import calculate
from service.steps.understand import understand
from service.word_entries import OfficeEntry, OfficeValue
from service.words import LiveWords, Words, load_words

ASKED = "老二在咸安区内公办幼儿园小班，这学期收5个月的保教费，一共能减多少"


def value(said: str, valid_from: str = "2026-09-01", until: str = "", checked_on: str = "2026-09-01") -> OfficeValue:
    return OfficeValue.model_validate(
        {
            "value": said,
            "valid_from": valid_from,
            "valid_until": until,
            "source": "区教育局公告",
            "entered_by": "罗主任",
            "checked_on": checked_on,
        }
    )


def entered(*values: OfficeValue, fact: str = "public_fee_per_month") -> OfficeEntry:
    return OfficeEntry.model_validate(
        {
            "id": "public_kindergarten_fee",
            "name": "公办幼儿园保教费现行标准",
            "phrases": ["保教费"],
            "clauses": ["xianan-2023#12.2"],
            "ask": ["区教育局"],
            "fact": fact,
            "values": values,
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
    assert amount(replace(words, office=(entered(value("450")),)), ASKED) == (Decimal("225.00"), ())


def test_what_the_citizen_says_stands_above_it(words: Words) -> None:
    said = ASKED + "，公办标准每月400元"

    assert amount(replace(words, office=(entered(value("450")),)), said) == (Decimal("200.00"), ())


def test_before_its_day_it_is_not_known(words: Words) -> None:
    assert amount(replace(words, office=(entered(value("450")),)), ASKED, date(2026, 8, 31)) == (
        None,
        ("public_fee_per_month",),
    )


def test_a_value_of_no_use_to_the_fact_is_told() -> None:
    with pytest.raises(ValueError, match="应为数字"):
        entered(value("450"), value("四百五"))


FEES = entered(
    value("400", "2025-09-01", checked_on="2025-09-03"),
    value("450", "2026-09-01", until="2027-08-31", checked_on="2026-08-20"),
)


@pytest.mark.parametrize(
    ("on", "about", "fee"),
    [
        ("2026-11-23", "2025-08-31", None),
        ("2026-11-23", "2025-09-01", "400"),
        ("2026-11-23", "2026-08-31", "400"),
        ("2026-11-23", "2026-09-01", "450"),
        ("2026-11-23", "2027-08-31", "450"),
        ("2026-11-23", "2027-09-01", None),  # nor does the one before it come back
        ("2026-08-19", "2026-09-01", "400"),  # not yet known on the day of asking
        ("2026-08-20", "2026-09-01", "450"),
        ("2025-09-02", "2025-09-01", None),
    ],
)
def test_the_value_holds_that_was_known_when_asked_and_began_last(on: str, about: str, fee: str | None) -> None:
    holding = FEES.holding(date.fromisoformat(on), date.fromisoformat(about))

    assert (holding.value if holding else None) == fee


def test_of_two_from_the_same_day_the_one_checked_last_stands_and_of_one_day_the_later_in_the_file() -> None:
    entry = entered(
        value("400", checked_on="2026-10-01"),
        value("420", checked_on="2026-10-02"),
        value("430", checked_on="2026-10-02"),
    )
    asked = [entry.holding(on, date(2026, 11, 1)) for on in (date(2026, 10, 1), date(2026, 10, 2))]

    assert [one.value for one in asked if one] == ["400", "430"]


class TestTold:
    """What an answer says of it, in the words of corpus/words/wording.yaml."""

    def told(self, parts: Parts, folder: Path, on: date = date(2026, 11, 23), **typed: str) -> str:
        file = folder / "office.yaml"
        shutil.copy(OFFICE, file)
        sound = {"value": "每月450元", "valid_from": "2026-09-01", "source": "区教育局公告"}
        own = {"entered_by": "罗主任", "checked_on": "2026-09-02"}
        add_value(file, read_office(file).digest, "public_kindergarten_fee", sound | own | typed)
        words = LiveWords(WORDS, file, pytest.fail)
        answer = answer_question(Question("公办幼儿园保教费减免按什么标准", on), replace(parts, words=words))
        return next(line for line in answer.text.split("\n") if "公办幼儿园保教费现行标准" in line)

    def test_a_value_with_its_days_and_its_source(self, parts: Parts, tmp_path: Path) -> None:
        assert self.told(parts, tmp_path, valid_until="2027-08-31") == (
            "公办幼儿园保教费现行标准（分等级）：每月450元（2026-09-01起至2027-08-31，出处：区教育局公告，2026-09-02核对）。"
        )

    def test_a_value_without_an_end(self, parts: Parts, tmp_path: Path) -> None:
        assert self.told(parts, tmp_path) == (
            "公办幼儿园保教费现行标准（分等级）：每月450元（2026-09-01起，出处：区教育局公告，2026-09-02核对）。"
        )

    def test_a_value_that_has_ended_is_not_told_but_its_end_is(self, parts: Parts, tmp_path: Path) -> None:
        assert self.told(parts, tmp_path, valid_until="2026-11-22") == (
            "公办幼儿园保教费现行标准（分等级）：本单位录入的只到2026-11-22，之后的还没有录入。请问区教育局。"
        )

    def test_before_anything_began_nothing_is_entered(self, parts: Parts, tmp_path: Path) -> None:
        assert self.told(parts, tmp_path, on=date(2026, 8, 31)) == (
            "本单位尚未录入：公办幼儿园保教费现行标准（分等级）。请问区教育局。"
        )
