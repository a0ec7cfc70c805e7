"""What was asked and answered is kept, also over a restart, until it expires; ids cannot be guessed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event

from service.database import open_database
from service.dialogue import Answer, Earlier, Level, Question, Status
from service.records import Feedback, Purged, Records

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
ASKED = Question("老二上了三个学期，能领多少", date(2026, 7, 1))
SAID = Earlier(
    facts={
        "": {"birth_order": 2, "mother_birth_date": date(1988, 3, 2)},
        "childcare-enrolment-subsidy": {"terms": 3, "registered": True, "institution_in": "district"},
        "kindergarten-fee-reduction": {"months": Decimal("4.5")},
    },
    benefits=("childcare-enrolment-subsidy", "delivery-subsidy"),
    text="老二上了三个学期，能领多少",
    asked=("terms",),
    unknown=("loan_limit",),
    turns=2,
)
MINUTE = timedelta(minutes=1)
KEPT_FOR = timedelta(days=90)
FOUR_TERMS = Earlier({"": {"terms": 4}}, (), "四个学期")


def answer(remembered: Earlier = SAID, status: Status = Status.ANSWERED) -> Answer:
    return Answer(
        status=status,
        reason=None,
        text="可领 1500.00元。",
        citations=(),
        entitlements=(),
        missing=(),
        units=("区卫健局",),
        on=date(2026, 7, 1),
        about=date(2026, 7, 1),
        snapshot="000001-abc",
        level=Level.EXTRACT,
        remembered=remembered,
    )


@pytest.fixture
def open_records(tmp_path: Path) -> Iterator[Callable[[], Records]]:
    """Opens the same file anew each time."""
    opened: list[Records] = []

    def open_again() -> Records:
        opened.append(Records(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")))
        return opened[-1]

    yield open_again
    for records in opened:
        records.close()


def test_conversation_is_remembered_value_by_value(open_records: Callable[[], Records]) -> None:
    records = open_records()

    saved = records.save(None, "api", NOW, ASKED, answer())

    assert records.earlier(saved.conversation_id, NOW) == SAID


def test_conversation_outlives_the_process(open_records: Callable[[], Records]) -> None:
    before = open_records()
    saved = before.save(None, "api", NOW, ASKED, answer())
    before.close()

    assert open_records().earlier(saved.conversation_id, NOW) == SAID


@pytest.mark.parametrize(
    ("silent", "remembered"), [(timedelta(hours=24), SAID), (timedelta(hours=24, seconds=1), None)]
)
def test_conversation_is_forgotten_after_a_day_of_silence(
    open_records: Callable[[], Records], silent: timedelta, remembered: Earlier | None
) -> None:
    records = open_records()

    saved = records.save(None, "api", NOW, ASKED, answer())

    assert records.earlier(saved.conversation_id, NOW + silent) == remembered


def test_last_turn_is_the_one_remembered(open_records: Callable[[], Records]) -> None:
    records = open_records()
    saved = records.save(None, "api", NOW, ASKED, answer())

    again = records.save(saved.conversation_id, "api", NOW, ASKED, answer(FOUR_TERMS))

    assert again.conversation_id == saved.conversation_id
    assert records.earlier(saved.conversation_id, NOW) == FOUR_TERMS
    assert records.count() == 2


@pytest.mark.parametrize("unknown", [None, "", "no-such-id", "' OR 1=1 --", "会" * 100])
def test_unknown_conversation_has_nothing_earlier(open_records: Callable[[], Records], unknown: str | None) -> None:
    records = open_records()
    records.save(None, "api", NOW, ASKED, answer())

    assert records.earlier(unknown, NOW) is None


def test_question_and_answer_are_kept_with_time_channel_and_snapshot(
    open_records: Callable[[], Records], tmp_path: Path
) -> None:
    records = open_records()
    saved = records.save(None, "api", NOW, ASKED, answer())
    records.close()

    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as db:
        rows = db.execute("SELECT id, conversation_id, channel, question, status, snapshot FROM answers").fetchall()
        [(asked_at, text)] = db.execute("SELECT asked_at, answer ->> 'text' FROM answers").fetchall()
    assert rows == [(saved.answer_id, saved.conversation_id, "api", ASKED.text, "answered", "000001-abc")]
    assert asked_at.startswith("2026-07-01 01:30:00")
    assert text == "可领 1500.00元。"


def test_ids_are_long_and_all_different(open_records: Callable[[], Records]) -> None:
    records = open_records()

    saved = [records.save(None, "api", NOW, ASKED, answer()) for _ in range(20)]

    ids = {one.answer_id for one in saved} | {one.conversation_id for one in saved}
    assert len(ids) == 40
    assert min(map(len, ids)) >= 32


# Who asked for a person


def begin(records: Records, at: datetime = NOW, question: str = ASKED.text) -> str:
    """A conversation of one answered question."""
    return records.save(None, "api", at, replace(ASKED, text=question), answer()).conversation_id


def go_on(records: Records, conversation: str, at: datetime, question: str, status: Status = Status.ANSWERED) -> None:
    records.save(conversation, "api", at, replace(ASKED, text=question), answer(status=status))


def asks_for_a_person(records: Records, conversation: str, at: datetime) -> None:
    go_on(records, conversation, at, "转人工", Status.HANDED_OVER)
    assert records.hand_over(conversation, at)


def line(records: Records, now: datetime = NOW) -> list[tuple[str, str | None]]:
    return [(one.last_question, one.taken_by) for one in records.handovers(now).shown]


def test_who_has_waited_longest_is_first_and_those_taken_come_after(open_records: Callable[[], Records]) -> None:
    records = open_records()
    for minute, question in enumerate(["一", "二", "三", "四"]):
        conversation = begin(records, question=question)
        records.hand_over(conversation, NOW + minute * MINUTE)
        if question in {"一", "三"}:
            records.take(conversation, "周敏")

    assert line(records) == [("二", None), ("四", None), ("三", "周敏"), ("一", "周敏")]
    assert records.handovers(NOW).waiting == 2


def test_a_flood_is_paged_and_counted_and_hides_nobody(open_records: Callable[[], Records]) -> None:
    records = open_records()
    for minute in range(101):
        records.hand_over(begin(records, question=f"第{minute}位"), NOW + minute * MINUTE)

    pages = [records.handovers(NOW, number) for number in (1, 2, 3, 4)]

    assert [(page.page, page.pages, page.waiting) for page in pages] == [(1, 3, 101), (2, 3, 101), *[(3, 3, 101)] * 2]
    shown = [one.last_question for page in pages[:3] for one in page.shown]
    assert shown == [f"第{minute}位" for minute in range(101)]
    assert [one.last_question for one in pages[3].shown] == ["第100位"]


def test_where_nobody_asked_there_is_one_empty_page(open_records: Callable[[], Records]) -> None:
    records = open_records()
    conversation = begin(records)

    listed = records.handovers(NOW)

    assert (listed.shown, listed.waiting, listed.page, listed.pages) == ((), 0, 1, 1)
    assert records.handover(conversation, NOW) is None
    assert not records.hand_over("nobody", NOW)


def test_who_still_waits_keeps_the_place_when_asking_again(open_records: Callable[[], Records]) -> None:
    records = open_records()
    first, second = begin(records), begin(records)
    for minute, conversation in enumerate([first, second, first]):
        records.hand_over(conversation, NOW + minute * MINUTE)

    waiting = [(one.conversation_id, one.asked_at) for one in records.handovers(NOW).shown]

    assert waiting == [(first, NOW), (second, NOW + MINUTE)]


def test_who_asks_again_after_being_taken_waits_anew(open_records: Callable[[], Records]) -> None:
    records = open_records()
    conversation = begin(records)
    records.hand_over(conversation, NOW)
    records.take(conversation, "周敏")

    records.hand_over(conversation, NOW + MINUTE)

    again = records.handover(conversation, NOW)
    assert again is not None
    assert (again.asked_at, again.taken_by, records.handovers(NOW).waiting) == (NOW + MINUTE, None, 1)
    assert records.take(conversation, "林涛")


def test_two_who_hand_over_at_the_same_moment_both_succeed(tmp_path: Path) -> None:
    """The other one gets in just before the row is written."""
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    engine, other = open_database(url), Records(open_database(url))
    records = Records(engine)
    conversation = begin(records)
    raced: list[bool] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _other_first(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO handovers"):
            raced.append(other.hand_over(conversation, NOW))

    assert records.hand_over(conversation, NOW + MINUTE)
    assert raced == [True]
    assert [one.asked_at for one in records.handovers(NOW).shown] == [NOW]
    records.close()
    other.close()


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
def test_the_line_shows_what_a_person_was_asked_for_over(
    open_records: Callable[[], Records], said: list[str], shown: str
) -> None:
    records = open_records()
    conversation = records.save(None, "api", NOW - MINUTE, ASKED, answer()).conversation_id
    now = NOW + KEPT_FOR  # the first turn has expired and tells nothing
    for minute, question in enumerate(said):
        if question == "转人工":
            asks_for_a_person(records, conversation, NOW + minute * MINUTE)
        else:
            go_on(records, conversation, NOW + minute * MINUTE, question)

    assert line(records, now) == [(shown, None)]


def test_the_line_shows_the_new_question_of_who_asks_again_after_being_taken(
    open_records: Callable[[], Records],
) -> None:
    records = open_records()
    conversation = begin(records)
    asks_for_a_person(records, conversation, NOW + MINUTE)
    records.take(conversation, "周敏")
    go_on(records, conversation, NOW + 2 * MINUTE, "护理假呢")
    asks_for_a_person(records, conversation, NOW + 3 * MINUTE)

    assert line(records) == [("护理假呢", None)]


# What has expired


@pytest.mark.parametrize(("age", "seen"), [(KEPT_FOR, True), (KEPT_FOR + timedelta(microseconds=1), False)])
def test_what_has_expired_is_not_shown_though_it_is_still_there(
    open_records: Callable[[], Records], age: timedelta, seen: bool
) -> None:
    records = open_records()
    conversation = begin(records)
    records.hand_over(conversation, NOW)
    now = NOW + age

    listed = records.handovers(now)

    assert [turn.question for turn in records.turns(conversation, now)] == [ASKED.text] * seen
    assert (len(listed.shown), listed.waiting) == (int(seen), int(seen))
    assert (records.handover(conversation, now) is not None) == seen
    assert records.hand_over(conversation, now) == seen
    assert records.count() == 1


@pytest.mark.parametrize(
    ("age", "purged"),
    [(KEPT_FOR, Purged(0, 0, 0, 0)), (KEPT_FOR + timedelta(microseconds=1), Purged(1, 1, 1, 1))],
)
def test_purge_deletes_what_is_older_than_ninety_days(
    open_records: Callable[[], Records], age: timedelta, purged: Purged
) -> None:
    records = open_records()
    saved = records.save(None, "api", NOW, ASKED, answer())
    records.judge(Feedback(saved.answer_id, "helpful", None, None), NOW)
    records.hand_over(saved.conversation_id, NOW)

    assert records.purge(NOW + age) == purged
    assert records.purge(NOW + age) == Purged(0, 0, 0, 0)
    assert records.count() == 1 - purged.answers


def test_purge_keeps_a_conversation_as_long_as_one_of_its_answers(open_records: Callable[[], Records]) -> None:
    records = open_records()
    conversation = begin(records)
    records.hand_over(conversation, NOW)
    go_on(records, conversation, NOW + 2 * MINUTE, "护理假呢")

    assert records.purge(NOW + KEPT_FOR + MINUTE) == Purged(1, 0, 0, 0)
    assert line(records, NOW + KEPT_FOR + MINUTE) == [("护理假呢", None)]
    assert records.purge(NOW + KEPT_FOR + 3 * MINUTE) == Purged(1, 0, 1, 1)


@pytest.mark.parametrize(("silent", "dialogues"), [(timedelta(hours=24), 0), (timedelta(hours=24, seconds=1), 1)])
def test_purge_forgets_a_conversation_without_answers_only_after_a_day_of_silence(
    open_records: Callable[[], Records], tmp_path: Path, silent: timedelta, dialogues: int
) -> None:
    records = open_records()
    begin(records)
    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as db:
        db.execute("DELETE FROM answers")
        db.commit()

    assert records.purge(NOW + silent) == Purged(0, 0, dialogues, 0)


def test_purge_goes_by_the_moment_and_not_by_the_clock_on_the_wall(open_records: Callable[[], Records]) -> None:
    records = open_records()
    begin(records)
    shanghai = timezone(timedelta(hours=8))

    assert records.purge((NOW + KEPT_FOR).astimezone(shanghai)) == Purged(0, 0, 0, 0)
    assert records.purge((NOW + KEPT_FOR + MINUTE).astimezone(shanghai)) == Purged(1, 0, 1, 0)
