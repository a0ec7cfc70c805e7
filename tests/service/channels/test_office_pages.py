"""The pages of what only the office knows and of what is due: read by operators, written by editors, live at once."""

import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from corpus.settings import OFFICE, ROOT, WORDS
from service.accounts import Accounts, Role
from service.audit import Audit
from service.database import open_database
from service.freshness.links import Link, Links
from service.office_file import read_office
from tests.service.conftest import NOW
from tests.service.test_accounts import PlainHasher

PASSWORD = "一个够长的密码 2026"
ENTRY = "public_kindergarten_fee"
TYPED = {"value": "每月450元", "valid_from": "2026-03-01", "valid_until": "2026-07-20", "source": "区教育局公告"}
ASKED = "公办幼儿园保教费减免按什么标准"


class Forms(HTMLParser):
    """Every form by its action, with the values of its fields; `wrong` holds the texts that stand beside fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.wrong: dict[str, str] = {}
        self._beside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._beside = given["id"] if given.get("class") == "fault" else ""
        if tag == "form":
            self.forms.append((given.get("action", "").partition("#")[0], {}))
        if tag == "input" and "name" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._beside:
            self.wrong[self._beside] = data
            self._beside = ""

    def of(self, entry: str) -> list[dict[str, str]]:
        """Without the session's token."""
        wanted = [fields for action, fields in self.forms if action == f"/console/office/{entry}"]
        return [{name: value for name, value in fields.items() if name != "csrf"} for fields in wanted]


class Office:
    """One app over a corpus folder of its own, and a seat at its console."""

    def __init__(self, app: FastAPI, folder: Path) -> None:
        self.file, self.app = folder / "corpus" / "office.yaml", app
        self.database = open_database(f"sqlite:///{folder / 'records.sqlite'}")
        self.accounts = Accounts(self.database, PlainHasher())
        self.editor = self.seat("王编", Role.EDITOR)

    def seat(self, name: str, role: Role) -> TestClient:
        """A browser that is signed in."""
        self.accounts.accept(self.accounts.invite(name, role, NOW), PASSWORD, NOW)
        token = self.accounts.sign_in(name, PASSWORD, NOW)
        assert token is not None
        seat = self.accounts.seat(token, NOW)
        assert seat is not None
        headers = {"Cookie": f"seat={token}", "X-CSRF": seat.csrf}
        return TestClient(self.app, follow_redirects=False, headers=headers)

    @property
    def digest(self) -> str:
        return read_office(self.file).digest

    def enter(self, entry: str = ENTRY, **changed: str) -> Response:
        return self.editor.post(f"/console/office/{entry}", data={"digest": self.digest} | TYPED | changed)

    def told(self) -> str:
        """The line of an answer that speaks of the fee."""
        text = self.editor.post("/api/v1/ask", json={"question": ASKED}).json()["text"]
        return next(line for line in text.split("\n") if "公办幼儿园保教费现行标准" in line)

    def values(self) -> list[tuple[str, str, str, str]]:
        entry = read_office(self.file).entry(ENTRY)
        assert entry is not None
        return [(one.value, one.source, one.entered_by, one.checked_on.isoformat()) for one in entry.values]

    def noted(self) -> list[tuple[str, str, str]]:
        return [(one.who, one.action, one.subject) for one in Audit(self.database).latest() if "office" in one.action]


@pytest.fixture
def office(build_service: Callable[..., FastAPI], tmp_path: Path) -> Office:
    folder = tmp_path / "corpus"
    shutil.copytree(WORDS, folder / "words")
    shutil.copytree(ROOT / "corpus" / "documents", folder / "documents")
    shutil.copy(OFFICE, folder)
    return Office(build_service(tmp_path, corpus_dir=folder), tmp_path)


def test_what_an_editor_enters_is_in_the_next_answer(office: Office) -> None:
    assert office.told().startswith("本单位尚未录入")

    entered = office.enter()

    assert (entered.status_code, entered.headers["location"]) == (303, f"/console/office#{ENTRY}")
    assert office.told() == (
        "公办幼儿园保教费现行标准（分等级）：每月450元（2026-03-01起至2026-07-20，出处：区教育局公告，2026-07-01核对）。"
    )
    assert office.noted() == [("王编", "add_office_value", ENTRY)]


def test_operators_read_who_entered_what_and_get_no_form(office: Office) -> None:
    office.enter()
    operator = office.seat("周敏", Role.OPERATOR)

    page = operator.get("/console/office").text

    assert Forms(page).of(ENTRY) == []
    for told in ("每月450元", "2026-03-01 起，到 2026-07-20", "出处：区教育局公告", "王编 2026-07-01 录入或核对"):
        assert told in page


def test_a_value_that_begins_later_is_shown_with_its_day_beside_the_one_that_holds(office: Office) -> None:
    later = {"value": "每月500元", "valid_from": "2026-09-01", "valid_until": ""}
    office.enter(**later)
    begins, waits = "将从 2026-09-01 起：每月500元</p>", '<span class="tag waiting">还没有开始</span>'
    alone = office.editor.get("/console/office").text
    assert (alone.count(begins), alone.count(waits), "另外 1 次录入" in alone) == (1, 1, False)

    office.enter()
    office.enter(**later | {"source": "又问了一次"})

    both = office.editor.get("/console/office").text
    assert (both.count(begins), both.count(waits), "出处：又问了一次" in both) == (1, 0, True)
    assert '<p class="value">每月450元</p>' in both
    assert "另外 1 次录入" in both


