"""The operators' console in a real browser: from the invitation to the queue, by keyboard, with no fault of access."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request, Route, expect

from service.accounts import Accounts, Role
from service.database import open_database
from tests.browser.conftest import ASKS_FOR_TABLE, NOW, SCREENSHOTS, TABLE_CELLS, Served, listening
from tests.service.channels.test_console import PAYLOADS

PASSWORD = "一个够长的密码 2026"
SUBSIDY = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
CHECK_UP = "单位组织的体检要不要交钱"
PARAPHRASES = [
    "幼儿园转园了保教费减免还能接着享受吗",
    "孩子中途换幼儿园，保教费减免还算不算",
    "转园后保教费减免还有吗",
    "换了家幼儿园，之前的保教费减免会不会断",
]
HOSTILE = "<img src=x onerror=\"document.title='坏'\"><script>document.title='坏'</script>"


@dataclass(frozen=True, slots=True)
class Hotline:
    """The console as it is served, and its accounts."""

    url: str
    accounts: Accounts


@pytest.fixture(scope="module")
def hotline(
    build_at: Callable[..., FastAPI],
    serve: Callable[[FastAPI, socket.socket], Served],
    tmp_path_factory: pytest.TempPathFactory,
) -> Hotline:
    folder = tmp_path_factory.mktemp("console")
    served = serve(build_at(folder), listening())
    return Hotline(served.url, Accounts(open_database(f"sqlite:///{folder / 'records.sqlite'}")))


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained of: a script that failed, or one that the policy stopped."""
    return []


@pytest.fixture
def desk(browser: Browser, hotline: Hotline, faults: list[str]) -> Iterator[Page]:
    """An operator's screen before anybody signed in."""
    context = browser.new_context(
        locale="zh-CN",
        viewport={"width": 1366, "height": 768},
        reduced_motion="reduce",  # a message half faded in or out has too little contrast
    )
    context.set_default_timeout(20_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=hotline.url)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert faults == []


def invited(hotline: Hotline, name: str, role: Role) -> str:
    return f"{hotline.url}/console/invitation/{hotline.accounts.invite(name, role, NOW)}"


def enter(desk: Page, hotline: Hotline, name: str, role: Role = Role.OPERATOR) -> None:
    desk.goto(invited(hotline, name, role))
    desk.get_by_label("密码（至少 10 个字）").fill(PASSWORD)
    desk.get_by_label("再写一遍").fill(PASSWORD)
    desk.get_by_role("button", name="设好，去登录").click()
    desk.get_by_label("名字").fill(name)
    desk.get_by_label("密码").fill(PASSWORD)
    desk.get_by_role("button", name="登录").click()
    expect(desk.get_by_role("combobox", name="来电人的话、条号或文号")).to_be_focused()
    desk.wait_for_load_state()


def picture(desk: Page, name: str) -> None:
    if os.environ.get("TIAOWEN_SCREENSHOTS") == "1":
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        desk.screenshot(path=SCREENSHOTS / f"console-{name}.png")


def accessible(desk: Page) -> None:
    """No serious or critical finding of axe."""
    violations = Axe().run(desk).response["violations"]
    found = [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations]
    grave = [line for line, one in zip(found, violations, strict=True) if one["impact"] in {"serious", "critical"}]
    assert grave == []


def copied(desk: Page) -> str:
    return str(desk.evaluate("navigator.clipboard.readText()"))


def ask_as_citizen(desk: Page, hotline: Hotline, question: str) -> str:
    """The conversation, which then asks for a person."""
    answer = desk.request.post(f"{hotline.url}/api/v1/ask", data={"question": question}).json()
    conversation = str(answer["conversation_id"])
    desk.request.post(f"{hotline.url}/api/v1/conversations/{conversation}/handover")
    return conversation


