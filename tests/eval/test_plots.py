"""Plots: Chinese where it can be drawn, English where it cannot, the same picture every time."""

import re
from collections.abc import Callable

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.abstention import Point
from eval.hits import Way
from eval.plots import Labels, chinese_font, latency, retrieval, svg, trade_off

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WAYS = [Way("只按词", "words only", 10, (5, 6, 7, 8)), Way("词和向量", "words + vectors", 10, (7, 8, 9, 10))]
POINTS = [Point(0.1, 1, 4, 0, 2), Point(0.4, 3, 4, 1, 2), Point(2.0, 4, 4, 2, 2)]
PLOTS = {
    "retrieval": retrieval(WAYS),
    "latency": latency([8.0, 9.0, 9.5, 30.0, 900.0]),
    "trade-off": trade_off(POINTS, POINTS[1]),
}


def words_of(draw: Callable[[Axes, Labels], None], labels: Labels) -> str:
    axes = Figure().add_subplot()
    draw(axes, labels)
    legend = axes.get_legend()
    said = [axes.get_xlabel(), axes.get_ylabel(), *(tick.get_text() for tick in axes.get_xticklabels())]
    return " ".join([*said, *(text.get_text() for text in legend.get_texts() if legend)])


def test_without_a_chinese_font_nothing_is_chosen() -> None:
    bundled = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"

    assert chinese_font([]) is None
    assert chinese_font([bundled]) is None


@pytest.mark.parametrize("name", PLOTS)
def test_without_a_chinese_font_every_label_is_english(name: str) -> None:
    assert not CHINESE.search(words_of(PLOTS[name], Labels(None)))
    assert svg(PLOTS[name], Labels(None)).count("<svg") == 1  # a letter without a shape would be a warning


@pytest.mark.parametrize("name", PLOTS)
def test_with_one_the_labels_are_chinese(name: str) -> None:
    assert CHINESE.search(words_of(PLOTS[name], Labels("样例黑体")))


@pytest.mark.skipif(chinese_font() is None, reason="没有装中文字体")
@pytest.mark.parametrize("name", PLOTS)
def test_an_installed_chinese_font_has_every_letter(name: str) -> None:
    assert "<text" not in svg(PLOTS[name], Labels(chinese_font()))


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_numbers_make_the_same_picture(name: str) -> None:
    assert svg(PLOTS[name], Labels(None)) == svg(PLOTS[name], Labels(None))


def test_one_question_is_enough_for_the_histogram() -> None:
    assert "<svg" in svg(latency([12.0]), Labels(None))
