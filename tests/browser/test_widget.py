"""The widget on a page of another origin, in a real browser: what a citizen sees, presses, hears and takes along."""

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Frame, Locator, Page, Route, expect

from tests.browser.conftest import ASKS_FOR_TABLE, TABLE_CELLS

COMPUTED = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
ASKS = "我家老二上托育园，帮我算算能领多少钱"
NOTICE = "自动回答，仅供参考，以经办机构核定为准"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
HOST_POLICY = "default-src 'none'; script-src {service}; frame-src {service}; require-trusted-types-for 'script'"

Shoot = Callable[[Page | Locator, str], None]


class _Host(BaseHTTPRequestHandler):
    """A site of somebody else's: one page with the one line of the widget, under a policy as strict as can be."""

    def __init__(self, service: Callable[[], str], *arguments: object) -> None:
        self._service = service
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        service = self._service()
        page = (
            '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>某单位网站</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>某单位网站</h1>'
            f'<p>正文</p><script type="module" src="{service}/widget.js"></script></body></html>'
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", HOST_POLICY.format(service=service))
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


class Sites:
    """The service, a site that may show its widget, and one that may not."""

    def __init__(self) -> None:
        self.service = ""
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, lambda: self.service)) for _ in range(2)]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.listed, self.stranger = (f"http://127.0.0.1:{server.server_port}" for server in self._servers)

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def sites(
    serve: Callable, build_at: Callable, take_port: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sites]:
    sites = Sites()
    app = build_at(tmp_path_factory.mktemp("widget"), widget_origins=(sites.listed,))
    sites.service = serve(app, take_port()).url
    yield sites
    sites.close()


@pytest.fixture
def shoot() -> Shoot:
    """Pictures are taken on demand only, so that tests leave the tree as it is."""

    def take(shown: Page | Locator, name: str) -> None:
        if os.environ.get("TIAOWEN_SCREENSHOTS") == "1":
            shown.screenshot(path=SCREENSHOTS / f"{name}.png")

    return take


def launcher(page: Page) -> Locator:
    return page.get_by_role("button", name="政策问答")


def opened(page: Page, address: str) -> Frame:
    """The widget's frame, its button pressed."""
    page.goto(address)
    launcher(page).click()
    frame = page.wait_for_selector("iframe").content_frame()
    assert frame is not None
    frame.wait_for_selector("#send:enabled")
    return frame


def ask(frame: Frame, question: str) -> Locator:
    answers = frame.locator("article.answer").count()
    frame.fill("#question", question)
    frame.click("text=发送")
    answer = frame.locator("article.answer").nth(answers)
    expect(answer).to_be_visible()
    return answer


def texts(locator: Locator) -> list[str]:
    return [text.strip() for text in locator.all_text_contents()]


