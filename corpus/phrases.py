"""Phrases as clerks write them → compiled patterns.

A phrase is plain text; `…` is a gap of up to eight characters without punctuation; `（甲/乙）` is either of the two;
`（数）` `（钱）` `（日期）` stand for a number, an amount of money and a date, and are captured. Phrases and texts are
compared after `normalize`.
"""

import re
from dataclasses import dataclass
from functools import cache

from corpus.tokens import normalize

NUMERAL = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[0-9零〇一二两三四五六七八九十百千万亿半点]+"
_MONEY = (
    r"(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:w(?![a-z])|[千百万](?:[0-9](?![0-9]))?)?"
    r"|[零〇一二两三四五六七八九十百千万亿点]{1,12})"
)
_DATE = (
    r"(?:(?:[0-9]{2,4}|今|去|前|明|后|[零〇一二三四五六七八九]{4})年(?:的)?)?"
    r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})月(?:份|底|初|中)?(?:(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号])?"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
)
_SLOTS = {"数": f"(?P<number>{NUMERAL})", "钱": f"(?P<money>{_MONEY})", "日期": f"(?P<date>{_DATE})"}
_GAP = r"[^。!?;,\n]{0,8}?"
_PART = re.compile(r"(…|（[^（）]*）)")


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stood in the normalized text, and what its slot held ("" where it has none)."""

    start: int
    end: int
    value: str


@cache
def compile_phrase(phrase: str) -> re.Pattern[str]:
    """Raises ValueError, in Chinese, for an empty phrase or an unknown slot."""
    if not phrase.strip(" …"):
        raise ValueError("说法是空的")
    return re.compile("".join(_part(part) for part in _PART.split(phrase.strip())))


def _part(part: str) -> str:
    if part == "…":
        return _GAP
    if not part.startswith("（"):
        return re.escape(normalize(part))
    inside = part[1:-1]
    if "/" in inside:
        return f"(?:{'|'.join(re.escape(normalize(choice)) for choice in inside.split('/'))})"
    if inside not in _SLOTS:
        raise ValueError(f"不认识的占位 {part}，只能用 （数）（钱）（日期） 或 （甲/乙）")
    return _SLOTS[inside]


def find_phrase(phrase: str, normalized: str) -> list[Match]:
    """Every place of the phrase in a text that `normalize` has already treated."""
    return [
        Match(found.start(), found.end(), next((value for value in found.groupdict().values() if value), ""))
        for found in compile_phrase(phrase).finditer(normalized)
    ]


def says(phrases: tuple[str, ...], normalized: str) -> bool:
    """Whether the text contains any of the phrases."""
    return any(compile_phrase(phrase).search(normalized) for phrase in phrases)
