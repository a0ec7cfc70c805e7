"""Who did what at the console, and when: rows that are only ever added, each with the hash of the row before."""

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, Select, String, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table
from service.keeping import AUDIT

_BEGINNING = "0" * 64
_HEAD, _ANCHOR = 1, 2
_PURGED = "purge_audit"
_BATCH = 1000


class _AuditRow(Table):
    """`at` is kept as written, so that every database gives back the very text that was hashed."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(200))
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class _HeadRow(Table):
    """Row 1: how long the chain is and where it ends: rows cut off its end would otherwise not be missed. Row 2: the
    last row that was purged; the chain begins after it."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Entry:
    """`subject` is an id, a name or a clause: never what a citizen wrote."""

    number: int
    at: datetime
    who: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is not as it was written; `what` says in Chinese what is wrong with it."""

    number: int
    what: str


class Audit:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine
        with suppress(IntegrityError), engine.begin() as db:  # another process may begin the chain at the same time
            if db.scalar(select(func.count()).select_from(_HeadRow)) == 0:
                db.execute(insert(_HeadRow).values(id=_HEAD, number=0, digest=_BEGINNING))

    def write(self, at: datetime, who: str, action: str, subject: str = "") -> None:
        """One row more; writers wait for each other."""
        with self._engine.begin() as db:
            _append(db, at, who, action, subject)

    def purge(self, now: datetime) -> int:
        """Deletes the expired rows at the beginning, if there are any, and says so in a row of its own; how many."""
        with self._engine.begin() as db:
            db.execute(_LOCK)
            first, newest = db.execute(select(func.min(_AuditRow.number), func.max(_AuditRow.number))).one()
            expires = AUDIT.oldest(now.astimezone(UTC)).isoformat()
            left = db.scalar(select(func.min(_AuditRow.number)).where(_AuditRow.at >= expires))
            last = newest if left is None else left - 1
            if first is None or last < first:
                return 0
            digest = db.scalars(select(_AuditRow.digest).where(_AuditRow.number == last)).one()
            db.execute(delete(_AuditRow).where(_AuditRow.number <= last))
            db.execute(delete(_HeadRow).where(_HeadRow.id == _ANCHOR))
            db.execute(insert(_HeadRow).values(id=_ANCHOR, number=last, digest=digest))
            _append(db, now, "系统", _PURGED, f"{last} {digest}")
        return int(last - first + 1)

    def latest(self, limit: int = 200, actions: Collection[str] | None = None) -> list[Entry]:
        """The latest first; of these actions alone, if given."""
        rows = select(_AuditRow).order_by(_AuditRow.number.desc()).limit(limit)
        return self._entries(rows if actions is None else rows.where(_AuditRow.action.in_(actions)))

    def between(self, since: datetime, until: datetime, actions: Collection[str]) -> list[Entry]:
        """These actions from `since` to before `until`, the earliest first."""
        # `at` is UTC as text, so that it is ordered as the moments are, to the second: the rest is compared here.
        first = since.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
        rows = select(_AuditRow).where(_AuditRow.action.in_(actions), _AuditRow.at >= first).order_by(_AuditRow.number)
        return [entry for entry in self._entries(rows) if since <= entry.at < until]

    def _entries(self, rows: Select[_AuditRow]) -> list[Entry]:
        with Session(self._engine) as session:
            return [
                Entry(row.number, datetime.fromisoformat(row.at), row.who, row.action, row.subject)
                for row in session.scalars(rows)
            ]

    def verify(self) -> Broken | None:
        """None when every row stands as it was written, in its place, and none is missing."""
        with Session(self._engine) as session:
            anchor = session.get(_HeadRow, _ANCHOR)
            number, previous = (anchor.number, anchor.digest) if anchor else (0, _BEGINNING)
            purged, told = f"{number} {previous}" if anchor else "", ""
            for row in _in_order(session):
                number += 1
                if row.number != number:
                    return Broken(number, "少了这一行")
                if row.previous != previous:
                    return Broken(number, "与前一行接不上")
                if row.digest != _digest(row.number, row.at, row.who, row.action, row.subject, row.previous):
                    return Broken(number, "内容被改过")
                previous, told = row.digest, row.subject if row.action == _PURGED else told
            head = session.get(_HeadRow, _HEAD)
        if head is None:
            return Broken(number, "不知道一共该有几行")
        if (head.number, head.digest) != (number, previous):
            return Broken(number + 1, f"末尾对不上：应有 {head.number} 行，只有 {number} 行")
        if purged != told:
            return Broken(anchor.number if anchor else 1, "开头的清理和记下的对不上")
        return None


_LOCK = update(_HeadRow).where(_HeadRow.id == _HEAD).values(number=_HeadRow.number)


def _append(db: Connection, at: datetime, who: str, action: str, subject: str) -> None:
    # The update comes before the reading: it takes the lock that keeps other writers out.
    this = _HeadRow.id == _HEAD
    db.execute(update(_HeadRow).where(this).values(number=_HeadRow.number + 1))
    head = db.execute(select(_HeadRow.number, _HeadRow.digest).where(this)).one()
    written = at.astimezone(UTC).isoformat()
    digest = _digest(head.number, written, who, action, subject, head.digest)
    row = {"number": head.number, "at": written, "who": who, "action": action, "subject": subject}
    db.execute(insert(_AuditRow).values(**row, previous=head.digest, digest=digest))
    db.execute(update(_HeadRow).where(this).values(digest=digest))


def _in_order(session: Session) -> Iterator[_AuditRow]:
    yield from session.scalars(
        select(_AuditRow).order_by(_AuditRow.number).execution_options(yield_per=_BATCH),
    )


def _digest(number: int, at: str, who: str, action: str, subject: str, previous: str) -> str:
    return hashlib.sha256(json.dumps([number, at, who, action, subject, previous]).encode()).hexdigest()
