"""Phrases as clerks write them → compiled patterns.

A phrase is plain text; `…` is a gap of up to eight characters without punctuation; `（甲/乙）` is either of the two;
`（数）` `（钱）` `（日期）` `（学期）` `（岁数）` `（月龄）` stand for a number, money, a date, a school term and an
age in years or months, and are captured; `（孩）` is any word for a child, `（妻）` any for a wife.
Phrases and texts are compared after `normalize`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from corpus.tokens import normalize

NUMERAL = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[0-9零〇一二两三四五六七八九十百千万亿半点]+"
_MONEY = (
    r"(?:[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:w[0-9](?![0-9a-z])|[wk](?![a-z])|[千百万](?:[0-9][千百十])*(?:[0-9](?![0-9]))?)?"
    r"|[零〇一二两三四五六七八九十百千万亿点壹贰叁肆伍陆柒捌玖拾佰仟]{1,12})"
)
_DATE = (
    r"(?:(?:(?:[0-9]{2,4}|今|去|前|大前|明|后|[零〇一二三四五六七八九]{2,4})年(?:的)?)?"
    r"(?:(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}|元|正|腊|这个|本|上个?|上上个?|下个?|下下个?)月(?:份|底|初|中)?"
    r"(?:(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号]|[0-9]{1,2}(?=的|生|出生)|二?十[一二三四五六七八九](?![个天岁多几万千]))?"
    r"|(?:元旦|五一|六一|国庆)节?(?:[那当]天)?)"
    r"|(?:上上?|下下?|这|本)个?(?:周|星期|礼拜)[一二三四五六日天]"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{8}(?![0-9])"
    r"|今天|今日|昨天|前天|大前天|明天|后天|大后天|今年|去年|前年|明年|后年"
    r"|(?:[0-9]{4}|[0-9]{2}|[零〇一二三四五六七八九]{4}|[零〇一二][零〇一二三四五六七八九])(?:一?整|全)?年)"
)
_YEAR = r"(?:[0-9]{4}|[0-9]{2}|今|去|前|明|[零〇一二三四五六七八九]{4})年(?:的)?"
_TERM = (
    rf"(?:{_YEAR}[春秋](?:季|天)?(?:学期)?|[春秋](?:[季天](?:学期)?|学期)|{_YEAR}[上下]半年(?:[那这]个?|的)?学期"
    r"|[0-9]{4}年?[-到至/][0-9]{4}年?学年(?:度)?(?:的)?第[一二12]学期|(?:[这本]个?|上个?|下个?)学期)"
)
_AGE_ENDS = (
    r"(?!多|来|左右|上下|出头|前后|以下|以上|以内|之前|以前|前|时|那年|的时候|就|半|零|又|[0-9一二两三四五六七八九十])"
)
_MONTHS = rf"(?:{NUMERAL})个半?多?月"
_CHILD = (
    "娃儿|娃娃|娃|细伢|毛伢|伢子|伢|孩子|宝宝|宝贝|小孩|毛毛|崽|儿子|女儿|姑娘|老[大二三四]|[大二三四小]宝"
    "|[一二三四]胎|双胞胎|最?小的|孙子|孙女|外孙"
)
_WIFE = "老婆大人|老婆|堂客|媳妇|爱人|妻子|太太|内人|婆娘|屋里人|女方|孩子妈|她"
_SLOTS = {
    "数": f"(?P<number>{NUMERAL})",
    "钱": f"(?P<money>{_MONEY})",
    "日期": f"(?P<date>{_DATE})",
    "学期": f"(?P<term>{_TERM})",
    "岁数": rf"(?P<age>(?:{NUMERAL})(?:周岁|岁)(?:半|[零又]?{_MONTHS})?{_AGE_ENDS})",
    "月龄": f"(?P<age>{_MONTHS})",
    "孩": f"(?:{_CHILD})",
    "妻": f"(?:{_WIFE})",
}
_SLOT_STARTS = {
    "日期": frozenset("年月天日周") | {"星期", "礼拜", "元旦", "五一", "六一", "国庆", "19", "20"},
    "学期": frozenset({"春", "秋", "学期"}),
    "岁数": frozenset("岁"),
    "月龄": frozenset("月"),
    "孩": frozenset("娃伢孩宝毛崽儿女姑老胎小外孙"),
    "妻": frozenset({"老婆", "堂客", "媳妇", "爱人", "妻", "太太", "内人", "婆娘", "屋里", "女方", "妈", "她"}),
}
_GAP = r"[^。!?;,\n]{0,8}?"
_PART = re.compile(r"(…|（[^（）]*）)")


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stood in the normalized text, and what its slots held, by name."""

    start: int
    end: int
    slots: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def value(self) -> str:
        """What the first slot held, "" where there is none."""
        return next((value for value in self.slots.values() if value), "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase, compiled; a plain one is found as a substring, which is many times faster.

    `needed`: of each of these sets of words' starts a text must have one.
    """

    plain: str
    pattern: re.Pattern[str] | None
    needed: tuple[frozenset[str], ...] = ()

    def said_in(self, normalized: str) -> bool:
        return self.plain in normalized if self.pattern is None else self.pattern.search(normalized) is not None

    def find(self, normalized: str) -> list[Match]:
        """Every place of the phrase in a text that `normalize` has already treated."""
        if self.pattern is None and self.plain not in normalized:
            return []
        pattern = self.pattern or re.compile(re.escape(self.plain))
        return [
            Match(found.start(), found.end(), found.groupdict(), found[0]) for found in pattern.finditer(normalized)
        ]


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
            for starts in phrase.needed:
                if starts.isdisjoint(pairs):
                    break
            else:
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
    needed = tuple(sorted((starts for part in parts if (starts := _needed(part))), key=len))
    return Phrase("", re.compile("".join(_part(part) for part in parts)), needed)


def _needed(part: str) -> frozenset[str]:
    """How the words begin of which a text must have one; none for a gap, a slot, a choice that may be left out."""
    if part[1:-1] in _SLOT_STARTS:
        return _SLOT_STARTS[part[1:-1]]
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
        raise ValueError(
            f"不认识的占位 {part}，只能用 （数）（钱）（日期）（学期）（岁数）（月龄）（孩）（妻） 或 （甲/乙）"
        )
    return _SLOTS[inside]
