"""The working of one entitlement as versioned JSON, and its check from the working alone."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, ConfigDict

from service.rules.benefit import Benefit, Entitlement, assess, dated
from service.rules.facts import Facts
from service.rules.parameters import NotInForce
from service.rules.working import BadExpression, evaluate, literals

VERSION = 1
_OF_NATURE = (Decimal(1), Decimal(12), Decimal(100))  # one, the months of a year, percent


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TracedParameter(_Part):
    name: str
    value: str
    ref: str
    phrase: str
    effective_from: date


class TracedStep(_Part):
    """`expression` comes to `value`; empty for a condition, or for a number that a clause or the citizen gives."""

    sentence: str
    value: str
    ref: str
    expression: str


class Trace(_Part):
    """What was given, what the clauses give, each step, and the result."""

    version: int
    benefit: str
    on: date
    about: date
    facts: Mapping[str, str]
    parameters: tuple[TracedParameter, ...]
    working: tuple[TracedStep, ...]
    eligible: bool | None
    amount: str | None
    unit: str
    until: date | None


def trace(benefit: Benefit, facts: Facts, on: date, about: date) -> Trace:
    entitlement = assess(benefit, facts, on, about)
    day = dated(benefit, facts) or about
    return Trace(
        version=VERSION,
        benefit=benefit.slug,
        on=on,
        about=day,
        facts={name: str(value) for name, value in entitlement.inputs.items()},
        parameters=tuple(_parameters(benefit, on, day)),
        working=tuple(
            TracedStep(sentence=s.sentence, value=s.value, ref=s.ref, expression=s.expression)
            for s in entitlement.working
        ),
        eligible=entitlement.eligible,
        amount=_text(entitlement),
        unit=entitlement.unit,
        until=entitlement.until,
    )


def _text(entitlement: Entitlement) -> str | None:
    return None if entitlement.amount is None else str(entitlement.amount)


def _parameters(benefit: Benefit, on: date, about: date) -> Iterable[TracedParameter]:
    for name, parameter in benefit.parameters.items():
        try:
            held = parameter.value(on, about)
        except NotInForce:
            continue
        yield TracedParameter(
            name=name,
            value=str(held.value),
            ref=held.ref,
            phrase=held.phrase,
            effective_from=held.effective_from,
        )


def verify(traced: Trace) -> list[str]:
    """What is wrong with it, in Chinese; empty when every step computes and the result is one of them."""
    if traced.version != VERSION:
        return [f"版本是 {traced.version}，这里只会核对版本 {VERSION}"]
    wrong = []
    known = {*_numbers(traced.facts.values()), *_numbers(p.value for p in traced.parameters), *_OF_NATURE}
    days = {*_days(traced.facts.values()), str(traced.about)}
    for number, step in enumerate(traced.working, start=1):
        if step.expression:
            wrong += [f"第{number}步：{problem}" for problem in _check(step, known, days)]
        elif not known.issuperset(_numbers([step.value])):
            wrong.append(f"第{number}步：{step.value} 没有来处")
        known |= set(_numbers([step.value]))
    if traced.amount is not None and traced.amount != _last(traced, _numbers):
        wrong.append(f"结果 {traced.amount} 不是最后一步算出来的")
    if traced.until is not None and str(traced.until) != _last(traced, _days):
        wrong.append(f"最后一天 {traced.until} 不是最后一步算出来的")
    return wrong


def _last(traced: Trace, kind: Callable[[Iterable[str]], Iterable[object]]) -> str:
    """The value of the last step that comes to a number, or to a day."""
    return next((step.value for step in reversed(traced.working) if list(kind([step.value]))), "")


def _check(step: TracedStep, known: set[Decimal], days: set[str]) -> Iterable[str]:
    try:
        value, written = str(evaluate(step.expression)), literals(step.expression)
    except BadExpression:
        yield f"算式 {step.expression} 读不懂"
        return
    if value != step.value:
        yield f"{step.expression} 应为 {value}，写的是 {step.value}"
    for literal in written:
        if literal not in days and not set(_numbers([literal])) & known:
            yield f"{literal} 没有来处"


def _numbers(texts: Iterable[str]) -> Iterable[Decimal]:
    for text in texts:
        try:
            number = Decimal(text)
        except InvalidOperation:
            continue
        if number.is_finite():
            yield number


def _days(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))
