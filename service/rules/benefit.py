"""Facts → an Entitlement: the conditions of one benefit in order, then its formula."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from service.rules.ages import MonthTold
from service.rules.facts import Facts, FactValue, fact_types
from service.rules.parameters import DatedValue, NotInForce, Parameter
from service.rules.working import Step


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula comes to; `amount` is None where the text gives no number, `until` the last day of a term,
    `period` what the amount is for (每月, 2025年度) where it is not for the whole."""

    amount: Decimal | None
    steps: tuple[Step, ...]
    open_points: tuple[str, ...] = ()
    until: date | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class Fails:
    """A condition that needs computing is not met; the steps say which, and what applies instead."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """The text does not settle this case."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """A formula cannot go on without these facts."""

    facts: tuple[str, ...]


Outcome = Result | Needs | Fails | Open
Formula = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Instead:
    """What applies to those who fail a condition, told from the day `since` on."""

    since: date
    step: Step


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a clause. `met` may contain {value}.

    `unclear` maps a value, or `4+` for that number and above, to what the text leaves open there; `instead` says what
    applies to those who fail; `question` is put instead of the fact's own.
    """

    fact: str
    allowed: frozenset[str]
    at_least: int | None
    met: str
    failed: Mapping[str, str]
    unclear: Mapping[str, str]
    ref: str
    instead: Instead | None = None
    question: str = ""

    def verdict(self, value: FactValue) -> bool | None:
        """True: met, False: failed, None: the text leaves it open."""
        if self._unclear(value) is not None:
            return None
        if self.at_least is not None and isinstance(value, int | Decimal):
            return value >= self.at_least
        return _key(value) in self.allowed

    def _unclear(self, value: FactValue) -> str | None:
        for key, sentence in self.unclear.items():
            if key == _key(value):
                return sentence
            if key.endswith("+") and isinstance(value, int) and value >= int(key[:-1]):
                return sentence
        return None

    def sentence(self, value: FactValue, verdict: bool | None) -> str:
        key = _key(value)
        unclear = self._unclear(value)
        if unclear is not None:
            return unclear
        if verdict:
            label = fact_types()[self.fact].choices.get(key, key)
            return self.met.format(value=label)
        return self.failed.get(key) or self.failed["*"]


