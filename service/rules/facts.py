"""Every fact that a rule may ask for: its type, limits, choices and the question put to the citizen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from service.rules.ages import MonthTold

FactValue = int | Decimal | bool | date | str
Facts = Mapping[str, FactValue]

_LARGEST = 10**30
_FILE = Path(__file__).with_name("facts.yaml")
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})")


class BadFact(Exception):
    """A fact that is unknown or out of its type; `str()` is the Chinese message, `name` the fact."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class FactType:
    """`type` is int, decimal, date, bool or choice; `choices` maps value → Chinese label.

    `family`: it is a fact of the family, whatever benefit is asked about; `past`: a day that has come when it is told;
    `if_yes_or_no`: what a bare yes or no means where the question of a choice is put so.
    """

    name: str
    label: str
    type: str
    unit: str
    question: str
    choices: Mapping[str, str]
    minimum: Decimal | None
    maximum: Decimal | None
    default: str | None
    family: bool = False
    past: bool = False
    if_yes_or_no: Mapping[bool | None, str] = field(default_factory=dict)

    def parse(self, value: object) -> FactValue:
        """Raises BadFact. Numbers may come as text; floats are refused, as they are not exact."""
        if self.type == "bool":
            return self._bool(value)
        if self.type == "choice":
            return self._choice(value)
        if self.type == "date":
            return self._date(value)
        return self._number(value)

    def _bool(self, value: object) -> bool:
        named = {"true": True, "false": False, "是": True, "否": False}
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in named:
            return named[value.lower()]
        raise BadFact(self.name, f"{self.label}应为 true 或 false")

    def _choice(self, value: object) -> str:
        if isinstance(value, str) or (isinstance(value, int) and abs(value) < _LARGEST):
            return self._named(str(value))
        return self._named("")

    def _named(self, value: str) -> str:
        if value in self.choices:
            return value
        raise BadFact(self.name, f"{self.label}只能是 {'、'.join(self.choices)} 之一")

    def _date(self, value: object) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        month = _MONTH.fullmatch(str(value))
        try:
            return MonthTold(int(month["year"]), int(month["month"]), 1) if month else date.fromisoformat(str(value))
        except ValueError as error:
            raise BadFact(self.name, f"{self.label}应为 年-月-日 的真实日期，只知道月份的写 年-月") from error

    def _number(self, value: object) -> int | Decimal:
        try:
            if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) >= _LARGEST):
                raise InvalidOperation
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise BadFact(self.name, f"{self.label}应为数字（小数请写成文本）") from error
        whole = self.type == "int"
        if not number.is_finite() or (whole and number != number.to_integral_value()):
            raise BadFact(self.name, f"{self.label}应为{'整' if whole else '有限的'}数")
        if not self._within(number):
            raise BadFact(self.name, f"{self.label}应在 {self.minimum} 到 {self.maximum} 之间")
        return int(number) if whole else Decimal(f"{number:f}")

    def _within(self, number: Decimal) -> bool:
        return (self.minimum is None or number >= self.minimum) and (self.maximum is None or number <= self.maximum)


@cache
def fact_types() -> Mapping[str, FactType]:
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return MappingProxyType({entry["name"]: _fact_type(entry) for entry in entries})


def _fact_type(entry: dict[str, str]) -> FactType:
    limits = [Decimal(str(entry[key])) if key in entry else None for key in ("minimum", "maximum")]
    choices: Mapping[str, str] = entry.get("choices", {})  # type: ignore[assignment]
    return FactType(
        name=entry["name"],
        label=entry["label"],
        type=entry["type"],
        unit=entry.get("unit", ""),
        question=entry["question"],
        choices=MappingProxyType(dict(choices)),
        minimum=limits[0],
        maximum=limits[1],
        default=entry.get("default"),
        family=bool(entry.get("family", False)),
        past=bool(entry.get("past", False)),
        if_yes_or_no=MappingProxyType(
            {said: entry[key] for said, key in ((True, "yes"), (False, "no")) if key in entry}
        ),
    )


def parse_facts(given: Mapping[str, object]) -> dict[str, FactValue]:
    """Facts as they came in → typed facts. Raises BadFact for the first unknown name or bad value."""
    types = fact_types()
    facts = {}
    for name, value in given.items():
        if name not in types:
            raise BadFact(name, f"没有名为 {name} 的情况，可用的见 /api/v1/benefits")
        if value is not None:
            facts[name] = types[name].parse(value)
    return facts


def written(value: FactValue) -> str:
    """As text that `parse` reads back."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:%Y-%m}" if isinstance(value, MonthTold) else str(value)
