"""A snapshot is built beside the live one, made live by one pointer, and survives damage."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from threading import Thread

import numpy as np
import psutil
import pytest

from corpus.chroma import VectorStore
from corpus.clause import Document
from corpus.embedder import Embedder, Vectors, load_embedder
from corpus.live import LiveSnapshot
from corpus.probe import probe
from corpus.settings import ROOT
from corpus.snapshot import (
    KEEP,
    IngestRunning,
    Snapshot,
    SnapshotUnreadable,
    Source,
    build,
    current_id,
    ingest_lock,
    open_live,
    open_snapshot,
    publish,
    rollback,
    snapshot_id,
)
from corpus.snapshot import published as snapshot_ids

QUESTIONS = ("入托补贴每学期多少钱", "公积金贷款额度上浮", "超生了还要交社会抚养费吗")

# Opens what is live and then does something.
OPEN_AND = """
import os, signal, sys
from pathlib import Path
from corpus.embedder import load_embedder
from corpus.snapshot import open_live

snapshot, _ = open_live(Path(sys.argv[1]), load_embedder("builtin"), print)
{}
"""

Publish = Callable[..., str]


@dataclass(frozen=True)
class Told:
    """What was told to the operator."""

    messages: list[str]

    def __call__(self, message: str) -> None:
        self.messages.append(message)


@pytest.fixture
def told() -> Told:
    return Told([])


@pytest.fixture
def data_dir(tmp_path: Path, published: Path) -> Path:
    """A copy of the published corpus, for this test to change."""
    return Path(shutil.copytree(published, tmp_path / "data"))


@pytest.fixture
def publish_first(data_dir: Path, corpus: Source, embedder: Embedder) -> Publish:
    """publish_first(n): a publication of the first n clauses and their questions, so that each is a different one."""

    def publish_some(count: int, keep: int = KEEP) -> str:
        clauses = corpus.clauses[:count]
        refs = {str(clause.ref) for clause in clauses}
        questions = [question for question in corpus.questions if question.ref in refs]
        return publish(data_dir, build(data_dir, Source(corpus.documents, clauses, questions), embedder), keep)

    return publish_some


def hits(snapshot: Snapshot) -> list[list[tuple[str, float]]]:
    """Scores to four places: approximate indexes of the same vectors differ beyond that."""
    return [
        [(str(found.clause.ref), round(found.score, 4)) for found in snapshot.index.search(question)]
        for question in QUESTIONS
    ]


def live_folder(data_dir: Path) -> Path:
    return data_dir / "snapshots" / current_id(data_dir)


def scratch(snapshot: Snapshot) -> Path:
    """Where it keeps its copy while it is open."""
    assert snapshot.vectors is not None
    return Path(snapshot.vectors.scratch.name)


def reseal(folder: Path) -> None:
    """Its manifest vouches for the Chroma files that are there now."""
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    others = {name: digest for name, digest in manifest["files"].items() if not name.startswith("chroma/")}
    chroma = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in (folder / "chroma").rglob("*")
        if path.is_file()
    }
    (folder / "MANIFEST.json").write_text(json.dumps(manifest | {"files": others | chroma}), encoding="utf-8")


def spoil(path: Path) -> None:
    """A few bytes in the middle become others."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 16] = bytes(byte ^ 0xFF for byte in content[middle : middle + 16])
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 1_000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def delete(path: Path) -> None:
    path.unlink()


class Foreign(Embedder):
    """Another model than the one that the snapshot was built with."""

    fingerprint = "foreign"
    dim = 256

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("an encoder that does not fit is never asked")


def test_what_is_published_is_what_is_opened(published: Path, corpus: Source, embedder: Embedder, told: Told) -> None:
    snapshot, last_good = open_live(published, embedder, told)
    snapshot.close()

    assert snapshot.id == current_id(published)
    assert snapshot.clauses == tuple(corpus.clauses)
    assert snapshot.documents == tuple(sorted(corpus.documents, key=lambda document: document.id))
    assert snapshot.by_ref == {str(clause.ref): clause for clause in corpus.clauses}
    assert (last_good, snapshot.degraded, told.messages) == (False, "", [])