def _key(value: FactValue) -> str:
    return str(value).lower()


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example an officer can sign: the facts that matter, the day, and what comes out.

    `says` stand in the working or the open points, `silent` do not.
    """

    name: str
    on: date
    about: date
    facts: Facts
    eligible: bool | None
    amount: Decimal | None
    missing: tuple[str, ...]
    until: date | None = None
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a later rule changed, told from the day it takes effect; `first`: beside the benefit's own rule, which is
    no longer true without it."""

    since: date
    ref: str
    text: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit; `quote` is its operative sentence, word for word, in the clause `basis`.

    `dated_by` is the fact that says which day the parameters are taken of (a day, or a year); `months` are the child's
    first and last month of age that it concerns.
    """

    slug: str
    name: str
    basis: str
    label: str
    quote: str
    rate: str
    unit: str
    amount_kind: str
    stage: str
    units: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    conditions: tuple[Condition, ...]
    open_points: tuple[str, ...]
    not_known: str
    before: str
    dated_by: str | None
    changes: tuple[Change, ...]
    verbatim: bool
    months: tuple[int, int] | None
    formula: Formula
    examples: tuple[Example, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of all facts that the conditions and the formula may use, in the order in which they are asked."""
        formula = [name for name in inspect.signature(self.formula).parameters if name in fact_types()]
        dated = [self.dated_by] if self.dated_by else []
        return tuple(dict.fromkeys([*(condition.fact for condition in self.conditions), *formula, *dated]))

    def question(self, fact: str) -> str:
        """How this benefit asks for a fact."""
        own = (condition.question for condition in self.conditions if condition.fact == fact and condition.question)
        return next(own, fact_types()[fact].question)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether, and to how much. `eligible` None: it depends on `missing`, or, with nothing missing, is left open."""

    benefit: str
    name: str
    eligible: bool | None
    amount: Decimal | None
    unit: str
    amount_kind: str
    until: date | None = None
    period: str = ""
    working: tuple[Step, ...] = ()
    open_points: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    inputs: Facts = field(default_factory=dict)


def assess(benefit: Benefit, facts: Facts, on: date, about: date) -> Entitlement:
    """The whole rule: the first condition that fails or is open decides, then what is missing, then the formula.

    `on` is the day of asking, `about` the day asked about, unless the fact that dates the benefit is given. A day told
    only to its month is asked for where not every day of it comes to the same.
    """
    facts = _twins_first(facts)
    found = _assess(benefit, facts, on, about)
    months = {name: day for name in benefit.needs if isinstance(day := facts.get(name), MonthTold)}

    def same(name: str, day: date) -> bool:
        return _comes_to(_assess(benefit, {**facts, name: day}, on, about)) == _comes_to(found)

    telling = tuple(n for n, month in months.items() if not all(same(n, day) for day in _possible(n, month, on)))
    if not telling:
        return found
    return _entitlement(benefit, facts, eligible=None, missing=telling, open_points=benefit.open_points)


def _possible(name: str, month: MonthTold, on: date) -> list[date]:
    past = fact_types()[name].past and month <= on
    return [day for day in month.days if day <= on or not past]


def _comes_to(found: Entitlement) -> tuple[object, ...]:
    return found.eligible, found.amount, found.missing, found.until, found.period


def _assess(benefit: Benefit, facts: Facts, on: date, about: date) -> Entitlement:
    about = dated(benefit, facts) or about
    try:
        values = {name: parameter.value(on, about) for name, parameter in benefit.parameters.items()}
    except NotInForce:
        return _open(benefit, facts, (benefit.before if _issued(benefit, on) else benefit.not_known,))
    verdicts = [_judge(condition, facts) for condition in benefit.conditions]
    steps = tuple(step for _, step in verdicts if step is not None and step.sentence)
    decided = [(verdict, step) for verdict, step in verdicts if step is not None and verdict is not True]
    if decided and decided[0][0] is None:
        return _open(benefit, facts, [step.sentence for verdict, step in decided if verdict is None])
    if decided:
        return _entitlement(benefit, facts, eligible=False, working=_failed(benefit, facts, decided, on))
    missing = tuple(c.fact for c, (verdict, step) in zip(benefit.conditions, verdicts, strict=True) if step is None)
    return _concluded(benefit, facts, steps, missing, _compute(benefit, facts, values, about))


def _twins_first(facts: Facts) -> Facts:
    """Which of the twins of a first birth is the second child, no text says."""
    babies = facts.get("babies")
    disputed = facts.get("birth_order") == 1 and isinstance(babies, int) and babies > 1
    return {"birth_order_disputed": True, **facts} if disputed else facts


def _failed(benefit: Benefit, facts: Facts, decided: Sequence[tuple[bool | None, Step]], on: date) -> tuple[Step, ...]:
    """The conditions that fail, and what applies instead."""
    failed = tuple(step for verdict, step in decided if verdict is False)
    refused = [c for c in benefit.conditions if c.fact in facts and _judge(c, facts)[0] is False]
    return failed + tuple(dict.fromkeys(c.instead.step for c in refused if c.instead and c.instead.since <= on))


def _concluded(
    benefit: Benefit, facts: Facts, steps: tuple[Step, ...], missing: tuple[str, ...], outcome: Outcome
) -> Entitlement:
    if isinstance(outcome, Open):
        return _open(benefit, facts, outcome.points)
    if isinstance(outcome, Fails):
        return _entitlement(benefit, facts, eligible=False, working=outcome.steps)
    if isinstance(outcome, Needs):
        missing = tuple(dict.fromkeys((*missing, *outcome.facts)))
    if missing or isinstance(outcome, Needs):
        points = benefit.open_points
        return _entitlement(benefit, facts, eligible=None, working=steps, missing=missing, open_points=points)
    return _entitlement(
        benefit,
        facts,
        eligible=True,
        amount=outcome.amount,
        working=steps + outcome.steps,
        open_points=outcome.open_points + benefit.open_points,
        until=outcome.until,
        period=outcome.period,
    )


def dated(benefit: Benefit, facts: Facts) -> date | None:
    """The day that the facts themselves give to the benefit: a day, or the first day of a year."""
    value = facts.get(benefit.dated_by) if benefit.dated_by else None
    if isinstance(value, date):
        return value
    return date(value, 1, 1) if isinstance(value, int) else None


def _issued(benefit: Benefit, on: date) -> bool:
    return any(value.issued_on <= on for parameter in benefit.parameters.values() for value in parameter.values)


def _judge(condition: Condition, facts: Facts) -> tuple[bool | None, Step | None]:
    """(None, None): the fact is missing."""
    value = facts.get(condition.fact, _default(condition.fact))
    if value is None:
        return None, None
    verdict = condition.verdict(value)
    return verdict, Step(condition.sentence(value, verdict), _key(value), condition.ref)


def _default(fact: str) -> FactValue | None:
    kind = fact_types()[fact]
    return None if kind.default is None else kind.parse(kind.default)


def _compute(benefit: Benefit, facts: Facts, values: Mapping[str, DatedValue], about: date) -> Outcome:
    given: dict[str, FactValue | DatedValue] = {}
    needed = []
    for name, argument in inspect.signature(benefit.formula).parameters.items():
        own: FactValue | DatedValue | None = about if name == "about" else values.get(name)
        value = own if own is not None else facts.get(name, _default(name) if name in fact_types() else None)
        if value is None and argument.default is inspect.Parameter.empty:
            needed.append(name)
        elif value is not None:
            given[name] = value
    return Needs(tuple(needed)) if needed else benefit.formula(**given)


def _open(benefit: Benefit, facts: Facts, open_points: Sequence[str]) -> Entitlement:
    return _entitlement(benefit, facts, eligible=None, open_points=tuple(open_points))


def _entitlement(
    benefit: Benefit,
    facts: Facts,
    *,
    eligible: bool | None,
    amount: Decimal | None = None,
    working: tuple[Step, ...] = (),
    open_points: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
    until: date | None = None,
    period: str = "",
) -> Entitlement:
    return Entitlement(
        benefit=benefit.slug,
        name=benefit.name,
        eligible=eligible,
        amount=amount,
        unit=benefit.unit,
        amount_kind=benefit.amount_kind,
        until=until,
        period=period,
        working=working,
        open_points=open_points,
        missing=missing,
        units=benefit.units,
        inputs={name: facts[name] for name in benefit.needs if name in facts},
    )
