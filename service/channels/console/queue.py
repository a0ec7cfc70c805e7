"""The questions that nobody could answer, grouped; an editor says what was done about a group."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound


class Outcome(StrEnum):
    ANSWERABLE = "answerable"
    ASKED_UNIT = "asked_unit"
    NOT_OURS = "not_ours"


_OUTCOMES = {Outcome.ANSWERABLE: "已补进问法库", Outcome.ASKED_UNIT: "已转责任单位", Outcome.NOT_OURS: "不归本系统答"}


def router(console: Console) -> APIRouter:
    queue = APIRouter(include_in_schema=False, prefix="/unanswered")

    @queue.get("")
    def groups(seat: Seat = Depends(gate(console, Role.OPERATOR))) -> Response:
        console.note(seat, "list_unanswered")
        return page("unanswered", seat, groups=console.unanswered.groups(), outcomes=_OUTCOMES)

    @queue.post("/{group}/close")
    def close(
        group: int, outcome: Annotated[Outcome, Form()], seat: Seat = Depends(gate(console, Role.EDITOR))
    ) -> Response:
        if not console.unanswered.close(group, outcome.value, seat.name):
            raise NotFound("没有这一组，或者已经处理过了", "group")
        console.note(seat, f"close_{outcome.value}", str(group))
        return RedirectResponse("/console/unanswered", 303)

    return queue