def test_a_built_snapshot_is_not_live_until_it_is_published(data_dir: Path, corpus: Source, embedder: Embedder) -> None:
    before = current_id(data_dir)
    built = build(data_dir, corpus, embedder)

    assert (current_id(data_dir), snapshot_ids(data_dir)) == (before, [before])
    assert publish(data_dir, built) == current_id(data_dir) != before


def test_the_same_input_gives_the_same_content_hash(publish_first: Publish, data_dir: Path) -> None:
    first, second, other = publish_first(20), publish_first(20), publish_first(19)
    number = [name.split("-")[0] for name in (first, second, other)]
    content = [name.split("-")[1] for name in (first, second, other)]

    assert number == ["000002", "000003", "000004"]
    assert content[0] == content[1] != content[2]


def test_the_same_input_gives_the_same_files(publish_first: Publish, data_dir: Path) -> None:
    first, second = (data_dir / "snapshots" / publish_first(20) for _ in range(2))
    names = [
        str(path.relative_to(first))
        for pattern in ("corpus.sqlite", "*.npy", "*-keywords/*")
        for path in first.glob(pattern)
    ]

    assert len(names) > 10
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []


def test_the_last_three_are_kept(publish_first: Publish, data_dir: Path) -> None:
    names = [current_id(data_dir), *(publish_first(count) for count in (5, 6, 7, 8))]

    assert snapshot_ids(data_dir) == names[-KEEP:]
    assert current_id(data_dir) == names[-1]


def test_as_many_are_kept_as_were_asked_for(publish_first: Publish, data_dir: Path) -> None:
    names = [current_id(data_dir), *(publish_first(count, 4) for count in (5, 6, 7, 8))]

    assert snapshot_ids(data_dir) == names[-4:]
    publish_first(9, 2)
    assert snapshot_ids(data_dir) == [names[-1], current_id(data_dir)]


def test_rollback_points_to_the_snapshot_before(publish_first: Publish, data_dir: Path, embedder: Embedder) -> None:
    first, second, third = current_id(data_dir), publish_first(5), publish_first(6)

    assert [third, rollback(data_dir), rollback(data_dir)] == [third, second, first]
    assert current_id(data_dir) == first
    with pytest.raises(SnapshotUnreadable, match="没有更早的快照可以回退"):
        rollback(data_dir)
    assert current_id(data_dir) == first


def test_rollback_passes_over_a_damaged_snapshot(publish_first: Publish, data_dir: Path) -> None:
    first, second, _ = current_id(data_dir), publish_first(5), publish_first(6)
    spoil(data_dir / "snapshots" / second / "corpus.sqlite")

    assert rollback(data_dir) == first


def test_left_overs_of_a_broken_build_are_swept_by_the_next(publish_first: Publish, data_dir: Path) -> None:
    left = data_dir / "snapshots" / ".tmp-000009-000000000000"
    (left / "chroma").mkdir(parents=True)
    (left / "corpus.sqlite").write_bytes(b"half")

    names = [current_id(data_dir), publish_first(5)]

    assert sorted(path.name for path in (data_dir / "snapshots").iterdir()) == names


def test_folders_that_are_no_snapshots_are_left_alone(publish_first: Publish, data_dir: Path) -> None:
    (data_dir / "snapshots" / "2024-旧备份").mkdir()
    (data_dir / "snapshots" / "1a-x").mkdir()

    publish_first(5)

    assert [name.split("-")[0] for name in snapshot_ids(data_dir)] == ["000001", "000002"]


@pytest.mark.parametrize("damage", [spoil, truncate, garbage, empty, delete], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    "name",
    [
        "corpus.sqlite",
        "clauses.npy",
        "questions.npy",
        "MANIFEST.json",
        "clauses-keywords/vocab.index.json",
        "questions-keywords/data.csc.index.npy",
    ],
)
def test_damage_to_what_cannot_be_rebuilt_falls_back_to_the_last_good_one(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told, name: str, damage: Callable[[Path], None]
) -> None:
    first, second = current_id(data_dir), publish_first(20)
    damage(data_dir / "snapshots" / second / name)

    snapshot, last_good = open_live(data_dir, embedder, told)
    snapshot.close()

    assert (snapshot.id, last_good) == (first, True)
    assert [second in message for message in told.messages] == [True]


