"""Plots as SVG elements: colours and sizes as attributes, so that neither a style nor a script is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

COLOURS = ("#1f5a96", "#3f9c8f", "#d9932b", "#8a6bb1", "#8593a1")
_INK, _SOFT, _GRID = "#1d2733", "#55626f", "#e3e8ed"
_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 12, 24
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the axis: its label, "" for none, its name in the tip, and one value for each series."""

    label: str
    name: str
    values: tuple[int, ...]


def columns(title: str, series: Sequence[str], shown: Sequence[Column], *, width: int = 700, height: int = 170) -> str:
    """Stacked columns; `series` names what is stacked, the lowest first. Widths and heights in pixels."""
    svg = _svg(title, width, height)
    most = max((sum(column.values) for column in shown), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    floor = height - _BOTTOM
    for value in range(0, top + 1, step):
        y = floor - value * (floor - _TOP) / top
        _line(svg, _LEFT, width - _RIGHT, y)
        _text(svg, _LEFT - 6, y + 4, f"{value:,}", "end", _SOFT)
    room = (width - _LEFT - _RIGHT) / max(len(shown), 1)
    for place, column in enumerate(shown):
        left, y = _LEFT + place * room, float(floor)
        for n, value in enumerate(column.values):
            if value:
                tall = value * (floor - _TOP) / top
                y -= tall
                bar = _bar(svg, left + room * 0.14, y, room * 0.72, tall, COLOURS[n % len(COLOURS)])
                named = f"{series[n]} " if len(series) > 1 else ""
                SubElement(bar, "title").text = f"{column.name}：{named}{value:,} 个"
        if column.label:
            _text(svg, left + room / 2, floor + 16, column.label, "middle", _SOFT)
    return tostring(svg, encoding="unicode")


def share_bar(title: str, value: int, whole: int, *, width: int = 150, colour: str = COLOURS[0]) -> str:
    """A thin bar for a cell of a table, as long as its share of `whole`."""
    svg = _svg(title, width, 12)
    _bar(svg, 0, 2, width, 8, _GRID)
    if value and whole:
        _bar(svg, 0, 2, max(2.0, width * value / whole), 8, colour)
    return tostring(svg, encoding="unicode")


def key(names: Mapping[str, str]) -> str:
    """The legend: name → colour."""
    svg = _svg("图例：" + "、".join(names), 140 * len(names), 18)
    for place, (name, colour) in enumerate(names.items()):
        _bar(svg, place * 140, 3, 12, 12, colour)
        _text(svg, place * 140 + 18, 13, name, "start", _INK)
    return tostring(svg, encoding="unicode")


def _step(most: int) -> int:
    """Between the lines of the grid: 1, 2 or 5 times a power of ten, for at most five lines."""
    power = 1
    while True:
        for step in _STEPS:
            if most <= 4 * step * power:
                return step * power
        power *= 10


def _svg(title: str, width: int, height: int) -> Element:
    svg = Element(
        "svg",
        {
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "role": "img",
            "font-family": _FONT,
            "font-size": "11",
        },
    )
    SubElement(svg, "title").text = title
    return svg


def _bar(svg: Element, x: float, y: float, width: float, height: float, colour: str) -> Element:
    places = {"x": x, "y": y, "width": width, "height": height}
    return SubElement(svg, "rect", {name: f"{value:.1f}" for name, value in places.items()} | {"fill": colour})


def _line(svg: Element, left: float, right: float, y: float) -> None:
    SubElement(svg, "line", {"x1": str(left), "x2": str(right), "y1": f"{y:.1f}", "y2": f"{y:.1f}", "stroke": _GRID})


def _text(svg: Element, x: float, y: float, text: str, anchor: str, colour: str) -> None:
    places = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "fill": colour}
    SubElement(svg, "text", places).text = text
