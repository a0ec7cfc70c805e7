"""One file, one child process with nothing in its environment; whatever happens in it, an answer comes back."""

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corpus.settings import ROOT
from ingest.reading.extract import Extract

WALL_SECONDS = 30.0
_LARGEST_ANSWER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be read: why, and how to mend it."""

    what: str
    mend: str


_ANSWER: TypeAdapter[Extract | Refused] = TypeAdapter(Extract | Refused)


def read_apart(path: Path) -> Extract | Refused:
    """Never raises on account of the file; takes at most WALL_SECONDS."""
    command = [sys.executable, "-B", "-m", "ingest.reading", str(path.absolute())]
    late = threading.Event()
    with subprocess.Popen(  # noqa: S603 - our own module, the path is one argument
        command, cwd=ROOT, env={}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout
        timer = threading.Timer(WALL_SECONDS, _stop, (child, late))
        timer.start()
        answer = child.stdout.read(_LARGEST_ANSWER + 1)
        if len(answer) > _LARGEST_ANSWER:
            child.kill()
        status = child.wait()
        timer.cancel()
    if late.is_set() or status in (-9, -24):  # RLIMIT_CPU ends it with one of these
        return Refused("读得太久，已停下", "文件可能太大或有意做坏；拆成几份，或另存为 .txt")
    try:
        return _ANSWER.validate_json(answer)
    except ValidationError:
        return Refused("读它的程序中途停了（内存超限或文件有意做坏）", "重新另存一份，或另存为 .txt")


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()
