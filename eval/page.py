"""What was found → one HTML page that needs nothing beside itself: scores, misses, change, search, time, abstention."""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from eval.abstention import Leaning, curve, point
from eval.ask import Asked
from eval.baseline import Change
from eval.heard import Heard, not_understood, summary
from eval.hits import DEPTHS, Way
from eval.measures import Grade, forbidden, lacking, percentile
from eval.plots import Labels, latency, retrieval, svg, trade_off
from eval.scores import Graded, Score, groups_of, score, wrong_parts

_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_GROUPS = {
    "lookup": "查条款",
    "synonym": "换个说法",
    "typo": "错别字",
    "dialect": "方言",
    "voice": "语音转写",
    "multi_intent": "一问多事",
    "calc": "算金额",
    "calc_missing": "缺条件",
    "dialog": "多轮",
    "false_premise": "前提不对",
    "time_version": "时间与版本",
    "other_region": "外地",
    "no_basis": "文本没写",
    "out_of_scope": "题外话",
    "injection": "诱导越权",
    "sensitive": "敏感",
    "boundary": "边界",
    "organisation": "机构办事",
    "related_regulation": "有关法规",
}
_STATUSES = {
    "answered": "已回答",
    "asks_for_fact": "追问情况",
    "no_basis": "没有依据",
    "out_of_scope": "题外话",
    "refused": "拒绝",
    "handed_over": "转人工",
    "failed": "出错",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the page tells; `changes` None: nothing has been accepted to compare with."""

    graded: Sequence[Graded]
    changes: Sequence[Change] | None
    ways: Sequence[Way]
    leanings: Sequence[Leaning]
    threshold: float
    heard: Sequence[Heard] = ()


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    score: Score


@dataclass(frozen=True, slots=True)
class Cell:
    """How many questions that expected one status got another; `right`: it was among those expected."""

    count: int
    right: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    got: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Miss:
    asked: Asked
    wrong: list[str]
    expected: str
    lacking: list[str]
    forbidden: list[str]


def write_page(path: Path, found: Findings, labels: Labels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(found, labels), encoding="utf-8")


def render(found: Findings, labels: Labels) -> str:
    milliseconds = [1000 * asked.seconds for asked, _ in found.graded]
    shipped = point(found.leanings, found.threshold)
    return (
        _environment()
        .get_template("page.html")
        .render(
            found=found,
            rows=[Row(name, score(group)) for name, group in groups_of(found.graded).items()],
            total=score(found.graded),
            moved=[one for one in found.changes or () if one.lost or one.won or one.before != one.now],
            confusion=confusion(found.graded),
            misses=[_miss(asked, one) for asked, one in found.graded if not one.right],
            questions={asked.golden.id: "→".join(asked.golden.turns) for asked, _ in found.graded},
            depths=DEPTHS,
            heard=summary(found.heard),
            not_understood=not_understood(found.heard),
            percentiles=[(share, percentile(milliseconds, share)) for share in (0.5, 0.95, 0.99, 1.0)],
            points=[point(found.leanings, threshold) for threshold in sorted({*_THRESHOLDS, found.threshold})],
            shipped=shipped,
            search_plot=_image(svg(retrieval(found.ways), labels)),
            latency_plot=_image(svg(latency(milliseconds), labels)),
            trade_off_plot=_image(svg(trade_off(list(curve(found.leanings)), shipped), labels)),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"group": group_name, "status": status_name, "percent": _percent}
    return environment


def group_name(group: str) -> str:
    return _GROUPS.get(group, group)


def status_name(status: str) -> str:
    return _STATUSES.get(status, status)


def _percent(part: float, whole: float = 1) -> str:
    return f"{part / whole:.0%}" if whole else "—"


def _image(drawn: str) -> str:
    """An image of its own, so that the names inside one plot do not meet those of another."""
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


def confusion(graded: Sequence[Graded]) -> Confusion:
    """Expected × got; where several are right, they make one row."""
    counts = Counter((asked.golden.expect.status, asked.answer.status.value) for asked, _ in graded)
    got = [status for status in _STATUSES if any(status == one for _, one in counts)]
    expected = sorted({wanted for wanted, _ in counts}, key=lambda wanted: (len(wanted), list(map(_place, wanted))))
    rows = [(_either(wanted), [Cell(counts[wanted, one], one in wanted) for one in got]) for wanted in expected]
    return Confusion(got, rows)


def _place(status: str) -> int:
    return list(_STATUSES).index(status)


def _either(statuses: Sequence[str]) -> str:
    return "或".join(map(status_name, statuses))


def _miss(asked: Asked, one: Grade) -> Miss:
    expect = asked.golden.expect
    return Miss(
        asked=asked,
        wrong=wrong_parts(one),
        expected=_either(expect.status),
        lacking=["／".join(group) for group in lacking(asked.answer, expect)],
        forbidden=forbidden(asked.answer, expect),
    )
