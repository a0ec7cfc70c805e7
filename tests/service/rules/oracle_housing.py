"""Homes, worked out from the clauses by hand: the two lines on the housing fund, and public rental housing."""

from datetime import date
from decimal import Decimal
from random import Random

from tests.service.rules.draws import NO, PLAN, UNDECIDED, Case, Facts, Verdict, at_most, fen, lose, money, near, spoil


def oracle_housing_fund_loan_limit(facts: Facts, on: date, about: date) -> Verdict:
    """The lower of 1.5 times the limit and 80% of the price."""
    order = facts.get("birth_order")
    if on < PLAN or about < PLAN:
        return UNDECIDED
    if order == 1 or facts.get("fund_member") is False or facts.get("home") == "third":
        return NO
    if facts.get("institution_in") in ("city", "elsewhere"):
        return NO
    if facts.get("birth_order_disputed") or order is None or order > 3:
        return UNDECIDED
    if not {"institution_in", "home", "loan_limit", "contract_price"} <= facts.keys():
        return UNDECIDED
    return True, at_most(min(facts["loan_limit"] * 3 / 2, facts["contract_price"] * 4 / 5)), None


def draw_housing_fund_loan_limit(random: Random) -> Case:
    limit = money(random, "600000", "500000", "1.01", "99999999.99", up_to=1000000)
    price = money(random, "1000000", "1125000", "2000000", "1.01", "999999999.99", up_to=3000000)
    if random.random() < 0.3:
        # Where the two caps meet.
        price = min(max(fen(limit * 15 / 8) + Decimal(random.choice([-1, 0, 1])) / 100, Decimal(1)), Decimal(10**9))
    good: Facts = {
        "birth_order": random.choice([2, 3]),
        "fund_member": True,
        "institution_in": "district",
        "home": random.choice(["first", "second"]),
        "loan_limit": limit,
        "contract_price": price,
    }
    failing = {"birth_order": [1], "fund_member": [False], "home": ["third"], "institution_in": ["city", "elsewhere"]}
    unsettled = {"birth_order": [4, 20], "birth_order_disputed": [True]}
    return _days(random, spoil(random, good, failing, unsettled), lose(random, good))


def oracle_housing_fund_second_loan_rate(facts: Facts, on: date, about: date) -> Verdict:
    """The published rate without the tenth on top: a year's difference is a tenth of the rate on the principal."""
    order, number = facts.get("birth_order"), facts.get("loan_number")
    if on < PLAN or about < PLAN:
        return UNDECIDED
    if order == 1 or facts.get("fund_member") is False or facts.get("loan_after_birth") is False:
        return NO
    if number is not None and number != 2:
        return NO
    if facts.get("birth_order_disputed") or order is None or order > 3 or number is None:
        return UNDECIDED
    if not {"published_rate", "principal"} <= facts.keys():
        return UNDECIDED
    return True, fen(facts["principal"] * facts["published_rate"] / 1000), None


def draw_housing_fund_second_loan_rate(random: Random) -> Case:
    good: Facts = {
        "birth_order": random.choice([2, 3]),
        "fund_member": True,
        "loan_number": 2,
        "loan_after_birth": True,
        "published_rate": Decimal(random.choice(["0.01", "2.1", "2.6", "2.525", "3.075", "3.1", "30"])),
        "principal": money(random, "1.01", "500000", "99999999.99", up_to=1000000),
    }
    failing = {"birth_order": [1], "fund_member": [False], "loan_number": [1, 3, 20], "loan_after_birth": [False]}
    unsettled = {"birth_order": [4, 20], "birth_order_disputed": [True]}
    return _days(random, spoil(random, good, failing, unsettled), lose(random, good))


def oracle_public_rental_housing(facts: Facts, on: date, about: date) -> Verdict:
    """Those who meet the local conditions may come first; there is no number."""
    if on < PLAN or about < PLAN or "housing_qualified" not in facts:
        return UNDECIDED
    return facts["housing_qualified"], None, None


def draw_public_rental_housing(random: Random) -> Case:
    # Without any minor child there is nothing to come first by; the clause does not say so, and zero is not drawn.
    good: Facts = {"housing_qualified": True, "minors": random.choice([1, 2, 3, 20])}
    return _days(random, spoil(random, good, {"housing_qualified": [False]}, {}), lose(random, good))


def _days(random: Random, any_case: Facts, good_case: Facts) -> Case:
    on = near(random, PLAN)
    about = on if random.random() < 0.4 else near(random, PLAN)
    return (good_case if min(on, about) < PLAN else any_case), on, about
