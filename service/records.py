"""What was asked and answered, what people said of the answers, and who asked for a person."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    String,
    Text,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from service.database import Table
from service.dialogue import Answer, Earlier, Question, Status
from service.rules.facts import parse_facts
from service.tally import Tally, counting

_ANSWER = TypeAdapter(Answer)
_EARLIER = TypeAdapter(Earlier)
_FORGOTTEN_AFTER = timedelta(hours=24)
KEPT_FOR = timedelta(days=90)
_ON_A_PAGE = 50


class _ConversationRow(Table):
    __tablename__ = "dialogues"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    earlier: Mapped[str] = mapped_column(Text)


class _AnswerRow(Table):
    __tablename__ = "answers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    snapshot: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)


class _FeedbackRow(Table):
    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    answer_id: Mapped[str] = mapped_column(String(64), index=True)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    given_by: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)


class _HandoverRow(Table):
    __tablename__ = "handovers"
    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    taken_by: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Saved:
    answer_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A recorded answer; `question` is masked."""

    answer_id: str
    conversation_id: str
    asked_at: datetime
    channel: str
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thinks of an answer; `given_by` is "citizen" or the name of a seat, `comment` is masked."""

    answer_id: str
    verdict: str
    reason: str | None
    comment: str | None
    given_by: str = "citizen"


@dataclass(frozen=True, slots=True)
class Handover:
    """Somebody who asked for a person at `asked_at`; `last_question` is what they had asked before, masked."""

    conversation_id: str
    asked_at: datetime
    taken_by: str | None
    last_question: str


@dataclass(frozen=True, slots=True)
class Handovers:
    """One page of `pages`, counted from 1; `waiting` counts those of all pages whom nobody has taken."""

    shown: tuple[Handover, ...]
    waiting: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, masked, without its answer."""

    answer_id: str
    conversation_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a person was asked for, latest at `asked_at`; whether a seat has taken the conversation since."""

    conversation_id: str
    asked_at: datetime
    taken: bool


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each kind were deleted."""

    answers: int
    feedback: int
    dialogues: int
    handovers: int


