"""Accounts begin with an invitation; sessions end by themselves, and nothing stored opens a door."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from os import environ
from pathlib import Path

import pytest
from sqlalchemy import Engine

from corpus.settings import ROOT
from service.accounts import Account, Accounts, Busy, Invitation, Refused, Role, Seat
from service.audit import Audit
from service.database import open_database

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
PASSWORD = "一个够长的密码 2026"
SECOND = timedelta(seconds=1)


class PlainHasher:
    """Quick, and counts how often a password was tried; each of `meanwhile` happens once, while one is hashed."""

    def __init__(self) -> None:
        self.tried = 0
        self.meanwhile: list[Callable[[], object]] = []

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, hash: str) -> bool:
        self.tried += 1
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return hash == f"hash of {password}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def hasher() -> PlainHasher:
    return PlainHasher()


@pytest.fixture
def accounts(engine: Engine, hasher: PlainHasher) -> Accounts:
    """With one operator, 周敏."""
    accounts = Accounts(engine, hasher)
    accounts.accept(accounts.invite("周敏", Role.OPERATOR, NOW), PASSWORD, NOW)
    return accounts


def signed_in(accounts: Accounts, at: datetime = NOW, instead_of: str = "") -> str:
    token = accounts.sign_in("周敏", PASSWORD, at, instead_of)
    assert token is not None
    return token


def name_of(seat: Seat | None) -> str | None:
    return seat.name if seat else None


def test_an_invitation_makes_an_account(accounts: Accounts) -> None:
    token = accounts.invite("林涛", Role.EDITOR, NOW)
    assert accounts.invitation(token, NOW) == Invitation("林涛", Role.EDITOR)
    assert accounts.accept(token, PASSWORD, NOW) == Account("林涛", Role.EDITOR, open=True)
    assert accounts.all() == [Account("周敏", Role.OPERATOR, True), Account("林涛", Role.EDITOR, True)]


def test_an_invitation_is_used_once(accounts: Accounts) -> None:
    token = accounts.invite("林涛", Role.EDITOR, NOW)
    accounts.accept(token, PASSWORD, NOW)
    assert accounts.invitation(token, NOW) is None
    with pytest.raises(Refused, match="已经用过"):
        accounts.accept(token, "另一个够长的密码 2026", NOW)


def test_an_invitation_ends_after_a_day(accounts: Accounts) -> None:
    token = accounts.invite("林涛", Role.EDITOR, NOW)
    day = timedelta(hours=24)
    assert accounts.invitation(token, NOW + day - SECOND) == Invitation("林涛", Role.EDITOR)
    assert accounts.invitation(token, NOW + day) is None


def test_a_later_invitation_voids_the_one_before(accounts: Accounts) -> None:
    first = accounts.invite("林涛", Role.ADMIN, NOW)
    second = accounts.invite("林涛", Role.OPERATOR, NOW)
    assert accounts.invitation(first, NOW) is None
    assert accounts.invitation(second, NOW) == Invitation("林涛", Role.OPERATOR)


@pytest.mark.parametrize("password", ["", "九个字的密码真不够", "x" * 201])
def test_a_password_of_another_length_is_refused_and_the_link_stays(accounts: Accounts, password: str) -> None:
    token = accounts.invite("林涛", Role.EDITOR, NOW)
    with pytest.raises(Refused, match="密码应有 10 到 200 个字"):
        accounts.accept(token, password, NOW)
    assert accounts.invitation(token, NOW) == Invitation("林涛", Role.EDITOR)


@pytest.mark.parametrize("name", ["", "有 空格", "x" * 33, "<b>", "a/b", "换\n行"])
def test_what_is_no_name_is_not_invited(accounts: Accounts, name: str) -> None:
    with pytest.raises(Refused, match="名字应为"):
        accounts.invite(name, Role.OPERATOR, NOW)


def test_signing_in_takes_the_seat(accounts: Accounts) -> None:
    seat = accounts.seat(signed_in(accounts), NOW)
    assert seat is not None
    assert (seat.name, seat.role) == ("周敏", Role.OPERATOR)


def test_each_session_has_a_csrf_token_of_its_own(accounts: Accounts) -> None:
    seats = [accounts.seat(signed_in(accounts), NOW) for _ in range(2)]
    assert len({seat.csrf for seat in seats if seat}) == 2


@pytest.mark.parametrize(("name", "password"), [("周敏", "不是这个密码啊"), ("没有这个人", PASSWORD), ("", "")])
def test_one_password_is_tried_whoever_it_is(accounts: Accounts, hasher: PlainHasher, name: str, password: str) -> None:
    before = hasher.tried
    assert accounts.sign_in(name, password, NOW) is None
    assert hasher.tried == before + 1


def test_a_session_ends_after_a_quarter_of_an_hour_of_silence(accounts: Accounts) -> None:
    token, quarter = signed_in(accounts), timedelta(minutes=15)
    used = NOW + quarter - SECOND
    assert name_of(accounts.seat(token, used)) == "周敏"
    assert name_of(accounts.seat(token, used + quarter - SECOND)) == "周敏"
    assert accounts.seat(token, used + quarter - SECOND + quarter) is None
    assert accounts.seat(token, NOW) is None


def test_a_session_ends_after_eight_hours_however_busy(accounts: Accounts) -> None:
    token = signed_in(accounts)
    for minutes in range(0, 480, 10):
        assert name_of(accounts.seat(token, NOW + timedelta(minutes=minutes))) == "周敏"
    assert name_of(accounts.seat(token, NOW + timedelta(hours=8) - SECOND)) == "周敏"
    assert accounts.seat(token, NOW + timedelta(hours=8)) is None


def test_signing_in_again_ends_the_session_before(accounts: Accounts) -> None:
    first = signed_in(accounts)
    second = signed_in(accounts, instead_of=first)
    assert first != second
    assert accounts.seat(first, NOW) is None
    assert name_of(accounts.seat(second, NOW)) == "周敏"


def test_a_session_that_was_not_issued_is_none(accounts: Accounts) -> None:
    assert accounts.seat("x" * 43, NOW) is None
    assert name_of(accounts.seat(signed_in(accounts, instead_of="x" * 43), NOW)) == "周敏"


def test_signing_out_ends_this_session_and_no_other(accounts: Accounts) -> None:
    here, there = signed_in(accounts), signed_in(accounts)
    accounts.sign_out(here)
    assert accounts.seat(here, NOW) is None
    assert name_of(accounts.seat(there, NOW)) == "周敏"


def test_a_new_password_ends_every_session_and_the_old_password(accounts: Accounts) -> None:
    token = signed_in(accounts)
    accounts.accept(accounts.invite("周敏", Role.EDITOR, NOW), "另一个够长的密码 2026", NOW)
    assert accounts.seat(token, NOW) is None
    assert accounts.sign_in("周敏", PASSWORD, NOW) is None
    assert accounts.all() == [Account("周敏", Role.EDITOR, True)]


def test_a_closed_account_is_out_and_stays_out(accounts: Accounts) -> None:
    token = signed_in(accounts)
    assert accounts.close("周敏")
    assert accounts.seat(token, NOW) is None
    assert accounts.sign_in("周敏", PASSWORD, NOW) is None
    assert accounts.all() == [Account("周敏", Role.OPERATOR, False)]
    assert not accounts.close("没有这个人")


def test_an_account_closed_while_its_password_is_hashed_is_out(accounts: Accounts, hasher: PlainHasher) -> None:
    hasher.meanwhile = [lambda: accounts.close("周敏")]
    assert accounts.sign_in("周敏", PASSWORD, NOW) is None


def test_a_password_replaced_while_it_is_hashed_is_out(accounts: Accounts, hasher: PlainHasher) -> None:
    new = "另一个够长的密码 2026"
    hasher.meanwhile = [lambda: accounts.accept(accounts.invite("周敏", Role.OPERATOR, NOW), new, NOW)]
    assert accounts.sign_in("周敏", PASSWORD, NOW) is None
    assert accounts.sign_in("周敏", new, NOW) is not None


def test_a_session_that_outlived_its_account_is_no_seat(accounts: Accounts, file: Path) -> None:
    token = signed_in(accounts)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE accounts SET open = 0")
    assert accounts.seat(token, NOW) is None


def test_two_passwords_are_hashed_at_once_and_no_third(accounts: Accounts, hasher: PlainHasher) -> None:
    invited, before = accounts.invite("林涛", Role.EDITOR, NOW), hasher.tried
    refused: list[str] = []

    def third() -> None:
        with pytest.raises(Busy):
            accounts.sign_in("某人", PASSWORD, NOW)
        with pytest.raises(Busy):
            accounts.accept(invited, PASSWORD, NOW)
        refused.append("both")

    hasher.meanwhile = [lambda: accounts.sign_in("周敏", PASSWORD, NOW), third]
    assert name_of(accounts.seat(signed_in(accounts), NOW)) == "周敏"
    assert (refused, hasher.tried - before) == (["both"], 2)
    assert accounts.accept(invited, PASSWORD, NOW) == Account("林涛", Role.EDITOR, open=True)


def test_the_last_admin_stays_one(accounts: Accounts) -> None:
    accounts.accept(accounts.invite("罗主任", Role.ADMIN, NOW), PASSWORD, NOW)
    accounts.accept(accounts.invite("前主任", Role.ADMIN, NOW), PASSWORD, NOW)
    accounts.close("前主任")
    again = accounts.invite("罗主任", Role.ADMIN, NOW)
    with pytest.raises(Refused, match="唯一的管理员"):
        accounts.invite("罗主任", Role.EDITOR, NOW)
    assert accounts.invitation(again, NOW) == Invitation("罗主任", Role.ADMIN)
    assert accounts.accept(again, PASSWORD, NOW) == Account("罗主任", Role.ADMIN, open=True)


def test_of_two_admins_only_one_can_step_down(accounts: Accounts) -> None:
    for name in ("罗主任", "郑航"):
        accounts.accept(accounts.invite(name, Role.ADMIN, NOW), PASSWORD, NOW)
    first, second = (accounts.invite(name, Role.OPERATOR, NOW) for name in ("罗主任", "郑航"))
    assert accounts.accept(first, PASSWORD, NOW) == Account("罗主任", Role.OPERATOR, open=True)
    with pytest.raises(Refused, match="唯一的管理员"):
        accounts.accept(second, PASSWORD, NOW)
    assert accounts.invitation(second, NOW) == Invitation("郑航", Role.OPERATOR)
    assert Account("郑航", Role.ADMIN, open=True) in accounts.all()


def test_closing_voids_an_open_invitation(accounts: Accounts) -> None:
    token = accounts.invite("周敏", Role.OPERATOR, NOW)
    accounts.close("周敏")
    assert accounts.invitation(token, NOW) is None


@pytest.mark.parametrize(
    ("role", "covered"),
    [
        (Role.OPERATOR, [Role.OPERATOR]),
        (Role.EDITOR, [Role.OPERATOR, Role.EDITOR]),
        (Role.APPROVER, [Role.OPERATOR, Role.EDITOR, Role.APPROVER]),
        (Role.ADMIN, [Role.OPERATOR, Role.EDITOR, Role.APPROVER, Role.ADMIN]),
    ],
)
def test_each_role_covers_those_before_it(role: Role, covered: list[Role]) -> None:
    assert [other for other in Role if role.covers(other)] == covered


def test_what_is_stored_opens_no_door(engine: Engine, file: Path) -> None:
    accounts = Accounts(engine)
    invitation = accounts.invite("林涛", Role.ADMIN, NOW)
    accounts.accept(invitation, PASSWORD, NOW)
    session = accounts.sign_in("林涛", PASSWORD, NOW)
    assert session is not None
    with closing(sqlite3.connect(file)) as db:
        stored = "\n".join(db.iterdump())
    assert "林涛" in stored
    assert "$argon2id$" in stored
    assert [secret for secret in (PASSWORD, invitation, session) if secret in stored] == []


def test_the_command_prints_a_link_for_the_first_admin(tmp_path: Path) -> None:
    environment = environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": "", "PUBLIC_URL": "https://tiaowen.example.cn"}
    command = [sys.executable, "-m", "service.accounts", "invite", "罗主任", "--role", "admin"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    place, _, token = done.stdout.strip().rpartition("/")
    database = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    entries = Audit(database).latest()
    assert (done.returncode, place) == (0, "https://tiaowen.example.cn/console/invitation")
    assert [(entry.who, entry.action, entry.subject) for entry in entries] == [("命令行", "invite", "罗主任 admin")]
    assert Accounts(database).invitation(token, entries[0].at) == Invitation("罗主任", Role.ADMIN)


def test_the_command_refuses_what_is_no_name(tmp_path: Path) -> None:
    environment = environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "service.accounts", "invite", "有 空格"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "名字应为 1 到 32 个汉字、字母或数字，不带空格"
