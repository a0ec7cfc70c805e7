"""Official texts in: an uploaded file becomes a draft, and a person completes it beside what is still wrong with it."""

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from service.accounts import Role, Seat
from service.channels.console.checks import Checks
from service.channels.console.child import Busy, Done
from service.channels.console.forms import LARGEST_FILE, form_of
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.errors import NotFound
from service.document_file import LONGEST, DocumentFile, Stale, read_document, titles, write_document

_STALE = "别人刚改过这份文件，您的没有保存。下面是您的和现在存着的：把自己的改动抄下来，重新打开这份文件再改"
_UNCHECKED = "正在给别人检查或者发布，这份文件还没有检查。请过一分钟刷新这一页"


class _Place(BaseModel):
    place: str
    text: str = ""
    why: str = ""
    what: str = ""


class _Trouble(BaseModel):
    line: int
    what: str
    mend: str


class _Added(BaseModel):
    id: str
    kind: str
    extracted: int
    kept: int
    dropped_characters: int
    dropped: list[_Place]
    remarks: list[_Place]
    problems: list[_Trouble]
    lost_refs: list[str]


class _Failed(BaseModel):
    what: str
    mend: str


class _Report(BaseModel):
    added: list[_Added]
    failed: list[_Failed]


class _Edit(BaseModel):
    """`digest` is that of the text that was edited."""

    text: str = Field(max_length=LONGEST)
    digest: str = Field(max_length=64)


Id = Annotated[str, Form(max_length=80)]


def router(console: Console, folder: Path) -> APIRouter:
    """`folder` holds the documents."""
    documents = APIRouter(include_in_schema=False, prefix="/documents")
    editor, checks = gate(console, Role.EDITOR), Checks(console.ingest, folder)

    def listed(seat: Seat, added: _Added | None = None, wrong: str = "") -> Response:
        return page("documents", seat, 422 if wrong else 200, titles=titles(folder), added=added, wrong=wrong)

    def edited(seat: Seat, file: DocumentFile, told: str = "") -> Response:
        done = checked()
        found = done.refused.splitlines() if done.finished else []
        mine = [line.partition(f"{file.id}.md:")[2] for line in found if f"/{file.id}.md:" in line]
        others = [line for line in found if f"/{file.id}.md:" not in line]
        unchecked = "" if done.finished else done.refused
        return page("document", seat, file=file, problems=mine, others=others, unchecked=unchecked, told=told)

    def checked() -> Done:
        try:
            return checks.found()
        except Busy:
            return Done("", _UNCHECKED, finished=False)

    @documents.get("")
    def overview(seat: Seat = Depends(editor)) -> Response:
        return listed(seat)

    @documents.post("")
    def upload(
        file: Annotated[UploadFile, File()],
        id: Id = "",
        replace: Annotated[bool, Form()] = False,
        seat: Seat = Depends(editor),
    ) -> Response:
        """The file is read by a child process with limits; this one never parses it."""
        content = file.file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            return listed(seat, wrong="文件超过 20 MB")
        if not id.strip():
            return listed(seat, wrong="请写文件编号，如 xianan-2027：小写字母、数字和连字符")
        with tempfile.TemporaryDirectory(prefix="tiaowen-upload-") as held:
            path = Path(held) / f"file{Path(file.filename or '').suffix[:8]}"
            path.write_bytes(content)
            more = ("--replace",) if replace else ()
            done = console.ingest("add", "--json", f"--id={id.strip()}", *more, "--", str(path))
        if not done.said.startswith("{"):
            return listed(seat, wrong=done.refused)
        report = _Report.model_validate_json(done.said)
        if report.failed:
            return listed(seat, wrong=f"{report.failed[0].what} — {report.failed[0].mend}")
        console.note(seat, "add_document", report.added[0].id)
        return listed(seat, report.added[0])

    @documents.get("/{id}")
    def document(id: str, seat: Seat = Depends(editor)) -> Response:
        return edited(seat, _found(folder, id))

    async def edit_sent(request: Request, _: Seat = Depends(editor)) -> _Edit:
        """Read here, as a document is longer than the fields of other forms may be."""
        try:
            return _Edit.model_validate(dict(await form_of(request)))
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error

    @documents.post("/{id}")
    def save(id: str, sent: _Edit = Depends(edit_sent), seat: Seat = Depends(editor)) -> Response:
        _found(folder, id)
        try:
            write_document(folder, id, sent.text, sent.digest)
        except Stale:
            return page("document-stale", seat, 409, mine=sent.text, theirs=_found(folder, id), wrong=_STALE)
        console.note(seat, "edit_document", id)
        return edited(seat, _found(folder, id), told="已保存，服务还没有变")

    return documents


def _found(folder: Path, id: str) -> DocumentFile:
    file = read_document(folder, id)
    if file is None:
        raise NotFound("没有这份文件", "id")
    return file