@pytest.mark.parametrize(
    "pointer",
    [b"", b"\xff\xfe", b"000009-000000000000\n", b"../../etc\n", b"000002"],
    ids=["空", "乱码", "没有的编号", "别处", "半截"],
)
def test_a_damaged_pointer_falls_back_to_the_newest_good_one(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told, pointer: bytes
) -> None:
    second = publish_first(20)
    (data_dir / "CURRENT").write_bytes(pointer)

    snapshot, last_good = open_live(data_dir, embedder, told)
    snapshot.close()

    assert (snapshot.id, last_good, len(told.messages)) == (second, True, 1)


def test_a_lost_pointer_falls_back_to_the_newest_good_one(data_dir: Path, embedder: Embedder, told: Told) -> None:
    first = current_id(data_dir)
    (data_dir / "CURRENT").unlink()

    snapshot, last_good = open_live(data_dir, embedder, told)
    snapshot.close()

    assert (snapshot.id, last_good) == (first, True)


def test_what_was_rolled_back_from_is_the_last_resort(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told
) -> None:
    first, second, third = current_id(data_dir), publish_first(20), publish_first(30)
    rollback(data_dir)
    opened = []
    for name in (second, first):
        spoil(data_dir / "snapshots" / name / "corpus.sqlite")
        snapshot, _ = open_live(data_dir, embedder, told)
        snapshot.close()
        opened.append(snapshot.id)

    assert opened == [first, third]


def test_without_a_readable_snapshot_the_message_says_what_to_do(
    tmp_path: Path, embedder: Embedder, told: Told
) -> None:
    with pytest.raises(SnapshotUnreadable, match="请运行 python -m ingest"):
        open_live(tmp_path, embedder, told)


@pytest.mark.parametrize("damage", [spoil, truncate, garbage, empty, delete], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("pattern", ["chroma.sqlite3", "*/data_level0.bin", "*/header.bin"])
def test_damaged_chroma_files_are_rebuilt_and_give_the_same_hits(
    data_dir: Path, embedder: Embedder, told: Told, pattern: str, damage: Callable[[Path], None]
) -> None:
    whole, _ = open_live(data_dir, embedder, told)
    before = hits(whole)
    whole.close()
    [path] = (live_folder(data_dir) / "chroma").glob(pattern)
    damage(path)

    mended, last_good = open_live(data_dir, embedder, told)
    after = hits(mended)
    mended.close()

    assert (after, last_good, mended.degraded, told.messages) == (before, False, "", [])


def test_a_lost_chroma_folder_is_rebuilt_and_gives_the_same_hits(
    data_dir: Path, embedder: Embedder, told: Told
) -> None:
    whole, _ = open_live(data_dir, embedder, told)
    before = hits(whole)
    whole.close()
    shutil.rmtree(live_folder(data_dir) / "chroma")

    mended, _ = open_live(data_dir, embedder, told)
    after = hits(mended)
    mended.close()

    assert (after, mended.degraded) == (before, "")


def test_opening_and_searching_changes_no_file_of_a_snapshot(data_dir: Path, embedder: Embedder, told: Told) -> None:
    folder = live_folder(data_dir)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    for _ in range(2):
        snapshot, _ = open_live(data_dir, embedder, told)
        hits(snapshot)
        snapshot.close()

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_closed_snapshot_leaves_nothing_behind(data_dir: Path, embedder: Embedder, told: Told) -> None:
    """Neither open files nor scratch folders, however often it is opened, whole or damaged."""
    process = psutil.Process()

    def open_once() -> int:
        snapshot, _ = open_live(data_dir, embedder, told)
        folder = scratch(snapshot)
        there = folder.is_dir()
        hits(snapshot)
        snapshot.close()
        assert (there, folder.exists()) == (True, False)
        return process.num_fds()

    open_once()
    first = [open_once() for _ in range(4)]
    spoil(live_folder(data_dir) / "chroma" / "chroma.sqlite3")
    later = [open_once() for _ in range(4)]
    foreign_chroma(live_folder(data_dir))
    last = [open_once() for _ in range(4)]

    # The fewest of each: Chroma's own threads may still hold a file for a moment.
    assert max(min(later), min(last)) <= min(first) + 2


def foreign_chroma(folder: Path) -> None:
    """Sound files that hold something else, as those of another version would."""
    shutil.rmtree(folder / "chroma")
    store = VectorStore(folder / "chroma")
    store.add("other", np.eye(2, dtype=np.float32))
    store.close()
    reseal(folder)


def test_chroma_files_that_hold_something_else_are_rebuilt_and_give_the_same_hits(
    data_dir: Path, embedder: Embedder, told: Told
) -> None:
    whole, _ = open_live(data_dir, embedder, told)
    before = hits(whole)
    whole.close()
    foreign_chroma(live_folder(data_dir))

    mended, _ = open_live(data_dir, embedder, told)
    after = hits(mended)
    mended.close()

    assert (after, mended.degraded) == (before, "")


def test_what_a_killed_process_left_is_swept_at_the_next_opening_but_not_what_another_uses(
    tmp_path: Path, published: Path
) -> None:
    def open_and(then: str) -> int:
        command = [sys.executable, "-c", OPEN_AND.format(then), str(published)]
        return subprocess.run(command, cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)}, timeout=60).returncode

    used = tmp_path / f"tiaowen-{os.getpid()}-used"
    used.mkdir()
    died = open_and("os.kill(os.getpid(), signal.SIGKILL)")
    left = [path.name for path in tmp_path.glob("tiaowen-*") if path != used]
    done = open_and("snapshot.close()")

    assert (died, len(left), done) == (-9, 1, 0)
    assert list(tmp_path.glob("tiaowen-*")) == [used]


