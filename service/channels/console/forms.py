"""What the console's forms send: how much of it, and nothing that cannot be seen; what is refused is told on a page."""

import re
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from service.accounts import Role
from service.channels.console.child import Busy
from service.channels.console.gate import FORM, UPLOAD, Console
from service.channels.console.pages import page
from service.channels.errors import BODY_LIMIT, Fault, as_json, too_large

LARGEST_FILE = 20 * 1024 * 1024
_LARGEST_TEXT = 4 * 1024 * 1024  # bytes of one field
_DOCUMENTS = re.compile(r"/console/documents(/[^/]*)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FIELDS = {
    "digest": "打开时的版本",
    "file": "要上传的文件",
    "group": "待解答的组",
    "id": "编号",
    "live": "现行的快照",
    "name": "名字",
    "outcome": "怎样处理",
    "proposal": "第几号提议",
    "role": "角色",
    "snapshot": "提议的快照",
    "text": "文字",
    "to": "打开还是停用",
    "why": "理由",
}
_BUSY = "正在给别人检查或者发布，还没有轮到，什么也没有做。请过一分钟再试"


class Unprintable(Exception):
    """`str()` says where, in Chinese."""


def largest_body(console: Console) -> Callable[[Request], Awaitable[int]]:
    """How many bytes a request may bring: a document is large, and only an editor who is signed in brings one."""

    async def allowed(request: Request) -> int:
        if request.method != "POST" or not _DOCUMENTS.fullmatch(request.url.path):
            return BODY_LIMIT
        token = request.cookies.get(console.cookie, "")
        seat = await run_in_threadpool(console.accounts.seat, token, console.now()) if token else None
        return LARGEST_FILE + BODY_LIMIT if seat and seat.role.covers(Role.EDITOR) else BODY_LIMIT

    return allowed


def refuse_body(request: Request) -> Response:
    if not _is_of_a_page(request):
        return too_large(request)
    return _fault(request, 413, "文件超过 20 MB，或者写的太长，没有收下。请拆成几份")


def tell_fault(request: Request, fault: Fault) -> Response:
    """On a page to a person who sends a form or opens an address of the console, as JSON to its scripts."""
    if fault.status < 400 or not _is_of_a_page(request):
        return as_json(request, fault)
    return _fault(request, fault.status, _sentence(fault), fault.headers)


async def form_of(request: Request) -> FormData:
    """Parsed once; who asks again gets the same."""
    return await request.form(max_part_size=_LARGEST_TEXT)


async def printable(request: Request) -> None:
    """Raises Unprintable for a form with control characters other than line breaks and tabs: programs and files that
    these fields go to end at them."""
    if request.method == "GET" or not _is_form(request):
        return
    for value in (await form_of(request)).values():
        text = value if isinstance(value, str) else value.filename or ""
        if found := _CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            raise Unprintable(f"第 {line} 行有看不见的控制字符，没有收下。请按浏览器的后退，删掉那个字符再提交")


def install_faults(app: FastAPI) -> None:
    app.add_exception_handler(Unprintable, _unprintable)
    app.add_exception_handler(Busy, _busy)


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith((FORM, UPLOAD))


def _is_of_a_page(request: Request) -> bool:
    """What the browser itself asks for, and not a script of a page."""
    shown = _is_form(request) or "text/html" in request.headers.get("accept", "")
    return shown and f"{request.url.path}/".startswith("/console/")


def _sentence(fault: Fault) -> str:
    if fault.code != "invalid":
        return fault.message
    named = f"“{_FIELDS[fault.field]}”" if fault.field in _FIELDS else "有一项"
    return f"{named}{fault.message}，什么也没有做。请按浏览器的后退，改好再提交"


def _fault(request: Request, status: int, told: str, headers: Mapping[str, str] | None = None) -> Response:
    title = "打不开" if request.method == "GET" else "没有收下"
    shown = page("fault", None, status, title=title, told=told)
    shown.headers.update(headers or {})
    return shown


def _unprintable(request: Request, error: Exception) -> Response:
    return _fault(request, 422, str(error))


def _busy(request: Request, _error: Exception) -> Response:
    return _fault(request, 503, _BUSY)
