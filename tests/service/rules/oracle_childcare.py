"""Money for small children, worked out by hand: nursery places, kindergarten fees, the state's 3600."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.service.rules.draws import (
    NO,
    PLAN,
    UNDECIDED,
    Case,
    Facts,
    Verdict,
    fen,
    lose,
    money,
    near,
    spoil,
    years_later,
)

FREE_TOP_CLASS = date(2025, 9, 1)
FREE_TOP_CLASS_ISSUED = date(2025, 8, 5)
STATE_ALLOWANCE = date(2025, 1, 1)


def oracle_childcare_enrolment_subsidy(facts: Facts, on: date, about: date) -> Verdict:
    """500 元 for each child and term, in a registered nursery of the district, from the second child on."""
    order = facts.get("birth_order")
    if on < PLAN or about < PLAN:
        return UNDECIDED
    if order == 1 or facts.get("registered") is False or facts.get("institution_in") in ("city", "elsewhere"):
        return NO
    if facts.get("institution_kind") == "other" or facts.get("child_under_three") is False:
        return NO
    if facts.get("birth_order_disputed") or facts.get("institution_kind") == "kindergarten_nursery":
        return UNDECIDED
    if order is None or order > 3 or not {"registered", "institution_in", "terms"} <= facts.keys():
        return UNDECIDED
    return True, Decimal(500 * facts["terms"] * facts.get("children", 1)), None


def draw_childcare_enrolment_subsidy(random: Random) -> Case:
    good: Facts = {
        "birth_order": random.choice([2, 3]),
        "registered": True,
        "institution_in": "district",
        "institution_kind": "childcare",
        "terms": random.choice([1, 2, 11, 12, random.randint(1, 12)]),
        "children": random.choice([1, 1, 2, 3, 10]),
    }
    failing = {"birth_order": [1], "registered": [False], "institution_in": ["city", "elsewhere"]}
    failing |= {"institution_kind": ["other"]}
    unsettled = {
        "birth_order": [4, 5, 20],
        "birth_order_disputed": [True],
        "institution_kind": ["kindergarten_nursery"],
    }
    return _days(random, spoil(random, good, failing, unsettled), lose(random, good))


def oracle_kindergarten_fee_reduction(facts: Facts, on: date, about: date) -> Verdict:
    """A tenth of the public fee; nothing of nothing for the top class once that is free."""
    order, group = facts.get("birth_order"), facts.get("kindergarten_class")
    if on < PLAN or about < PLAN:
        return UNDECIDED
    if order == 1 or facts.get("institution_in") in ("city", "elsewhere") or facts.get("kindergarten_type") == "other":
        return NO
    if facts.get("birth_order_disputed") or group == "nursery":
        return UNDECIDED
    if order is None or order > 3 or not {"institution_in", "kindergarten_type", "kindergarten_class"} <= facts.keys():
        return UNDECIDED
    if group == "top" and about >= FREE_TOP_CLASS and on >= FREE_TOP_CLASS_ISSUED:
        # A private top class is relieved by the public level, of which there is no number.
        return True, Decimal(0) if facts["kindergarten_type"] == "public" else None, None
    if "public_fee_per_term" in facts:
        fee = facts["public_fee_per_term"]
    elif {"public_fee_per_month", "months"} <= facts.keys():
        fee = facts["public_fee_per_month"] * facts["months"]
    else:
        return UNDECIDED
    # Each child is billed on its own.
    return True, fen(fee / 10) * facts.get("children", 1), None


def draw_kindergarten_fee_reduction(random: Random) -> Case:
    good: Facts = {
        "birth_order": random.choice([2, 3]),
        "institution_in": "district",
        "kindergarten_type": random.choice(["public", "inclusive_private"]),
        "kindergarten_class": random.choice(["small", "middle", "top"]),
        "children": random.choice([1, 1, 2]),
    }
    # One public fee, by month or term, and an own fee only beside it: the clause does not say which of two counts.
    private = good["kindergarten_type"] == "inclusive_private" and random.random() < 0.3
    if random.random() < 0.7:
        good["public_fee_per_month"] = money(random, "1.01", "400", "400.05", "19999.99", up_to=2000)
        good["months"] = Decimal(random.choice(["0.5", "1", "4.5", "5", "6", "12"]))
        good |= {"own_fee_per_month": Decimal(2000)} if private else {}
    else:
        good["public_fee_per_term"] = money(random, "1.01", "2000.05", "99999.99", up_to=20000)
        good |= {"own_fee_per_term": Decimal(20000)} if private else {}
    failing = {"birth_order": [1], "institution_in": ["city", "elsewhere"], "kindergarten_type": ["other"]}
    unsettled = {"birth_order": [4, 20], "birth_order_disputed": [True], "kindergarten_class": ["nursery"]}
    return _days(
        random, spoil(random, good, failing, unsettled), lose(random, good), FREE_TOP_CLASS, FREE_TOP_CLASS_ISSUED
    )


def oracle_national_childcare_allowance(facts: Facts, on: date, about: date) -> Verdict:
    """3600 元 a year for each child under three, from 2025 on; children born before are paid by the month."""
    born = facts.get("child_birth_date")
    if on < STATE_ALLOWANCE or about < STATE_ALLOWANCE or born is None:
        return UNDECIDED
    third = years_later(born, 3)
    if about < born or third < STATE_ALLOWANCE or (born >= STATE_ALLOWANCE and about > third):
        return NO
    if third in (STATE_ALLOWANCE, about):
        return UNDECIDED
    return True, Decimal(3600 * facts.get("children", 1)) if born >= STATE_ALLOWANCE else None, None


def draw_national_childcare_allowance(random: Random) -> Case:
    # The day of July 2025 on which it was announced is not known; nobody asks between January and August 2025.
    on = random.choice([STATE_ALLOWANCE - timedelta(days=1), date(2025, 8, 1) + timedelta(days=random.randrange(500))])
    about = (
        on
        if random.random() < 0.4
        else STATE_ALLOWANCE + timedelta(days=random.choice([-1, 0, 1, random.randrange(1800)]))
    )
    marks = [date(2022, 1, 1), STATE_ALLOWANCE, about, about.replace(year=about.year - 3, day=min(about.day, 28))]
    born = random.choice(marks) + timedelta(days=random.choice([-1, 0, 1, random.randrange(-300, 300)]))
    if STATE_ALLOWANCE <= years_later(born, 3) < about and born < STATE_ALLOWANCE:
        # Born before 2025 and three since then: what can still be claimed later is not said.
        born = about
    facts: Facts = {
        "child_birth_date": born,
        "children": random.choice([1, 2, 3]),
        "birth_order": random.choice([1, 2, 4]),
    }
    facts["hukou_in"] = random.choice(["district", "city", "elsewhere"])
    if min(on, about) < STATE_ALLOWANCE:
        facts["child_birth_date"] = about
    return lose(random, facts), on, about


def _days(random: Random, any_case: Facts, good_case: Facts, *marks: date) -> Case:
    """Before the plan only good cases: it does not say what decides there."""
    on = near(random, PLAN, *marks)
    about = on if random.random() < 0.4 else near(random, PLAN, *marks)
    return (good_case if min(on, about) < PLAN else any_case), on, about
