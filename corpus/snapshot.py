"""Clauses → a published snapshot: built beside the live one, verified, then made live by switching one pointer."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import TypeAdapter, ValidationError

from corpus.bank import BankQuestion
from corpus.clause import Clause, Document
from corpus.embedder import Embedder
from corpus.index import ClauseIndex, Entries, indexed_text, keywords_of, open_keywords
from corpus.store import Stored, read_store, write_store
from corpus.tokens import DICTIONARY
from corpus.vectors import ExactVectors, Progress, VectorIndex, Vectors

if TYPE_CHECKING:
    from corpus.chroma import VectorStore

KEEP = 3
_ENCODE_BATCH = 2_000
_ASIDE = "proposed-"
_ID = re.compile(r"[0-9]{6,}-[0-9a-f]{12}")


class SnapshotUnreadable(Exception):
    """A snapshot is missing, damaged or was not made for this program; says which and how to mend it."""


class IngestRunning(Exception):
    """Another ingest holds the data folder."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds; `files` maps each of its files, none of which ever changes again, to its sha256."""

    id: str
    clauses: int
    dimension: int
    embedder: str
    dictionary: str
    files: dict[str, str]


@dataclass(frozen=True)
class Snapshot:
    """One opened snapshot. `degraded` says in Chinese what is not as it was built, "" when all is."""

    id: str
    documents: tuple[Document, ...]
    clauses: tuple[Clause, ...]
    questions: tuple[BankQuestion, ...]
    index: ClauseIndex
    by_ref: dict[str, Clause]
    vectors: "OpenVectors | None"
    degraded: str

    def close(self) -> None:
        if self.vectors is not None:
            self.vectors.close()


_MANIFEST = TypeAdapter(Manifest)


@contextmanager
def ingest_lock(data_dir: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with the process, however it dies. Raises IngestRunning."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with open(data_dir / "ingest.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IngestRunning("另一个入库程序正在运行，请等它结束") from error
        yield


@dataclass(frozen=True, slots=True)
class Source:
    """What a snapshot is built from."""

    documents: Sequence[Document]
    clauses: Sequence[Clause]
    questions: Sequence[BankQuestion] = ()


def build(data_dir: Path, source: Source, embedder: Embedder, progress: Progress | None = None) -> Path:
    """Writes a complete, unpublished snapshot and returns its folder (`.tmp-…`, swept by the next build)."""
    snapshots = data_dir / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    for left_over in snapshots.glob(".tmp-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    name = _next_name(snapshots, source, embedder)
    folder = snapshots / f".tmp-{name}"
    folder.mkdir()
    write_store(folder / "corpus.sqlite", source.documents, source.clauses, source.questions)
    for part in parts_of(source.clauses, source.questions):
        keywords_of(part.texts, k1=part.k1, b=part.b).save(str(folder / f"{part.name}-keywords"))
        np.save(folder / f"{part.name}.npy", _encode(embedder, part.texts, progress))
    _fill_chroma(folder / "chroma", _load_vectors(folder), progress)
    manifest = Manifest(name, len(source.clauses), embedder.dim, embedder.fingerprint, dictionary_hash(), {})
    _write_manifest(folder, manifest)
    return folder


@dataclass(frozen=True, slots=True)
class Part:
    """One searchable set of texts; short questions want less length normalization than clauses."""

    name: str
    texts: Sequence[str]
    k1: float
    b: float


def parts_of(clauses: Sequence[Clause], questions: Sequence[BankQuestion]) -> list[Part]:
    bank = [Part("questions", [question.text for question in questions], 1.2, 0.5)] if questions else []
    return [Part("clauses", [indexed_text(clause) for clause in clauses], 1.5, 0.75), *bank]


def _load_vectors(folder: Path) -> dict[str, Vectors]:
    return {path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))}


def _fill_chroma(folder: Path, vectors: dict[str, Vectors], progress: Progress | None = None) -> None:
    """The clauses; the bank is small enough to compare every row."""
    from corpus.chroma import VectorStore  # slow to import, and not always needed

    with closing(VectorStore(folder)) as store:
        store.add("clauses", vectors["clauses"], progress)


def _next_name(snapshots: Path, source: Source, embedder: Embedder) -> str:
    digest = hashlib.sha256()
    documents = (replace(document, path=Path()) for document in source.documents)  # wherever the files lie
    for one in (*documents, *source.clauses, *source.questions):
        digest.update(repr(one).encode())
    digest.update(embedder.fingerprint.encode() + dictionary_hash().encode())
    numbers = [int(path.name.split("-")[0]) for path in snapshots.iterdir() if _ID.fullmatch(path.name)]
    return f"{max(numbers, default=0) + 1:06d}-{digest.hexdigest()[:12]}"


