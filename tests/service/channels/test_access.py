"""Who may use what: every route of the app stands in one table, and every cell of it is tried with a real request."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from starlette.testclient import TestClient

from service.accounts import Accounts, Role
from service.database import open_database
from tests.service.conftest import NOW

NOBODY = "anonymous"
VISITORS = (NOBODY, *(role.value for role in Role))
OPERATOR, EDITOR, APPROVER, ADMIN = VISITORS[1:], VISITORS[2:], VISITORS[3:], VISITORS[4:]
EVERYBODY = VISITORS
PASSWORD = "一个够长的密码 2026"
QUESTION = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"


@dataclass(frozen=True, slots=True)
class Route:
    """Who may use it, and one sound request: `{answer}` and `{conversation}` are replaced in path and body.

    `status` is what those get who may; `form` is the body of a page's form, `body` that of JSON.
    """

    who: tuple[str, ...]
    status: int = 200
    path: str = ""
    body: dict[str, object] | None = None
    form: dict[str, str] | None = None
    query: dict[str, str] = field(default_factory=dict)


FACTS: dict[str, object] = {"facts": {"birth_order": 2}}
SIGN_IN = {"name": "没有这个人", "password": PASSWORD}
STALE = {"digest": "0" * 64, "value": "是", "valid_from": "2026-07-01", "source": "区卫健局"}  # writes nothing
PROPOSAL = {"proposal": "1", "snapshot": "000001-0123456789ab"}
TABLE = {
    ("GET", "/openapi.json"): Route(EVERYBODY),
    ("HEAD", "/openapi.json"): Route(EVERYBODY),
    ("GET", "/livez"): Route(EVERYBODY),
    ("GET", "/metrics"): Route(EVERYBODY),
    ("GET", "/widget.js"): Route(EVERYBODY),
    ("GET", "/widget"): Route(EVERYBODY),
    ("GET", "/demo"): Route(EVERYBODY),
    ("GET", "/a/{answer_id}"): Route(EVERYBODY, path="/a/{answer}"),
    ("GET", "/wechat"): Route(EVERYBODY, 403),  # whoever cannot sign is nobody, signed in or not
    ("POST", "/wechat"): Route(EVERYBODY, 403, body={}),
    ("GET", "/readyz"): Route(EVERYBODY),
    ("POST", "/api/v1/ask"): Route(EVERYBODY, body={"question": QUESTION}),
    ("POST", "/api/v1/answers/{answer_id}/feedback"): Route(
        EVERYBODY, 204, "/api/v1/answers/{answer}/feedback", body={"verdict": "helpful"}
    ),
    ("POST", "/api/v1/conversations/{conversation_id}/handover"): Route(
        EVERYBODY, path="/api/v1/conversations/{conversation}/handover"
    ),
    ("GET", "/api/v1/search"): Route(EVERYBODY, query={"q": "入托补贴"}),
    ("GET", "/api/v1/clauses/{document}/{locator}"): Route(EVERYBODY, path="/api/v1/clauses/xianan-2023/7"),
    ("GET", "/api/v1/documents"): Route(EVERYBODY),
    ("GET", "/api/v1/benefits"): Route(EVERYBODY),
    ("POST", "/api/v1/benefits/{slug}/calculate"): Route(
        EVERYBODY, path="/api/v1/benefits/delivery-subsidy/calculate", body=FACTS
    ),
    ("POST", "/api/v1/entitlements"): Route(EVERYBODY, body=FACTS),
    ("POST", "/api/v1/entitlements/timeline"): Route(EVERYBODY, body=FACTS),
    ("GET", "/console/static/{name}"): Route(EVERYBODY, path="/console/static/console.css"),
    ("GET", "/console/sign-in"): Route(EVERYBODY),
    ("POST", "/console/sign-in"): Route(EVERYBODY, 401, form=SIGN_IN),
    ("GET", "/console/invitation/{token}"): Route(EVERYBODY, 404, "/console/invitation/x"),
    ("POST", "/console/invitation/{token}"): Route(
        EVERYBODY, 404, "/console/invitation/x", form={"password": PASSWORD, "again": PASSWORD}
    ),
    ("POST", "/console/sign-out"): Route(OPERATOR, 303, form={}),
    ("GET", "/console"): Route(OPERATOR),
    ("GET", "/console/search"): Route(OPERATOR, query={"q": "第七条"}),
    ("GET", "/console/clauses/{document}/{locator}"): Route(OPERATOR, path="/console/clauses/xianan-2023/7"),
    ("POST", "/console/ask"): Route(OPERATOR, body={"question": QUESTION}),
    ("POST", "/console/answers/{answer_id}/judgement"): Route(
        OPERATOR, 204, "/console/answers/{answer}/judgement", body={"verdict": "right"}
    ),
    ("POST", "/console/unanswered"): Route(OPERATOR, 201, body={"question": QUESTION, "answer_id": "{answer}"}),
    ("GET", "/console/what-if"): Route(OPERATOR),
    ("POST", "/console/benefits/{slug}/what-if"): Route(
        OPERATOR, path="/console/benefits/delivery-subsidy/what-if", body=FACTS
    ),
    ("GET", "/console/handovers"): Route(OPERATOR),
    ("GET", "/console/handovers/{conversation_id}"): Route(OPERATOR, path="/console/handovers/{conversation}"),
    ("POST", "/console/handovers/{conversation_id}/take"): Route(
        OPERATOR, 303, "/console/handovers/{conversation}/take", form={}
    ),
    ("GET", "/console/unanswered"): Route(OPERATOR),
    ("POST", "/console/unanswered/{group}/close"): Route(
        EDITOR, 303, "/console/unanswered/{group}/close", form={"outcome": "asked_unit"}
    ),
    ("GET", "/console/documents"): Route(EDITOR),
    ("POST", "/console/documents"): Route(EDITOR, 422, form={"id": "x"}),
    ("GET", "/console/documents/{id}"): Route(EDITOR, path="/console/documents/xianan-2023"),
    ("POST", "/console/documents/{id}"): Route(EDITOR, 422, path="/console/documents/xianan-2023", form={"text": "x"}),
    ("GET", "/console/publications"): Route(EDITOR),
    ("POST", "/console/publications/diff"): Route(EDITOR, 422, form={}),  # the ingest of these tests refuses everything
    ("POST", "/console/publications/confirm"): Route(EDITOR, 422, form={"subject": f"parameter:none {0:064}"}),
    ("POST", "/console/publications/propose"): Route(EDITOR, 422, form={"why": ""}),
    ("POST", "/console/publications/publish"): Route(APPROVER, 422, form=PROPOSAL),
    ("POST", "/console/publications/decline"): Route(APPROVER, 422, form=PROPOSAL),
    ("POST", "/console/publications/rollback"): Route(APPROVER, 422, form={"why": "试", "live": "000001-abc"}),
    ("GET", "/console/report"): Route(EDITOR, query={"month": "2026-07"}),
    ("GET", "/console/office"): Route(OPERATOR),
    ("POST", "/console/office/{entry_id}"): Route(EDITOR, 409, "/console/office/plan_still_valid", form=STALE),
    ("GET", "/console/freshness"): Route(OPERATOR),
    ("GET", "/console/unanswered/{group}/bank"): Route(EDITOR, path="/console/unanswered/{group}/bank"),
    ("POST", "/console/unanswered/{group}/bank"): Route(EDITOR, 422, "/console/unanswered/{group}/bank", form={}),
    ("POST", "/console/unanswered/{group}/office"): Route(EDITOR, 404, "/console/unanswered/{group}/office", form={}),
    ("GET", "/console/approved"): Route(OPERATOR),
    ("GET", "/console/approved/new"): Route(OPERATOR, query={}),
    ("POST", "/console/approved"): Route(OPERATOR, 422, form={}),
    ("POST", "/console/approved/{id}/approve"): Route(EDITOR, 404, "/console/approved/0/approve", form={}),
    ("POST", "/console/approved/{id}/reword"): Route(EDITOR, 404, "/console/approved/0/reword", form={}),
    ("POST", "/console/approved/{id}/decline"): Route(EDITOR, 404, "/console/approved/0/decline", form={}),
    ("POST", "/console/approved/{id}/withdraw"): Route(EDITOR, 404, "/console/approved/0/withdraw", form={}),
    ("GET", "/console/accounts"): Route(ADMIN),
    ("POST", "/console/accounts"): Route(ADMIN, form={"name": "新来的", "role": "operator"}),
    ("POST", "/console/accounts/{name}/close"): Route(ADMIN, 303, "/console/accounts/operator/close", form={}),
    ("GET", "/console/audit"): Route(ADMIN),
    ("GET", "/console/switches"): Route(ADMIN),
    ("POST", "/console/switches/{channel}"): Route(
        ADMIN, 303, "/console/switches/wechat", form={"to": "on", "why": "又能答了"}
    ),
    ("GET", "/console/closed"): Route(EVERYBODY, 503),
}
CHANGES = [key for key, route in TABLE.items() if key[0] == "POST" and route.who != EVERYBODY]


class CheapHasher:
    """Argon2 is tried elsewhere."""

    def hash(self, password: str) -> str:
        return password

    def verify(self, password: str, hash: str) -> bool:
        return password == hash


class Service:
    """One app: a citizen's answer and conversation in it, handed over, and a question in the queue."""

    def __init__(self, app: FastAPI, client: TestClient, accounts: Accounts) -> None:
        self.app = app
        self._client = client
        self._accounts = accounts
        answer = client.post("/api/v1/ask", json={"question": QUESTION}).json()
        self._told = {"answer": answer["answer_id"], "conversation": answer["conversation_id"], "group": "1"}
        client.post(f"/api/v1/conversations/{answer['conversation_id']}/handover")

    def sign_in(self, visitor: str) -> tuple[str, str]:
        """A session and its CSRF token; the account is made anew, as the request before may have closed it."""
        self._accounts.accept(self._accounts.invite(visitor, Role(visitor), NOW), PASSWORD, NOW)
        token = self._accounts.sign_in(visitor, PASSWORD, NOW)
        assert token is not None
        seat = self._accounts.seat(token, NOW)
        assert seat is not None
        return token, seat.csrf

    def queue(self) -> None:
        """A group to close, as the request before may have closed it."""
        token, csrf = self.sign_in("operator")
        headers = {"Cookie": f"seat={token}", "X-CSRF": csrf}
        sent = self._client.post("/console/unanswered", json={"question": QUESTION}, headers=headers)
        self._told["group"] = str(sent.json()["group"])

    def send(self, method: str, path: str, token: str = "", csrf: str = "", **headers: str) -> Response:
        """The sound request of the table."""
        route = TABLE[method, path]
        sent = {"Content-Type": "application/json"} if route.body is not None else {}
        sent |= {"Cookie": f"seat={token}"} | ({"X-CSRF": csrf} if csrf else {}) | headers
        self._client.cookies.clear()
        return self._client.request(
            method,
            self._filled(route.path or path),
            params=route.query,
            content=None if route.body is None else self._said(route.body),
            data=route.form,
            headers=sent,
            follow_redirects=False,
        )

    def send_empty(self, method: str, path: str, token: str, csrf: str) -> Response:
        """A form of that address with no field filled in, as a browser would send it."""
        self._client.cookies.clear()
        address = self._filled(TABLE[method, path].path or path)
        headers = {"Cookie": f"seat={token}", "X-CSRF": csrf, "Content-Type": FORM}
        return self._client.request(method, address, headers=headers, follow_redirects=False)

    def _said(self, body: dict[str, object]) -> str:
        return json.dumps(
            {name: self._filled(value) if isinstance(value, str) else value for name, value in body.items()}
        )

    def _filled(self, value: str) -> str:
        return value.format(**self._told)


