"""What ends, wants checking again or was never entered, the most urgent first."""

from fastapi import APIRouter, Depends, Response

from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.freshness import Upkeep


def router(console: Console, upkeep: Upkeep) -> APIRouter:
    freshness = APIRouter(include_in_schema=False)

    @freshness.get("/freshness")
    def calendar(seat: Seat = Depends(gate(console, Role.OPERATOR))) -> Response:
        console.note(seat, "read_freshness")
        today = console.now().date()
        return page("freshness", seat, found=upkeep.calendar(today), limits=upkeep.limits, today=today)

    return freshness
