"""axe-core over every view of the widget and its pages: nothing serious or critical."""

from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Frame, Page

ASKS = "我家老二上托育园，帮我算算能领多少钱"
COMPUTED = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def url(serve: Callable, build_at: Callable, take_port: Callable, tmp_path_factory: pytest.TempPathFactory) -> str:
    found: str = serve(build_at(tmp_path_factory.mktemp("accessible")), take_port()).url
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Our policy forbids even axe to be put in; it is set aside for this look only."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 420, "height": 640}, bypass_csp=True)
    yield context.new_page()
    context.close()


def findings(place: Page | Frame) -> list[str]:
    place.evaluate(AXE)
    found = place.evaluate("() => axe.run()")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def asked(page: Page, url: str, question: str) -> None:
    page.goto(f"{url}/widget")
    page.fill("#question", question)
    page.click("#send")
    page.locator("article.answer").wait_for()


def test_axe_does_find_what_is_wrong(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    page.evaluate("() => { document.getElementById('notice').style.color = '#ddd' }")

    assert [one.split(":")[0] for one in findings(page)] == ["color-contrast"]


def test_welcome(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")

    assert findings(page) == []


@pytest.mark.parametrize("large", [False, True])
def test_answer_with_its_working_open(page: Page, url: str, large: bool) -> None:
    asked(page, url, COMPUTED)
    page.click("summary:has-text('规则测算')")
    if large:
        page.click("#large")

    assert findings(page) == []


@pytest.mark.parametrize("large", [False, True])
def test_form_for_missing_facts_with_its_complaint(page: Page, url: str, large: bool) -> None:
    asked(page, url, ASKS)
    page.click("text=继续")
    page.click("text=没帮助")
    if large:
        page.click("#large")

    assert findings(page) == []


def test_clause(page: Page, url: str) -> None:
    asked(page, url, COMPUTED)
    page.click("text=看条款全文")
    page.locator("dialog .quote").wait_for()

    assert findings(page) == []


def test_family_list(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    page.click("#family")
    page.click("text=列出来")
    page.locator(".claim").first.wait_for()

    assert findings(page) == []


def test_person(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    page.click("#person")

    assert findings(page) == []


def test_answer_page(page: Page, url: str) -> None:
    asked(page, url, COMPUTED)
    page.goto(str(page.locator("text=打印、转发").get_attribute("href")))

    assert findings(page) == []


def test_page_of_an_answer_that_is_gone(page: Page, url: str) -> None:
    page.goto(f"{url}/a/gone")

    assert findings(page) == []


def test_demo_with_the_panel_open(page: Page, url: str) -> None:
    page.goto(f"{url}/demo")
    page.get_by_role("button", name="政策问答").click()
    page.frame_locator("iframe").locator("#send:enabled").wait_for()

    assert findings(page) == []
