"""Who asked for a person, and which seat has taken them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, DateTime, Engine, String, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from service.database import Table
from service.dialogue import Status
from service.records import AnswerRow, aware, oldest_answer

_ON_A_PAGE = 50


class _HandoverRow(Table):
    __tablename__ = "handovers"
    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    taken_by: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Handover:
    """Somebody who asked for a person at `asked_at`; `last_question` is what they had asked before, masked."""

    conversation_id: str
    asked_at: datetime
    taken_by: str | None
    last_question: str


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """One page of `pages`, counted from 1; `waiting` counts those of all pages whom nobody has taken."""

    shown: tuple[Handover, ...]
    waiting: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a person was asked for, latest at `asked_at`; whether a seat has taken the conversation since."""

    conversation_id: str
    asked_at: datetime
    taken: bool


class Handovers:
    """A handover lives as long as its conversation has an answer that has not expired."""

    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def hand_over(self, conversation_id: str, at: datetime) -> bool:
        """False for a conversation that was never begun, or has expired. One that waits keeps its place; one that a
        seat has taken waits anew."""
        asked_at = at.astimezone(UTC)
        this = AnswerRow.conversation_id == conversation_id, AnswerRow.asked_at >= oldest_answer(at)
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

    def wanted(self, since: datetime, until: datetime, now: datetime) -> list[Wanted]:
        """The conversations in which a person was last asked for in that time, in the order of time, unless expired."""
        row, begin = _HandoverRow, max(since.astimezone(UTC), oldest_answer(now))
        wanted = select(row.conversation_id, row.asked_at, row.taken_by).order_by(row.asked_at, row.conversation_id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.asked_at >= begin, row.asked_at < until.astimezone(UTC)))
            return [Wanted(one.conversation_id, aware(one.asked_at), one.taken_by is not None) for one in found]

    def page(self, now: datetime, page: int = 1) -> HandoverPage:
        """Those who wait, the longest first, then those taken, the latest first; the last page for one beyond it."""
        free, alive = _HandoverRow.taken_by.is_(None), _alive(now)
        count = select(func.count()).select_from(_HandoverRow).where(alive)
        line = select(_HandoverRow).where(alive).order_by(*_IN_LINE).limit(_ON_A_PAGE)
        with Session(self._engine) as session:
            pages = max(1, -(-session.scalars(count).one() // _ON_A_PAGE))
            page = min(page, pages)
            rows = session.scalars(line.offset((page - 1) * _ON_A_PAGE)).all()
            return HandoverPage(_handovers(session, rows, now), session.scalars(count.where(free)).one(), page, pages)

    def one(self, conversation_id: str, now: datetime) -> Handover | None:
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

    def purge(self) -> int:
        """Deletes those of conversations without an answer left; how many."""
        with self._engine.begin() as db:
            left = select(AnswerRow.conversation_id)
            return db.execute(delete(_HandoverRow).where(_HandoverRow.conversation_id.not_in(left))).rowcount

    def forget(self, conversation_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(delete(_HandoverRow).where(_HandoverRow.conversation_id == conversation_id)).rowcount


def _alive(now: datetime) -> ColumnElement[bool]:
    """Of a handover: its conversation has an answer that has not expired."""
    return _HandoverRow.conversation_id.in_(
        select(AnswerRow.conversation_id).where(AnswerRow.asked_at >= oldest_answer(now))
    )


def _handovers(session: Session, rows: Sequence[_HandoverRow], now: datetime) -> tuple[Handover, ...]:
    these = AnswerRow.conversation_id.in_([row.conversation_id for row in rows])
    said = select(AnswerRow).options(defer(AnswerRow.answer), defer(AnswerRow.asked), defer(AnswerRow.basis))
    said = said.where(these, AnswerRow.asked_at >= oldest_answer(now)).order_by(AnswerRow.asked_at)
    turns: dict[str, list[AnswerRow]] = {}
    for turn in session.scalars(said):
        turns.setdefault(turn.conversation_id, []).append(turn)
    return tuple(
        Handover(row.conversation_id, aware(row.asked_at), row.taken_by, _telling(turns[row.conversation_id], row))
        for row in rows
        if row.conversation_id in turns
    )


def _telling(turns: Sequence[AnswerRow], row: _HandoverRow) -> str:
    """The question that a person was asked for over: the last one before, or else the first one after; a bare request
    for a person only where there is nothing else."""
    told = [turn for turn in turns if turn.status != Status.HANDED_OVER.value]
    before = [turn for turn in told if turn.asked_at <= row.asked_at]
    return (before[-1:] or told[:1] or turns[-1:])[0].question


_IN_LINE = (
    _HandoverRow.taken_by.is_not(None),
    case((_HandoverRow.taken_by.is_(None), _HandoverRow.asked_at)),
    _HandoverRow.asked_at.desc(),
    _HandoverRow.conversation_id,
)
