"""The console over HTTP: doors, the code book, scripts and quotes, what-if, handovers, the queue, and the audit."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from itertools import count, product
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from service.accounts import Accounts, Role
from service.app import build_app
from service.approved import Approved
from service.audit import Audit
from service.channels.console import doors
from service.channels.console.gate import Console
from service.channels.console.script import SpokenLine, script
from service.channels.console.what_if import compare
from service.channels.limits import Limiter
from service.database import open_database
from service.dialogue import Answer, Level, Status
from service.publications import Publications
from service.rules.benefit import assess
from service.rules.catalogue import benefits
from service.rules.facts import parse_facts
from service.settings import Settings
from service.unanswered import Unanswered
from tests.service.conftest import NOW, idle
from tests.service.test_accounts import PlainHasher

PASSWORD = "一个够长的密码 2026"
PLAN = "关于优化生育政策促进人口长期均衡发展的实施方案"
SUBSIDY = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
QUOTE = "对在咸安区内登记备案托育机构入托的政策内二孩及以上婴幼儿，每学期发放500元入托补贴，所需资金列入区财政预算。"
HTTPS = "https://tiaowen.example.cn"
TERMS = {"birth_order": "2", "institution_in": "district", "registered": "true", "terms": "3"}


class Desk:
    """One seat at a console of its own; `file` is its database."""

    def __init__(self, app: FastAPI, file: Path, name: str = "周敏", role: Role = Role.OPERATOR) -> None:
        self.client = TestClient(app, follow_redirects=False)
        self.file, self.name = file, name
        database = open_database(f"sqlite:///{file}")
        self.accounts, self.audit = Accounts(database), Audit(database)
        self.accounts.accept(self.accounts.invite(name, role, NOW), PASSWORD, NOW)
        assert self.sign_in().status_code == 303
        self.headers = {"X-CSRF": self.csrf()}

    def sign_in(self, **changed: str) -> Response:
        return self.client.post("/console/sign-in", data={"name": self.name, "password": PASSWORD} | changed)

    def csrf(self) -> str:
        seat = self.accounts.seat(self.client.cookies["seat"], NOW)
        assert seat is not None
        return seat.csrf

    def get(self, path: str, **query: str) -> Response:
        return self.client.get(f"/console{path}", params=query)

    def status_with(self, token: str) -> int:
        """Of the first page, asked for with this cookie alone."""
        self.client.cookies.clear()
        return self.client.get("/console", headers={"Cookie": f"seat={token}"}).status_code

    def post(self, path: str, **body: object) -> Response:
        return self.client.post(f"/console{path}", json=body, headers=self.headers)

    def submit(self, path: str, **form: str) -> Response:
        return self.client.post(f"/console{path}", data=form, headers=self.headers)

    def refs(self, typed: str, **filters: str) -> list[str]:
        return [hit["ref"] for hit in self.get("/search", q=typed, **filters).json()["hits"]]

    def handed_over(self, question: str = SUBSIDY) -> str:
        """A citizen's conversation that waits for a person."""
        conversation = str(self.client.post("/api/v1/ask", json={"question": question}).json()["conversation_id"])
        assert self.client.post(f"/api/v1/conversations/{conversation}/handover").status_code == 200
        return conversation

    def rows(self, table: str, columns: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.file)) as db:
            return db.execute(f"SELECT {columns} FROM {table}").fetchall()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def service(build_service: Callable[..., FastAPI], tmp_path: Path) -> FastAPI:
    return build_service(tmp_path)


