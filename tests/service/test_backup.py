"""One file holds everything; it is put back whole or not at all, also when the process is killed meanwhile."""

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.settings import ROOT
from corpus.snapshot import IngestRunning, ingest_lock
from service.backup import Places, Refused, backup, data_in_use, finish_restore, restore

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
DEADLINE = 60.0
Tree = dict[str, bytes]


def office(folder: Path, edition: str, files: int = 3) -> Places:
    """A data folder and a corpus folder, as small as they can be."""
    places = Places(folder / "data", folder / "corpus", folder / "data" / "records.sqlite")
    for name in [
        "data/CURRENT",
        "data/words/abc/office.yaml",
        "corpus/office.yaml",
        *(f"data/snapshots/000001-abcdefabcdef/file{n}" for n in range(files)),
        *(f"corpus/{part}/{edition}.yaml" for part in ("documents", "questions", "words")),
    ]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{edition} {name}", encoding="utf-8")
    with closing(sqlite3.connect(folder / "data" / "records.sqlite")) as db, db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE said (what TEXT)")
        db.execute("INSERT INTO said VALUES (?)", (edition,))
    return places


def tree(folder: Path) -> Tree:
    """Every file of the office; of the database what is in it."""
    held = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in {".lock", ".sqlite", ".gz"} and "-" not in path.suffix
    }
    database = folder / "data" / "records.sqlite"
    if database.exists():
        with closing(sqlite3.connect(database)) as db:
            held["said"] = db.execute("SELECT what FROM said").fetchone()[0].encode()
    return held


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup of the office "one"."""
    backup(office(tmp_path / "one", "one"), tmp_path / "one.tar.gz", NOW)
    return tmp_path / "one.tar.gz"


def empty(folder: Path) -> Places:
    return Places(folder / "data", folder / "corpus", folder / "data" / "records.sqlite")


def test_everything_comes_back_in_another_place(file: Path, tmp_path: Path) -> None:
    manifest = restore(empty(tmp_path / "new"), file, over=False)

    assert tree(tmp_path / "new") == tree(tmp_path / "one")
    assert (manifest.made_at, len(manifest.files)) == ("2026-07-01T01:30:00+00:00", 10)


def test_only_the_owner_may_read_it(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_was_written_last_is_in_it_while_the_database_is_open(tmp_path: Path) -> None:
    places = office(tmp_path / "one", "one")
    with closing(sqlite3.connect(tmp_path / "one" / "data" / "records.sqlite")) as service:
        service.execute("UPDATE said SET what = 'a moment ago'")
        service.commit()
        service.execute("UPDATE said SET what = 'not yet'")
        backup(places, tmp_path / "now.tar.gz", NOW)
        service.rollback()

    restore(empty(tmp_path / "new"), tmp_path / "now.tar.gz", over=False)

    assert tree(tmp_path / "new")["said"] == b"a moment ago"


def test_what_is_there_is_only_replaced_when_it_is_wanted(file: Path, tmp_path: Path) -> None:
    places = office(tmp_path / "two", "two")
    before = tree(tmp_path / "two")

    with pytest.raises(Refused, match="--over"):
        restore(places, file, over=False)
    assert tree(tmp_path / "two") == before

    restore(places, file, over=True)
    assert tree(tmp_path / "two") == tree(tmp_path / "one")


@pytest.mark.parametrize(("edited", "refused"), [(False, False), (True, True)])
def test_edited_files_are_not_lost_and_the_same_ones_are_no_matter(
    file: Path, tmp_path: Path, edited: bool, refused: bool
) -> None:
    new = empty(tmp_path / "new")
    shutil.copytree(tmp_path / "one" / "corpus", new.corpus_dir)
    if edited:
        (new.corpus_dir / "office.yaml").write_text("两样", encoding="utf-8")

    try:
        restore(new, file, over=False)
    except Refused:
        assert refused
    else:
        assert not refused


def test_what_the_backup_does_not_have_is_gone_afterwards(tmp_path: Path) -> None:
    bare = office(tmp_path / "bare", "bare")
    shutil.rmtree(tmp_path / "bare" / "data")
    backup(bare, tmp_path / "bare.tar.gz", NOW)
    places = office(tmp_path / "two", "two")

    restore(places, tmp_path / "bare.tar.gz", over=True)

    assert tree(tmp_path / "two") == tree(tmp_path / "bare")


# What is no sound backup


def rewritten(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> None:
    with tarfile.open(file) as archive:
        members = [(member, archive.extractfile(member).read()) for member in archive]  # type: ignore[union-attr]
    change(members)
    with tarfile.open(file, "w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def added(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        members.insert(0, (member, b""))
        listed = json.loads(members[-1][1])
        listed["files"][name] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        members[-1] = (members[-1][0], json.dumps(listed).encode())

    return change


def file_and_folder(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    added("words/a/b")(members)
    added("words/a")(members)


def flipped(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[1] = (members[1][0], b"X" + members[1][1][1:])


@pytest.mark.parametrize(
    "change",
    [
        flipped,
        lambda members: members.pop(1),
        lambda members: members.pop(),
        lambda members: members.insert(0, members[1]),
        added("../outside"),
        added("snapshots/../../outside"),
        added("/tmp/outside"),
        added("corpus/code.py"),
        added("records.sqlite/evil"),
        added("CURRENT/evil"),
        added("corpus/office.yaml/evil"),
        added("words"),
        added("words/a\nb"),
        file_and_folder,
        added("snapshots/link", tarfile.SYMTYPE),
        added("snapshots/hard", tarfile.LNKTYPE),
    ],
    ids=[
        "changed",
        "missing",
        "no manifest",
        "twice",
        "up",
        "up inside",
        "absolute",
        "unknown",
        "in the database",
        "in a file",
        "in the office",
        "a folder as file",
        "two lines",
        "file and folder",
        "link",
        "hard link",
    ],
)
def test_a_backup_that_is_not_sound_changes_nothing(
    file: Path, tmp_path: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]
) -> None:
    places = office(tmp_path / "two", "two")
    before = tree(tmp_path)
    rewritten(file, change)

    with pytest.raises(Refused):
        restore(places, file, over=True)

    assert tree(tmp_path) == before


def test_what_would_unpack_to_far_more_than_it_is_is_not_unpacked(file: Path, tmp_path: Path) -> None:
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("words/zeros")
        member.size = 300 * 1024 * 1024
        with open("/dev/zero", "rb") as zeros:
            archive.addfile(member, zeros)
    new = empty(tmp_path / "new")

    with pytest.raises(Refused, match="大得不像一份备份"):
        restore(new, file, over=True)

    assert [path.name for path in new.data_dir.rglob("*") if path.is_file()] == ["service.lock", "ingest.lock"]


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.8])
def test_half_a_backup_changes_nothing(file: Path, tmp_path: Path, kept: float) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    places = office(tmp_path / "two", "two")
    before = tree(tmp_path / "two")

    with pytest.raises(Refused):
        restore(places, file, over=True)

    assert tree(tmp_path / "two") == before


def test_a_sqlite_backup_is_not_put_beside_another_database(file: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="DATABASE_URL 不是 SQLite"):
        restore(Places(tmp_path / "data", tmp_path / "corpus", None), file, over=True)


def test_the_database_of_others_is_left_out(tmp_path: Path) -> None:
    office(tmp_path / "one", "one")
    manifest = backup(Places(tmp_path / "one/data", tmp_path / "one/corpus", None), tmp_path / "one.tar.gz", NOW)

    assert "records.sqlite" not in manifest.files
    assert len(manifest.files) == 9


# Others at work


def test_a_service_that_runs_keeps_its_data(file: Path, tmp_path: Path) -> None:
    places = office(tmp_path / "two", "two")
    with data_in_use(places.data_dir), data_in_use(places.data_dir), pytest.raises(Refused, match="先停下服务"):
        restore(places, file, over=True)

    restore(places, file, over=True)


def test_no_service_starts_during_a_restore(tmp_path: Path) -> None:
    with data_in_use(tmp_path, alone=True), pytest.raises(Refused, match="正在恢复"), data_in_use(tmp_path):
        pass


def test_a_backup_waits_for_no_ingest(tmp_path: Path) -> None:
    places = office(tmp_path / "one", "one")
    with ingest_lock(places.data_dir), pytest.raises(IngestRunning):
        backup(places, tmp_path / "one.tar.gz", NOW)
    assert not (tmp_path / "one.tar.gz").exists()


# Killed


def killed_when(reached: Callable[[], bool], folder: Path, *arguments: str) -> bool:
    """Runs `python -m service …` over that office and kills it once that is reached; False when it ended before."""
    own = {"DATA_DIR": str(folder / "data"), "CORPUS_DIR": str(folder / "corpus"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "service", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL) as process:
        give_up = time.monotonic() + DEADLINE
        while process.poll() is None and not reached() and time.monotonic() < give_up:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.001)
        died = process.poll() is None
        process.kill()
    return died


# `python -m service …`, killed by itself when it opens the file that is named first: between two looks of another
# process, a backup as small as these is finished.
KILLED_AT = """
import os, runpy, signal, sys

