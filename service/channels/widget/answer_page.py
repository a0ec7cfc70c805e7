"""A recorded answer → what its page shows: lines with their marks, calculations in words, never the question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from service.dialogue import Answer, Citation
from service.records import Kept
from service.rules.benefit import Entitlement
from service.rules.catalogue import benefits
from service.rules.facts import fact_types

_MARK = re.compile(r"\[([0-9]{1,3})\]")
_LEVELS = {
    "keywords": "作答时只能按字词查找，可能查不全。",
    "last_good": "作答时资料正在更新，用的是上一版。",
    "rules_only": "作答时查不到条款，只做了计算。",
}
_KINDS = {
    "payable": "可领",
    "ceiling": "最高不超过",
    "reduction": "减免",
    "difference": "一年少付利息",
    "deduction": "应纳税所得额减",
    "duration": "",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or the mark of a citation (`mark` above 0)."""

    text: str
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    sentence: str
    value: str
    clause: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """`computed`: it comes to an amount."""

    name: str
    computed: bool
    outcome: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Shown:
    answer: Answer
    answered_on: date
    level: str
    lines: Sequence[Sequence[Piece]]
    calculations: Sequence[Calculation]


def shown(kept: Kept, zone: tzinfo | None) -> Shown:
    """`zone` is the one whose day counts as the day of the answer."""
    answer = kept.answer
    marks = {citation.mark for citation in answer.citations}
    return Shown(
        answer=answer,
        answered_on=kept.asked_at.astimezone(zone).date(),
        level=_LEVELS.get(answer.level.value, ""),
        lines=[_pieces(line, marks) for line in answer.text.split("\n")],
        calculations=[_calculation(one, answer.citations) for one in answer.entitlements if one.working],
    )


def _pieces(line: str, marks: set[int]) -> list[Piece]:
    """A number in brackets that is no citation stays text."""
    parts = _MARK.split(line)
    return [
        Piece(part) if place % 2 == 0 else Piece("", int(part)) if int(part) in marks else Piece(f"[{part}]")
        for place, part in enumerate(parts)
    ]


def _calculation(one: Entitlement, citations: Sequence[Citation]) -> Calculation:
    labels = {citation.ref: f"[{citation.mark}] {citation.label}" for citation in citations}
    steps = [
        Step(step.sentence, _in_words(one.benefit, step.value), labels.get(step.ref, step.ref)) for step in one.working
    ]
    return Calculation(one.name, one.amount is not None, _outcome(one), steps)


def _outcome(one: Entitlement) -> str:
    if one.eligible is None:
        return "还要看情况"
    if not one.eligible:
        return "不在内"
    if one.amount is None:
        return "符合"
    return " ".join(filter(None, (_KINDS.get(one.amount_kind), one.period, f"{one.amount}{one.unit}")))


def _in_words(slug: str, value: str) -> str:
    """A choice by its label: a step only knows its value."""
    if value in {"true", "false"}:
        return "是" if value == "true" else "否"
    if not re.fullmatch(r"[a-z_]+", value):
        return value
    needs = benefits()[slug].needs if slug in benefits() else ()
    labels = {fact_types()[fact].choices[value] for fact in needs if value in fact_types()[fact].choices}
    return labels.pop() if len(labels) == 1 else ""
