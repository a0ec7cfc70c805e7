"""The widget's files and pages: who may embed them, what stands in them, and what never does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from corpus.settings import OFFICE, WORDS
from service.database import open_database
from service.records import Records
from service.words import load_words

LISTED = ("https://www.xianan.gov.cn", "http://oa.xianan.gov.cn:8080")
WIDGET = Path(__file__).parents[3] / "service" / "channels" / "widget"
STATIC = sorted((WIDGET / "static").iterdir())
TEMPLATES = sorted((WIDGET / "templates").iterdir())
COMPUTED = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
GENERAL = "国家发的3600块奶粉钱怎么领"
SVG = 'xmlns="http://www.w3.org/2000/svg"'  # a name, not an address
SINKS = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "srcdoc", "setHTML"]
SINKS += ["DOMParser", "createContextualFragment", "cookie", "localStorage", "javascript:", "http-equiv"]
ORIGINS = [
    "null",
    "",
    "*",
    "file://",
    "https://xianan.gov.cn",
    "http://www.xianan.gov.cn",
    "https://www.xianan.gov.cn/",
    "https://www.xianan.gov.cn:443",
    "https://www.xianan.gov.cn:8443",
    "https://www.xianan.gov.cn.",
    "https://www.xianan.gov.cn.evil.example",
    "https://www.xianan.gov.cn.cn",
    "https://www.xianan.gov.cnn",
    "https://www.xianan.gov.c",
    "https://evilwww.xianan.gov.cn",
    "https://evil-www.xianan.gov.cn",
    "https://evil.www.xianan.gov.cn",
    "https://www.xianan.gov.cn@evil.example",
    "https://evil.example/https://www.xianan.gov.cn",
    "https://evil.example#https://www.xianan.gov.cn",
    "https://evil.example?https://www.xianan.gov.cn",
    "https://www-xianan.gov.cn",
    "https://wwwxxianan.gov.cn",
    "https://www.xianan-gov.cn",
    "https://www.xianan.gov_cn",
    "https://wwww.xianan.gov.cn",
    "https://ww.xianan.gov.cn",
    "https://WWW.XIANAN.GOV.CN",
    "https://www.Xianan.gov.cn",
    "HTTPS://www.xianan.gov.cn",
    "https:/www.xianan.gov.cn",
    "https//www.xianan.gov.cn",
    "//www.xianan.gov.cn",
    "www.xianan.gov.cn",
    "xianan.gov.cn",
    "https://xn--www-5d0a.xianan.gov.cn",
    "https://www.xn--xinan-0ya.gov.cn",
    "https://www.xianan.xn--gov-9oa.cn",
    "https://www.xianan%2egov.cn",
    "https://www.xianan.gov.cn%00.evil.example",
    "https://www.xianan.gov.cn%0d%0a",
    "https://www.xianan.gov.cn evil",
    " https://www.xianan.gov.cn evil",
    "https://www.xianan.gov.cn,https://evil.example",
    "https://evil.example, https://www.xianan.gov.cn",
    "https://www.xianan.gov.cn https://evil.example",
    "ftp://www.xianan.gov.cn",
    "wss://www.xianan.gov.cn",
    "chrome-extension://www.xianan.gov.cn",
    "https://oa.xianan.gov.cn:8080",
    "http://oa.xianan.gov.cn",
    "http://oa.xianan.gov.cn:80",
    "http://oa.xianan.gov.cn:80800",
    "http://oa.xianan.gov.cn:808",
    "http://oa.xianan.gov.cn:8081",
    "http://oa.xianan.gov.cn:08080",
    "http://oa.xianan.gov.cn:8080/",
    "http://127.0.0.1",
    "http://localhost",
    "https://evil.example",
]
STRANGE_IDS = ["x", "%00", "%F0%9F%98%80", "a" * 5000, "' OR 1=1 --", "<b>x", "%0d%0aX: y", "编号"]


class _Tags(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def client(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return TestClient(build_service(tmp_path_factory.mktemp("widget"), widget_origins=LISTED))


def answered(client: TestClient, question: str) -> dict:
    response = client.post("/api/v1/ask", json={"question": question})
    assert response.status_code == 200
    return response.json()


class TestScript:
    def test_is_small_and_always_asked_for_again(self, client: TestClient) -> None:
        first = client.get("/widget.js")

        assert len(first.content) < 50 * 1024
        assert first.headers["content-type"].startswith("text/javascript")
        assert first.headers["cache-control"] == "no-cache"
        again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_list_of_strangers_is_long(self) -> None:
        assert len(set(ORIGINS)) == 60

    @pytest.mark.parametrize("origin", ORIGINS)
    def test_origin_that_is_not_listed_may_not_load_it(self, client: TestClient, origin: str) -> None:
        response = client.get("/widget.js", headers={"Origin": origin})

        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers
        assert response.headers["vary"] == "Origin"

    @pytest.mark.parametrize("origin", LISTED)
    def test_listed_origin_may_load_it(self, client: TestClient, origin: str) -> None:
        response = client.get("/widget.js", headers={"Origin": origin})

        assert response.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in response.headers

    @pytest.mark.parametrize("path", ["/widget", "/widget/panel.js", "/a/x", "/demo", "/api/v1/benefits"])
    def test_listed_origin_may_read_nothing_else(self, client: TestClient, path: str) -> None:
        response = client.get(path, headers={"Origin": LISTED[0]})

        assert "access-control-allow-origin" not in response.headers


class TestFraming:
    def test_only_listed_sites_may_frame_the_conversation(self, client: TestClient) -> None:
        policy = client.get("/widget").headers["content-security-policy"]

        assert policy.split("frame-ancestors ")[1] == f"'self' {LISTED[0]} {LISTED[1]}"
        assert "x-frame-options" not in client.get("/widget").headers

    @pytest.mark.parametrize("path", ["/a/x", "/demo", "/widget/panel.css", "/widget/nothing"])
    def test_nothing_else_may_be_framed(self, client: TestClient, path: str) -> None:
        headers = client.get(path).headers

        assert headers["content-security-policy"].split("frame-ancestors ")[1] == "'none'"
        assert headers["x-frame-options"] == "DENY"

    def test_page_knows_the_sites_it_may_talk_to(self, client: TestClient) -> None:
        [body] = [attributes for tag, attributes in _Tags(client.get("/widget").text).tags if tag == "body"]

        assert body == {"data-hosts": f"{LISTED[0]} {LISTED[1]}"}


class TestFiles:
    @pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
    def test_is_served_with_a_tag_and_no_cookie(self, client: TestClient, path: Path) -> None:
        response = client.get(f"/widget/{path.name}")

        assert response.content == path.read_bytes()
        assert response.headers["cache-control"] == "no-cache"
        assert "etag" in response.headers
        assert "set-cookie" not in response.headers

    @pytest.mark.parametrize("path", [*STATIC, *TEMPLATES], ids=lambda path: path.name)
    def test_turns_no_text_into_markup_and_asks_no_other_host(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")

        assert [sink for sink in SINKS if sink in text] == []
        assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text.replace(SVG, "")) == []

    @pytest.mark.parametrize("name", ["..%2frouter.py", "../router.py", "%2e%2e/router.py", "panel.html", "", "x.js"])
    def test_nothing_beside_them_is_served(self, client: TestClient, name: str) -> None:
        response = client.get(f"/widget/{name}")

        assert response.status_code == 404
        assert set(response.json()) == {"error"}


class TestPages:
    @pytest.mark.parametrize("path", ["/widget", "/a/x", "/demo"])
    def test_has_no_inline_script_or_style_and_stays_unlisted(self, client: TestClient, path: str) -> None:
        response = client.get(path)
        tags = _Tags(response.text).tags

        assert response.headers["x-robots-tag"] == "noindex"
        assert ("meta", {"name": "robots", "content": "noindex"}) in tags
        assert [tag for tag, attributes in tags if tag == "style" or "style" in attributes] == []
        assert [tag for tag, attributes in tags if any(name.startswith("on") for name in attributes)] == []
        assert all("src" in attributes for tag, attributes in tags if tag == "script")

    def test_suggests_what_the_office_wrote(self, client: TestClient) -> None:
        words, problems = load_words(WORDS, OFFICE)
        shown = re.findall(r"<li><button type=\"button\">([^<]+)</button>", client.get("/widget").text)

        assert problems == []
        assert shown == [one.question for one in words.suggested][:6]
        assert len(shown) == 6

    @pytest.mark.parametrize("question", [one.question for one in load_words(WORDS, OFFICE)[0].suggested])
    def test_what_is_suggested_is_answered_with_a_source(self, client: TestClient, question: str) -> None:
        answer = answered(client, question)

        assert answer["status"] in {"answered", "asks_for_fact"}
        assert answer["citations"] != []

    def test_pages_are_no_part_of_the_contract(self, client: TestClient) -> None:
        paths = client.get("/openapi.json").json()["paths"]

        assert [path for path in paths if not path.startswith("/api/") and path not in {"/livez", "/readyz"}] == []


class TestAnswerPage:
    def test_shows_what_was_answered_its_sources_working_and_snapshot(self, client: TestClient) -> None:
        answer = answered(client, COMPUTED)
        page = client.get(f"/a/{answer['answer_id']}")
        text = " ".join(_Tags(page.text).text.split())

        assert page.status_code == 200
        lines = [" ".join(line.split()) for line in answer["text"].split("\n")]
        assert [line for line in lines if line not in text] == []
        assert [one["quote"] for one in answer["citations"] if one["quote"] not in text] == []
        assert "规则测算 入托补贴：可领 1500.00元" in text
        assert "托育机构在咸安区内 咸安区内 [1] 第7条" in text or "托育机构在咸安区内咸安区内[1] 第7条" in text
        assert f"2026-07-01 作答，按 2026-07-01 的规定。资料版本 {answer['snapshot']}" in text
        assert "自动回答，仅供参考，以经办机构核定为准" in text

    def test_tells_a_quote_from_a_gist(self, client: TestClient) -> None:
        answer = answered(client, COMPUTED)
        page = client.get(f"/a/{answer['answer_id']}").text

        assert page.count("原文摘录") == sum(one["verbatim"] for one in answer["citations"]) == 1
        assert page.count("要点（非原文）") == sum(not one["verbatim"] for one in answer["citations"]) == 1

    def test_answer_without_an_amount_claims_no_calculation(self, client: TestClient) -> None:
        answer = answered(client, GENERAL)

        assert "规则测算" not in client.get(f"/a/{answer['answer_id']}").text

    def test_amount_to_be_deducted_is_told_with_its_period(self, client: TestClient) -> None:
        answer = answered(client, "孩子2025年5月1日出生，个税婴幼儿照护一个月能扣多少，帮我算算")
        text = " ".join(_Tags(client.get(f"/a/{answer['answer_id']}").text).text.split())

        assert "规则测算 3岁以下婴幼儿照护个税扣除：应纳税所得额减 每月 2000.00元" in text

    @pytest.mark.parametrize("question", [COMPUTED, GENERAL, "我叫张小满，电话13800138000，超生罚款没交完还要交吗"])
    def test_does_not_hold_the_citizens_words(self, client: TestClient, question: str) -> None:
        page = client.get(f"/a/{answered(client, question)['answer_id']}").text

        assert question not in page
        assert "张小满" not in page
        assert "13800138000" not in page

    @pytest.mark.parametrize("answer_id", STRANGE_IDS)
    def test_unknown_id_is_told_in_chinese(self, client: TestClient, answer_id: str) -> None:
        response = client.get(f"/a/{answer_id}")

        assert response.status_code == 404
        assert "没有找到这个回答" in response.text
        assert "<b>" not in response.text

    @pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 404)])
    def test_is_gone_after_ninety_days(
        self, build_service: Callable[..., FastAPI], tmp_path: Path, days: int, status: int
    ) -> None:
        client = TestClient(build_service(tmp_path))
        answer_id = answered(client, COMPUTED)["answer_id"]
        database = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
        asked = Records(database).kept(answer_id, datetime(2026, 7, 1, tzinfo=UTC))
        assert asked is not None
        with database.begin() as db:
            earlier = (asked.asked_at - timedelta(days=days)).replace(tzinfo=None)
            db.exec_driver_sql("UPDATE answers SET asked_at = ?", (earlier.isoformat(sep=" "),))
        database.dispose()

        page = client.get(f"/a/{answer_id}")

        assert page.status_code == status
        assert ("没有这个回答" in page.text) == (status == 404)

    def test_records_that_cannot_be_read_are_told(self, build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
        client = TestClient(build_service(tmp_path))
        answer_id = answered(client, COMPUTED)["answer_id"]
        database = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
        with database.begin() as db:
            db.exec_driver_sql("DROP TABLE answers")
        database.dispose()

        page = client.get(f"/a/{answer_id}")

        assert page.status_code == 503
        assert "现在读不到记录" in page.text
