"""Grades → the tables that people read: one row a group, with counts, and every miss."""

from collections import defaultdict
from collections.abc import Sequence

from rich.table import Table

from eval.ask import Asked
from eval.measures import Grade

Graded = tuple[Asked, Grade]


def by_group(graded: Sequence[Graded]) -> Table:
    table = Table("组", "题数", "全对", "状态对", "条款对", "要点对", "金额对", "无依据数字", title="按组得分")
    groups: dict[str, list[Grade]] = defaultdict(list)
    for asked, one in graded:
        groups[asked.golden.group].append(one)
    for name, grades in groups.items():
        table.add_row(name, *_counts(grades))
    table.add_row("合计", *_counts([one for _, one in graded]), style="bold")
    return table


def _counts(grades: Sequence[Grade]) -> list[str]:
    amounts = [g.amount for g in grades if g.amount is not None]
    right = sum(g.right for g in grades)
    return [
        str(len(grades)),
        f"{right} ({right / len(grades):.0%})" if grades else "0",
        str(sum(g.status for g in grades)),
        str(sum(g.clauses for g in grades)),
        str(sum(g.facts for g in grades)),
        f"{sum(amounts)}/{len(amounts)}",
        str(sum(len(g.unsupported) for g in grades)),
    ]


def misses(graded: Sequence[Graded]) -> list[str]:
    return [_miss(asked, one) for asked, one in graded if not one.right]


def _miss(asked: Asked, one: Grade) -> str:
    wrong = [name for name, ok in (("状态", one.status), ("条款", one.clauses), ("要点", one.facts)) if not ok]
    wrong += ["金额"] if one.amount is False else []
    wrong += [f"无依据数字 {'、'.join(one.unsupported)}"] if one.unsupported else []
    golden, answer = asked.golden, asked.answer
    cited = "、".join(citation.ref for citation in answer.citations)
    return (
        f"{golden.id} {golden.group} 错在{'、'.join(wrong)}｜问：{' → '.join(golden.turns)}\n"
        f"    要 {'/'.join(golden.expect.status)} {'、'.join(golden.expect.clauses)} {golden.expect.amount or ''}"
        f"｜得 {answer.status.value} {cited} {[str(e.amount) for e in answer.entitlements]}"
    )
