"""The real service on a real port, and Debian's Chromium in front of it."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from corpus.embedder import Embedder
from corpus.snapshot import Source, build, publish
from ingest.gather import gather
from service.app import build_app
from service.clock import SHANGHAI
from service.settings import Settings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI)
TABLED = """第一条　本办法所称托育机构，是指在本区依法登记、完成备案的机构。

第二条　对符合条件的普惠托育机构按照实际收托人数给予运营补贴，标准如下：

| 托位类型 | 每人每月（元） |
| --- | --- |
| 乳儿班 | 320 |
| 托大班 | 160 |
"""
TABLE_CELLS = ["托位类型", "每人每月（元）", "乳儿班", "320", "托大班", "160"]
ASKS_FOR_TABLE = "托大班的运营补贴标准是多少"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@dataclass(frozen=True, slots=True)
class Served:
    """`url` has no slash at its end."""

    app: FastAPI
    url: str


def listening() -> socket.socket:
    """A socket that already takes connections: a browser that comes early waits in its queue."""
    ready = socket.create_server(("127.0.0.1", 0))
    ready.listen(64)
    return ready


@pytest.fixture(scope="session")
def take_port() -> Callable[[], socket.socket]:
    return listening


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[FastAPI, socket.socket], Served]]:
    """serve(app, socket) → where it is; stopped at the end of the session."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: FastAPI, ready: socket.socket) -> Served:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [ready]}, daemon=True)
        thread.start()
        running.append((server, thread))
        return Served(app, f"http://127.0.0.1:{ready.getsockname()[1]}")

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each file: while Playwright is open, nothing else in this process can run an event loop."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("没有 chromium：先运行 make setup-browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def tabled(
    tmp_path_factory: pytest.TempPathFactory, corpus: Source, embedder: Embedder, write_document: Callable[..., Path]
) -> Path:
    """A data folder in which the shipped corpus has one more document, with a table."""
    folder = tmp_path_factory.mktemp("tabled")
    write_document(folder, "sample-2026", TABLED, title="样例区托育运营补贴办法", effective_from="2026-11-01")
    more, problems = gather(folder)
    assert problems == []
    both = replace(
        corpus,
        documents=(*corpus.documents, *more.documents),
        clauses=(*corpus.clauses, *more.clauses),
    )
    publish(folder / "var", build(folder / "var", both, embedder))
    return folder / "var"


@pytest.fixture(scope="session")
def build_at(published: Path) -> Callable[..., FastAPI]:
    """build_at(records folder, setting=…): the app over the shipped corpus, on a fixed day."""

    def make(records: Path, **changed: object) -> FastAPI:
        wanted = {
            "data_dir": published,
            "database_url": f"sqlite:///{records / 'records.sqlite'}",
            "embedding_model": "builtin",
        }
        return build_app(Settings(_env_file=None, **wanted | changed), now=lambda: NOW)  # type: ignore[arg-type]

    return make
