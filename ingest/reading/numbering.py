"""Word's automatic numbering: numbering.xml and the paragraphs in order → the numbers that are printed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COUNTING = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting")
_CHINESE = frozenset((*_COUNTING, "taiwaneseCountingThousand"))
_DEEPEST_LEVEL = 9


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int
    gap: str


@dataclass(slots=True)
class Numbering:
    """Counts as it goes: `label` must be called once for each numbered paragraph, in order."""

    levels: Mapping[tuple[str, int], _Level] = field(default_factory=dict)
    abstract_of: Mapping[str, str] = field(default_factory=dict)
    restarts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def label(self, number: str, level: int) -> str:
        """`第三条　`, `（二）`, or "" for a bullet and for what numbering.xml does not know."""
        abstract = self.abstract_of.get(number, "")
        here = self.levels.get((abstract, level))
        if not here:
            return ""
        counters = self._counters[abstract]
        restart = self.restarts.get((number, level))
        if restart is not None and (number, level) not in self._seen:
            counters[level] = restart - 1
        self._seen.add((number, level))
        counters[level] = counters.get(level, here.start - 1) + 1
        for deeper in [known for known in counters if known > level]:
            del counters[deeper]
        if here.form in ("bullet", "none"):
            return ""
        text = here.text
        for upper in range(_DEEPEST_LEVEL):
            form = self.levels.get((abstract, upper))
            if form and f"%{upper + 1}" in text:
                text = text.replace(f"%{upper + 1}", written(counters.get(upper, form.start), form.form))
        return text + here.gap


def read_numbering(root: Element | None) -> Numbering:
    if root is None:
        return Numbering()
    levels = {
        (value(abstract, "abstractNumId"), int(value(level, "ilvl") or 0)): _level(level)
        for abstract in root.iter(f"{W}abstractNum")
        for level in abstract.iter(f"{W}lvl")
    }
    numbers = list(root.iter(f"{W}num"))
    return Numbering(
        levels,
        {value(one, "numId"): child_value(one, "abstractNumId") for one in numbers},
        {
            (value(one, "numId"), int(value(override, "ilvl") or 0)): int(start)
            for one in numbers
            for override in one.iter(f"{W}lvlOverride")
            if (start := child_value(override, "startOverride"))
        },
    )


def value(element: Element, name: str) -> str:
    return element.get(W + name, "")


def child_value(element: Element, name: str) -> str:
    child = element.find(W + name)
    return "" if child is None else value(child, "val")


def written(number: int, form: str) -> str:
    """12 as 十二, ⑫, xii, l …; a form nobody uses here is written in digits."""
    if form in _CHINESE and 0 < number < 10_000:
        return chinese(number)
    if form.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    if form in ("lowerRoman", "upperRoman") and 0 < number < 40:
        roman = "X" * (number // 10) + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][number % 10]
        return roman.lower() if form == "lowerRoman" else roman
    return str(number)


def chinese(number: int) -> str:
    """1 to 9999 as articles are numbered: 十, 二十一, 一百零三, 一百一十."""
    digits, units = "零一二三四五六七八九", ("千", "百", "十", "")
    text, gap = "", False
    for digit, unit in zip(map(int, f"{number:04d}"), units, strict=True):
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + unit
        gap = not digit
    return text[1:] if text.startswith("一十") else text


def _level(element: Element) -> _Level:
    gap = {"nothing": "", "space": " "}.get(child_value(element, "suff"), " ")
    start = child_value(element, "start")
    return _Level(child_value(element, "numFmt"), child_value(element, "lvlText"), int(start or 1), gap)
