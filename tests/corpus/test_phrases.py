"""Phrases as clerks write them: plain words, a gap, a choice, and places for a number, money or a date."""

import pytest

from corpus.phrases import compile_phrase, compile_phrases
from corpus.tokens import normalize


def values(phrase: str, text: str) -> list[str]:
    return [match.value for match in compile_phrase(phrase).find(normalize(text))]


def spans(phrase: str, text: str) -> list[str]:
    plain = normalize(text)
    return [plain[match.start : match.end] for match in compile_phrase(phrase).find(plain)]


def test_a_plain_phrase_is_found_at_every_place() -> None:
    found = compile_phrase("补贴").find("补贴加补贴")

    assert [(match.start, match.end, match.value) for match in found] == [(0, 2, ""), (3, 5, "")]


def test_a_phrase_in_traditional_characters_finds_the_simplified_text() -> None:
    assert spans("頭胎", "头胎能领吗") == ["头胎"]


def test_signs_of_the_pattern_language_mean_themselves() -> None:
    assert spans("a.b", "a.b axb") == ["a.b"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("多少钱", ["多少钱"]),
        ("多少个月的钱", ["多少个月的钱"]),
        ("多少。钱", []),
        ("多少一二三四五六七八钱", ["多少一二三四五六七八钱"]),
        ("多少一二三四五六七八九钱", []),
    ],
)
def test_a_gap_spans_up_to_eight_characters_of_one_sentence(text: str, found: list[str]) -> None:
    assert spans("多少…钱", text) == found


def test_a_choice_stands_for_either_word() -> None:
    assert spans("（头/第一）胎", "头胎还是第一胎") == ["头胎", "第一胎"]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("月租（钱）", "月租两千四，月租2,400元，月租1.5w", ["两千四", "2,400", "1.5w"]),
        ("（钱）元", "4.5万元，四万五元，2千4元", ["4.5万", "四万五", "2千4"]),
        ("（钱）元", "10万5千元，2万4千5百元", ["10万5千", "2万4千5百"]),
        ("第（数）胎", "第二胎，第3胎", ["二", "3"]),
        ("（日期）出生", "2023年8月1日出生，去年三月出生", ["2023年8月1日", "去年三月"]),
        ("（日期）出生", "2023-08-01出生", ["2023-08-01"]),
    ],
)
def test_a_place_captures_what_stands_there(phrase: str, text: str, found: list[str]) -> None:
    assert values(phrase, text) == found


@pytest.mark.parametrize("phrase", ["", " ", "…", "（人）", "（）"])
def test_a_phrase_that_cannot_be_used_is_refused_in_chinese(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"说法是空的|不认识的占位"):
        compile_phrase(phrase)


def test_several_phrases_say_one_thing() -> None:
    phrases = compile_phrases(["头胎", "第（数）胎"])

    assert [phrases.said_in(text) for text in ("头胎", "第二胎", "胎")] == [True, True, False]
    assert [match.value for match in phrases.find("第二胎不是头胎")] == ["", "二"]
