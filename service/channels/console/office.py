"""What only the office knows: read by operators, entered and checked by editors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound
from service.office_file import OfficeFile, Refused, Stale, add_value, read_office
from service.rules.facts import fact_types
from service.word_entries import OfficeValue

_NEWER = "这一页打开以后，别人改过文件。下面已经是新的内容，您填的还在，核对一下再提交一次。"
_NOT_LIVE = "文件改了，但回答里还没有用上：多半是 words/ 里有个文件写错了，服务的日志里有是哪一行。改好它就一起生效。"


@dataclass(frozen=True, slots=True)
class _Typed:
    """What an editor sent for one entry and what is wrong with it, by field; `fields` as they were typed."""

    entry_id: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


Text = Annotated[str, Form()]


def router(console: Console, path: Path) -> APIRouter:
    office = APIRouter(include_in_schema=False, prefix="/office")

    def shown(seat: Seat, file: OfficeFile, status: int = 200, typed: _Typed = _Typed()) -> Response:
        live = console.desk.parts.words.current().office == file.entries
        today = console.now().date()
        told = {"today": today, "facts": fact_types(), "not_live": "" if live or file.problems else _NOT_LIVE}
        return page("office", seat, status, file=file, typed=typed, **told)

    @office.get("")
    def values(seat: Seat = Depends(gate(console, Role.OPERATOR))) -> Response:
        console.note(seat, "list_office_values")
        return shown(seat, read_office(path))

    @office.post("/{entry_id}")
    def add(
        entry_id: str,
        digest: Text = "",
        value: Text = "",
        valid_from: Text = "",
        valid_until: Text = "",
        source: Text = "",
        seat: Seat = Depends(gate(console, Role.EDITOR)),
    ) -> Response:
        """A value like the one that holds is that value checked today."""
        entry = read_office(path).entry(entry_id)
        if entry is None:
            raise NotFound("没有这一条", "entry_id")
        today = console.now().date()
        fields = {"value": value, "valid_from": valid_from, "valid_until": valid_until, "source": source}
        own = {"entered_by": seat.name, "checked_on": today.isoformat()}
        try:
            added = add_value(path, digest, entry_id, fields | own)
        except Stale:
            return shown(seat, read_office(path), 409, _Typed(entry_id, fields, {"": _NEWER}))
        except Refused as refused:
            return shown(seat, read_office(path), 422, _Typed(entry_id, fields, refused.faults))
        checked = _same(entry.latest(today, today), added)
        console.note(seat, "check_office_value" if checked else "add_office_value", entry_id)
        return RedirectResponse(f"/console/office#{entry_id}", 303)

    return office


def _same(old: OfficeValue | None, new: OfficeValue) -> bool:
    kept = {"value", "valid_from", "valid_until"}
    return old is not None and old.model_dump(include=kept) == new.model_dump(include=kept)
