"""Facts → an Entitlement: the conditions of one benefit in order, then its formula."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from service.rules.facts import Facts, FactValue, fact_types
from service.rules.parameters import DatedValue, NotInForce, Parameter


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working: what is said, the value it comes to, and the clause it rests on."""

    sentence: str
    value: str
    ref: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a formula comes to; `amount` is None where the text gives no number."""

    amount: Decimal | None
    steps: tuple[Step, ...]
    open_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """A formula cannot go on without these facts."""

    facts: tuple[str, ...]


Formula = Callable[..., Result | Needs]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a clause. `met` may contain {value}.

    `unclear` maps a value, or `4+` for that number and above, to what the text leaves open there.
    """

    fact: str
    allowed: frozenset[str]
    at_least: int | None
    met: str
    failed: Mapping[str, str]
    unclear: Mapping[str, str]
    ref: str

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
    """A worked example an officer can sign: the facts that matter, the day, and what comes out."""

    name: str
    on: date
    about: date
    facts: Facts
    eligible: bool | None
    amount: Decimal | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit of the plan; `quote` is its operative sentence, word for word, in the clause `basis`."""

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
    formula: Formula
    examples: tuple[Example, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of all facts that the conditions and the formula may use, in the order in which they are asked."""
        formula = [name for name in inspect.signature(self.formula).parameters if name in fact_types()]
        return tuple(dict.fromkeys([*(condition.fact for condition in self.conditions), *formula]))


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
    working: tuple[Step, ...] = ()
    open_points: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    inputs: Facts = field(default_factory=dict)


def assess(benefit: Benefit, facts: Facts, on: date, about: date) -> Entitlement:
    """The whole rule: the first condition that fails or is open decides, then what is missing, then the formula."""
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
        failed = tuple(step for verdict, step in decided if verdict is False)
        return _entitlement(benefit, facts, eligible=False, working=failed)
    missing = tuple(c.fact for c, (verdict, step) in zip(benefit.conditions, verdicts, strict=True) if step is None)
    outcome = _compute(benefit, facts, values)
    if isinstance(outcome, Needs):
        missing = tuple(dict.fromkeys((*missing, *outcome.facts)))
    if missing or isinstance(outcome, Needs):
        return _entitlement(
            benefit, facts, eligible=None, working=steps, missing=missing, open_points=benefit.open_points
        )
    return _entitlement(
        benefit,
        facts,
        eligible=True,
        amount=outcome.amount,
        working=steps + outcome.steps,
        open_points=outcome.open_points + benefit.open_points,
    )


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


def _compute(benefit: Benefit, facts: Facts, values: Mapping[str, DatedValue]) -> Result | Needs:
    given: dict[str, FactValue | DatedValue | None] = {}
    needed = []
    for name, argument in inspect.signature(benefit.formula).parameters.items():
        value = values.get(name) or facts.get(name, _default(name) if name in fact_types() else None)
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
) -> Entitlement:
    return Entitlement(
        benefit=benefit.slug,
        name=benefit.name,
        eligible=eligible,
        amount=amount,
        unit=benefit.unit,
        amount_kind=benefit.amount_kind,
        working=working,
        open_points=open_points,
        missing=missing,
        units=benefit.units,
        inputs={name: facts[name] for name in benefit.needs if name in facts},
    )
