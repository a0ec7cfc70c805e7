"""A question → what it asks: the mended text, the benefits, the facts stated, the day asked about."""

import re
from datetime import date

from corpus.tokens import normalize
from service.dates import day_named, term_asked
from service.dialogue import Earlier, Part, Question, Understanding
from service.facts_said import Said, facts_in
from service.references import locators_in
from service.rules.catalogue import benefits
from service.rules.facts import FactValue
from service.words import Subject, Words

_FAMILY = ("birth_order", "birth_order_disputed")
_STOPS = re.compile(r"[。!?;,、:\n]+")
_SHORTEST = 5
_MOST_PARTS = 4
_SHORT = 18


def understand(question: Question, words: Words) -> Understanding:
    """Facts given with the request stand above facts said, and those above what was said earlier."""
    text = mend(question.text, words)
    restart = words.intents["restart"].said_in(text)
    earlier = Earlier() if restart else question.earlier
    said, synonyms = facts_in(text, words), synonyms_of(text, words)
    named = subjects_in(text, words)
    own_topic = _has_own_topic(text, synonyms, words)
    slugs = named or _continued(text, earlier, said, own_topic, words)
    elliptic = len(text) <= _SHORT and words.intents["follow"].said_in(text)
    follows = bool(earlier.text) and not named and (bool(slugs) or not own_topic or elliptic)
    return Understanding(
        text=text,
        query=f"{earlier.text} {text}" if follows else text,
        parts=_questions_in(text, words),
        synonyms=synonyms,
        locators=locators_in(text),
        benefits=slugs,
        facts={**_kept(earlier, slugs, said), **said.facts, **question.facts},
        said=tuple(said.facts),
        mixed=said.mixed,
        wants_total=words.intents["total"].said_in(text),
        on_topic=bool(slugs or synonyms) or follows or own_topic,
        restarts=restart and len(text) <= _SHORT and not own_topic,
        on=question.on,
        about=_about(text, slugs, words, question.on),
    )


def _has_own_topic(text: str, synonyms: tuple[str, ...], words: Words) -> bool:
    """Whether it names a subject; that a child is the second or third is no subject by itself."""
    rest = _without_family(text, words)
    means = synonyms if rest == text else synonyms_of(rest, words)
    return bool(means) or any(topic.phrases.said_in(rest) for topic in words.topics)


def _without_family(text: str, words: Words) -> str:
    for entry in words.facts:
        if entry.fact in _FAMILY:
            for match in entry.phrases.find(text):
                text = text[: match.start] + " " * (match.end - match.start) + text[match.end :]
    return text


def _kept(earlier: Earlier, slugs: tuple[str, ...], said: Said) -> dict[str, FactValue]:
    """What was said earlier: all of it while the benefit is the same, of the family alone when it is another."""
    same = not slugs or not earlier.benefits or slugs == earlier.benefits
    return {n: v for n, v in earlier.facts.items() if n not in said.doubted and (same or n in _FAMILY)}


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
    total = words.intents["total"].said_in(text)
    if named and not total:
        return tuple(named)
    money = words.intents["money"].said_in(text) or total
    told = [s.benefit for s in words.subjects if money and _told(s, text)]
    return tuple(dict.fromkeys([*named, *told]))


def _told(subject: Subject, text: str) -> bool:
    return subject.things.said_in(text) and not subject.unless.said_in(text)


def _continued(text: str, earlier: Earlier, said: Said, own_topic: bool, words: Words) -> tuple[str, ...]:
    """The earlier benefit, if the message only adds or changes a fact of it; a subject of its own ends it."""
    if not earlier.text:
        return ()
    before = earlier.benefits or subjects_in(f"{earlier.text} {text}", words)
    needs = {fact for slug in before if slug in benefits() for fact in benefits()[slug].needs}
    stated = needs & (said.facts.keys() | said.doubted)
    adds = bool(stated - set(_FAMILY)) or (bool(stated) and not own_topic)
    elliptic = len(text) <= _SHORT and words.intents["follow"].said_in(text) and not own_topic
    asks_detail = not own_topic and any(one.phrases.said_in(text) for one in words.unstated)
    return before if adds or elliptic or asks_detail else ()


def _about(text: str, benefits: tuple[str, ...], words: Words, on: date) -> date:
    kinds = {subject.benefit: subject.about for subject in words.subjects}
    day = day_named(text, on) if "birth" in {kinds.get(b) for b in benefits} else None
    return term_asked(text, on) or day or on
