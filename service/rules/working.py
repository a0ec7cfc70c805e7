"""One line of the working, computed from its own expression, so that anybody can compute it again."""

import ast
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal, DecimalException

from service.rules.ages import full_years
from service.rules.money import yuan

Value = Decimal | date

_LONGEST = 500


class BadExpression(Exception):
    """An expression that is no arithmetic of numbers and days."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, the value it comes to, the clause it rests on; `expression` gives `value` when evaluated.

    A step without an expression states a condition, or a number that a clause gives.
    """

    sentence: str
    value: str
    ref: str
    expression: str = ""

    @property
    def number(self) -> Decimal:
        return Decimal(self.value)


def compute(sentence: str, expression: str, ref: str) -> Step:
    """`{value}` in the sentence is replaced by what the expression comes to."""
    value = str(evaluate(expression))
    return Step(sentence.replace("{value}", value), value, ref, expression)


def evaluate(expression: str) -> Value:
    """+ - * / of exact decimals, `min` `max` `yuan` (half up to the 分) `down` (down to the 分),
    `whole` (down to a whole number), `day("2026-03-01")` + days, full `years` from one day to another.

    Raises BadExpression.
    """
    try:
        return _value(_parsed(expression).body, expression)
    except (SyntaxError, ValueError, OverflowError, RecursionError, DecimalException) as error:
        raise BadExpression(expression) from error


def literals(expression: str) -> list[str]:
    """The numbers and days written in an expression, as they stand there. Raises BadExpression."""
    try:
        tree = _parsed(expression)
    except (SyntaxError, ValueError) as error:
        raise BadExpression(expression) from error
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [str(ast.get_source_segment(expression, node)).strip("\"'") for node in constants]


def _parsed(expression: str) -> ast.Expression:
    if len(expression) > _LONGEST:
        raise BadExpression(expression[:_LONGEST])
    return ast.parse(expression, mode="eval")


def _value(node: ast.expr, source: str) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Decimal(str(ast.get_source_segment(source, node)))
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _value(node.left, source), _value(node.right, source))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _called(node.func.id, node.args, source)
    raise BadExpression(source)


def _combined(operator: ast.operator, left: Value, right: Value) -> Value:
    if isinstance(left, date) and isinstance(right, Decimal) and isinstance(operator, ast.Add) and right == int(right):
        return left + timedelta(days=int(right))
    if isinstance(left, date) or isinstance(right, date):
        raise BadExpression("days")
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Div):
        return left / right
    raise BadExpression("operator")


def _called(name: str, arguments: list[ast.expr], source: str) -> Value:
    if name == "day" and len(arguments) == 1 and isinstance(arguments[0], ast.Constant):
        return date.fromisoformat(str(arguments[0].value))
    values = [_value(argument, source) for argument in arguments]
    if name == "years" and len(values) == 2 and isinstance(values[0], date) and isinstance(values[1], date):
        return Decimal(full_years(values[0], values[1]))
    numbers = [value for value in values if isinstance(value, Decimal)]
    if len(numbers) != len(values) or not numbers:
        raise BadExpression(source)
    if name in {"yuan", "down"} and len(numbers) == 1:
        return yuan(numbers[0]) if name == "yuan" else numbers[0].quantize(Decimal("0.01"), rounding=ROUND_FLOOR)
    if name == "whole" and len(numbers) == 1:
        return numbers[0].to_integral_value(ROUND_FLOOR)
    if name in {"min", "max"}:
        return min(numbers) if name == "min" else max(numbers)
    raise BadExpression(source)
