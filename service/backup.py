"""One file that holds everything: a consistent copy of the database, the snapshots, and what the office edits."""

import fcntl
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import TypeAdapter, ValidationError

from corpus.snapshot import ingest_lock
from service.basis import VERSION

_MANIFEST = "MANIFEST.json"
_DATABASE = "records.sqlite"
_SINGLE = {_DATABASE, "CURRENT", "corpus/office.yaml"}  # files; all else are folders
_JOURNAL = "RESTORING.json"
_MANIFEST_LIMIT = 64 * 1024 * 1024
_UNPACKED_LIMIT, _UNPACKED_TIMES = 256 * 1024 * 1024, 100  # bytes that any backup may hold, and more for a large one
_CHUNK = 1024 * 1024


class Refused(Exception):
    """Nothing was changed; `str()` says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Places:
    """`database` is the SQLite file, None for a database that has tools of its own."""

    data_dir: Path
    corpus_dir: Path
    database: Path | None

    def items(self) -> dict[str, Path]:
        """Every file or folder of a backup by its name there."""
        data = {name: self.data_dir / name for name in ("CURRENT", "snapshots", "words")}
        edited = {f"corpus/{name}": self.corpus_dir / name for name in ("documents", "questions", "words")}
        database = {_DATABASE: self.database} if self.database else {}
        return database | data | edited | {"corpus/office.yaml": self.corpus_dir / "office.yaml"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps every file of a backup to its sha256."""

    version: str
    made_at: str
    files: dict[str, str]


_MANIFESTS = TypeAdapter(Manifest)
_JOURNALS = TypeAdapter(dict[Path, bool])


