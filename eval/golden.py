"""A line of eval/questions/*.jsonl → a Golden question: what is asked and what a right answer must hold."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

QUESTIONS = Path(__file__).parent / "questions" / "dev.jsonl"


class Expect(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    status: tuple[str, ...]
    clauses: tuple[str, ...]
    contains: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    benefit: str | None
    amount: Decimal | None
    unit: str | None

    @field_validator("status", mode="before")
    @classmethod
    def _either(cls, status: str | Sequence[str]) -> tuple[str, ...]:
        return (status,) if isinstance(status, str) else tuple(status)


class Golden(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    group: str
    turns: tuple[str, ...]
    on: date
    expect: Expect
    why: str


def read_golden(path: Path) -> list[Golden]:
    return [Golden.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
