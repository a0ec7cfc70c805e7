"""What was understood → an Entitlement for each benefit spoken of."""

from service.dialogue import Understanding
from service.memory import recall
from service.rules.benefit import Entitlement, assess
from service.rules.catalogue import benefits
from service.rules.facts import Facts, fact_types
from service.words import Words


def calculate(understanding: Understanding, words: Words) -> tuple[Entitlement, ...]:
    """What the citizen says stands above what the office has entered; each benefit has its own facts."""
    entered = _entered(understanding, words)
    return tuple(
        assess(
            benefits()[slug],
            {**entered, **recall(understanding.remembered, (slug,))},
            understanding.on,
            understanding.about,
        )
        for slug in understanding.benefits
        if slug in benefits()
    )


def _entered(understanding: Understanding, words: Words) -> Facts:
    entered = [(entry.fact, entry.holding(understanding.on, understanding.about)) for entry in words.office]
    return {fact: fact_types()[fact].parse(value.value) for fact, value in entered if fact and value}
