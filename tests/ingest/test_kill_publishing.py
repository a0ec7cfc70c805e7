"""add, diff, propose, publish and rollback killed at random moments: the service always finds a whole snapshot."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from corpus.embedder import Embedder
from corpus.settings import ROOT
from corpus.snapshot import build, current_id, open_live, publish
from ingest.gather import gather
from ingest.publishing import open_office
from service.accounts import Role
from service.clock import SHANGHAI
from service.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
KILLS = int(os.environ.get("TIAOWEN_KILLS", "2"))  # of each command
BODY = "第一条 为了说明写法，制定本办法。\n第二条 申请人向窗口提交材料。\n"
LONGEST = {"add": 3.0, "diff": 6.0, "propose": 8.0, "publish": 6.0, "rollback": 4.0}

Publish = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, write_document: Callable[..., Path], embedder: Embedder) -> Path:
    """Two published states of a small corpus, 王编 and 李审, and a file that is one edit ahead."""
    shutil.copytree(ROOT / "corpus" / "words", tmp_path / "words")
    shutil.copy(ROOT / "corpus" / "office.yaml", tmp_path)
    (tmp_path / "questions").mkdir()
    for body in (BODY, BODY + "第三条 附则。\n"):
        write_document(tmp_path / "documents", "one", body)
        source, problems = gather(tmp_path / "documents")
        assert problems == []
        publish(tmp_path / "var", build(tmp_path / "var", source, embedder))
    write_document(tmp_path / "documents", "one", BODY + "第三条 附则。\n第四条 另行通知。\n")
    (tmp_path / "official.txt").write_text("样例办法\n" + BODY, encoding="utf-8")
    office = open_office(Settings(_env_file=None, data_dir=tmp_path / "var", corpus_dir=tmp_path), NOW)
    for name, role in (("王编", Role.EDITOR), ("李审", Role.APPROVER)):
        office.accounts.accept(office.accounts.invite(name, role, NOW), "一个够长的密码 2026", NOW)
    return tmp_path


def command(folder: Path, name: str) -> list[str]:
    arguments = {
        "add": [str(folder / "official.txt"), "--id=official", "--replace"],
        "diff": [],
        "propose": ["--by=王编", "--why=试"],
        "publish": ["--by=李审", f"--proposal={newest(folder)}"],
        "rollback": ["--by=李审", "--why=试"],
    }
    return [sys.executable, "-m", "ingest", name, *arguments[name]]


def newest(folder: Path) -> int:
    """The number of the last proposal, 0 where there is none."""
    with closing(sqlite3.connect(folder / "var" / "records.sqlite")) as db:
        return int(db.execute("SELECT coalesce(max(id), 0) FROM publications").fetchone()[0])


def start(folder: Path, name: str) -> subprocess.Popen[bytes]:
    own = {"DATA_DIR": str(folder / "var"), "CORPUS_DIR": str(folder), "EMBEDDING_MODEL": "builtin"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command(folder, name), cwd=ROOT, env=os.environ | own, **quiet)  # type: ignore[call-overload,no-any-return]


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        for member in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # a child that ended by itself just now
                member.kill()
        process.wait()


def whole(folder: Path, embedder: Embedder) -> bool:
    """The live snapshot opens as it was built, and every document is read whole."""
    warnings: list[str] = []
    snapshot, last_good = open_live(folder / "var", embedder, warnings.append)
    snapshot.close()
    (folder / "documents" / "official.md").unlink(missing_ok=True)  # a draft is not complete by design
    _, problems = gather(folder / "documents")
    return (warnings, last_good, problems) == ([], False, [])


@pytest.mark.parametrize("name", ["add", "diff", "propose", "publish", "rollback"])
def test_a_command_killed_at_any_moment_leaves_a_whole_state(folder: Path, embedder: Embedder, name: str) -> None:
    moments = random.Random(20261124)
    broken = []
    for _ in range(KILLS):
        if name == "publish":
            assert start(folder, "propose").wait(timeout=120) == 0
        before = current_id(folder / "var")
        after = moments.uniform(0.1, LONGEST[name])
        kill_after(start(folder, name), after)
        if not whole(folder, embedder):
            broken.append((name, after))
        if current_id(folder / "var") != before and name in {"add", "diff", "propose"}:
            broken.append((name, after))
    assert broken == []
    assert start(folder, "propose").wait(timeout=120) == 0
    assert start(folder, "publish").wait(timeout=120) == 0
