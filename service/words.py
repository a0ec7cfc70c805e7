"""The office's word files → Words: read when they change, the last good ones kept while a bad edit stands."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from corpus.clause import Problem
from corpus.phrases import Phrases
from corpus.settings import WORDS
from corpus.tokens import normalize
from service.kept_words import WordFiles, read_word_files
from service.word_entries import (
    Authority,
    Entry,
    FactPhrase,
    Intent,
    Note,
    OfficeEntry,
    Overview,
    Related,
    Reply,
    Subject,
    Suggested,
    Synonym,
    Topic,
    Unstated,
)

Kind = TypeVar("Kind", bound=Entry)

_MEND = "照文件开头的说明改"
_MESSAGES = {
    "extra_forbidden": "没有这一项",
    "missing": "缺少这一项",
    "too_short": "是空的",
    "string_too_short": "是空的",
    "string_too_long": "太长",
    "enum": "没有这个状态",
}


@dataclass(frozen=True, slots=True)
class Words:
    """All word files, checked; `digest` names the copy that was kept of them, "" where there is none."""

    synonyms: tuple[Synonym, ...] = ()
    typos: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[FactPhrase, ...] = ()
    subjects: tuple[Subject, ...] = ()
    intents: Mapping[str, Phrases] = field(default_factory=dict)
    authority: tuple[Authority, ...] = ()
    topics: tuple[Topic, ...] = ()
    gists: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    replies: tuple[Reply, ...] = ()
    unstated: tuple[Unstated, ...] = ()
    overviews: tuple[Overview, ...] = ()
    related: tuple[Related, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    suggested: tuple[Suggested, ...] = ()
    office: tuple[OfficeEntry, ...] = ()
    digest: str = ""


class _Reader:
    """Reads the files of one folder and gathers their problems, each with its line."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def entries(self, path: Path, kind: type[Kind], key: str = "") -> tuple[Kind, ...]:
        """`key`: the field that no two entries may share."""
        entries: dict[object, Kind] = {}
        for number, (item, entry) in enumerate(self._items(path)):
            try:
                made = kind.model_validate(entry)
            except ValidationError as error:
                self.problems += [Problem(path, _line(item, one["loc"]), _what(one), _MEND) for one in error.errors()]
                continue
            name = getattr(made, key) if key else number
            if name in entries:
                self.problems.append(Problem(path, _line(item), f"{key}：{name} 前面已经有了", _MEND))
            entries.setdefault(name, made)
        return tuple(entries.values())

    def mapping(self, path: Path) -> dict[str, str]:
        node = self._node(path)
        if not isinstance(node, yaml.MappingNode):
            self._not_read(node, path, "应是一行一条的 左: 右")
            return {}
        pairs = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and key.value and value.value:
                pairs[key.value] = value.value
            else:
                self.problems.append(Problem(path, key.start_mark.line + 1, "应是 左: 右 两个词", _MEND))
        return pairs

    def _items(self, path: Path) -> Iterator[tuple[yaml.Node, object]]:
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode):
            self._not_read(node, path, "应是一串条目，每条以 - 开头")
            return
        for item in node.value:
            try:
                yield item, yaml.SafeLoader("").construct_object(item, deep=True)
            except (yaml.YAMLError, ValueError):
                self.problems.append(Problem(path, _line(item), "这一条的值读不懂", "给值加上引号"))

    def _not_read(self, node: yaml.Node | None, path: Path, what: str) -> None:
        """A file that could not be read at all is reported already."""
        if node is not None:
            self.problems.append(Problem(path, node.start_mark.line + 1, what, _MEND))

    def _node(self, path: Path) -> yaml.Node | None:
        try:
            node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            if node is None:
                self.problems.append(Problem(path, 1, "文件是空的", _MEND))
            return node
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(path, line, f"YAML 写法不对：{error.problem}", "检查缩进、引号和冒号"))
        except yaml.YAMLError:
            self.problems.append(Problem(path, 1, "有 YAML 不许用的控制字符", "删掉看不见的字符"))
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(path, 1, f"读不出来：{error}", "存成 UTF-8 文本"))
        return None


def _line(item: yaml.Node, place: tuple[int | str, ...] = ()) -> int:
    """Of the innermost list item on the way to that place."""
    line = item.start_mark.line + 1
    node: yaml.Node | None = item
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
    return line


