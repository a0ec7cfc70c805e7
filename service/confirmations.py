"""That a person has read a changed clause and what rests on it still stands: a subject and the text it was read in."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import DateTime, Engine, String, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table


class _ConfirmationRow(Table):
    __tablename__ = "confirmations"
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    confirmed_by: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def digest_of(text: str) -> str:
    """Of a clause's text; hexadecimal, 64 characters."""
    return hashlib.sha256(text.encode()).hexdigest()


class Confirmations:
    """`subject` names what rests on a clause, such as `parameter:delivery-subsidy.amount xianan-2023#4` or
    `answer:17 xianan-2023#7`; it stands for every text of the clause in which it was confirmed."""

    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def confirm(self, subject: str, text: str, by: str, at: datetime) -> None:
        """`text` is the clause as it was read; confirming twice changes nothing."""
        row = {"subject": subject, "digest": digest_of(text), "confirmed_by": by, "confirmed_at": at.astimezone(UTC)}
        with suppress(IntegrityError), self._engine.begin() as db:
            db.execute(insert(_ConfirmationRow).values(**row))

    def of(self, subjects: Iterable[str]) -> dict[str, frozenset[str]]:
        """subject → the digests of the texts in which it was confirmed; subjects never confirmed are left out."""
        wanted = select(_ConfirmationRow).where(_ConfirmationRow.subject.in_(list(subjects)))
        found: dict[str, set[str]] = {}
        with Session(self._engine) as session:
            for row in session.scalars(wanted):
                found.setdefault(row.subject, set()).add(row.digest)
        return {subject: frozenset(digests) for subject, digests in found.items()}
