"""The pages of the console: Jinja2 templates in which every value is escaped, and the static files."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from service.accounts import Role, Seat
from service.monthly.page import STYLESHEET
from service.tables import said

_FOLDER = Path(__file__).parent
_TABLES = _FOLDER.parent / "widget" / "static" / "tables.js"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["said"] = said
_ZONE = ZoneInfo("Asia/Shanghai")
_STATIC = {
    "console.css": "text/css",
    STYLESHEET.name: "text/css",
    "console.js": "text/javascript",
    "lookup.js": "text/javascript",
    "answer.js": "text/javascript",
    _TABLES.name: "text/javascript",
    "conversation.js": "text/javascript",
    "what-if.js": "text/javascript",
}
_SHARED = {path.name: path for path in (STYLESHEET, _TABLES)}
ROLES = {Role.OPERATOR: "话务员", Role.EDITOR: "编辑", Role.APPROVER: "审批", Role.ADMIN: "管理员"}
# Forms of the console must tell where they come from; other pages pass no address on.
_REFERRER = {"Referrer-Policy": "same-origin"}


def page(name: str, seat: Seat | None, status: int = 200, /, **shown: object) -> HTMLResponse:
    """`templates/<name>.html` for this seat; None for pages that need no sign-in."""
    html = _TEMPLATES.get_template(f"{name}.html").render(
        seat=seat,
        page=name,
        local=_local,
        role=ROLES[seat.role] if seat else "",
        edits=bool(seat and seat.role.covers(Role.EDITOR)),
        approves=bool(seat and seat.role.covers(Role.APPROVER)),
        administers=bool(seat and seat.role.covers(Role.ADMIN)),
        **shown,
    )
    return HTMLResponse(html, status, headers=_REFERRER)


def _local(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%Y-%m-%d %H:%M}"


def static_router() -> APIRouter:
    static = APIRouter(include_in_schema=False)

    @static.get("/static/{name}")
    def file(name: str) -> Response:
        if name not in _STATIC:
            raise HTTPException(404)
        path = _SHARED.get(name, _FOLDER / "static" / name)
        content = path.read_bytes()
        return Response(content, media_type=_STATIC[name], headers={"Cache-Control": "no-cache"})

    return static