def test_an_invitation_leads_to_the_desk_once(desk: Page, hotline: Hotline) -> None:
    link = invited(hotline, "周敏", Role.OPERATOR)
    desk.goto(link)
    accessible(desk)
    desk.get_by_label("密码（至少 10 个字）").fill(PASSWORD)
    desk.get_by_label("再写一遍").fill(PASSWORD)
    desk.get_by_role("button", name="设好，去登录").click()
    accessible(desk)
    desk.get_by_label("名字").fill("周敏")
    desk.get_by_label("密码").fill(PASSWORD)
    desk.get_by_role("button", name="登录").click()
    expect(desk.locator("header .who")).to_have_text("周敏话务员")
    assert desk.request.get(link).status == 404


def test_what_is_typed_while_the_page_still_loads_is_searched(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "手快")
    held: list[Route] = []
    desk.route("**/lookup.js", lambda route: held.append(route))
    with desk.expect_request("**/lookup.js"):
        desk.goto(f"{hotline.url}/console", wait_until="commit")
    desk.get_by_role("combobox", name="来电人的话、条号或文号").press_sequentially("第七条")
    held.pop().continue_()
    expect(desk.locator("#hits li").first.locator("strong")).to_have_text("第7条")


def test_a_clause_number_is_typed_and_its_text_copied_without_the_mouse(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "键盘")
    desk.keyboard.type("第七条")
    first = desk.locator("#hits li").first
    expect(first.locator("strong")).to_have_text("第7条")
    expect(first).to_contain_text("关于优化生育政策促进人口长期均衡发展的实施方案")
    expect(first).to_contain_text("因为：编号")
    desk.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Enter")
    expect(desk.locator("#clause h2")).to_have_text("《关于优化生育政策促进人口长期均衡发展的实施方案》第7条")
    desk.keyboard.press("c")
    expect(desk.get_by_role("status")).to_have_text("已复制原文和出处")
    text = copied(desk)
    assert text.startswith("「7.建立完善支持政策。")
    assert "——《关于优化生育政策促进人口长期均衡发展的实施方案》第7条" in text
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("#clause h2")).to_have_text("《关于优化生育政策促进人口长期均衡发展的实施方案》第8条")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("combobox", name="来电人的话、条号或文号")).to_be_focused()
    expect(desk.locator("#hits li")).to_have_count(0)


def test_spoken_words_give_a_script_and_a_quote(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "口播")
    desk.keyboard.type(SUBSIDY)
    expect(desk.locator("#hits mark").first).to_be_visible()
    desk.keyboard.press("Enter")
    script = desk.locator("#answer .script")
    expect(script.locator("dd.conclusion")).to_have_text("符合第7条的条件，入托补贴可领 1500元。")
    expect(script.locator("dd.amount")).to_have_text("入托补贴：可领 1500 元")
    expect(script.locator("dd.whom")).to_have_text("责任单位：区卫健局、区财政局、区教育局。")
    desk.keyboard.press("c")
    expect(desk.get_by_role("status")).to_have_text("已复制原文和出处")
    assert copied(desk) == (
        "「对在咸安区内登记备案托育机构入托的政策内二孩及以上婴幼儿，每学期发放500元入托补贴，所需资金列入区财政预算。」\n"
        "——《关于优化生育政策促进人口长期均衡发展的实施方案》第7条"
    )
    picture(desk, "search")
    accessible(desk)
    desk.get_by_role("button", name="答错了").click()
    expect(desk.locator(".judgement")).to_contain_text("已记：答错了（说错了）")


def test_the_table_of_a_clause_is_a_table(
    desk: Page,
    build_at: Callable[..., FastAPI],
    serve: Callable[[FastAPI, socket.socket], Served],
    tabled: Path,
    tmp_path: Path,
) -> None:
    url = serve(build_at(tmp_path, data_dir=tabled), listening()).url
    accounts = Accounts(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}"))
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    enter(desk, Hotline(url, accounts), "看表")
    desk.keyboard.type(ASKS_FOR_TABLE)
    expect(desk.locator("#hits mark").first).to_be_visible()
    expect(desk.locator("#hits")).not_to_contain_text("|")
    desk.keyboard.press("Enter")
    quote = desk.locator("#answer blockquote").first
    expect(quote.locator("th, td")).to_have_text(TABLE_CELLS)
    desk.keyboard.press("c")
    expect(desk.get_by_role("status")).to_have_text("已复制原文和出处")
    assert "\n托位类型；每人每月（元）\n乳儿班；320\n托大班；160」\n——" in copied(desk)
    desk.locator("#hits li", has_text="样例区托育运营补贴办法").first.click()
    expect(desk.locator("#clause blockquote").locator("th, td")).to_have_text(TABLE_CELLS)