@pytest.fixture(scope="module")
def shared(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> tuple[FastAPI, Path]:
    """One app for tests that do not meet, and its database."""
    folder = tmp_path_factory.mktemp("console")
    return build_service(folder), folder / "records.sqlite"


@pytest.fixture(scope="module")
def names() -> Iterator[str]:
    return (f"周敏{n}" for n in count(1))


@pytest.fixture
def desk(shared: tuple[FastAPI, Path], names: Iterator[str]) -> Desk:
    """A seat under a name of its own."""
    return Desk(*shared, next(names))


@pytest.fixture(scope="module")
def book(shared: tuple[FastAPI, Path]) -> Desk:
    """A seat for what only reads."""
    return Desk(*shared, "读者")


# The doors


def test_the_cookie_is_for_this_server_only(desk: Desk) -> None:
    cookie = desk.sign_in().headers["set-cookie"]
    name, _, attributes = cookie.partition(";")
    assert name.startswith("seat=")
    assert sorted(attributes.strip().split("; ")) == ["HttpOnly", "Path=/", "SameSite=lax"]


def test_by_https_the_cookie_is_bound_to_the_host(build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
    app = build_service(tmp_path, public_url=HTTPS)
    accounts = Accounts(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))
    accounts.accept(accounts.invite("周敏", Role.OPERATOR, NOW), PASSWORD, NOW)
    client = TestClient(app, base_url=HTTPS, follow_redirects=False)
    cookie = client.post("/console/sign-in", data={"name": "周敏", "password": PASSWORD}).headers["set-cookie"]
    name, _, attributes = cookie.partition(";")
    assert name.startswith("__Host-seat=")
    assert sorted(attributes.strip().split("; ")) == ["HttpOnly", "Path=/", "SameSite=lax", "Secure"]
    assert client.get("/console").status_code == 200


def test_an_unknown_name_and_a_wrong_password_get_one_answer(desk: Desk) -> None:
    wrong = desk.sign_in(password="不是这个密码啊")
    unknown = desk.sign_in(name=f"{desk.name}某")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.text == unknown.text.replace(f"{desk.name}某", desk.name)
    assert "set-cookie" not in wrong.headers


def test_signing_in_again_ends_the_session_that_was_there(desk: Desk) -> None:
    first = desk.client.cookies["seat"]
    desk.sign_in()
    second = desk.client.cookies["seat"]
    assert first != second
    assert desk.status_with(second) == 200
    assert desk.status_with(first) == 303


def test_a_cookie_set_beforehand_is_never_taken_over(desk: Desk) -> None:
    desk.client.cookies.clear()
    form = {"name": desk.name, "password": PASSWORD}
    response = desk.client.post("/console/sign-in", data=form, headers={"Cookie": "seat=planted"})
    assert response.cookies["seat"] != "planted"
    assert desk.status_with("planted") == 303


def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    token = desk.client.cookies["seat"]
    response = desk.submit("/sign-out")
    assert (response.status_code, response.headers["location"]) == (303, "/console/sign-in")
    assert desk.status_with(token) == 303


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (15, 303)])
def test_a_silent_session_ends(published: Path, tmp_path: Path, minutes: int, status: int) -> None:
    clock = [NOW]
    file = tmp_path / "records.sqlite"
    settings = Settings(_env_file=None, data_dir=published, database_url=f"sqlite:///{file}")
    desk = Desk(build_app(settings, now=lambda: clock[0]), file)
    clock[0] += timedelta(minutes=minutes)
    assert desk.get("").status_code == status


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/console/../x", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(desk: Desk, to: str) -> None:
    assert desk.sign_in(to=to).headers["location"] == "/console"


def test_signing_in_leads_back_to_the_page_asked_for(desk: Desk) -> None:
    desk.client.cookies.clear()
    assert desk.get("/unanswered").headers["location"] == "/console/sign-in?to=/console/unanswered"
    assert desk.sign_in(to="/console/unanswered").headers["location"] == "/console/unanswered"