@pytest.fixture(scope="module")
def service(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("access")
    app = build_service(folder, wechat_token="forTests", wechat_mode="plain")
    accounts = Accounts(open_database(f"sqlite:///{folder / 'records.sqlite'}"), CheapHasher())
    with TestClient(app) as client:
        yield Service(app, client, accounts)


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [(method, one.path) for one in iter_route_contexts(app.routes) for method in sorted(one.methods or ())]


def test_every_route_of_the_app_is_in_the_table_and_no_other(service: Service) -> None:
    assert sorted(routes(service.app)) == sorted(TABLE)


@pytest.mark.parametrize(("method", "path"), TABLE)
@pytest.mark.parametrize("visitor", VISITORS)
def test_a_route_serves_those_who_may_use_it_and_nobody_else(
    service: Service, visitor: str, method: str, path: str
) -> None:
    route = TABLE[method, path]
    service.queue()
    token, csrf = ("", "") if visitor == NOBODY else service.sign_in(visitor)
    response = service.send(method, path, token, csrf)
    if visitor in route.who:
        assert response.status_code == route.status
    elif visitor == NOBODY and method == "GET":
        assert response.status_code == 303
        assert response.headers["location"].startswith("/console/sign-in?to=")
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("csrf", ["", "x" * 64, "另一个"])
def test_a_change_without_the_token_of_its_session_is_refused(
    service: Service, method: str, path: str, csrf: str
) -> None:
    service.queue()
    token, _ = service.sign_in("admin")
    sent = quote(csrf)
    assert service.send(method, path, token, sent).status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_change_with_the_token_of_another_session_is_refused(service: Service, method: str, path: str) -> None:
    service.queue()
    token, _ = service.sign_in("admin")
    _, other = service.sign_in("editor")
    assert service.send(method, path, token, other).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [*CHANGES, ("POST", "/console/sign-in")])
