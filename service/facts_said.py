"""A message → the facts it states, those it leaves in doubt, and those it states in several ways at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from corpus.numerals import read_number
from corpus.phrases import Match
from service.dates import day_named, term_asked, term_of, year_named
from service.rules.facts import BadFact, FactValue, fact_types
from service.words import FactPhrase, Words

_LOOK_BACK = 4
_MIXED = "!"
_NOTHING = "-"
_OPEN = ("?", _MIXED, _NOTHING)
_OR_ELSE_GAP = 4
_SPACE = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")
_SINGLE = ("institution_in", "registered", "kindergarten_class", "term_start", "asker")
_OF_A_CHILD = {"child_age", "child_under_three", "child_birth_date", "birth_date"}
_PUBLIC_FEES = {"public_fee_per_month": "own_fee_per_month", "public_fee_per_term": "own_fee_per_term"}
_GROWN_UP = 12
_CHILDHOOD = 18


@dataclass(frozen=True, slots=True)
class Said:
    """`mixed`: facts of which several values are told side by side (two children, two places): none can be taken."""

    facts: Mapping[str, FactValue]
    doubted: frozenset[str]
    mixed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact in the text; value None: said in a way that leaves it open, or with `nothing` no fact at all."""

    fact: str
    value: FactValue | None
    start: int
    end: int
    mixed: bool = False
    nothing: bool = False


def facts_in(text: str, words: Words, on: date, asked: Sequence[str] = ()) -> Said:
    """`text` is normalized and mended; days are told from the day of asking `on`; `asked` are facts just asked for."""
    text = _SPACE.sub("", text)
    entries = [entry for entry in words.facts if not entry.asked or entry.fact in asked]
    stated = _stated(text, entries, words, on)
    corrected_from = _corrected_from(text, words)
    chosen = {fact.fact: fact for fact in _one_each(stated, corrected_from)}
    mixed = _mixed([fact for fact in stated if fact.start >= corrected_from or corrected_from == 0], chosen)
    facts = {name: one.value for name, one in chosen.items() if one.value is not None and name not in mixed}
    doubted = frozenset(name for name, one in chosen.items() if one.value is None) | frozenset(mixed)
    return Said(_as_well(facts), doubted, mixed)


def _as_well(facts: Mapping[str, FactValue]) -> Mapping[str, FactValue]:
    """The day of a child's birth is that of the delivery, and a public kindergarten charges the public fee."""
    told = dict(facts)
    pairs = {"birth_date": "child_birth_date"}
    if facts.get("kindergarten_type") == "public":
        pairs |= _PUBLIC_FEES
    for one, other in (*pairs.items(), *((other, one) for one, other in pairs.items())):
        if one in facts:
            told.setdefault(other, facts[one])
    return told


def _mixed(stated: Sequence[Stated], chosen: Mapping[str, Stated]) -> tuple[str, ...]:
    values: dict[str, set[FactValue]] = {}
    for fact in stated:
        if fact.value is not None:
            values.setdefault(fact.fact, set()).add(fact.value)
    mixed = [name for name in _SINGLE if len(values.get(name, ())) > 1]
    mixed += [fact.fact for fact in stated if fact.mixed]
    younger = {value for value in values.get("birth_order", ()) if value != 1}
    if len(younger) > 1 and not chosen.keys() & {"children", "babies"}:
        mixed.append("birth_order")
    return tuple(dict.fromkeys(mixed))


def _stated(text: str, entries: Sequence[FactPhrase], words: Words, on: date) -> list[Stated]:
    """Every fact stated, in the order of the text; of two that overlap the longer phrase counts."""
    found = [stated for entry in entries for stated in _matches(entry, text, on)]
    longest = [s for s in found if not any(_covers(other, s) for other in found)]
    sure = sorted((s for s in longest if not s.nothing and not _negated(s, text, words)), key=lambda s: s.start)
    return _of_the_youngest(_left_open(sure, text, words))


def _left_open(stated: Sequence[Stated], text: str, words: Words) -> list[Stated]:
    """Of two values with an "or" between them neither is told."""
    or_else = words.intents["or_else"]
    open_ = {
        place
        for one in stated
        for other in stated
        if one.fact == other.fact and one.value != other.value and 0 < other.start - one.end <= _OR_ELSE_GAP
        if or_else.said_in(text[one.end : other.start])
        for place in ((one.fact, one.start), (other.fact, other.start))
    }
    return [replace(s, value=None) if (s.fact, s.start) in open_ else s for s in stated]


def _of_the_youngest(stated: Sequence[Stated]) -> list[Stated]:
    """Without the age and the birthday of a child that is named beside a younger one."""
    orders = [s for s in stated if s.fact == "birth_order" and isinstance(s.value, int)]
    youngest = max((s.value for s in orders if isinstance(s.value, int)), default=0)
    elder = [s for s in orders if s.value != youngest]
    return [s for s in stated if s.fact not in _OF_A_CHILD or not any(s.start <= e.start < s.end for e in elder)]


