"""What an update changes, confirmed by an editor, proposed, and published by somebody else."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import TypeAdapter

from service.accounts import Role, Seat
from service.changes import KINDS
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.impact import LISTED, Impact
from service.publications import Outcome, Publication

SOURCES = {"bank": "问法库", "approved": "核准的回答", "recorded": "群众问过"}
OUTCOMES = {
    Outcome.PUBLISHED: "已发布",
    Outcome.DECLINED: "已退回",
    Outcome.REPLACED: "已被后来的代替",
    None: "等待审批",
}
_IMPACT = TypeAdapter(Impact)
_READ = re.compile(r" [0-9a-f]{64}$")

Why = Annotated[str, Form(max_length=150)]
Number = Annotated[int, Form()]
Snapshot = Annotated[str, Form(pattern=r"^[0-9a-f-]{1,64}$")]


def router(console: Console) -> APIRouter:
    publishing = APIRouter(include_in_schema=False, prefix="/publications")
    editor, approver = gate(console, Role.EDITOR), gate(console, Role.APPROVER)

    def shown(seat: Seat, impact: Impact | None = None, wrong: str = "", told: str = "") -> Response:
        waiting = console.publications.waiting()
        return page(
            "publications",
            seat,
            422 if wrong else 200,
            impact=impact,
            waiting=waiting,
            proposed=_impact_of(waiting),
            recorded=recorded,
            latest=console.publications.latest(),
            wrong=wrong,
            told=told,
            kinds=KINDS,
            sources=SOURCES,
            listed=LISTED,
            outcomes=OUTCOMES,
        )

    def recorded(answer_id: str) -> str:
        """What was asked, masked; "" once it is deleted."""
        kept = console.desk.records.kept(answer_id, console.now())
        return kept.question if kept else ""

    def difference(seat: Seat) -> Response:
        done = console.ingest("diff", "--json")
        return shown(seat, wrong=done.refused) if done.refused else shown(seat, _IMPACT.validate_json(done.said))

    def run(seat: Seat, told: str, *arguments: str) -> Response:
        done = console.ingest(*arguments)
        return shown(seat, wrong=done.refused, told="" if done.refused else told)

    @publishing.get("")
    def overview(seat: Seat = Depends(editor)) -> Response:
        return shown(seat)

    @publishing.post("/diff")
    def diff(seat: Seat = Depends(editor)) -> Response:
        console.note(seat, "diff")
        return difference(seat)

    @publishing.post("/confirm")
    def confirm(
        subject: Annotated[list[Annotated[str, Form(max_length=300)]], Form()], seat: Seat = Depends(editor)
    ) -> Response:
        """Each `subject` ends with the digest of the clause that the page showed."""
        if not all(_READ.search(one) for one in subject):
            return shown(seat, wrong="没有写明看过的是哪一版条款，请重新看会变什么，再核实")
        done = console.ingest("confirm", "--by", seat.name, "--", *subject)
        return shown(seat, wrong=done.refused) if done.refused else difference(seat)

    @publishing.post("/propose")
    def propose(why: Why = "", seat: Seat = Depends(editor)) -> Response:
        return run(seat, "已提出，等另一位审批发布", "propose", f"--by={seat.name}", f"--why={why}")

    @publishing.post("/publish")
    def publish(proposal: Number, snapshot: Snapshot, seat: Seat = Depends(approver)) -> Response:
        seen = (f"--proposal={proposal}", f"--snapshot={snapshot}")
        return run(seat, "已发布，服务已经换到新的条款", "publish", f"--by={seat.name}", *seen)

    @publishing.post("/decline")
    def decline(proposal: Number, snapshot: Snapshot, seat: Seat = Depends(approver)) -> Response:
        seen = (f"--proposal={proposal}", f"--snapshot={snapshot}")
        return run(seat, "已退回，服务照旧", "decline", f"--by={seat.name}", *seen)

    @publishing.post("/rollback")
    def rollback(why: Why = "", seat: Seat = Depends(approver)) -> Response:
        return run(seat, "已回退到上一版", "rollback", f"--by={seat.name}", f"--why={why}")

    return publishing


def _impact_of(waiting: Publication | None) -> Impact | None:
    return _IMPACT.validate_json(waiting.impact) if waiting else None
