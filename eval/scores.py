"""Grades → counts: of one group, of all, and what was wrong with one answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from eval.ask import Asked
from eval.measures import Grade

Graded = tuple[Asked, Grade]


@dataclass(frozen=True, slots=True)
class Score:
    """Of `asked` questions, how many were right, wholly and in each part; only `amounts` of them want an amount."""

    asked: int
    right: int
    status: int
    clauses: int
    facts: int
    amount: int
    amounts: int
    unsupported: int


def score(graded: Sequence[Graded]) -> Score:
    grades = [one for _, one in graded]
    amounts = [one.amount for one in grades if one.amount is not None]
    return Score(
        asked=len(grades),
        right=sum(one.right for one in grades),
        status=sum(one.status for one in grades),
        clauses=sum(one.clauses for one in grades),
        facts=sum(one.facts for one in grades),
        amount=sum(amounts),
        amounts=len(amounts),
        unsupported=sum(len(one.unsupported) for one in grades),
    )


def groups_of(graded: Sequence[Graded]) -> dict[str, list[Graded]]:
    """In the order in which the groups are first asked."""
    groups: dict[str, list[Graded]] = defaultdict(list)
    for asked, one in graded:
        groups[asked.golden.group].append((asked, one))
    return dict(groups)


def wrong_parts(one: Grade) -> list[str]:
    wrong = [name for name, ok in (("状态", one.status), ("条款", one.clauses), ("要点", one.facts)) if not ok]
    wrong += ["金额"] if one.amount is False else []
    return wrong + ([f"无依据数字 {'、'.join(one.unsupported)}"] if one.unsupported else [])
