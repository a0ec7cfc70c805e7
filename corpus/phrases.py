"""Phrases as clerks write them → compiled patterns.

A phrase is plain text; `…` is a gap of up to eight characters without punctuation; `（甲/乙）` is either of the two;
`（数）` `（钱）` `（日期）` `（学期）` stand for a number, money, a date and a school term, and are captured.
Phrases and texts are compared after `normalize`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from corpus.tokens import normalize

NUMERAL = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[0-9零〇一二两三四五六七八九十百千万亿半点]+"
_MONEY = (
    r"(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:w(?![a-z])|[千百万](?:[0-9][千百十])*(?:[0-9](?![0-9]))?)?"
    r"|[零〇一二两三四五六七八九十百千万亿点壹贰叁肆伍陆柒捌玖拾佰仟]{1,12})"
)
_DATE = (
    r"(?:(?:(?:[0-9]{2,4}|今|去|前|大前|明|后|[零〇一二三四五六七八九]{2,4})年(?:的)?)?"
    r"(?:(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}|正|腊|这个|本|上个?|上上个?|下个?|下下个?)月(?:份|底|初|中)?"
    r"(?:(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号]|二?十[一二三四五六七八九](?![个天岁多几万千]))?"
    r"|(?:元旦|五一|六一|国庆)节?(?:[那当]天)?)"
    r"|(?:上上?|下|这|本)个?(?:周|星期|礼拜)[一二三四五六日天]"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{8}(?![0-9])"
    r"|今天|今日|昨天|前天|大前天|明天|后天|大后天|今年|去年|前年|明年|后年"
    r"|(?:[0-9]{4}|[0-9]{2}|[零〇一二三四五六七八九]{4}|[零〇一二][零〇一二三四五六七八九])年)"
)
_YEAR = r"(?:[0-9]{4}|[0-9]{2}|今|去|前|明|[零〇一二三四五六七八九]{4})年(?:的)?"
_TERM = (
    rf"(?:{_YEAR}[春秋](?:季|天)?(?:学期)?|[春秋](?:[季天](?:学期)?|学期)|{_YEAR}[上下]半年(?:那个|的|这个)?学期"
    r"|[0-9]{4}年?[-到至/][0-9]{4}年?学年(?:度)?(?:的)?第[一二12]学期|(?:[这本]个?|上个?|下个?)学期)"
)
_SLOTS = {
    "数": f"(?P<number>{NUMERAL})",
    "钱": f"(?P<money>{_MONEY})",
    "日期": f"(?P<date>{_DATE})",
    "学期": f"(?P<term>{_TERM})",
}
_GAP = r"[^。!?;,\n]{0,8}?"
_PART = re.compile(r"(…|（[^（）]*）)")


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stood in the normalized text, and what its slots held, by name."""

    start: int
    end: int
    slots: Mapping[str, str] = field(default_factory=dict)

    @property
    def value(self) -> str:
        """What the first slot held, "" where there is none."""
        return next((value for value in self.slots.values() if value), "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase, compiled; a plain one is found as a substring, which is many times faster.

    `needed` are the starts of words of which a text must have one, where the phrase has such.
    """

    plain: str
    pattern: re.Pattern[str] | None
    needed: frozenset[str] = frozenset()

    def said_in(self, normalized: str) -> bool:
        return self.plain in normalized if self.pattern is None else self.pattern.search(normalized) is not None

    def find(self, normalized: str) -> list[Match]:
        """Every place of the phrase in a text that `normalize` has already treated."""
        if self.pattern is None and self.plain not in normalized:
            return []
        pattern = self.pattern or re.compile(re.escape(self.plain))
        return [Match(found.start(), found.end(), found.groupdict()) for found in pattern.finditer(normalized)]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Several ways to say one thing; plain ones are looked up by their first two characters."""

    each: tuple[Phrase, ...] = ()
    patterns: tuple[Phrase, ...] = ()
    by_start: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def said_in(self, normalized: str) -> bool:
        starts = _pairs(normalized)
        if not starts.isdisjoint(self.by_start):
            for start in starts & self.by_start.keys():
                if any(plain in normalized for plain in self.by_start[start]):
                    return True
        return any(phrase.pattern.search(normalized) for phrase in self.patterns if phrase.pattern)

    def find(self, normalized: str) -> list[Match]:
        pairs = _pairs(normalized)
        found: list[Match] = []
        if not pairs.isdisjoint(self.by_start):
            plain = [plain for start in pairs & self.by_start.keys() for plain in self.by_start[start]]
            found += [match for phrase in plain for match in Phrase(phrase, None).find(normalized)]
        for phrase in self.patterns:
            if not (phrase.needed and phrase.needed.isdisjoint(pairs)):
                found += phrase.find(normalized)
        return found


@lru_cache(maxsize=64)
def _pairs(text: str) -> frozenset[str]:
    """Every two neighbouring characters, and every single one (for phrases of one character)."""
    return frozenset(text[n : n + 2] for n in range(len(text))) | frozenset(text)


def compile_phrases(phrases: Iterable[str]) -> Phrases:
    """Raises ValueError, in Chinese, for the first phrase that cannot be used."""
    each = tuple(compile_phrase(phrase) for phrase in phrases)
    by_start: dict[str, tuple[str, ...]] = {}
    for phrase in each:
        if phrase.pattern is None:
            by_start[phrase.plain[:2]] = (*by_start.get(phrase.plain[:2], ()), phrase.plain)
    return Phrases(each, tuple(phrase for phrase in each if phrase.pattern is not None), by_start)


def compile_phrase(phrase: str) -> Phrase:
    """Raises ValueError, in Chinese, for an empty phrase or an unknown slot."""
    if not phrase.strip(" …"):
        raise ValueError("说法是空的")
    parts = _PART.split(phrase.strip())
    if len(parts) == 1:
        return Phrase(normalize(parts[0]), None)
    needed = min((starts for part in parts if (starts := _needed(part))), key=len, default=frozenset())
    return Phrase("", re.compile("".join(_part(part) for part in parts)), needed)


def _needed(part: str) -> frozenset[str]:
    """How the words begin of which a text must have one; none for a gap, a slot, a choice that may be left out."""
    words = [part] if not part.startswith("（") else part[1:-1].split("/") if "/" in part else []
    starts = frozenset(normalize(word)[:2] for word in words)
    return frozenset() if part == "…" or "" in starts else starts


def _part(part: str) -> str:
    if part == "…":
        return _GAP
    if not part.startswith("（"):
        return re.escape(normalize(part))
    inside = part[1:-1]
    if "/" in inside:
        return f"(?:{'|'.join(re.escape(normalize(choice)) for choice in inside.split('/'))})"
    if inside not in _SLOTS:
        raise ValueError(f"不认识的占位 {part}，只能用 （数）（钱）（日期）（学期） 或 （甲/乙）")
    return _SLOTS[inside]
