"""What holds for every rule whatever is said: caps, order, days, 分, and no number that is not exact."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.rules.benefit import Entitlement, assess, dated
from service.rules.catalogue import benefits
from service.rules.facts import BadFact, FactType, fact_types, parse_facts
from tests.service.rules.draws import PLAN, at_most

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
FEN = Decimal("0.01")
SLUGS = sorted(benefits())

quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much]
some = settings(derandomize=True, deadline=None, database=None, max_examples=40, suppress_health_check=quiet)
many = settings(some, max_examples=250)


def values(kind: FactType) -> st.SearchStrategy[object]:
    """Values of a fact from end to end of its limits, and the ends themselves."""
    if kind.type == "bool":
        return st.booleans()
    if kind.type == "choice":
        return st.sampled_from(sorted(kind.choices))
    if kind.type == "date":
        return st.dates(date(2019, 1, 1), date(2030, 1, 1)) | st.dates()
    low, high = kind.minimum, kind.maximum
    ends = st.sampled_from([low, high])
    if kind.type == "int":
        return st.integers(int(low), int(high)) | ends
    return st.decimals(low, high, places=2) | st.decimals(low, high, allow_nan=False) | ends


def some_facts(slug: str) -> st.SearchStrategy[dict[str, object]]:
    optional = {name: values(fact_types()[name]) for name in benefits()[slug].needs}
    return st.fixed_dictionaries({}, optional=optional)


def days() -> st.SearchStrategy[date]:
    return st.dates(date(2019, 1, 1), date(2030, 1, 1)) | st.dates()


def entitlement(slug: str, facts: Mapping[str, object], on: date = TODAY, about: date = TODAY) -> Entitlement:
    return assess(benefits()[slug], parse_facts(facts), on, about)


def verdict(slug: str, facts: Mapping[str, object], on: date = TODAY, about: date = TODAY) -> tuple[object, ...]:
    result = entitlement(slug, facts, on, about)
    return result.eligible, result.amount, result.until


def parts(value: object) -> list[object]:
    """A value and everything inside it."""
    if dataclasses.is_dataclass(value):
        inner = [getattr(value, item.name) for item in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        inner = [*value.keys(), *value.values()]
    else:
        inner = list(value) if isinstance(value, list | tuple | set | frozenset) else []
    return [value, *(part for item in inner for part in parts(item))]


@pytest.mark.parametrize("slug", SLUGS)
@some
@given(st.data())
def test_any_facts_on_any_day_give_a_sound_and_exact_answer(slug: str, data: st.DataObject) -> None:
    result = entitlement(slug, data.draw(some_facts(slug)), data.draw(days()), data.draw(days()))
    assert not [part for part in parts(result) if isinstance(part, float)]
    assert result.eligible or (result.amount is None and result.until is None)
    assert not result.missing or result.eligible is None
    assert set(result.missing) <= set(benefits()[slug].needs)
    assert result.eligible is not None or result.missing or result.open_points
    assert result.amount is None or (result.amount >= 0 and result.amount == result.amount.quantize(FEN))


@pytest.mark.parametrize("slug", SLUGS)
@some
@given(st.data())
def test_the_order_in_which_facts_are_said_does_not_matter(slug: str, data: st.DataObject) -> None:
    facts, on, about = data.draw(some_facts(slug)), data.draw(days()), data.draw(days())
    other = dict(data.draw(st.permutations(list(facts.items()))))
    assert entitlement(slug, facts, on, about) == entitlement(slug, other, on, about)


# The days on which a rule that the service knows begins; every New Year begins another tax year.
NAMED = [date(2011, 7, 1), date(2012, 4, 28), date(2021, 11, 26), PLAN, date(2025, 9, 1)]


@pytest.mark.parametrize("slug", SLUGS)
@some
@given(st.data())
def test_nothing_changes_overnight_but_on_the_days_that_the_rules_name(slug: str, data: st.DataObject) -> None:
    facts = {name: value for name, value in data.draw(some_facts(slug)).items() if fact_types()[name].type != "date"}
    day = data.draw(st.dates(date(2010, 1, 1), date(2035, 1, 1)) | st.sampled_from(NAMED).map(lambda mark: mark + DAY))
    assume(day not in NAMED and (day.month, day.day) != (1, 1))
    assert verdict(slug, facts, about=day - DAY) == verdict(slug, facts, about=day)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.binary(max_size=5)
    | st.dates()
    | st.sampled_from(
        ["9" * 5000, "1e999999999", "-1e-999999999", "sNaN", "2026-02-30", "\x00", "１２", "二", 10**4000]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@many
@given(
    st.dictionaries(st.sampled_from(sorted(fact_types())) | st.text(max_size=5), anything, max_size=6), days(), days()
)
def test_garbage_is_refused_as_a_bad_fact_and_by_nothing_else(facts: dict[str, object], on: date, about: date) -> None:
    try:
        parsed = parse_facts(facts)
    except BadFact:
        return
    for benefit in benefits().values():
        assess(benefit, parsed, on, about)


@many
@given(st.sampled_from(sorted(fact_types())), anything, days())
def test_a_single_odd_value_is_refused_or_answered(name: str, value: object, day: date) -> None:
    try:
        parsed = parse_facts({name: value})
    except BadFact:
        return
    for benefit in benefits().values():
        assess(benefit, parsed, day, day)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("terms", 10**5000),
        ("contract_price", 10**5000),
        ("share", 10**5000),
        ("birth_date", datetime(2024, 1, 1, 8, 30)),
    ],
    ids=["whole number of 5000 digits", "amount of 5000 digits", "choice of 5000 digits", "moment instead of a day"],
)
def test_what_no_limit_foresees_is_refused_as_a_bad_fact(name: str, value: object) -> None:
    with pytest.raises(BadFact):
        parse_facts({name: value})


SECOND = {"birth_order": 2, "institution_in": "district"}
CHILDCARE = SECOND | {"registered": True, "terms": 2}
KINDERGARTEN = SECOND | {"kindergarten_type": "public", "kindergarten_class": "small"}
KINDERGARTEN |= {"public_fee_per_month": 400, "months": 5}
HOME = SECOND | {"home": "first", "loan_limit": 600000, "contract_price": 1000000}
RATE = {"birth_order": 2, "loan_number": 2, "published_rate": "2.6", "principal": 500000}
WAGE = {"average_wage": 6000, "paid_days": 98}
BIRTH = {"babies": 1, "difficult_birth": False}
TAX = {"child_birth_date": "2023-05-20", "tax_year": 2024}
STATE = {"child_birth_date": "2025-06-01"}

RISING = [
    ("childcare-enrolment-subsidy", CHILDCARE, "terms"),
    ("childcare-enrolment-subsidy", CHILDCARE, "children"),
    ("kindergarten-fee-reduction", KINDERGARTEN, "public_fee_per_month"),
    ("kindergarten-fee-reduction", KINDERGARTEN, "months"),
    ("kindergarten-fee-reduction", KINDERGARTEN, "children"),
    ("housing-fund-loan-limit", HOME, "contract_price"),
    ("housing-fund-loan-limit", HOME, "loan_limit"),
    ("housing-fund-second-loan-rate", RATE, "principal"),
    ("housing-fund-second-loan-rate", RATE, "published_rate"),
    ("maternity-allowance", WAGE, "average_wage"),
    ("maternity-allowance", WAGE, "paid_days"),
    ("maternity-leave", BIRTH, "babies"),
    ("maternity-leave", BIRTH, "difficult_birth"),
    ("infant-care-tax-deduction", TAX, "children"),
    ("national-childcare-allowance", STATE, "children"),
]


@pytest.mark.parametrize(("slug", "facts", "name"), [case for case in RISING if case[0] in benefits()])
@some
@given(st.data())
def test_more_never_comes_to_less(slug: str, facts: dict[str, object], name: str, data: st.DataObject) -> None:
    kind = values(fact_types()[name])
    less, more = sorted([data.draw(kind), data.draw(kind)])
    assert entitlement(slug, facts | {name: less}).amount <= entitlement(slug, facts | {name: more}).amount


def places(name: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(fact_types()[name].minimum, fact_types()[name].maximum, places=2)


@many
@given(places("loan_limit"), places("contract_price"))
def test_a_loan_is_never_above_either_cap(limit: Decimal, price: Decimal) -> None:
    amount = entitlement("housing-fund-loan-limit", HOME | {"loan_limit": limit, "contract_price": price}).amount
    assert amount in (at_most(limit * 3 / 2), at_most(price * 4 / 5))
    assert amount <= limit * 3 / 2
    assert amount <= price * 4 / 5


@some
@given(some_facts("assisted-reproduction-cap"), days(), days())
def test_assisted_reproduction_has_its_ceiling_and_no_other_number(
    facts: dict[str, object], on: date, about: date
) -> None:
    assert entitlement("assisted-reproduction-cap", facts, on, about).amount in (None, Decimal(10000))


@some
@given(some_facts("kindergarten-fee-reduction"))
def test_a_reduction_is_never_above_a_tenth_of_the_fee(facts: dict[str, object]) -> None:
    fees = [facts.get(f"{whose}_fee_per_term", 0) for whose in ("public", "own")]
    fees += [facts.get(f"{whose}_fee_per_month", 0) * facts.get("months", 0) for whose in ("public", "own")]
    amount = entitlement("kindergarten-fee-reduction", facts).amount
    assert amount is None or amount <= facts.get("children", 1) * (max(fees) / Decimal(10) + FEN)


@some
@given(places("average_wage"), values(fact_types()["paid_days"]))
def test_a_higher_wage_is_a_higher_allowance(wage: Decimal, paid: int) -> None:
    assume(wage <= fact_types()["average_wage"].maximum - 1)
    lower, higher = ({"average_wage": wage + more, "paid_days": paid} for more in (0, 1))
    assert entitlement("maternity-allowance", lower).amount < entitlement("maternity-allowance", higher).amount


@pytest.mark.parametrize(
    ("price", "amount"),
    [("1124999.99", "899999.99"), ("1125000.00", "900000"), ("1125000.01", "900000"), ("1124999.98", "899999.98")],
)
def test_a_loan_turns_from_the_price_to_the_limit_on_the_fen(price: str, amount: str) -> None:
    assert verdict("housing-fund-loan-limit", HOME | {"contract_price": price}) == (True, Decimal(amount), None)


@pytest.mark.parametrize(
    ("slug", "facts", "amount"),
    [
        ("kindergarten-fee-reduction", KINDERGARTEN | {"public_fee_per_month": "400.04", "months": 1}, "40.00"),
        ("kindergarten-fee-reduction", KINDERGARTEN | {"public_fee_per_month": "400.05", "months": 1}, "40.01"),
        ("kindergarten-fee-reduction", KINDERGARTEN | {"public_fee_per_month": "400.06", "months": 1}, "40.01"),
        ("maternity-allowance", {"average_wage": "1.14", "paid_days": 3}, "0.11"),
        ("maternity-allowance", {"average_wage": "1.15", "paid_days": 3}, "0.12"),
        ("maternity-allowance", {"average_wage": "1.16", "paid_days": 3}, "0.12"),
        ("housing-fund-second-loan-rate", RATE | {"published_rate": 1, "principal": "4.99"}, "0.00"),
        ("housing-fund-second-loan-rate", RATE | {"published_rate": 1, "principal": "5.00"}, "0.01"),
        ("housing-fund-second-loan-rate", RATE | {"published_rate": 1, "principal": "5.01"}, "0.01"),
    ],
)
def test_half_a_fen_is_rounded_up_and_less_is_not(slug: str, facts: dict[str, object], amount: str) -> None:
    assert verdict(slug, facts) == (True, Decimal(amount), None)


def test_thirty_five_is_reached_in_age_and_on_the_day_after_the_birthday() -> None:
    where = {"institution_in": "city"}
    ages = [verdict("assisted-reproduction-cap", where | {"mother_age": age})[0] for age in ("34.99", "35", "35.01")]
    assert ages == [False, True, True]
    birthdays = [date(1991, 11, 23) + shift * DAY for shift in (1, 0, -1)]
    born = [verdict("assisted-reproduction-cap", where | {"mother_birth_date": day})[0] for day in birthdays]
    assert born == [False, None, True]


def test_who_is_born_on_29_february_has_the_birthday_on_the_last_day_of_the_month() -> None:
    mother = {"institution_in": "city", "mother_birth_date": date(1992, 2, 29)}
    settled = [mother | {"settlement_date": date(2027, 2, 28) + shift * DAY} for shift in (-1, 0, 1)]
    assert [verdict("assisted-reproduction-cap", facts)[0] for facts in settled] == [False, None, True]
    child = {"child_birth_date": date(2024, 2, 29)}
    verdicts = [verdict("parental-leave", child, about=date(2027, 2, 28) + shift * DAY)[0] for shift in (-1, 0, 1)]
    assert verdicts == [True, None, False]


@pytest.mark.parametrize(
    "slug", [slug for slug in ("parental-leave", "national-childcare-allowance") if slug in benefits()]
)
def test_the_third_birthday_ends_the_right_and_is_itself_open(slug: str) -> None:
    child = {"child_birth_date": date(2025, 6, 1)}
    verdicts = [verdict(slug, child, about=date(2028, 6, 1) + shift * DAY)[0] for shift in (-1, 0, 1)]
    assert verdicts == [True, None, False]


PROVINCE = date(2021, 11, 26)
FIRST_DAYS = [
    ("childcare-enrolment-subsidy", CHILDCARE, PLAN),
    ("delivery-subsidy", SECOND | {"inpatient": True}, PLAN),
    ("kindergarten-fee-reduction", KINDERGARTEN, PLAN),
    ("assisted-reproduction-cap", {"mother_age": 36, "institution_in": "city"}, PLAN),
    ("housing-fund-loan-limit", HOME, PLAN),
    ("housing-fund-second-loan-rate", RATE, PLAN),
    ("public-rental-housing", {"housing_qualified": True}, PLAN),
    ("social-maintenance-fee", {"fee_stage": "undecided"}, PLAN),
    ("one-child-and-two-daughter-families", {"family_kind": "one_child_before"}, PLAN),
    ("special-families", {}, PLAN),
    ("maternity-leave", BIRTH, PROVINCE),
    ("paternity-leave", {}, PROVINCE),
    ("parental-leave", {"child_under_three": True}, PROVINCE),
    ("national-childcare-allowance", {"child_birth_date": date(2024, 6, 1)}, date(2025, 1, 1)),
    ("infant-care-tax-deduction", {"child_under_three": True}, date(2022, 1, 1)),
]


@pytest.mark.parametrize(("slug", "facts", "first"), [case for case in FIRST_DAYS if case[0] in benefits()])
def test_a_benefit_begins_on_its_first_day_and_not_the_day_before(
    slug: str, facts: dict[str, object], first: date
) -> None:
    before, on_the_day, after = (verdict(slug, facts, about=first + shift * DAY) for shift in (-1, 0, 1))
    assert before == (None, None, None)
    assert on_the_day[0] is True
    assert on_the_day == after


@pytest.mark.parametrize(("slug", "facts", "first"), [case for case in FIRST_DAYS if case[0] in benefits()])
def test_nobody_knows_of_a_benefit_before_it_is_issued(slug: str, facts: dict[str, object], first: date) -> None:
    issued = {"infant-care-tax-deduction": date(2022, 3, 19), "national-childcare-allowance": date(2025, 7, 1)}
    assert verdict(slug, facts, on=issued.get(slug, first) - DAY)[0] is None


def test_the_top_class_is_free_from_the_first_of_september_for_who_asks_after_the_notice() -> None:
    top = KINDERGARTEN | {"kindergarten_class": "top"}
    september, issued = date(2025, 9, 1), date(2025, 8, 5)
    by_day = [verdict("kindergarten-fee-reduction", top, about=september + shift * DAY)[1] for shift in (-1, 0, 1)]
    assert by_day == [200, 0, 0]
    asked = [verdict("kindergarten-fee-reduction", top, issued + shift * DAY, september)[1] for shift in (-1, 0, 1)]
    assert asked == [200, 0, 0]


def test_the_deduction_of_2023_is_doubled_for_who_asks_after_the_notice() -> None:
    year = {"child_birth_date": "2021-12-20", "tax_year": 2023}
    asked = [verdict("infant-care-tax-deduction", year, date(2023, 8, 28) + shift * DAY)[1] for shift in (-1, 0, 1)]
    assert asked == [12000, 24000, 24000]
    assert verdict("infant-care-tax-deduction", year | {"tax_year": 2022})[1] == 12000


@pytest.mark.parametrize("slug", SLUGS)
@some
@given(st.data())
def test_an_answer_names_its_benefit_its_unit_and_the_facts_that_it_rests_on(slug: str, data: st.DataObject) -> None:
    facts = data.draw(some_facts(slug))
    benefit, result = benefits()[slug], entitlement(slug, facts)
    assert (result.benefit, result.name, result.units) == (slug, benefit.name, benefit.units)
    assert (result.unit, result.amount_kind) == (benefit.unit, benefit.amount_kind)
    assert {name: result.inputs[name] for name in facts} == parse_facts(facts)


def test_a_deduction_says_whether_it_is_of_a_month_or_of_the_whole_year() -> None:
    child = {"child_birth_date": "2023-05-20"}
    years = range(2022, 2028)
    said = {year: entitlement("infant-care-tax-deduction", child | {"tax_year": year}).period for year in years}
    assert said == {2022: "", 2023: "每月", 2024: "2024年度全年", 2025: "2025年度全年", 2026: "每月", 2027: ""}
    assert entitlement("infant-care-tax-deduction", {"child_under_three": True}).period == "每月"


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "infant-care-tax-deduction"])
@some
@given(st.data())
def test_every_other_amount_is_for_the_whole(slug: str, data: st.DataObject) -> None:
    assert entitlement(slug, data.draw(some_facts(slug))).period == ""


@some
@given(st.integers(2019, 2100))
def test_a_tax_year_is_dated_by_its_first_day(year: int) -> None:
    assert dated(benefits()["infant-care-tax-deduction"], {"tax_year": year}) == date(year, 1, 1)


@many
@given(st.integers(1, 8), st.booleans(), st.dates(PROVINCE, date(2100, 1, 1)))
def test_a_leave_that_starts_a_day_later_ends_a_day_later(babies: int, difficult: bool, start: date) -> None:
    birth = {"babies": babies, "difficult_birth": difficult}
    days_off, until = verdict("maternity-leave", birth | {"leave_start": start})[1:]
    assert until - start == timedelta(days=int(days_off) - 1)
    assert verdict("maternity-leave", birth | {"leave_start": start + DAY})[2] == until + DAY
