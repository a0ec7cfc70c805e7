"""A channel that is switched off says so in Chinese; the others answer, and an admin can switch it on again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.accounts import Accounts, Role
from service.audit import Audit
from service.database import open_database
from service.switches import Channel, Switches
from tests.service.conftest import NOW

PASSWORD = "一个够长的密码 2026"
QUESTION = {"question": "产假多少天"}
WIDGET = {"X-Session": "mine"}
CLOSED = {
    "error": {"code": "channel_closed", "message": "这个入口暂时停用，请拨打12345政务服务便民热线", "field": None}
}
Close = Callable[..., TestClient]


@pytest.fixture
def close(build_service: Callable[..., FastAPI], tmp_path: Path) -> Close:
    """A service whose named channels were switched off by hand."""

    def closed(*channels: Channel) -> TestClient:
        app = build_service(tmp_path)
        switches = Switches(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"), lambda: NOW)
        for channel in channels:
            switches.throw(channel, False, "罗主任", "金额算错")
        return TestClient(app, follow_redirects=False)

    return closed


def sign_in(client: TestClient, folder: Path, role: Role) -> dict[str, str]:
    """The headers of every change."""
    accounts = Accounts(open_database(f"sqlite:///{folder / 'records.sqlite'}"))
    accounts.accept(accounts.invite(role.value, role, NOW), PASSWORD, NOW)
    token = accounts.sign_in(role.value, PASSWORD, NOW)
    assert token is not None
    seat = accounts.seat(token, NOW)
    assert seat is not None
    client.cookies.set("seat", token)
    return {"X-CSRF": seat.csrf}


@pytest.mark.parametrize(
    ("channel", "api", "widget", "panel"),
    [(Channel.API, 503, 200, 200), (Channel.WIDGET, 200, 503, 503), (Channel.WECHAT, 200, 200, 200)],
)
def test_the_api_and_the_widget_are_switched_off_by_themselves(
    close: Close, channel: Channel, api: int, widget: int, panel: int
) -> None:
    client = close(channel)

    asked = [client.post("/api/v1/ask", json=QUESTION, headers=headers) for headers in ({}, WIDGET)]

    assert [one.status_code for one in asked] == [api, widget]
    assert all(one.json() == CLOSED for one in asked if one.status_code == 503)
    assert client.get("/widget").status_code == panel
    assert client.get("/readyz").status_code == 200


def test_the_panel_of_a_closed_widget_tells_whom_to_call(close: Close) -> None:
    page = close(Channel.WIDGET).get("/widget").text

    assert "政策问答暂时停用" in page
    assert "12345" in page


def test_every_address_of_a_closed_api_is_closed(close: Close) -> None:
    client = close(Channel.API)
    paths = ["search?q=产假", "documents", "benefits", "clauses/xianan-2023/7"]

    assert [client.get(f"/api/v1/{path}").json() for path in paths] == [CLOSED] * 4


def test_operators_see_that_the_console_is_closed_and_can_sign_out(close: Close, tmp_path: Path) -> None:
    client = close(Channel.CONSOLE)
    changes = sign_in(client, tmp_path, Role.OPERATOR)

    page, asked = client.get("/console"), client.post("/console/ask", json=QUESTION, headers=changes)
    told = client.get("/console/closed")

    assert (page.status_code, page.headers["location"]) == (303, "/console/closed")
    assert (asked.status_code, asked.json()) == (503, CLOSED)
    assert told.status_code == 503
    assert "管理员停用了坐席台" in told.text
    assert client.post("/console/sign-out", headers=changes).headers["location"] == "/console/sign-in"


def test_an_admin_switches_the_console_on_again_and_it_is_on_record(close: Close, tmp_path: Path) -> None:
    client = close(Channel.CONSOLE)
    changes = sign_in(client, tmp_path, Role.ADMIN)

    assert "金额算错" in client.get("/console/switches").text
    assert client.get("/console").headers["location"] == "/console/closed"
    thrown = client.post("/console/switches/console", data={"to": "on", "why": "改好了"}, headers=changes)

    assert (thrown.status_code, thrown.headers["location"]) == (303, "/console/switches")
    assert client.get("/console").status_code == 200
    latest = Audit(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")).latest(2)
    assert [(entry.who, entry.action, entry.subject) for entry in latest] == [
        ("admin", "channel_on", "console 改好了"),
        ("admin", "list_switches", ""),
    ]


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("wechat", {"to": "off", "why": " "}, 422),
        ("wechat", {"to": "off"}, 422),
        ("wechat", {"to": "away", "why": "x"}, 422),
        ("wechat", {"to": "off", "why": "长" * 201}, 422),
        ("telephone", {"to": "off", "why": "x"}, 422),
    ],
)
def test_a_switch_is_not_thrown_by_mistake(
    close: Close, tmp_path: Path, path: str, form: dict[str, str], status: int
) -> None:
    client = close()
    changes = sign_in(client, tmp_path, Role.ADMIN)

    assert client.post(f"/console/switches/{path}", data=form, headers=changes).status_code == status
    assert all(
        one.open for one in Switches(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"), lambda: NOW).all()
    )
