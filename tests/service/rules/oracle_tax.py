"""The tax deduction for children under three, worked out month by month."""

from datetime import date
from decimal import Decimal
from random import Random

from tests.service.rules.draws import NO, UNDECIDED, Case, Facts, Verdict, lose, near, years_later

ISSUED, RAISED = date(2022, 3, 19), date(2023, 8, 28)


def oracle_infant_care_tax_deduction(facts: Facts, on: date, about: date) -> Verdict:
    """1000 元 a month for 2022, 2000 since; for a whole year inside the three years the year, else only a month."""
    year = facts.get("tax_year", about.year)
    if on < ISSUED or year < 2022:
        return UNDECIDED
    monthly = 2000 if year >= 2023 and on >= RAISED else 1000
    part = Decimal(monthly * facts.get("children", 1)) * int(facts.get("share", "100")) / 100
    if "tax_year" not in facts:
        under = _under_three(facts, about)
        return UNDECIDED if under is None else (True, part, None) if under else NO
    if "child_birth_date" not in facts:
        return UNDECIDED
    months = _months(facts["child_birth_date"], year)
    return (True, part * (12 if months == 12 else 1), None) if months else NO


def _months(born: date, year: int) -> int:
    """From the month of birth to the month before the third birthday."""
    first = born.year * 12 + born.month
    return sum(first <= year * 12 + month < first + 36 for month in range(1, 13))


def _under_three(facts: Facts, day: date) -> bool | None:
    if "child_birth_date" in facts:
        return facts["child_birth_date"] <= day < years_later(facts["child_birth_date"], 3)
    if "child_age" in facts:
        return facts["child_age"] < 3
    return facts.get("child_under_three")


def draw_infant_care_tax_deduction(random: Random) -> Case:
    on = near(random, ISSUED, RAISED)
    about = on if random.random() < 0.7 else near(random, date(2022, 1, 1), date(2023, 1, 1))
    facts: Facts = {"children": random.choice([1, 1, 2, 10]), "share": random.choice(["100", "50"])}
    if about.year < 2022 or random.random() < 0.7:
        year = random.choice([2021, 2022, 2023, 2024, 2025, 2026])
        years = random.choice([-1, 0, 1, 1, 2, 2, 3, 4]) if year > 2021 else 1
        # Whether the months of birth and of the third birthday count is not settled: nobody is born in January there.
        month = random.randint(2 if years in (0, 3) else 1, 12)
        facts |= {"tax_year": year, "child_birth_date": date(year - years, month, random.choice([1, 20, 28]))}
        return _said_or_not(random, facts), on, about
    # Without a year the day asked about counts; the months of birth and of the third birthday are not settled.
    months = about.year * 12 + about.month - 1 - random.choice([1, 5, 12, 34, 35, 37, 38, 60])
    born = date(months // 12, months % 12 + 1, random.choice([1, 15, 28]))
    said = [{"child_birth_date": born}, {"child_age": Decimal(random.choice(["0", "2.99", "3", "4"]))}]
    return _said_or_not(random, facts | random.choice([*said, {"child_under_three": random.random() < 0.5}])), on, about


def _said_or_not(random: Random, facts: Facts) -> Facts:
    """The year stays: without it another day would count."""
    year = {"tax_year": facts["tax_year"]} if "tax_year" in facts else {}
    return lose(random, facts) | year
