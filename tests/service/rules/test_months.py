"""A day of which only the month is known: 2023年11月生的."""

from datetime import date

import pytest

from service.rules.ages import MonthTold
from service.rules.benefit import Entitlement, Example, assess
from service.rules.catalogue import benefits
from service.rules.facts import BadFact, Facts, fact_types, parse_facts, written

ASKED = date(2026, 11, 24)


def comes_to(found: Entitlement) -> tuple[object, ...]:
    return found.eligible, found.amount, found.missing, found.until, found.period


def days_of(month: MonthTold, on: date, *, past: bool) -> list[date]:
    return [day for day in month.days if day <= on] if past and month <= on else list(month.days)


def dated_examples() -> list[tuple[str, Example, str]]:
    return [
        (slug, example, name)
        for slug, benefit in sorted(benefits().items())
        for example in benefit.examples
        for name, value in example.facts.items()
        if isinstance(value, date)
    ]


@pytest.mark.parametrize("slug", sorted({slug for slug, _, _ in dated_examples()}))
def test_is_used_where_every_day_of_it_comes_to_the_same_and_else_asked_for(slug: str) -> None:
    for _, example, name in (one for one in dated_examples() if one[0] == slug):
        day = example.facts[name]
        assert isinstance(day, date)
        month = MonthTold(day.year, day.month, 1)

        def judged(value: date, facts: Facts = example.facts, name: str = name, like: Example = example) -> Entitlement:
            return assess(benefits()[slug], {**facts, name: value}, like.on, like.about)

        told = judged(month)
        days = {comes_to(judged(one)) for one in days_of(month, example.on, past=fact_types()[name].past)}
        if len(days) == 1:
            assert {comes_to(told)} == days, example.name
        else:
            assert (told.eligible, told.amount, name in told.missing) == (None, None, True), example.name


def test_has_all_its_days() -> None:
    assert MonthTold(2024, 2, 1).days == tuple(date(2024, 2, day) for day in range(1, 30))


def test_both_cases_are_among_the_worked_examples() -> None:
    facts = {"child_birth_date": MonthTold(2023, 11, 1)}
    deduction = benefits()["infant-care-tax-deduction"]

    assert assess(deduction, facts, ASKED, ASKED).missing == ("child_birth_date",)
    assert assess(deduction, {"child_birth_date": MonthTold(2023, 12, 1)}, ASKED, ASKED).amount == 2000
    assert assess(deduction, {"child_birth_date": MonthTold(2023, 10, 1)}, ASKED, ASKED).eligible is False


@pytest.mark.parametrize(
    ("slug", "facts", "sentence"),
    [
        (
            "infant-care-tax-deduction",
            {"child_birth_date": MonthTold(2024, 11, 1), "tax_year": 2026},
            "孩子2024年11月出生，2026年度12个月都没有满3周岁",
        ),
        (
            "national-childcare-allowance",
            {"child_birth_date": MonthTold(2025, 12, 1)},
            "孩子2025年12月出生，问的那一天还不满3周岁",
        ),
        (
            "assisted-reproduction-cap",
            {"mother_birth_date": MonthTold(1991, 10, 1), "institution_in": "city"},
            "女方1991年10月出生，到2026年11月24日满35周岁，符合年满35周岁的条件",
        ),
    ],
)
def test_the_working_names_no_day_that_nobody_told(slug: str, facts: Facts, sentence: str) -> None:
    found = assess(benefits()[slug], facts, ASKED, ASKED)

    assert [step.sentence for step in found.working if "月出生" in step.sentence] == [sentence]


def test_is_written_and_read_as_year_and_month() -> None:
    told = parse_facts({"child_birth_date": "2023-11"})

    assert {name: type(value) for name, value in told.items()} == {"child_birth_date": MonthTold}
    assert {name: written(value) for name, value in told.items()} == {"child_birth_date": "2023-11"}
    with pytest.raises(BadFact, match="孩子出生日期应为 年-月-日 的真实日期，只知道月份的写 年-月"):
        parse_facts({"child_birth_date": "2023-13"})