@pytest.mark.usefixtures("one_minute")
def test_a_name_is_tried_ten_times_a_minute(desk: Desk) -> None:
    statuses = [desk.sign_in(name=f"{desk.name}乙", password="x").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert desk.sign_in().status_code == 303


class Clock:
    """All that the doors ask of a desk."""

    switches = None

    def now(self) -> datetime:
        return NOW


class Doors:
    """The doors alone, where a password is hashed at once; 周敏 can sign in."""

    def __init__(self, file: Path) -> None:
        database, self.hasher, app = open_database(f"sqlite:///{file}"), PlainHasher(), FastAPI()
        self.accounts = Accounts(database, self.hasher)
        self.accounts.accept(self.accounts.invite("周敏", Role.OPERATOR, NOW), PASSWORD, NOW)
        limiter, audit, queue = Limiter(on=True), Audit(database), Unanswered(database)
        approved, publications = Approved(database), Publications(database)
        console = Console(
            Clock(), limiter, self.accounts, audit, queue, approved, Path(), publications, idle, https=False
        )
        app.include_router(doors.router(console), prefix="/console")
        self.client = TestClient(app, follow_redirects=False)

    def sign_in(self, name: str) -> Response:
        return self.client.post("/console/sign-in", data={"name": name, "password": PASSWORD})

    def while_busy(self, asked: Callable[[], Response]) -> Response:
        """What is answered while two passwords are being hashed."""
        answered: list[Response] = []
        self.hasher.meanwhile = [
            lambda: self.accounts.sign_in("二", PASSWORD, NOW),
            lambda: answered.append(asked()),
        ]
        self.accounts.sign_in("一", PASSWORD, NOW)
        return answered[0]


@pytest.fixture
def entrance(file: Path) -> Doors:
    return Doors(file)


def test_who_comes_while_two_sign_in_is_asked_to_wait(entrance: Doors) -> None:
    response = entrance.while_busy(lambda: entrance.sign_in("周敏"))
    assert (response.status_code, "登录的人太多，请过几秒再试" in response.text) == (429, True)
    assert 'value="周敏"' in response.text
    assert entrance.sign_in("周敏").status_code == 303


def test_an_invitation_that_comes_while_two_sign_in_can_be_used_later(entrance: Doors) -> None:
    path = f"/console/invitation/{entrance.accounts.invite('郑航', Role.EDITOR, NOW)}"
    form = {"password": PASSWORD, "again": PASSWORD}
    response = entrance.while_busy(lambda: entrance.client.post(path, data=form))
    assert (response.status_code, "登录的人太多，请过几秒再试" in response.text) == (429, True)
    assert entrance.client.post(path, data=form).status_code == 303


@pytest.mark.usefixtures("one_minute")
def test_all_names_together_are_tried_a_hundred_and_twenty_times_a_minute(entrance: Doors) -> None:
    responses = [entrance.sign_in(f"某{n}") for n in range(121)]
    assert [response.status_code for response in responses] == [401] * 120 + [429]
    assert "登录的人太多，请过几秒再试" in responses[-1].text


@pytest.mark.parametrize("origin", ["http://[", "http://]", "null", "", "https://evil.example"])
def test_an_origin_that_is_not_this_site_is_turned_away(desk: Desk, origin: str) -> None:
    form = {"name": desk.name, "password": PASSWORD}
    signing_in = desk.client.post("/console/sign-in", data=form, headers={"Origin": origin})
    asking = desk.client.post("/console/ask", json={"question": SUBSIDY}, headers=desk.headers | {"Origin": origin})
    assert (signing_in.status_code, asking.status_code) == (403, 403)


def test_an_invitation_sets_the_password_once(desk: Desk) -> None:
    path = f"/invitation/{desk.accounts.invite('郑航', Role.EDITOR, NOW)}"
    assert "郑航，请设一个密码" in desk.get(path).text
    differ = desk.submit(path, password=PASSWORD, again="另一个够长的密码")
    short = desk.submit(path, password="短", again="短")
    assert (differ.status_code, short.status_code) == (422, 422)
    assert "两次写的密码不一样" in differ.text
    assert "密码应有 10 到 200 个字" in short.text
    assert desk.submit(path, password=PASSWORD, again=PASSWORD).status_code == 303
    assert desk.submit(path, password=PASSWORD, again=PASSWORD).status_code == 404
    assert desk.sign_in(name="郑航").status_code == 303


def test_an_admin_invites_and_closes(service: FastAPI, file: Path) -> None:
    desk = Desk(service, file, "罗主任", Role.ADMIN)
    page = desk.submit("/accounts", name="林涛", role="editor").text
    link = page.partition('<code id="link">')[2].partition("</code>")[0]
    assert link.startswith("http://testserver/console/invitation/")
    assert desk.client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert link not in desk.get("/accounts").text
    assert desk.submit("/accounts/林涛/close").status_code == 303
    assert desk.sign_in(name="林涛").status_code == 401
    assert "不能停用自己的账号" in desk.submit("/accounts/罗主任/close").text
    assert desk.submit("/accounts/没有/close").status_code == 404
    assert desk.submit("/accounts", name="有 空格", role="editor").status_code == 422
    assert desk.submit("/accounts", name="林涛", role="boss").status_code == 422
    stepping_down = desk.submit("/accounts", name="罗主任", role="operator")
    assert (stepping_down.status_code, "这是唯一的管理员" in stepping_down.text) == (422, True)


def test_pages_may_run_nothing_but_their_own_files(book: Desk) -> None:
    headers = book.get("").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_no_page_holds_script_style_or_handlers_of_its_own(book: Desk) -> None:
    for path in ("", "/what-if", "/handovers", "/unanswered", "/sign-in"):
        for tag, attributes in elements(book.get(path).text):
            assert tag != "style"
            assert tag != "script" or attributes.get("src", "").startswith("/console/static/")
            assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fgate.py", "gate.py", "console.css%00"])
def test_no_other_file_is_given_out(book: Desk, name: str) -> None:
    assert book.get(f"/static/{name}").status_code == 404


# The code book


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("第七条", "xianan-2023#7"),
        ("第7条", "xianan-2023#7"),
        ("二（三）7", "xianan-2023#7"),
        ("12条第3款", "xianan-2023#12.3"),
        ("鄂发〔2021〕26号", "hubei-fertility-plan-2021#1"),
        ("鄂发[2021]26号", "hubei-fertility-plan-2021#1"),
        ("国发（2022）8号", "infant-care-deduction-2022#1"),
        ("托儿所补贴", "xianan-2023#7"),
    ],
)
def test_what_is_named_stands_first(book: Desk, typed: str, first: str) -> None:
    assert book.refs(typed)[0] == first


