"""A question → what it asks: the mended text, the benefits, the facts stated, the day asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.numerals import read_number
from corpus.phrases import find_phrase, says
from corpus.tokens import normalize
from service.dates import day_named, term_asked
from service.dialogue import Earlier, Question, Understanding
from service.rules.facts import BadFact, FactValue, fact_types
from service.words import FactPhrase, Subject, Words

_LOOK_BACK = 4
_SHORT = 18


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact in the text; value None: said in a way that leaves it open."""

    fact: str
    value: FactValue | None
    start: int
    end: int


def understand(question: Question, words: Words) -> Understanding:
    """Facts given with the request stand above facts said, and those above what was said earlier."""
    text = mend(question.text, words)
    earlier = Earlier() if says(words.intents["restart"], text) else question.earlier
    stated = facts_in(text, words)
    said = {fact.fact: fact.value for fact in stated if fact.value is not None}
    doubted = {fact.fact for fact in stated if fact.value is None} - said.keys()
    kept = {name: value for name, value in earlier.facts.items() if name not in doubted}
    benefits = subjects_in(text, words) or _continued(text, earlier, said)
    follows = bool(benefits) and not subjects_in(text, words)
    return Understanding(
        text=text,
        query=f"{earlier.text} {text}" if follows else text,
        synonyms=synonyms_of(text, words),
        benefits=benefits,
        facts={**kept, **said, **question.facts},
        said=tuple(said),
        wants_total=says(words.intents["total"], text),
        on=question.on,
        about=_about(text, benefits, words, question.on),
    )


def mend(text: str, words: Words) -> str:
    """Normalized text with the unambiguous typing and hearing errors put right."""
    mended = normalize(text)
    for wrong, right in words.typos.items():
        if wrong in mended:
            mended = mended.replace(wrong, right)
    return mended


def synonyms_of(text: str, words: Words) -> tuple[str, ...]:
    """The official words for what people say."""
    means = (word for entry in words.synonyms if says(entry.said, text) for word in entry.means)
    return tuple(dict.fromkeys(means))


def subjects_in(text: str, words: Words) -> tuple[str, ...]:
    """Benefits the text speaks of; those named outright come before those told from a thing and a word for money."""
    named = [s.benefit for s in words.subjects if says(s.phrases, text) and not says(s.unless, text)]
    if named:
        return tuple(named)
    money = says(words.intents["money"], text)
    return tuple(s.benefit for s in words.subjects if money and _told(s, text))


def _told(subject: Subject, text: str) -> bool:
    return says(subject.things, text) and not says(subject.unless, text)


def _continued(text: str, earlier: Earlier, said: dict[str, FactValue]) -> tuple[str, ...]:
    """A short message or one that states facts goes on about the earlier benefit."""
    return earlier.benefits if said or len(text) <= _SHORT else ()


def facts_in(text: str, words: Words) -> list[Stated]:
    """Every fact stated, in the order of the text; of two that overlap the longer phrase counts."""
    found = [stated for entry in words.facts for stated in _matches(entry, text)]
    longest = [s for s in found if not any(_covers(other, s) for other in found)]
    sure = [s for s in longest if not _negated(s, text, words)]
    return _one_each(sorted(sure, key=lambda s: s.start), _corrected_from(text, words))


def _matches(entry: FactPhrase, text: str) -> Iterable[Stated]:
    for phrase in entry.phrases:
        for match in find_phrase(phrase, text):
            if any(word in text[match.start : match.end] for word in entry.without):
                continue
            try:
                value = _value(entry, match.value)
            except BadFact:
                continue
            if value is not None or entry.value == "?":
                yield Stated(entry.fact, value, match.start, match.end)


def _value(entry: FactPhrase, slot: str) -> FactValue | None:
    if entry.value == "?":
        return None
    if not entry.value.startswith("（"):
        return fact_types()[entry.fact].parse(entry.value)
    number = read_number(slot)
    if number is None or (entry.at_least is not None and number < entry.at_least):
        return None
    return fact_types()[entry.fact].parse(number + entry.plus)


def _covers(other: Stated, stated: Stated) -> bool:
    """A longer phrase of the same fact, or of a rival one about the same number, swallows a shorter inside it."""
    inside = other.start <= stated.start and stated.end <= other.end
    longer = other.end - other.start > stated.end - stated.start
    rivals = other.fact == stated.fact or {other.fact, stated.fact} <= _AMOUNTS
    return inside and longer and rivals


_AMOUNTS = {"public_fee_per_month", "own_fee_per_month", "public_fee_per_term", "own_fee_per_term", "months"}


def _negated(stated: Stated, text: str, words: Words) -> bool:
    before = text[max(0, stated.start - _LOOK_BACK) : stated.start]
    return any(before.endswith(word) for word in (*words.intents["negation"], *words.intents["doubt"]))


def _corrected_from(text: str, words: Words) -> int:
    """Where the last correction begins; what is said after it stands."""
    ends = [m.end for phrase in words.intents["correction"] for m in find_phrase(phrase, text)]
    return max(ends, default=0)


def _one_each(stated: Sequence[Stated], corrected_from: int) -> list[Stated]:
    """One value a fact: of the children named the one with the highest order, of the rest the last one said."""
    chosen: dict[str, Stated] = {}
    for fact in stated:
        held = chosen.get(fact.fact)
        if held is None or fact.start >= corrected_from > held.start or not _holds(held, fact):
            chosen[fact.fact] = fact
    return list(chosen.values())


def _holds(held: Stated, fact: Stated) -> bool:
    if fact.value is None:
        return True
    if held.value is None or fact.fact != "birth_order":
        return False
    return isinstance(held.value, int) and isinstance(fact.value, int) and held.value > fact.value


def _about(text: str, benefits: tuple[str, ...], words: Words, on: date) -> date:
    kinds = {subject.benefit: subject.about for subject in words.subjects}
    day = day_named(text, on) if "birth" in {kinds.get(b) for b in benefits} else None
    return term_asked(text, on) or day or on
