"""Every rule of the service against the same clause worked out a second time, by hand and without its code."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from service.rules.benefit import assess
from service.rules.catalogue import benefits
from service.rules.facts import parse_facts
from tests.service.rules import (
    oracle_birth,
    oracle_childcare,
    oracle_families,
    oracle_housing,
    oracle_leave,
    oracle_tax,
)
from tests.service.rules.draws import Case, Facts, Verdict

CASES = 2000
GROUPS = (oracle_birth, oracle_childcare, oracle_families, oracle_housing, oracle_leave, oracle_tax)
TODAY = date(2026, 11, 23)

Oracle = Callable[[Facts, date, date], Verdict]
Draw = Callable[[Random], Case]


def found(kind: str, slug: str) -> Callable[..., Verdict | Case] | None:
    name = f"{kind}_{slug.replace('-', '_')}"
    return next((getattr(group, name) for group in GROUPS if hasattr(group, name)), None)


def by_the_rule(slug: str, facts: dict[str, object], on: date = TODAY, about: date = TODAY) -> Verdict:
    result = assess(benefits()[slug], parse_facts(facts), on, about)
    return result.eligible, result.amount, result.until


def test_every_benefit_has_an_oracle() -> None:
    assert [slug for slug in benefits() if found("oracle", slug) is None or found("draw", slug) is None] == []


@pytest.mark.parametrize("slug", [slug for slug in benefits() if found("oracle", slug)])
def test_the_rule_agrees_with_the_clause_worked_out_by_hand(slug: str) -> None:
    oracle, draw = found("oracle", slug), found("draw", slug)
    random = Random(slug)
    seen = set()
    for _ in range(CASES):
        facts, on, about = draw(random)
        expected, answered = oracle(facts, on, about), by_the_rule(slug, facts, on, about)
        seen.add(expected[0])
        assert answered == expected, (
            f"{slug}\nfacts {facts}\non {on}, about {about}\nby hand {expected}\nby the rule {answered}"
        )
    assert {True, None} <= seen, "the draw has no case that is entitled, or none that is left open"


SECOND = {"birth_order": 2, "institution_in": "district"}
SMALL_CLASS = SECOND | {"kindergarten_class": "small", "months": 5}
HOME = SECOND | {"home": "first"}
MOTHER = {"babies": 1, "difficult_birth": False}

WORKED = [
    ("childcare-enrolment-subsidy", SECOND | {"registered": True, "terms": 2}, "1000"),
    ("childcare-enrolment-subsidy", SECOND | {"registered": True, "terms": 1, "children": 2}, "1000"),
    ("delivery-subsidy", SECOND | {"inpatient": True, "babies": 2}, "500"),
    ("kindergarten-fee-reduction", SMALL_CLASS | {"kindergarten_type": "public", "public_fee_per_month": 400}, "200"),
    (
        "kindergarten-fee-reduction",
        SMALL_CLASS | {"kindergarten_type": "inclusive_private", "public_fee_per_month": 400, "own_fee_per_month": 600},
        "200",
    ),
    ("housing-fund-loan-limit", HOME | {"loan_limit": 600000, "contract_price": 1000000}, "800000"),
    ("housing-fund-loan-limit", HOME | {"loan_limit": 600000, "contract_price": 1125000}, "900000"),
    ("housing-fund-loan-limit", HOME | {"loan_limit": 600000, "contract_price": 2000000}, "900000"),
    ("housing-fund-loan-limit", HOME | {"loan_limit": 500000, "contract_price": 300000}, "240000"),
    ("maternity-leave", MOTHER, "158"),
    ("maternity-leave", MOTHER | {"difficult_birth": True}, "173"),
    ("maternity-leave", MOTHER | {"babies": 2}, "173"),
    ("maternity-leave", MOTHER | {"babies": 2, "difficult_birth": True}, "188"),
    ("maternity-leave", MOTHER | {"babies": 3}, "188"),
    ("maternity-leave", {"miscarriage": "under_four_months"}, "15"),
    ("maternity-leave", {"miscarriage": "over_four_months"}, "42"),
    ("maternity-allowance", {"average_wage": 6000, "paid_days": 98}, "19600"),
    ("maternity-allowance", {"average_wage": 6000, "paid_days": 158}, "31600"),
    ("maternity-allowance", {"average_wage": 6000, "paid_days": 15}, "3000"),
    ("infant-care-tax-deduction", {"child_birth_date": "2023-05-20", "tax_year": 2024}, "24000"),
    ("infant-care-tax-deduction", {"child_birth_date": "2023-05-20", "tax_year": 2025, "children": 2}, "48000"),
    ("infant-care-tax-deduction", {"child_birth_date": "2021-05-20", "tax_year": 2022}, "12000"),
]


@pytest.mark.parametrize(("slug", "facts", "amount"), [case for case in WORKED if case[0] in benefits()])
def test_rule_and_oracle_both_give_the_worked_number(slug: str, facts: dict[str, object], amount: str) -> None:
    expected = (True, Decimal(amount), None)
    assert found("oracle", slug)(parse_facts(facts), TODAY, TODAY) == expected
    assert by_the_rule(slug, facts) == expected


TOP_CLASS = SMALL_CLASS | {"kindergarten_class": "top", "kindergarten_type": "public", "public_fee_per_month": 400}

HOSPITAL = {"institution_in": "district", "inpatient": True}

PASSED_OVER = {
    "a child of three is no infant": (
        "childcare-enrolment-subsidy",
        SECOND | {"registered": True, "terms": 1, "child_under_three": False},
    ),
    "a birth before the plan is left open": (
        "delivery-subsidy",
        HOSPITAL | {"birth_order": 2, "birth_date": "2023-07-19"},
    ),
    "whose age it is must be known": ("assisted-reproduction-cap", {"own_age": 35, "institution_in": "city"}),
}


@pytest.mark.parametrize(("slug", "facts"), PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_the_clause_names_is_not_passed_over(slug: str, facts: dict[str, object]) -> None:
    assert by_the_rule(slug, facts)[0] is not True


def test_a_first_birth_of_twins_is_left_open() -> None:
    assert by_the_rule("delivery-subsidy", HOSPITAL | {"birth_order": 1, "babies": 2}) == (None, None, None)


def test_two_children_said_to_be_born_are_not_taken_for_two_deliveries() -> None:
    assert by_the_rule("delivery-subsidy", HOSPITAL | {"birth_order": 2, "children": 2})[1] in (None, Decimal(500))


def test_a_term_before_the_free_top_class_keeps_its_tenth() -> None:
    assert by_the_rule("kindergarten-fee-reduction", TOP_CLASS | {"term_start": "2025-02-20"})[1] == Decimal(200)


def test_an_allowance_without_its_days_is_shown_for_98_and_158_and_is_no_one_number() -> None:
    result = assess(benefits()["maternity-allowance"], {"average_wage": Decimal("6000.01")}, TODAY, TODAY)
    assert (result.eligible, result.amount, result.missing) == (True, None, ())
    assert {"19600.03", "31600.05"} <= {step.value for step in result.working}


def test_a_yearly_difference_is_shown_beside_the_rate_with_a_tenth_on_top() -> None:
    facts = {"birth_order": 2, "loan_number": 2, "published_rate": "2.6", "principal": 500000}
    result = assess(benefits()["housing-fund-second-loan-rate"], parse_facts(facts), TODAY, TODAY)
    assert result.amount == 1300
    assert any("2.86" in step.sentence for step in result.working)
