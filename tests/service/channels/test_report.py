"""The monthly report at the console: for editors, by month, over what the service itself has recorded."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.accounts import Accounts, Role
from service.database import open_database
from service.masking import mask
from tests.service.conftest import NOW
from tests.service.test_accounts import PlainHasher

PASSWORD = "一个够长的密码 2026"
QUESTION = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def editor(build_service: Callable[..., FastAPI], tmp_path: Path, file: Path) -> TestClient:
    client = TestClient(build_service(tmp_path), follow_redirects=False)
    accounts = Accounts(open_database(f"sqlite:///{file}"), PlainHasher())
    accounts.accept(accounts.invite("林涛", Role.EDITOR, NOW), PASSWORD, NOW)
    token = accounts.sign_in("林涛", PASSWORD, NOW)
    assert token is not None
    client.cookies["seat"] = token
    return client


def test_what_citizens_ask_is_in_the_report_of_the_month(editor: TestClient) -> None:
    for question in (QUESTION, QUESTION, QUESTION, "今天天气怎么样"):
        assert editor.post("/api/v1/ask", json={"question": question}).status_code == 200

    page = editor.get("/console/report")

    assert page.status_code == 200
    assert "2026年7月" in page.text
    assert "<dt>提问</dt><dd>4</dd>" in page.text
    assert f"<td>{mask(QUESTION)}</td>" in page.text
    assert "<td>天气</td>" in page.text
    assert "今天天气怎么样" not in page.text
    assert "一半的问题（p50）" in page.text


def test_the_time_an_answer_took_is_counted_with_it(editor: TestClient, file: Path) -> None:
    took = editor.post("/api/v1/ask", json={"question": QUESTION}).json()["took_ms"]

    with closing(sqlite3.connect(file)) as db:
        rows = db.execute("SELECT day, hour, channel, status, reason, took_ms FROM tally").fetchall()
    assert rows == [("2026-07-01", 9, "api", "answered", None, took)]


def test_an_answer_that_was_not_recorded_is_not_counted(editor: TestClient, file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("DROP TABLE answers")
    assert editor.post("/api/v1/ask", json={"question": QUESTION}).status_code == 200

    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT count(*) FROM tally").fetchone() == (0,)


@pytest.mark.parametrize("month", ["2026-13", "2026", "11月", "2026-11' OR 1=1"])
def test_what_is_no_month_is_told_on_the_page(editor: TestClient, month: str) -> None:
    page = editor.get("/console/report", params={"month": month})

    assert page.status_code == 422
    assert '<p class="wrong" role="alert">月份应写成 2026-11 这样</p>' in page.text


def test_a_month_too_long_to_be_one_is_refused(editor: TestClient) -> None:
    assert editor.get("/console/report", params={"month": "2" * 21}).status_code == 422


def test_reading_the_report_is_in_the_audit_and_names_the_month(editor: TestClient, file: Path) -> None:
    editor.get("/console/report", params={"month": "2026-05"})

    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT who, action, subject FROM audit").fetchall() == [("林涛", "read_report", "2026-05")]


def test_the_stylesheet_is_a_file_and_the_page_keeps_to_the_policy(editor: TestClient) -> None:
    editor.post("/api/v1/ask", json={"question": QUESTION})

    page = editor.get("/console/report")

    assert '<link rel="stylesheet" href="/console/static/report.css">' in page.text
    assert "<style" not in page.text
    assert " style=" not in page.text
    css = editor.get("/console/static/report.css")
    assert (css.status_code, css.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "@page { size: A4;" in css.text
