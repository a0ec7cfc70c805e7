"""Who asked for a person waits in line until a seat takes them, and goes with the conversation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from service.database import open_database
from service.dialogue import Status
from service.handovers import Handovers
from service.records import Deleted, Records
from tests.service.test_records import ASKED, KEPT_FOR, MINUTE, NOW, answer, begin

Both = tuple[Records, Handovers]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield Records(engine), Handovers(engine)
    engine.dispose()


def go_on(records: Records, conversation: str, at: datetime, question: str, status: Status = Status.ANSWERED) -> None:
    records.save(conversation, "api", at, replace(ASKED, text=question), answer(status=status))


def asks_for_a_person(both: Both, conversation: str, at: datetime) -> None:
    records, handovers = both
    go_on(records, conversation, at, "转人工", Status.HANDED_OVER)
    assert handovers.hand_over(conversation, at)


def line(handovers: Handovers, now: datetime = NOW) -> list[tuple[str, str | None]]:
    return [(one.last_question, one.taken_by) for one in handovers.page(now).shown]


def test_who_has_waited_longest_is_first_and_those_taken_come_after(both: Both) -> None:
    records, handovers = both
    for minute, question in enumerate(["一", "二", "三", "四"]):
        conversation = begin(records, question=question)
        handovers.hand_over(conversation, NOW + minute * MINUTE)
        if question in {"一", "三"}:
            handovers.take(conversation, "周敏")

    assert line(handovers) == [("二", None), ("四", None), ("三", "周敏"), ("一", "周敏")]
    assert handovers.page(NOW).waiting == 2


def test_a_flood_is_paged_and_counted_and_hides_nobody(both: Both) -> None:
    records, handovers = both
    for minute in range(101):
        handovers.hand_over(begin(records, question=f"第{minute}位"), NOW + minute * MINUTE)

    pages = [handovers.page(NOW, number) for number in (1, 2, 3, 4)]

    assert [(page.page, page.pages, page.waiting) for page in pages] == [(1, 3, 101), (2, 3, 101), *[(3, 3, 101)] * 2]
    shown = [one.last_question for page in pages[:3] for one in page.shown]
    assert shown == [f"第{minute}位" for minute in range(101)]
    assert [one.last_question for one in pages[3].shown] == ["第100位"]


def test_where_nobody_asked_there_is_one_empty_page(both: Both) -> None:
    records, handovers = both
    conversation = begin(records)

    listed = handovers.page(NOW)

    assert (listed.shown, listed.waiting, listed.page, listed.pages) == ((), 0, 1, 1)
    assert handovers.one(conversation, NOW) is None
    assert not handovers.hand_over("nobody", NOW)


def test_who_still_waits_keeps_the_place_when_asking_again(both: Both) -> None:
    records, handovers = both
    first, second = begin(records), begin(records)
    for minute, conversation in enumerate([first, second, first]):
        handovers.hand_over(conversation, NOW + minute * MINUTE)

    waiting = [(one.conversation_id, one.asked_at) for one in handovers.page(NOW).shown]

    assert waiting == [(first, NOW), (second, NOW + MINUTE)]


def test_who_asks_again_after_being_taken_waits_anew(both: Both) -> None:
    records, handovers = both
    conversation = begin(records)
    handovers.hand_over(conversation, NOW)
    handovers.take(conversation, "周敏")

    handovers.hand_over(conversation, NOW + MINUTE)

    again = handovers.one(conversation, NOW)
    assert again is not None
    assert (again.asked_at, again.taken_by, handovers.page(NOW).waiting) == (NOW + MINUTE, None, 1)
    assert handovers.take(conversation, "林涛")


def test_two_who_hand_over_at_the_same_moment_both_succeed(tmp_path: Path) -> None:
    """The other one gets in just before the row is written."""
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    engine, other = open_database(url), Handovers(open_database(url))
    records, handovers = Records(engine), Handovers(engine)
    conversation = begin(records)
    raced: list[bool] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _other_first(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO handovers"):
            raced.append(other.hand_over(conversation, NOW))

    assert handovers.hand_over(conversation, NOW + MINUTE)
    assert raced == [True]
    assert [one.asked_at for one in handovers.page(NOW).shown] == [NOW]
    records.close()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (["产假多少天", "转人工"], "产假多少天"),
        (["产假多少天", "护理假呢", "转人工"], "护理假呢"),
        (["产假多少天", "转人工", "你好"], "产假多少天"),
        (["转人工", "产假多少天", "护理假呢"], "产假多少天"),
        (["产假多少天", "转人工", "护理假呢", "转人工"], "产假多少天"),
        (["转人工", "转人工"], "转人工"),
    ],
)
def test_the_line_shows_what_a_person_was_asked_for_over(both: Both, said: list[str], shown: str) -> None:
    records, handovers = both
    conversation = records.save(None, "api", NOW - MINUTE, ASKED, answer()).conversation_id
    now = NOW + KEPT_FOR  # the first turn has expired and tells nothing
    for minute, question in enumerate(said):
        if question == "转人工":
            asks_for_a_person(both, conversation, NOW + minute * MINUTE)
        else:
            go_on(records, conversation, NOW + minute * MINUTE, question)

    assert line(handovers, now) == [(shown, None)]


def test_the_line_shows_the_new_question_of_who_asks_again_after_being_taken(both: Both) -> None:
    records, handovers = both
    conversation = begin(records)
    asks_for_a_person(both, conversation, NOW + MINUTE)
    handovers.take(conversation, "周敏")
    go_on(records, conversation, NOW + 2 * MINUTE, "护理假呢")
    asks_for_a_person(both, conversation, NOW + 3 * MINUTE)

    assert line(handovers) == [("护理假呢", None)]


@pytest.mark.parametrize(("age", "seen"), [(KEPT_FOR, True), (KEPT_FOR + timedelta(microseconds=1), False)])
def test_what_has_expired_is_not_shown_though_it_is_still_there(both: Both, age: timedelta, seen: bool) -> None:
    records, handovers = both
    conversation = begin(records)
    handovers.hand_over(conversation, NOW)
    now = NOW + age

    listed = handovers.page(now)

    assert [turn.question for turn in records.turns(conversation, now)] == [ASKED.text] * seen
    assert (len(listed.shown), listed.waiting) == (int(seen), int(seen))
    assert (handovers.one(conversation, now) is not None) == seen
    assert handovers.hand_over(conversation, now) == seen
    assert records.count() == 1


def test_purge_keeps_a_conversation_as_long_as_one_of_its_answers(both: Both) -> None:
    records, handovers = both
    conversation = begin(records)
    handovers.hand_over(conversation, NOW)
    go_on(records, conversation, NOW + 2 * MINUTE, "护理假呢")

    assert (records.purge(NOW + KEPT_FOR + MINUTE), handovers.purge()) == (Deleted(1, 0, 0), 0)
    assert line(handovers, NOW + KEPT_FOR + MINUTE) == [("护理假呢", None)]
    assert (records.purge(NOW + KEPT_FOR + 3 * MINUTE), handovers.purge()) == (Deleted(1, 0, 1), 1)
