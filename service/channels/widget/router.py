"""/widget.js and /widget for other sites, /a/{answer_id} for everybody, /demo to look at it."""

import re
from os import PathLike, stat_result
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.channels.widget.answer_page import shown
from service.desk import Desk
from service.switches import Channel
from service.tables import blocks

NOTICE = "自动回答，仅供参考，以经办机构核定为准"
_HERE = Path(__file__).parent
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUGGESTED = 6
_UNLISTED = {"X-Robots-Tag": "noindex"}


class Static(StaticFiles):
    """Asked for again each time: a browser may keep a file, but never shows an old one."""

    def __init__(self) -> None:
        super().__init__(directory=_HERE / "static")

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


def router(desk: Desk, hosts: tuple[str, ...], static: Static) -> APIRouter:
    """`hosts` are the origins that may show the widget."""
    widget = APIRouter(include_in_schema=False)
    pages = _templates()

    def page(name: str, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(pages.get_template(name).render(notice=NOTICE, **values), status, _UNLISTED)

    @widget.get("/widget.js")
    async def script(request: Request) -> Response:
        return await static.get_response("widget.js", request.scope)

    @widget.get("/widget")
    def panel() -> HTMLResponse:
        if not desk.switches.is_open(Channel.WIDGET):
            return page("closed.html", 503)
        suggested = [one.question for one in desk.parts.words.current().suggested[:_SUGGESTED]]
        return page("panel.html", hosts=hosts, suggested=suggested)

    @widget.get("/a/{answer_id}")
    def answer(answer_id: str) -> HTMLResponse:
        """What was answered, without what was asked."""
        try:
            kept = desk.records.kept(answer_id, desk.now()) if _ID.fullmatch(answer_id) else None
        except SQLAlchemyError as error:
            desk.log("records_unavailable", error=type(error).__name__)
            return page("gone.html", 503, title="暂时打不开", message="现在读不到记录，请稍后再试。")
        if kept is None:
            return page(
                "gone.html",
                404,
                title="没有这个回答",
                message="没有找到这个回答：链接可能不完整，或者已经过了九十天的保存期。",
            )
        return page("answer.html", shown=shown(kept, desk.now().tzinfo))

    @widget.get("/demo")
    def demo() -> HTMLResponse:
        return page("demo.html")

    return widget


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["blocks"] = blocks
    environment.tests["web_address"] = lambda address: urlsplit(address).scheme in {"http", "https"}
    return environment
