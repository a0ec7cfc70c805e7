"""answer_question(): the steps from a question to an answer, in order."""

from collections.abc import Callable
from dataclasses import dataclass

from corpus.index import Found, Weights
from corpus.live import LiveSnapshot
from corpus.snapshot import Snapshot
from service.dialogue import Answer, Draft, Earlier, Level, Question, Status, Understanding
from service.steps.calculate import calculate
from service.steps.compose import compose
from service.steps.retrieve import retrieve
from service.steps.screen import screen
from service.steps.understand import understand
from service.steps.verify import citations, verify
from service.words import LiveWords, Words

_TO_CALL = ("区卫健局", "区医保局", "区教育局")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pipeline needs, built once in app.py and by hand in tests."""

    live: LiveSnapshot
    words: LiveWords
    weights: Weights
    warn: Callable[[str], None]


def answer_question(question: Question, parts: Parts) -> Answer:
    """One question against one snapshot; a search that breaks leaves the amounts standing."""
    words = parts.words.current()
    with parts.live.lease() as (snapshot, last_good):
        asked = understand(question, words)
        clauses = snapshot.by_ref if snapshot else {}
        level = _level(snapshot, last_good)
        draft = screen(question.text, words, clauses)
        if draft is None:
            found = _found(asked, snapshot, words, parts)
            draft = _failed(words) if not found and not asked.benefits and not snapshot else None
            draft = draft or compose(asked, found, calculate(asked), words, clauses)
        return _answer(verify(draft), asked, snapshot, level)


def _level(snapshot: Snapshot | None, last_good: bool) -> Level:
    if snapshot is None:
        return Level.RULES_ONLY
    if last_good:
        return Level.LAST_GOOD
    return Level.EXTRACT if snapshot.index.has_vectors else Level.KEYWORDS


def _found(asked: Understanding, snapshot: Snapshot | None, words: Words, parts: Parts) -> list[Found]:
    if snapshot is None:
        return []
    return retrieve(asked, snapshot.index, words, parts.weights)


def _failed(words: Words) -> Draft:
    text = words.wording["failed"]
    return Draft(Status.FAILED, (text,), reason="no_snapshot", units=_TO_CALL, vouched=(text,))


def _answer(draft: Draft, asked: Understanding, snapshot: Snapshot | None, level: Level) -> Answer:
    return Answer(
        status=draft.status,
        reason=draft.reason,
        text="\n".join(draft.lines),
        citations=citations(draft, asked),
        entitlements=draft.entitlements,
        missing=draft.missing,
        units=draft.units,
        on=asked.on,
        about=asked.about,
        snapshot=snapshot.id if snapshot else "",
        level=level,
        remembered=Earlier(asked.facts, asked.benefits, asked.text),
    )