def test_a_missing_fact_is_answered_with_a_button_in_the_same_call(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "追问")
    desk.keyboard.type("在咸安区备案的托育园上了三个学期，一共能领多少入托补贴")
    desk.keyboard.press("Enter")
    expect(desk.locator("dd.ask")).to_have_text("这个孩子登记的是第几个孩子？")
    desk.get_by_role("button", name="第二个（二孩）").click()
    expect(desk.locator("dd.conclusion")).to_have_text("符合第7条的条件，入托补贴可领 1500元。")
    expect(desk.locator("#answer .head")).to_contain_text("这个来电的第 2 问")


def test_one_changed_fact_marks_the_steps_that_it_changes(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "试算")
    desk.goto(f"{hotline.url}/console/what-if?benefit=childcare-enrolment-subsidy")
    desk.get_by_label("孩次", exact=True).fill("2")
    desk.get_by_label("机构（房子）在哪里").select_option("district")
    desk.get_by_label("机构是否登记备案").select_option("true")
    desk.get_by_label("学期数").fill("3")
    outcome = desk.locator("#result .outcome")
    expect(outcome).to_have_text("符合条件　可领 1500.00 元")
    expect(desk.locator("#result .value").last).to_have_text("1500.00")
    desk.get_by_label("学期数").fill("4")
    expect(outcome).to_have_text("符合条件　可领 2000.00 元")
    expect(outcome).to_have_class("outcome changed")
    expect(desk.locator("tr.changed td:first-child")).to_have_text(["500.00元 × 1个孩子 × 4个学期 = 2000.00元变了"])
    expect(desk.locator("tr.gone")).to_have_count(1)
    picture(desk, "whatif")
    accessible(desk)


def test_a_citizen_who_asked_for_a_person_is_taken_once(desk: Page, hotline: Hotline) -> None:
    conversation = ask_as_citizen(desk, hotline, SUBSIDY)
    enter(desk, hotline, "接手")
    desk.get_by_role("link", name="转来的对话").click()
    kept = SUBSIDY.replace("，", ",")  # masking makes full-width marks half-width
    desk.get_by_role("link", name=kept).click()
    expect(desk.locator(".asked")).to_contain_text(kept)
    picture(desk, "handover")
    accessible(desk)
    desk.get_by_role("button", name="我来接").click()
    expect(desk.locator(".right .head .tag")).to_have_text("您已经接手")
    expect(desk.get_by_role("button", name="我来接")).to_have_count(0)
    desk.get_by_role("button", name="答对了").click()
    expect(desk.locator(".judgement")).to_contain_text("已记：答对了")
    assert desk.url == f"{hotline.url}/console/handovers/{conversation}"


def test_a_question_goes_into_the_queue_beside_its_likes(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "排队", Role.EDITOR)
    for question in [*PARAPHRASES, CHECK_UP]:
        desk.keyboard.press("Escape")
        desk.get_by_role("combobox", name="来电人的话、条号或文号").fill(question)
        desk.keyboard.press("Enter")
        expect(desk.locator("#answer .question")).to_have_text(question)
        desk.get_by_role("button", name="放进待解答").click()
        expect(desk.get_by_role("link", name="已放进待解答")).to_be_visible()
    desk.get_by_role("link", name="已放进待解答").click()
    mine, other = (desk.locator(".groups > li").filter(has_text=said) for said in (PARAPHRASES[0], CHECK_UP))
    expect(mine.locator(".number")).to_have_text("4 问")
    expect(other.locator(".number")).to_have_text("1 问")
    picture(desk, "queue")
    accessible(desk)
    mine.get_by_role("button", name="已转责任单位").click()
    expect(other.locator(".number")).to_have_text("1 问")
    expect(mine).to_have_count(0)


