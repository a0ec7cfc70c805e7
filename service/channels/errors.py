"""Whatever goes wrong with a request → a Fault in Chinese, without a stack trace; told as one JSON shape, or as the
channel tells it."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.channels.limits import TooOften
from service.channels.schema import Error, ErrorOut
from service.rules.facts import BadFact
from service.switches import ChannelClosed

BODY_LIMIT = 64 * 1024
log = logging.getLogger("tiaowen")

_MESSAGES = {
    "missing": "缺少这一项",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "太长",
    "extra_forbidden": "没有这一项",
    "json_invalid": "不是正确的 JSON",
    "date_from_datetime_parsing": "不是真实的日期，应为 YYYY-MM-DD",
    "date_parsing": "不是真实的日期，应为 YYYY-MM-DD",
    "date_type": "不是真实的日期，应为 YYYY-MM-DD",
    "date_from_datetime_inexact": "不是真实的日期，应为 YYYY-MM-DD",
    "string_pattern_mismatch": "写法不对",
    "literal_error": "没有这个值",
    "int_parsing": "应为整数",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "string_unicode": "含有无法识别的字符",
    "model_attributes_type": "应为 JSON 对象，并以 application/json 发送",
    "model_type": "应为 JSON 对象",
}
_HTTP = {
    400: ("invalid", "读不懂，应为 UTF-8 的 JSON"),
    403: ("forbidden", "没有登录，或者这个账号不能做这件事"),
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "这个地址不接受这种请求"),
}


class NotFound(Exception):
    """What was asked for by name is not there; `str()` is the Chinese message."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class Unready(Exception):
    """There is no snapshot to answer from."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`status` is that of HTTP, `message` in Chinese; `field`: the part of the request that is wrong."""

    status: int
    code: str
    message: str
    field: str | None = None
    headers: Mapping[str, str] | None = None


Tell = Callable[[Request, Fault], Response]


def as_json(_request: Request, fault: Fault) -> Response:
    body = ErrorOut(error=Error(code=fault.code, message=fault.message, field=fault.field)).model_dump()
    return JSONResponse(body, fault.status, headers=fault.headers)


Allowed = Callable[[Request], Awaitable[int]]
"""How many bytes a request may bring."""


async def small(_request: Request) -> int:
    """What a citizen's request may bring, in bytes."""
    return BODY_LIMIT


def too_large(request: Request) -> Response:
    """WeChat shows a fault of the account for whatever it cannot read, and it cannot read JSON."""
    if request.url.path == "/wechat":
        return PlainTextResponse("请求太大", 413)
    return as_json(request, Fault(413, "too_large", "请求太大"))


def install_errors(
    app: FastAPI,
    allowed: Allowed = small,
    refused: Callable[[Request], Response] = too_large,
    tell: Tell = as_json,
) -> None:
    """`refused` answers what brings more than is `allowed`, `tell` whatever else goes wrong."""
    for kind, fault_of in _FAULTS.items():
        app.add_exception_handler(kind, _handler(fault_of, tell))
    app.add_middleware(BodyLimit, allowed=allowed, refused=refused)
    app.add_middleware(Bugs, tell=tell)


def _handler(fault_of: Callable[[Any], Fault], tell: Tell) -> Callable[[Request, Exception], Response]:
    return lambda request, error: tell(request, fault_of(error))


class BodyLimit:
    """Reads at most `allowed` bytes of a request, whatever length it declares; `refused` answers what is over."""

    def __init__(self, app: ASGIApp, allowed: Allowed, refused: Callable[[Request], Response]) -> None:
        self._app, self._allowed, self._refused = app, allowed, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        body = await _read(receive, await self._allowed(request))
        if body is None:
            await self._refused(request)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """None as soon as the body is over the limit, in bytes."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _invalid(error: RequestValidationError) -> Fault:
    details: Sequence[Any] = error.errors()
    first = details[0]
    place = [str(part) for part in first["loc"] if part not in {"body", "query", "path"} and not isinstance(part, int)]
    kind = first["type"]
    message = _MESSAGES.get(kind) or (str(first["ctx"]["error"]) if kind == "value_error" else "写法不对")
    return Fault(400 if kind == "json_invalid" else 422, "invalid", message, ".".join(place) or None)


def _bad_fact(error: BadFact) -> Fault:
    return Fault(422, "bad_fact", str(error), f"facts.{error.name}")


def _not_found(error: NotFound) -> Fault:
    return Fault(404, "not_found", str(error), error.field)


def _unready(_error: Unready) -> Fault:
    return Fault(503, "no_snapshot", "还没有可用的快照，请先入库")


def _channel_closed(_error: ChannelClosed) -> Fault:
    return Fault(503, "channel_closed", "这个入口暂时停用，请拨打12345政务服务便民热线")


def _too_often(_error: TooOften) -> Fault:
    return Fault(429, "too_often", "问得太快了，请过一分钟再试", headers={"Retry-After": "60"})


def _http(error: HTTPException) -> Fault:
    code, message = _HTTP.get(error.status_code, ("http", "请求不对"))
    return Fault(error.status_code, code, message, headers=error.headers)


_FAULTS: Mapping[type[Exception], Callable[[Any], Fault]] = {
    RequestValidationError: _invalid,
    BadFact: _bad_fact,
    NotFound: _not_found,
    Unready: _unready,
    TooOften: _too_often,
    ChannelClosed: _channel_closed,
    HTTPException: _http,
}


class Bugs:
    """A bug is told without detail, and logged by its kind and place alone: its message may hold a citizen's words."""

    def __init__(self, app: ASGIApp, tell: Tell) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error("bug kind=%s at=%s:%s", type(error).__name__, place.filename, place.lineno)
            if begun or scope["type"] != "http":
                raise
            await self._tell(Request(scope), _bug(error))(scope, receive, send)


def _bug(error: Exception) -> Fault:
    if isinstance(error, SQLAlchemyError):
        return Fault(503, "no_records", "记录暂时读不到、写不了，请稍后再试，或拨打12345")
    return Fault(500, "internal", "系统出错了，请稍后再试，或拨打12345")
