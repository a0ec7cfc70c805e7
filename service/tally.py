"""How many answers were given: a line an answer that outlives it, without words, without ids, to the hour only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Engine, String, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import Executable

from service.database import Table

SHANGHAI = ZoneInfo("Asia/Shanghai")


class _TallyRow(Table):
    """`day` and `hour` are those of the wall clock in Shanghai."""

    __tablename__ = "tally"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    hour: Mapped[int]
    channel: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    took_ms: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Counted:
    """One answer, given on `day` between `hour`:00 and the next hour, Shanghai time; `took_ms` None: not measured."""

    day: date
    hour: int
    channel: str
    status: str
    reason: str | None
    took_ms: int | None


def counting(at: datetime, channel: str, status: str, reason: str | None, took_ms: int | None) -> Executable:
    """The statement that counts one answer; `at` carries its zone."""
    local = at.astimezone(SHANGHAI)
    return insert(_TallyRow).values(
        day=local.date(), hour=local.hour, channel=channel, status=status, reason=reason, took_ms=took_ms
    )


class Tally:
    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine

    def since(self) -> date | None:
        """The first day that was counted; None: nothing was."""
        with Session(self._engine) as session:
            return session.scalar(select(func.min(_TallyRow.day)))

    def between(self, first: date, last: date) -> Sequence[Counted]:
        """Of these days, both included, in the order in which the answers were given."""
        row = _TallyRow
        columns = row.day, row.hour, row.channel, row.status, row.reason, row.took_ms
        wanted = select(*columns).where(row.day >= first, row.day <= last).order_by(row.id)
        with Session(self._engine) as session:
            return [Counted(*found) for found in session.execute(wanted)]
