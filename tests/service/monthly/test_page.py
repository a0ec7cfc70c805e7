"""The page: whole in itself, safe, honest about what it cannot tell, its numbers and plots those of the figures."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import yaml

from corpus.settings import WORDS
from service.dialogue import Status
from service.monthly.__main__ import main
from service.monthly.month import Month
from service.monthly.page import article, document
from service.monthly.plots import Column, columns, share_bar
from service.monthly.wording import change, lasting, milliseconds, number, share
from service.settings import Settings
from tests.service.monthly.conftest import NOW, Ledger, at


class Seen(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.said += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.said)


def text_of(ledger: Ledger, month: Month = Month(2026, 11), reasons: Mapping[str, str] | None = None) -> str:
    return Seen(article(ledger.figures(month), reasons or {})).text


def test_the_page_needs_nothing_else_and_runs_nothing(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.ask(at(11, 3), "<script>alert(1)</script><img src=http://evil.example/x>")
    ledger.audit.write(at(11, 3), "罗主任", "publish", "<b onclick=x>")

    page = document(ledger.figures(), {})

    seen = Seen(page)
    assert {tag for tag, _ in seen.tags} & {"script", "img", "iframe", "object", "a", "b"} == set()
    named = {name for _, attributes in seen.tags for name in attributes}
    assert {name for name in named if name.startswith("on") or name in {"style", "src"}} == set()
    assert [attributes["href"] for _, attributes in seen.tags if "href" in attributes] == ["data:,"]
    assert re.findall(r"url\(|@import|https?://", re.sub(r"&lt;img src=http://evil\S+", "", page)) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_for_the_console_there_is_no_style_in_it(ledger: Ledger) -> None:
    ledger.ask(at(11, 3))

    tags = Seen(article(ledger.figures(), {})).tags

    assert [tag for tag, attributes in tags if tag in {"style", "link"} or "style" in attributes] == []


def test_a_month_is_told_in_the_words_of_the_office(ledger: Ledger) -> None:
    for n in range(100):
        ledger.ask(at(10, 1 + n % 31))
    for n in range(121):
        ledger.ask(at(11, 1 + n % 30), channel="wechat", took_ms=1500)
    ledger.ask(at(11, 3), status=Status.NO_BASIS, reason="payee_not_stated", took_ms=1500)
    ledger.ask(at(11, 3), status=Status.NO_BASIS, took_ms=1500)
    ledger.ask(at(11, 3), status=Status.REFUSED, reason="new_reason", took_ms=1500)
    ledger.hand_over(at(11, 3), timedelta(minutes=95))

    text = text_of(ledger, reasons={"payee_not_stated": "钱发给谁"})

    for words in (
        "提问 125 比上月（100）多 25.0%",
        "给出答案 97.6%",
        "答得快的一半 1.5 秒 以内答完",
        "微信公众号 121 96.8% 微信公众号占96.8%",
        "文件没有写 2 个数 占比 钱发给谁 1 50.0% 钱发给谁占50.0% 没有相近的条款 1 50.0%",
        "不能照办 1 个数 占比 new_reason 1 100.0%",
        "1 段对话要求转人工，1 段已有人接：一半在 1 小时 35 分钟以内接起",
    ):
        assert words in text
    assert "没有人接" not in text


def test_those_whom_nobody_has_taken_stand_out(ledger: Ledger) -> None:
    ledger.hand_over(at(11, 3))

    assert "1 段对话要求转人工，0 段已有人接； 1 段到现在没有人接" in text_of(ledger)


@pytest.mark.parametrize(
    ("month", "told"),
    [
        (Month(2027, 1), "2027年1月还没有到，没有可报的。"),
        (Month(2026, 9), "计数从2026年10月15日开始，2026年9月在这以前，没有记录。不等于没有人提问。"),
        (Month(2026, 10), "计数从10月15日开始，以前的不在内。"),
        (Month(2026, 11), "这个月没有人提问。"),
        (Month(2026, 12), "这个月还没有完，数字到12月2日 09:00为止。 这个月到现在还没有人提问。"),
    ],
)
def test_what_cannot_be_told_is_said_plainly(ledger: Ledger, month: Month, told: str) -> None:
    ledger.ask(at(10, 15))

    assert told in text_of(ledger, month)


def test_before_the_first_question_there_is_a_page_too(ledger: Ledger) -> None:
    assert "还没有记下过一个提问，没有可报的。" in text_of(ledger)


def test_beyond_ninety_days_the_counts_stand_and_the_words_are_said_to_be_deleted(ledger: Ledger) -> None:
    """Counted from the 15th on: 17 days."""
    for _ in range(3):
        ledger.ask(at(8, 15), "产假多少天")

    text = text_of(ledger, Month(2026, 8))

    assert "提问 3 平均每天 0.2 个" in text
    assert "问题原文和评价只存 90 天，这个月的已经全部删除，不再列出。" in text
    assert "评价和转人工的记录只存 90 天，这个月的已经删除。" in text
    assert "产假多少天" not in text


# The plots


def bars(svg: str) -> list[tuple[float, float]]:
    """The height and the lower edge of each bar."""
    rects = fromstring(svg).findall("rect")
    return [(float(one.attrib["height"]), float(one.attrib["y"]) + float(one.attrib["height"])) for one in rects]


def test_columns_are_as_high_as_their_values_and_stand_on_each_other() -> None:
    svg = columns(
        "图", ("甲", "乙"), [Column("1", "一", (30, 10)), Column("2", "二", (0, 0)), Column("3", "三", (0, 20))]
    )

    (first, floor), (second, on_first), (third, same_floor) = bars(svg)

    assert (second, third) == pytest.approx((first / 3, first * 2 / 3), abs=0.2)
    assert on_first == pytest.approx(floor - first, abs=0.2)
    assert same_floor == pytest.approx(floor, abs=0.2)
    assert "<title>一：甲 30 个</title>" in svg
    assert re.findall(r">([\d,]+)</text>", svg)[:5] == ["0", "10", "20", "30", "40"]


@pytest.mark.parametrize(
    ("most", "grid"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (4, ["0", "1", "2", "3", "4"]),
        (9, ["0", "5", "10"]),
        (71, ["0", "20", "40", "60", "80"]),
        (4321, ["0", "2,000", "4,000", "6,000"]),
    ],
)
def test_the_grid_has_round_numbers_and_reaches_over_the_highest(most: int, grid: list[str]) -> None:
    svg = columns("图", ("甲",), [Column("", "一", (most,))])

    assert re.findall(r">([\d,]+)</text>", svg) == grid


@pytest.mark.parametrize(("value", "whole", "long"), [(1, 4, 25), (4, 4, 100), (1, 10_000, 2)])
def test_a_bar_is_as_long_as_its_share_and_never_unseen(value: int, whole: int, long: float) -> None:
    svg = share_bar("占", value, whole, width=100)

    assert [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)] == [100, long]


def test_nothing_has_no_bar() -> None:
    assert (share_bar("占", 0, 4).count("<rect"), share_bar("占", 0, 0).count("<rect")) == (1, 1)


# Numbers for Chinese readers


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (number(1234567), "1,234,567"),
        (share(1, 3), "33.3%"),
        (share(0, 0), "—"),
        (milliseconds(999), "999 毫秒"),
        (milliseconds(1000), "1.0 秒"),
        (lasting(timedelta(seconds=59)), "不到 1 分钟"),
        (lasting(timedelta(minutes=59, seconds=59)), "59 分钟"),
        (lasting(timedelta(hours=1)), "1 小时"),
        (lasting(timedelta(hours=23, minutes=5)), "23 小时 5 分钟"),
        (lasting(timedelta(days=2)), "2 天"),
        (lasting(timedelta(days=2, hours=3, minutes=59)), "2 天 3 小时"),
        (change(90, 120), "比上月（120）少 25.0%"),
        (change(120, 120), "与上月（120）持平"),
        (change(3, 0), "上月没有提问"),
        (change(3, None), ""),
    ],
)
def test_figures_are_written_as_one_would_say_them(written: str, expected: str) -> None:
    assert written == expected


def test_every_reason_that_the_word_files_give_has_a_name() -> None:
    names = yaml.safe_load((WORDS / "reasons.yaml").read_text(encoding="utf-8"))
    given = {
        entry["reason"]
        for file in ("replies", "unstated")
        for entry in yaml.safe_load((WORDS / f"{file}.yaml").read_text(encoding="utf-8"))
    }

    assert given - names.keys() == set()
    assert len(set(names.values())) == len(names)


# The command


def test_the_command_writes_the_page_and_tells_where(
    published: Path, tmp_path: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.ask(at(11, 3), "产假多少天")
    out = tmp_path / "十一月.html"
    settings = Settings(_env_file=None, data_dir=published, database_url=str(ledger.engine.url))

    assert main(["2026-11", "--out", str(out)], settings, NOW) == 0

    assert capsys.readouterr().out == f"{out}\n"
    assert "<title>条问月报 2026年11月</title>" in out.read_text(encoding="utf-8")
    assert "产假多少天" not in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["2026-13"], "月份应写成 2026-11 这样\n"), (["2026-11", "--out", "/没有/x.html"], "写不了文件：/没有/x.html\n")],
)
def test_the_command_says_what_is_wrong(
    published: Path, ledger: Ledger, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    settings = Settings(_env_file=None, data_dir=published, database_url=str(ledger.engine.url))

    assert main(arguments, settings, NOW) == 1
    assert capsys.readouterr().err == told