def unsaved() -> Saved:
    """Ids for an answer that is in no record."""
    return Saved(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


class Records:
    """Questions come in masked already; ids cannot be guessed."""

    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine
        self.tally = Tally(engine)

    def earlier(self, conversation_id: str | None, now: datetime) -> Earlier | None:
        """What a conversation said so far; None for an id that was never issued, or that has been silent for a day."""
        if conversation_id is None:
            return None
        with Session(self._engine) as session:
            row = session.get(_ConversationRow, conversation_id)
        if row is None or now.astimezone(UTC) - row.said_at.replace(tzinfo=UTC) > _FORGOTTEN_AFTER:
            return None
        earlier = _EARLIER.validate_json(row.earlier)
        return replace(earlier, facts={owner: parse_facts(said) for owner, said in earlier.facts.items()})

    def save(
        self,
        conversation_id: str | None,
        channel: str,
        asked_at: datetime,
        question: Question,
        answer: Answer,
        took_ms: int | None = None,
    ) -> Saved:
        """One row for the answer, one for the conversation, one for the count; a None id begins a new conversation."""
        saved = Saved(secrets.token_urlsafe(24), conversation_id or secrets.token_urlsafe(24))
        with self._engine.begin() as db:
            said = _said(answer.remembered, asked_at)
            if conversation_id:
                db.execute(_CHANGE_CONVERSATION, said | {"conversation": saved.conversation_id})
            else:
                db.execute(_NEW_CONVERSATION, said | {"id": saved.conversation_id})
            db.execute(_NEW_ANSWER, _answered(saved, channel, asked_at, question, answer))
            db.execute(counting(asked_at, channel, answer.status.value, answer.reason, took_ms))
        return saved

    def latest_questions(self, limit: int) -> list[str]:
        """As they were asked, masked, the latest first, each once."""
        newest = select(_AnswerRow.question).order_by(_AnswerRow.asked_at.desc()).limit(limit)
        with Session(self._engine) as session:
            return list(dict.fromkeys(session.scalars(newest)))

    def kept(self, answer_id: str, now: datetime) -> Kept | None:
        """None for an id that was never issued, or whose record has expired."""
        with Session(self._engine) as session:
            row = session.get(_AnswerRow, answer_id)
        kept = _kept(row) if row else None
        return kept if kept and now - kept.asked_at <= KEPT_FOR else None

    def turns(self, conversation_id: str, now: datetime) -> list[Kept]:
        """One conversation from its beginning, less what has expired."""
        one = select(_AnswerRow).where(
            _AnswerRow.conversation_id == conversation_id, _AnswerRow.asked_at >= _oldest(now)
        )
        with Session(self._engine) as session:
            return [_kept(row) for row in session.scalars(one.order_by(_AnswerRow.asked_at))]

    def judge(self, feedback: Feedback, at: datetime) -> None:
        with self._engine.begin() as db:
            row = {"given_at": at.astimezone(UTC)} | {name: getattr(feedback, name) for name in Feedback.__slots__}
            db.execute(insert(_FeedbackRow), row)

    def hand_over(self, conversation_id: str, at: datetime) -> bool:
        """False for a conversation that was never begun, or has expired. One that waits keeps its place; one that a
        seat has taken waits anew."""
        asked_at = at.astimezone(UTC)
        this = _AnswerRow.conversation_id == conversation_id, _AnswerRow.asked_at >= _oldest(at)
        with Session(self._engine) as session:
            if session.scalar(select(func.count()).where(*this)) == 0:
                return False
        try:
            with self._engine.begin() as db:
                db.execute(insert(_HandoverRow).values(conversation_id=conversation_id, asked_at=asked_at))
        except IntegrityError:
            taken = _HandoverRow.conversation_id == conversation_id, _HandoverRow.taken_by.is_not(None)
            with self._engine.begin() as db:
                db.execute(update(_HandoverRow).where(*taken).values(asked_at=asked_at, taken_by=None))
        return True

    def handovers(self, now: datetime, page: int = 1) -> Handovers:
        """Those who wait, the longest first, then those taken, the latest first; the last page for one beyond it."""
        free, alive = _HandoverRow.taken_by.is_(None), _alive(now)
        count = select(func.count()).select_from(_HandoverRow).where(alive)
        line = select(_HandoverRow).where(alive).order_by(*_IN_LINE).limit(_ON_A_PAGE)
        with Session(self._engine) as session:
            pages = max(1, -(-session.scalars(count).one() // _ON_A_PAGE))
            page = min(page, pages)
            rows = session.scalars(line.offset((page - 1) * _ON_A_PAGE)).all()
            return Handovers(_handovers(session, rows, now), session.scalars(count.where(free)).one(), page, pages)

    def handover(self, conversation_id: str, now: datetime) -> Handover | None:
        """None where nobody asked for a person, or the record has expired."""
        one = select(_HandoverRow).where(_HandoverRow.conversation_id == conversation_id, _alive(now))
        with Session(self._engine) as session:
            return next(iter(_handovers(session, session.scalars(one).all(), now)), None)

    def take(self, conversation_id: str, seat: str) -> bool:
        """False where another seat has taken it, or nobody asked."""
        mine = update(_HandoverRow).where(
            _HandoverRow.conversation_id == conversation_id, _HandoverRow.taken_by.is_(None)
        )
        with self._engine.begin() as db:
            return db.execute(mine.values(taken_by=seat)).rowcount == 1

    def purge(self, now: datetime) -> Purged:
        """Deletes answers and feedback of more than 90 days; then, where a conversation has no answer left, who asked
        for a person in it, and what it said once it has been silent for a day."""
        left = select(_AnswerRow.conversation_id)
        silent = _ConversationRow.said_at < now.astimezone(UTC) - _FORGOTTEN_AFTER
        with self._engine.begin() as db:
            return Purged(
                answers=db.execute(delete(_AnswerRow).where(_AnswerRow.asked_at < _oldest(now))).rowcount,
                feedback=db.execute(delete(_FeedbackRow).where(_FeedbackRow.given_at < _oldest(now))).rowcount,
                dialogues=db.execute(delete(_ConversationRow).where(silent, _ConversationRow.id.not_in(left))).rowcount,
                handovers=db.execute(delete(_HandoverRow).where(_HandoverRow.conversation_id.not_in(left))).rowcount,
            )

    def asked(self, since: datetime, until: datetime, now: datetime) -> list[Asked]:
        """What was asked from `since` to before `until` and has not expired, in the order of time."""
        row, begin = _AnswerRow, max(since.astimezone(UTC), _oldest(now))
        wanted = select(row.id, row.conversation_id, row.question).order_by(row.asked_at, row.id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.asked_at >= begin, row.asked_at < until.astimezone(UTC)))
            return [Asked(*one) for one in found]

    def judged(self, since: datetime, until: datetime, now: datetime) -> list[Feedback]:
        """What was said of answers in that time and has not expired; the last word of each judge on each answer."""
        row, begin = _FeedbackRow, max(since.astimezone(UTC), _oldest(now))
        wanted = select(row.answer_id, row.verdict, row.reason, row.comment, row.given_by).order_by(row.id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.given_at >= begin, row.given_at < until.astimezone(UTC)))
            return list({(one.answer_id, one.given_by): Feedback(*one) for one in found}.values())

    def wanted(self, since: datetime, until: datetime, now: datetime) -> list[Wanted]:
        """The conversations in which a person was last asked for in that time, in the order of time, unless expired."""
        row, begin = _HandoverRow, max(since.astimezone(UTC), _oldest(now))
        wanted = select(row.conversation_id, row.asked_at, row.taken_by).order_by(row.asked_at, row.conversation_id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.asked_at >= begin, row.asked_at < until.astimezone(UTC)))
            return [Wanted(one.conversation_id, _aware(one.asked_at), one.taken_by is not None) for one in found]

    def count(self) -> int:
        with Session(self._engine) as session:
            return session.scalars(select(func.count()).select_from(_AnswerRow)).one()

    def close(self) -> None:
        self._engine.dispose()


