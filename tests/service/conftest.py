"""One app over the published snapshot for all tests of the service."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import build_app
from service.channels.console.child import Done
from service.clock import SHANGHAI
from service.settings import Settings

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=SHANGHAI)


def idle(*arguments: str) -> Done:
    """Stands for `python -m ingest` where a test is not about it: everything is refused, nothing is started."""
    return Done("", f"没有做：{arguments[0]}")


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock by which requests are counted stands still: however slow the machine is, all come in one minute."""
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: NOW.timestamp()))


@pytest.fixture(scope="session")
def build_service(published: Path) -> Callable[..., FastAPI]:
    """An app over the published snapshot with its records in a folder of their own; settings can be overridden."""

    def make(records: Path, **changed: object) -> FastAPI:
        wanted = {
            "data_dir": published,
            "database_url": f"sqlite:///{records / 'records.sqlite'}",
            "embedding_model": "builtin",
        }
        return build_app(Settings(_env_file=None, **wanted | changed), now=lambda: NOW, ingest=idle)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def app(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return build_service(tmp_path_factory.mktemp("records"))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
