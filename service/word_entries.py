"""The entries of the office's word files: what each kind may hold."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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
    """A question that is answered before any search."""

    id: str
    status: Status
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
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
    """A kind of detail that no document states; `refs` are cited, or else the clause that the search finds."""

    id: str
    reason: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


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
    """A sentence of the office's about a clause, told when the clause is cited and the matter comes up."""

    clause: str
    phrases: SomePhrases
    unless: MaybePhrases = Phrases()
    text: str
    refs: tuple[str, ...] = ()


class Intent(Entry):
    intent: str
    phrases: SomePhrases


class Suggested(Entry):
    """A question that the widget offers to whoever opens it."""

    question: str = Field(min_length=1, max_length=30)


class OfficeValue(Entry):
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
