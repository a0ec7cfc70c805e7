"""A bug or a dead database: no detail, no words in the log, the same headers as everywhere."""

import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

WORDS = "我叫张三丰住紫荆路"


@pytest.fixture
def broken(build_service: Callable[..., FastAPI], tmp_path: Path) -> TestClient:
    """A service with two addresses that fail, each with a citizen's words in the failure's own message."""
    app = build_service(tmp_path)

    @app.get("/bug")
    def bug() -> None:
        int(WORDS)

    @app.get("/dead-database")
    def dead_database() -> None:
        raise OperationalError(WORDS, {}, Exception(WORDS))

    return TestClient(app)


@pytest.mark.parametrize(("path", "status", "code"), [("/bug", 500, "internal"), ("/dead-database", 503, "no_records")])
def test_a_failure_is_told_without_detail_and_with_every_header(
    broken: TestClient, caplog: pytest.LogCaptureFixture, path: str, status: int, code: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        told = broken.get(path)

    assert (told.status_code, told.json()["error"]["code"]) == (status, code)
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert WORDS not in told.text + caplog.text
    assert "bug kind=" in caplog.text


def test_redis_that_never_replies_holds_nobody_up(build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        client = TestClient(build_service(tmp_path, redis_url=address))

        assert client.post("/api/v1/ask", json={"question": "你好"}, headers={"X-Session": "me"}).status_code == 200


@pytest.mark.usefixtures("one_minute")
def test_a_conversation_cannot_be_asked_more_often_by_changing_the_session(
    build_service: Callable[..., FastAPI], tmp_path: Path
) -> None:
    client = TestClient(build_service(tmp_path))
    begun = client.post("/api/v1/ask", json={"question": "你好"}).json()["conversation_id"]

    codes = [
        client.post(
            "/api/v1/ask", json={"question": "你好", "conversation_id": begun}, headers={"X-Session": f"s{n}"}
        ).status_code
        for n in range(61)
    ]

    assert codes == [200] * 60 + [429]
