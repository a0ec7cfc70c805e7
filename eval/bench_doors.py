"""How quick the front doors are: the widget's first paint, WeChat's reply, and the code book as one types."""

import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import date
from http.client import HTTPConnection

from playwright.sync_api import sync_playwright

from corpus.index import Weights
from corpus.settings import OFFICE, WORDS
from corpus.snapshot import Snapshot
from service.channels.searching import search
from service.channels.wechat.cipher import key_of
from service.channels.wechat.gate import Account
from service.channels.wechat.simulator import Platform
from service.words import load_words

WECHAT = {"WECHAT_TOKEN": "benchmark", "WECHAT_APP_ID": "wx0123456789abcdef", "WECHAT_AES_KEY": "b" * 43}
_OPENINGS = 7
_TYPED = (2, 4, 6, 9, 12, 16)
_LIMIT = 12
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def first_paints(port: int) -> list[float] | None:
    """Milliseconds from opening /widget to its first paint, each time in a fresh browser; None without Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    paints = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(_OPENINGS):
            context = browser.new_context(viewport={"width": 420, "height": 640})
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{port}/widget")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            paints.append(float(page.evaluate(_FIRST_PAINT)))
            context.close()
        browser.close()
    return paints


def wechat_replies(port: int, questions: Sequence[str]) -> list[float]:
    """Seconds from a sealed message to its sealed reply, one after the other."""
    account = Account(WECHAT["WECHAT_TOKEN"], "safe", WECHAT["WECHAT_APP_ID"], (key_of(WECHAT["WECHAT_AES_KEY"]),), "")
    platform = Platform(account, lambda: int(time.time()))
    each = []
    for question in questions:
        delivery = platform.deliver(platform.text(question))
        started = time.perf_counter()
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", f"/wechat?{delivery.query}", delivery.body)
        body = connection.getresponse().read()
        each.append(time.perf_counter() - started)
        connection.close()
        platform.read(body)
    return each


def typed_searches(snapshot: Snapshot, questions: Sequence[str], on: date) -> Iterator[float]:
    """Seconds of each search while a question is being typed, by the function that the console calls."""
    words, _ = load_words(WORDS, OFFICE)
    for question in questions:
        for length in _TYPED:
            started = time.perf_counter()
            search(snapshot, words, Weights(), question[:length], on, _LIMIT)
            yield time.perf_counter() - started
