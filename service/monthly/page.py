"""Figures → the report: an article to be set into a page of the console, or a whole page that needs nothing else."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.dialogue import Status
from service.monthly import plots
from service.monthly.figures import CHANGES, Figures
from service.monthly.questions import FEWEST
from service.monthly.wording import CHANNELS, COMPLAINTS, NOT_ANSWERED, STATUSES, change, lasting, milliseconds, share
from service.monthly.wording import number as numeral
from service.tally import SHANGHAI

_FOLDER = Path(__file__).parent
STYLESHEET = _FOLDER / "report.css"
_PRINTED, _CHANGES_PRINTED = 12, 40
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a name, how many, what share of all, and a bar as long as it."""

    name: str
    count: str
    share: str
    bar: str


def article(figures: Figures, reasons: Mapping[str, str]) -> str:
    """HTML without styles or scripts; `reasons` names the codes of `Answer.reason`."""
    whole = len(figures.answers)
    asked_by = Counter(one.channel for one in figures.answers)
    statuses = Counter(one.status for one in figures.answers)
    channels = CHANNELS | {code: code for code in sorted(asked_by.keys() - CHANNELS)}
    return _TEMPLATES.get_template("article.html").render(
        f=figures,
        fewest=FEWEST,
        printed=_PRINTED,
        changes_printed=_CHANGES_PRINTED,
        change_names=CHANGES,
        total=whole,
        against=change(whole, figures.before) if figures.is_over else "",
        answered=share(statuses[Status.ANSWERED.value], whole),
        by_day=_by_day(figures, channels),
        by_hour=_by_hour(figures),
        key=plots.key(dict(zip(channels.values(), plots.COLOURS, strict=False))),
        channels=_rows(asked_by, channels),
        statuses=_rows(statuses, {status.value: name for status, name in STATUSES.items()}),
        unanswered=_reasons(figures, reasons),
        complaints=[_told(told.reasons) for told in (figures.citizens, figures.operators)],
        top=[group for group in figures.top.groups if group.wording],
        top_hidden=[group for group in figures.top.groups if not group.wording],
        queued=[group for group in figures.unsettled if group.alike.wording],
        number=numeral,
        share=share,
        milliseconds=milliseconds,
        lasting=lasting,
        local=_local,
        day=lambda at: f"{at.month}月{at.day}日",
    )


def document(figures: Figures, reasons: Mapping[str, str]) -> str:
    """A page with its stylesheet in it, to be kept, sent and printed."""
    css = STYLESHEET.read_text(encoding="utf-8")
    return _TEMPLATES.get_template("document.html").render(
        month=figures.month, css=css, article=article(figures, reasons)
    )


def _by_day(figures: Figures, channels: Mapping[str, str]) -> str:
    counts = Counter((one.day, one.channel) for one in figures.answers)
    first, last = figures.month.first, figures.month.last
    shown = []
    for n in range(1, last.day + 1):
        day = first.replace(day=n)
        values = tuple(counts[day, channel] for channel in channels)
        shown.append(plots.Column(str(n), f"{first.month}月{n}日", values))
    return plots.columns("每天提问的个数，按入口分", tuple(channels.values()), shown, height=150)


def _by_hour(figures: Figures) -> str:
    counts = Counter(one.hour for one in figures.answers)
    shown = [plots.Column(str(hour), f"{hour}时至{hour + 1}时", (counts[hour],)) for hour in range(24)]
    return plots.columns("一天里各个钟点提问的个数", ("提问",), shown, height=120)


def _rows(counts: Counter[str], names: Mapping[str, str]) -> list[Row]:
    """In the order of the names."""
    return [_row(name, counts[code], counts.total()) for code, name in names.items()]


def _row(name: str, count: int, whole: int) -> Row:
    bar = plots.share_bar(f"{name}占{share(count, whole)}", count, whole)
    return Row(name, numeral(count), share(count, whole), bar)


def _reasons(figures: Figures, names: Mapping[str, str]) -> list[tuple[str, str, list[Row]]]:
    """For each status that is no answer: its name, how many, and a row for each reason."""
    found = []
    for status in NOT_ANSWERED:
        counts = Counter(one.reason for one in figures.answers if one.status == status.value)
        rows = [
            _row(names.get(reason, reason) if reason else "没有相近的条款", count, counts.total())
            for reason, count in counts.most_common()
        ]
        if rows:
            found.append((STATUSES[status], numeral(counts.total()), rows))
    return found


def _told(reasons: Counter[str | None]) -> str:
    named = [(COMPLAINTS.get(reason, reason) if reason else "没说缘由", n) for reason, n in reasons.most_common()]
    return "、".join(f"{name} {numeral(n)}" for name, n in named)


def _local(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