@contextmanager
def data_in_use(data_dir: Path, *, alone: bool = False) -> Iterator[None]:
    """Several processes may serve from one folder; who replaces what is in it is `alone`. The lock goes with the
    process, however it dies. Raises Refused."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with open(data_dir / "service.lock", "w") as handle:
        try:
            fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as error:
            told = "服务正在用这个数据文件夹，请先停下服务" if alone else "正在恢复备份，请等它结束"
            raise Refused(f"{told}（{data_dir}）") from error
        yield


def backup(places: Places, file: Path, now: datetime) -> Manifest:
    """Writes `file` whole or not at all, readable by its owner only; the service may go on. Raises IngestRunning,
    OSError and sqlite3.Error."""
    written, copy = file.with_name(f".{file.name}.tmp"), file.with_name(f".{file.name}.sqlite")
    try:
        with ingest_lock(places.data_dir):
            sources = {name: path for name, path in places.items().items() if path.exists()}
            if _DATABASE in sources:
                _copy_database(sources[_DATABASE], copy)
                sources[_DATABASE] = copy
            with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
                manifest = _pack(sources, handle, now)
                handle.flush()
                os.fsync(handle.fileno())
        os.replace(written, file)
    finally:
        for left_over in (written, copy):
            left_over.unlink(missing_ok=True)
    return manifest


def restore(places: Places, file: Path, *, over: bool) -> Manifest:
    """Replaces everything by what `file` holds, once every hash is verified. Killed at any moment, it leaves the old
    or the new: what had begun is finished by `finish_restore`. Raises Refused, IngestRunning and OSError."""
    with data_in_use(places.data_dir, alone=True), ingest_lock(places.data_dir):
        _finish(places.data_dir)
        items = places.items()
        try:
            manifest = _unpack(file, items)
            if not over:
                _refuse_to_replace(items, manifest)
        except BaseException:
            for target in items.values():
                _remove(_staged(target))
            raise
        os.sync()
        journal = {str(target): _staged(target).exists() for target in items.values()}
        written = places.data_dir / f"{_JOURNAL}.tmp"
        written.write_text(json.dumps(journal), encoding="utf-8")
        os.sync()
        os.replace(written, places.data_dir / _JOURNAL)
        _finish(places.data_dir)
    return manifest


def finish_restore(data_dir: Path) -> bool:
    """Whether a restore had been killed after everything was verified; it is complete now. Raises Refused."""
    if not (data_dir / _JOURNAL).exists():
        return False
    with data_in_use(data_dir, alone=True):
        _finish(data_dir)
    return True


def _finish(data_dir: Path) -> None:
    """Each step may be the last before a kill, and may be taken again."""
    journal = data_dir / _JOURNAL
    if not journal.exists():
        return
    moves = _JOURNALS.validate_json(journal.read_bytes())
    for target, staged in moves.items():
        if staged and not _staged(target).exists():
            continue
        for log in ("-wal", "-shm"):  # of the database that goes
            target.with_name(target.name + log).unlink(missing_ok=True)
        if target.exists():
            _remove(_replaced(target))
            target.rename(_replaced(target))
        if staged:
            _staged(target).rename(target)
    os.sync()
    for target in moves:
        _remove(_replaced(target))
    journal.unlink()


def _pack(sources: Mapping[str, Path], handle: IO[bytes], now: datetime) -> Manifest:
    files: dict[str, str] = {}
    with tarfile.open(fileobj=handle, mode="w:gz") as archive:
        for name, path in sources.items():
            for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
                inside = one.relative_to(path).as_posix()
                if one.is_file() and not any(part.startswith(".") for part in PurePosixPath(inside).parts):
                    full = name if one == path else f"{name}/{inside}"
                    files[full] = _add(archive, full, one)
        manifest = Manifest(VERSION, now.isoformat(), files)
        content = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        archive.addfile(_member(_MANIFEST, len(content)), io.BytesIO(content))
    return manifest


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """The hash is of what was written: a file may be edited meanwhile."""
    with open(path, "rb") as source:
        reader = _Hashing(source)
        archive.addfile(_member(name, os.fstat(source.fileno()).st_size), reader)
    return reader.digest.hexdigest()


class _Hashing:
    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _copy_database(source: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as other:
        live.backup(other)
        other.execute("PRAGMA journal_mode=DELETE")


def _unpack(file: Path, items: Mapping[str, Path]) -> Manifest:
    """Every file beside the place where it belongs, once all are there and sound. Raises Refused and OSError."""
    for target in items.values():
        _remove(_staged(target))
        target.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, str] = {}
    content, room = b"", _UNPACKED_LIMIT + _UNPACKED_TIMES * file.stat().st_size
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                source = archive.extractfile(member) if member.isreg() else None
                if source is None or member.name in found:
                    raise Refused(f"备份里有不该有的东西：{member.name}")
                room -= member.size
                if room < 0:
                    raise Refused(f"解开以后大得不像一份备份，没有接着解：{file}")
                if member.name == _MANIFEST:
                    content = source.read(_MANIFEST_LIMIT)
                else:
                    found[member.name] = _extract(source, _place(member.name, items))
        manifest = _MANIFESTS.validate_json(content)
    except (tarfile.TarError, EOFError, zlib.error, ValidationError) as error:
        raise Refused(f"这不是一份完整的备份：{file}") from error
    wrong = sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name))
    if wrong:
        raise Refused(f"备份损坏，有 {len(wrong)} 个文件核对不上：{'、'.join(wrong[:5])}")
    return manifest


def _place(name: str, items: Mapping[str, Path]) -> Path:
    """Where a member goes for now. Raises Refused for one that would lie anywhere else."""
    parts = PurePosixPath(name).parts
    for item, target in items.items():
        own = PurePosixPath(item).parts
        inside = parts[: len(own)] == own and "/".join(parts) == name and ".." not in parts and name.isprintable()
        if inside and (len(parts) == len(own)) == (item in _SINGLE):
            return _staged(target).joinpath(*parts[len(own) :])
    if name == _DATABASE:
        raise Refused("备份里有 SQLite 数据库，而 DATABASE_URL 不是 SQLite，放不进去")
    raise Refused(f"备份里有不该有的东西：{name}")


def _extract(source: IO[bytes], to: Path) -> str:
    """Raises Refused for what cannot be written."""
    reader = _Hashing(source)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with open(to, "wb") as written:
            while piece := reader.read(_CHUNK):
                written.write(piece)
    except OSError as error:
        raise Refused(f"备份里的 {to.name} 写不出来：{error.strerror or '备份读不下去'}，什么也没有换") from error
    return reader.digest.hexdigest()


def _refuse_to_replace(items: Mapping[str, Path], manifest: Manifest) -> None:
    """A data folder with anything in it, or an office's files that are not those of the backup. Raises Refused."""
    for item, target in items.items():
        held = {
            f"{item}/{path.relative_to(target).as_posix()}" if path != target else item: path
            for path in (target.rglob("*") if target.is_dir() else [target])
            if path.is_file()
        }
        edited = item.startswith("corpus/")
        if held and not (edited and all(_digest(path) == manifest.files.get(name) for name, path in held.items())):
            raise Refused(f"{target} 已经有内容，没有动它；要换成备份里的，请加 --over")


def _digest(path: Path) -> str:
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _staged(target: Path) -> Path:
    return target.with_name(f".{target.name}.restored")


def _replaced(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
