"""A WeChat account in front of a desk that is made by hand: what is sent and what comes back, without a network."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from corpus.settings import WORDS
from service.channels.errors import install_errors
from service.channels.limits import Limiter
from service.channels.wechat.cipher import key_of
from service.channels.wechat.clerk import Clerk
from service.channels.wechat.counter import Counter, Deadlines
from service.channels.wechat.customer_service import NoCustomerService
from service.channels.wechat.gate import Account
from service.channels.wechat.mailbox import Mailbox
from service.channels.wechat.router import router
from service.channels.wechat.simulator import Delivery, Platform
from service.channels.wechat.texts import LiveTexts, Texts
from service.clock import SHANGHAI
from service.database import open_database
from service.desk import Reply
from service.dialogue import Answer, Level, Status
from service.records import Saved

# For replies that nobody is to be late with, however slow the machine is.
PATIENT = Deadlines(answer=60.0, store=20.0, poll=0.005)
AES_KEYS = ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba")


@dataclass
class Clock:
    at: datetime = datetime(2026, 7, 1, 9, 30, tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> int:
        return int(self.at.timestamp())

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class SwitchByHand:
    on: bool = True

    def is_open(self, channel: str) -> bool:
        assert channel == "wechat"
        return self.on


@dataclass
class DeskByHand:
    """Answers what `answers` makes of the words; remembers what it was asked, with which conversation and facts."""

    now: Clock
    answers: Callable[[str], str] = lambda text: f"您问的是{text}。"
    status: Status = Status.ANSWERED
    missing: tuple[str, ...] = ()
    asked: list[tuple[str, str | None, dict]] = field(default_factory=list)
    logged: list[dict] = field(default_factory=list)
    switches: SwitchByHand = field(default_factory=SwitchByHand)

    def ask(self, channel: str, text: str, conversation_id: str | None, facts: dict) -> Reply:
        assert channel == "wechat"
        self.asked.append((text, conversation_id, facts))
        return Reply(self.answer(self.answers(text)), Saved(f"answer-{len(self.asked)}", "conversation-1"), 1)

    def answer(self, text: str) -> Answer:
        day = date(2026, 7, 1)
        return Answer(self.status, None, text, (), (), self.missing, (), day, day, "s", Level.EXTRACT)

    def log(self, event: str, **fields: object) -> None:
        self.logged.append({"event": event} | fields)


@dataclass(frozen=True)
class Received:
    status: int
    content_type: str
    body: bytes
    headers: dict[str, str]


async def send(app: FastAPI, method: str, query: bytes, body: bytes) -> Received:
    """One request through the whole application, as uvicorn would put it."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/wechat",
        "raw_path": b"/wechat",
        "root_path": "",
        "query_string": query,
        "headers": [(b"content-type", b"text/xml"), (b"content-length", str(len(body)).encode())],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    incoming = iter([{"type": "http.request", "body": body, "more_body": False}])
    outgoing: list[dict] = []

    async def receive() -> dict:
        return next(incoming, {"type": "http.disconnect"})

    async def keep(message: dict) -> None:
        outgoing.append(message)

    await app(scope, receive, keep)
    headers = {name.decode(): value.decode() for name, value in outgoing[0]["headers"]}
    content = b"".join(message.get("body", b"") for message in outgoing[1:])
    return Received(outgoing[0]["status"], headers.get("content-type", ""), content, headers)


@dataclass
class Line:
    """The platform, and the workers that answer it: each an app of its own over one database."""

    platform: Platform
    desk: DeskByHand
    apps: list[FastAPI]
    counters: list[Counter]
    texts: Texts

    def post(self, delivery: Delivery, worker: int = 0) -> Received:
        return asyncio.run(send(self.apps[worker], "POST", delivery.query.encode(), delivery.body))

    def get(self, query: str | bytes) -> Received:
        return asyncio.run(send(self.apps[0], "GET", query.encode() if isinstance(query, str) else query, b""))

    def send(self, message: bytes) -> str:
        """What the citizen sees."""
        received = self.post(self.platform.deliver(message))
        assert received.status == 200, received
        return self.platform.read(received.body)

    def say(self, text: str) -> str:
        return self.send(self.platform.text(text))

    def together(self, deliveries: Iterable[tuple[Delivery, int]]) -> list[Received]:
        """All at once, each to the worker named with it."""

        async def all_of_them() -> list[Received]:
            sent = (send(self.apps[n], "POST", one.query.encode(), one.body) for one, n in deliveries)
            return await asyncio.gather(*sent)

        return asyncio.run(all_of_them())

    def another_citizen(self, openid: str) -> "Line":
        return replace(self, platform=replace(self.platform, citizen=openid))

    def finish(self) -> None:
        """Waits for the work that nobody waited for."""
        for counter in self.counters:
            counter.askers.shutdown()
            counter.storers.shutdown()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_account() -> Callable[..., Account]:
    """make_account(mode, name=…, keys=…): the same token, app id and key each time."""

    def make(mode: str = "safe", name: str = "", keys: tuple[str, ...] = AES_KEYS[:1]) -> Account:
        opened = tuple(key_of(key) for key in keys) if mode != "plain" else ()
        return Account("tiaowen2026", mode, "wx0123456789abcdef", opened, name)  # type: ignore[arg-type]

    return make


@pytest.fixture
def desk(clock: Clock) -> DeskByHand:
    return DeskByHand(clock)


@pytest.fixture
def open_line(
    tmp_path: Path, clock: Clock, desk: DeskByHand, make_account: Callable[..., Account]
) -> Callable[..., Line]:
    """open_line(mode, workers=…, deadlines=…, …) → Line; called again it is the service after a restart."""

    def build(
        mode: str = "safe",
        workers: int = 1,
        deadlines: Deadlines | None = None,
        name: str = "",
        keys: tuple[str, ...] = AES_KEYS[:1],
        limited: bool = False,
        public_url: str = "",
        customer_service: object = None,
    ) -> Line:
        account = make_account(mode, name, keys)
        texts = LiveTexts(WORDS / "wechat.yaml", pytest.fail)
        limiter = Limiter(limited)
        apps, counters = [], []
        for _ in range(workers):
            mailbox = Mailbox(open_database(f"sqlite:///{tmp_path / 'wechat.sqlite'}"), account.store_key)
            clerk = Clerk(desk, limiter, mailbox, texts, public_url, customer_service or NoCustomerService())  # type: ignore[arg-type]
            counters.append(Counter(clerk, deadlines or PATIENT))
            apps.append(FastAPI(redirect_slashes=False))
            apps[-1].include_router(router(account, counters[-1]))
            install_errors(apps[-1])
        return Line(Platform(account, clock.seconds), desk, apps, counters, texts.current())

    return build


@pytest.fixture(name="send")
def sender() -> Callable:
    """await send(app, method, query, body) → Received."""
    return send