def test_the_paragraphs_of_a_numbered_article_stand_first_in_their_order(book: Desk) -> None:
    assert book.refs("第十二条")[:3] == ["xianan-2023#12.1", "xianan-2023#12.2", "xianan-2023#12.3"]


def test_clauses_that_name_a_document_number_follow_the_document(book: Desk) -> None:
    assert book.refs("鄂发〔2021〕26号")[:2] == ["hubei-fertility-plan-2021#1", "xianan-2023#0"]


def test_a_hit_says_why_it_was_found(book: Desk) -> None:
    by_number = book.get("/search", q="第七条").json()["hits"][0]
    by_words = book.get("/search", q="老二在托育园上学的钱").json()["hits"][0]
    as_asked = book.get("/search", q="育儿补贴去哪里领").json()["hits"][0]
    assert by_number["why"] == ["编号"]
    assert by_words["why"] == ["词语"]
    assert "托育机构" in by_words["matched"]
    assert as_asked["why"] == ["问法库", "词语"]
    assert as_asked["asked_as"] == "育儿补贴去哪里领"


def test_search_keeps_to_a_document_and_a_day(book: Desk) -> None:
    within = book.refs("育儿补贴", document="national-childcare-allowance-2025")
    assert {ref.partition("#")[0] for ref in within} == {"national-childcare-allowance-2025"}
    assert book.refs("育儿补贴", document="national-childcare-allowance-2025", on="2024-01-01") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [({"q": ""}, "q"), ({}, "q"), ({"q": "字" * 501}, "q"), ({"q": "补贴", "on": "2026-02-30"}, "on")],
)
def test_a_search_that_cannot_be_read_is_refused(book: Desk, query: dict[str, str], field: str) -> None:
    response = book.get("/search", **query)
    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


