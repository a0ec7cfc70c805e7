"""The office's word files → Words: read when they change, the last good ones kept while a bad edit stands."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from corpus.clause import Problem
from corpus.phrases import compile_phrase
from corpus.tokens import normalize

Entry = TypeVar("Entry", bound="_Entry")
Phrases = tuple[str, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    @field_validator("phrases", "unless", "things", "said", "names", check_fields=False)
    @classmethod
    def _compiles(cls, phrases: Phrases) -> Phrases:
        for phrase in phrases:
            compile_phrase(phrase)
        return phrases


class Synonym(_Entry):
    """What people say → the official words."""

    said: Phrases = Field(min_length=1)
    means: Phrases = Field(min_length=1)


class FactPhrase(_Entry):
    fact: str
    value: str
    phrases: Phrases = Field(min_length=1)
    without: Phrases = ()
    plus: Decimal = Decimal(0)
    at_least: Decimal | None = None


class Subject(_Entry):
    benefit: str
    phrases: Phrases = Field(min_length=1)
    things: Phrases = ()
    unless: Phrases = ()
    about: str = "term"


class Reply(_Entry):
    """A question that is answered before any search."""

    id: str
    status: str
    reason: str
    phrases: Phrases = Field(min_length=1)
    unless: Phrases = ()
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Unstated(_Entry):
    """A kind of detail that no document states."""

    id: str
    reason: str
    phrases: Phrases = Field(min_length=1)
    unless: Phrases = ()
    text: str
    units: tuple[str, ...] = ()


class Authority(_Entry):
    """A document or a level that goes before others, always or when the question names it."""

    document: str = ""
    authority: str = ""
    names: Phrases = ()
    weight: float


class Intent(_Entry):
    intent: str
    phrases: Phrases = Field(min_length=1)


class OfficeValue(_Entry):
    """What only the office knows; `value` is empty until somebody enters it."""

    id: str
    name: str
    phrases: Phrases = Field(min_length=1)
    clauses: tuple[str, ...]
    ask: tuple[str, ...]
    value: str = ""
    valid_from: str = ""
    source: str = ""
    entered_by: str = ""
    checked_on: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """All word files, checked."""

    synonyms: tuple[Synonym, ...] = ()
    typos: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[FactPhrase, ...] = ()
    subjects: tuple[Subject, ...] = ()
    intents: Mapping[str, Phrases] = field(default_factory=dict)
    authority: tuple[Authority, ...] = ()
    replies: tuple[Reply, ...] = ()
    unstated: tuple[Unstated, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    office: tuple[OfficeValue, ...] = ()


class _Reader:
    """Reads the files of one folder and gathers their problems, each with its line."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def entries(self, path: Path, kind: type[Entry]) -> tuple[Entry, ...]:
        entries = []
        for line, entry in self._items(path):
            try:
                entries.append(kind.model_validate(entry))
            except ValidationError as error:
                self.problems += [Problem(path, line, _what(detail), "照文件开头的说明改") for detail in error.errors()]
        return tuple(entries)

    def mapping(self, path: Path) -> dict[str, str]:
        node = self._node(path)
        if not isinstance(node, yaml.MappingNode):
            return {}
        pairs = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and key.value and value.value:
                pairs[key.value] = value.value
            else:
                self.problems.append(Problem(path, key.start_mark.line + 1, "应是 左: 右 两个词", "照文件开头的说明改"))
        return pairs

    def _items(self, path: Path) -> Iterator[tuple[int, object]]:
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode):
            return
        for item in node.value:
            yield item.start_mark.line + 1, yaml.SafeLoader("").construct_object(item, deep=True)

    def _node(self, path: Path) -> yaml.Node | None:
        try:
            return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.problems.append(Problem(path, line, f"YAML 写法不对：{error.problem}", "检查缩进、引号和冒号"))
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(path, 1, f"读不出来：{error}", "存成 UTF-8 文本"))
        return None


def _what(detail: Mapping[str, object]) -> str:
    where = ".".join(str(part) for part in detail["loc"])  # type: ignore[attr-defined]
    return f"{where}：{detail['msg']}"


def load_words(folder: Path, office: Path) -> tuple[Words, list[Problem]]:
    """`folder` is corpus/words, `office` corpus/office.yaml. All problems at once; bad entries are left out."""
    reader = _Reader()
    words = Words(
        synonyms=reader.entries(folder / "synonyms.yaml", Synonym),
        typos={normalize(k): normalize(v) for k, v in reader.mapping(folder / "typos.yaml").items()},
        facts=reader.entries(folder / "facts.yaml", FactPhrase),
        subjects=reader.entries(folder / "subjects.yaml", Subject),
        intents={entry.intent: entry.phrases for entry in reader.entries(folder / "intents.yaml", Intent)},
        authority=reader.entries(folder / "authority.yaml", Authority),
        replies=reader.entries(folder / "replies.yaml", Reply),
        unstated=reader.entries(folder / "unstated.yaml", Unstated),
        wording=reader.mapping(folder / "wording.yaml"),
        office=reader.entries(office, OfficeValue),
    )
    return words, reader.problems


class LiveWords:
    """The words as they stand on disk; a bad edit is reported once and the last good words stay."""

    def __init__(self, folder: Path, office: Path, warn: Callable[[str], None]) -> None:
        self._folder, self._office, self._warn = folder, office, warn
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] = ()
        self._words = Words()

    def current(self) -> Words:
        stamp = self._files_stamp()
        if stamp != self._stamp and self._lock.acquire(blocking=self._stamp == ()):
            try:
                if stamp != self._stamp:
                    self._reload()
                    self._stamp = stamp
            finally:
                self._lock.release()
        return self._words

    def _files_stamp(self) -> tuple[int, ...]:
        paths = (*sorted(self._folder.glob("*.yaml")), self._office)
        return tuple(path.stat().st_mtime_ns for path in paths if path.exists())

    def _reload(self) -> None:
        words, problems = load_words(self._folder, self._office)
        for problem in problems:
            self._warn(str(problem))
        if not problems or not self._words.wording:
            self._words = words
