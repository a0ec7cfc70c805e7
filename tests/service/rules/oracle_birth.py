"""Money around a birth, worked out from the clauses by hand: the delivery in hospital and assisted reproduction."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from service.rules.facts import FactValue
from tests.service.rules.draws import (
    NO,
    PLAN,
    UNDECIDED,
    Case,
    Facts,
    Verdict,
    lose,
    near,
    shuffled,
    spoil,
    years_later,
)


def oracle_delivery_subsidy(facts: Facts, on: date, about: date) -> Verdict:
    """500 元 for one delivery in a hospital of the district, from the second child on, however many are born."""
    order = facts.get("birth_order")
    if min(on, about, facts.get("birth_date", about)) < PLAN:
        return UNDECIDED
    if order == 1 or facts.get("institution_in") in ("city", "elsewhere"):
        return NO
    # A birth at home or on the way is named neither in nor out.
    if facts.get("inpatient") is False:
        return UNDECIDED
    if (
        facts.get("birth_order_disputed")
        or order is None
        or order > 3
        or not {"inpatient", "institution_in"} <= facts.keys()
    ):
        return UNDECIDED
    return True, Decimal(500), None


def draw_delivery_subsidy(random: Random) -> Case:
    good: Facts = {
        "birth_order": random.choice([2, 3]),
        "institution_in": "district",
        "inpatient": True,
        "babies": random.choice([1, 1, 2, 3, 8]),
    }
    on = near(random, PLAN)
    about = on if random.random() < 0.4 else near(random, PLAN)
    if min(on, about) < PLAN:
        return lose(random, good), on, about
    # A first birth of twins is left open by the clause and refused by its first condition; it is not drawn.
    failing = {"birth_order": [1], "institution_in": ["city", "elsewhere"]}
    unsettled = {"birth_order": [4, 20], "birth_order_disputed": [True], "inpatient": [False]}
    facts = spoil(random, good, failing, unsettled)
    if facts.get("birth_order") == 1:
        facts.pop("babies", None)
    return facts, on, about


def oracle_assisted_reproduction_cap(facts: Facts, on: date, about: date) -> Verdict:
    """Not more than 10000 元 for a woman of 35, in a qualified hospital of the city; the birthday itself is open."""
    settled = facts.get("settlement_date", about)
    if min(on, settled) < PLAN:
        return UNDECIDED
    if facts.get("needed") is False or facts.get("qualified") is False or facts.get("institution_in") == "elsewhere":
        return NO
    old_enough = _is_35(facts, settled)
    if old_enough is False:
        return NO
    if old_enough is None or "institution_in" not in facts:
        return UNDECIDED
    return True, Decimal(10000), None


def _is_35(facts: Facts, settled: date) -> bool | None:
    age = facts.get("mother_age", facts.get("own_age") if facts.get("asker") == "mother" else None)
    if age is not None:
        return age >= 35
    if "mother_birth_date" not in facts:
        return None
    birthday = years_later(facts["mother_birth_date"], 35)
    return None if settled == birthday else settled > birthday


def draw_assisted_reproduction_cap(random: Random) -> Case:
    on = near(random, PLAN)
    about = on if random.random() < 0.5 else near(random, PLAN)
    settled = about if random.random() < 0.3 else near(random, PLAN)
    good: Facts = {"settlement_date": settled, "institution_in": random.choice(["district", "city"])}
    good |= {"needed": True, "qualified": True} if random.random() < 0.3 else {}
    born = _born_35_years_before(random, settled)
    if min(on, about, settled) < PLAN or settled == years_later(born, 35):
        return shuffled(random, good | {"mother_birth_date": born}), on, about
    failing: dict[str, list[FactValue]] = {"institution_in": ["elsewhere"], "needed": [False], "qualified": [False]}
    said = random.randrange(5)
    if said == 0:
        failing["mother_age"] = [Decimal("34.99"), Decimal(34), Decimal(10)]
        good["mother_age"] = Decimal(random.choice(["35", "35.01", "36", "50"]))
    elif said == 1:
        # The asker says who it is together with the age: whose age it is otherwise, the clause does not say.
        failing["own_age"] = [Decimal("34.99"), Decimal(34)]
        good |= {"asker": "mother", "own_age": Decimal(random.choice(["35", "36"]))}
    else:
        good["mother_birth_date"] = born
        # The age of the man counts for nothing.
        good |= {"asker": "father", "own_age": Decimal(random.choice(["34", "35"]))} if said == 2 else {}
    # Where no day of settlement is said the day asked about counts, and may be the birthday: then nothing else fails.
    facts = spoil(random, good, failing, {})
    if "asker" not in facts:
        facts.pop("own_age", None)
    if "mother_birth_date" in facts and facts.get("settlement_date", about) == years_later(born, 35):
        facts = good
    return facts, on, about


def _born_35_years_before(random: Random, day: date) -> date:
    if random.random() < 0.15:
        return date(random.choice([1984, 1988, 1992]), 2, 29)
    years = random.choice([34, 35, 35, 35, 36, 50])
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years) + timedelta(days=random.choice([-1, 0, 1]))