def test_an_opened_clause_has_its_neighbours_and_is_ready_to_paste(book: Desk) -> None:
    opened = book.get("/clauses/xianan-2023/7").json()
    assert (opened["clause"]["previous"], opened["clause"]["next"]) == ("xianan-2023#6", "xianan-2023#8")
    assert (opened["previous_label"], opened["next_label"]) == ("第6条", "第8条")
    assert opened["pasted"] == f"「{opened['clause']['text']}」\n——《{PLAN}》第7条"
    assert book.get("/clauses/xianan-2023/99").status_code == 404


def test_a_digest_is_pasted_as_a_digest(book: Desk) -> None:
    opened = book.get("/clauses/women-labour-protection-2012/7").json()
    url = "https://xzfg.moj.gov.cn/front/law/detail?LawID=343"
    assert opened["pasted"] == (
        f"摘要（不是原文）：{opened['clause']['text']}\n——《女职工劳动保护特别规定》第七条\n{url}"
    )


# Answers


def test_an_answer_comes_with_a_script_and_quotes(desk: Desk) -> None:
    answered = desk.post("/ask", question=SUBSIDY).json()
    assert [(line["kind"], line["text"]) for line in answered["script"]] == [
        ("conclusion", "符合第7条的条件，入托补贴可领 1500元。"),
        ("amount", "入托补贴：可领 1500 元"),
        ("whom", "责任单位：区卫健局、区财政局、区教育局。"),
        ("validity", "方案2023年7月印发，没有写明有效期，现在是否照此办理请向区卫健局确认。"),
    ]
    assert answered["pasted"][0] == f"「{QUOTE}」\n——《{PLAN}》第7条"
    assert len(answered["pasted"]) == len(answered["answer"]["citations"])
    assert desk.rows(f"answers WHERE id = '{answered['answer']['answer_id']}'", "channel") == [("console",)]


def test_a_call_goes_on_where_it_stopped(desk: Desk) -> None:
    first = desk.post("/ask", question="在咸安备案的托育园上了三个学期，一共能领多少入托补贴").json()
    assert [line["text"] for line in first["script"] if line["kind"] == "ask"] == ["这个孩子登记的是第几个孩子？"]
    conversation = first["answer"]["conversation_id"]
    second = desk.post("/ask", question="第二个", facts={"birth_order": 2}, conversation_id=conversation).json()
    assert second["script"][1]["text"] == "入托补贴：可领 1500 元"


WORDING = {"validity": "方案2023年7月印发，没有写明有效期，现在是否照此办理请向{unit}确认。"}


def answer(text: str, units: tuple[str, ...] = ()) -> Answer:
    day = date(2026, 7, 1)
    return Answer(Status.ANSWERED, None, text, (), (), (), units, day, day, "", Level.EXTRACT)


@pytest.mark.parametrize(
    ("text", "units", "spoken"),
    [
        ("可以的。[1][2]", (), [("conclusion", "可以的。")]),
        (
            "《方案》第1条对此写明：\n原文：「继续实行。」[1]",
            (),
            [("conclusion", "《方案》第1条对此写明：原文：「继续实行。」")],
        ),
        (
            "可领 500.00元。[1]\n责任单位：区卫健局、区财政局（方案列出的落实部门，不等于受理窗口）。",
            ("区卫健局", "区财政局"),
            [("conclusion", "可领 500元。"), ("whom", "责任单位：区卫健局、区财政局。")],
        ),
        ("可领 1166.67元。", (), [("conclusion", "可领 1166.67元。")]),
        ("请问医生。", ("区医保局",), [("conclusion", "请问医生。"), ("whom", "区医保局。")]),
        ("写明：", (), [("conclusion", "写明：")]),
    ],
)
def test_a_script_is_picked_from_the_answer(text: str, units: tuple[str, ...], spoken: list[tuple[str, str]]) -> None:
    assert script(answer(text, units), WORDING) == [SpokenLine(kind=kind, text=said) for kind, said in spoken]


def test_a_seat_judges_an_answer(desk: Desk) -> None:
    given = desk.post("/ask", question=SUBSIDY).json()["answer"]["answer_id"]
    comment = "应按两个孩子算，电话13812345678"
    right = desk.post(f"/answers/{given}/judgement", verdict="right")
    wrong = desk.post(f"/answers/{given}/judgement", verdict="wrong", reason="incomplete", comment=comment)
    assert (right.status_code, wrong.status_code) == (204, 204)
    assert desk.rows(f"feedback WHERE answer_id = '{given}'", "verdict, reason, comment, given_by") == [
        ("right", None, None, desk.name),
        ("wrong", "incomplete", "应按两个孩子算,电话〔手机号〕", desk.name),
    ]


