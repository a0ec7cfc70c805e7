"""What must outlast one request: which messages were taken up, what was replied, and what each citizen has yet to read.

Every name in here is a keyed hash; of the citizen's own words nothing is kept, and replies, which are addressed, are
kept sealed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Engine, String, Text, delete, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from service.channels.wechat.cipher import open_, seal
from service.channels.wechat.reply import Offer
from service.database import Table
from service.keeping import WECHAT_READERS, WECHAT_REPLIES

_OFFERS = TypeAdapter(tuple[Offer, ...])
_PARTS = TypeAdapter(tuple[str, ...])
_LOOKING_AT_MOST = timedelta(minutes=2)


class _DeliveryRow(Table):
    __tablename__ = "wechat_deliveries"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    body: Mapped[str | None] = mapped_column(Text)


class _SealRow(Table):
    """A signed address stands for the first message that came under it."""

    __tablename__ = "wechat_seals"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    delivery: Mapped[str] = mapped_column(String(64))


class _UserRow(Table):
    __tablename__ = "wechat_users"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(64))
    offered: Mapped[str] = mapped_column(Text)
    rest: Mapped[str] = mapped_column(Text)
    looking_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


_D, _S, _U = _DeliveryRow, _SealRow, _UserRow


@dataclass(frozen=True, slots=True)
class Claim:
    """`first`: this delivery is to do the work; the others wait for the bytes stored under `delivery`."""

    delivery: str
    first: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """`conversation_id` is None for one who has not asked yet; `offered` are the choices given last."""

    conversation_id: str | None = None
    offered: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What an ask leaves behind: `rest` where its reply counts, `late` where the deadline was quicker."""

    body: bytes
    conversation_id: str
    offered: tuple[Offer, ...]
    rest: Sequence[str]
    late: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What an ask without an answer leaves behind; `late` as in Answered."""

    body: bytes
    late: Sequence[str]


class Mailbox:
    """Each method is one transaction that begins with a write, so that workers take turns. Raises SQLAlchemyError."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        """`key`: 32 bytes, the same in every worker."""
        self._engine, self._key = engine, key

    def claim(self, seal: str, delivery: str, at: datetime) -> Claim:
        now = at.astimezone(UTC)
        try:
            with self._engine.begin() as db:
                db.execute(insert(_S).values(id=seal, claimed_at=now, delivery=delivery))
                db.execute(insert(_D).values(id=delivery, claimed_at=now, body=None))
                _purge(db, now)
            return Claim(delivery, first=True)
        except IntegrityError:
            return Claim(self._delivery_under(seal, delivery, now), first=False)

    def body(self, delivery: str) -> bytes | None:
        with self._engine.connect() as db:
            return self._opened(db.scalar(select(_D.body).where(_D.id == delivery)))

    def settle(self, delivery: str, body: bytes) -> bytes:
        """The bytes that every delivery of this message gets: these, if none were stored before."""
        with self._engine.begin() as db:
            return self._stands(db, delivery, body)[0]

    def caller(self, user: str, at: datetime) -> Caller:
        """Makes the row of one who is new."""
        with self._engine.connect() as db:
            row = db.execute(select(_U.conversation_id, _U.offered).where(_U.id == user)).one_or_none()
        if row is None:
            self._enter(user, at.astimezone(UTC))
            return Caller()
        return Caller(row.conversation_id, _OFFERS.validate_json(row.offered))

    def answered(self, delivery: str, user: str, done: Answered | Told, at: datetime) -> tuple[bytes, bool]:
        """The bytes that stand, and whether they are not these: then what is late is kept for whoever asks for more."""
        with self._engine.begin() as db:
            stands, won = self._stands(db, delivery, done.body)
            earlier = _PARTS.validate_json(db.scalar(select(_U.rest).where(_U.id == user).with_for_update()) or "[]")
            values: dict[str, object] = {"seen_at": at.astimezone(UTC)}
            if isinstance(done, Answered):
                offered = _OFFERS.dump_json(done.offered).decode()
                values |= {"conversation_id": done.conversation_id, "offered": offered}
            if isinstance(done, Answered) or not won:
                left = done.rest if won and isinstance(done, Answered) else (*earlier, *done.late)
                values |= {"rest": _PARTS.dump_json(tuple(left)).decode(), "looking_since": None}
            db.execute(update(_U).where(_U.id == user).values(values))
        return stands, not won

    def looking(self, delivery: str, user: str, body: bytes, at: datetime) -> bytes:
        """Like settle; the citizen has been told to come back for the answer."""
        self.caller(user, at)
        with self._engine.begin() as db:
            stands, won = self._stands(db, delivery, body)
            if won:
                db.execute(update(_U).where(_U.id == user).values(looking_since=at.astimezone(UTC)))
        return stands

    def next_part(self, delivery: str, user: str, write: Callable[[str | None], bytes], at: datetime) -> bytes | None:
        """Settles with the next part, or with write(None) when there is none; None while an answer is still to come."""
        now = at.astimezone(UTC)
        with self._engine.begin() as db:
            db.execute(update(_U).where(_U.id == user).values(seen_at=now))
            row = db.execute(select(_U.rest, _U.looking_since).where(_U.id == user)).one_or_none()
            rest = _PARTS.validate_json(row.rest) if row else ()
            since = row.looking_since.replace(tzinfo=UTC) if row and row.looking_since else None
            if not rest and since and now - since <= _LOOKING_AT_MOST:
                return None
            stands, won = self._stands(db, delivery, write(rest[0] if rest else None))
            if won and rest:
                db.execute(update(_U).where(_U.id == user).values(rest=_PARTS.dump_json(rest[1:]).decode()))
        return stands

    def all_sent(self, user: str) -> None:
        with self._engine.begin() as db:
            db.execute(update(_U).where(_U.id == user).values(rest="[]"))

    def forget(self, user: str) -> None:
        with self._engine.begin() as db:
            db.execute(delete(_U).where(_U.id == user))

    def _stands(self, db: Connection, delivery: str, body: bytes) -> tuple[bytes, bool]:
        unanswered = update(_D).where(_D.id == delivery, _D.body.is_(None))
        if db.execute(unanswered.values(body=seal(body, self._key, ""))).rowcount:
            return body, True
        stored = self._opened(db.scalar(select(_D.body).where(_D.id == delivery)))
        return (body, True) if stored is None else (stored, False)

    def _opened(self, stored: str | None) -> bytes | None:
        return None if stored is None else open_(stored, [self._key], "")[0]

    def _delivery_under(self, seal: str, delivery: str, now: datetime) -> str:
        """What the address stands for; a delivery of a known message under a new address gets its own row."""
        with self._engine.connect() as db:
            known = db.scalar(select(_S.delivery).where(_S.id == seal))
        if known is None:
            try:
                with self._engine.begin() as db:
                    db.execute(insert(_S).values(id=seal, claimed_at=now, delivery=delivery))
            except IntegrityError:
                return self._delivery_under(seal, delivery, now)
        return known or delivery

    def _enter(self, user: str, now: datetime) -> None:
        new = {"id": user, "seen_at": now, "conversation_id": None, "offered": "[]", "rest": "[]"}
        try:
            with self._engine.begin() as db:
                db.execute(insert(_U).values(new))
        except IntegrityError:  # another worker was quicker
            return


def purge_mailbox(engine: Engine, now: datetime) -> int:
    """Deletes what has expired; how many rows."""
    with engine.begin() as db:
        return _purge(db, now.astimezone(UTC))


def forget_conversation(engine: Engine, conversation_id: str) -> int:
    """Deletes what its citizen has yet to read; how many rows. A delivery does not tell whose it was: it expires."""
    with engine.begin() as db:
        return db.execute(delete(_U).where(_U.conversation_id == conversation_id)).rowcount


def _purge(db: Connection, now: datetime) -> int:
    old = [delete(kept).where(kept.claimed_at < WECHAT_REPLIES.oldest(now)) for kept in (_D, _S)]
    old.append(delete(_U).where(_U.seen_at < WECHAT_READERS.oldest(now)))
    return sum(db.execute(one).rowcount for one in old)
