"""An answer as WeChat shows it: in messages that fit, with choices by number and sources by name."""

import random
import re
from dataclasses import replace
from datetime import date

import pytest

from corpus.settings import WORDS
from service.channels.wechat.reply import LIMIT, Offer, choices_again, chosen, cut, offers_of, parts, write
from service.channels.wechat.texts import LiveTexts, Texts
from service.dialogue import Answer, Citation, Level, Status

DAY = date(2026, 7, 1)
LINK = "https://tiaowen.example.cn/a/k7Ue6sAXIOkaVsqBiNU7dR8p0FIxGFMi"
ANSWERED = Answer(Status.ANSWERED, None, "符合条件，可领500元。[1]", (), (), (), (), DAY, DAY, "s", Level.EXTRACT)
LETTERS = "产假多少天補貼é🙂a1 。！？；，、：\n「」）[]12"


@pytest.fixture(scope="module")
def texts() -> Texts:
    return LiveTexts(WORDS / "wechat.yaml", pytest.fail).current()


def cited(mark: int, ref: str, label: str, verbatim: bool = True) -> Citation:
    return Citation(mark, ref, "某办法", "", label, "", "原文", "", verbatim, True, ())


def asking(*missing: str, text: str = "还需要知道：几样。\n第二行。") -> Answer:
    return replace(ANSWERED, status=Status.ASKS_FOR_FACT, missing=missing, text=text)


