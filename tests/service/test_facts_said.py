"""A message → exactly the facts that it states, over an independent table of what citizens say."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.settings import OFFICE, WORDS
from service.facts_said import facts_in
from service.rules.facts import FactValue, parse_facts
from service.steps.understand import mend
from service.words import Words, load_words

ASKED_ON = date(2026, 11, 23)
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("facts_said.yaml").read_text(encoding="utf-8"))
SURE = [case for case in CASES if not case.get("pending")]
PENDING = [case for case in CASES if case.get("pending")]


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words(WORDS, OFFICE)[0]


def understood(case: dict[str, Any], words: Words) -> dict[str, FactValue]:
    return dict(facts_in(mend(case["said"], words), words, case.get("asked", ASKED_ON)).facts)


def test_every_case_is_told_once_and_only_with_what_the_table_knows() -> None:
    assert len({case["said"] for case in CASES}) == len(CASES)
    assert set().union(*CASES) <= {"said", "facts", "open", "asked", "pending"}


def test_no_case_holds_a_fact_for_stated_and_for_open_at_once() -> None:
    assert [case["said"] for case in CASES if case["facts"].keys() & set(case.get("open", ()))] == []


@pytest.mark.parametrize("case", SURE, ids=[case["said"] for case in SURE])
def test_what_is_said_is_understood_exactly(case: dict[str, Any], words: Words) -> None:
    assert understood(case, words) == parse_facts(case["facts"])


def test_what_is_not_yet_understood_is_never_taken_for_something_else(words: Words) -> None:
    wrong = {case["said"]: understood(case, words).items() - parse_facts(case["facts"]).items() for case in PENDING}

    assert {said: facts for said, facts in wrong.items() if facts} == {}
