"""A thousand pieces of markup in every field of an answer: each is shown as the text it is, none becomes an element."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from playwright.sync_api import Frame, Page, Route

from service.channels import api
from service.channels.headers import SecurityHeaders
from service.channels.limits import Limiter
from service.channels.widget import router as widget
from service.desk import Reply
from service.dialogue import Answer, Citation, Level, Status
from service.records import Kept, Saved
from service.rules.benefit import Entitlement
from service.rules.working import Step
from service.word_entries import Suggested
from service.words import Words

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
BATCH = 50
BASES = [
    "<script>window.__hit=1</script>",
    "<script src=//evil.example/x.js></script>",
    "<ScRiPt>window.__hit=1</sCrIpT>",
    "<scr<script>ipt>window.__hit=1</scr</script>ipt>",
    "<img src=x onerror=window.__hit=1>",
    "<img src=x onerror='window.__hit=1'>",
    "<img/src=x/onerror=window.__hit=1>",
    "<IMG SRC=javascript:window.__hit=1>",
    "<img srcset='x 1x' onerror=window.__hit=1>",
    "<svg onload=window.__hit=1>",
    "<svg><script>window.__hit=1</script></svg>",
    "<svg><animate onbegin=window.__hit=1 attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:window.__hit=1><text>x</text></a></svg>",
    "<math><mtext></mtext><mglyph><style><img src onerror=window.__hit=1>",
    "<body onload=window.__hit=1>",
    "<iframe src=javascript:window.__hit=1></iframe>",
    "<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>",
    "<object data=javascript:window.__hit=1></object>",
    "<embed src=javascript:window.__hit=1>",
    "<a href=javascript:window.__hit=1>x</a>",
    "<a href='java\tscript:window.__hit=1'>x</a>",
    "<form action=javascript:window.__hit=1><button>x</button></form>",
    "<button onclick=window.__hit=1 autofocus onfocus=window.__hit=1>x</button>",
    "<input autofocus onfocus=window.__hit=1>",
    "<details open ontoggle=window.__hit=1>",
    "<video><source onerror=window.__hit=1></video>",
    "<audio src=x onerror=window.__hit=1>",
    "<marquee onstart=window.__hit=1>x</marquee>",
    "<style>@import '//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__hit=1'>",
    "<base href=//evil.example/>",
    "<template><script>window.__hit=1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.__hit=1>'>",
    "<x contenteditable onbeforeinput=window.__hit=1 onmouseover=window.__hit=1>x</x>",
    "javascript:window.__hit=1",
    "JaVaScRiPt:window.__hit=1//http://x",
    "data:text/html,<script>window.__hit=1</script>",
    "vbscript:window.__hit=1",
    "{{constructor.constructor('window.__hit=1')()}}",
]
CONTEXTS = [
    "{}",
    '">{}',
    "'>{}",
    "`>{}",
    "</p>{}",
    "</textarea>{}",
    "</title>{}",
    "</script>{}",
    "</style>{}",
    "-->{}<!--",
    "]]>{}",
    "<![CDATA[{}]]>",
    "[1]{}[1]",
    "『{}』原文：「",
    "https://www.gov.cn/{}",
    "\t{}\t",
    "\u202e{}",
    "\ufeff{}",
    "\u2028{}",
    "&#60;{}",
    "%3C{}",
    "\\u003c{}",
    "${{{}}}",
    "<div>{}</div>",
    "x' onmouseover='{}",
]
PAYLOADS = [context.format(base) for context in CONTEXTS for base in BASES]
LOOK = """() => {
  const every = [...document.querySelectorAll('*')];
  const web = /^(https?:|tel:)/;
  const own = one => new URL(one, location.href).origin === location.origin;
  return {
    hit: window.__hit ?? 0,
    scripts: document.scripts.length,
    foreign: every.filter(one => /^(svg|math|object|embed|iframe|frame|video|audio|marquee|template|base|x|style)$/i
      .test(one.localName)).length,
    metas: document.querySelectorAll('meta').length,
    links: document.querySelectorAll('link').length,
    images: [...document.images].filter(one => !one.src.startsWith('data:image/svg+xml')).length,
    handlers: every.filter(one => [...one.attributes].some(each => /^on|^style$|^srcdoc$/.test(each.name))).length,
    addresses: [...document.links].filter(one => !web.test(one.href)).length,
    sources: every.filter(one => one.src && !one.src.startsWith('data:image/svg+xml') && !own(one.src)).length,
  };
}"""
CLEAN = {"hit": 0, "scripts": 1, "foreign": 0, "images": 0, "handlers": 0, "addresses": 0, "sources": 0}


def batch(number: int) -> list[str]:
    return PAYLOADS[number * BATCH : (number + 1) * BATCH]


def hostile_answer(number: int) -> Answer:
    said = batch(number)
    return Answer(
        status=Status.ANSWERED,
        reason=said[0],
        text="\n".join(f"{text}[{mark}]" for mark, text in enumerate(said, 1)),
        citations=tuple(
            Citation(
                mark,
                f"{text}#{text}",
                text,
                text,
                text,
                text,
                f"「{text}」",
                text,
                mark % 2 == 0,
                mark % 3 > 0,
                (text,),
            )
            for mark, text in enumerate(said, 1)
        ),
        entitlements=tuple(
            Entitlement(
                benefit=text,
                name=text,
                eligible=True,
                amount=None,
                unit=text,
                amount_kind=text,
                working=(Step(text, text, text),),
                open_points=(text,),
            )
            for text in said[:10]
        ),
        missing=(),
        units=tuple(said),
        on=date(2026, 11, 23),
        about=date(2026, 11, 23),
        snapshot=said[1],
        level=Level.EXTRACT,
    )


@dataclass
class HostileDesk:
    """Answers the question "7" with the payloads of batch 7, in every field that it has."""

    now: Callable[[], datetime] = lambda: NOW
    log: Callable[..., None] = lambda *_, **__: None
    words: Words = field(default_factory=lambda: Words(suggested=(Suggested.model_construct(question=BASES[0]),)))

    @property
    def parts(self) -> object:
        return SimpleNamespace(words=SimpleNamespace(current=lambda: self.words))

    @property
    def records(self) -> object:
        return SimpleNamespace(kept=lambda number, _: kept(int(number)))

    @property
    def handovers(self) -> object:
        return SimpleNamespace(hand_over=lambda *_: True)

    @property
    def switches(self) -> object:
        return SimpleNamespace(check=lambda _: None, is_open=lambda _: True)

    def ask(self, _channel: str, text: str, *_: object) -> Reply:
        return Reply(hostile_answer(int(text)), Saved(text, text), 1)


def kept(number: int) -> Kept:
    return Kept(str(number), "x", NOW, "api", BASES[0], hostile_answer(number))


@pytest.fixture(scope="module")
def url(serve: Callable, take_port: Callable) -> str:
    app, desk, static = FastAPI(), HostileDesk(), widget.Static()
    app.include_router(api.router(desk, Limiter(False)))  # type: ignore[arg-type]
    app.include_router(widget.router(desk, (), static))  # type: ignore[arg-type]
    app.mount("/widget", static)
    app.add_middleware(SecurityHeaders, origins=(), https=False)
    found: str = serve(app, take_port()).url
    return found


def seen(place: Page | Frame) -> dict[str, int]:
    found = place.evaluate(LOOK)
    return {name: found[name] for name in CLEAN}


def clause(text: str) -> dict[str, object]:
    words = dict.fromkeys(("ref", "document_title", "document_number", "label", "position", "text", "url"), text)
    days = {"published_on": text, "effective_from": text, "effective_until": text}
    lists = {"headings": [text], "gaps": [text], "units": [text], "affects": [text]}
    return words | days | lists | {"verbatim": True, "in_force": False, "previous": text, "next": text}


def benefits(said: list[str]) -> list[dict[str, object]]:
    """The facts that the family's form asks for, each with markup in all its words."""
    names = ("birth_order", "child_birth_date", "institution_in", "inpatient", "registered")
    kinds = ("choice", "date", "int", "bool", "decimal")
    facts = [
        {"name": name, "label": text, "type": kind, "unit": text, "question": text, "choices": choices}
        for name, kind, text in zip(names, kinds, said, strict=False)
        for choices in [[{"value": text, "label": text}] if kind == "choice" else []]
    ]
    return [{"benefit": said[0], "name": said[0], "facts": facts}]


