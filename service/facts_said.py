"""A message → the facts it states, those it leaves in doubt, and those it states in several ways at once."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from corpus.phrases import NUMERAL, Match
from service.dates import year_named
from service.fact_values import OF_A_CHILD, read_value
from service.rules.facts import BadFact, FactValue
from service.word_entries import FactPhrase
from service.words import Words

_LOOK_BACK = 4
_MIXED = "!"
_NOTHING = "-"
_OPEN = ("?", _MIXED, _NOTHING)
_OR_ELSE_GAP = 4
_OR_NUMBER = re.compile(rf"[^\s,。!?;]{{0,2}}(?:还是|或者?)[说是按第]{{0,2}}(?:{NUMERAL})")
_NUMBER_OR = re.compile(rf"(?:{NUMERAL})[^,。!?;]{{0,3}}(?:还是|或者?)[说是按第]{{0,2}}$")
_MONEY_UNIT = re.compile(r"块钱|[元块]")
_YEAR_AND = re.compile(r"(?P<year>(?:[0-9]{2,4}|今|去|前|明)年)(?:[0-9]{1,2}月)?度?[和跟与、及]$")
_AND_YEAR = re.compile(r"[和跟与、及](?P<year>(?:[0-9]{2,4}|今|去|前|明)年)")
_ENDS = ",。!?了"
_AND = ("和", "跟", "与", "、", "加", "及", "以及", "连", "和跟", "")
_OWN_FEES = ("own_fee_per_month", "own_fee_per_term")
_FEES = (*_OWN_FEES, "public_fee_per_month", "public_fee_per_term", "months", "kindergarten_type", "kindergarten_class")
_SPACE = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")
_SINGLE = ("institution_in", "registered", "kindergarten_class", "term_start", "asker")
_PUBLIC_FEES = {"public_fee_per_month": "own_fee_per_month", "public_fee_per_term": "own_fee_per_term"}


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


def facts_in(
    text: str,
    words: Words,
    on: date,
    asked: Sequence[str] = (),
    wanted: Collection[str] = (),
    known: Mapping[str, FactValue] = {},
) -> Said:
    """`text` is normalized and mended; days are told from the day of asking `on`; `asked` are facts just asked for,
    `wanted` the benefits asked about and the facts they need, `known` what was said before."""
    text = f"{_SPACE.sub('', text)}。"
    firm = [entry for entry in words.facts if not entry.wanted and (not entry.asked or entry.fact in asked)]
    longest = _longest(text, firm, words, on)
    stated = _counted(longest, text, words)
    loose = [entry for entry in words.facts if entry.wanted and entry.fact in wanted and _is_for(entry, wanted)]
    stated += _counted(_beside(_longest(text, loose, words, on), longest, text), text, words)
    if not words.intents["at_kindergarten"].said_in(text) and not any(fact in {*asked, *wanted} for fact in _FEES):
        stated = [fact for fact in stated if fact.fact not in _OWN_FEES]
    stated += _terms_counted(text, stated)
    corrected_from = _corrected_from(text, words)
    chosen = {fact.fact: fact for fact in _one_each(stated, corrected_from)}
    mixed = _mixed([fact for fact in stated if fact.start >= corrected_from or corrected_from == 0], chosen)
    if chosen.get("kindergarten_type") and chosen["kindergarten_type"].value == "public" and _not_public(text, words):
        chosen["kindergarten_type"] = replace(chosen["kindergarten_type"], value=None)
    facts = {name: one.value for name, one in chosen.items() if one.value is not None and name not in mixed}
    doubted = frozenset(name for name, one in chosen.items() if one.value is None) | frozenset(mixed)
    return Said(_as_well(facts, known), doubted, mixed)


def _is_for(entry: FactPhrase, wanted: Collection[str]) -> bool:
    return not entry.only_for or not set(entry.only_for).isdisjoint(wanted)


def _not_public(text: str, words: Words) -> bool:
    """Whether it also speaks of a kindergarten that is not public."""
    for match in reversed(words.intents["inclusive"].find(text)):
        text = text[: match.start] + text[match.end :]
    return words.intents["not_public"].said_in(text)


def _as_well(facts: Mapping[str, FactValue], known: Mapping[str, FactValue]) -> Mapping[str, FactValue]:
    """The day of a child's birth is that of the delivery, and a public kindergarten charges the public fee."""
    told = dict(facts)
    pairs = {"birth_date": "child_birth_date"}
    if {**known, **facts}.get("kindergarten_type") == "public":
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


