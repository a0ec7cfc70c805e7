"""Who may sit at the console: accounts, the invitations they begin with, and the sessions of those signed in."""

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Protocol

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import DateTime, Engine, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.database import Table

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
INVITED_FOR = timedelta(hours=24)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_AT_ONCE = 2  # passwords hashed: each takes 64 MiB and a thread that citizens need too
_PATIENCE = 0.25  # seconds: a little more than one hashing
_NAME = re.compile(r"[\w·-]{1,32}")


class Role(StrEnum):
    """Each may also do what the one before may."""

    OPERATOR = "operator"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


class Refused(Exception):
    """A name, password or invitation that is not taken; `str()` is the Chinese message."""


class Busy(Exception):
    """As many passwords as may be are being hashed; a few seconds later there is room."""


class Hasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password: str, hash: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    role: Role
    open: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody signed in; `csrf` is the token that every change of this session must bring along."""

    name: str
    role: Role
    csrf: str


@dataclass(frozen=True, slots=True)
class Invitation:
    name: str
    role: Role


class _AccountRow(Table):
    __tablename__ = "accounts"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(200))
    open: Mapped[bool]


class _InvitationRow(Table):
    __tablename__ = "invitations"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), index=True)
    role: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used: Mapped[bool]


class _SessionRow(Table):
    __tablename__ = "console_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), index=True)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Accounts:
    """Tokens of invitations and sessions are stored as hashes only: who reads the table cannot use them."""

    def __init__(self, engine: Engine, hasher: Hasher | None = None) -> None:
        """The tables must be there: `service.database.open_database` makes them. `hasher` is argon2 if left out."""
        self._engine = engine
        self._hasher = hasher or PasswordHash((Argon2Hasher(),))
        self._places = BoundedSemaphore(_AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def invite(self, name: str, role: Role, now: datetime) -> str:
        """The one-time token; an earlier one for the same name is void. Raises Refused for what is no name,
        and for a lower role for the last admin.

        Somebody who has an account already sets a new password with it.
        """
        if not _NAME.fullmatch(name):
            raise Refused("名字应为 1 到 32 个汉字、字母或数字，不带空格")
        token = secrets.token_urlsafe(32)
        expires = now.astimezone(UTC) + INVITED_FOR
        with Session(self._engine) as session, session.begin():
            session.execute(delete(_InvitationRow).where(_InvitationRow.name == name))
            _keep_an_admin(session, name, role)
            session.add(
                _InvitationRow(token=_hashed(token), name=name, role=role.value, expires_at=expires, used=False)
            )
        return token

    def invitation(self, token: str, now: datetime) -> Invitation | None:
        """None for one that was never given, is used up, or has expired."""
        with Session(self._engine) as session:
            row = session.get(_InvitationRow, _hashed(token))
        if row is None or row.used or now.astimezone(UTC) >= row.expires_at.replace(tzinfo=UTC):
            return None
        return Invitation(row.name, Role(row.role))

    def accept(self, token: str, password: str, now: datetime) -> Account:
        """The account, with its new password; whoever was signed in under the name is signed out.

        Raises Refused, also when by now this would leave no admin, and Busy.
        """
        invited = self.invitation(token, now)
        if invited is None:
            raise Refused("这个链接已经用过或者过了 24 小时，请向管理员要一个新的")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise Refused(f"密码应有 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字")
        with self._hashing():
            hashed = self._hasher.hash(password)
        with Session(self._engine) as session, session.begin():
            mine = update(_InvitationRow).where(_InvitationRow.token == _hashed(token), _InvitationRow.used.is_(False))
            if session.connection().execute(mine.values(used=True)).rowcount != 1:
                raise Refused("这个链接已经用过")
            _keep_an_admin(session, invited.name, invited.role)
            session.merge(_AccountRow(name=invited.name, role=invited.role.value, password=hashed, open=True))
            session.execute(delete(_SessionRow).where(_SessionRow.name == invited.name))
        return Account(invited.name, invited.role, open=True)

    def sign_in(self, name: str, password: str, now: datetime, instead_of: str = "") -> str | None:
        """A new session's token, `instead_of` an old one; None when name and password do not fit. Raises Busy.

        A password is hashed in every case: how long it takes tells nobody which names there are.
        """
        with Session(self._engine) as session:
            account = session.get(_AccountRow, name)
        with self._hashing():
            fits = self._hasher.verify(password[:LONGEST_PASSWORD], account.password if account else self._nobody)
        if account is None or not account.open or not fits:
            return None
        token = secrets.token_urlsafe(32)
        at = now.astimezone(UTC)
        with Session(self._engine) as session, session.begin():
            # A change comes first: from here on SQLite lets nobody else close the account or change the password.
            session.execute(delete(_SessionRow).where(_SessionRow.began_at <= at - LONGEST))
            if not _still_fits(session, name, account.password):
                return None
            session.execute(delete(_SessionRow).where(_SessionRow.token == _hashed(instead_of)))
            session.add(_SessionRow(token=_hashed(token), name=name, began_at=at, seen_at=at))
        return token

    def seat(self, token: str, now: datetime) -> Seat | None:
        """Who holds this session, which is thereby used; None when it ended, was idle or open for too long,
        or belongs to a closed account."""
        at, mine = now.astimezone(UTC), _SessionRow.token == _hashed(token)
        sitting = select(_SessionRow.began_at, _SessionRow.seen_at, _AccountRow.name, _AccountRow.role)
        sitting = sitting.join(_AccountRow, _AccountRow.name == _SessionRow.name).where(_AccountRow.open.is_(True))
        with self._engine.begin() as db:
            row = db.execute(sitting.where(mine)).one_or_none()
            if row is None:
                return None
            if at - row.seen_at.replace(tzinfo=UTC) >= IDLE or at - row.began_at.replace(tzinfo=UTC) >= LONGEST:
                db.execute(delete(_SessionRow).where(mine))
                return None
            db.execute(update(_SessionRow).where(mine).values(seen_at=at))
        return Seat(row.name, Role(row.role), _hashed(f"csrf {token}"))

    def sign_out(self, token: str) -> None:
        with self._engine.begin() as db:
            db.execute(delete(_SessionRow).where(_SessionRow.token == _hashed(token)))

    def close(self, name: str) -> bool:
        """Nobody signs in under the name any more, and who is signed in is signed out; False for an unknown name."""
        with self._engine.begin() as db:
            db.execute(delete(_SessionRow).where(_SessionRow.name == name))
            db.execute(delete(_InvitationRow).where(_InvitationRow.name == name))
            return db.execute(update(_AccountRow).where(_AccountRow.name == name).values(open=False)).rowcount == 1

    def all(self) -> list[Account]:
        with Session(self._engine) as session:
            rows = session.scalars(select(_AccountRow).order_by(_AccountRow.name))
            return [Account(row.name, Role(row.role), row.open) for row in rows]

    @contextmanager
    def _hashing(self) -> Iterator[None]:
        """Few at a time, so that a flood of sign-ins leaves threads and memory for citizens. Raises Busy."""
        if not self._places.acquire(timeout=_PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._places.release()


def _still_fits(session: Session, name: str, password: str) -> bool:
    """Whether the account is open and has this hash of a password, until the transaction ends."""
    account = select(_AccountRow.name).where(_AccountRow.name == name, _AccountRow.password == password)
    return session.scalar(account.where(_AccountRow.open.is_(True)).with_for_update()) is not None


def _keep_an_admin(session: Session, name: str, role: Role) -> None:
    """Raises Refused when `role` would take the last open admin account away."""
    admins = select(_AccountRow.name).where(_AccountRow.role == Role.ADMIN.value, _AccountRow.open.is_(True))
    if role is not Role.ADMIN and list(session.scalars(admins.order_by(_AccountRow.name).with_for_update())) == [name]:
        raise Refused("这是唯一的管理员，请先请别人当管理员，再改这个账号")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