def _what(detail: ErrorDetails) -> str:
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in detail["loc"])
    return f"{where}：{complaint(detail)}" if where else complaint(detail)


def complaint(detail: ErrorDetails) -> str:
    """What is wrong with a value, in Chinese, without its place."""
    kind = detail["type"]
    return str(detail["ctx"]["error"]) if kind == "value_error" else _MESSAGES.get(kind, "写法不对")


def load_office(path: Path) -> tuple[tuple[OfficeEntry, ...], list[Problem]]:
    """corpus/office.yaml alone; all problems at once."""
    reader = _Reader()
    return reader.entries(path, OfficeEntry, "id"), reader.problems


def load_words(folder: Path, office: Path) -> tuple[Words, list[Problem]]:
    """`folder` is corpus/words, `office` corpus/office.yaml. All problems at once; bad entries are left out.

    Sentences and intents that it lacks are those of the shipped words: an office keeps its own folder over an update.
    """
    reader, shipped = _Reader(), _Reader()
    entries, problems = load_office(office)
    words = Words(
        synonyms=reader.entries(folder / "synonyms.yaml", Synonym),
        typos={normalize(k): normalize(v) for k, v in reader.mapping(folder / "typos.yaml").items()},
        facts=reader.entries(folder / "facts.yaml", FactPhrase),
        subjects=reader.entries(folder / "subjects.yaml", Subject),
        intents=_intents(shipped, WORDS) | _intents(reader, folder),
        authority=reader.entries(folder / "authority.yaml", Authority),
        topics=reader.entries(folder / "topics.yaml", Topic),
        gists=reader.entries(folder / "gists.yaml", Note),
        notes=reader.entries(folder / "notes.yaml", Note),
        replies=reader.entries(folder / "replies.yaml", Reply),
        unstated=reader.entries(folder / "unstated.yaml", Unstated),
        overviews=reader.entries(folder / "overviews.yaml", Overview),
        related=reader.entries(folder / "related.yaml", Related),
        wording=shipped.mapping(WORDS / "wording.yaml") | reader.mapping(folder / "wording.yaml"),
        reasons=reader.mapping(folder / "reasons.yaml"),
        suggested=reader.entries(folder / "suggested.yaml", Suggested),
        office=entries,
    )
    return words, reader.problems + problems


def _intents(reader: _Reader, folder: Path) -> dict[str, Phrases]:
    return {entry.intent: entry.phrases for entry in reader.entries(folder / "intents.yaml", Intent)}


class LiveWords:
    """The words as they stand on disk; a bad edit is reported once and the last good words stay."""

    def __init__(
        self, folder: Path, office: Path, warn: Callable[[str], None], kept: Callable[[WordFiles], str] | None = None
    ) -> None:
        """`kept` stores a copy of every state that is loaded and returns its digest; it may raise OSError."""
        self._folder, self._office, self._warn, self._kept = folder, office, warn, kept
        self._lock = threading.Lock()
        self._stamp: tuple[tuple[int, int], ...] = ()
        self._words = Words()

    def current(self) -> Words:
        stamp = self._files_stamp()
        if stamp != self._stamp and self._lock.acquire(blocking=self._stamp == ()):
            try:
                if stamp != self._stamp:
                    self._reload(stamp)
                    self._stamp = stamp
            finally:
                self._lock.release()
        return self._words

    def _files_stamp(self) -> tuple[tuple[int, int], ...]:
        """A file put in another's place within one tick of the clock is told by its inode."""
        paths = (*sorted(self._folder.glob("*.yaml")), self._office)
        states = [path.stat() for path in paths if path.exists()]
        return tuple((state.st_mtime_ns, state.st_ino) for state in states)

    def _reload(self, stamp: tuple[tuple[int, int], ...]) -> None:
        words, problems = load_words(self._folder, self._office)
        for problem in problems:
            self._warn(str(problem))
        if not problems or not self._words.wording:
            self._words = replace(words, digest=self._keep(stamp))

    def _keep(self, stamp: tuple[tuple[int, int], ...]) -> str:
        """What is being edited at this very moment is no copy of what was loaded, and is loaded again next."""
        try:
            files = read_word_files(self._folder, self._office)
            return self._kept(files) if self._kept and self._files_stamp() == stamp else ""
        except OSError as error:
            self._warn(f"用语文件的留存写不下去，这期间的回答以后不能重放：{error}")
            return ""
