"""`python -m ingest …` for the console, in a process of its own: building must not slow those who ask."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from corpus.settings import ROOT

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Done:
    """`said` is what the command printed, `refused` why it did nothing ("" when it did)."""

    said: str
    refused: str


class Ingest(Protocol):
    def __call__(self, *arguments: str) -> Done: ...


@dataclass(frozen=True, slots=True)
class IngestCommand:
    """`settings`: the variables that tell it which folders and which database."""

    settings: Mapping[str, str]

    def __call__(self, *arguments: str) -> Done:
        command = [sys.executable, "-m", "ingest", *arguments]
        environment = dict(os.environ) | dict(self.settings) | {"COLUMNS": "200"}
        try:
            child = subprocess.run(  # noqa: S603 - our own program; the arguments are one list, read by no shell
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return Done("", f"超过 {_LONGEST} 秒没有做完，什么也没有改")
        if child.returncode:
            return Done(child.stdout, child.stderr.strip() or "没有做成")
        return Done(child.stdout, "")
