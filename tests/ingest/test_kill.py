"""However an ingest dies, what was live stays live and the next ingest works."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from corpus.clause import Clause
from corpus.embedder import Embedder
from corpus.settings import ROOT
from corpus.snapshot import build, current_id, open_live, publish
from ingest.gather import gather

WriteDocument = Callable[..., Path]
WriteBank = Callable[[Path, str, dict[str, list[str]]], Path]
RunIngest = Callable[..., subprocess.CompletedProcess[str]]
Environment = Callable[[Path], dict[str, str]]

DEADLINE = 60.0
BODY = "第一条 为了说明写法，制定本办法。\n第二条 申请人向窗口提交材料。\n"

# What lies in the data folder at the moment of death, first to last.
MOMENTS = {
    "文件夹建好时": "snapshots/.tmp-*",
    "条款写下时": "snapshots/.tmp-*/corpus.sqlite",
    "向量写下时": "snapshots/.tmp-*/clauses.npy",
    "关键词索引写下时": "snapshots/.tmp-*/clauses-keywords",
    "问法的向量写下时": "snapshots/.tmp-*/questions.npy",
    "清单写下时": "snapshots/.tmp-*/MANIFEST.json",
}


@pytest.fixture(scope="module")
def before(
    tmp_path_factory: pytest.TempPathFactory, write_document: WriteDocument, write_bank: WriteBank, embedder: Embedder
) -> Path:
    """A folder with `data`, where the first edition is live, and `documents`, the second edition."""
    folder = tmp_path_factory.mktemp("before")
    write_document(folder / "documents", "one", BODY)
    write_bank(folder / "documents", "one", {"2": ["材料交到哪个窗口"]})
    source, _ = gather(folder / "documents")
    publish(folder / "data", build(folder / "data", source, embedder))
    for n in range(30):
        write_document(folder / "documents", f"more-{n}", BODY)
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, before: Path) -> Path:
    return Path(shutil.copytree(before / "data", tmp_path / "data"))


def killed_when(reached: Callable[[], bool], documents: Path, environment: dict[str, str]) -> bool:
    """Runs an ingest and kills it, with what it started, once that is reached; False when it ended before."""
    command = [sys.executable, "-m", "ingest", "--alone", "试", "--documents", str(documents)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    give_up = time.monotonic() + DEADLINE
    while process.poll() is None and not reached() and time.monotonic() < give_up:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.002)
    if process.poll() is not None:
        return False
    for member in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a child that ended by itself just now
            member.kill()
    process.wait()
    return reached()


def answer(data_dir: Path, embedder: Embedder) -> tuple[str, bool, tuple[Clause, ...], list[str]]:
    """Which snapshot serves, whether only as the last good one, its clauses, and what a question finds."""
    warnings: list[str] = []
    snapshot, last_good = open_live(data_dir, embedder, warnings.append)
    found = [str(one.clause.ref) for one in snapshot.index.search("向窗口提交材料")]
    snapshot.close()
    assert warnings == []
    return snapshot.id, last_good, snapshot.clauses, found


@pytest.mark.parametrize("pattern", MOMENTS.values(), ids=MOMENTS)
def test_an_ingest_killed_before_publication_changes_nothing(
    data_dir: Path, before: Path, embedder: Embedder, ingest_environment: Environment, pattern: str
) -> None:
    pointer, served = (data_dir / "CURRENT").read_bytes(), answer(data_dir, embedder)

    died = killed_when(lambda: any(data_dir.glob(pattern)), before / "documents", ingest_environment(data_dir))

    assert died
    assert (data_dir / "CURRENT").read_bytes() == pointer
    assert answer(data_dir, embedder) == served


def test_an_ingest_killed_around_publication_leaves_the_old_or_the_new(
    data_dir: Path, before: Path, embedder: Embedder, ingest_environment: Environment
) -> None:
    first, folder = current_id(data_dir), data_dir / "snapshots"

    killed_when(lambda: any(folder.glob("000002-*")), before / "documents", ingest_environment(data_dir))
    [second] = [path.name for path in folder.glob("000002-*")]
    name, last_good, clauses, found = answer(data_dir, embedder)

    assert (name, last_good, len(clauses), found[0]) in {
        (first, False, 2, "one#2"),
        (second, False, 62, "one#2"),
    }


def test_the_next_ingest_works_and_sweeps_what_one_killed_while_indexing_left(
    data_dir: Path, before: Path, embedder: Embedder, ingest_environment: Environment, run_ingest: RunIngest
) -> None:
    first, served = current_id(data_dir), answer(data_dir, embedder)
    died = killed_when(
        lambda: any(data_dir.glob("snapshots/.tmp-*/chroma")), before / "documents", ingest_environment(data_dir)
    )
    left = list(data_dir.glob("snapshots/.tmp-*"))
    assert (died, len(left), answer(data_dir, embedder)) == (True, 1, served)

    done = run_ingest(data_dir, "--alone", "试", "--documents", before / "documents")
    name, last_good, clauses, _ = answer(data_dir, embedder)

    assert (done.returncode, name == first, last_good, len(clauses)) == (0, False, False, 62)
    assert sorted(path.name for path in (data_dir / "snapshots").iterdir()) == [first, name]
