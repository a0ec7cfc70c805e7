"""Facts of one family → every benefit, in the order of a family's life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from service.rules.benefit import Benefit, Change, Entitlement, assess
from service.rules.catalogue import benefits
from service.rules.facts import Facts

OTHER = "其他"  # other kinds of family: those of one child, of two daughters, those who lost a child, old fines
STAGES = ("备孕", "分娩", "休假", "0—3岁", "3—6岁", "住房", "税", OTHER)


@dataclass(frozen=True, slots=True)
class Claim:
    """One benefit for this family, with what has changed since its clause was written."""

    benefit: Benefit
    entitlement: Entitlement
    changes: Sequence[Change]


def claims(facts: Facts, on: date, about: date) -> tuple[Claim, ...]:
    ordered = sorted(benefits().values(), key=lambda benefit: STAGES.index(benefit.stage))
    return tuple(
        Claim(
            benefit,
            assess(benefit, facts, on, about),
            tuple(change for change in benefit.changes if change.since <= on),
        )
        for benefit in ordered
    )
