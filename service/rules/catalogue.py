"""The folder `benefits/` → every Benefit: each <slug>.yaml with the one public function of <slug>.py."""

import importlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from service.rules.benefit import Benefit, Change, Condition, Example, Formula, Instead
from service.rules.facts import parse_facts
from service.rules.parameters import DatedValue, Parameter
from service.rules.working import Step

_FOLDER = Path(__file__).parent / "benefits"


@cache
def benefits() -> Mapping[str, Benefit]:
    """By slug, in the order of the files. Raises KeyError or ValueError when a file is incomplete."""
    return MappingProxyType({path.stem: _benefit(path) for path in sorted(_FOLDER.glob("*.yaml"))})


def _benefit(path: Path) -> Benefit:
    entry = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return Benefit(
        slug=path.stem,
        name=entry["name"],
        basis=entry["basis"],
        label=entry["label"],
        quote=entry["quote"],
        rate=entry["rate"],
        unit=entry["unit"],
        amount_kind=entry["amount_kind"],
        stage=entry["stage"],
        units=tuple(entry["units"]),
        parameters={name: _parameter(name, values) for name, values in entry["parameters"].items()},
        conditions=tuple(_condition(condition, entry["basis"]) for condition in entry["conditions"]),
        open_points=tuple(entry["open_points"]),
        not_known=entry["not_known"],
        before=entry["before"],
        dated_by=entry.get("dated_by"),
        changes=tuple(Change(c["since"], c["ref"], c["text"], c.get("first", False)) for c in entry.get("changes", ())),
        verbatim=entry.get("verbatim", True),
        months=(entry["months"][0], entry["months"][1]) if "months" in entry else None,
        formula=_formula(path.stem),
        examples=tuple(_example(example) for example in entry["examples"]),
    )


def _formula(slug: str) -> Formula:
    name = slug.replace("-", "_")
    formula: Formula = getattr(importlib.import_module(f"service.rules.benefits.{name}"), name)
    return formula


# The YAML border: entries are untyped only inside this module.
def _parameter(name: str, values: list[dict[str, Any]]) -> Parameter:
    return Parameter(
        name,
        tuple(
            DatedValue(
                Decimal(str(v["value"])), v["issued_on"], v["effective_from"], v["ref"], v["phrase"], v.get("word", "")
            )
            for v in values
        ),
    )


def _condition(entry: dict[str, Any], basis: str) -> Condition:
    failed = entry.get("failed", "")
    return Condition(
        fact=entry["fact"],
        allowed=frozenset(str(value).lower() for value in entry.get("allowed", [])),
        at_least=entry.get("at_least"),
        met=entry.get("met", ""),
        failed={"*": failed} if isinstance(failed, str) else {str(k).lower(): v for k, v in failed.items()},
        unclear={str(k).lower(): v for k, v in entry.get("unclear", {}).items()},
        ref=entry.get("ref", basis),
        instead=_instead(entry["instead"]) if "instead" in entry else None,
        question=entry.get("question", ""),
    )


def _instead(entry: dict[str, Any]) -> Instead:
    return Instead(entry["since"], Step(entry["text"], "", entry["ref"]))


def _example(entry: dict[str, Any]) -> Example:
    on: date = entry.get("asked", date(2026, 11, 23))
    return Example(
        name=entry["name"],
        on=on,
        about=entry.get("about", on),
        facts=parse_facts(entry["facts"]),
        eligible=entry["eligible"],
        amount=None if entry.get("amount") is None else Decimal(entry["amount"]),
        missing=tuple(entry.get("missing", ())),
        until=entry.get("until"),
        says=tuple(entry.get("says", ())),
        silent=tuple(entry.get("silent", ())),
    )
