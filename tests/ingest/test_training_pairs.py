"""What the encoder is trained on: none of the questions that it is measured with."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from corpus.settings import DOCUMENTS, ROOT
from ingest.training_pairs import read_asked, read_questions

STATUTES = Path(os.environ.get("TIAOWEN_SHARED", ROOT.parent / "shared")) / "stard"
BANK = DOCUMENTS.parent / "questions"

needs_statutes = pytest.mark.skipif(not STATUTES.exists(), reason="没有检索训练集：设置 TIAOWEN_SHARED 后运行")


@pytest.fixture(scope="module")
def measured() -> set[str]:
    """The evaluation questions, every turn of them."""
    lines = (ROOT / "eval" / "questions" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    return same({turn for line in lines for turn in json.loads(line)["turns"]})


@pytest.fixture(scope="module")
def measured_on_statutes() -> set[str]:
    lines = (STATUTES / "queries.dev.jsonl").read_text(encoding="utf-8").splitlines()
    return same(json.loads(line)["question"] for line in lines)


def same(texts: Iterable[str]) -> set[str]:
    """Without what a copy may differ in."""
    return {"".join(filter(str.isalnum, text)) for text in texts}


def bank() -> list[str]:
    return [text for text, _ in read_asked(BANK, DOCUMENTS)]


def test_the_bank_that_is_trained_on_holds_no_question_that_is_measured_with(measured: set[str]) -> None:
    asked = same(bank())

    assert len(asked) > 2_000
    assert asked & measured == set()


@needs_statutes
def test_the_bank_holds_no_question_that_statutes_are_measured_with(measured_on_statutes: set[str]) -> None:
    assert same(bank()) & measured_on_statutes == set()


@needs_statutes
def test_the_statute_questions_that_are_trained_on_are_none_of_those_measured_with(
    measured: set[str], measured_on_statutes: set[str]
) -> None:
    fitted = read_questions(STATUTES / "queries.fit.jsonl")
    texts = same(text for question in fitted for text in (question.text, question.keywords, question.answer))

    assert len(fitted) > 900
    assert len(measured_on_statutes) > 200
    assert texts & (measured | measured_on_statutes) == set()
