"""The figures of a month are those of its records, by the clock in Shanghai, and honest where records are gone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from service.dialogue import Status
from service.monthly.figures import HandedOver, Told, Took
from service.monthly.month import BadMonth, Month
from service.tally import Counted
from tests.service.monthly.conftest import NOVEMBER, NOW, Ledger, at

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("moment", "month", "day", "hour"),
    [
        ("2026-10-31T15:59:59+00:00", Month(2026, 10), date(2026, 10, 31), 23),
        ("2026-10-31T16:00:00+00:00", NOVEMBER, date(2026, 11, 1), 0),
        ("2026-10-31T16:30:00+00:00", NOVEMBER, date(2026, 11, 1), 0),
        ("2026-11-30T15:59:59.999999+00:00", NOVEMBER, date(2026, 11, 30), 23),
        ("2026-11-30T16:00:00+00:00", Month(2026, 12), date(2026, 12, 1), 0),
        ("2026-11-30T11:00:00-05:00", Month(2026, 12), date(2026, 12, 1), 0),
    ],
)
def test_a_question_belongs_to_the_month_of_the_clock_in_shanghai(
    ledger: Ledger, moment: str, month: Month, day: date, hour: int
) -> None:
    asked_at = datetime.fromisoformat(moment)
    answer_id, conversation = ledger.ask(asked_at)
    ledger.judge(answer_id, asked_at, "helpful")
    ledger.hand_over(asked_at, conversation=conversation)
    ledger.queue(asked_at, "没人会的问题", None)
    ledger.audit.write(asked_at, "罗主任", "publish", "000007")

    by_month = {m: ledger.figures(m, at(12, 31)) for m in (Month(2026, 10), NOVEMBER, Month(2026, 12))}

    assert by_month[month].answers == (Counted(day, hour, "api", "answered", None, 20),)
    for m, made in by_month.items():
        counts = (len(made.answers), len(made.top.groups), made.citizens.count, made.handed_over.asked)
        assert (*counts, len(made.unsettled), len(made.changes)) == ((1,) * 6 if m == month else (0,) * 6)


def test_every_answer_of_the_month_is_counted_once(ledger: Ledger) -> None:
    """A month of questions with days, hours, channels, statuses and times that do not go in step."""
    channels, statuses = ("wechat", "api", "console"), list(Status)
    written = []
    for n in range(400):
        moment = at(10, 25, 3) + n * timedelta(hours=2, minutes=7)
        channel, status = channels[n % 3], statuses[n * n % len(statuses)]
        reason = f"because_{n % 4}" if status is Status.NO_BASIS else None
        ledger.ask(moment, channel=channel, status=status, reason=reason, took_ms=n * 37 % 1000)
        written.append((moment, channel, status.value, reason, n * 37 % 1000))

    made = ledger.figures()

    expected = [
        Counted(moment.date(), moment.hour, *rest)
        for moment, *rest in written
        if (moment.year, moment.month) == (2026, 11)
    ]
    assert 200 < len(expected) < len(written)
    assert list(made.answers) == expected
    assert made.counted_since == date(2026, 10, 25)
    times = sorted(one.took_ms for one in expected if one.took_ms is not None)
    assert made.took is not None
    for share, took in ((50, made.took.p50), (90, made.took.p90), (99, made.took.p99)):
        enough = [ms for ms in times if 100 * sum(other <= ms for other in times) >= share * len(times)]
        assert took == enough[0]


@pytest.mark.parametrize(
    ("times", "took"),
    [
        (list(range(1, 101)), Took(100, 50, 90, 99)),
        (list(range(200, 0, -1)), Took(200, 100, 180, 198)),
        ([7], Took(1, 7, 7, 7)),
        ([30, 10, 20], Took(3, 20, 30, 30)),
        ([5, None, 9], Took(2, 5, 9, 9)),
        ([None], None),
        ([], None),
    ],
)
def test_times_are_those_that_half_nine_of_ten_and_99_of_100_answers_took_at_most(
    ledger: Ledger, times: list[int | None], took: Took | None
) -> None:
    for took_ms in times:
        ledger.ask(at(11, 3), took_ms=took_ms)

    assert ledger.figures().took == took


def test_what_people_said_is_counted_by_reason_and_only_their_last_word_on_an_answer(ledger: Ledger) -> None:
    first, second, third = (ledger.ask(at(11, 3))[0] for _ in range(3))
    said = [
        (first, "unhelpful", None, ""),
        (first, "unhelpful", "unclear", ""),
        (second, "unhelpful", "wrong", ""),
        (second, "helpful", None, ""),
        (third, "unhelpful", None, ""),
        (first, "right", None, "周敏"),
        (first, "wrong", "outdated", "林涛"),
        (third, "wrong", "outdated", "周敏"),
    ]
    for minute, (answer_id, verdict, reason, by) in enumerate(said):
        ledger.judge(answer_id, at(11, 4, minute=minute), verdict, reason, by)

    made = ledger.figures()

    assert made.citizens == Told(1, 2, Counter({"unclear": 1, None: 1}))
    assert made.operators == Told(1, 2, Counter({"outdated": 2}))


def test_waits_are_from_the_asking_to_the_taking_even_beyond_the_month(ledger: Ledger) -> None:
    ledger.hand_over(at(11, 5), 20 * MINUTE)
    ledger.hand_over(at(11, 30, 23), timedelta(hours=11))
    ledger.hand_over(at(11, 6))
    ledger.hand_over(at(10, 31, 23), timedelta(hours=2))  # asked in October, taken in November

    handed_over = ledger.figures().handed_over

    assert handed_over == HandedOver(3, 2, (20 * MINUTE, timedelta(hours=11)))
    assert (handed_over.within(0.5), handed_over.within(0.9)) == (20 * MINUTE, timedelta(hours=11))


def test_who_asks_again_after_being_taken_waits_anew(ledger: Ledger) -> None:
    conversation = ledger.hand_over(at(11, 5), 20 * MINUTE)
    ledger.hand_over(at(11, 7), conversation=conversation)
    assert ledger.figures().handed_over == HandedOver(1, 0, ())

    assert ledger.handovers.take(conversation, "林涛")
    ledger.audit.write(at(11, 7, 9, 5), "林涛", "take", conversation)
    assert ledger.figures().handed_over == HandedOver(1, 1, (5 * MINUTE,))


def test_nobody_handed_over_has_no_wait(ledger: Ledger) -> None:
    assert ledger.figures().handed_over.within(0.5) is None


def test_changes_are_what_was_published_and_filled_in_and_nothing_else(ledger: Ledger) -> None:
    actions = ["publish", "sign_in", "rollback", "take", "propose", "confirm", "ask", "add_office_value"]
    for day, action in enumerate(actions, 1):
        ledger.audit.write(at(11, day), "罗主任", action, f"对象{day}")
    ledger.audit.write(datetime(2026, 11, 30, 15, 59, 59, 500000, tzinfo=UTC), "罗主任", "publish", "最后")

    changes = [(one.at.day, one.action, one.subject) for one in ledger.figures().changes]

    assert changes == [
        (1, "publish", "对象1"),
        (3, "rollback", "对象3"),
        (5, "propose", "对象5"),
        (6, "confirm", "对象6"),
        (8, "add_office_value", "对象8"),
        (30, "publish", "最后"),
    ]


# Where records are gone, or are not there yet


def test_the_counts_outlive_the_questions(ledger: Ledger) -> None:
    for day in (1, 2, 3):
        answer_id, conversation = ledger.ask(at(11, day))
        ledger.judge(answer_id, at(11, day), "helpful")
        ledger.hand_over(at(11, day), MINUTE, conversation)
    before, later = ledger.figures(), at(3, 5, year=2027)
    ledger.records.purge(later)

    after = ledger.figures(now=later)

    assert ledger.records.count() == 0
    assert (after.answers, after.took) == (before.answers, before.took)
    assert (len(before.top.groups), before.citizens.count, before.handed_over.asked) == (1, 3, 3)
    assert (len(after.top.groups), after.citizens.count, after.handed_over.asked) == (0, 0, 0)
    assert after.texts_deleted


def test_what_has_expired_is_not_shown_though_it_is_still_there(ledger: Ledger) -> None:
    now = at(2, 8, year=2027)  # 90 days after 10 November
    for day, question in ((9, "产假多少天"), (10, "公租房要排多久"), (11, "奶粉钱怎么领")):
        answer_id, conversation = ledger.ask(at(11, day), question)
        ledger.judge(answer_id, at(11, day), "helpful")
        ledger.hand_over(at(11, day), conversation=conversation)

    made = ledger.figures(now=now)

    assert ledger.records.count() == 3
    assert (len(made.answers), len(made.top.groups), made.citizens.count, made.handed_over.asked) == (3, 2, 2, 2)
    assert made.texts_partly_deleted
    assert not made.texts_deleted
    assert made.texts_since == at(11, 10)


@pytest.mark.parametrize(
    ("month", "future", "over", "before_counting"),
    [
        (Month(2027, 1), True, False, False),
        (Month(2026, 12), False, False, False),
        (Month(2026, 11), False, True, False),
        (Month(2026, 10), False, True, False),  # counting began in its middle
        (Month(2026, 9), False, True, True),
    ],
)
def test_a_month_knows_whether_it_has_come_is_over_and_was_counted(
    ledger: Ledger, month: Month, future: bool, over: bool, before_counting: bool
) -> None:
    ledger.ask(at(10, 15))

    made = ledger.figures(month)

    assert (made.is_future, made.is_over, made.is_before_counting) == (future, over, before_counting)


def test_without_any_record_no_month_was_counted(ledger: Ledger) -> None:
    made = ledger.figures()

    assert (made.is_before_counting, made.counted_since, made.answers, made.before) == (True, None, (), None)


def test_the_month_before_is_compared_only_where_all_of_it_was_counted(ledger: Ledger) -> None:
    ledger.ask(at(9, 30))
    for day in (1, 31):
        ledger.ask(at(10, day))

    assert ledger.figures(Month(2026, 10)).before is None
    assert ledger.figures().before == 2


@pytest.mark.parametrize(
    ("now", "days"), [(at(11, 1, 0), 1), (at(11, 24, 23), 24), (at(11, 30), 30), (at(12, 1, 0), 30), (NOW, 30)]
)
def test_the_mean_of_a_day_is_over_the_days_that_have_begun(ledger: Ledger, now: datetime, days: int) -> None:
    ledger.ask(at(10, 31))
    assert ledger.figures(now=now).days_counted == days


@pytest.mark.parametrize(("now", "days"), [(at(11, 24, 23), 1), (at(11, 26), 3), (NOW, 7)])
def test_and_on_which_questions_were_counted(ledger: Ledger, now: datetime, days: int) -> None:
    ledger.ask(at(11, 24))
    assert ledger.figures(now=now).days_counted == days


# The calendar


@pytest.mark.parametrize(
    "written",
    ["", "2026", "2026-13", "2026-00", "2026-1", "1999-12", "2026-11-01", "２０２６-11", "2026-11\n", "x" * 99],
)
def test_what_is_no_month_is_told_so(written: str) -> None:
    with pytest.raises(BadMonth, match="月份应写成 2026-11 这样"):
        Month.parse(written)


def test_months_follow_each_other_over_the_years() -> None:
    december = Month.parse("2026-12")

    assert (december.next, december.next.previous) == (Month(2027, 1), december)
    assert (december.first, december.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert Month(2028, 2).last == date(2028, 2, 29)
    assert (december.written, december.label, Month(2027, 1).written) == ("2026-12", "2026年12月", "2027-01")
    assert Month.of(datetime(2026, 12, 31, 16, tzinfo=UTC)) == Month(2027, 1)
