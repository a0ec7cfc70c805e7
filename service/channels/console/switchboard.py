"""The switch of each channel, for admins; and the page that operators see while the console is switched off."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from service.accounts import Role, Seat
from service.channels.console.gate import CLOSED, Console, gate
from service.channels.console.pages import page
from service.switches import NAMES, Channel


def router(console: Console) -> APIRouter:
    board = APIRouter(include_in_schema=False)
    admin, switches = gate(console, Role.ADMIN), console.desk.switches

    def shown(seat: Seat, status: int = 200, wrong: str = "") -> Response:
        return page("switches", seat, status, switches=switches.all(), names=NAMES, wrong=wrong)

    @board.get("/switches")
    def list_switches(seat: Seat = Depends(admin)) -> Response:
        console.note(seat, "list_switches")
        return shown(seat)

    @board.post("/switches/{channel}")
    def throw(
        channel: Channel,
        to: Annotated[Literal["on", "off"], Form()],
        why: Annotated[str, Form(max_length=200)] = "",
        seat: Seat = Depends(admin),
    ) -> Response:
        if not why.strip():
            return shown(seat, 422, wrong="请写明原因")
        switches.throw(channel, to == "on", seat.name, why.strip())
        console.note(seat, f"channel_{to}", f"{channel.value} {why.strip()}"[:200])
        return RedirectResponse("/console/switches", 303)

    @board.get(CLOSED.removeprefix("/console"))
    def closed() -> Response:
        return page("closed", None, 503)

    return board