class TestEmbedded:
    def test_answer_shows_its_conclusion_quote_and_working(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        answer = ask(opened(page, sites.listed), COMPUTED)

        expect(answer.locator(".conclusion")).to_have_text("符合第7条的条件，入托补贴可领 1500.00元。[1]")
        expect(answer.locator(".card").first).to_contain_text("原文摘录")
        expect(answer.locator(".card").first).to_contain_text("每学期发放500元入托补贴")
        expect(answer.locator(".card").nth(1)).to_contain_text("要点（非原文）")
        shoot(page.locator("iframe"), "widget-answer")
        answer.locator("summary", has_text="规则测算").click()
        assert texts(answer.locator("tbody td")) == [
            *("孩子登记为第二个（二孩），属于二孩及以上", "2", "第7条"),
            *("托育机构在咸安区内", "咸安区内", "第7条"),
            *("托育机构已登记备案", "是", "第7条"),
            *("每个孩子每学期定额500.00元", "500.00", "第7条"),
            *("500.00元 × 1个孩子 × 3个学期 = 1500.00元", "1500.00", "第7条"),
        ]

    def test_table_of_a_quote_is_a_table_in_card_clause_and_answer_page(
        self, page: Page, serve: Callable, build_at: Callable, take_port: Callable, tabled: Path, tmp_path: Path
    ) -> None:
        url = serve(build_at(tmp_path, data_dir=tabled), take_port()).url
        page.goto(f"{url}/widget")
        page.wait_for_selector("#send:enabled")
        answer = ask(page.main_frame, ASKS_FOR_TABLE)

        expect(answer.locator(".card table")).to_have_count(1)
        assert texts(answer.locator(".card :is(th, td)")) == TABLE_CELLS
        assert [line for line in texts(answer.locator(".line")) if "托大班" in line] == []
        answer.get_by_role("button", name="看第二条全文").click()
        expect(page.locator("dialog[open] .quote table")).to_be_visible()
        assert texts(page.locator("dialog[open] .quote").locator("th, td")) == TABLE_CELLS
        page.goto(str(answer.locator("text=打印、转发").get_attribute("href")))
        assert texts(page.locator("#c1 .quote").locator("th, td")) == TABLE_CELLS
        expect(page.locator("main")).not_to_contain_text("|")

    def test_site_that_is_not_listed_gets_no_button(self, page: Page, sites: Sites) -> None:
        page.goto(sites.stranger)
        page.wait_for_load_state("networkidle")

        expect(launcher(page)).to_have_count(0)

    def test_site_that_is_not_listed_cannot_frame_the_conversation(self, page: Page, sites: Sites) -> None:
        page.goto(sites.stranger)
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.evaluate(
                "address => new Promise(done => { const frame = document.createElement('iframe');"
                " frame.onload = done; frame.src = address; document.body.append(frame); })",
                f"{sites.service}/widget",
            )

        assert all(frame.locator("#question").count() == 0 for frame in page.frames)

    def test_page_around_cannot_read_the_frame(self, page: Page, sites: Sites) -> None:
        opened(page, sites.listed)

        reached = page.evaluate(
            "() => { const frame = document.querySelector('tiaowen-widget').shadowRoot.querySelector('iframe');"
            " try { return frame.contentWindow.document.body.textContent } catch (error) { return error.name } }"
        )

        assert reached == "SecurityError"

    def test_only_the_frame_can_close_the_panel(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)

        page.evaluate("() => window.postMessage({tiaowen: 'close'}, '*')")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        expect(page.locator("iframe")).to_be_visible()
        frame.click("#close")
        expect(page.locator("iframe")).to_be_hidden()

    def test_nothing_is_kept_in_cookies(self, page: Page, sites: Sites) -> None:
        ask(opened(page, sites.listed), COMPUTED)

        assert page.context.cookies() == []


class TestKeyboard:
    def test_opens_asks_and_closes_without_a_pointer(self, page: Page, sites: Sites) -> None:
        page.goto(sites.listed)
        launcher(page).wait_for()
        page.keyboard.press("Tab")
        expect(launcher(page)).to_be_focused()
        page.keyboard.press("Enter")
        frame = page.wait_for_selector("iframe").content_frame()
        assert frame is not None
        expect(frame.locator("#question")).to_be_focused()
        page.keyboard.type(COMPUTED)
        page.keyboard.press("Enter")
        expect(frame.locator("article.answer")).to_be_visible()
        expect(frame.locator("#said")).to_have_text("回答：符合第7条的条件，入托补贴可领 1500.00元。[1]")
        page.keyboard.press("Escape")

        expect(page.locator("iframe")).to_be_hidden()
        expect(launcher(page)).to_be_focused()
        expect(launcher(page)).to_have_attribute("aria-expanded", "false")

    def test_escape_in_a_clause_closes_the_clause_only(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        answer = ask(frame, COMPUTED)
        full = answer.get_by_role("button", name="看第7条全文")
        full.focus()
        page.keyboard.press("Enter")
        expect(frame.locator("#clause-title")).to_be_focused()
        expect(frame.locator("#clause-title")).to_have_text("第7条")
        page.keyboard.press("Escape")

        expect(frame.locator("dialog[open]")).to_have_count(0)
        expect(full).to_be_focused()
        expect(page.locator("iframe")).to_be_visible()

    def test_conversation_is_still_there_when_opened_again(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        ask(frame, COMPUTED)
        page.keyboard.press("Escape")
        expect(page.locator("iframe")).to_be_hidden()  # until then the button closes
        launcher(page).click()

        expect(frame.locator("article.answer")).to_have_count(1)
        expect(frame.locator("#question")).to_be_focused()

    def test_enter_that_ends_a_pinyin_word_sends_nothing(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        frame.fill("#question", "产假")
        frame.dispatch_event("#question", "keydown", {"key": "Enter", "isComposing": True})

        expect(frame.locator(".mine")).to_have_count(0)
        expect(frame.locator("#question")).to_have_value("产假")


class TestAnswer:
    def test_missing_facts_are_chosen_and_typed(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        frame = opened(page, sites.listed)
        first = ask(frame, ASKS)
        assert texts(first.locator("legend")) == [
            "是在咸安区里的机构吗？",
            "托育机构有没有登记备案（有没有给您看过备案回执）？",
        ]
        first.get_by_label("咸安区内", exact=True).check()
        first.get_by_label("是", exact=True).check()
        shoot(page.locator("iframe"), "widget-facts")
        first.locator("text=继续").click()
        second = frame.locator("article.answer").nth(1)
        second.get_by_label("一共上了几个学期？").fill("三")
        second.locator("text=继续").click()
        expect(second.locator(".trouble")).to_have_text("请填好：一共上了几个学期？")
        second.get_by_label("一共上了几个学期？").fill("3")
        second.locator("text=继续").click()

        expect(frame.locator("article.answer").nth(2).locator(".conclusion")).to_have_text(
            "符合第7条的条件，入托补贴可领 1500.00元。[1]"
        )
        assert texts(frame.locator(".mine")) == [f"您说：{ASKS}", "您说：咸安区内；是", "您说：3个学期"]

    def test_what_cannot_be_said_gives_the_rule(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        ask(frame, ASKS).locator("text=我不清楚").click()
        second = frame.locator("article.answer").nth(1)

        expect(second.locator(".conclusion")).to_contain_text("每个孩子每学期500元")
        expect(second.locator("form.facts:visible")).to_have_count(0)

    def test_general_answer_can_be_computed_for_ones_own_case(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        general = ask(frame, "上托班补贴能领多少")
        general.locator("summary", has_text="按我家的情况算一算").click()
        general.get_by_label("第二个（二孩）").check()
        general.get_by_label("咸安区内", exact=True).check()
        general.get_by_label("是", exact=True).check()
        general.get_by_label("一共上了几个学期？").fill("2")
        general.locator("text=算一算").last.click()

        expect(frame.locator("article.answer").nth(1).locator(".conclusion")).to_contain_text("可领 1000.00元")

    def test_mark_leads_to_its_card_and_the_card_to_clause_and_neighbour(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        answer = ask(frame, COMPUTED)
        answer.get_by_role("button", name="看引用1").click()
        expect(answer.locator(".card").first).to_be_focused()
        answer.get_by_role("button", name="看第7条全文").click()
        expect(frame.locator("dialog .quote")).to_contain_text("每学期发放500元入托补贴")
        frame.click("text=下一条")
        expect(frame.locator("#clause-title")).to_have_text("第8条")
        frame.click("text=上一条")

        expect(frame.locator("#clause-title")).to_have_text("第7条")

    def test_mark_opens_the_fold_that_its_card_is_in(self, page: Page, sites: Sites) -> None:
        answer = ask(opened(page, sites.listed), "生二胎有什么补贴")
        last = answer.locator(".card").last
        expect(last).to_be_hidden()
        answer.locator(".mark").last.click()

        expect(answer.locator(".card:focus")).to_be_visible()
        expect(last).to_be_visible()

    def test_copy_takes_source_and_notice_along(self, page: Page, sites: Sites, context: BrowserContext) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        frame = opened(page, sites.listed)
        answer = ask(frame, COMPUTED)
        address = answer.locator("text=打印、转发").get_attribute("href")
        answer.locator("text=复制").click()
        expect(frame.locator("#said")).to_have_text("已经复制，带着出处")
        copied = page.evaluate("() => navigator.clipboard.readText()").splitlines()

        assert copied[0] == "符合第7条的条件，入托补贴可领 1500.00元。[1]"
        assert copied[-1] == NOTICE
        assert copied[-2].startswith(f"来源：{address}（资料版本 ")
        assert any(line.startswith("[1] 《关于优化生育政策") and "（原文摘录）：" in line for line in copied)

    def test_copy_that_the_browser_refuses_leaves_the_text_selected(self, page: Page, sites: Sites) -> None:
        page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
        frame = opened(page, sites.listed)
        answer = ask(frame, COMPUTED)
        answer.locator("text=复制").click()
        answer.locator(".copied").wait_for()

        assert NOTICE in frame.evaluate("() => getSelection().toString() || document.activeElement.value")

    def test_feedback_takes_a_reason(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        sent: list[dict] = []
        page.on("request", lambda one: sent.append(one.post_data_json) if one.url.endswith("/feedback") else None)
        answer = ask(frame, COMPUTED)
        answer.locator("text=没帮助").click()
        answer.get_by_label("看不懂").check()
        answer.locator("text=告诉我们").click()

        expect(answer.locator(".feedback")).to_have_text("谢谢，已经记下。")
        assert sent == [{"verdict": "unhelpful", "reason": "unclear"}]

    def test_person_is_asked_for(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        frame.click("#person")
        expect(frame.locator("#person-text")).to_contain_text("还没有提问")
        frame.click("#person-close")
        ask(frame, COMPUTED)
        frame.click("#person")

        expect(frame.locator("#person-text")).to_contain_text("工作人员")
        expect(frame.locator("#person-text")).to_contain_text("12345")

    def test_family_list_has_its_line_of_time(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        frame = opened(page, sites.listed)
        frame.click("#family")
        form = frame.locator(".family form")
        form.get_by_label("第二个（二孩）").check()
        form.get_by_label("孩子是哪一年哪个月哪天出生的？").fill("2026-05-01")
        form.locator("text=列出来").click()
        expect(frame.locator(".list .conclusion")).to_be_visible()
        shoot(page.locator("iframe"), "widget-family")
        facts = {"birth_order": "2", "child_birth_date": "2026-05-01"}
        claims = page.request.post(f"{sites.service}/api/v1/entitlements", data={"facts": facts}).json()["entitlements"]

        assert texts(frame.locator(".claim h4 span:first-child")) == [claim["name"] for claim in claims]
        assert "护理假（陪产假）：15天" in texts(frame.locator(".eligible li"))
        eligible = frame.locator(".claim.yes h4 span:first-child")
        assert texts(eligible) == [claim["name"] for claim in claims if claim["eligible"] and claim["stage"] != "其他"]
        expect(frame.locator(".claim.rule h4")).to_have_text("计划生育特殊家庭帮扶请看规定")
        assert texts(frame.locator(".list h3")) == ["备孕", "分娩", "休假", "0—3岁", "3—6岁", "住房", "税", "其他"]
        frame.click("text=看时间线")
        assert frame.locator(".timeline img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 900

    def test_suggested_question_is_asked_by_pressing_it(self, page: Page, sites: Sites) -> None:
        frame = opened(page, sites.listed)
        suggested = frame.locator(".suggested button")
        assert suggested.count() == 6
        question = suggested.nth(3).text_content()
        suggested.nth(3).click()

        expect(frame.locator("article.answer")).to_be_visible()
        assert texts(frame.locator(".mine")) == [f"您说：{question}"]


TROUBLES = [
    (429, "问得有点快了，请过一分钟再点一次。"),
    (500, "系统一时答不上来，请稍后再点一次。着急的事请拨打12345。"),
    (503, "系统一时答不上来，请稍后再点一次。着急的事请拨打12345。"),
    (None, "网络好像断了，没有发出去。请看看网络，再点一次。"),
]


@pytest.mark.parametrize(("status", "told"), TROUBLES)
def test_trouble_is_told_kindly_and_the_question_stays(page: Page, sites: Sites, status: int | None, told: str) -> None:
    def refuse(route: Route) -> None:
        route.abort() if status is None else route.fulfill(status=status, body="<b>oops</b>")

    frame = opened(page, sites.listed)
    page.route("**/api/v1/ask", refuse)
    frame.fill("#question", ASKS)
    frame.click("text=发送")

    expect(frame.locator(".turn-trouble")).to_have_text(told)
    expect(frame.locator("#question")).to_have_value(ASKS)
    page.unroute("**/api/v1/ask")
    frame.click("text=发送")
    expect(frame.locator("article.answer")).to_be_visible()
    expect(frame.locator(".turn-trouble")).to_have_count(0)


def test_question_is_counted_and_cut_at_500_characters(page: Page, sites: Sites) -> None:
    frame = opened(page, sites.listed)
    frame.focus("#question")
    page.keyboard.insert_text("问" * 600)

    expect(frame.locator("#count")).to_have_text("500/500")


def test_question_that_is_too_long_is_told_the_limit(page: Page, sites: Sites) -> None:
    frame = opened(page, sites.listed)
    frame.evaluate("() => (document.getElementById('question').value = '问'.repeat(501))")
    frame.click("text=发送")

    expect(frame.locator(".turn-trouble")).to_have_text("您写了501字，太长了。最多500字，请短一些，或者分几次问。")


def test_session_is_random_and_the_same_for_every_request(page: Page, sites: Sites) -> None:
    sessions: list[str | None] = []
    page.on("request", lambda one: sessions.append(one.headers.get("x-session")) if "/api/v1/" in one.url else None)
    frame = opened(page, sites.listed)
    ask(frame, COMPUTED)
    ask(frame, ASKS)

    assert len(set(sessions)) == 1
    assert sessions[0] is not None
    assert len(sessions[0]) == 32


class TestLargeType:
    def test_type_is_large_and_lasts(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        frame = opened(page, sites.listed)
        frame.click("#large")
        answer = ask(frame, COMPUTED)
        smallest = frame.evaluate(
            "() => Math.min(...[...document.querySelectorAll('body *')].filter(one => one.checkVisibility()"
            " && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))"
            ".map(one => parseFloat(getComputedStyle(one).fontSize)))"
        )
        shoot(page.locator("iframe"), "widget-large")

        assert smallest >= 18
        expect(frame.locator("#large")).to_have_attribute("aria-pressed", "true")
        expect(answer).to_be_visible()
        again = opened(page, sites.listed)
        expect(again.locator("#large")).to_have_attribute("aria-pressed", "true")

    @pytest.mark.parametrize(
        ("voices", "count"),
        [
            ("[]", 0),
            ("[{lang: 'zh-CN', localService: false}]", 0),
            ("[{lang: 'en-US', localService: true}]", 0),
            ("[{lang: 'zh-CN', localService: true}]", 1),
        ],
    )
    def test_only_a_voice_of_the_device_reads_aloud(self, page: Page, sites: Sites, voices: str, count: int) -> None:
        page.add_init_script(f"speechSynthesis.getVoices = () => {voices}")
        answer = ask(opened(page, sites.listed), COMPUTED)

        expect(answer.locator("button:visible", has_text="朗读")).to_have_count(count)

    def test_reads_the_answer_without_its_marks(self, page: Page, sites: Sites) -> None:
        page.add_init_script(
            "window.spoken = []; speechSynthesis.getVoices = () => [{lang: 'zh-CN', localService: true}];"
            "speechSynthesis.speak = one => spoken.push([one.text, one.voice.localService]);"
            "window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } addEventListener() {} };"
        )
        frame = opened(page, sites.listed)
        ask(frame, COMPUTED).locator("text=朗读").click()
        [(text, local)] = frame.evaluate("() => window.spoken")

        assert text.splitlines()[0] == "符合第7条的条件，入托补贴可领 1500.00元。"
        assert "[" not in text
        assert local is True


class TestSmallScreens:
    def test_phone_shows_a_sheet_from_below(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        page.set_viewport_size({"width": 390, "height": 844})
        frame = opened(page, sites.listed)
        ask(frame, COMPUTED)
        shoot(page, "widget-phone")
        box = page.locator("iframe").bounding_box()

        assert box is not None
        assert (box["x"], box["width"]) == (0, 390)
        assert box["y"] + box["height"] == pytest.approx(844, abs=1)
        assert frame.evaluate("() => document.documentElement.scrollWidth") <= 390
        expect(launcher(page)).to_be_hidden()

    @pytest.mark.parametrize(("width", "height"), [(390, 844), (420, 640)])
    def test_only_the_conversation_scrolls(
        self, page: Page, sites: Sites, shoot: Shoot, width: int, height: int
    ) -> None:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{sites.service}/widget")
        page.wait_for_selector("#send:enabled")
        for question in ("产假能休多少天", "今天天气怎么样"):
            ask(page.main_frame, question)
        shoot(page, f"widget-two-asks-{height}")

        tall = page.evaluate("() => [document.scrollingElement.scrollHeight, innerHeight, scrollY]")
        assert tall == [height, height, 0]
        expect(page.locator("header")).to_be_in_viewport(ratio=1)
        expect(page.locator("#ask")).to_be_in_viewport(ratio=1)

    def test_reasons_open_in_full_view(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        page.set_viewport_size({"width": 420, "height": 640})
        page.goto(f"{sites.service}/widget")
        page.wait_for_selector("#send:enabled")
        answer = ask(page.main_frame, "今天天气怎么样")
        refuse = answer.locator("text=没帮助")
        refuse.evaluate("one => one.scrollIntoView({block: 'end'})")
        refuse.click()
        shoot(page, "widget-reasons")

        last = answer.locator("text=告诉我们")
        expect(last).to_be_visible()
        assert last.evaluate(
            "one => one.getBoundingClientRect().bottom <= document.querySelector('main').getBoundingClientRect().bottom"
        )

    @pytest.mark.parametrize("large", [False, True])
    def test_zoomed_to_200_percent_nothing_is_cut_off(self, page: Page, sites: Sites, large: bool) -> None:
        page.set_viewport_size({"width": 640, "height": 400})
        frame = opened(page, sites.listed)
        if large:
            frame.click("#large")
        answer = ask(frame, COMPUTED)
        answer.locator("summary", has_text="规则测算").click()

        assert frame.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        for place in ("#question", "text=发送", "#notice", "#close"):
            frame.locator(place).scroll_into_view_if_needed()
            expect(frame.locator(place)).to_be_in_viewport()


class TestPages:
    def test_answer_page_shows_the_answer_and_not_the_question(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        answer = ask(opened(page, sites.listed), COMPUTED)
        with page.context.expect_page() as opening:
            answer.locator("text=打印、转发").click()
        shown = opening.value
        shown.wait_for_load_state()
        shoot(shown, "answer-page")

        expect(shown.locator(".conclusion")).to_have_text("符合第7条的条件，入托补贴可领 1500.00元。[1]")
        expect(shown.locator("#print")).to_be_visible()
        assert COMPUTED not in shown.content()
        shown.emulate_media(media="print")
        expect(shown.locator("#print")).to_be_hidden()
        expect(shown.locator("footer")).to_contain_text(NOTICE)

    def test_demo_embeds_the_widget(self, page: Page, sites: Sites, shoot: Shoot) -> None:
        frame = opened(page, f"{sites.service}/demo")
        shoot(page, "demo")
        answer = ask(frame, COMPUTED)

        expect(answer.locator(".conclusion")).to_contain_text("1500.00元")
