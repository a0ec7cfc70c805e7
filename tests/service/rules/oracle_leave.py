"""Days off and the pay for them, worked out from the clauses by hand."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.service.rules.draws import NO, UNDECIDED, Case, Facts, Verdict, fen, lose, money, near, spoil, years_later

PROVINCE = date(2021, 11, 26)


def oracle_maternity_leave(facts: Facts, on: date, about: date) -> Verdict:
    """98 + 60 days, 15 more for a difficult birth and for each further baby; after a miscarriage 15 or 42."""
    start = facts.get("leave_start")
    if min(on, start or about) < PROVINCE:
        return UNDECIDED
    if facts.get("miscarriage") in ("under_four_months", "over_four_months"):
        return _leave(15 if facts["miscarriage"] == "under_four_months" else 42, start)
    difficult = True if facts.get("caesarean") else facts.get("difficult_birth")
    if difficult is None or "babies" not in facts:
        return UNDECIDED
    return _leave(98 + 60 + 15 * difficult + 15 * (facts["babies"] - 1), start)


def _leave(days: int, start: date | None) -> Verdict:
    return True, Decimal(days), start and start + timedelta(days=days - 1)


def draw_maternity_leave(random: Random) -> Case:
    on = near(random, PROVINCE)
    about = on if random.random() < 0.5 else near(random, PROVINCE)
    facts: Facts = {
        "babies": random.choice([1, 1, 2, 3, 8]),
        "difficult_birth": random.random() < 0.5,
        "miscarriage": random.choice(["none", "none", "none", "under_four_months", "over_four_months"]),
        "caesarean": random.random() < 0.2,
        "birth_order": random.choice([1, 2, 3, 4]),
        "leave_start": near(random, PROVINCE, date(2024, 2, 28), date(2026, 3, 1)),
    }
    return lose(random, facts), on, about


def oracle_paternity_leave(facts: Facts, on: date, about: date) -> Verdict:
    """15 days by the province's rules; a longer leave is only encouraged."""
    return UNDECIDED if min(on, facts.get("birth_date", about)) < PROVINCE else (True, Decimal(15), None)


def draw_paternity_leave(random: Random) -> Case:
    on = near(random, PROVINCE)
    facts: Facts = {"birth_order": random.choice([1, 2, 3, 4]), "birth_order_disputed": random.random() < 0.2}
    if random.random() < 0.5:
        facts["birth_date"] = near(random, PROVINCE, date(2023, 7, 20))
    return lose(random, facts), on, on if random.random() < 0.5 else near(random, PROVINCE)


def oracle_parental_leave(facts: Facts, on: date, about: date) -> Verdict:
    """10 days a year for each parent until the child is three; the third birthday itself is open."""
    if min(on, about) < PROVINCE:
        return UNDECIDED
    if "child_birth_date" in facts:
        birthday = years_later(facts["child_birth_date"], 3)
        if about == birthday:
            return UNDECIDED
        under = about < birthday
    elif "child_age" in facts:
        under = facts["child_age"] < 3
    elif "child_under_three" in facts:
        under = facts["child_under_three"]
    else:
        return UNDECIDED
    return (True, Decimal(10), None) if under else NO


def draw_parental_leave(random: Random) -> Case:
    on = near(random, PROVINCE)
    about = on if random.random() < 0.5 else near(random, PROVINCE)
    # The age is said in one way at a time: the rules do not say which counts if two differ.
    way = random.randrange(4)
    said: Facts = {"child_birth_date": _born_three_years_before(random, about)}
    if way == 0 or min(on, about) < PROVINCE:
        said = {"child_under_three": random.random() < 0.5 or min(on, about) < PROVINCE}
    elif way == 1:
        said = {"child_age": Decimal(random.choice(["0", "1", "2.99", "3", "3.01", "60"]))}
    # Two under three do not make 20 days.
    return lose(random, said | {"children": random.choice([1, 2])}), on, about


def _born_three_years_before(random: Random, day: date) -> date:
    if random.random() < 0.15:
        return date(random.choice([2020, 2024]), 2, 29) if day.year >= 2025 else date(2020, 2, 29)
    day = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    years = random.choice([1, 2, 3, 3, 3, 4])
    return day.replace(year=day.year - years) + timedelta(days=random.choice([-1, 0, 1]))


def oracle_maternity_allowance(facts: Facts, on: date, about: date) -> Verdict:
    """The employer's average wage of a month, by 30, for the days paid; without the days there is no one number."""
    if facts.get("insured") is False:
        return NO
    if "average_wage" not in facts:
        return UNDECIDED
    if "paid_days" not in facts:
        return True, None, None
    return True, fen(facts["average_wage"] * facts["paid_days"] / 30), None


def draw_maternity_allowance(random: Random) -> Case:
    good: Facts = {
        "average_wage": money(random, "1.01", "6000", "7000.05", "999999.99", up_to=30000),
        "paid_days": random.choice([1, 15, 98, 113, 128, 158, 173, 400]),
        "insured": True,
    }
    # In force for longer than the plan; days before it are not drawn.
    on = date(2023, 7, 20) + timedelta(days=random.choice([0, 1, random.randrange(1200)]))
    about = on if random.random() < 0.5 else date(2023, 7, 20) + timedelta(days=random.randrange(1200))
    return spoil(random, good, {"insured": [False]}, {}), on, about
