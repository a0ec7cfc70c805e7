"""Plots as SVG: with Chinese labels where a Chinese font is installed, otherwise with English ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.ticker import PercentFormatter, ScalarFormatter
from matplotlib.typing import RcKeyType

from eval.abstention import Point
from eval.hits import DEPTHS, Way
from eval.measures import percentile

# Pieces of file names, the preferred first.
_CHINESE = ("notosanscjk", "sourcehansans", "wqy-microhei", "wqy-zenhei", "notoserifcjk", "simhei", "msyh")
_COLOURS = ("#b8c4d6", "#8fb0d9", "#4f83c2", "#1f4e8c")
_INK, _MARK = "#1f4e8c", "#c0392b"
_BINS = 40
_STYLE: dict[RcKeyType, object] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e9ee",
    "font.size": 10,
    "legend.frameon": False,
    "svg.hashsalt": "plots",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Chooses between a Chinese and an English label; `font` None: there is nothing to draw Chinese with."""

    font: str | None

    def say(self, chinese: str, english: str) -> str:
        return chinese if self.font else english

    @property
    def families(self) -> list[str]:
        return [self.font, "DejaVu Sans"] if self.font else ["DejaVu Sans"]


def chinese_font(files: Sequence[str] | None = None) -> str | None:
    """The name of an installed Chinese font; `files` are font files, by default those of this machine."""
    known = [Path(file) for file in (findSystemFonts() if files is None else files)]
    for mark in _CHINESE:
        for path in sorted(known, key=lambda path: ("regular" not in path.stem.lower(), path.name)):
            if path.name.lower().replace("_", "-").startswith(mark):
                fontManager.addfont(path)
                return FontProperties(fname=path).get_name()
    return None


def svg(draw: Callable[[Axes, Labels], None], labels: Labels, *, width: float = 7, height: float = 3.4) -> str:
    """One plot; letters become shapes, so that the page needs no font to show them."""
    with rc_context({**_STYLE, "font.family": labels.families}):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot(), labels)
        drawn = StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    return drawn.getvalue()


def retrieval(ways: Sequence[Way]) -> Callable[[Axes, Labels], None]:
    """Bars: the share of questions with a right clause among the first 1, 2, 3, 5."""

    def draw(axes: Axes, labels: Labels) -> None:
        places = np.arange(len(DEPTHS))
        width = 0.8 / len(ways)
        for n, way in enumerate(ways):
            shares = [hit / max(way.searched, 1) for hit in way.hits]
            name, colour = labels.say(way.name, way.english), _COLOURS[n % len(_COLOURS)]
            bars = axes.bar(places + (n - (len(ways) - 1) / 2) * width, shares, width * 0.92, label=name, color=colour)
            axes.bar_label(bars, [f"{100 * share:.0f}" for share in shares], padding=1, fontsize=8, color="#555")
        axes.set_xticks(places, [labels.say(f"前 {depth} 条", f"hit@{depth}") for depth in DEPTHS])
        axes.set_ylim(0, 1.05)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.grid(visible=False, axis="x")
        axes.legend(ncols=len(ways), loc="lower center", bbox_to_anchor=(0.5, 1.0))

    return draw


def latency(milliseconds: Sequence[float]) -> Callable[[Axes, Labels], None]:
    """A histogram on a logarithmic scale: a slow few must not squeeze the rest into one bar."""

    def draw(axes: Axes, labels: Labels) -> None:
        least, most = max(min(milliseconds), 0.01) / 1.05, max(milliseconds) * 1.05
        axes.hist(milliseconds, bins=np.geomspace(least, most, _BINS).tolist(), color=_COLOURS[2])
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter("")
        for share, line in ((0.5, "-"), (0.95, "--"), (0.99, ":")):
            at = percentile(milliseconds, share)
            axes.axvline(at, color=_MARK, linestyle=line, linewidth=1.2, label=f"p{100 * share:.0f} = {at:.1f}")
        axes.set_xlabel(labels.say("每题用时（毫秒，对数刻度）", "milliseconds per question (log scale)"))
        axes.set_ylabel(labels.say("题数", "questions"))
        axes.legend()

    return draw


def trade_off(curve: Sequence[Point], shipped: Point) -> Callable[[Axes, Labels], None]:
    """Coverage against wrong answers, with the threshold in use marked."""

    def draw(axes: Axes, labels: Labels) -> None:
        coverage, wrong = [one.coverage for one in curve], [one.wrong_share for one in curve]
        axes.plot(wrong, coverage, color=_INK, linewidth=1.6, marker=".", markersize=4)
        name = labels.say("现用门槛", "threshold in use")
        marked = f"{name} {shipped.threshold:.2f}"
        axes.plot(shipped.wrong_share, shipped.coverage, "o", color=_MARK, markersize=8, linestyle="", label=marked)
        axes.set_xlabel(labels.say("不该答的题，答了的比例", "unanswerable questions that are answered"))
        axes.set_ylabel(labels.say("该答的题，答了的比例", "answerable questions that are answered"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.margins(0.08)
        axes.legend(loc="lower right")

    return draw
