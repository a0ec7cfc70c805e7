"""corpus/office.yaml as the console reads and writes it: one value more for an entry, all else as it was."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from corpus.clause import Problem
from service.word_entries import OfficeEntry, OfficeValue
from service.words import complaint, load_office


class Refused(Exception):
    """Nothing was written. `faults`: a field of the value, or "" for the file → what is wrong with it, in Chinese."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("；".join(faults.values()))
        self.faults = faults


class Stale(Refused):
    """Somebody else has changed the file since it was read."""


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """The good entries in their order, what is wrong with the others, and the digest that names this state."""

    entries: tuple[OfficeEntry, ...]
    problems: tuple[Problem, ...]
    digest: str

    def entry(self, entry_id: str) -> OfficeEntry | None:
        return next((entry for entry in self.entries if entry.id == entry_id), None)


def read_office(path: Path) -> OfficeFile:
    """Never raises: a file that is missing or cannot be read is among the problems."""
    digest = _digest(path)
    entries, problems = load_office(path)
    return OfficeFile(entries, tuple(problems), digest)


def add_value(path: Path, digest: str, entry_id: str, typed: Mapping[str, str]) -> OfficeValue:
    """`typed`: the fields of an OfficeValue as text; `digest` that of the file they were typed over.

    Raises Stale, or Refused for a bad field, an unknown entry, a file with problems, one that cannot be written.
    """
    path = path.resolve()
    try:
        with _alone_in(path.parent) as folder:
            file = read_office(path)
            if file.digest != digest:
                raise Stale({"": "这一页打开以后，别人改过文件"})
            if file.problems:
                raise Refused({"": f"文件里有错，先改好再填：{file.problems[0]}"})
            entry = file.entry(entry_id)
            if entry is None:
                raise Refused({"": "文件里没有这一条"})
            added = _checked(entry, typed)
            _put(path, _with_values(path.read_text(encoding="utf-8"), entry_id, (*entry.values, added)))
            os.fsync(folder)
            return added
    except OSError as error:
        raise Refused({"": f"文件写不进去：{error.strerror}"}) from error


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """The file itself is put in another's place, so its folder is what writers wait for; → the opened folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened
    finally:
        os.close(opened)


def _checked(entry: OfficeEntry, typed: Mapping[str, str]) -> OfficeValue:
    try:
        value = OfficeValue.model_validate(typed)
    except ValidationError as error:
        raise Refused({str(one["loc"][0]): complaint(one) for one in error.errors()}) from error
    try:
        entry.check(value)
    except ValueError as error:
        raise Refused({"value": str(error)}) from error
    return value


def _with_values(text: str, entry_id: str, values: Sequence[OfficeValue]) -> str:
    """The text with the values of one entry written anew; comments and entries around them stay as they are."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.SequenceNode)  # it has just been read without a problem
    fields = next(item.value for item in root.value if _id(item) == entry_id)
    indent = " " * fields[0][0].start_mark.column
    rows = [value.model_dump(exclude_none=True) for value in values]
    block = yaml.safe_dump({"values": rows}, allow_unicode=True, sort_keys=False, width=10**6).rstrip()
    block = block.replace("\n", f"\n{indent}")
    for key, value in fields:
        if key.value == "values":
            return text[: key.start_mark.index] + block + text[_end(text, value) :]
    end = _end(text, fields[-1][1])
    return f"{text[:end]}\n{indent}{block}{text[end:]}"


def _id(item: yaml.MappingNode) -> str:
    return next(str(value.value) for key, value in item.value if key.value == "id")


def _end(text: str, node: yaml.Node) -> int:
    """Where the last thing written of a node ends; the mark of a block stands behind the comments that follow it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return len(text[: node.end_mark.index].rstrip())


def _put(path: Path, text: str) -> None:
    """Beside, read as it will be read, then in place of the old: whoever reads meanwhile sees one or the other."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".office-", suffix=".yaml")
    beside = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if problems := load_office(beside)[1]:
            raise Refused(
                {"": f"这一条的写法程序接不上，请在文件里照开头的说明改：第{problems[0].line}行{problems[0].what}"}
            )
        shutil.copymode(path, beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
