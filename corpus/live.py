"""The live snapshot as the service sees it: picked up without a restart, kept by each request that began with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpus.embedder import Embedder
from corpus.snapshot import Snapshot, SnapshotUnreadable, open_live


@dataclass
class _Held:
    snapshot: Snapshot
    last_good: bool
    readers: int = 0


class FixedSnapshot:
    """One opened snapshot, whatever is published meanwhile; None: nothing readable."""

    def __init__(self, snapshot: Snapshot | None, last_good: bool = False) -> None:
        self._snapshot, self._last_good = snapshot, last_good

    @contextmanager
    def lease(self) -> Iterator[tuple[Snapshot | None, bool]]:
        yield self._snapshot, self._last_good

    def close(self) -> None:
        if self._snapshot is not None:
            self._snapshot.close()


class LiveSnapshot:
    """Follows `CURRENT`; thread-safe. The old snapshot is closed when its last reader leaves."""

    def __init__(self, data_dir: Path, embedder: Embedder | None, warn: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._embedder = embedder
        self._warn = warn
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._held: _Held | None = None
        self._seen = self._stamp()
        self._switch()

    def refresh(self) -> None:
        """Opens what `CURRENT` names if it changed; a failure keeps what is held."""
        if not self._opening.acquire(blocking=False):
            return
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                self._switch()
        finally:
            self._opening.release()

    def _stamp(self) -> tuple[int, int] | None:
        try:
            pointer = (self._data_dir / "CURRENT").stat()
            return pointer.st_mtime_ns, pointer.st_ino
        except OSError:
            return None

    def _switch(self) -> None:
        try:
            snapshot, last_good = open_live(self._data_dir, self._embedder, self._warn)
        except SnapshotUnreadable as error:
            self._warn(str(error))
            return
        with self._lock:
            old, self._held = self._held, _Held(snapshot, last_good)
            if old is not None and old.readers == 0:
                old.snapshot.close()

    @contextmanager
    def lease(self) -> Iterator[tuple[Snapshot | None, bool]]:
        """The snapshot to use for one request (None: nothing readable) and whether it is only the last good one."""
        self.refresh()
        with self._lock:
            held = self._held
            if held is not None:
                held.readers += 1
        if held is None:
            yield None, False
            return
        try:
            yield held.snapshot, held.last_good
        finally:
            self._leave(held)

    def _leave(self, held: _Held) -> None:
        with self._lock:
            held.readers -= 1
            if held.readers == 0 and held is not self._held:
                held.snapshot.close()

    def close(self) -> None:
        """For now; requests still running keep what they hold until they leave, and the next one opens it again."""
        with self._lock:
            held, self._held = self._held, None
            self._seen = None
            if held is not None and held.readers == 0:
                held.snapshot.close()
