"""Questions that had no good answer, grouped by likeness, until an editor has dealt with the group."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from sqlalchemy import ColumnElement, DateTime, Engine, String, Text, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.index import Query
from service.database import Table
from service.dialogue import Answer, Status
from service.keeping import UNANSWERED
from service.words import Words

# Measured on the question bank: below, questions of two clauses come together; above, paraphrases fall apart.
_ALIKE_BY_VECTORS, _ALIKE_BY_WORDS = 0.5, 0.4
_COMPARED = 300
_AT_ONCE = 300
_SENSITIVE = {Status.HANDED_OVER, Status.REFUSED}

Read = Callable[[str], Query]


class Missing(StrEnum):
    """What a good answer would have needed."""

    CLAUSE = "clause"
    WORDING = "wording"
    OFFICE = "office"


class _UnansweredRow(Table):
    """`group` is the id of the first question of its group, 0 until it has been grouped."""

    __tablename__ = "unanswered"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    group: Mapped[int] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[str | None] = mapped_column(String(64))
    sent_by: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(16), index=True)
    closed_by: Mapped[str | None] = mapped_column(String(64))


class _LackRow(Table):
    """What the answer to a question lacked; a question that was put in without an answer has none."""

    __tablename__ = "unanswered_lacks"
    question: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    missing: Mapped[str] = mapped_column(String(16))
    entry: Mapped[str] = mapped_column(String(100))


@dataclass(frozen=True, slots=True)
class Lack:
    """`entry` is the id of the office's value that is not entered, "" where it is something else that is missing."""

    missing: Missing
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, the latest first; masked. `number` names the group; `lack` is that of most of its
    questions."""

    number: int
    questions: tuple[str, ...]
    latest: datetime
    lack: Lack = Lack(Missing.CLAUSE)

    @property
    def count(self) -> int:
        return len(self.questions)


@dataclass(frozen=True, slots=True)
class Sent:
    """A question that came in, masked; `sent_by` is the channel or "citizen" where it came in by itself, else the name
    of an account; `outcome` None: it still waits."""

    group: int
    question: str
    answer_id: str | None
    sent_by: str
    outcome: str | None


def lack_of(answer: Answer, words: Words) -> Lack | None:
    """What an answer lacked that was no good; None where nobody but a person can help, or the service itself failed."""
    if answer.status in _SENSITIVE or answer.status is Status.FAILED:
        return None
    for entry in words.office:
        told = words.wording["office_missing"].format(name=entry.name, ask="、".join(entry.ask))
        if not entry.values and told in answer.text:
            return Lack(Missing.OFFICE, entry.id)
    without = answer.status in {Status.NO_BASIS, Status.OUT_OF_SCOPE}
    return Lack(Missing.CLAUSE if without else Missing.WORDING)


class Unanswered:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine
        self._gathering = threading.Lock()

    def put(self, question: str, answer_id: str | None, sent_by: str, at: datetime, lack: Lack | None = None) -> int:
        """Its id, not yet grouped; that of an answer which is waiting already is not put in twice. Masked."""
        with Session(self._engine) as session, session.begin():
            waiting = select(_UnansweredRow.id).where(_UnansweredRow.outcome.is_(None))
            same = session.scalar(waiting.where(_UnansweredRow.answer_id == answer_id)) if answer_id else None
            if same is not None:
                return same
            row = _UnansweredRow(group=0, question=question, answer_id=answer_id, sent_by=sent_by)
            row.sent_at = at.astimezone(UTC)
            session.add(row)
            session.flush()
            if lack is not None:
                values = {"question": row.id, "missing": lack.missing.value, "entry": lack.entry}
                session.execute(insert(_LackRow).values(**values))
            return row.id

    def gather(self, read: Read) -> int:
        """Puts each new question into the group that it is most like, or into one of its own; how many are still new,
        as no more than some hundreds are compared at once."""
        new = _UnansweredRow.group == 0, _UnansweredRow.outcome.is_(None)
        with self._gathering, Session(self._engine) as session, session.begin():
            rows = session.scalars(select(_UnansweredRow).where(*new).order_by(_UnansweredRow.id).limit(_AT_ONCE)).all()
            groups = self._open_groups(session, read) if rows else {}
            for row in rows:
                asked = read(row.question)
                row.group = _most_like(asked, groups) or row.id
                groups.setdefault(row.group, []).append(asked)
            session.flush()
            return session.scalars(select(func.count()).select_from(_UnansweredRow).where(*new)).one()

    def _open_groups(self, session: Session, read: Read) -> dict[int, list[Query]]:
        grouped = select(_UnansweredRow).where(_UnansweredRow.outcome.is_(None), _UnansweredRow.group > 0)
        groups: dict[int, list[Query]] = {}
        for row in session.scalars(grouped.order_by(_UnansweredRow.id.desc()).limit(_COMPARED)):
            groups.setdefault(row.group, []).append(read(row.question))
        return groups

    def group_of(self, id: int) -> int:
        """The group of a question that was put in; 0 where it has none yet."""
        with Session(self._engine) as session:
            return session.scalar(select(_UnansweredRow.group).where(_UnansweredRow.id == id)) or 0

    def groups(self, missing: Missing | None = None) -> list[Group]:
        """Those not yet dealt with, the largest first, then the latest; those alone that lack `missing`, if given."""
        groups = [group for group in self._groups() if missing in {None, group.lack.missing}]
        return sorted(groups, key=lambda group: (-group.count, -group.latest.timestamp(), group.number))

    def sent(self, since: datetime, until: datetime) -> list[Sent]:
        """What came in from `since` to before `until`, dealt with or not, in the order of time."""
        row = _UnansweredRow
        wanted = select(row.group, row.question, row.answer_id, row.sent_by, row.outcome).order_by(row.sent_at, row.id)
        within = row.sent_at >= since.astimezone(UTC), row.sent_at < until.astimezone(UTC)
        with Session(self._engine) as session:
            return [Sent(*found) for found in session.execute(wanted.where(*within))]

    def group(self, number: int) -> Group | None:
        """None where no question of that group is waiting."""
        return next(iter(self._groups(_UnansweredRow.group == number)), None)

    def _groups(self, *these: object) -> list[Group]:
        lacks = _LackRow.question == _UnansweredRow.id
        waiting = select(_UnansweredRow, _LackRow).outerjoin(_LackRow, lacks).where(_UnansweredRow.outcome.is_(None))
        grouped = waiting.where(_UnansweredRow.group > 0, *these).order_by(_UnansweredRow.id.desc())  # type: ignore[arg-type]
        by_group: dict[int, list[tuple[_UnansweredRow, Lack | None]]] = {}
        with Session(self._engine) as session:
            for row, lack in session.execute(grouped):
                told = Lack(Missing(lack.missing), lack.entry) if lack else None
                by_group.setdefault(row.group, []).append((row, told))
        return [_group(number, rows) for number, rows in by_group.items()]

    def close(self, group: int, outcome: str, closed_by: str, questions: Collection[str] | None = None) -> bool:
        """The whole group, or these wordings of it alone; False where none of them is waiting."""
        waiting = update(_UnansweredRow).where(_UnansweredRow.group == group, _UnansweredRow.outcome.is_(None))
        if questions is not None:
            waiting = waiting.where(_UnansweredRow.question.in_(questions))
        with self._engine.begin() as db:
            return group > 0 and db.execute(waiting.values(outcome=outcome, closed_by=closed_by)).rowcount > 0

    def purge(self, now: datetime) -> int:
        """Deletes what has expired, dealt with or not; how many questions."""
        return self._delete(_UnansweredRow.sent_at < UNANSWERED.oldest(now.astimezone(UTC)))

    def forget(self, answer_ids: Sequence[str]) -> int:
        """Deletes the questions that came with these answers; how many."""
        return self._delete(_UnansweredRow.answer_id.in_(answer_ids))

    def _delete(self, these: ColumnElement[bool]) -> int:
        with self._engine.begin() as db:
            db.execute(delete(_LackRow).where(_LackRow.question.in_(select(_UnansweredRow.id).where(these))))
            return db.execute(delete(_UnansweredRow).where(these)).rowcount


def _group(number: int, rows: Sequence[tuple[_UnansweredRow, Lack | None]]) -> Group:
    questions = tuple(row.question for row, _ in rows)
    return Group(number, questions, rows[0][0].sent_at.replace(tzinfo=UTC), _most_common(lack for _, lack in rows))


def _most_common(lacks: Iterable[Lack | None]) -> Lack:
    counted = Counter(lack for lack in lacks if lack is not None).most_common(1)
    return counted[0][0] if counted else Lack(Missing.CLAUSE)


def _most_like(asked: Query, groups: dict[int, list[Query]]) -> int | None:
    near = {number: nearness(asked, members) for number, members in groups.items()}
    best = max(near, key=lambda number: near[number], default=None)
    return best if best is not None and near[best] >= 1 else None


def nearness(asked: Query, members: Sequence[Query]) -> float:
    """1 and above: it asks what the members ask. By the mean of their vectors, or else by the words they share."""
    vectors = [member.vector for member in members if member.vector is not None]
    if asked.vector is None or not asked.vector.any() or len(vectors) < len(members):
        return max(_overlap(asked, member) for member in members) / _ALIKE_BY_WORDS
    middle = np.sum(vectors, axis=0)
    length = float(np.linalg.norm(middle))
    return float(asked.vector @ middle) / length / _ALIKE_BY_VECTORS if length else 0.0


def _overlap(one: Query, other: Query) -> float:
    mine, yours = {*one.tokens, *one.extra}, {*other.tokens, *other.extra}
    return 2 * len(mine & yours) / (len(mine) + len(yours)) if mine or yours else 0.0
