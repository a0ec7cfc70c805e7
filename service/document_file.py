"""One file of corpus/documents as the console reads and writes it: whole, or not at all."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LONGEST = 1_000_000
_HEAD = 10_000  # bytes; the title stands among the first lines
_TITLE = re.compile(r"(?m)^title:[ \t]*([\"']?)(.*?)\1[ \t]*\r?$")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Stale(Exception):
    """Somebody else has changed the file since it was read; nothing was written."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """`digest` names this state of the text."""

    id: str
    text: str
    digest: str


def read_document(folder: Path, id: str) -> DocumentFile | None:
    """None where there is no such file, or it is no text."""
    if not _ID.fullmatch(id):
        return None
    try:
        written = (folder / f"{id}.md").read_bytes()
        return DocumentFile(id, written.decode(), hashlib.sha256(written).hexdigest())
    except (OSError, UnicodeDecodeError):
        return None


def titles(folder: Path) -> dict[str, str]:
    """id → title of every file, also of one that is not finished; "" where none is written or it cannot be read."""
    paths = sorted(path for path in folder.glob("*.md") if not path.name.startswith("."))
    return {path.stem: _title(path) for path in paths}


def _title(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode(errors="ignore").split("\n---", 1)[0]
    except OSError:
        return ""
    found = _TITLE.search(head)
    return found[2] if found else ""


def write_document(folder: Path, id: str, text: str, digest: str) -> None:
    """`digest` is that of the text which was edited. Raises Stale, OSError."""
    with _alone_in(folder):
        now = read_document(folder, id)
        if now is None or now.digest != digest:
            raise Stale
        _put(folder / f"{id}.md", text.replace("\r\n", "\n"))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The file itself is put in another's place, so its folder is what writers wait for."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _put(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(prefix=".edited-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