def test_checked_today_keeps_the_value_and_tells_who_checked_it_where(office: Office) -> None:
    office.enter()
    [check, _] = Forms(office.editor.get("/console/office").text).of(ENTRY)
    assert check == {"digest": office.digest} | TYPED

    answer = office.editor.post(f"/console/office/{ENTRY}", data=check | {"source": "电话问区教育局"})

    assert answer.status_code == 303
    assert office.values() == [
        ("每月450元", "区教育局公告", "王编", "2026-07-01"),
        ("每月450元", "电话问区教育局", "王编", "2026-07-01"),
    ]
    assert office.noted()[0] == ("王编", "check_office_value", ENTRY)


def test_a_bad_field_is_told_beside_it_and_nothing_typed_is_lost(office: Office) -> None:
    before = office.file.read_bytes()
    typed = TYPED | {"valid_until": "2026-02-28", "source": " "}

    answer = office.enter(**typed)

    page = Forms(answer.text)
    assert answer.status_code == 422
    assert page.wrong == {f"{ENTRY}-valid_until-wrong": "早于开始的那天", f"{ENTRY}-source-wrong": "是空的"}
    assert page.of(ENTRY) == [{"digest": office.digest} | typed]
    assert office.file.read_bytes() == before
    assert office.noted() == []


def test_a_page_that_is_out_of_date_is_told_and_can_be_sent_again(office: Office) -> None:
    old = office.digest
    office.enter("plan_still_valid")

    answer = office.enter(digest=old)

    assert answer.status_code == 409
    assert "别人改过文件" in answer.text
    assert office.values() == []
    [again] = Forms(answer.text).of(ENTRY)
    assert again == {"digest": office.digest} | TYPED
    assert office.editor.post(f"/console/office/{ENTRY}", data=again).status_code == 303


def test_an_entry_that_is_not_there_is_told(office: Office) -> None:
    answer = office.enter("没有的")

    assert (answer.status_code, '<p class="wrong" role="alert">没有这一条</p>' in answer.text) == (404, True)


def test_a_form_without_fields_is_told_what_is_missing(office: Office) -> None:
    answer = office.editor.post(f"/console/office/{ENTRY}", data={"digest": office.digest})

    assert answer.status_code == 422
    assert set(Forms(answer.text).wrong) == {f"{ENTRY}-{name}-wrong" for name in ("value", "valid_from", "source")}


def test_what_an_editor_types_is_shown_as_text(office: Office) -> None:
    office.enter(value="<script>alert(1)</script>")

    page = office.editor.get("/console/office").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_file_with_errors_is_told_by_line_and_takes_nothing(office: Office) -> None:
    text = office.file.read_text(encoding="utf-8").replace("- id: housing_fund_limit", "- ident: housing_fund_limit")
    office.file.write_text(text, encoding="utf-8")
    line = next(number for number, one in enumerate(text.split("\n"), start=1) if "ident" in one)

    page, answer = office.editor.get("/console/office"), office.enter()

    assert (page.status_code, answer.status_code) == (200, 422)
    assert f"office.yaml:{line} " in page.text
    assert "文件里有错，先改好再填" in answer.text
    assert Forms(answer.text).of(ENTRY) == [{"digest": office.digest} | TYPED]
    assert office.file.read_text(encoding="utf-8") == text


def test_a_value_that_answers_do_not_use_yet_is_told(office: Office) -> None:
    (office.file.parent / "words" / "synonyms.yaml").write_text("- said: [甲\n", encoding="utf-8")
    office.enter()

    page = office.editor.get("/console/office").text

    assert "文件改了，但回答里还没有用上" in page
    assert "文件改了，但回答里还没有用上" not in office_after_mending(office)


def office_after_mending(office: Office) -> str:
    shutil.copy(WORDS / "synonyms.yaml", office.file.parent / "words")
    return office.editor.get("/console/office").text


class Rows(HTMLParser):
    """The rows of the calendar, each cell as its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(html.partition('class="dues"')[2].partition("<tbody>")[2].partition("</tbody>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_the_calendar_shows_what_is_due_with_the_days_left(office: Office) -> None:
    office.enter()
    operator = office.seat("周敏", Role.OPERATOR)

    rows = Rows(operator.get("/console/freshness").text).rows

    fee = [row for row in rows if row[2] == "公办幼儿园保教费现行标准（分等级）"]
    assert fee == [
        ["快到了", "到期", "公办幼儿园保教费现行标准（分等级）", "2026-07-20", "19 天", "2026-07-01"],
        ["不急", "该再核对", "公办幼儿园保教费现行标准（分等级）", "2026-12-28", "180 天", "2026-07-01"],
    ]
    assert [row[0] for row in rows[:7]] == ["空着"] * 7
    assert rows.index(fee[0]) == 7


def test_the_calendar_shows_the_source_pages_that_are_silent(office: Office) -> None:
    url = "https://www.gov.cn/zhengce/202507/content_7034531.htm"
    Links(office.database).record([Link(url, "答复404", NOW), Link("https://flk.npc.gov.cn/", "", NOW)])

    page = office.editor.get("/console/freshness").text

    assert url in page
    assert "答复404" in page
    assert "https://flk.npc.gov.cn/" not in page
