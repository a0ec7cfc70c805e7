"""Seeded draws for the oracles: good facts, spoiled in one way at a time, on days around the days that matter."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from service.rules.facts import FactValue

Facts = dict[str, FactValue]
Case = tuple[Facts, date, date]
Verdict = tuple[bool | None, Decimal | None, date | None]

PLAN = date(2023, 7, 20)
NO: Verdict = (False, None, None)
# Either facts are missing or the text leaves the case open; which of the two is not for the oracles to say.
UNDECIDED: Verdict = (None, None, None)

_FIRST, _LAST = date(2023, 1, 1), date(2026, 12, 31)


def at_most(amount: Decimal) -> Decimal:
    """Down to the 分: what the clause calls a ceiling is not passed by half a 分."""
    return Decimal(int(amount * 100)) / 100


def fen(amount: Decimal) -> Decimal:
    """Half up to the 分, by whole numbers."""
    return Decimal(int(amount * 100 + Decimal("0.5"))) / 100


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February falls on the last day of the month."""
    if (day.month, day.day) == (2, 29) and (day.year + years) % 4:
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def near(random: Random, *marks: date) -> date:
    """A mark, or the day before or after it, or any day of the years of the plan."""
    if random.random() < 0.5:
        return random.choice(marks) + timedelta(days=random.choice([-1, 0, 1]))
    return _FIRST + timedelta(days=random.randrange((_LAST - _FIRST).days + 1))


def money(random: Random, *marks: str, up_to: int) -> Decimal:
    """A mark or one 分 beside it, whole 元, or any 分."""
    way = random.randrange(3)
    if way == 0:
        return Decimal(random.choice(marks)) + Decimal(random.choice([-1, 0, 1])) / 100
    if way == 1:
        return Decimal(random.randrange(1, up_to))
    return Decimal(random.randrange(100, up_to * 100)) / 100


def spoil(
    random: Random,
    good: Facts,
    failing: Mapping[str, Sequence[FactValue]],
    unsettled: Mapping[str, Sequence[FactValue]],
) -> Facts:
    """Half of the cases stay good; in the others one or two facts fail, or one is left open, never both."""
    way = random.randrange(4)
    facts = dict(good)
    if way == 0 and failing:
        names = random.sample(sorted(failing), min(len(failing), random.choice([1, 1, 2])))
        facts |= {name: random.choice(failing[name]) for name in names}
    if way == 1 and unsettled:
        name = random.choice(sorted(unsettled))
        facts[name] = random.choice(unsettled[name])
    return lose(random, facts)


def lose(random: Random, facts: Facts) -> Facts:
    """In every third case, some facts are not said."""
    if random.random() < 2 / 3:
        return shuffled(random, facts)
    return shuffled(random, {name: value for name, value in facts.items() if random.random() < 0.7})


def shuffled(random: Random, facts: Facts) -> Facts:
    return dict(random.sample(sorted(facts.items(), key=lambda item: item[0]), len(facts)))