def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith(name):
        os.kill(os.getpid(), signal.SIGKILL)

name = sys.argv.pop(1)
sys.addaudithook(watch)
runpy.run_module("service", run_name="__main__", alter_sys=True)
"""


MOMENTS = {
    "解到一半": "data/.snapshots.restored",
    "解完": "corpus/.office.yaml.restored",
    "开始换": "data/RESTORING.json",
    "换了数据库": "data/.records.sqlite.replaced",
    "换了快照": "data/.snapshots.replaced",
    "换了用语": "corpus/.words.replaced",
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_restore_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path, moment: str) -> None:
    backup(office(tmp_path / "one", "one", files=400), tmp_path / "one.tar.gz", NOW)
    office(tmp_path / "two", "two", files=400)
    old, new, two = tree(tmp_path / "two"), tree(tmp_path / "one"), tmp_path / "two"

    died = killed_when((two / moment).exists, two, "restore", str(tmp_path / "one.tar.gz"), "--over")
    begun = (two / "data" / "RESTORING.json").exists()
    finished = finish_restore(two / "data")
    left = {name: content for name, content in tree(two).items() if ".restored" not in name}

    assert died or moment != MOMENTS["解到一半"]
    assert finished == begun
    assert left in (old, new)
    assert not begun or left == new
    restore(empty(two), tmp_path / "one.tar.gz", over=True)
    assert tree(two) == new


def test_a_backup_killed_in_the_middle_leaves_the_one_before(tmp_path: Path) -> None:
    places, file = office(tmp_path / "one", "one"), tmp_path / "one.tar.gz"
    backup(places, file, NOW)
    before = file.read_bytes()
    own = {"DATA_DIR": str(places.data_dir), "CORPUS_DIR": str(places.corpus_dir)}

    died = subprocess.run(
        [sys.executable, "-c", KILLED_AT, "/file1", "backup", str(file)], cwd=ROOT, env=os.environ | own, check=False
    )

    assert died.returncode == -signal.SIGKILL
    assert (tmp_path / ".one.tar.gz.tmp").exists()
    assert file.read_bytes() == before
    backup(places, file, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.tar.gz"]