def _matches(entry: FactPhrase, text: str, on: date) -> Iterable[Stated]:
    for match in entry.phrases.find(text):
        if any(word in text[match.start : match.end] for word in entry.without):
            continue
        try:
            value = _value(entry, match, on)
        except BadFact:
            continue
        if value is not None or entry.value in _OPEN:
            yield Stated(entry.fact, value, match.start, match.end, entry.value == _MIXED, entry.value == _NOTHING)


def _value(entry: FactPhrase, match: Match, on: date) -> FactValue | None:
    if entry.value in _OPEN:
        return None
    if not entry.value.startswith("（"):
        return fact_types()[entry.fact].parse(entry.value)
    dated = entry.value.startswith(("（日期）", "（学期）"))
    value = _day(entry, match, on) if dated else _number(entry, match)
    return None if value is None else fact_types()[entry.fact].parse(value)


def _number(entry: FactPhrase, match: Match) -> Decimal | None:
    number = read_number(match.slots.get("number") or match.slots.get("money") or "")
    if number is None or (entry.at_least is not None and number < entry.at_least):
        return None
    return number + entry.plus


def _day(entry: FactPhrase, match: Match, on: date) -> date | int | None:
    """A day, a school term or, for a fact that counts years, a year; （日期）-（数） is as many years before."""
    told = match.slots.get("date") or match.slots.get("term") or ""
    if fact_types()[entry.fact].type == "int":
        return year_named(told, on)
    day = term_asked(told, on) or day_named(told, on, future=entry.future)
    if day is not None and entry.value.endswith("（数）"):
        years = read_number(match.slots.get("number") or "")
        day = _years_before(day, int(years)) if years else None
    return _fitting(entry.fact, day, on)


def _fitting(fact: str, day: date | None, on: date) -> date | None:
    """Children are born in the years before the day of asking, mothers long before it; a term has one first day."""
    if day is None or (fact in _OF_A_CHILD and not _years_before(on, _CHILDHOOD) <= day <= on):
        return None
    if fact == "mother_birth_date" and day > _years_before(on, _GROWN_UP):
        return None
    return term_of(day) if fact == "term_start" else day


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 2, 28)


def _covers(other: Stated, stated: Stated) -> bool:
    """A longer phrase of the same fact, or of a rival one about the same number, swallows a shorter inside it."""
    inside = other.start <= stated.start and stated.end <= other.end
    longer = other.end - other.start > stated.end - stated.start
    return inside and longer and (other.fact == stated.fact or any({other.fact, stated.fact} <= r for r in _RIVALS))


_RIVALS = (
    {"public_fee_per_month", "own_fee_per_month", "public_fee_per_term", "own_fee_per_term", "months"},
    {"principal", "loan_limit", "contract_price"},
    {
        "child_age",
        "mother_age",
        "own_age",
        "child_birth_date",
        "birth_date",
        "mother_birth_date",
        "settlement_date",
        "leave_start",
        "term_start",
        "months",
    },
)


def _negated(stated: Stated, text: str, words: Words) -> bool:
    before = text[max(0, stated.start - _LOOK_BACK) : stated.start]
    marks = (*words.intents["negation"].find(before), *words.intents["doubt"].find(before))
    return any(mark.end == len(before) for mark in marks)


def _corrected_from(text: str, words: Words) -> int:
    """Where the last correction begins; what is said after it stands."""
    return max((mark.end for mark in words.intents["correction"].find(text)), default=0)


def _one_each(stated: Sequence[Stated], corrected_from: int) -> list[Stated]:
    """One value a fact: of the children named the youngest, of kindergartens the private one, else the last said."""
    chosen: dict[str, Stated] = {}
    for fact in stated:
        held = chosen.get(fact.fact)
        if held is None or fact.start >= corrected_from > held.start or not _holds(held, fact):
            chosen[fact.fact] = fact
    return list(chosen.values())


def _holds(held: Stated, fact: Stated) -> bool:
    """Whether what was said before stands against what is said after."""
    if fact.value is None:
        return True
    return held.value is not None and _rank(held) > _rank(fact)


def _rank(fact: Stated) -> int:
    """A public fee is named beside a private kindergarten to compare; elder children are named beside the youngest."""
    if fact.fact == "birth_order" and isinstance(fact.value, int):
        return fact.value
    kinds = _RANKED.get(fact.fact, ())
    return kinds.index(str(fact.value)) if fact.value in kinds else 0


_RANKED = {"kindergarten_type": ("public", "inclusive_private", "other"), "home": ("first", "second", "third")}
