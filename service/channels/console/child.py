"""`python -m ingest …` for the console, in a process of its own: building must not slow those who ask."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from corpus.settings import ROOT

_UNKNOWN = "不知道做到了哪一步：请打开“发布”页，看现在是哪一版、有没有等待审批的，再决定要不要重做"
_TOO_LONG = "检查用的时间太长，已经停下：有文件太大，或者写法特别。请拆成几份"
_WAITING, _PATIENCE = 4, 15.0  # those who wait hold threads that citizens need too; seconds


@dataclass(frozen=True, slots=True)
class Done:
    """`said` is what the command printed, `refused` why it did nothing ("" when it did); not `finished`: it was
    stopped, and `refused` says what may have come of it."""

    said: str
    refused: str
    finished: bool = True


class Busy(Exception):
    """Somebody else's turn takes longer than anybody may wait; nothing was begun."""


class Ingest(Protocol):
    def __call__(self, *arguments: str) -> Done:
        """Raises Busy."""


class Turns:
    """One at a time; a few wait for a moment, more are turned away at once."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(1 + _WAITING)
        self._turn = threading.Lock()

    @contextmanager
    def mine(self, patience: float = _PATIENCE) -> Iterator[None]:
        """Raises Busy; `patience` in seconds."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._turn.acquire(timeout=patience):
                raise Busy
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()


@dataclass(frozen=True, slots=True)
class IngestCommand:
    """`settings`: the variables that tell it which folders and which database; at most one child at a time, for
    `longest` seconds, of which a check may compute `check_seconds`."""

    settings: Mapping[str, str]
    program: Sequence[str] = (sys.executable, "-m", "ingest")
    longest: float = 300
    check_seconds: int = 60
    patience: float = _PATIENCE
    _turns: Turns = field(default_factory=Turns, init=False)

    def __call__(self, *arguments: str) -> Done:
        with self._turns.mine(self.patience):
            return self._run(arguments)

    def _run(self, arguments: Sequence[str]) -> Done:
        with subprocess.Popen(  # noqa: S603 - our own program; the arguments are one list, read by no shell
            [*self.program, *arguments],
            cwd=ROOT,
            env=dict(os.environ) | dict(self.settings) | {"COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as child:
            try:
                if arguments[:1] == ("--check",):
                    resource.prlimit(child.pid, resource.RLIMIT_CPU, (self.check_seconds, self.check_seconds + 5))
                said, complaint = child.communicate(timeout=self.longest)
            except subprocess.TimeoutExpired:
                return Done("", f"超过 {self.longest:g} 秒没有做完，已经停下。{_UNKNOWN}", finished=False)
            finally:
                _end(child)
        if child.returncode < 0:
            computed = child.returncode == -signal.SIGXCPU
            return Done("", _TOO_LONG if computed else f"中途停了。{_UNKNOWN}", finished=False)
        return Done(said, (complaint.strip() or "没有做成") if child.returncode else "")


def _end(child: subprocess.Popen[str]) -> None:
    """With the children of its own, which would work on."""
    if child.returncode is None:
        os.killpg(child.pid, signal.SIGKILL)
