"""Who proposed which state of the corpus, why, and who decided: a publication takes two people."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Engine, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table


class Outcome(StrEnum):
    PUBLISHED = "published"
    DECLINED = "declined"
    REPLACED = "replaced"


class _PublicationRow(Table):
    __tablename__ = "publications"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    snapshot: Mapped[str] = mapped_column(String(64))
    base: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    impact: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(16), index=True)


@dataclass(frozen=True, slots=True)
class Publication:
    """`snapshot` is the built state, `base` the live one it was compared with, `impact` the JSON of what it changes;
    undecided while `outcome` is None."""

    number: int
    snapshot: str
    base: str
    why: str
    impact: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Which proposal somebody decides on; `snapshot` "" where its number is enough."""

    number: int
    snapshot: str = ""

    def covers(self, waiting: Publication) -> bool:
        return self.number == waiting.number and self.snapshot in {"", waiting.snapshot}


class Publications:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def propose(self, snapshot: str, base: str, why: str, impact: str, by: str, at: datetime) -> Publication:
        """Takes the place of what was proposed before and not yet decided; `impact` holds nothing that people said."""
        waiting = update(_PublicationRow).where(_PublicationRow.outcome.is_(None))
        row = _PublicationRow(snapshot=snapshot, base=base, why=why, impact=impact, proposed_by=by)
        row.proposed_at = at.astimezone(UTC)
        with Session(self._engine) as session, session.begin():
            session.execute(
                waiting.values(outcome=Outcome.REPLACED.value, decided_by=by, decided_at=at.astimezone(UTC))
            )
            session.add(row)
            session.flush()
            return _publication(row)

    def waiting(self) -> Publication | None:
        """The one that nobody has decided yet."""
        newest = select(_PublicationRow).where(_PublicationRow.outcome.is_(None)).order_by(_PublicationRow.id.desc())
        with Session(self._engine) as session:
            row = session.scalars(newest.limit(1)).first()
            return _publication(row) if row else None

    def decide(self, number: int, outcome: Outcome, by: str, at: datetime) -> bool:
        """False where it has been decided already."""
        mine = update(_PublicationRow).where(_PublicationRow.id == number, _PublicationRow.outcome.is_(None))
        with self._engine.begin() as db:
            decided = mine.values(outcome=outcome.value, decided_by=by, decided_at=at.astimezone(UTC))
            return db.execute(decided).rowcount == 1

    def latest(self, limit: int = 20) -> list[Publication]:
        """The latest first."""
        with Session(self._engine) as session:
            newest = select(_PublicationRow).order_by(_PublicationRow.id.desc()).limit(limit)
            return [_publication(row) for row in session.scalars(newest)]


def _publication(row: _PublicationRow) -> Publication:
    return Publication(
        number=row.id,
        snapshot=row.snapshot,
        base=row.base,
        why=row.why,
        impact=row.impact,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at.replace(tzinfo=UTC),
        decided_by=row.decided_by,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )
