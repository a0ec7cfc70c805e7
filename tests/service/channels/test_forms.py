"""What the forms of the console take: how much of whom, and nothing that cannot be seen."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import Message

from service.accounts import Role
from service.channels.console.forms import LARGEST_FILE
from tests.service.channels.test_console import Desk
from tests.service.channels.test_content_pages import upload

Service = tuple[FastAPI, Path]


@pytest.fixture(scope="module")
def service(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> Service:
    """One app whose ingest does nothing, and its database."""
    folder = tmp_path_factory.mktemp("forms")
    return build_service(folder), folder / "records.sqlite"


@pytest.fixture(scope="module")
def editor(service: Service) -> Desk:
    return Desk(*service, "王编", Role.EDITOR)


@pytest.mark.parametrize(
    ("size", "status", "told"),
    [(LARGEST_FILE + 1, 422, "文件超过 20 MB"), (LARGEST_FILE + 1024 * 1024, 413, "文件超过 20 MB，或者写的太长")],
)
def test_a_file_that_is_too_large_is_told_on_a_page(editor: Desk, size: int, status: int, told: str) -> None:
    refused = upload(editor, bytes(size), "too-large-2026")
    assert (refused.status_code, told in refused.text, "<html" in refused.text) == (status, True, True)


@pytest.mark.parametrize("path", ["/console/documents", "/console/documents/xianan-2023", "/console/publications/diff"])
@pytest.mark.parametrize("who", ["nobody", "operator"])
def test_what_is_large_is_not_read_from_anybody_else(service: Service, who: str, path: str) -> None:
    operator = Desk(*service, "赵话")
    if who == "nobody":
        operator.client.cookies.clear()
    read, sent = 0, list[Message]()

    async def receive() -> Message:
        nonlocal read
        read += 1024
        return {"type": "http.request", "body": bytes(1024), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    cookies = "; ".join(f"{name}={value}" for name, value in operator.client.cookies.items())
    headers = {"host": "testserver", "content-type": "multipart/form-data; boundary=x", "cookie": cookies}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(service[0](scope, receive, send))

    assert (sent[0]["status"], read) == (413, 64 * 1024 + 1024)


@pytest.mark.parametrize(
    "path", ["/publications/propose", "/publications/confirm", "/approved", "/office/x", "/sign-in"]
)
@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x85"])
def test_what_cannot_be_seen_is_in_no_field(editor: Desk, path: str, character: str) -> None:
    refused = editor.submit(path, any_field=f"甲\n乙{character}")
    assert (refused.status_code, "第 2 行有看不见的控制字符" in refused.text) == (422, True)


@pytest.mark.parametrize(("name", "id"), [("a.txt", "nul\0"), ("a.\0b", "nul")])
def test_nor_in_the_name_of_a_file(editor: Desk, name: str, id: str) -> None:
    parts = [f'name="id"\r\n\r\n{id}', f'name="file"; filename="{name}"\r\n\r\nx']
    body = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
    headers = editor.headers | {"Content-Type": "multipart/form-data; boundary=edge"}
    refused = editor.client.post("/console/documents", content=body, headers=headers)
    assert (refused.status_code, "看不见的控制字符" in refused.text) == (422, True)


def test_line_breaks_and_tabs_may_be_in_a_field(editor: Desk) -> None:
    assert "看不见" not in editor.submit("/approved", question="甲\t乙\r\n丙").text