@pytest.mark.parametrize(
    "body", [{}, {"verdict": "good"}, {"verdict": "wrong", "reason": "x"}, {"verdict": "right", "x": 1}]
)
def test_a_judgement_that_cannot_be_read_is_refused(book: Desk, body: dict[str, object]) -> None:
    assert book.post("/answers/x/judgement", **body).status_code == 422


def test_an_answer_that_is_not_recorded_is_not_judged(book: Desk) -> None:
    assert book.post("/answers/unknown/judgement", verdict="right").status_code == 404


# What if


def test_the_first_result_marks_nothing(book: Desk) -> None:
    result = book.post("/benefits/childcare-enrolment-subsidy/what-if", facts=TERMS).json()
    assert (result["verdict"], result["outcome"]) == ("符合条件", "可领 1500.00 元")
    assert [step["changed"] for step in result["steps"]] == [False] * 5
    assert (result["outcome_changed"], result["gone"]) == (False, [])
    assert [step["value"] for step in result["steps"]] == ["2", "咸安区内", "是", "500.00", "1500.00"]
    assert {step["place"] for step in result["steps"]} == {"第7条"}


def test_one_fact_more_marks_its_step_alone(book: Desk) -> None:
    path = "/benefits/childcare-enrolment-subsidy/what-if"
    result = book.post(path, facts=TERMS | {"terms": "4"}, previous=TERMS).json()
    assert [(step["sentence"], step["changed"]) for step in result["steps"]][-2:] == [
        ("每个孩子每学期定额500.00元", False),
        ("500.00元 × 1个孩子 × 4个学期 = 2000.00元", True),
    ]
    assert (result["outcome"], result["outcome_changed"]) == ("可领 2000.00 元", True)
    assert result["gone"] == ["500.00元 × 1个孩子 × 3个学期 = 1500.00元"]


def test_the_same_facts_again_change_nothing(book: Desk) -> None:
    result = book.post("/benefits/childcare-enrolment-subsidy/what-if", facts=TERMS, previous=TERMS).json()
    assert not any(step["changed"] for step in result["steps"])
    assert (result["outcome_changed"], result["gone"]) == (False, [])


def test_a_condition_that_fails_is_told(book: Desk) -> None:
    path = "/benefits/childcare-enrolment-subsidy/what-if"
    result = book.post(path, facts=TERMS | {"registered": "false"}, previous=TERMS).json()
    assert (result["verdict"], result["outcome"], result["outcome_changed"]) == ("不符合条件", "", True)


def test_what_is_missing_is_asked(book: Desk) -> None:
    facts = {name: value for name, value in TERMS.items() if name != "terms"}
    result = book.post("/benefits/childcare-enrolment-subsidy/what-if", facts=facts).json()
    assert (result["verdict"], result["questions"]) == ("还差情况，算不出来", ["一共上了几个学期？"])


@pytest.mark.parametrize("slug", benefits())
def test_every_benefit_has_a_form_with_all_its_facts(book: Desk, slug: str) -> None:
    page = book.get("/what-if", benefit=slug).text
    fields = {given["name"] for tag, given in elements(page) if tag in {"input", "select"} and "name" in given}
    assert fields == {*benefits()[slug].needs, "benefit", "csrf"}


@pytest.mark.parametrize("slug", benefits())
def test_every_example_of_every_benefit_can_be_compared(slug: str) -> None:
    for example in benefits()[slug].examples:
        now = assess(benefits()[slug], example.facts, example.on, example.about)
        before = assess(benefits()[slug], parse_facts({}), example.on, example.about)
        result = compare(now, before, {})
        assert [step.ref for step in result.steps] == [step.ref for step in now.working]
        assert bool(result.outcome) == (now.amount is not None)


