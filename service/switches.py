"""Whether each channel is open: a switch that is thrown at the console or by hand counts in every process."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import DateTime, Engine, String, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table

_LOOKED_UP_EVERY = timedelta(seconds=2)


class Channel(StrEnum):
    API = "api"
    WIDGET = "widget"
    WECHAT = "wechat"
    CONSOLE = "console"


NAMES = {Channel.API: "接口", Channel.WIDGET: "小组件", Channel.WECHAT: "微信公众号", Channel.CONSOLE: "坐席台"}


class ChannelClosed(Exception):
    """This channel is switched off."""


class _SwitchRow(Table):
    __tablename__ = "channel_switches"
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    open: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    why: Mapped[str] = mapped_column(String(200))


@dataclass(frozen=True, slots=True)
class Switch:
    """`changed_at` is None for one that nobody ever touched: it is on."""

    channel: Channel
    open: bool = True
    changed_by: str = ""
    changed_at: datetime | None = None
    why: str = ""


class Switches:
    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine, self._now = engine, now
        self._known: Mapping[Channel, Switch] = {channel: Switch(channel) for channel in Channel}
        self._looked: datetime | None = None

    def check(self, channel: Channel) -> None:
        """Raises ChannelClosed. A database that is down leaves every channel as it was last known."""
        if not self.is_open(channel):
            raise ChannelClosed

    def is_open(self, channel: Channel) -> bool:
        """As of two seconds ago at the most; it may block for as long as the database takes."""
        now = self._now()
        if self._looked is None or abs(now - self._looked) >= _LOOKED_UP_EVERY:
            self._looked = now  # before the reading: while the database hangs, one request waits for it and not all
            with suppress(SQLAlchemyError):
                self._known = self._stored()
        return self._known[channel].open

    def all(self) -> list[Switch]:
        """As they stand now, in the order of Channel. Raises SQLAlchemyError."""
        return list(self._stored().values())

    def throw(self, channel: Channel, on: bool, by: str, why: str) -> None:
        """Counts at once in this process and within two seconds in the others; `why` is cut at 200 characters."""
        row = {"open": on, "changed_by": by, "changed_at": self._now().astimezone(UTC), "why": why[:200]}
        change = update(_SwitchRow).where(_SwitchRow.channel == channel.value).values(**row)
        with self._engine.begin() as db:
            known = db.execute(change).rowcount == 1
        if not known:
            try:
                with self._engine.begin() as db:
                    db.execute(insert(_SwitchRow).values(channel=channel.value, **row))
            except IntegrityError:  # another process was quicker
                with self._engine.begin() as db:
                    db.execute(change)
        self._looked = None

    def _stored(self) -> dict[Channel, Switch]:
        with Session(self._engine) as session:
            rows = {row.channel: row for row in session.scalars(select(_SwitchRow))}
        return {channel: _switch(channel, rows.get(channel.value)) for channel in Channel}


def _switch(channel: Channel, row: _SwitchRow | None) -> Switch:
    if row is None:
        return Switch(channel)
    return Switch(channel, row.open, row.changed_by, row.changed_at.replace(tzinfo=UTC), row.why)
