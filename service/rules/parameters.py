"""A number of a rule never stands alone: it has its day of issue, the day it takes effect, its clause and its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class NotInForce(Exception):
    """No value of the parameter was known on that day for the day asked about."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """`phrase` is quoted word for word from the clause `ref`; it states the number, or a `word` that stands for it."""

    value: Decimal
    issued_on: date
    effective_from: date
    ref: str
    phrase: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    values: Sequence[DatedValue]

    def value(self, on: date, about: date) -> DatedValue:
        """The value issued by the day of asking `on` and in force on the day asked `about`. Raises NotInForce."""
        known = [v for v in self.values if v.issued_on <= on and v.effective_from <= about]
        if not known:
            raise NotInForce(self.name)
        return max(known, key=lambda v: (v.effective_from, v.issued_on))
