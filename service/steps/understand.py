"""A question → what it asks: the mended text, the benefits, the facts stated, the day asked about."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from corpus.tokens import normalize
from service.bare_answers import bare_answers
from service.dates import day_named, in_the_month_of, term_asked, year_first
from service.dialogue import Earlier, Part, Question, Understanding
from service.facts_said import Said, facts_in
from service.follow_up import follow_up, is_elliptic, talked_of
from service.memory import keep, recall
from service.references import locators_in
from service.rules.benefit import dated
from service.rules.catalogue import benefits
from service.rules.facts import Facts
from service.word_entries import Subject
from service.words import Words

_ORDER = ("birth_order", "birth_order_disputed")
_STOPS = re.compile(r"[。!?;,、:\n]+|(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff0-9])")
_MASKED = re.compile("〔(?:身份证号|银行卡号|手机号|电话|车牌|邮箱)〕")
_SHORTEST = 5
_MOST_PARTS = 4
_MOST_TURNS = 4
_SHORT = 18


def understand(question: Question, words: Words) -> Understanding:
    """Facts given with the request stand above facts said, and those above what was said earlier."""
    text = mend(question.text, words)
    restart = words.intents["restart"].said_in(text)
    earlier = Earlier() if restart else question.earlier
    before = talked_of(text, earlier, words)
    said, synonyms = _said(text, before, earlier, words, question.on), synonyms_of(text, words)
    outright = named_outright(text, words)
    by_facts = () if outright else _told_by_facts(text, said, words)
    named = by_facts or subjects_in(text, words)
    own_topic = _has_own_topic(text, synonyms, words)
    before = before or subjects_in(f"{earlier.text} {text}", words)
    goes_on = follow_up(text, before, earlier, said, own_topic, words)
    said = _without_order(said) if goes_on.siblings else said
    subjects = named or goes_on.subjects
    told = {**said.facts, **question.facts}
    memory = keep(earlier.facts, subjects, told, said.doubted)
    facts = recall(memory, subjects or earlier.benefits)
    total = words.intents["total"].said_in(text)
    own = [slug for slug in subjects if _own_case(slug, text, words, told, said, memory)]
    elliptic = is_elliptic(text, words)
    likewise = bool(named) and elliptic and bool(earlier.benefits)
    follows = bool(earlier.text) and not named and (bool(subjects) or not own_topic or elliptic)
    return Understanding(
        text=text,
        query=f"{earlier.text} {text}" if follows else text,
        parts=_questions_in(text, words),
        synonyms=synonyms,
        locators=locators_in(text),
        subjects=subjects,
        benefits=subjects if own or likewise or words.intents["how_much"].said_in(text) else (),
        facts=facts,
        said=tuple(said.facts),
        mixed=said.mixed,
        unknown=_unknown(text, earlier, said, words),
        wants_total=total,
        own_case=bool(earlier.asked) or any(s.own.said_in(text) for s in words.subjects if s.benefit in own),
        everything=words.intents["everything"].said_in(text) and not outright,
        may_ask=bool(own) and earlier.turns < _MOST_TURNS,
        remembered=memory,
        on_topic=bool(subjects or synonyms) or follows or own_topic,
        unheard=goes_on.unheard and not named and not question.facts,
        restarts=restart and len(text) <= _SHORT and not own_topic,
        on=question.on,
        about=_about(text, tuple(own), facts, words, question.on),
    )


def _said(text: str, before: tuple[str, ...], earlier: Earlier, words: Words, on: date) -> Said:
    """What the message states, or else replies to what was asked; `before` were spoken of before."""
    named = subjects_in(text, words)
    said = _facts_for(named or before, text, earlier, words, on)
    if not named and (told := _told_by_facts(text, said, words)):
        said = _facts_for(told, text, earlier, words, on)
    if said.facts:
        return said
    return replace(said, facts=bare_answers(_dated(text, before, earlier), earlier.asked, words, on))


def _facts_for(slugs: tuple[str, ...], text: str, earlier: Earlier, words: Words, on: date) -> Said:
    """What it states of what these benefits need."""
    known = recall(earlier.facts, slugs)
    return facts_in(_dated(text, slugs, earlier), words, on, earlier.asked, _needed(slugs) | set(slugs), known)


def _dated(text: str, slugs: tuple[str, ...], earlier: Earlier) -> str:
    """With the month of the only day said before that these benefits need, or of the one that was just asked for."""
    known, needed = recall(earlier.facts, slugs), _needed(slugs)
    days = {name: value for name, value in known.items() if name in needed and isinstance(value, date)}
    asked = [value for name, value in days.items() if name in earlier.asked]
    near = asked if len(asked) == 1 else list(days.values())
    return in_the_month_of(near[0], text) if len(near) == 1 else text


def _needed(slugs: tuple[str, ...]) -> set[str]:
    return {fact for slug in slugs if slug in benefits() for fact in benefits()[slug].needs}


def _without_order(said: Said) -> Said:
    facts = {name: value for name, value in said.facts.items() if name != "birth_order"}
    return Said(facts, said.doubted | {"birth_order"}, (*said.mixed, "birth_order"))


def _own_case(slug: str, text: str, words: Words, told: Facts, said: Said, memory: Mapping[str, Facts]) -> bool:
    """Whether a benefit is to be computed: asked about in general, some are only searched for."""
    entries = [subject for subject in words.subjects if subject.benefit == slug]
    own = words.intents["compute"].said_in(text) or any(entry.own.said_in(text) for entry in entries)
    if own or not any(entry.search for entry in entries):
        return True
    needs = set(benefits()[slug].needs) - set(_ORDER)
    return bool(needs & (told.keys() | said.doubted | memory.get(slug, {}).keys()))


def _unknown(text: str, earlier: Earlier, said: Said, words: Words) -> tuple[str, ...]:
    """What the citizen has said not to know, until it is told."""
    now: tuple[str, ...] = ()
    if words.intents["cannot_say"].said_in(text):
        now = tuple(sorted(said.doubted)) or earlier.asked
    return tuple(name for name in dict.fromkeys((*earlier.unknown, *now)) if name not in said.facts)


def _has_own_topic(text: str, synonyms: tuple[str, ...], words: Words) -> bool:
    """Whether it names a subject; that a child is the second or third is no subject by itself."""
    rest = _without_family(text, words)
    means = synonyms if rest == text else synonyms_of(rest, words)
    return bool(means) or any(topic.phrases.said_in(rest) for topic in words.topics)


def _without_family(text: str, words: Words) -> str:
    for entry in words.facts:
        if entry.fact in _ORDER:
            for match in entry.phrases.find(text):
                text = text[: match.start] + " " * (match.end - match.start) + text[match.end :]
    return text


def _questions_in(text: str, words: Words) -> tuple[Part, ...]:
    """The questions of a message that asks more than one; none when it asks one."""
    questions, before = [], ""
    for piece in _STOPS.split(_parted(text, words)):
        asks = words.intents["asks"].said_in(piece)
        if not asks or len(f"{before}{piece}") < _SHORTEST:
            before = f"{before}{piece} "
            continue
        questions.append(f"{before}{piece}")
        before = ""
    return tuple(Part(one, synonyms_of(one, words)) for one in questions[:_MOST_PARTS]) if len(questions) > 1 else ()


def _parted(text: str, words: Words) -> str:
    """With a stop before every word that begins another question (另外, 顺便问下)."""
    for join in sorted(words.intents["joins"].find(text), key=lambda match: -match.start):
        text = f"{text[: join.start]};{text[join.start :]}"
    return text


def mend(text: str, words: Words) -> str:
    """Normalized text with the unambiguous typing and hearing errors put right."""
    mended = year_first(normalize(_MASKED.sub("", text)))
    for wrong, right in words.typos.items():
        if wrong in mended:
            mended = mended.replace(wrong, right)
    return mended


def synonyms_of(text: str, words: Words) -> tuple[str, ...]:
    """The official words for what people say."""
    means = (word for entry in words.synonyms if entry.said.said_in(text) for word in entry.means)
    return tuple(dict.fromkeys(means))


def subjects_in(text: str, words: Words) -> tuple[str, ...]:
    """Benefits the text speaks of; those named outright come before those told from a thing and a word for money.

    What it says it does not ask for (不是问产假，是陪产假) is none of them where it names another."""
    meant = _without_denied(text, words)
    return _subjects_in(meant, words) or _subjects_in(text, words)


def _without_denied(text: str, words: Words) -> str:
    pieces, denial = _STOPS.split(text), words.intents["not_this"]
    meant = [one for one in pieces if not any(match.start == 0 for match in denial.find(one))]
    return text if len(meant) == len(pieces) else " ".join(meant)


def _subjects_in(text: str, words: Words) -> tuple[str, ...]:
    named = list(named_outright(text, words))
    total = words.intents["total"].said_in(text)
    if named and not total:
        return tuple(named)
    money = words.intents["money"].said_in(text) or total
    told = [s.benefit for s in words.subjects if money and _told(s, text)]
    return tuple(dict.fromkeys([*named, *told]))


def named_outright(text: str, words: Words) -> tuple[str, ...]:
    """Each question of a message is read by itself: what rules a benefit out in one says nothing of another."""
    pieces = [text, *(part.text for part in _questions_in(text, words))]
    return tuple(
        subject.benefit
        for subject in words.subjects
        if any(subject.phrases.said_in(piece) and not subject.unless.said_in(piece) for piece in pieces)
    )


def _told_by_facts(text: str, said: Said, words: Words) -> tuple[str, ...]:
    """Benefits told from a fact that only they need."""
    told = said.facts.keys() | said.doubted
    return tuple(s.benefit for s in words.subjects if told & set(s.told_by) and not s.unless.said_in(text))


def _told(subject: Subject, text: str) -> bool:
    return subject.things.said_in(text) and not subject.unless.said_in(text)


def _about(text: str, slugs: tuple[str, ...], facts: Facts, words: Words, on: date) -> date:
    """The day that a fact gives to a benefit, or else the school term or the day of birth named."""
    days = (dated(benefits()[slug], facts) for slug in slugs if slug in benefits())
    kinds = {subject.benefit: subject.about for subject in words.subjects}
    day = day_named(text, on) if "birth" in {kinds.get(slug) for slug in slugs} else None
    return next(filter(None, days), None) or term_asked(text, on) or day or on
