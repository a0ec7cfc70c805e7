"""Copies of the word files, each state once, under its digest: DATA_DIR/words/<digest>/{words/*.yaml,office.yaml}."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Set
from pathlib import Path

WordFiles = Mapping[str, bytes]


def read_word_files(folder: Path, office: Path) -> WordFiles:
    """`words/<name>.yaml` and `office.yaml` → what they hold. Raises OSError."""
    files = {f"words/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
    return files | ({"office.yaml": office.read_bytes()} if office.exists() else {})


def digest_of(files: WordFiles) -> str:
    """Hexadecimal, 64 characters."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


class KeptWords:
    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "words"

    def keep(self, files: WordFiles) -> str:
        """The digest; a state that is there already is not written again. Raises OSError."""
        digest = digest_of(files)
        if self.folder(digest) is None:
            self._write(digest, files)
        return digest

    def folder(self, digest: str) -> Path | None:
        """Where a state lies, just as it was kept; None when it is gone or is no longer what it was."""
        folder = self._folder / digest
        whole = digest and digest_of(read_word_files(folder / "words", folder / "office.yaml")) == digest
        return folder if whole else None

    def prune(self, needed: Set[str]) -> int:
        """Deletes every state but those needed and returns how many; what a killed writer left goes too."""
        gone = [path for path in self._folder.glob("[0-9a-f]*") if path.name not in needed]
        for path in (*gone, *self._folder.glob(".tmp-*")):
            shutil.rmtree(path, ignore_errors=True)
        return len(gone)

    def _write(self, digest: str, files: WordFiles) -> None:
        """Whole or not at all: several processes may write the same state, and each may die."""
        self._folder.mkdir(parents=True, exist_ok=True)
        written = Path(tempfile.mkdtemp(prefix=".tmp-", dir=self._folder))
        (written / "words").mkdir()
        for name, content in files.items():
            (written / name).write_bytes(content)
        damaged = self._folder / digest
        if damaged.exists() and self.folder(digest) is None:
            shutil.rmtree(damaged)
        try:
            os.rename(written, damaged)
        except OSError:
            shutil.rmtree(written, ignore_errors=True)
            if self.folder(digest) is None:  # nobody else was quicker
                raise