def test_any_length_is_cut_into_messages_that_fit_and_join_again(texts: Texts) -> None:
    source = random.Random(7)
    for n in range(1_200):
        size = source.choice([0, 1, 300, 660, 670, 2_000, 20_000]) if n % 40 else 50_000
        weights = [source.choice([0, 1, 8]) + (letter in LETTERS[:4]) for letter in LETTERS]
        text = "".join(source.choices(LETTERS, weights, k=source.randint(size // 2, size)))
        while len(text.encode()) > 50_000:
            text = text[: len(text) * 3 // 4]

        shown = parts(text, LINK, texts)
        pieces = cut(text, 700)

        assert max(len(part.encode()) for part in shown) <= LIMIT
        assert ("".join(pieces), max(len(piece.encode()) for piece in pieces) <= 700) == (text, True)
        assert rejoined(shown) == text.replace("\n", "")


def rejoined(shown: tuple[str, ...]) -> str:
    """Without what is said of the parts, and without line ends."""
    heads = [
        re.sub(r"\n（还有[0-9]+段，回复“继续”接着看）(\n完整回答和原文：\n\S+)?$", "", part) for part in shown[:-1]
    ]
    return "".join((*heads, shown[-1])).replace("\n", "")


def test_each_part_tells_how_many_are_left_and_the_first_where_all_is(texts: Texts) -> None:
    shown = parts("产假一百五十八天。" * 200, LINK, texts)

    tails = [part[part.rindex("。") + 1 :] for part in shown]
    assert tails == [
        f"\n（还有2段，回复“继续”接着看）\n完整回答和原文：\n{LINK}",
        "\n（还有1段，回复“继续”接着看）",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("甲" * 6 + "。[1]" + "乙" * 6, "甲" * 6 + "。[1]"),
        ("甲" * 6 + "。」" + "乙" * 6, "甲" * 6 + "。」"),
        ("甲" * 6 + "\n" + "乙" * 3 + "。" + "丙" * 9, "甲" * 6 + "\n"),
        ("甲" * 5 + "。\n【分娩】\n" + "丙" * 9, "甲" * 5 + "。\n"),
        ("甲" * 6 + "；" + "乙" * 6, "甲" * 6 + "；"),
        ("甲" * 6 + "，" + "乙" * 6, "甲" * 6 + "，"),
        ("甲" * 20, "甲" * 10),
    ],
    ids=[
        "after the mark",
        "after the quote",
        "paragraph first",
        "no heading left alone",
        "semicolon",
        "comma",
        "anywhere",
    ],
)
def test_text_is_cut_where_a_reader_pauses(text: str, first: str) -> None:
    assert cut(text, 31)[0] == first


def test_sources_are_named_once_and_shortly(texts: Texts) -> None:
    citations = (
        cited(1, "xianan-2023#7", "第7条"),
        cited(2, "other#1", "第一条", False),
        cited(3, "xianan-2023#7", "第7条"),
    )

    assert write(replace(ANSWERED, citations=citations), LINK, texts) == (
        f"符合条件，可领500元。[1]\n依据：[1][3] 方案第7条；[2] 《某办法》第一条（摘要）\n完整回答和原文：\n{LINK}"
    )


def test_without_a_public_address_there_is_no_link(texts: Texts) -> None:
    assert write(ANSWERED, "", texts) == "符合条件，可领500元。[1]"
    assert "http" not in "".join(parts("产假一百五十八天。" * 200, "", texts))


def test_one_fact_is_asked_for_with_its_choices_under_the_question(texts: Texts) -> None:
    answer = asking("birth_order", text="还需要知道：这个孩子登记的是第几个孩子？\n入托补贴每学期500元。")

    assert write(answer, "", texts) == (
        "还需要知道：这个孩子登记的是第几个孩子？\n请回复数字：\n1 第一个（一孩）\n2 第二个（二孩）\n3 第三个（三孩）\n"
        "\n入托补贴每学期500元。"
    )


def test_two_facts_are_numbered_through(texts: Texts) -> None:
    assert write(asking("institution_in", "registered"), "", texts).split("\n")[1:-2] == [
        "请回复数字，两个可以一起回，如“1 4”：",
        "是在咸安区里的机构吗？",
        "1 咸安区内",
        "2 咸宁市内、咸安区外",
        "3 外地",
        "托育机构有没有登记备案（有没有给您看过备案回执）？",
        "4 是",
        "5 否",
    ]


def test_number_that_is_asked_for_too_is_to_be_told_with_its_unit(texts: Texts) -> None:
    assert write(asking("registered", "terms"), "", texts).split("\n")[1:-2] == [
        "请回复数字：",
        "托育机构有没有登记备案（有没有给您看过备案回执）？",
        "1 是",
        "2 否",
        "要填数的，请带上单位，如“3个学期”。",
    ]


def test_fact_without_choices_is_asked_for_as_it_is(texts: Texts) -> None:
    assert write(asking("terms"), "", texts) == "还需要知道：几样。\n第二行。"


OFFERED = offers_of(asking("institution_in", "registered"))


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("1", [("institution_in", "district")]),
        (" 5。", [("registered", "false")]),
        ("1 4", [("institution_in", "district"), ("registered", "true")]),
        ("4，2", [("registered", "true"), ("institution_in", "city")]),
        ("1、4", [("institution_in", "district"), ("registered", "true")]),
        ("１", [("institution_in", "district")]),
        ("④", [("registered", "true")]),
        ("1 1", [("institution_in", "district")]),
        ("1 2", []),
        ("0", []),
        ("6", []),
        ("1 6", []),
        ("14", []),
        ("1个", []),
        ("是的", []),
        ("", []),
    ],
)
def test_numbers_pick_from_what_was_offered(text: str, picked: list[tuple[str, str]]) -> None:
    assert [(offer.fact, offer.value) for offer in chosen(text, OFFERED)] == picked


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("9", "没有这个选项，请回复列出的数字（要填数的，请带上单位）："),
        ("1 9", "没有这个选项，请回复列出的数字（要填数的，请带上单位）："),
        ("０", "没有这个选项，请回复列出的数字（要填数的，请带上单位）："),
        ("1 2", "一个问题请只选一个，请回复列出的数字："),
    ],
)
def test_numbers_that_pick_nothing_are_told_the_choices_again(text: str, first: str, texts: Texts) -> None:
    assert choices_again(text, OFFERED, texts).split("\n") == [
        first,
        "是在咸安区里的机构吗？",
        "1 咸安区内",
        "2 咸宁市内、咸安区外",
        "3 外地",
        "托育机构有没有登记备案（有没有给您看过备案回执）？",
        "4 是",
        "5 否",
    ]


def test_nothing_is_picked_where_nothing_was_offered() -> None:
    assert chosen("1", ()) == ()
    assert offers_of(replace(asking("registered"), status=Status.ANSWERED)) == ()
    assert OFFERED[0] == Offer("institution_in", "district", "咸安区内")
