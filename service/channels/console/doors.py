"""Signing in and out, and the one-time page on which somebody invited sets a password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.accounts import Busy, Refused, Role, Seat
from service.channels.console.gate import SIGN_IN, Console, gate, same_site
from service.channels.console.pages import page
from service.channels.limits import TooOften

_WRONG = "名字或密码不对"
_TOO_OFTEN = "试得太多了，请过一分钟再试"
_BUSY = "登录的人太多，请过几秒再试"
_PLACES = (
    "/console",
    "/console/what-if",
    "/console/handovers",
    "/console/unanswered",
    "/console/office",
    "/console/freshness",
    "/console/documents",
    "/console/publications",
    "/console/report",
)

Name = Annotated[str, Form(max_length=64)]
Password = Annotated[str, Form(max_length=1000)]


def router(console: Console) -> APIRouter:
    doors = APIRouter(include_in_schema=False)
    accounts = console.accounts

    @doors.get("/sign-in")
    def sign_in_page(to: Annotated[str, Query(max_length=200)] = "/console") -> Response:
        return page("sign-in", None, to=_place(to), name="", wrong="")

    @doors.post("/sign-in", dependencies=[Depends(same_site)])
    def sign_in(request: Request, name: Name = "", password: Password = "", to: Name = "/console") -> Response:
        """One answer for an unknown name and for a wrong password."""
        try:
            console.limiter.check("sign_in", name)
        except TooOften:
            return page("sign-in", None, 429, to=_place(to), name=name, wrong=_TOO_OFTEN)
        old = request.cookies.get(console.cookie, "")
        try:
            console.limiter.check("sign_in_all", "")
            token = accounts.sign_in(name, password, console.now(), instead_of=old)
        except (TooOften, Busy):
            return page("sign-in", None, 429, to=_place(to), name=name, wrong=_BUSY)
        if token is None:
            console.audit.write(console.now(), "", "sign_in_failed")
            return page("sign-in", None, 401, to=_place(to), name=name, wrong=_WRONG)
        console.audit.write(console.now(), name, "sign_in")
        entered = RedirectResponse(_place(to), 303)
        console.give_cookie(entered, token)
        return entered

    @doors.post("/sign-out")
    def sign_out(request: Request, seat: Seat = Depends(gate(console, Role.OPERATOR, always=True))) -> Response:
        accounts.sign_out(request.cookies[console.cookie])
        console.note(seat, "sign_out")
        left = RedirectResponse(SIGN_IN, 303)
        console.take_cookie(left)
        return left

    @doors.get("/invitation/{token}")
    def invitation(token: str) -> Response:
        invited = accounts.invitation(token, console.now())
        return page("invitation", None, 200 if invited else 404, invited=invited, token=token, wrong="")

    @doors.post("/invitation/{token}", dependencies=[Depends(same_site)])
    def accept(token: str, password: Password = "", again: Password = "") -> Response:
        invited = accounts.invitation(token, console.now())
        try:
            if invited and password != again:
                raise Refused("两次写的密码不一样")
            account = accounts.accept(token, password, console.now())
        except Busy:
            return page("invitation", None, 429, invited=invited, token=token, wrong=_BUSY)
        except Refused as refused:
            status = 422 if invited else 404
            return page("invitation", None, status, invited=invited, token=token, wrong=str(refused))
        console.audit.write(console.now(), account.name, "accept_invitation", account.role.value)
        return RedirectResponse(SIGN_IN, 303)

    return doors


def _place(to: str) -> str:
    """Nobody is sent to another site after signing in."""
    return to if to in _PLACES else "/console"
