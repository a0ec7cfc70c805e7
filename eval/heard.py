"""What citizens say → the facts that were heard in it, against an independent table: all, fewer, or a wrong one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from eval.golden import QUESTIONS
from service.facts_said import facts_in
from service.rules.facts import FactValue, parse_facts
from service.steps.understand import mend
from service.words import Words

TABLE = QUESTIONS.with_name("facts_said.yaml")


class Saying(BaseModel):
    """One line of the table. `open`: facts that it leaves in doubt; `pending`: known not to be understood yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    said: str
    facts: Mapping[str, int | float | bool | date | str]
    open: tuple[str, ...] = ()
    asked: date = date(2026, 11, 23)
    pending: bool = False

    @property
    def stated(self) -> dict[str, FactValue]:
        return parse_facts({name: str(v) if isinstance(v, float) else v for name, v in self.facts.items()})


@dataclass(frozen=True, slots=True)
class Heard:
    saying: Saying
    facts: Mapping[str, FactValue]

    @property
    def wrong(self) -> dict[str, FactValue]:
        """Facts taken that were not stated so, and not even left in doubt."""
        stated, doubted = self.saying.stated, self.saying.open
        return {name: value for name, value in self.facts.items() if stated.get(name) != value and name not in doubted}

    @property
    def doubtful(self) -> list[str]:
        """Facts taken that were left in doubt."""
        return [name for name in self.facts if name in self.saying.open]

    @property
    def missed(self) -> list[str]:
        return [name for name in self.saying.stated if name not in self.facts]


def read_sayings(path: Path = TABLE) -> list[Saying]:
    return TypeAdapter(list[Saying]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def hear(sayings: Sequence[Saying], words: Words) -> list[Heard]:
    return [Heard(one, facts_in(mend(one.said, words), words, one.asked).facts) for one in sayings]


def summary(heard: Sequence[Heard]) -> str:
    wrong = sum(bool(one.wrong) for one in heard)
    rash = sum(bool(one.doubtful) and not one.wrong for one in heard)
    fewer = sum(bool(one.missed) and not one.wrong and not one.doubtful for one in heard)
    right = len(heard) - wrong - rash - fewer
    return f"群众说的情况：{len(heard)} 句，听全 {right}，少听 {fewer}（会追问），拿不准的当了真 {rash}，听错 {wrong}"


def not_understood(heard: Sequence[Heard]) -> list[str]:
    return [
        f"{one.saying.said}｜{'听错 ' + _written(one.wrong) if one.wrong else ''}"
        f"{' 当了真 ' + '、'.join(one.doubtful) if one.doubtful else ''}"
        f"{' 少听 ' + '、'.join(one.missed) if one.missed else ''}"
        for one in heard
        if one.wrong or one.missed or one.doubtful
    ]


def _written(facts: Mapping[str, FactValue]) -> str:
    return "、".join(f"{name}={value}" for name, value in facts.items())