def _encode(embedder: Embedder, texts: Sequence[str], progress: Progress | None) -> Vectors:
    parts = []
    for start in range(0, len(texts), _ENCODE_BATCH):
        parts.append(embedder.encode(texts[start : start + _ENCODE_BATCH]))
        if progress:
            progress("算向量", min(start + _ENCODE_BATCH, len(texts)), len(texts))
    return np.concatenate(parts).astype(np.float32)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    files = {str(path.relative_to(folder)): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    text = json.dumps(asdict(manifest) | {"files": files}, ensure_ascii=False, indent=1)
    (folder / "MANIFEST.json").write_text(text, encoding="utf-8")
    for path in sorted(folder.rglob("*")):
        _fsync(path)
    _fsync(folder)


def dictionary_hash() -> str:
    return _sha256(DICTIONARY)


def _sha256(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(built: Path) -> Path:
    """Keeps a built snapshot to be published later (`proposed-…`), instead of the one set aside before."""
    kept = built.parent / f"{_ASIDE}{built.name.removeprefix('.tmp-')}"
    for earlier in built.parent.glob(f"{_ASIDE}*"):
        shutil.rmtree(earlier, ignore_errors=True)
    built.rename(kept)
    _fsync(kept.parent)
    return kept


def aside(data_dir: Path, name: str) -> Path:
    """Where the snapshot of that id was set aside."""
    return data_dir / "snapshots" / f"{_ASIDE}{name}"


def snapshot_id(built: Path) -> str:
    """The id under which a built snapshot is, or will be, published."""
    return built.name.removeprefix(".tmp-").removeprefix(_ASIDE)


def publish(data_dir: Path, built: Path, keep: int = KEEP) -> str:
    """Makes a built snapshot the live one and returns its id; the last `keep` are kept."""
    final = built.parent / snapshot_id(built)
    built.rename(final)
    _fsync(final.parent)
    _point(data_dir, final.name)
    _prune(data_dir, keep)
    return final.name


def rollback(data_dir: Path) -> str:
    """Points back to the last sound snapshot before the live one; returns its id. Raises SnapshotUnreadable."""
    live = current_id(data_dir)
    for name in reversed(published(data_dir)):
        if name < live and _is_sound(data_dir / "snapshots" / name):
            _point(data_dir, name)
            return name
    raise SnapshotUnreadable("没有更早的快照可以回退")


def _is_sound(folder: Path) -> bool:
    try:
        return bool(_read_manifest(folder))
    except SnapshotUnreadable:
        return False


def published(data_dir: Path) -> list[str]:
    """Ids, oldest first."""
    return sorted(path.name for path in (data_dir / "snapshots").glob("*") if _ID.fullmatch(path.name))


def current_id(data_dir: Path) -> str:
    """Raises SnapshotUnreadable when nothing was published or the pointer is damaged."""
    try:
        name = (data_dir / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise SnapshotUnreadable("还没有快照，请先运行 python -m ingest") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotUnreadable(f"{data_dir / 'CURRENT'} 已损坏，请重新运行 python -m ingest") from error
    if not _ID.fullmatch(name):
        raise SnapshotUnreadable(f"{data_dir / 'CURRENT'} 已损坏，请重新运行 python -m ingest")
    return name


def _point(data_dir: Path, name: str) -> None:
    pointer = data_dir / "CURRENT.tmp"
    pointer.write_text(name + "\n", encoding="ascii")
    _fsync(pointer)
    os.replace(pointer, data_dir / "CURRENT")
    _fsync(data_dir)


def _prune(data_dir: Path, keep: int) -> None:
    live = current_id(data_dir)
    for name in published(data_dir)[:-keep]:
        if name != live:
            shutil.rmtree(data_dir / "snapshots" / name, ignore_errors=True)


def open_snapshot(folder: Path, embedder: Embedder | None, *, exact: bool = False) -> Snapshot:
    """Raises SnapshotUnreadable. `exact` compares every row instead of opening Chroma. Vectors that cannot be used are
    left out and `degraded` says why; a dictionary that has changed since is only told, as most words are still cut
    alike."""
    manifest = _read_manifest(folder)
    try:
        stored = read_store(folder / "corpus.sqlite")
        parts = parts_of(stored.clauses, stored.questions)
        keywords = {part.name: open_keywords(folder / f"{part.name}-keywords") for part in parts}
    except (sqlite3.Error, ValidationError, OSError, ValueError) as error:
        raise SnapshotUnreadable(f"快照 {folder.name} 读不出来：{error}") from error
    vectors, why_none = _open_vectors(folder, manifest, embedder, exact)
    changed = "" if manifest.dictionary == dictionary_hash() else "词典在建库以后改过；请重新运行 python -m ingest"
    degraded = "；".join(filter(None, (why_none, changed)))
    entries = {
        part.name: Entries(part.texts, keywords[part.name], vectors.index(part.name) if vectors else None)
        for part in parts
    }
    return assembled(manifest.id, stored, entries, embedder if vectors else None, vectors, degraded)


def assembled(
    name: str,
    stored: Stored,
    entries: Mapping[str, Entries],
    embedder: Embedder | None,
    vectors: "OpenVectors | None" = None,
    degraded: str = "",
) -> Snapshot:
    index = ClauseIndex(stored.clauses, entries["clauses"], stored.questions, entries.get("questions"), embedder)
    by_ref = {str(clause.ref): clause for clause in stored.clauses}
    return Snapshot(name, stored.documents, stored.clauses, stored.questions, index, by_ref, vectors, degraded)


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = _MANIFEST.validate_json((folder / "MANIFEST.json").read_bytes())
        damaged = [
            name
            for name, digest in manifest.files.items()
            if not name.startswith("chroma/") and _sha256(folder / name) != digest
        ]
    except (OSError, ValidationError) as error:
        raise SnapshotUnreadable(f"快照 {folder.name} 读不出来：{error}") from error
    if damaged:
        raise SnapshotUnreadable(f"快照 {folder.name} 的文件已损坏：{'、'.join(damaged)}")
    return manifest


def _open_vectors(
    folder: Path, manifest: Manifest, embedder: Embedder | None, exact: bool
) -> tuple["OpenVectors | None", str]:
    if embedder is None:
        return None, "编码器不可用，只按词检索"
    if manifest.embedder != embedder.fingerprint:
        return None, "快照是用另一个编码器建的，只按词检索；请重新运行 python -m ingest"
    try:
        return OpenVectors(_load_vectors(folder)) if exact else _open_chroma(folder, manifest), ""
    except Exception as error:  # noqa: BLE001 - Chroma raises many kinds; without vectors there are still the words
        return None, f"向量索引打不开，也重建不了，只按词检索：{error}"


@dataclass(frozen=True)
class OpenVectors:
    """The stored rows, and the clauses' opened Chroma folder, a copy in `scratch`; without it every row is compared."""

    rows: dict[str, Vectors]
    store: "VectorStore | None" = None
    scratch: tempfile.TemporaryDirectory[str] | None = None

    def index(self, name: str) -> VectorIndex:
        rows = self.rows[name]
        return self.store.open(name, rows) if self.store and name == "clauses" else ExactVectors(rows)

    def close(self) -> None:
        if self.store:
            self.store.close()
        if self.scratch:
            self.scratch.cleanup()


def _open_chroma(folder: Path, manifest: Manifest) -> OpenVectors:
    """Opens a copy, since Chroma writes to its files at every opening; what is damaged is built anew."""
    rows, scratch = _load_vectors(folder), _scratch()
    if _chroma_whole(folder, manifest):
        copy = Path(scratch.name) / "copy"
        shutil.copytree(folder / "chroma", copy)
        with suppress(Exception):  # files of another version of Chroma, for one
            return OpenVectors(rows, _open_store(copy, rows), scratch)
    rebuilt = Path(scratch.name) / "rebuilt"
    _fill_chroma(rebuilt, rows)
    return OpenVectors(rows, _open_store(rebuilt, rows), scratch)


def _open_store(folder: Path, rows: dict[str, Vectors]) -> "VectorStore":
    from corpus.chroma import VectorStore

    store = VectorStore(folder)
    try:
        store.open("clauses", rows["clauses"])
    except BaseException:
        store.close()
        raise
    return store


def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder named after this process; those of processes that were killed are swept."""
    for left_over in Path(tempfile.gettempdir()).glob("tiaowen-[0-9]*-*"):
        owner = left_over.name.split("-")[1]
        if owner.isdecimal() and not _runs(int(owner)):
            shutil.rmtree(left_over, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"tiaowen-{os.getpid()}-")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's, or no number of a process: not ours to sweep
        return True
    return True


def _chroma_whole(folder: Path, manifest: Manifest) -> bool:
    """Checked before opening: a damaged HNSW file kills the process."""
    there = {str(path.relative_to(folder)) for path in (folder / "chroma").rglob("*") if path.is_file()}
    expected = {name: digest for name, digest in manifest.files.items() if name.startswith("chroma/")}
    try:
        return there == expected.keys() and all(_sha256(folder / name) == expected[name] for name in expected)
    except OSError:
        return False


def open_live(data_dir: Path, embedder: Embedder | None, warn: Callable[[str], None]) -> tuple[Snapshot, bool]:
    """The live snapshot, or the last good one (then True). Raises SnapshotUnreadable."""
    live = _pointed_at(data_dir, warn)
    # What came after the live one was rolled back from: the last resort.
    for name in sorted({live, *published(data_dir)} - {""}, key=lambda name: (name <= live, name), reverse=True):
        try:
            snapshot = open_snapshot(data_dir / "snapshots" / name, embedder)
        except SnapshotUnreadable as error:
            warn(str(error))
            continue
        if snapshot.degraded:
            warn(snapshot.degraded)
        return snapshot, name != live
    raise SnapshotUnreadable("没有一个快照读得出来，请运行 python -m ingest 重建")


def _pointed_at(data_dir: Path, warn: Callable[[str], None]) -> str:
    try:
        return current_id(data_dir)
    except SnapshotUnreadable as error:
        warn(str(error))
        return ""
