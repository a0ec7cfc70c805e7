"""The first page: one search box, the clause or the answer beside it, and what a seat makes of the answer."""

import time
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from corpus.clause import Clause
from corpus.snapshot import Snapshot
from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.console.script import SpokenLine, paste_citation, paste_clause, script
from service.channels.errors import NotFound, Unready
from service.channels.schema import AnswerId, AskIn, AskOut, ClauseOut, Day, QuestionText
from service.channels.searching import Hit, reader, search
from service.masking import mask
from service.records import Feedback
from service.rules.facts import parse_facts
from service.unanswered import lack_of

_HITS = 12


class FoundOut(BaseModel):
    """`why` in Chinese; `asked_as` is the bank question most like the one asked, or ""."""

    ref: str
    document_title: str
    label: str
    text: str
    matched: tuple[str, ...]
    why: list[str]
    asked_as: str
    in_force: bool
    verbatim: bool

    @staticmethod
    def of(hit: Hit, on: date) -> "FoundOut":
        clause = hit.clause
        reasons = (("编号", hit.by_number), ("问法库", bool(hit.asked_as)), ("词语", bool(hit.found.matched)))
        return FoundOut(
            ref=str(clause.ref),
            document_title=clause.document_title,
            label=clause.label,
            text=clause.text,
            matched=hit.found.matched,
            why=[reason for reason, holds in reasons if holds] or ["意思相近"],
            asked_as=hit.asked_as,
            in_force=clause.in_force(on),
            verbatim=clause.verbatim,
        )


class FoundListOut(BaseModel):
    hits: list[FoundOut]
    took_ms: int


class OpenedOut(BaseModel):
    clause: ClauseOut
    previous_label: str
    next_label: str
    pasted: str


class AnsweredOut(BaseModel):
    answer: AskOut
    script: list[SpokenLine]
    pasted: list[str]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JudgementIn(_In):
    verdict: Literal["right", "wrong"]
    reason: Literal["wrong", "unclear", "incomplete", "outdated", "other"] | None = None
    comment: QuestionText | None = None


class UnansweredIn(_In):
    question: QuestionText
    answer_id: AnswerId | None = None


class QueuedOut(BaseModel):
    group: int


def router(console: Console) -> APIRouter:
    lookup = APIRouter(include_in_schema=False)
    desk, parts = console.desk, console.desk.parts
    operator = gate(console, Role.OPERATOR)

    @lookup.get("")
    def first_page(seat: Seat = Depends(operator)) -> Response:
        with parts.live.lease() as (snapshot, _):
            documents = [(one.id, one.title) for one in snapshot.documents] if snapshot else []
        return page("lookup", seat, documents=documents, today=console.now().date())

    @lookup.get("/search")
    def find(
        q: Annotated[QuestionText, Query()],
        document: Annotated[str | None, Query(max_length=100)] = None,
        on: Annotated[Day | None, Query()] = None,
        seat: Seat = Depends(operator),
    ) -> FoundListOut:
        started, day = time.perf_counter(), on or console.now().date()
        console.limiter.check("search", f"seat:{seat.name}")
        with parts.live.lease() as (snapshot, _):
            words = parts.words.current()
            hits = search(_ready(snapshot), words, parts.weights, q, day, _HITS, document or None)
        shown = [FoundOut.of(hit, day) for hit in _paragraphs_in_order(hits)]
        return FoundListOut(hits=shown, took_ms=round(1000 * (time.perf_counter() - started)))

    @lookup.get("/clauses/{document}/{locator}")
    def clause(
        document: str, locator: str, on: Annotated[Day | None, Query()] = None, seat: Seat = Depends(operator)
    ) -> OpenedOut:
        with parts.live.lease() as (snapshot, _):
            opened = _opened(_ready(snapshot), f"{document}#{locator}", on or console.now().date())
        console.note(seat, "open_clause", opened.clause.ref)
        return opened

    @lookup.post("/ask")
    def ask(body: AskIn, seat: Seat = Depends(operator)) -> AnsweredOut:
        console.limiter.check("ask", f"seat:{seat.name}")
        facts = parse_facts(body.facts.model_dump(exclude_none=True))
        reply = desk.ask("console", body.question, body.conversation_id, facts, body.on)
        console.note(seat, "ask", reply.saved.answer_id)
        pasted = [paste_citation(citation) for citation in reply.answer.citations]
        spoken = script(reply.answer, parts.words.current().wording)
        return AnsweredOut(answer=AskOut.of(reply), script=spoken, pasted=pasted)

    @lookup.post("/answers/{answer_id}/judgement", status_code=204)
    def judge(answer_id: AnswerId, body: JudgementIn, seat: Seat = Depends(operator)) -> None:
        comment = mask(body.comment) if body.comment else None
        if not desk.judge(Feedback(answer_id, body.verdict, body.reason, comment, seat.name)):
            raise NotFound("没有这个回答，或者记录已经到期", "answer_id")
        console.note(seat, f"judge_{body.verdict}", answer_id)

    @lookup.post("/unanswered", status_code=201)
    def queue(body: UnansweredIn, seat: Seat = Depends(operator)) -> QueuedOut:
        with parts.live.lease() as (snapshot, _):
            words = parts.words.current()
            read = reader(_ready(snapshot), words)
            kept = desk.records.kept(body.answer_id, console.now()) if body.answer_id else None
            lack = lack_of(kept.answer, words) if kept else None
            id = console.unanswered.put(mask(body.question), body.answer_id, seat.name, console.now(), lack)
            console.unanswered.gather(read)
            group = console.unanswered.group_of(id)
        console.note(seat, "queue", str(group))
        return QueuedOut(group=group)

    return lookup


def _paragraphs_in_order(hits: list[Hit]) -> list[Hit]:
    """A numbered article is read from its beginning, whichever of its paragraphs has the words."""
    places: dict[str, int] = {}
    for n, hit in enumerate(hits):
        places.setdefault(_article(hit), n)
    return sorted(hits, key=lambda hit: (places[_article(hit)], hit.clause.ref.locator))


def _article(hit: Hit) -> str:
    ref = str(hit.clause.ref)
    return ref.partition(".")[0] if hit.by_number else ref


def _opened(snapshot: Snapshot, ref: str, on: date) -> OpenedOut:
    places = {str(one.ref): n for n, one in enumerate(snapshot.clauses)}
    if ref not in places:
        raise NotFound("没有这一条", "locator")
    here = snapshot.clauses[places[ref]]
    before, after = (_beside(snapshot.clauses, places[ref] + step, here) for step in (-1, 1))
    return OpenedOut(
        clause=ClauseOut.of(here, on, before, after),
        previous_label=before.label if before else "",
        next_label=after.label if after else "",
        pasted=paste_clause(here),
    )


def _beside(clauses: tuple[Clause, ...], place: int, here: Clause) -> Clause | None:
    """The neighbour, where it is of the same document."""
    there = clauses[place] if 0 <= place < len(clauses) else None
    return there if there and there.ref.document_id == here.ref.document_id else None


def _ready(snapshot: Snapshot | None) -> Snapshot:
    if snapshot is None:
        raise Unready
    return snapshot
