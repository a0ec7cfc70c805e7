"""What `python -m ingest --check` says of the documents, asked once for each state of the files."""

from pathlib import Path

from service.channels.console.child import Done, Ingest, Turns

_State = tuple[tuple[str, int, int, int], ...]


class Checks:
    """`folder` holds the documents; the question bank is beside it."""

    def __init__(self, ingest: Ingest, folder: Path) -> None:
        self._ingest, self._folder = ingest, folder
        self._turns = Turns()
        self._known: tuple[_State, Done] | None = None

    def found(self) -> Done:
        """Of the files as they are now; who comes meanwhile waits for that one check. Raises Busy."""
        with self._turns.mine():
            state = self._state()
            if self._known is None or self._known[0] != state:
                self._known = state, self._ingest("--check")
            return self._known[1]

    def _state(self) -> _State:
        files = (*self._folder.glob("*.md"), *(self._folder.parent / "questions").glob("*.yaml"))
        return tuple((str(path), *_of(path)) for path in sorted(files))


def _of(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:  # gone in this moment
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