def test_help_and_box_are_a_key_away(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "按键")
    desk.keyboard.press("Escape")
    desk.locator("#blank").click()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="按键")).to_be_visible()
    accessible(desk)
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="按键")).to_be_hidden()
    desk.locator("#blank").click()
    desk.keyboard.press("/")
    expect(desk.get_by_role("combobox", name="来电人的话、条号或文号")).to_be_focused()


def test_hostile_texts_stay_texts(desk: Page, hotline: Hotline) -> None:
    ask_as_citizen(desk, hotline, HOSTILE)
    enter(desk, hotline, "安全")
    sent: list[Request] = []
    desk.on("request", lambda request: sent.append(request) if not request.url.startswith(hotline.url) else None)
    desk.get_by_role("combobox", name="来电人的话、条号或文号").fill(HOSTILE)
    desk.keyboard.press("Enter")
    expect(desk.locator("#answer .question")).to_have_text(HOSTILE)
    assert desk.locator("main img, main script").count() == 0
    desk.goto(f"{hotline.url}/console/handovers")
    desk.locator(".list a").first.click()
    expect(desk.locator(".asked")).to_contain_text("onerror")
    assert desk.locator("main img, main script").count() == 0
    assert desk.title() != "坏"
    assert sent == []


def test_pages_of_admins_are_accessible(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "管理", Role.ADMIN)
    desk.get_by_role("link", name="账号").click()
    desk.get_by_label("名字").fill("新来的")
    desk.get_by_role("button", name="发邀请").click()
    expect(desk.locator("#link")).to_contain_text(f"{hotline.url}/console/invitation/")
    accessible(desk)
    desk.get_by_role("link", name="审计").click()
    expect(desk.get_by_text("整份记录核对过：没有缺行、改动和换位。")).to_be_visible()
    accessible(desk)


CARDS = """async (payload) => {
  const { answerCard, clauseCard, marked } = await import("/console/static/answer.js");
  const url = "javascript:document.title='坏'";
  const clause = { document_title: payload, label: payload, document_number: payload, position: payload, text: payload,
    published_on: payload, url, verbatim: true, in_force: true, gaps: [payload], units: [payload], previous: payload };
  const citation = { mark: 1, document_title: payload, label: payload, quote: payload, url, verbatim: false };
  const missing = [{ fact: payload, question: payload, options: [{ value: payload, label: payload }] }];
  const answer = { answer_id: payload, status: payload, text: payload, missing, citations: [citation] };
  const script = [{ kind: "conclusion", text: payload }];
  const place = document.createElement("div");
  place.append(...marked(payload, ["img", "script", "s", "<"]),
    ...clauseCard({ clause, previous_label: payload, pasted: payload }, ["a"], () => {}).filter(Boolean),
    ...answerCard({ answer, script, pasted: [payload] }, payload, 2, () => {}).filter(Boolean));
  document.querySelector("main").replaceChildren(place);
  const all = [...place.querySelectorAll("*")];
  return { tags: all.map((one) => one.localName), shown: place.textContent.split(payload).length - 1,
    attributes: all.flatMap((one) => one.getAttributeNames()), title: document.title,
    places: [...place.querySelectorAll("[href]")].map((one) => one.href) };
}"""
OWN_TAGS = {
    "a",
    "blockquote",
    "button",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h2",
    "mark",
    "option",
    "p",
    "select",
    "span",
    "summary",
}
OWN_ATTRIBUTES = {"href", "class", "type", "value", "aria-label"}


def test_two_hundred_payloads_in_clauses_and_answers_are_shown_as_they_are(desk: Page, hotline: Hotline) -> None:
    enter(desk, hotline, "二百")
    title = desk.title()
    for payload in PAYLOADS:
        seen = desk.evaluate(CARDS, payload)
        assert (set(seen["tags"]) - OWN_TAGS, set(seen["attributes"]) - OWN_ATTRIBUTES) == (set(), set())
        assert seen["shown"] >= 15
        assert [place.partition("?")[0] for place in seen["places"]] == [f"{hotline.url}/console/approved/new"]
        assert seen["title"] == title
