"""What an update changes, confirmed by an editor, proposed, and published by somebody else."""

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter

from corpus.snapshot import SnapshotUnreadable, current_id
from service.accounts import Role, Seat
from service.changes import KINDS
from service.channels.console.administration import ACTIONS
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
_PLACE = "/console/publications"
# The page to which a browser is sent after a change says it by its name: a reload repeats nothing.
_TOLD = {
    "propose": "已提出，等另一位审批发布",
    "publish": "已发布，服务已经换到新的条款",
    "decline": "已退回，服务照旧",
    "rollback": "已回退到上一版",
}
_HAPPENED, _HAPPENED_SHOWN = ("propose", "publish", "publish_alone", "decline", "rollback"), 20
_NOTHING_TICKED = "一项也没有勾选，什么也没有记下：请对照新条款看过，勾上核实过的，再按一次"
_IMPACT = TypeAdapter(Impact)
_READ = re.compile(r" [0-9a-f]{64}$")

Why = Annotated[str, Form(max_length=150)]
Number = Annotated[int, Form()]
Snapshot = Annotated[str, Form(pattern=r"^[0-9a-f-]{1,64}$")]


def router(console: Console, data_dir: Path) -> APIRouter:
    """`data_dir` holds the snapshots."""
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
            live=_live(data_dir),
            happened=console.audit.latest(_HAPPENED_SHOWN, _HAPPENED),
            actions=ACTIONS,
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

    def difference(seat: Seat, wrong: str = "") -> Response:
        done = console.ingest("diff", "--json")
        if done.refused:
            return shown(seat, wrong=done.refused)
        return shown(seat, _IMPACT.validate_json(done.said), wrong)

    def run(seat: Seat, command: str, *arguments: str) -> Response:
        done = console.ingest(command, f"--by={seat.name}", *arguments)
        return shown(seat, wrong=done.refused) if done.refused else RedirectResponse(f"{_PLACE}?told={command}", 303)

    @publishing.get("")
    def overview(told: Annotated[str, Query(max_length=20)] = "", seat: Seat = Depends(editor)) -> Response:
        return shown(seat, told=_TOLD.get(told, ""))

    @publishing.post("/diff")
    def diff(seat: Seat = Depends(editor)) -> Response:
        console.note(seat, "diff")
        return difference(seat)

    @publishing.post("/confirm")
    def confirm(
        subject: Annotated[list[Annotated[str, Form(max_length=300)]] | None, Form()] = None,
        seat: Seat = Depends(editor),
    ) -> Response:
        """Each `subject` ends with the digest of the clause that the page showed."""
        if not subject:
            return difference(seat, _NOTHING_TICKED)
        if not all(_READ.search(one) for one in subject):
            return shown(seat, wrong="没有写明看过的是哪一版条款，请重新看会变什么，再核实")
        done = console.ingest("confirm", "--by", seat.name, "--", *subject)
        return shown(seat, wrong=done.refused) if done.refused else difference(seat)

    @publishing.post("/propose")
    def propose(why: Why = "", seat: Seat = Depends(editor)) -> Response:
        return run(seat, "propose", f"--why={why}")

    @publishing.post("/publish")
    def publish(proposal: Number, snapshot: Snapshot, seat: Seat = Depends(approver)) -> Response:
        return run(seat, "publish", f"--proposal={proposal}", f"--snapshot={snapshot}")

    @publishing.post("/decline")
    def decline(proposal: Number, snapshot: Snapshot, why: Why = "", seat: Seat = Depends(approver)) -> Response:
        return run(seat, "decline", f"--proposal={proposal}", f"--snapshot={snapshot}", f"--why={why}")

    @publishing.post("/rollback")
    def rollback(live: Snapshot, why: Why = "", seat: Seat = Depends(approver)) -> Response:
        """`live` is what the page showed as the live snapshot."""
        return run(seat, "rollback", f"--why={why}", f"--live={live}")

    return publishing


def _live(data_dir: Path) -> str:
    try:
        return current_id(data_dir)
    except SnapshotUnreadable:
        return ""


def _impact_of(waiting: Publication | None) -> Impact | None:
    return _IMPACT.validate_json(waiting.impact) if waiting else None