@pytest.mark.parametrize(("model", "also"), [("builtin", ""), (None, "编码器不可用，只按词检索；")])
def test_a_dictionary_that_has_changed_since_is_told_and_nothing_else_changes(
    data_dir: Path, told: Told, model: str | None, also: str
) -> None:
    path = live_folder(data_dir) / "MANIFEST.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"dictionary": "another"}), encoding="utf-8")

    snapshot, last_good = open_live(data_dir, load_embedder(model) if model else None, told)
    found = [str(one.clause.ref) for one in snapshot.index.search("入托补贴")]
    snapshot.close()

    assert (last_good, snapshot.index.has_vectors, "xianan-2023#7" in found) == (False, model is not None, True)
    assert told.messages == [f"{also}词典在建库以后改过；请重新运行 python -m ingest"]


def test_another_encoder_leaves_the_words_and_says_so(data_dir: Path, told: Told) -> None:
    snapshot, last_good = open_live(data_dir, Foreign(), told)

    assert (last_good, snapshot.index.has_vectors) == (False, False)
    assert "xianan-2023#7" in [str(found.clause.ref) for found in snapshot.index.search("入托补贴")]
    assert told.messages == ["快照是用另一个编码器建的，只按词检索；请重新运行 python -m ingest"]


def test_without_an_encoder_there_are_still_the_words(data_dir: Path, told: Told) -> None:
    snapshot, _ = open_live(data_dir, None, told)

    assert "xianan-2023#7" in [str(found.clause.ref) for found in snapshot.index.search("入托补贴")]
    assert told.messages == ["编码器不可用，只按词检索"]


def test_a_second_writer_is_refused_until_the_first_has_left(tmp_path: Path) -> None:
    with ingest_lock(tmp_path), pytest.raises(IngestRunning, match="另一个入库程序正在运行"), ingest_lock(tmp_path):
        pass
    with ingest_lock(tmp_path):
        pass