def _longest(text: str, entries: Sequence[FactPhrase], words: Words, on: date) -> list[Stated]:
    """What the phrases tell; of two that overlap the longer one."""
    found = [stated for entry in entries for stated in _matches(entry, text, words, on)]
    return [s for s in found if not any(_covers(other, s) for other in found)]


def _counted(stated: Sequence[Stated], text: str, words: Words) -> list[Stated]:
    """Every fact stated, in the order of the text, without what is negated or of an elder child."""
    sure = sorted((s for s in stated if not s.nothing and not _negated(s, text, words)), key=lambda s: s.start)
    return _of_the_youngest(_left_open(sure, text, words))


def _beside(loose: Sequence[Stated], firm: Sequence[Stated], text: str) -> list[Stated]:
    """Loosely told facts that nothing firm speaks of, by numbers that nothing firm has taken."""
    spoken_of = {s.fact for s in firm}
    numbers = [(n.start(), n.end()) for n in re.finditer(NUMERAL, text)]
    taken = [(a, b) for a, b in numbers if any(s.start <= a and b <= s.end for s in firm)]
    return [s for s in loose if s.fact not in spoken_of and not any(s.start <= a and b <= s.end for a, b in taken)]


def _terms_counted(text: str, stated: Sequence[Stated]) -> list[Stated]:
    """Different school terms named together (去年秋季和今年春季) are so many terms."""
    terms = [s for s in stated if s.fact == "term_start" and s.value is not None]
    pairs = [
        (one, other)
        for one, other in pairwise(terms)
        if one.value != other.value and text[one.end : other.start].strip() in _AND
    ]
    if not pairs or any(s.fact == "terms" for s in stated):
        return []
    return [Stated("terms", len(pairs) + 1, pairs[0][0].start, pairs[-1][1].end)]


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
    return [replace(s, value=None) if (s.fact, s.start) in open_ or _or_number(s, text) else s for s in stated]


def _or_number(stated: Stated, text: str) -> bool:
    """Whether a number stands beside another one with an "or" between them (收四个月还是五个月)."""
    if stated.fact == "birth_order" or not re.search(NUMERAL, text[stated.start : stated.end]):
        return False
    before, after = text[max(0, stated.start - 12) : stated.start], text[stated.end :]
    before += "还是" * text.startswith("还是", stated.start)
    return _OR_NUMBER.match(after) is not None or _NUMBER_OR.search(before) is not None


def _of_the_youngest(stated: Sequence[Stated]) -> list[Stated]:
    """Without the age and the birthday of a child that is named beside a younger one."""
    orders = [s for s in stated if s.fact == "birth_order" and isinstance(s.value, int)]
    youngest = max((s.value for s in orders if isinstance(s.value, int)), default=0)
    elder = [s for s in orders if s.value != youngest]
    return [s for s in stated if s.fact not in OF_A_CHILD or not any(s.start <= e.start < s.end for e in elder)]


def _matches(entry: FactPhrase, text: str, words: Words, on: date) -> Iterable[Stated]:
    for match in entry.phrases.find(text):
        if any(word in text[match.start : match.end] for word in entry.without):
            continue
        try:
            value = None if entry.value in _OPEN else read_value(entry, match, words, on)
        except BadFact:
            continue
        if value is not None or entry.value in _OPEN:
            unit = _MONEY_UNIT.match(text, match.end) if match.slots.get("money") else None
            mixed = entry.value == _MIXED or (entry.fact == "tax_year" and _another_year(text, match, value, on))
            end = unit.end() if unit else match.end
            end -= len(match.text) - len(match.text.rstrip(_ENDS)) if unit is None else 0
            start = match.end - len(match.text.lstrip(_ENDS))
            yield Stated(entry.fact, value, start, end, mixed, entry.value == _NOTHING)


def _another_year(text: str, match: Match, value: FactValue | None, on: date) -> bool:
    years = (_YEAR_AND.search(text[: match.start]), _AND_YEAR.search(match.text))
    return any(year is not None and year_named(year["year"], on) != value for year in years)


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
    if fact.fact in {"birth_order", "loan_number"} and isinstance(fact.value, int):
        return fact.value
    kinds = _RANKED.get(fact.fact, ())
    return kinds.index(str(fact.value)) if fact.value in kinds else 0


_RANKED = {
    "kindergarten_type": ("public", "inclusive_private", "other"),
    "home": ("first", "second", "third"),
    "fee_stage": ("undecided", "partly_paid", "settled"),
}
