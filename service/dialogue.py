"""The values that pass between the steps: Question, Understanding, Draft, Citation, Answer, Status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from corpus.clause import Clause
from corpus.index import Found, Results
from service.rules.benefit import Entitlement
from service.rules.facts import Facts, FactValue


class Status(StrEnum):
    ANSWERED = "answered"
    ASKS_FOR_FACT = "asks_for_fact"
    NO_BASIS = "no_basis"
    OUT_OF_SCOPE = "out_of_scope"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    FAILED = "failed"


class Level(StrEnum):
    """How much of the machine was at hand for this answer."""

    EXTRACT = "extract"
    KEYWORDS = "keywords"
    LAST_GOOD = "last_good"
    RULES_ONLY = "rules_only"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a conversation has said so far.

    `facts` by the benefit that they were said of: "" holds those of the family itself, and those said of no benefit.
    `benefits` were spoken of last; `asked` are the facts that the last answer asked for, `unknown` those that the
    citizen cannot say, `turns` how often in a row something was asked.
    """

    facts: Mapping[str, Facts] = field(default_factory=dict)
    benefits: tuple[str, ...] = ()
    text: str = ""
    asked: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """`text` is masked; `facts` were given with the request and are taken as they are."""

    text: str
    on: date
    facts: Facts = field(default_factory=dict)
    earlier: Earlier = Earlier()


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message that asks several, and the official words for what it says."""

    text: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message asks.

    `text` is normalized and mended; `query` is what is searched for, `parts` the questions of a message that asks
    several; `said` are facts of this very message, `mixed` those told in several ways at once; `locators` are the
    numbers of clauses it names. `subjects` are the benefits it speaks of, `benefits` those of them to compute;
    `unknown` are facts that the citizen cannot say; `unheard`: it changes something, and what it is was not heard.
    """

    text: str
    query: str
    parts: tuple[Part, ...]
    synonyms: tuple[str, ...]
    locators: tuple[str, ...]
    subjects: tuple[str, ...]
    benefits: tuple[str, ...]
    facts: Mapping[str, FactValue]
    said: tuple[str, ...]
    mixed: tuple[str, ...]
    unknown: tuple[str, ...]
    own_case: bool
    everything: bool
    may_ask: bool
    remembered: Mapping[str, Facts]
    wants_total: bool
    on_topic: bool
    restarts: bool
    unheard: bool
    on: date
    about: date


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found for the whole message, and the best clause for each of its questions where it asks several.

    `unasked` is a clause that nobody has written ways of asking for yet, and that holds more of the message's words
    than what was found first; `unheld` is a document that the message names and that is not held, "" where all are;
    `named` is the one document that it names and that is held, "" where it names none or several.
    """

    whole: Results
    parts: tuple[tuple[Part, Found], ...] = ()
    unasked: Found | None = None
    unheld: str = ""
    named: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of a clause, word for word."""

    clause: Clause
    text: str


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """What the office has approved to be said, word for word; `ways` of asking, the question itself first; `refs` are
    the clauses that it rests on."""

    id: int
    ways: tuple[str, ...]
    text: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is verified: lines may hold [n], the n-th quote; `approved` is what the office has approved
    to be said, where it says just that; `aside`: the conversation stays where it was."""

    status: Status
    lines: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    reason: str | None = None
    entitlements: tuple[Entitlement, ...] = ()
    missing: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    vouched: tuple[str, ...] = ()
    approved: ApprovedAnswer | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    mark: int
    ref: str
    document_title: str
    document_number: str
    label: str
    position: str
    quote: str
    url: str
    verbatim: bool
    in_force: bool
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What every channel receives."""

    status: Status
    reason: str | None
    text: str
    citations: tuple[Citation, ...]
    entitlements: tuple[Entitlement, ...]
    missing: tuple[str, ...]
    units: tuple[str, ...]
    on: date
    about: date
    snapshot: str
    level: Level
    remembered: Earlier = Earlier()