def test_a_change_that_another_site_sends_is_refused(
    service: Service, method: str, path: str, headers: dict[str, str]
) -> None:
    service.queue()
    token, csrf = service.sign_in("admin")
    assert service.send(method, path, token, csrf, **headers).status_code == 403


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_change_that_the_own_page_sends_is_taken(service: Service, method: str, path: str) -> None:
    service.queue()
    token, csrf = service.sign_in("admin")
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert service.send(method, path, token, csrf, **own).status_code == TABLE[method, path].status


FORM = "application/x-www-form-urlencoded"
HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(("method", "path"), [key for key in CHANGES if key[1].startswith("/console")])
def test_a_form_without_any_field_is_told_in_chinese_on_a_page(service: Service, method: str, path: str) -> None:
    service.queue()
    token, csrf = service.sign_in("admin")
    answer = service.send_empty(method, path, token, csrf)
    told = re.search(r'<p class="wrong[^"]*" role="alert">[^<]*[一-龥]', answer.text)
    seen = answer.status_code, answer.headers.get("content-type"), told is not None
    assert answer.status_code == 303 or (seen[0] in {404, 409, 422} and seen[1:] == (HTML, True))


def test_a_page_asked_for_by_nobody_who_may_is_told_on_a_page(service: Service) -> None:
    token, _ = service.sign_in("operator")
    refused = service.send("GET", "/console/audit", token, accept="text/html")
    assert (refused.status_code, refused.headers["content-type"]) == (403, HTML)
    assert "没有登录，或者这个账号不能做这件事" in refused.text


def test_a_change_sent_as_something_else_than_form_or_json_is_refused(service: Service) -> None:
    token, csrf = service.sign_in("admin")
    plain = {"content-type": "text/plain"}
    assert service.send("POST", "/console/sign-out", token, "", **plain).status_code == 403
    assert service.send("POST", "/console/accounts", token, csrf, **plain).status_code == 422
