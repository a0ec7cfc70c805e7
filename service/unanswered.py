"""Questions that nobody could answer, grouped by likeness, until an editor has dealt with the group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import DateTime, Engine, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.index import Query
from service.database import Table
from service.keeping import UNANSWERED

# Measured on the question bank: below, questions of two clauses come together; above, paraphrases fall apart.
_ALIKE_BY_VECTORS, _ALIKE_BY_WORDS = 0.5, 0.4
_COMPARED = 300

Read = Callable[[str], Query]


class _UnansweredRow(Table):
    """`group` is the id of the first question of its group."""

    __tablename__ = "unanswered"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    group: Mapped[int] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[str | None] = mapped_column(String(64))
    sent_by: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(16), index=True)
    closed_by: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same, the latest first; masked. `number` names the group."""

    number: int
    questions: tuple[str, ...]
    latest: datetime

    @property
    def count(self) -> int:
        return len(self.questions)


@dataclass(frozen=True, slots=True)
class Sent:
    """A question that came in, masked; `outcome` None: it still waits."""

    group: int
    question: str
    answer_id: str | None
    outcome: str | None


class Unanswered:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def send(self, question: str, answer_id: str | None, sent_by: str, at: datetime, read: Read) -> int:
        """The number of the group that the question is most like, or of a new one; `question` is masked."""
        with Session(self._engine) as session, session.begin():
            group = self._most_like(session, question, read)
            row = _UnansweredRow(group=group or 0, question=question, answer_id=answer_id, sent_by=sent_by)
            row.sent_at = at.astimezone(UTC)
            session.add(row)
            session.flush()
            row.group = group or row.id
            return row.group

    def _most_like(self, session: Session, question: str, read: Read) -> int | None:
        newest = select(_UnansweredRow).where(_UnansweredRow.outcome.is_(None)).order_by(_UnansweredRow.id.desc())
        groups: dict[int, list[Query]] = {}
        for row in session.scalars(newest.limit(_COMPARED)):
            groups.setdefault(row.group, []).append(read(row.question))
        asked = read(question)
        near = {number: nearness(asked, members) for number, members in groups.items()}
        best = max(near, key=lambda number: near[number], default=None)
        return best if best is not None and near[best] >= 1 else None

    def groups(self) -> list[Group]:
        """Those not yet dealt with, the largest first, then the latest."""
        waiting = select(_UnansweredRow).where(_UnansweredRow.outcome.is_(None)).order_by(_UnansweredRow.id.desc())
        with Session(self._engine) as session:
            rows = session.scalars(waiting).all()
        by_group: dict[int, list[_UnansweredRow]] = {}
        for row in rows:
            by_group.setdefault(row.group, []).append(row)
        groups = [
            Group(number, tuple(row.question for row in of_group), of_group[0].sent_at.replace(tzinfo=UTC))
            for number, of_group in by_group.items()
        ]
        return sorted(groups, key=lambda group: (-group.count, -group.latest.timestamp(), group.number))

    def sent(self, since: datetime, until: datetime) -> list[Sent]:
        """What came in from `since` to before `until`, dealt with or not, in the order of time."""
        row = _UnansweredRow
        wanted = select(row.group, row.question, row.answer_id, row.outcome).order_by(row.sent_at, row.id)
        within = row.sent_at >= since.astimezone(UTC), row.sent_at < until.astimezone(UTC)
        with Session(self._engine) as session:
            return [Sent(*found) for found in session.execute(wanted.where(*within))]

    def close(self, group: int, outcome: str, closed_by: str) -> bool:
        """False where no question of that group is waiting."""
        waiting = update(_UnansweredRow).where(_UnansweredRow.group == group, _UnansweredRow.outcome.is_(None))
        with self._engine.begin() as db:
            return db.execute(waiting.values(outcome=outcome, closed_by=closed_by)).rowcount > 0

    def purge(self, now: datetime) -> int:
        """Deletes what has expired, dealt with or not; how many questions."""
        old = _UnansweredRow.sent_at < UNANSWERED.oldest(now.astimezone(UTC))
        with self._engine.begin() as db:
            return db.execute(delete(_UnansweredRow).where(old)).rowcount

    def forget(self, answer_ids: Sequence[str]) -> int:
        """Deletes the questions that came with these answers; how many."""
        with self._engine.begin() as db:
            return db.execute(delete(_UnansweredRow).where(_UnansweredRow.answer_id.in_(answer_ids))).rowcount


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