@pytest.mark.parametrize(
    ("slug", "body", "status"),
    [
        ("nothing", {"facts": {}}, 404),
        ("delivery-subsidy", {"facts": {"birth_order": "0"}}, 422),
        ("delivery-subsidy", {"facts": {"nothing": "1"}}, 422),
        ("delivery-subsidy", {"facts": {}, "previous": {"birth_order": "x"}}, 422),
        ("delivery-subsidy", {"facts": {}, "on": "2026-13-01"}, 422),
    ],
)
def test_a_what_if_that_cannot_be_read_is_refused(book: Desk, slug: str, body: dict[str, object], status: int) -> None:
    assert book.post(f"/benefits/{slug}/what-if", **body).status_code == status


# Handovers


def test_a_conversation_is_taken_by_one_seat(service: FastAPI, file: Path) -> None:
    first, second = Desk(service, file, "周敏"), Desk(service, file, "林涛")
    conversation = first.handed_over()
    assert "等人接" in first.get("/handovers").text
    assert first.submit(f"/handovers/{conversation}/take").headers["location"] == f"/console/handovers/{conversation}"
    late = second.submit(f"/handovers/{conversation}/take").headers["location"]
    assert late == f"/console/handovers/{conversation}?late=true"
    assert "晚了一步：周敏 先接走了。" in second.client.get(late).text
    assert "您已经接手" in first.get(f"/handovers/{conversation}").text


def test_a_conversation_that_asks_for_nobody_is_not_shown(desk: Desk) -> None:
    conversation = desk.client.post("/api/v1/ask", json={"question": SUBSIDY}).json()["conversation_id"]
    assert desk.get(f"/handovers/{conversation}").status_code == 404
    assert desk.submit(f"/handovers/{conversation}/take").status_code == 404


# The queue


def test_likes_are_grouped_until_an_editor_closes_the_group(service: FastAPI, file: Path) -> None:
    desk = Desk(service, file, "林涛", Role.EDITOR)
    sent = [
        desk.post("/unanswered", question=text) for text in ("转园后保教费减免还有吗", "请问幼儿园转园，保教费还减免不")
    ]
    assert [(one.status_code, one.json()) for one in sent] == [(201, {"group": 1}), (201, {"group": 1})]
    page = desk.get("/unanswered").text
    assert "<strong>2</strong> 问" in page
    assert desk.submit("/unanswered/1/close", outcome="answerable").status_code == 303
    assert "现在没有待解答的问题。" in desk.get("/unanswered").text
    assert desk.submit("/unanswered/1/close", outcome="answerable").status_code == 404
    assert desk.submit("/unanswered/1/close", outcome="x").status_code == 422


def test_personal_data_does_not_enter_the_queue(desk: Desk) -> None:
    desk.post("/unanswered", question="我的电话13812345678，转园了还减免吗")
    assert desk.rows(f"unanswered WHERE sent_by = '{desk.name}'", "question") == [
        ("我的电话〔手机号〕,转园了还减免吗",)
    ]


# The audit


def test_every_action_leaves_one_row_without_words_of_citizens(service: FastAPI, file: Path) -> None:
    desk = Desk(service, file, "罗主任", Role.ADMIN)
    conversation = desk.handed_over()
    answer_id = desk.post("/ask", question=SUBSIDY).json()["answer"]["answer_id"]
    desk.get("/clauses/xianan-2023/7")
    desk.post(f"/answers/{answer_id}/judgement", verdict="wrong", reason="wrong", comment="应按两个孩子算")
    desk.post("/benefits/delivery-subsidy/what-if", facts={})
    desk.get("/handovers")
    desk.get(f"/handovers/{conversation}")
    desk.submit(f"/handovers/{conversation}/take")
    desk.post("/unanswered", question=SUBSIDY)
    desk.get("/unanswered")
    desk.submit("/unanswered/1/close", outcome="not_ours")
    desk.submit("/accounts", name="林涛", role="operator")
    desk.get("/accounts")
    desk.sign_in(name="林涛")
    desk.get("/audit")
    desk.submit("/sign-out")
    written = [(entry.who, entry.action, entry.subject) for entry in reversed(desk.audit.latest())]
    me = "罗主任"
    assert written == [
        (me, "sign_in", ""),
        (me, "ask", answer_id),
        (me, "open_clause", "xianan-2023#7"),
        (me, "judge_wrong", answer_id),
        (me, "what_if", "delivery-subsidy"),
        (me, "list_handovers", ""),
        (me, "read_conversation", conversation),
        (me, "take", conversation),
        (me, "queue", "1"),
        (me, "list_unanswered", ""),
        (me, "close_not_ours", "1"),
        (me, "invite", "林涛 operator"),
        (me, "list_accounts", ""),
        ("", "sign_in_failed", ""),
        (me, "read_audit", ""),
        (me, "sign_out", ""),
    ]
    assert {entry.at for entry in desk.audit.latest()} == {NOW}
    assert desk.audit.verify() is None