def _oldest(now: datetime) -> datetime:
    """Whatever is before it has expired."""
    return now.astimezone(UTC) - KEPT_FOR


def _alive(now: datetime) -> ColumnElement[bool]:
    """Of a handover: its conversation has an answer that has not expired."""
    return _HandoverRow.conversation_id.in_(
        select(_AnswerRow.conversation_id).where(_AnswerRow.asked_at >= _oldest(now))
    )


def _handovers(session: Session, rows: Sequence[_HandoverRow], now: datetime) -> tuple[Handover, ...]:
    these = _AnswerRow.conversation_id.in_([row.conversation_id for row in rows]), _AnswerRow.asked_at >= _oldest(now)
    said = select(_AnswerRow).options(defer(_AnswerRow.answer)).where(*these).order_by(_AnswerRow.asked_at)
    turns: dict[str, list[_AnswerRow]] = {}
    for turn in session.scalars(said):
        turns.setdefault(turn.conversation_id, []).append(turn)
    return tuple(
        Handover(row.conversation_id, _aware(row.asked_at), row.taken_by, _telling(turns[row.conversation_id], row))
        for row in rows
        if row.conversation_id in turns
    )


def _telling(turns: Sequence[_AnswerRow], row: _HandoverRow) -> str:
    """The question that a person was asked for over: the last one before, or else the first one after; a bare request
    for a person only where there is nothing else."""
    told = [turn for turn in turns if turn.status != Status.HANDED_OVER.value]
    before = [turn for turn in told if turn.asked_at <= row.asked_at]
    return (before[-1:] or told[:1] or turns[-1:])[0].question


def _kept(row: _AnswerRow) -> Kept:
    answer = _ANSWER.validate_json(row.answer)
    return Kept(row.id, row.conversation_id, _aware(row.asked_at), row.channel, row.question, answer)


def _aware(at: datetime) -> datetime:
    """SQLite forgets the zone; what is stored is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


_IN_LINE = (
    _HandoverRow.taken_by.is_not(None),
    case((_HandoverRow.taken_by.is_(None), _HandoverRow.asked_at)),
    _HandoverRow.asked_at.desc(),
    _HandoverRow.conversation_id,
)
_NEW_CONVERSATION = insert(_ConversationRow)
_CHANGE_CONVERSATION = (
    update(_ConversationRow)
    .where(_ConversationRow.id == bindparam("conversation"))
    .values(said_at=bindparam("said_at"), earlier=bindparam("earlier"))
)
_NEW_ANSWER = insert(_AnswerRow)


def _said(remembered: Earlier, at: datetime) -> dict[str, str | datetime]:
    plain = {owner: {name: _plain(value) for name, value in facts.items()} for owner, facts in remembered.facts.items()}
    return {"said_at": at.astimezone(UTC), "earlier": _EARLIER.dump_json(replace(remembered, facts=plain)).decode()}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _answered(
    saved: Saved, channel: str, asked_at: datetime, question: Question, answer: Answer
) -> dict[str, str | datetime]:
    return {
        "id": saved.answer_id,
        "conversation_id": saved.conversation_id,
        "asked_at": asked_at.astimezone(UTC),
        "channel": channel,
        "question": question.text,
        "status": answer.status.value,
        "snapshot": answer.snapshot,
        "answer": _ANSWER.dump_json(answer).decode(),
    }
