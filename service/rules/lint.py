"""Every parameter's quoted phrase read again from its clause, and its number from the phrase."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.rules.benefit import Benefit
from service.rules.parameters import DatedValue

NumbersIn = Callable[[str], Set[Decimal]]


@dataclass(frozen=True, slots=True)
class Checked:
    """One value of one parameter; `problem` is empty when the clause says what the rule computes with."""

    benefit: str
    parameter: str
    value: Decimal
    ref: str
    effective_from: date
    problem: str


def lint(benefits: Iterable[Benefit], clauses: Mapping[str, str], numbers_in: NumbersIn) -> list[Checked]:
    """`clauses`: ref → text; `numbers_in` reads the numbers that a text states."""
    return [
        Checked(benefit.name, name, held.value, held.ref, held.effective_from, _problem(held, clauses, numbers_in))
        for benefit in benefits
        for name, parameter in benefit.parameters.items()
        for held in parameter.values
    ]


def _problem(held: DatedValue, clauses: Mapping[str, str], numbers_in: NumbersIn) -> str:
    text = clauses.get(held.ref)
    if text is None:
        return "没有这一条"
    if held.phrase not in text:
        return f"条款里没有「{held.phrase}」"
    if held.word:
        return "" if held.word in held.phrase else f"「{held.phrase}」里没有「{held.word}」"
    said = numbers_in(held.phrase)
    percent = {number / 100 for number in said} if "%" in held.phrase else set()
    return "" if held.value in said | percent else f"「{held.phrase}」写的不是 {held.value}"
