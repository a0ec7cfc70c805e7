"""The entries of the office's word files: what each kind may hold."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from corpus.phrases import Phrases, compile_phrases
from service.dialogue import Status
from service.rules.facts import BadFact, fact_types


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


class Entry(BaseModel):
    """One entry of a word file; what it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, arbitrary_types_allowed=True)


class Synonym(Entry):
    """What people say → the official words."""

    said: SomePhrases
    means: tuple[str, ...] = Field(min_length=1)


class FactPhrase(Entry):
    """`future`: a month without a year is one to come; `asked`: counts only where the fact has just been asked for;
    `wanted`: a loose way to say it, which counts where the benefit asked about needs it and nothing firmer is said;
    `only_for`: and only where it is one of these benefits."""

    fact: str
    value: str
    phrases: SomePhrases
    without: tuple[str, ...] = ()
    plus: Decimal = Decimal(0)
    at_least: Decimal | None = None
    future: bool = False
    asked: bool = False
    wanted: bool = False
    only_for: tuple[str, ...] = ()

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


class Subject(Entry):
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


class Reply(Entry):
    """A question that is answered before any search; `alone`: where nothing but its phrases is said (谢谢, 你好), and
    the conversation stays where it is."""

    id: str
    status: Status
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    alone: bool = False
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class Related(Entry):
    """Two clauses that are read together when a matter comes up."""

    clause: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    also: str


class Overview(Entry):
    """Words that may mean several things, which are then listed; `text` cites its refs as [1] [2] …"""

    id: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...]


class Unstated(Entry):
    """A kind of detail that no document states; `refs` are cited, or else the clause that the search finds; `office` is
    the entry of office.yaml that states it once the office has filled it in."""

    id: str
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    office: str = ""


class Authority(Entry):
    """A document or a level that goes before others, always or when the question names it."""

    document: str = ""
    authority: str = ""
    names: MaybePhrases = Phrases()
    weight: float


class Topic(Entry):
    """Words that show that a question is about the plan's own subject."""

    topic: str
    phrases: SomePhrases


class Note(Entry):
    """A sentence of the office's about a clause, told when the clause is cited and the matter comes up; `always`: also
    where a benefit is computed by the clause."""

    clause: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()
    always: bool = False


class Intent(Entry):
    intent: str
    phrases: SomePhrases


class Suggested(Entry):
    """A question that the widget offers to whoever opens it."""

    question: str = Field(min_length=1, max_length=30)


def _day(given: object) -> object:
    """A date without quotes is one already, a quoted one is still text."""
    if type(given) is date:
        return given
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError("应为真实的日期，写作 2026-09-01")


def _told_in_answers(text: str) -> str:
    if re.search(r"\[\d+\]", text):
        raise ValueError("不能有 [1] 这样的记号，回答里它指的是引文")
    return text


Day = Annotated[date, BeforeValidator(_day)]
MaybeDay = Annotated[date | None, BeforeValidator(lambda given: None if given in (None, "") else _day(given))]
Filled = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_told_in_answers)
]


class OfficeValue(Entry):
    """A value from `valid_from` to `valid_until` (both included, None: no end), as it was read on `checked_on`."""

    value: Filled
    valid_from: Day
    valid_until: MaybeDay = None
    source: Filled
    entered_by: Filled
    checked_on: Day

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        if until and "valid_from" in info.data and until < info.data["valid_from"]:
            raise ValueError("早于开始的那天")
        return until

    def ended(self, about: date) -> bool:
        return self.valid_until is not None and self.valid_until < about


class OfficeEntry(Entry):
    """What only the office knows; `values` is empty until somebody enters one, and earlier values stay. With `fact` it
    is that fact of everybody who does not say another."""

    id: str
    name: str
    phrases: SomePhrases
    clauses: tuple[str, ...]
    ask: tuple[str, ...]
    fact: str = ""
    values: tuple[OfficeValue, ...] = ()

    @field_validator("fact")
    @classmethod
    def _known(cls, fact: str) -> str:
        if fact and fact not in fact_types():
            raise ValueError(f"没有名为 {fact} 的情况，可用的见 service/rules/facts.yaml")
        return fact

    @model_validator(mode="after")
    def _can_be_computed_with(self) -> "OfficeEntry":
        for value in self.values:
            self.check(value)
        return self

    def check(self, value: OfficeValue) -> None:
        """Raises ValueError when the value is none that `fact` can have."""
        try:
            if self.fact:
                fact_types()[self.fact].parse(value.value)
        except BadFact as error:
            raise ValueError(str(error)) from error

    def latest(self, on: date, about: date) -> OfficeValue | None:
        """Of what was known on the day of asking, the value that began last by the day asked about; it may have ended.
        Of several from the same day the one checked last stands."""
        begun = [value for value in self.values if value.checked_on <= on and value.valid_from <= about]
        return max(reversed(begun), key=lambda value: (value.valid_from, value.checked_on), default=None)

    def coming(self, on: date) -> list[OfficeValue]:
        """What will hold from a later day, as known on this one; the soonest first."""
        days = sorted({value.valid_from for value in self.values if value.valid_from > on})
        held = (self.latest(on, day) for day in days)
        return [value for value in held if value and value.valid_from > on]

    def holding(self, on: date, about: date) -> OfficeValue | None:
        latest = self.latest(on, about)
        return None if latest is None or latest.ended(about) else latest
