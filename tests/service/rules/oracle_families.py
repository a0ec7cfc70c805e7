"""What the plan keeps for families of earlier policies, read from the clauses by hand; none of it has a number."""

from datetime import date
from random import Random

from tests.service.rules.draws import NO, PLAN, UNDECIDED, Case, Facts, Verdict, lose, near


def oracle_social_maintenance_fee(facts: Facts, on: date, about: date) -> Verdict:
    """Each of the three cases of the clause is one that it settles, without a number."""
    if on < PLAN or about < PLAN or "fee_stage" not in facts:
        return UNDECIDED
    return True, None, None


def draw_social_maintenance_fee(random: Random) -> Case:
    stage = random.choice(["settled", "partly_paid", "undecided"])
    return lose(random, {"fee_stage": stage, "birth_order": random.choice([1, 2, 3, 4])}), *_days(random)


def oracle_one_child_and_two_daughter_families(facts: Facts, on: date, about: date) -> Verdict:
    """The families from before the two-child policy keep what they have; in towns two daughters are not named."""
    kind = facts.get("family_kind")
    if on < PLAN or about < PLAN or kind is None:
        return UNDECIDED
    return (True, None, None) if kind in ("one_child_before", "rural_two_daughters") else NO


def draw_one_child_and_two_daughter_families(random: Random) -> Case:
    kinds = ["one_child_before", "rural_two_daughters", "urban_two_daughters", "one_child_after"]
    on, about = _days(random)
    kind = random.choice(kinds if min(on, about) >= PLAN else kinds[:2])
    return lose(random, {"family_kind": kind}), on, about


def oracle_special_families(facts: Facts, on: date, about: date) -> Verdict:
    """Help without a number; who counts is for the office to say."""
    return UNDECIDED if on < PLAN or about < PLAN else (True, None, None)


def draw_special_families(random: Random) -> Case:
    return {}, *_days(random)


def _days(random: Random) -> tuple[date, date]:
    on = near(random, PLAN)
    return on, on if random.random() < 0.5 else near(random, PLAN)
