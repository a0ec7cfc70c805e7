"""Citizens who asked for a person: their conversation, and who has taken it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound
from service.channels.schema import AnswerId
from service.handovers import Handover

PageNumber = Annotated[int, Query(alias="page", ge=1, le=1_000_000)]


def router(console: Console) -> APIRouter:
    handovers = APIRouter(include_in_schema=False, prefix="/handovers")
    operator, line, records = gate(console, Role.OPERATOR), console.desk.handovers, console.desk.records

    def asked_for(conversation_id: str) -> Handover:
        handover = line.one(conversation_id, console.now())
        if handover is None:
            raise NotFound("没有这段转来的对话", "conversation_id")
        return handover

    @handovers.get("")
    def waiting(number: PageNumber = 1, seat: Seat = Depends(operator)) -> Response:
        console.note(seat, "list_handovers")
        listed = line.page(console.now(), number)
        return page("handovers", seat, handovers=listed, chosen=None, turns=[], late=False)

    @handovers.get("/{conversation_id}")
    def conversation(
        conversation_id: AnswerId, late: bool = False, number: PageNumber = 1, seat: Seat = Depends(operator)
    ) -> Response:
        """`late`: this seat wanted to take it, and another had."""
        chosen = asked_for(conversation_id)
        console.note(seat, "read_conversation", conversation_id)
        listed, turns = line.page(console.now(), number), records.turns(conversation_id, console.now())
        return page("handovers", seat, handovers=listed, chosen=chosen, turns=turns, late=late)

    @handovers.post("/{conversation_id}/take")
    def take(conversation_id: AnswerId, seat: Seat = Depends(operator)) -> Response:
        asked_for(conversation_id)
        taken = line.take(conversation_id, seat.name)
        console.note(seat, "take" if taken else "take_too_late", conversation_id)
        return RedirectResponse(f"/console/handovers/{conversation_id}{'' if taken else '?late=true'}", 303)

    return handovers
