"""A question → what it asks: the mended text, the benefits, the facts stated, the day asked about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.numerals import read_number
from corpus.tokens import normalize
from service.dates import day_named, term_asked
from service.dialogue import Earlier, Part, Question, Understanding
from service.rules.facts import BadFact, FactValue, fact_types
from service.words import FactPhrase, Subject, Words

_STOPS = re.compile(r"[。!?;,、:\n]+")
_SHORTEST = 5
_MOST_PARTS = 4
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
    earlier = Earlier() if words.intents["restart"].said_in(text) else question.earlier
    stated = facts_in(text, words)
    said = {fact.fact: fact.value for fact in stated if fact.value is not None}
    doubted = {fact.fact for fact in stated if fact.value is None} - said.keys()
    kept = {name: value for name, value in earlier.facts.items() if name not in doubted}
    named = subjects_in(text, words)
    benefits = named or _continued(text, earlier, said, words)
    synonyms = synonyms_of(text, words)
    on_topic = bool(benefits or synonyms) or any(topic.phrases.said_in(text) for topic in words.topics)
    follows = bool(earlier.text) and not named and (bool(benefits) or not on_topic or len(text) <= _SHORT)
    return Understanding(
        text=text,
        query=f"{earlier.text} {text}" if follows else text,
        parts=_questions_in(text, words),
        synonyms=synonyms,
        benefits=benefits,
        facts={**kept, **said, **question.facts},
        said=tuple(said),
        wants_total=words.intents["total"].said_in(text),
        on_topic=follows or on_topic,
        on=question.on,
        about=_about(text, benefits, words, question.on),
    )


def _questions_in(text: str, words: Words) -> tuple[Part, ...]:
    """The questions of a message that asks more than one; none when it asks one."""
    pieces = [piece for piece in _STOPS.split(text) if len(piece) >= _SHORTEST and words.intents["asks"].said_in(piece)]
    return tuple(Part(piece, synonyms_of(piece, words)) for piece in pieces[:_MOST_PARTS]) if len(pieces) > 1 else ()


def mend(text: str, words: Words) -> str:
    """Normalized text with the unambiguous typing and hearing errors put right."""
    mended = normalize(text)
    for wrong, right in words.typos.items():
        if wrong in mended:
            mended = mended.replace(wrong, right)
    return mended


def synonyms_of(text: str, words: Words) -> tuple[str, ...]:
    """The official words for what people say."""
    means = (word for entry in words.synonyms if entry.said.said_in(text) for word in entry.means)
    return tuple(dict.fromkeys(means))


def subjects_in(text: str, words: Words) -> tuple[str, ...]:
    """Benefits the text speaks of; those named outright come before those told from a thing and a word for money."""
    named = [s.benefit for s in words.subjects if s.phrases.said_in(text) and not s.unless.said_in(text)]
    if named:
        return tuple(named)
    money = words.intents["money"].said_in(text)
    return tuple(s.benefit for s in words.subjects if money and _told(s, text))


def _told(subject: Subject, text: str) -> bool:
    return subject.things.said_in(text) and not subject.unless.said_in(text)


def _continued(text: str, earlier: Earlier, said: dict[str, FactValue], words: Words) -> tuple[str, ...]:
    """A short message or one that states facts goes on about the earlier benefit, or makes clear which it is."""
    if not earlier.text or not (said or len(text) <= _SHORT):
        return ()
    return earlier.benefits or subjects_in(f"{earlier.text} {text}", words)


def facts_in(text: str, words: Words) -> list[Stated]:
    """Every fact stated, in the order of the text; of two that overlap the longer phrase counts."""
    found = [stated for entry in words.facts for stated in _matches(entry, text)]
    longest = [s for s in found if not any(_covers(other, s) for other in found)]
    sure = [s for s in longest if not _negated(s, text, words)]
    return _one_each(sorted(sure, key=lambda s: s.start), _corrected_from(text, words))


def _matches(entry: FactPhrase, text: str) -> Iterable[Stated]:
    for match in entry.phrases.find(text):
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
    kinds = ("public", "inclusive_private", "other")
    return kinds.index(str(fact.value)) if fact.fact == "kindergarten_type" else 0


def _about(text: str, benefits: tuple[str, ...], words: Words, on: date) -> date:
    kinds = {subject.benefit: subject.about for subject in words.subjects}
    day = day_named(text, on) if "birth" in {kinds.get(b) for b in benefits} else None
    return term_asked(text, on) or day or on
