"""What was understood → an Entitlement for each benefit spoken of."""

from service.dialogue import Understanding
from service.rules.benefit import Entitlement, assess
from service.rules.catalogue import benefits


def calculate(understanding: Understanding) -> tuple[Entitlement, ...]:
    return tuple(
        assess(benefits()[slug], understanding.facts, understanding.on, understanding.about)
        for slug in understanding.benefits
        if slug in benefits()
    )
