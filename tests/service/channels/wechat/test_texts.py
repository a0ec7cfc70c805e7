"""The fixed texts are the office's: a good edit counts at once, a bad one is told and the last good one stays."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from corpus.settings import DOCUMENTS, WORDS
from service.channels.wechat.reply import LIMIT
from service.channels.wechat.texts import BadTexts, LiveTexts

SHIPPED = (WORDS / "wechat.yaml").read_text(encoding="utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "wechat.yaml"
    path.write_text(SHIPPED, encoding="utf-8")
    return path


def edit(path: Path, text: str) -> None:
    """Saves, and makes sure that the time of change is another one."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_shipped_texts_fit_and_have_no_markdown() -> None:
    texts = LiveTexts(WORDS / "wechat.yaml", pytest.fail).current()
    said = [value for value in texts.model_dump().values() if isinstance(value, str)]

    assert max(len(text.encode()) for text in said) <= LIMIT
    assert [text for text in said if re.search(r"\*\*|^#|`|\]\(", text, re.MULTILINE)] == []


def test_short_names_are_those_of_documents() -> None:
    names = LiveTexts(WORDS / "wechat.yaml", pytest.fail).current().short_names

    assert names.keys() <= {path.stem for path in DOCUMENTS.glob("*.md")}


def test_edit_counts_at_once(path: Path) -> None:
    live = LiveTexts(path, pytest.fail)

    edit(path, SHIPPED.replace("您问得太快了", "您问得真快"))

    assert live.current().too_often.startswith("您问得真快")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (re.sub("(?m)^failed:.*$", "", SHIPPED), "：failed：缺少这一项"),
        (f"{SHIPPED}\ngreetings: 您好\n", "：greetings：没有这一项"),
        (re.sub("(?m)^looking:.*$", f"looking: {'查' * 601}", SHIPPED), "：looking：太长"),
        (re.sub("(?m)^looking:.*$", "looking: ''", SHIPPED), "：looking：不能为空"),
        (SHIPPED.replace("{left}", ""), "：continues：缺少 {left}"),
        (SHIPPED.replace("{left}", "{left}{of}"), "：continues：花括号里的名字不对"),
        ("a: [", ":1 YAML 写法不对，检查缩进、引号和冒号"),
        ("", "：：写法不对"),
    ],
    ids=["missing", "unknown", "long", "empty", "placeholder gone", "placeholder unknown", "no YAML", "empty file"],
)
def test_bad_edit_is_told_and_the_last_good_texts_stay(path: Path, text: str, told: str) -> None:
    warnings: list[str] = []
    live = LiveTexts(path, warnings.append)
    before = live.current()

    edit(path, text)

    assert (live.current(), live.current()) == (before, before)
    assert warnings == [f"{path}{told}"]


def test_start_stops_where_the_texts_are_bad(tmp_path: Path) -> None:
    with pytest.raises(BadTexts, match="读不出来"):
        LiveTexts(tmp_path / "none.yaml", pytest.fail)


@pytest.mark.parametrize("said", ["继续", " 继续。", "“继续”", "繼續", "继续看！", "下一页"])
def test_ways_to_ask_for_more(path: Path, said: str) -> None:
    assert LiveTexts(path, pytest.fail).current().asks_for_more(said)


@pytest.mark.parametrize("said", ["继续交社保吗", "公积金能继续用吗", "", "1"])
def test_questions_that_only_contain_the_word_are_questions(path: Path, said: str) -> None:
    assert not LiveTexts(path, pytest.fail).current().asks_for_more(said)


def test_every_menu_key_is_a_question_that_is_asked(open_line: Callable) -> None:
    line = open_line()
    menu = yaml.safe_load(SHIPPED)["menu"]

    for key in menu:
        line.send(line.platform.event("CLICK", key))

    assert [text for text, *_ in line.desk.asked] == list(menu.values())
