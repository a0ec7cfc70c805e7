"""What a family may claim → a picture: one bar a benefit, along the age of the child."""

from collections.abc import Sequence
from datetime import date
from xml.etree.ElementTree import Element, SubElement, tostring

from service.rules.facts import Facts
from service.rules.family import Claim

_LEFT, _TOP, _ROW, _MONTH, _BOTTOM = 204, 64, 30, 8, 40
_FIRST, _LAST = -12, 72
_MARKS = {-12: "备孕", 0: "出生", 12: "1岁", 24: "2岁", 36: "3岁", 48: "4岁", 60: "5岁", 72: "6岁"}
_KINDS = {
    True: ("#1b7f4d", "符合"),
    None: ("#b26a00", "还要看情况"),
    False: ("#8a8f98", "不在内"),
}
_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"


def timeline(claims: Sequence[Claim], facts: Facts) -> str:
    """An SVG document; with `child_birth_date` among the facts the marks carry their years."""
    shown = [claim for claim in claims if claim.benefit.months]
    width = _LEFT + (_LAST - _FIRST) * _MONTH + 24
    height = _TOP + len(shown) * _ROW + _BOTTOM
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "role": "img",
            "font-family": _FONT,
            "font-size": "14",
        },
    )
    SubElement(svg, "title").text = "各项待遇对应的孩子年龄（示意）：" + "；".join(map(_in_words, shown))
    SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    _axis(svg, height - _BOTTOM, facts.get("child_birth_date"))
    for row, claim in enumerate(shown):
        _bar(svg, claim, _TOP + row * _ROW)
    _legend(svg, height - 12)
    return tostring(svg, encoding="unicode")


def _in_words(claim: Claim) -> str:
    return f"{claim.benefit.name}，{_KINDS[claim.entitlement.eligible][1]}"


def _x(month: int) -> str:
    return str(_LEFT + (min(max(month, _FIRST), _LAST) - _FIRST) * _MONTH)


def _axis(svg: Element, bottom: int, born: object) -> None:
    for month, label in _MARKS.items():
        colour = "#333333" if month == 0 else "#d5d9e0"
        SubElement(svg, "line", {"x1": _x(month), "x2": _x(month), "y1": "48", "y2": str(bottom), "stroke": colour})
        year = f"（{born.year + month // 12}年）" if isinstance(born, date) and month >= 0 else ""
        _text(svg, _x(month), 28, label, "#333333", "middle")
        _text(svg, _x(month), 44, year, "#555555", "middle", size="11")


def _bar(svg: Element, claim: Claim, top: int) -> None:
    colour, _ = _KINDS[claim.entitlement.eligible]
    first, last = claim.benefit.months or (_FIRST, _LAST)
    _text(svg, str(_LEFT - 10), top + 15, claim.benefit.name, "#222222", "end")
    SubElement(
        svg,
        "rect",
        {
            "x": _x(first),
            "y": str(top + 3),
            "width": str(max(int(_x(last)) - int(_x(first)), 6)),
            "height": "16",
            "rx": "3",
            "fill": colour,
        },
    )


def _legend(svg: Element, y: int) -> None:
    for place, (colour, label) in enumerate(_KINDS.values()):
        x = _LEFT + place * 120
        SubElement(svg, "rect", {"x": str(x), "y": str(y - 11), "width": "14", "height": "12", "fill": colour})
        _text(svg, str(x + 20), y, label, "#333333", "start", size="12")
    _text(svg, str(_LEFT + 3 * 120), y, "时间只是示意，以条款和经办单位为准", "#555555", "start", size="12")


def _text(svg: Element, x: str, y: int, text: str, colour: str, anchor: str, size: str = "14") -> None:
    if text:
        attributes = {"x": x, "y": str(y), "fill": colour, "text-anchor": anchor, "font-size": size}
        SubElement(svg, "text", attributes).text = text