def test_the_page_of_the_audit_tells_where_it_was_broken(service: FastAPI, file: Path) -> None:
    desk = Desk(service, file, "罗主任", Role.ADMIN)
    assert "整份记录核对过" in desk.get("/audit").text
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE audit SET who = '别人' WHERE number = 1")
    assert "第 1 行有问题：内容被改过。" in desk.get("/audit").text


# What texts cannot do

_TAGS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>点我</a>",
    "<body onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=password></form>",
    "<math><mi xlink:href=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example>",
    "<object data=javascript:alert(1)></object>",
    "<template><img src=x></template>",
    "<marquee onstart=alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<button onclick=alert(1)>好</button>",
    "{{ 7 * 7 }}<i>{% raw %}",
    "&lt;b&gt;<b>粗",
]
_AROUND = [
    "{}",
    '">{}',
    "'>{}",
    "</p></li>{}",
    "-->{}",
    "]]>{}",
    "</textarea>{}",
    "</script>{}",
    "`{}`",
    "产假{}多少天",
]
PAYLOADS = [around.format(tag) for tag, around in product(_TAGS, _AROUND)]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(page: str) -> list[tuple[str, dict[str, str]]]:
    """Tags and attributes, as a browser reads them."""
    parser = _Elements()
    parser.feed(page)
    return parser.found


def shape(page: str) -> set[tuple[str, ...]]:
    """Each kind of element: its tag, then the names of its attributes."""
    return {(tag, *sorted(attributes)) for tag, attributes in elements(page)}


def test_there_are_two_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 200


def test_questions_never_become_elements(build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
    """Each payload is asked and handed over; its conversation has no element that a harmless one has not."""
    desk = Desk(build_service(tmp_path, rate_limit="off"), tmp_path / "records.sqlite")
    harmless = shape(turns(desk, "产假多少天"))
    shown = {payload: turns(desk, payload) for payload in PAYLOADS}
    assert {payload: found for payload, page in shown.items() if (found := shape(page) - harmless)} == {}
    assert [payload for payload, page in shown.items() if payload in page] == []


def turns(desk: Desk, question: str) -> str:
    """The part of the page that shows the conversation."""
    page = desk.get(f"/handovers/{desk.handed_over(question)}").text
    return page.partition('<ol class="turns">')[2]


def test_questions_in_the_queue_never_become_elements(build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
    app = build_service(tmp_path, rate_limit="off")
    desk = Desk(app, tmp_path / "records.sqlite")
    for question in ("转园后保教费减免还有吗", "请问幼儿园转园，保教费还减免不", "公租房要排多久"):
        desk.post("/unanswered", question=question)
    harmless = shape(desk.get("/unanswered").text) | {("details",)}  # only the first group stands open
    for payload in PAYLOADS:
        assert desk.post("/unanswered", question=payload).status_code == 201
    page = desk.get("/unanswered").text
    assert shape(page) - harmless == set()
    assert [payload for payload in PAYLOADS if payload in page] == []


def test_what_a_search_answers_is_json_and_nothing_else(book: Desk) -> None:
    for payload in PAYLOADS:
        response = book.get("/search", q=payload)
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"
