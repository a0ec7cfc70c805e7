"""What was asked and answered is kept, also over a restart, until it expires; ids cannot be guessed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from service.database import open_database
from service.dialogue import Answer, Earlier, Level, Question, Status
from service.records import Deleted, Feedback, Records

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


def begin(records: Records, at: datetime = NOW, question: str = ASKED.text) -> str:
    """A conversation of one answered question."""
    return records.save(None, "api", at, replace(ASKED, text=question), answer()).conversation_id


# What has expired


@pytest.mark.parametrize(
    ("age", "purged"),
    [(KEPT_FOR, Deleted(0, 0, 0)), (KEPT_FOR + timedelta(microseconds=1), Deleted(1, 1, 1))],
)
def test_purge_deletes_what_is_older_than_ninety_days(
    open_records: Callable[[], Records], age: timedelta, purged: Deleted
) -> None:
    records = open_records()
    saved = records.save(None, "api", NOW, ASKED, answer())
    records.judge(Feedback(saved.answer_id, "helpful", None, None), NOW)

    assert records.purge(NOW + age) == purged
    assert records.purge(NOW + age) == Deleted(0, 0, 0)
    assert records.count() == 1 - purged.answers


@pytest.mark.parametrize(("silent", "dialogues"), [(timedelta(hours=24), 0), (timedelta(hours=24, seconds=1), 1)])
def test_purge_forgets_a_conversation_without_answers_only_after_a_day_of_silence(
    open_records: Callable[[], Records], tmp_path: Path, silent: timedelta, dialogues: int
) -> None:
    records = open_records()
    begin(records)
    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as db:
        db.execute("DELETE FROM answers")
        db.commit()

    assert records.purge(NOW + silent) == Deleted(0, 0, dialogues)


def test_purge_goes_by_the_moment_and_not_by_the_clock_on_the_wall(open_records: Callable[[], Records]) -> None:
    records = open_records()
    begin(records)
    shanghai = timezone(timedelta(hours=8))

    assert records.purge((NOW + KEPT_FOR).astimezone(shanghai)) == Deleted(0, 0, 0)
    assert records.purge((NOW + KEPT_FOR + MINUTE).astimezone(shanghai)) == Deleted(1, 0, 1)
