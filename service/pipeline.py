"""answer_question(): the steps from a question to an answer, in order."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from corpus.index import Results, Weights
from corpus.live import FixedSnapshot, LiveSnapshot
from corpus.snapshot import Snapshot
from service.approved import FixedApproved, LiveApproved
from service.basis import Basis, program
from service.calibration import Calibration
from service.dialogue import Answer, Draft, Earlier, Level, Question, Searched, Status, Understanding
from service.steps.approved import approved
from service.steps.calculate import calculate
from service.steps.compose import compose
from service.steps.retrieve import retrieve
from service.steps.screen import screen
from service.steps.understand import understand
from service.steps.verify import citations, verify
from service.tables import said
from service.words import LiveWords, Words

_TO_CALL = ("区卫健局", "区医保局", "区教育局")
_ANSWERING = {Status.ANSWERED, Status.ASKS_FOR_FACT}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pipeline needs, built once in app.py and by hand in tests; `approved` None: no answer is approved."""

    live: LiveSnapshot | FixedSnapshot
    words: LiveWords
    weights: Weights
    calibration: Calibration
    warn: Callable[[str], None]
    approved: LiveApproved | FixedApproved | None = None


@dataclass(frozen=True, slots=True)
class Read:
    asked: Understanding
    draft: Draft
    level: Level


def answer_question(question: Question, parts: Parts) -> Answer:
    """One question against one snapshot; a search that breaks falls back to words, and leaves the amounts standing."""
    return answer_with_basis(question, parts)[0]


def answer_with_basis(question: Question, parts: Parts) -> tuple[Answer, Basis]:
    """Likewise, with what it rested on."""
    words = parts.words.current()
    with parts.live.lease() as (snapshot, last_good):

        def read(asks: Question) -> Read:
            return _read(asks, snapshot, words, parts, level_of(snapshot, last_good))

        whole = _in_scope(question, read(question), read)
        encoder = snapshot.index.encoder if snapshot and whole.level is not Level.KEYWORDS else ""
        basis = Basis(words.digest, parts.weights, parts.calibration, encoder, program(), whole.draft.approved)
        return _answer(verify(whole.draft), whole.asked, question.earlier, snapshot, whole.level), basis


def _read(question: Question, snapshot: Snapshot | None, words: Words, parts: Parts, level: Level) -> Read:
    asked = understand(question, words)
    clauses = snapshot.by_ref if snapshot else {}
    draft = screen(asked, words, clauses) or _approved(asked, question, snapshot, words, parts)
    if draft is None:
        found, level = _found(asked, snapshot, words, parts, level)
        draft = _failed(words) if not snapshot and not asked.benefits else None
        draft = draft or compose(asked, found, calculate(asked, words), words, clauses, parts.calibration)
    return Read(asked, draft, level)


def _in_scope(question: Question, whole: Read, read: Callable[[Question], Read]) -> Read:
    """Of a message that asks several things, one of them out of scope: the answer to the others, then what is said of
    that one; else the whole as it was read."""
    if whole.draft.status is not Status.OUT_OF_SCOPE or not whole.asked.parts:
        return whole
    apart = [read(replace(question, text=part.text)) for part in whole.asked.parts]
    kept = [one.asked.text for one in apart if one.draft.status in _ANSWERING and one.asked.on_topic]
    others = [one.draft for one in apart if one.draft.status is Status.OUT_OF_SCOPE and one.draft.reason != "off_topic"]
    rest = read(replace(question, text="；".join(kept))) if kept else whole
    if rest.draft.status not in _ANSWERING:
        return whole
    lines = dict.fromkeys(line for draft in others for line in draft.lines)
    vouched = (*rest.draft.vouched, *(text for draft in others for text in draft.vouched))
    return replace(rest, draft=replace(rest.draft, lines=(*rest.draft.lines, *lines), vouched=vouched))


def _approved(
    asked: Understanding, question: Question, snapshot: Snapshot | None, words: Words, parts: Parts
) -> Draft | None:
    """None too where the conversation waits for a fact."""
    if parts.approved is None or snapshot is None or question.earlier.asked:
        return None
    standing = parts.approved.current().standing(snapshot.by_ref, asked.on, asked.about)

    def read(way: str) -> Understanding:
        return understand(Question(way, question.on), words)

    return approved(asked, standing, snapshot.index.alike, read, words, snapshot.by_ref)


def level_of(snapshot: Snapshot | None, last_good: bool) -> Level:
    if snapshot is None:
        return Level.RULES_ONLY
    if last_good:
        return Level.LAST_GOOD
    return Level.EXTRACT if snapshot.index.has_vectors else Level.KEYWORDS


def _found(
    asked: Understanding, snapshot: Snapshot | None, words: Words, parts: Parts, level: Level
) -> tuple[Searched, Level]:
    if snapshot is None:
        return Searched(Results([], {}, {})), level
    try:
        return retrieve(asked, snapshot.index, words, parts.weights), level
    except Exception as error:  # noqa: BLE001 - whatever breaks in the vectors, the words still find clauses
        parts.warn(f"向量检索出错，这一问只按词检索：{type(error).__name__}")
        by_words = replace(parts.weights, dense=0, bank_dense=0)
        return retrieve(asked, snapshot.index, words, by_words), Level.KEYWORDS


def _failed(words: Words) -> Draft:
    text = words.wording["failed"]
    return Draft(Status.FAILED, (text,), reason="no_snapshot", units=_TO_CALL, vouched=(text,))


def _remembered(draft: Draft, asked: Understanding, earlier: Earlier) -> Earlier:
    if draft.aside:
        return earlier
    return Earlier(
        facts=asked.remembered,
        benefits=asked.subjects,
        text=asked.text,
        asked=draft.missing,
        unknown=asked.unknown,
        turns=earlier.turns + 1 if draft.missing else 0,
    )


def _answer(draft: Draft, asked: Understanding, earlier: Earlier, snapshot: Snapshot | None, level: Level) -> Answer:
    return Answer(
        status=draft.status,
        reason=draft.reason,
        text=_text(draft),
        citations=citations(draft, asked),
        entitlements=draft.entitlements,
        missing=draft.missing,
        units=draft.units,
        on=asked.on,
        about=asked.about,
        snapshot=snapshot.id if snapshot else "",
        level=level,
        remembered=_remembered(draft, asked, earlier),
    )


def _text(draft: Draft) -> str:
    """Quotes stand in the lines word for word until they are verified; then their tables are written to be read."""
    text = "\n".join(draft.lines)
    for quote in sorted({quote.text for quote in draft.quotes}, key=len, reverse=True):
        text = text.replace(quote, said(quote))
    return text
