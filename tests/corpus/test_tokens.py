"""One tokenizer for documents and questions: what a citizen types meets what the document says."""

import pytest

from corpus.tokens import normalize, tokenize


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("２４００元", "2400元"),
        ("頭胎在區裡生", "头胎在区里生"),
        ("ＡＢＣ", "abc"),
        ("入托补贴？", "入托补贴?"),
        ("", ""),
    ],
)
def test_width_script_and_case_do_not_matter(written: str, plain: str) -> None:
    assert normalize(written) == plain


def test_normalizing_twice_changes_nothing() -> None:
    once = normalize("頭胎，２４００元，ＡＢＣ…")

    assert normalize(once) == once


def test_words_come_first_and_bigrams_after_them() -> None:
    assert tokenize("三孩分娩补助2000元") == [
        "三孩",
        "分娩补助",
        "2000",
        "元",
        "#三孩",
        "#孩分",
        "#分娩",
        "#娩补",
        "#补助",
        "#元",
    ]


def test_traditional_and_full_width_give_the_same_tokens() -> None:
    assert tokenize("公積金貸款１０萬") == tokenize("公积金贷款10万")


def test_words_of_the_office_stay_whole() -> None:
    assert {"入托补贴", "分娩补助"} <= set(tokenize("入托补贴和分娩补助"))


def test_single_function_characters_are_no_words() -> None:
    assert [token for token in tokenize("我的补贴呢") if not token.startswith("#")] == ["补贴"]


@pytest.mark.parametrize(("text", "tokens"), [("2.5%", ["2.5%"]), ("3.", ["3"]), ("0-3", ["0", "3"])])
def test_numbers_keep_their_point_and_percent(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@pytest.mark.parametrize("text", ["", "   ", "？！。", "✿\n\t"])
def test_text_without_words_has_no_tokens(text: str) -> None:
    assert tokenize(text) == []
