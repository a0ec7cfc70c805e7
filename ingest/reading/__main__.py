"""python -m ingest.reading FILE: reads one file inside hard limits and prints what it holds as JSON."""

import ctypes
import json
import os
import resource
import stat
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from ingest.reading.extract import LARGEST_FILE, Extract, Remark, Unreadable, tidied
from ingest.reading.kinds import Kind, disagreement, kind_of

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 20
_NEW_NETWORK = 0x40000000 | 0x10000000


def main(arguments: list[str]) -> int:
    """0: what the file holds; 1: why it cannot be read. Both as one JSON object."""
    try:
        content = content_of(Path(arguments[0]))
        confine()
        found = read(content, Path(arguments[0]).suffix.lower())
    except Unreadable as error:
        return _print({"what": error.what, "mend": error.mend}, 1)
    except MemoryError:
        return _print({"what": "读它要用的内存太多", "mend": "核对文件；必要时另存为 .txt"}, 1)
    except RecursionError:
        return _print({"what": "文件内部嵌套得太深", "mend": "核对文件；必要时另存为 .txt"}, 1)
    except Exception:  # noqa: BLE001 - parsers fail in their own ways on broken files; the clerk needs one sentence
        return _print({"what": "文件坏了，读不出来", "mend": "重新下载或另存一份"}, 1)
    return _print(asdict(found), 0)


def content_of(path: Path) -> bytes:
    """The bytes of an ordinary file; never waits on a pipe, never follows a link."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Unreadable("没有这个文件", "核对文件名") from None
    except OSError:
        what = "是一个链接" if path.is_symlink() else "打不开"
        raise Unreadable(what, "给出文件本身，并核对读取权限") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("不是文件（文件夹、管道或设备）", "给出一份一份的文件")
    if status.st_size > LARGEST_FILE:
        raise Unreadable(f"超过 {LARGEST_FILE // 1024 // 1024} MB", "确认没有放错文件，必要时拆成几份")
    with os.fdopen(handle, "rb") as file:
        return file.read(LARGEST_FILE)


def confine() -> None:
    """From here on: no network where the system allows it, no files written, little memory, little time."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_NETWORK)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def read(content: bytes, suffix: str) -> Extract:
    """Raises Unreadable, or whatever the parser of the kind raises on a broken file."""
    kind = kind_of(content, suffix)
    found = tidied(_parse(content, kind))
    said = disagreement(kind, suffix)
    remarks = (Remark("文件名", said), *found.remarks) if said else found.remarks
    return replace(found, kind=kind.value, remarks=remarks)


def _parse(content: bytes, kind: Kind) -> Extract:
    """Only the parser that is needed is imported: start-up is most of the time a small file takes."""
    if kind is Kind.PDF:
        from ingest.reading.pdf_file import read_pdf

        return read_pdf(content)
    if kind is Kind.DOCX:
        from ingest.reading.word_file import read_word

        return read_word(content)
    if kind is Kind.HTML:
        from ingest.reading.web_page import read_page

        return read_page(content)
    from ingest.reading.plain_text import read_text

    return read_text(content, markdown=kind is Kind.MARKDOWN)


def _print(found: dict[str, object], status: int) -> int:
    sys.stdout.buffer.write(json.dumps(found).encode("ascii"))
    sys.stdout.buffer.flush()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
