"""The questions that had no good answer, grouped; an editor says what was done about a group, or does it here."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse

from corpus.bank_writing import add_questions
from corpus.clause import Clause
from corpus.snapshot import Snapshot
from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound
from service.channels.searching import reader
from service.unanswered import Group, Missing

_PLACE = "/console/unanswered"


class Outcome(StrEnum):
    """What an editor can say was done elsewhere."""

    ANSWERABLE = "answerable"
    ASKED_UNIT = "asked_unit"
    NOT_OURS = "not_ours"


_OUTCOMES = {Outcome.ANSWERABLE: "已补进问法库", Outcome.ASKED_UNIT: "已转责任单位", Outcome.NOT_OURS: "不归本系统答"}
_MISSING = {Missing.CLAUSE: "没有条款", Missing.WORDING: "答得不好", Missing.OFFICE: "只有单位知道"}


def router(console: Console) -> APIRouter:
    queue = APIRouter(include_in_schema=False, prefix="/unanswered")
    editor, parts, unanswered = gate(console, Role.EDITOR), console.desk.parts, console.unanswered

    def waiting(number: int) -> Group:
        group = unanswered.group(number)
        if group is None:
            raise NotFound("没有这一组，或者已经处理过了", "group")
        return group

    def closed(number: int, outcome: str, seat: Seat, questions: tuple[str, ...] | None = None) -> None:
        if not unanswered.close(number, outcome, seat.name, questions):
            raise NotFound("没有这一组，或者已经处理过了", "group")

    @queue.get("")
    def groups(
        missing: Annotated[Missing | None, Query()] = None,
        written: bool = False,
        seat: Seat = Depends(gate(console, Role.OPERATOR)),
    ) -> Response:
        with parts.live.lease() as (snapshot, _):
            left = unanswered.gather(reader(snapshot, parts.words.current())) if snapshot else 0
        console.note(seat, "list_unanswered")
        shown, names = unanswered.groups(missing), {entry.id: entry.name for entry in parts.words.current().office}
        return page(
            "unanswered",
            seat,
            groups=shown,
            outcomes=_OUTCOMES,
            kinds=_MISSING,
            missing=missing,
            entries=names,
            left=left,
            written=written,
        )

    @queue.post("/{group}/close")
    def close(group: int, outcome: Annotated[Outcome, Form()], seat: Seat = Depends(editor)) -> Response:
        closed(group, outcome.value, seat)
        console.note(seat, f"close_{outcome.value}", str(group))
        return RedirectResponse(_PLACE, 303)

    def bank_page(seat: Seat, group: Group, ref: str, ticked: tuple[str, ...], *wrong: str) -> Response:
        with parts.live.lease() as (snapshot, _):
            clauses = [(str(clause.ref), f"《{clause.document_title}》{clause.label}") for clause in _clauses(snapshot)]
        shown = {"group": group, "clauses": clauses, "ref": ref, "ticked": ticked, "wrong": wrong}
        return page("bank", seat, 422 if wrong else 200, **shown)

    @queue.get("/{group}/bank")
    def choose(group: int, seat: Seat = Depends(editor)) -> Response:
        chosen = waiting(group)
        return bank_page(seat, chosen, "", _different(chosen))

    @queue.post("/{group}/bank")
    def write(
        group: int,
        ref: Annotated[str, Form(max_length=200)] = "",
        question: Annotated[list[str] | None, Form()] = None,
        seat: Seat = Depends(editor),
    ) -> Response:
        chosen = waiting(group)
        ticked = tuple(text for text in _different(chosen) if text in (question or ()))
        with parts.live.lease() as (snapshot, _):
            refs = {str(clause.ref) for clause in _clauses(snapshot)}
        if ref not in refs or not ticked:
            return bank_page(seat, chosen, ref, ticked, "请选一条条款，再勾上至少一种问法")
        try:
            problems = add_questions(console.questions, refs, ref, ticked)
        except OSError:
            return bank_page(seat, chosen, ref, ticked, "问法库的文件夹写不进去，请管理员检查权限")
        if problems:
            return bank_page(
                seat, chosen, ref, ticked, *(f"{one.path.name}：{one.what}，{one.mend}" for one in problems)
            )
        closed(group, "bank", seat, ticked)
        console.note(seat, "bank_questions", f"{group} {ref}")
        return RedirectResponse(f"{_PLACE}?written=true", 303)

    @queue.post("/{group}/office")
    def office(group: int, seat: Seat = Depends(editor)) -> Response:
        """To the page where the value is entered."""
        entry = waiting(group).lack.entry
        if not entry:
            raise NotFound("这一组缺的不是单位的值", "group")
        closed(group, "office", seat)
        console.note(seat, "close_office", f"{group} {entry}")
        return RedirectResponse(f"/console/office?entry={entry}", 303)

    return queue


def _clauses(snapshot: Snapshot | None) -> tuple[Clause, ...]:
    return snapshot.clauses if snapshot else ()


def _different(group: Group) -> tuple[str, ...]:
    return tuple(dict.fromkeys(group.questions))
