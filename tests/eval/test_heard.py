"""A message → exactly the facts that it states, over an independent table of what citizens say."""

import pytest

from corpus.settings import OFFICE, WORDS
from eval.heard import Heard, Saying, hear, not_understood, read_sayings, summary
from service.words import Words, load_words

SAYINGS = read_sayings()
SURE = [saying for saying in SAYINGS if not saying.pending]
PENDING = [saying for saying in SAYINGS if saying.pending]


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words(WORDS, OFFICE)[0]


def test_every_saying_is_told_once() -> None:
    assert len({saying.said for saying in SAYINGS}) == len(SAYINGS)


def test_at_least_six_hundred_sayings_must_be_understood() -> None:
    assert len(SURE) >= 600


def test_no_saying_holds_a_fact_for_stated_and_for_open_at_once() -> None:
    assert [saying.said for saying in SAYINGS if saying.facts.keys() & set(saying.open)] == []


@pytest.mark.parametrize("saying", SURE, ids=[saying.said for saying in SURE])
def test_what_is_said_is_understood_exactly(saying: Saying, words: Words) -> None:
    [heard] = hear([saying], words)

    assert dict(heard.facts) == saying.stated


def test_what_is_not_yet_understood_is_never_taken_for_something_else(words: Words) -> None:
    assert {one.saying.said: one.wrong for one in hear(PENDING, words) if one.wrong} == {}


def test_report_tells_what_was_heard_wrong_and_what_was_missed() -> None:
    saying = Saying(said="老二，上了三个学期", facts={"birth_order": 2, "terms": 3})

    heard = [
        Heard(saying, {"birth_order": 2, "terms": 3}),
        Heard(saying, {"birth_order": 2}),
        Heard(saying, {"terms": 4}),
    ]

    assert summary(heard) == "群众说的情况：3 句，听全 1，少听 1（会追问），拿不准的当了真 0，听错 1"
    assert not_understood(heard) == [
        "老二，上了三个学期｜ 少听 terms",
        "老二，上了三个学期｜听错 terms=4 少听 birth_order",
    ]