def claims(said: list[str]) -> dict[str, object]:
    listed = [
        {
            "benefit": str(place),
            "name": text,
            "eligible": True,
            "amount": text,
            "unit": text,
            "amount_kind": "payable",
            "working": [{"sentence": text, "value": text, "ref": text}],
            "open_points": [text],
            "missing": [text],
            "rate": text,
            "units": [text],
            "clause": text,
            "changes": [{"since": text, "ref": text, "text": text}],
        }
        for place, text in enumerate(said)
    ]
    slugs = [one["benefit"] for one in listed]
    return {"on": said[0], "stages": [{"stage": said[0], "benefits": slugs}], "entitlements": listed}


def test_payloads_are_a_thousand_different_ones() -> None:
    assert len(set(PAYLOADS)) == 1000


def test_the_look_sees_an_element_that_should_not_be_there(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    page.evaluate(
        "() => { const bad = document.createElement('img'); bad.setAttribute('style', 'x'); document.body.append(bad) }"
    )

    assert seen(page) == CLEAN | {"images": 1, "handlers": 1}


def test_answers_stay_text(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    for number in range(len(PAYLOADS) // BATCH):
        page.fill("#question", str(number))
        page.click("#send")
        answer = page.locator("article.answer").nth(number)
        answer.wait_for()
        quotes = answer.locator(".card .quote").all_text_contents()

        assert sorted(quotes) == sorted(f"「{text}」" for text in batch(number))
    assert seen(page) == CLEAN


def test_clauses_stay_text(page: Page, url: str) -> None:
    def told(route: Route) -> None:
        route.fulfill(json=clause("\n".join(batch(asked[-1]))))

    asked: list[int] = []
    page.route("**/api/v1/clauses/**", told)
    page.goto(f"{url}/widget")
    page.fill("#question", "0")
    page.click("#send")
    page.locator("article.answer").wait_for()
    for number in range(len(PAYLOADS) // BATCH):
        asked.append(number)
        page.locator(".card .link").first.evaluate("button => button.click()")
        page.locator("dialog .quote").wait_for()

        assert page.locator("dialog .quote").text_content() == "\n".join(batch(number))
        page.keyboard.press("Escape")
    assert seen(page) == CLEAN


def test_family_lists_and_forms_stay_text(page: Page, url: str) -> None:
    asked: list[int] = [0]
    page.route("**/api/v1/benefits", lambda route: route.fulfill(json=benefits(PAYLOADS[:5])))
    page.route("**/api/v1/entitlements", lambda route: route.fulfill(json=claims(batch(asked[-1]))))
    page.route("**/api/v1/entitlements/timeline", lambda route: route.fulfill(body=svg(batch(asked[-1]))))
    page.goto(f"{url}/widget")
    page.click("#family")
    for number in range(len(PAYLOADS) // BATCH):
        asked.append(number)
        page.click("text=列出来")
        page.wait_for_function(
            "name => document.querySelector('.claim h4 span')?.textContent === name", arg=batch(number)[0]
        )

    assert seen(page) == CLEAN


def svg(said: list[str]) -> str:
    """A picture may hold scripts; shown as an image it runs none of them."""
    bad = f"{''.join(said)}<script>top.__hit=1</script>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" onload="top.__hit=1">{bad}</svg>'


def test_errors_stay_text(page: Page, url: str) -> None:
    page.goto(f"{url}/widget")
    error = {"error": {"code": "x", "message": "".join(PAYLOADS[:100]), "field": None}}
    page.route("**/api/v1/ask", lambda route: route.fulfill(status=422, body=json.dumps(error)))
    page.fill("#question", PAYLOADS[4])
    page.click("#send")
    page.locator(".turn-trouble").wait_for()

    assert page.locator(".turn-trouble").text_content() == f"没有发成：{''.join(PAYLOADS[:100])}。"
    assert seen(page) == CLEAN


def test_answer_pages_stay_text(page: Page, url: str) -> None:
    for number in range(len(PAYLOADS) // BATCH):
        page.goto(f"{url}/a/{number}")

        assert seen(page) == CLEAN
        assert page.locator("meta").count() == 3
        quotes = page.locator(".card .quote").all_text_contents()
        assert quotes == [f"「{text}」" for text in batch(number)]
