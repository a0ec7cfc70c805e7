"""The office's word files → Words: read when they change, the last good ones kept while a bad edit stands."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corpus.clause import Problem
from corpus.phrases import Phrases, compile_phrases
from corpus.tokens import normalize
from service.dialogue import Status
from service.rules.facts import BadFact, fact_types

Entry = TypeVar("Entry", bound="_Entry")

_MEND = "照文件开头的说明改"
_MESSAGES = {
    "extra_forbidden": "没有这一项",
    "missing": "缺少这一项",
    "too_short": "是空的",
    "string_too_long": "太长",
    "enum": "没有这个状态",
}


def _compiled(phrases: object) -> object:
    if not isinstance(phrases, list) or not all(isinstance(phrase, str | int | float) for phrase in phrases):
        raise ValueError("应是一串说法，写作 [甲, 乙]")
    try:
        compiled = compile_phrases(str(phrase) for phrase in phrases)
    except re.error as error:
        raise ValueError("一个说法里同一个占位只能写一次") from error
    if compiled.said_in(""):
        raise ValueError("说法是空的")
    return compiled


def _not_empty(phrases: Phrases) -> Phrases:
    if not phrases.each:
        raise ValueError("一个说法也没有")
    return phrases


MaybePhrases = Annotated[Phrases, BeforeValidator(_compiled)]
SomePhrases = Annotated[Phrases, BeforeValidator(_compiled), AfterValidator(_not_empty)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, arbitrary_types_allowed=True)


class Synonym(_Entry):
    """What people say → the official words."""

    said: SomePhrases
    means: tuple[str, ...] = Field(min_length=1)


class FactPhrase(_Entry):
    """`future`: a month without a year is one to come; `asked`: counts only where the fact has just been asked for;
    `wanted`: a loose way to say it, which counts where the benefit asked about needs it and nothing firmer is said."""

    fact: str
    value: str
    phrases: SomePhrases
    without: tuple[str, ...] = ()
    plus: Decimal = Decimal(0)
    at_least: Decimal | None = None
    future: bool = False
    asked: bool = False
    wanted: bool = False

    @model_validator(mode="after")
    def _known(self) -> "FactPhrase":
        if self.fact not in fact_types():
            raise ValueError(f"没有名为 {self.fact} 的情况，可用的见 service/rules/facts.yaml")
        try:
            if self.value not in {"?", "!", "-"} and not self.value.startswith("（"):
                fact_types()[self.fact].parse(self.value)
        except BadFact as error:
            raise ValueError(str(error)) from error
        return self


class Subject(_Entry):
    """Words for a benefit, and facts that only it needs (`told_by`). `search`: asked about in general it is searched
    for, and computed only for a case of one's own, which is told by its facts or by `own`."""

    benefit: str
    phrases: SomePhrases
    things: MaybePhrases = Phrases()
    unless: MaybePhrases = Phrases()
    own: MaybePhrases = Phrases()
    told_by: tuple[str, ...] = ()
    search: bool = False
    about: str = "term"


class Reply(_Entry):
    """A question that is answered before any search."""

    id: str
    status: Status
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Related(_Entry):
    """Two clauses that are read together when a matter comes up."""

    clause: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    also: str


class Overview(_Entry):
    """Words that may mean several things, which are then listed; `text` cites its refs as [1] [2] …"""

    id: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...]


class Unstated(_Entry):
    """A kind of detail that no document states; `refs` are cited, or else the clause that the search finds."""

    id: str
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Authority(_Entry):
    """A document or a level that goes before others, always or when the question names it."""

    document: str = ""
    authority: str = ""
    names: MaybePhrases = Phrases()
    weight: float


class Topic(_Entry):
    """Words that show that a question is about the plan's own subject."""

    topic: str
    phrases: SomePhrases


class Note(_Entry):
    """A sentence of the office's about a clause, told when the clause is cited and the matter comes up."""

    clause: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()


class Intent(_Entry):
    intent: str
    phrases: SomePhrases


class Suggested(_Entry):
    """A question that the widget offers to whoever opens it."""

    question: str = Field(min_length=1, max_length=30)


class OfficeValue(_Entry):
    """What only the office knows; `value` is empty until somebody enters it. With `fact` it is that fact of everybody
    who does not say another, from `valid_from` on."""

    id: str
    name: str
    phrases: SomePhrases
    clauses: tuple[str, ...]
    ask: tuple[str, ...]
    value: str = ""
    valid_from: str = ""
    source: str = ""
    entered_by: str = ""
    checked_on: str = ""
    fact: str = ""

    @model_validator(mode="after")
    def _can_be_computed_with(self) -> "OfficeValue":
        if self.fact and self.fact not in fact_types():
            raise ValueError(f"没有名为 {self.fact} 的情况，可用的见 service/rules/facts.yaml")
        if self.fact and self.value:
            try:
                fact_types()[self.fact].parse(self.value)
                date.fromisoformat(self.valid_from)
            except BadFact as error:
                raise ValueError(str(error)) from error
            except ValueError as error:
                raise ValueError("有 fact 的，valid_from 要写真实的日期 YYYY-MM-DD") from error
        return self

    def known(self, about: date) -> bool:
        return bool(self.fact and self.value) and date.fromisoformat(self.valid_from) <= about


@dataclass(frozen=True, slots=True)
class Words:
    """All word files, checked."""

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
    suggested: tuple[Suggested, ...] = ()
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
                self.problems += [Problem(path, line, _what(detail), _MEND) for detail in error.errors()]
        return tuple(entries)

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

    def _items(self, path: Path) -> Iterator[tuple[int, object]]:
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode):
            self._not_read(node, path, "应是一串条目，每条以 - 开头")
            return
        for item in node.value:
            line = item.start_mark.line + 1
            try:
                yield line, yaml.SafeLoader("").construct_object(item, deep=True)
            except (yaml.YAMLError, ValueError):
                self.problems.append(Problem(path, line, "这一条的值读不懂", "给值加上引号"))

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


def _what(detail: Mapping[str, object]) -> str:
    where = ".".join(str(part) for part in detail["loc"])  # type: ignore[attr-defined]
    kind = str(detail["type"])
    message = str(detail["ctx"]["error"]) if kind == "value_error" else _MESSAGES.get(kind, "写法不对")  # type: ignore[index]
    return f"{where}：{message}" if where else message


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
        topics=reader.entries(folder / "topics.yaml", Topic),
        gists=reader.entries(folder / "gists.yaml", Note),
        notes=reader.entries(folder / "notes.yaml", Note),
        replies=reader.entries(folder / "replies.yaml", Reply),
        unstated=reader.entries(folder / "unstated.yaml", Unstated),
        overviews=reader.entries(folder / "overviews.yaml", Overview),
        related=reader.entries(folder / "related.yaml", Related),
        wording=reader.mapping(folder / "wording.yaml"),
        suggested=reader.entries(folder / "suggested.yaml", Suggested),
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
