"""What is in the records of one month → the figures of its report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from service.audit import Audit, Entry
from service.handovers import Handovers, Wanted
from service.monthly.month import Month
from service.monthly.questions import Alike, Grouped, Said, group_alike, of_one
from service.monthly.wording import CHANNELS
from service.records import Feedback, QuestionText, Records, oldest_answer
from service.tally import SHANGHAI, Counted
from service.unanswered import Read, Sent, Unanswered

CHANGES = {
    "propose": "提出发布",
    "confirm": "核对并确认",
    "publish": "发布新版",
    "publish_alone": "一个人发布新版",
    "decline": "退回发布",
    "rollback": "回退到上一版",
    "add_office_value": "填写单位的值",
    "approve_answer": "核准回答",
    "withdraw_answer": "撤下核准的回答",
    "channel_on": "打开渠道",
    "channel_off": "停用渠道",
}
_BY_ITSELF = {*CHANNELS, "citizen"}
T = TypeVar("T")
_SHARES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds that half, nine of ten and 99 of 100 of the `measured` answers took at most."""

    measured: int
    p50: int
    p90: int
    p99: int


@dataclass(frozen=True, slots=True)
class Told:
    """What citizens (helpful or not) or operators (right or wrong) said; `reasons` of the bad ones, None: not said."""

    good: int
    bad: int
    reasons: Counter[str | None]

    @property
    def count(self) -> int:
        return self.good + self.bad


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A group of the queue, as far as it came in this month: `by_hand` of its questions an operator put in, `waiting`
    of them nobody has dealt with."""

    number: int
    alike: Alike
    by_hand: int
    waiting: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """`asked` conversations wanted a person, `taken` of them have been taken since. `waits` in order, shortest first:
    those whose taking is in the audit."""

    asked: int
    taken: int
    waits: tuple[timedelta, ...]

    def within(self, share: float) -> timedelta | None:
        """How long this share of them waited at most; None where no wait is known."""
        return nearest_rank(self.waits, share) if self.waits else None


@dataclass(frozen=True, slots=True)
class Figures:
    """`made_at`: how far it reaches where the month is not over. `counted_since`: the first day that was ever counted,
    None where none was. `texts_since`: the moment before which questions and feedback have been deleted."""

    month: Month
    made_at: datetime
    counted_since: date | None
    texts_since: datetime
    answers: tuple[Counted, ...]
    before: int | None
    took: Took | None
    top: Grouped
    unsettled: tuple[Unsettled, ...]
    citizens: Told
    operators: Told
    handed_over: HandedOver
    changes: tuple[Entry, ...]

    @property
    def is_future(self) -> bool:
        return self.month.since > self.made_at

    @property
    def is_over(self) -> bool:
        return self.month.until <= self.made_at

    @property
    def is_before_counting(self) -> bool:
        """Nothing was counted yet when it ended; nor was anything counted at all."""
        return not self.is_future and (self.counted_since is None or self.month.last < self.counted_since)

    @property
    def texts_deleted(self) -> bool:
        return self.month.until <= self.texts_since

    @property
    def texts_partly_deleted(self) -> bool:
        return self.month.since < self.texts_since < self.month.until

    @property
    def days_counted(self) -> int:
        """Days of the month that have begun and on which questions were counted."""
        first = max(self.month.first, self.counted_since or self.month.first)
        last = min(self.month.last, self.made_at.astimezone(SHANGHAI).date())
        return max(0, (last - first).days + 1)


@dataclass(frozen=True, slots=True)
class Sources:
    records: Records
    unanswered: Unanswered
    audit: Audit
    handovers: Handovers


def figures(month: Month, sources: Sources, read: Read, now: datetime) -> Figures:
    """`read` says how questions are compared; `now` is when the report is made."""
    span = month.since, month.until
    records, tally = sources.records, sources.records.tally
    asked, told = records.questions_between(*span, now), records.judged(*span, now)
    answers = tuple(tally.between(month.first, month.last))
    since = tally.since()
    last_month = month.previous
    complete = since is not None and since <= last_month.first
    return Figures(
        month=month,
        made_at=now,
        counted_since=since,
        texts_since=oldest_answer(now),
        answers=answers,
        before=len(tally.between(last_month.first, last_month.last)) if complete else None,
        took=_took(sorted(one.took_ms for one in answers if one.took_ms is not None)),
        top=group_alike((Said(one.question, one.conversation_id) for one in asked), read),
        unsettled=_unsettled(sources.unanswered.sent(*span), asked),
        citizens=_told(told, "helpful", "unhelpful"),
        operators=_told(told, "right", "wrong"),
        handed_over=_handed_over(
            sources.handovers.wanted(*span, now), sources.audit.between(month.since, now, {"take"})
        ),
        changes=tuple(sources.audit.between(*span, CHANGES)),
    )


def nearest_rank(in_order: Sequence[T], share: float) -> T:
    """The least of the values that `share` of them do not exceed; there is at least one."""
    return in_order[max(0, -(-round(share * 100) * len(in_order) // 100) - 1)]


def _took(in_order: Sequence[int]) -> Took | None:
    return Took(len(in_order), *(nearest_rank(in_order, share) for share in _SHARES)) if in_order else None


def _told(told: Sequence[Feedback], good: str, bad: str) -> Told:
    reasons = Counter(one.reason for one in told if one.verdict == bad)
    return Told(sum(one.verdict == good for one in told), reasons.total(), reasons)


def _unsettled(sent: Sequence[Sent], asked: Sequence[QuestionText]) -> tuple[Unsettled, ...]:
    """Calls and what has expired are of no conversation that is known."""
    conversations = {one.answer_id: one.conversation_id for one in asked}
    groups: dict[int, list[Sent]] = {}
    for one in sent:
        groups.setdefault(one.group, []).append(one)
    unsettled = [
        Unsettled(
            number,
            of_one([Said(one.question, conversations.get(one.answer_id or "")) for one in members]),
            sum(one.sent_by not in _BY_ITSELF for one in members),
            sum(one.outcome is None for one in members),
        )
        for number, members in groups.items()
    ]
    return tuple(sorted(unsettled, key=lambda group: (-group.alike.count, group.number)))


def _handed_over(wanted: Sequence[Wanted], takes: Sequence[Entry]) -> HandedOver:
    taken_at: dict[str, list[datetime]] = {}
    for entry in takes:
        taken_at.setdefault(entry.subject, []).append(entry.at)
    waits = [
        min(after) - one.asked_at
        for one in wanted
        if one.taken and (after := [at for at in taken_at.get(one.conversation_id, []) if at >= one.asked_at])
    ]
    return HandedOver(len(wanted), sum(one.taken for one in wanted), tuple(sorted(waits)))
