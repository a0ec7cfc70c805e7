"""Grades → what the screen shows: one row a group, with counts, and every miss."""

from collections.abc import Sequence

from rich.table import Table

from eval.ask import Asked
from eval.measures import Grade
from eval.scores import Graded, Score, groups_of, score, wrong_parts


def table(graded: Sequence[Graded]) -> Table:
    shown = Table("组", "题数", "全对", "状态对", "条款对", "要点对", "金额对", "无依据数字", title="按组得分")
    for name, group in groups_of(graded).items():
        shown.add_row(name, *_counts(score(group)))
    shown.add_row("合计", *_counts(score(graded)), style="bold")
    return shown


def _counts(of: Score) -> list[str]:
    return [
        str(of.asked),
        f"{of.right} ({of.right / of.asked:.0%})" if of.asked else "0",
        str(of.status),
        str(of.clauses),
        str(of.facts),
        f"{of.amount}/{of.amounts}",
        str(of.unsupported),
    ]


def misses(graded: Sequence[Graded]) -> list[str]:
    return [_miss(asked, one) for asked, one in graded if not one.right]


def _miss(asked: Asked, one: Grade) -> str:
    golden, answer = asked.golden, asked.answer
    cited = "、".join(citation.ref for citation in answer.citations)
    return (
        f"{golden.id} {golden.group} 错在{'、'.join(wrong_parts(one))}｜问：{' → '.join(golden.turns)}\n"
        f"    要 {'/'.join(golden.expect.status)} {'、'.join(golden.expect.clauses)} {golden.expect.amount or ''}"
        f"｜得 {answer.status.value} {cited} {[str(e.amount) for e in answer.entitlements]}"
    )
