"""/api/v1: the JSON door that the other channels and the checks use."""

import time
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.concurrency import run_in_threadpool

from corpus.snapshot import Snapshot
from service.channels.errors import NotFound, Unready
from service.channels.limits import Limiter
from service.channels.schema import (
    AnswerId,
    AskIn,
    AskOut,
    BenefitOut,
    CalculateIn,
    ClauseOut,
    Day,
    DocumentOut,
    EntitlementOut,
    EntitlementsOut,
    ErrorOut,
    FeedbackIn,
    HandoverOut,
    HitOut,
    QuestionText,
    SearchOut,
)
from service.channels.searching import search as search_clauses
from service.desk import Desk
from service.masking import mask
from service.records import Feedback
from service.rules.benefit import assess
from service.rules.catalogue import benefits
from service.rules.facts import Facts, parse_facts
from service.rules.family import claims
from service.switches import Channel
from service.timeline import timeline

_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": ErrorOut, "description": "不是正确的 JSON"},
    404: {"model": ErrorOut, "description": "没有这个名字"},
    413: {"model": ErrorOut, "description": "请求太大"},
    422: {"model": ErrorOut, "description": "某一项写得不对"},
    503: {"model": ErrorOut, "description": "还没有快照，或者这个入口暂时停用"},
}


Session = Annotated[str | None, Header(alias="X-Session", max_length=64, pattern="^[A-Za-z0-9_-]+$")]


def router(desk: Desk, limiter: Limiter) -> APIRouter:

    def opened(session: Session = None) -> None:
        """The widget's requests come with its session."""
        desk.switches.check(Channel.API if session is None else Channel.WIDGET)

    api = APIRouter(prefix="/api/v1", responses=_ERRORS, dependencies=[Depends(opened)])
    parts, records, now = desk.parts, desk.records, desk.now

    @api.post("/ask", response_model=AskOut)
    async def ask(body: AskIn, session: Session = None) -> Response:
        """The body is written once, by the model itself: validating it again would cost as much as the search."""
        answered = await run_in_threadpool(_ask, body, session)
        return Response(answered.model_dump_json(), media_type="application/json")

    def _ask(body: AskIn, session: str | None) -> AskOut:
        for door, who in (("session", session), ("conversation", body.conversation_id)):
            if who:
                limiter.check("ask", f"{door}:{who}")
        return AskOut.of(desk.ask("api", body.question, body.conversation_id, _facts(body.facts), body.on))

    @api.post("/answers/{answer_id}/feedback", status_code=204)
    def feedback(answer_id: AnswerId, body: FeedbackIn) -> None:
        """What a citizen thinks of an answer that is recorded."""
        if records.kept(answer_id, now()) is None:
            raise NotFound("没有这个回答，或者记录已经到期", "answer_id")
        limiter.check("feedback", answer_id)
        comment = mask(body.comment) if body.comment else None
        desk.judge(Feedback(answer_id, body.verdict, body.reason, comment))
        desk.log("feedback", id=answer_id, verdict=body.verdict, reason=body.reason)

    @api.post("/conversations/{conversation_id}/handover")
    def handover(conversation_id: AnswerId) -> HandoverOut:
        """A person is asked for: the conversation is put before the operators."""
        limiter.check("handover", "everybody")
        if not desk.hand_over(conversation_id):
            raise NotFound("没有这段对话", "conversation_id")
        desk.log("handover", conversation=conversation_id)
        return HandoverOut(message=parts.words.current().wording["handed_over"])

    @api.get("/search")
    def search(
        q: Annotated[QuestionText, Query()],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        document: Annotated[str | None, Query(max_length=100)] = None,
        on: Annotated[Day | None, Query()] = None,
    ) -> SearchOut:
        started, day = time.perf_counter(), on or now().date()
        with parts.live.lease() as (snapshot, _):
            found = search_clauses(_ready(snapshot), parts.words.current(), parts.weights, q, day, limit, document)
        hits = [HitOut.of(hit.found, day) for hit in found]
        return SearchOut(hits=hits, took_ms=round(1000 * (time.perf_counter() - started)))

    @api.get("/clauses/{document}/{locator}")
    def clause(document: str, locator: str) -> ClauseOut:
        with parts.live.lease() as (snapshot, _):
            clauses = _ready(snapshot).clauses
            places = {str(one.ref): n for n, one in enumerate(clauses)}
            here = places.get(f"{document}#{locator}")
            if here is None:
                raise NotFound("没有这一条", "locator")
            before = clauses[here - 1] if here > 0 else None
            after = clauses[here + 1] if here + 1 < len(clauses) else None
            same = [one if one and one.ref.document_id == document else None for one in (before, after)]
            return ClauseOut.of(clauses[here], now().date(), same[0], same[1])

    @api.get("/documents")
    def documents() -> list[DocumentOut]:
        with parts.live.lease() as (snapshot, _):
            held = _ready(snapshot)
            counts = Counter(clause.ref.document_id for clause in held.clauses)
            return [DocumentOut.of(document, counts[document.id]) for document in held.documents]

    @api.get("/benefits")
    def list_benefits() -> list[BenefitOut]:
        return [BenefitOut.of(benefit) for benefit in benefits().values()]

    @api.post("/benefits/{slug}/calculate")
    def calculate(slug: str, body: CalculateIn) -> EntitlementOut:
        if slug not in benefits():
            raise NotFound(f"没有名为 {slug[:60]} 的待遇", "slug")
        day = body.on or now().date()
        return EntitlementOut.of(assess(benefits()[slug], _facts(body.facts), day, day))

    @api.post("/entitlements")
    def entitlements(body: CalculateIn) -> EntitlementsOut:
        """All that one family may claim."""
        day = body.on or now().date()
        return EntitlementsOut.of(claims(_facts(body.facts), day, day), day)

    @api.post("/entitlements/timeline", response_class=Response, responses={200: {"content": {"image/svg+xml": {}}}})
    def entitlements_timeline(body: CalculateIn) -> Response:
        """The same list as a picture."""
        day, facts = body.on or now().date(), _facts(body.facts)
        return Response(timeline(claims(facts, day, day), facts), media_type="image/svg+xml")

    return api


def _facts(given: object) -> Facts:
    return parse_facts(given.model_dump(exclude_none=True))  # type: ignore[attr-defined]


def _ready(snapshot: Snapshot | None) -> Snapshot:
    if snapshot is None:
        raise Unready
    return snapshot
