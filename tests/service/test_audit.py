"""The audit is only ever added to: a row that is deleted, changed or moved is found."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.audit import Audit, Broken, Entry
from service.database import open_database

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def audit(engine: Engine) -> Audit:
    """Five rows, a minute apart."""
    audit = Audit(engine)
    for n in range(5):
        audit.write(NOW + timedelta(minutes=n), "周敏", "ask", f"回答{n}")
    return audit


def tamper(file: Path, *statements: str) -> None:
    """As somebody does who has the database in hand."""
    with closing(sqlite3.connect(file)) as db, db:
        for statement in statements:
            db.execute(statement)


def test_rows_are_read_the_latest_first(audit: Audit) -> None:
    assert audit.latest(2) == [
        Entry(5, NOW + timedelta(minutes=4), "周敏", "ask", "回答4"),
        Entry(4, NOW + timedelta(minutes=3), "周敏", "ask", "回答3"),
    ]


def test_untouched_rows_are_sound(audit: Audit) -> None:
    assert audit.verify() is None


def test_an_audit_without_rows_is_sound(engine: Engine) -> None:
    assert Audit(engine).verify() is None


def test_the_chain_goes_on_when_the_file_is_opened_again(audit: Audit, file: Path) -> None:
    again = Audit(open_database(f"sqlite:///{file}"))
    again.write(NOW, "林涛", "sign_in")
    assert again.verify() is None
    assert [entry.number for entry in again.latest()] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_deleted_row_is_found(audit: Audit, file: Path, number: int) -> None:
    tamper(file, f"DELETE FROM audit WHERE number = {number}")
    assert audit.verify() == Broken(number, "少了这一行")


def test_a_deleted_last_row_is_found(audit: Audit, file: Path) -> None:
    tamper(file, "DELETE FROM audit WHERE number = 5")
    assert audit.verify() == Broken(5, "末尾对不上：应有 5 行，只有 4 行")


def test_deleting_every_row_is_found(audit: Audit, file: Path) -> None:
    tamper(file, "DELETE FROM audit")
    assert audit.verify() == Broken(1, "末尾对不上：应有 5 行，只有 0 行")


def test_a_deleted_row_is_found_after_the_others_were_counted_anew(audit: Audit, file: Path) -> None:
    tamper(file, "DELETE FROM audit WHERE number = 2", "UPDATE audit SET number = number - 1 WHERE number > 2")
    assert audit.verify() == Broken(2, "与前一行接不上")


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("column", ["at", "who", "action", "subject"])
def test_a_changed_row_is_found(audit: Audit, file: Path, column: str, number: int) -> None:
    tamper(file, f"UPDATE audit SET {column} = '2026-07-01T00:00:00+00:00' WHERE number = {number}")
    assert audit.verify() == Broken(number, "内容被改过")


def test_a_row_with_another_hash_is_found(audit: Audit, file: Path) -> None:
    tamper(file, f"UPDATE audit SET digest = '{'f' * 64}' WHERE number = 3")
    assert audit.verify() == Broken(3, "内容被改过")


def test_rows_that_changed_places_are_found(audit: Audit, file: Path) -> None:
    swap = [(2, 99), (3, 2), (99, 3)]
    tamper(file, *(f"UPDATE audit SET number = {to} WHERE number = {place}" for place, to in swap))
    assert audit.verify() == Broken(2, "与前一行接不上")


def test_a_row_put_in_at_the_end_is_found(audit: Audit, file: Path) -> None:
    tamper(
        file,
        "INSERT INTO audit SELECT 6, at, who, action, subject, digest, digest FROM audit WHERE number = 5",
    )
    assert audit.verify() == Broken(6, "内容被改过")


def test_writers_at_the_same_time_make_one_chain(audit: Audit, file: Path) -> None:
    writers = [Audit(open_database(f"sqlite:///{file}")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda writer: [writer.write(NOW, "周敏", "ask") for _ in range(25)], writers))
    assert audit.verify() is None
    assert [entry.number for entry in audit.latest(200)] == list(range(105, 0, -1))
