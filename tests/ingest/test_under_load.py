"""While citizens ask, an update is published and rolled back: each answer is wholly of one state, and none fails."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from corpus.settings import ROOT
from corpus.snapshot import Source, current_id, rollback
from ingest.gather import gather
from ingest.publishing import Office, open_office, publish_alone
from service.changes import state_of
from service.clock import SHANGHAI
from service.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
OLD, NEW = "支持保险机构开发相关责任险", "鼓励保险机构开发相关责任险"
QUESTION = "托育机构的责任险有没有保险公司做"


@pytest.fixture
def folder(tmp_path: Path, published: Path) -> Path:
    for name in ("documents", "questions", "words"):
        shutil.copytree(ROOT / "corpus" / name, tmp_path / name)
    shutil.copy(ROOT / "corpus" / "office.yaml", tmp_path)
    shutil.copytree(published, tmp_path / "var")
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """The service as `python -m service` runs it."""
    with socket.socket() as kept:  # until the service listens there, so that nobody else is given the port
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
        own = {"DATA_DIR": str(folder / "var"), "CORPUS_DIR": str(folder), "PORT": str(port), "RATE_LIMIT": "off"}
        command = [sys.executable, "-m", "service"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL)
        assert answers(process, f"http://127.0.0.1:{port}/livez")
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Waits for the service however slow the machine is; False when it has ended."""
    while process.poll() is None:
        try:
            return httpx.get(url, timeout=60).status_code == 200
        except httpx.ConnectError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
    return False


class Asking(threading.Thread):
    """Asks until it is told to stop: (status of the response, its snapshot, which wording it quoted)."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.enough = url, threading.Event()
        self.heard: list[tuple[int, str, bool, bool]] = []

    def run(self) -> None:
        with httpx.Client(timeout=60) as client:
            while not self.enough.is_set():
                response = client.post(f"{self.url}/api/v1/ask", json={"question": QUESTION})
                body = response.json()
                quoted = "".join(citation["quote"] for citation in body["citations"])
                self.heard.append((response.status_code, body["snapshot"], OLD in quoted, NEW in quoted))


def publish_update(office: Office, folder: Path) -> str:
    path = folder / "documents" / "xianan-2023.md"
    path.write_text(path.read_text(encoding="utf-8").replace(OLD, NEW), encoding="utf-8")
    source, problems = gather(folder / "documents")
    assert problems == []
    office.confirmations.confirm(*confirmed(source, "parameter:childcare-enrolment-subsidy.amount_per_term@2023-07-20"))
    office.confirmations.confirm(*confirmed(source, "quote:childcare-enrolment-subsidy"))
    return publish_alone(office, lambda: source, "试", "测试")[0]


def confirmed(source: Source, subject: str) -> tuple[str, str, str, datetime]:
    clause = next(one for one in source.clauses if str(one.ref) == "xianan-2023#7")
    return f"{subject} xianan-2023#7", state_of(clause), "王编", NOW


def test_readers_see_the_old_or_the_new_and_never_an_error(folder: Path, url: str) -> None:
    office = open_office(Settings(_env_file=None, data_dir=folder / "var", corpus_dir=folder), NOW)
    first = current_id(folder / "var")
    readers = [Asking(url) for _ in range(3)]
    for reader in readers:
        reader.start()
    second = publish_update(office, folder)
    wait_until(readers, second)
    rollback(folder / "var")
    wait_until(readers, first)
    for reader in readers:
        reader.enough.set()
        reader.join(60)
    heard = {one for reader in readers for one in reader.heard}
    assert heard == {(200, first, True, False), (200, second, False, True)}


def wait_until(readers: list[Asking], snapshot: str) -> None:
    """Every reader has just been answered from that snapshot."""
    while not all(reader.heard and reader.heard[-1][1] == snapshot for reader in readers):
        assert all(reader.is_alive() for reader in readers)
        readers[0].join(0.02)