def test_the_lock_goes_with_a_process_that_dies(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from corpus.snapshot import ingest_lock\n"
        "with ingest_lock(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, timeout=60)

    assert died.returncode == -9
    with ingest_lock(tmp_path):
        pass


def test_a_build_whose_clauses_are_not_found_does_not_pass_the_probe(
    data_dir: Path, corpus: Source, embedder: Embedder
) -> None:
    mute = [replace(clause, document_title="", headings=(), label="", indexed="✿") for clause in corpus.clauses]

    assert "检索不到" in probe(build(data_dir, replace(corpus, clauses=mute), embedder), "builtin")


def test_a_new_publication_is_picked_up_and_a_request_keeps_what_it_began_with(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told
) -> None:
    live = LiveSnapshot(data_dir, embedder, told)
    with live.lease() as (old, _):
        assert old is not None
        before = hits(old)
        second = publish_first(20)
        with live.lease() as (new, last_good):
            assert new is not None
            assert (new.id, len(new.clauses), last_good) == (second, 20, False)
        assert hits(old) == before
        assert scratch(old).is_dir()

    assert not scratch(old).exists()
    live.close()
    assert not scratch(new).exists()
    assert told.messages == []


def test_what_was_closed_is_opened_again_by_the_next_request(data_dir: Path, embedder: Embedder, told: Told) -> None:
    live = LiveSnapshot(data_dir, embedder, told)
    live.close()

    with live.lease() as (snapshot, last_good):
        assert snapshot is not None
        assert (snapshot.id, last_good) == (current_id(data_dir), False)
    live.close()


def test_a_rollback_is_picked_up_too(publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told) -> None:
    publish_first(20)
    live = LiveSnapshot(data_dir, embedder, told)
    first = rollback(data_dir)

    with live.lease() as (snapshot, _):
        assert snapshot is not None
        assert snapshot.id == first
    live.close()


def test_a_publication_that_cannot_be_read_leaves_the_last_good_one(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told
) -> None:
    first = current_id(data_dir)
    live = LiveSnapshot(data_dir, embedder, told)
    spoil(data_dir / "snapshots" / publish_first(20) / "corpus.sqlite")

    with live.lease() as (snapshot, last_good):
        assert snapshot is not None
        assert (snapshot.id, last_good) == (first, True)
    live.close()


def test_without_a_snapshot_a_lease_is_empty_until_the_first_publication(
    tmp_path: Path, corpus: Source, embedder: Embedder, told: Told
) -> None:
    live = LiveSnapshot(tmp_path, embedder, told)
    with live.lease() as (nothing, _):
        assert nothing is None
    assert told.messages[0] == "还没有快照，请先运行 python -m ingest"

    name = publish(tmp_path, build(tmp_path, corpus, embedder))

    with live.lease() as (snapshot, last_good):
        assert snapshot is not None
        assert (snapshot.id, last_good) == (name, False)
    live.close()


def test_requests_at_the_same_time_never_see_a_closed_snapshot(
    publish_first: Publish, data_dir: Path, embedder: Embedder, told: Told
) -> None:
    live = LiveSnapshot(data_dir, embedder, told)
    failures: list[Exception] = []
    publications_left = True

    def ask() -> None:
        try:
            while publications_left:
                with live.lease() as (snapshot, _):
                    assert snapshot is not None
                    assert snapshot.index.search("入托补贴每学期多少钱")
        except Exception as error:  # noqa: BLE001 - whatever a request raised is the failure
            failures.append(error)

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    names = [publish_first(count) for count in (20, 25, 30, 35)]
    publications_left = False
    for thread in threads:
        thread.join()

    with live.lease() as (snapshot, _):
        assert snapshot is not None
        assert snapshot.id == names[-1]
    live.close()
    assert (failures, told.messages) == ([], [])


def test_the_folder_of_a_snapshot_tells_nothing_is_there(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(SnapshotUnreadable, match="读不出来"):
        open_snapshot(tmp_path / "gone", embedder)


def test_an_id_tells_states_apart_by_all_that_documents_say_and_not_by_where_they_lie(
    tmp_path: Path, corpus: Source, embedder: Embedder
) -> None:
    first, *others = corpus.documents
    clauses = corpus.clauses[:2]

    def named(document: Document) -> str:
        return snapshot_id(build(tmp_path, Source([document, *others], clauses), embedder))

    name = named(first)
    assert named(replace(first, issuer="另一个机关")) != name
    assert named(replace(first, path=Path("/elsewhere.md"))) == name
