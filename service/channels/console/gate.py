"""Who may do what at the console: a seat from the cookie, its role, and proof that a change was meant."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from service.accounts import Accounts, Role, Seat
from service.approved import Approved
from service.audit import Audit
from service.channels.console.child import Ingest
from service.channels.limits import Limiter
from service.desk import Desk
from service.publications import Publications
from service.switches import Channel, ChannelClosed
from service.unanswered import Unanswered

SIGN_IN = "/console/sign-in"
CLOSED = "/console/closed"
FORM, UPLOAD = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages need; `questions` is the folder of the question bank; `https`: citizens and operators reach this
    service by https."""

    desk: Desk
    limiter: Limiter
    accounts: Accounts
    audit: Audit
    unanswered: Unanswered
    approved: Approved
    questions: Path
    publications: Publications
    ingest: Ingest
    https: bool

    def now(self) -> datetime:
        return self.desk.now()

    def note(self, seat: Seat, action: str, subject: str = "") -> None:
        self.audit.write(self.now(), seat.name, action, subject)

    @property
    def cookie(self) -> str:
        return "__Host-seat" if self.https else "seat"

    def give_cookie(self, response: Response, token: str) -> None:
        response.set_cookie(self.cookie, token, httponly=True, samesite="lax", secure=self.https, path="/")

    def take_cookie(self, response: Response) -> None:
        response.delete_cookie(self.cookie, httponly=True, samesite="lax", secure=self.https, path="/")


Gate = Callable[[Request], Awaitable[Seat]]


def gate(console: Console, role: Role, *, always: bool = False) -> Gate:
    """The seat of this request. 303 to the sign-in page for a GET without one, 403 for a change without one, for a
    role that is too low, and for a change without the session's token or from another site.

    While the console is switched off, 303 to the page that says so, and ChannelClosed for a change, except for what
    only an admin may do and what works `always`.
    """
    stays = always or role is Role.ADMIN

    async def admitted(request: Request) -> Seat:
        token = request.cookies.get(console.cookie, "")
        seat = await run_in_threadpool(console.accounts.seat, token, console.now()) if token else None
        if seat is None and request.method == "GET":
            raise HTTPException(303, headers={"Location": _back_later(request)})
        if seat is None or not seat.role.covers(role):
            raise HTTPException(403)
        if request.method != "GET":
            same_site(request)
            if not _same(await _token_sent(request), seat.csrf):
                raise HTTPException(403)
        if not stays and not await run_in_threadpool(console.desk.switches.is_open, Channel.CONSOLE):
            if request.method == "GET":
                raise HTTPException(303, headers={"Location": CLOSED})
            raise ChannelClosed
        return seat

    return admitted


def same_site(request: Request) -> None:
    """403 for what another site makes the browser send."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in {None, "same-origin"}:
        raise HTTPException(403)
    if origin is not None and _host(origin) != request.headers.get("host"):
        raise HTTPException(403)


def _host(origin: str) -> str:
    """Raises HTTPException 403 for what is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        raise HTTPException(403) from None


async def _token_sent(request: Request) -> str:
    if "x-csrf" in request.headers:
        return request.headers["x-csrf"]
    if not request.headers.get("content-type", "").startswith((FORM, UPLOAD)):
        return ""
    sent = (await request.form()).get("csrf")
    return sent if isinstance(sent, str) else ""


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _back_later(request: Request) -> str:
    return f"{SIGN_IN}?to={quote(request.url.path)}"
