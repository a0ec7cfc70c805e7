"""Answers that the office has approved for questions that come again: worded by one, approved so by another."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import DateTime, Engine, String, Text, Update, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from corpus.clause import Clause
from service.confirmations import Confirmations, digest_of
from service.database import Table
from service.dialogue import ApprovedAnswer

_FRESH_FOR = 2.0

_digest = lru_cache(maxsize=4096)(digest_of)


class State(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class _ApprovedRow(Table):
    """`ways` are further ways of asking, one a line."""

    __tablename__ = "approved_answers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    question: Mapped[str] = mapped_column(Text)
    ways: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(String(64))


class _BasisRow(Table):
    """`text` is the clause as it stood when the answer was last proposed or approved, to show what has changed."""

    __tablename__ = "approved_basis"
    answer: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(String(100), primary_key=True)
    place: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer's text for a question and further `ways` of asking it (masked), and the `basis`: ref → the text of
    the clause, as it stood when it was last read."""

    question: str
    ways: tuple[str, ...]
    text: str
    basis: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    proposal: Proposal
    status: State
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None

    @property
    def question(self) -> str:
        return self.proposal.question

    @property
    def text(self) -> str:
        return self.proposal.text

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(self.proposal.basis)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an approved answer is not used: a clause it rests on. `old` is the text it was approved with, `new` the
    text of today, None where there is no such clause any more; both are the same where it is no longer in force."""

    ref: str
    old: str
    new: str | None


class Approved:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine
        self._confirmations = Confirmations(engine)

    def propose(self, proposal: Proposal, by: str, at: datetime) -> int:
        """Its id; the basis has at least one clause."""
        with Session(self._engine) as session, session.begin():
            return _propose(session, proposal, by, at)

    def reword(self, id: int, text: str, basis: Mapping[str, str], by: str, at: datetime) -> int | None:
        """Declines or withdraws it and proposes it with another text, for somebody else than `by` to approve; returns
        the id of that. None where `approve` would be False."""
        kept = self.kept(id)
        with Session(self._engine) as session, session.begin():
            ended = [
                session.execute(_open_for(id, by, before).values(status=after.value, decided_by=by)).rowcount  # type: ignore[attr-defined]
                for before, after in ((State.PROPOSED, State.DECLINED), (State.APPROVED, State.WITHDRAWN))
            ]
            if kept is None or not any(ended):
                return None
            return _propose(session, replace(kept.proposal, text=text, basis=basis), by, at)

    def approve(self, id: int, basis: Mapping[str, str], by: str, at: datetime) -> bool:
        """As it is worded; `basis` is every clause of it as the approver has just read it. False where it does not wait
        for `by`: it is decided, withdrawn, or proposed by the same person. One that is approved already is approved
        anew, on the clauses of now."""
        self._confirm(id, basis, by, at)
        mine = _open_for(id, by, State.PROPOSED, State.APPROVED)
        with self._engine.begin() as db:
            done = db.execute(mine.values(status=State.APPROVED.value, decided_by=by)).rowcount == 1
            if done:
                db.execute(delete(_BasisRow).where(_BasisRow.answer == id))
                db.execute(insert(_BasisRow), _basis(id, basis))
        return done

    def _confirm(self, id: int, basis: Mapping[str, str], by: str, at: datetime) -> None:
        kept = self.kept(id)
        if kept is not None and kept.proposed_by != by and kept.status in {State.PROPOSED, State.APPROVED}:
            for ref, text in basis.items():
                self._confirmations.confirm(subject(id, ref), text, by, at)

    def decline(self, id: int, by: str) -> bool:
        """False where it does not wait for `by`."""
        return self._end(id, State.PROPOSED, State.DECLINED, by, _ApprovedRow.proposed_by != by)

    def withdraw(self, id: int, by: str) -> bool:
        """False where it is not approved."""
        return self._end(id, State.APPROVED, State.WITHDRAWN, by)

    def _end(self, id: int, before: State, after: State, by: str, *more: object) -> bool:
        these = update(_ApprovedRow).where(_ApprovedRow.id == id, _ApprovedRow.status == before.value, *more)  # type: ignore[arg-type]
        with self._engine.begin() as db:
            return db.execute(these.values(status=after.value, decided_by=by)).rowcount == 1

    def kept(self, id: int) -> Kept | None:
        return next(iter(self._read(_ApprovedRow.id == id)), None)

    def questions(self) -> list[Kept]:
        """Every one that is approved or waits to be, the latest first."""
        return self._read(_ApprovedRow.status.in_([State.PROPOSED.value, State.APPROVED.value]))

    def withdrawn(self, most: int) -> list[Kept]:
        """The latest that were proposed, first."""
        return self._read(_ApprovedRow.status == State.WITHDRAWN.value, most=most)

    def resting_on(self, refs: Collection[str]) -> list[Kept]:
        """Those of `questions()` that rest on one of these clauses."""
        return [one for one in self.questions() if set(one.refs) & set(refs)]

    def _read(self, *these: object, most: int | None = None) -> list[Kept]:
        with Session(self._engine) as session:
            wanted = select(_ApprovedRow).where(*these).order_by(_ApprovedRow.id.desc()).limit(most)  # type: ignore[arg-type]
            rows = session.scalars(wanted).all()
            ids = [row.id for row in rows]
            bases: dict[int, dict[str, str]] = {id: {} for id in ids}
            of_them = select(_BasisRow).where(_BasisRow.answer.in_(ids)).order_by(_BasisRow.answer, _BasisRow.place)
            for basis in session.scalars(of_them):
                bases[basis.answer][basis.ref] = basis.text
        return [_kept(row, bases[row.id]) for row in rows]

    def book(self) -> "Book":
        """What is approved now, with the digests of every text in which each clause was confirmed."""
        answers = [one for one in self.questions() if one.status is State.APPROVED]
        return Book(answers, self._confirmations.of(subject(one.id, ref) for one in answers for ref in one.refs))


class Book:
    """The approved answers as they were read once."""

    def __init__(self, answers: Iterable[Kept], confirmed: Mapping[str, frozenset[str]]) -> None:
        self._answers = tuple(answers)
        self._confirmed = confirmed

    def standing(self, clauses: Mapping[str, Clause], *days: date) -> list[ApprovedAnswer]:
        """Those whose every clause is there, in force on each of the days, and worded as somebody has confirmed."""
        return [
            ApprovedAnswer(one.id, (one.question, *one.proposal.ways), one.text, one.refs)
            for one in self._answers
            if all(self._stands(one.id, ref, clauses, days) for ref in one.refs)
        ]

    def suspended(self, clauses: Mapping[str, Clause], day: date) -> dict[int, list[Fault]]:
        """id → what is wrong with the clauses it rests on; those that stand are left out."""
        faults = {
            one.id: [
                Fault(ref, old, clauses[ref].text if ref in clauses else None)
                for ref, old in one.proposal.basis.items()
                if not self._stands(one.id, ref, clauses, (day,))
            ]
            for one in self._answers
        }
        return {id: found for id, found in faults.items() if found}

    def _stands(self, id: int, ref: str, clauses: Mapping[str, Clause], days: Iterable[date]) -> bool:
        clause = clauses.get(ref)
        if clause is None or not all(clause.in_force(day) for day in days):
            return False
        return _digest(clause.text) in self._confirmed.get(subject(id, ref), frozenset())


class LiveApproved:
    """The book as it stands in the database, at most two seconds old; while the database is down, what is held."""

    def __init__(self, approved: Approved, seconds: Callable[[], float], warn: Callable[[str], None]) -> None:
        """`seconds` is a clock that only goes forward."""
        self._approved, self._seconds, self._warn = approved, seconds, warn
        self._reading = threading.Lock()
        self._read_at: float | None = None
        self._book = Book((), {})

    def current(self) -> Book:
        stale = self._read_at is None or self._seconds() - self._read_at >= _FRESH_FOR
        if stale and self._reading.acquire(blocking=self._read_at is None):
            try:
                self._book = self._approved.book()
            except SQLAlchemyError as error:
                self._warn(f"核准的回答读不出来，先用上一次读到的：{type(error).__name__}")
            finally:
                self._read_at = self._seconds()
                self._reading.release()
        return self._book


class FixedApproved:
    """One answer that stood when it was given, whatever has become of it since; None: none was."""

    def __init__(self, answer: ApprovedAnswer | None) -> None:
        self._standing = [answer] if answer else []

    def current(self) -> "FixedApproved":
        return self

    def standing(self, _clauses: Mapping[str, Clause], *_days: date) -> list[ApprovedAnswer]:
        return self._standing


def subject(id: int, ref: str) -> str:
    """Under which a clause is confirmed for an answer."""
    return f"answer:{id} {ref}"


def _open_for(id: int, by: str, *states: State) -> Update:
    """Of those states, and worded by somebody else."""
    open_ = _ApprovedRow.status.in_([state.value for state in states])
    return update(_ApprovedRow).where(_ApprovedRow.id == id, open_, _ApprovedRow.proposed_by != by)


def _propose(session: Session, proposal: Proposal, by: str, at: datetime) -> int:
    row = {"question": proposal.question, "ways": "\n".join(proposal.ways), "text": proposal.text}
    said = {"status": State.PROPOSED.value, "proposed_by": by, "proposed_at": at.astimezone(UTC)}
    kept = _ApprovedRow(**row, **said)
    session.add(kept)
    session.flush()
    session.execute(insert(_BasisRow), _basis(kept.id, proposal.basis))
    return kept.id


def _basis(id: int, basis: Mapping[str, str]) -> list[dict[str, object]]:
    return [{"answer": id, "ref": ref, "place": place, "text": text} for place, (ref, text) in enumerate(basis.items())]


def _kept(row: _ApprovedRow, basis: Mapping[str, str]) -> Kept:
    ways = tuple(filter(None, row.ways.split("\n")))
    proposal = Proposal(row.question, ways, row.text, basis)
    at = row.proposed_at.replace(tzinfo=UTC) if row.proposed_at.tzinfo is None else row.proposed_at
    return Kept(row.id, proposal, State(row.status), row.proposed_by, at, row.decided_by)
