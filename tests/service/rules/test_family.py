"""All that one family may claim, in the order of its life, and the same as a picture; worked out by hand."""

from collections.abc import Mapping
from datetime import date
from xml.etree import ElementTree

import pytest

from service.rules.catalogue import benefits
from service.rules.facts import parse_facts
from service.rules.family import OTHER, STAGES, Claim, claims
from service.timeline import timeline

TODAY = date(2026, 11, 23)
SVG = "{http://www.w3.org/2000/svg}"
GREEN, AMBER, GREY = "#1b7f4d", "#b26a00", "#8a8f98"

IN_ORDER = [
    ("备孕", "assisted-reproduction-cap"),
    ("分娩", "delivery-subsidy"),
    ("休假", "maternity-allowance"),
    ("休假", "maternity-leave"),
    ("休假", "parental-leave"),
    ("休假", "paternity-leave"),
    ("0—3岁", "childcare-enrolment-subsidy"),
    ("0—3岁", "national-childcare-allowance"),
    ("3—6岁", "kindergarten-fee-reduction"),
    ("住房", "housing-fund-loan-limit"),
    ("住房", "housing-fund-second-loan-rate"),
    ("住房", "public-rental-housing"),
    ("税", "infant-care-tax-deduction"),
    ("其他", "one-child-and-two-daughter-families"),
    ("其他", "social-maintenance-fee"),
    ("其他", "special-families"),
]
THIRD_CHILD = {
    "birth_order": 3,
    "child_birth_date": "2026-05-01",
    "mother_birth_date": "1990-01-01",
    "institution_in": "district",
    "inpatient": True,
    "babies": 1,
    "difficult_birth": False,
    "average_wage": "6000",
    "paid_days": 98,
    "registered": True,
    "terms": 1,
    "home": "first",
    "loan_limit": "600000",
    "contract_price": "1000000",
    "loan_number": 2,
    "published_rate": "2.6",
    "principal": "500000",
    "housing_qualified": True,
    "minors": 3,
}


def of_family(facts: Mapping[str, object], on: date = TODAY) -> dict[str, Claim]:
    return {claim.benefit.slug: claim for claim in claims(parse_facts(facts), on, on)}


def judged(facts: Mapping[str, object]) -> dict[str, tuple[bool | None, str | None]]:
    """For each benefit whether, and how much."""
    told = {slug: claim.entitlement for slug, claim in of_family(facts).items()}
    return {slug: (e.eligible, None if e.amount is None else str(e.amount)) for slug, e in told.items()}


def missing(facts: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {slug: c.entitlement.missing for slug, c in of_family(facts).items() if c.entitlement.missing}


class TestClaims:
    def test_every_benefit_comes_once_in_the_order_of_life(self) -> None:
        assert [(claim.benefit.stage, claim.benefit.slug) for claim in claims({}, TODAY, TODAY)] == IN_ORDER
        assert sorted(slug for _, slug in IN_ORDER) == sorted(benefits())

    def test_third_child_of_a_family_that_told_nearly_everything(self) -> None:
        """98 of 6000 ÷ 30; 98 + 60 days; the lower of 1.5 × 600000 and 80% of a million; 500000 × 2.6% × 10%."""
        assert judged(THIRD_CHILD) == {
            "assisted-reproduction-cap": (True, "10000.00"),
            "delivery-subsidy": (True, "500.00"),
            "maternity-allowance": (True, "19600.00"),
            "maternity-leave": (True, "158"),
            "parental-leave": (True, "10"),
            "paternity-leave": (True, "15"),
            "childcare-enrolment-subsidy": (True, "500.00"),
            "national-childcare-allowance": (True, "3600.00"),
            "kindergarten-fee-reduction": (None, None),
            "housing-fund-loan-limit": (True, "800000.00"),
            "housing-fund-second-loan-rate": (True, "1300.00"),
            "public-rental-housing": (True, None),
            "infant-care-tax-deduction": (True, "2000.00"),
            "one-child-and-two-daughter-families": (None, None),
            "social-maintenance-fee": (None, None),
            "special-families": (True, None),
        }

    def test_what_depends_says_what_it_depends_on(self) -> None:
        assert missing(THIRD_CHILD) == {
            "kindergarten-fee-reduction": ("kindergarten_type", "kindergarten_class", "public_fee_per_month", "months"),
            "one-child-and-two-daughter-families": ("family_kind",),
            "social-maintenance-fee": ("fee_stage",),
        }

    def test_third_child_born_and_cared_for_elsewhere(self) -> None:
        facts = THIRD_CHILD | {"institution_in": "elsewhere"}

        refused = [slug for slug, (eligible, _) in judged(facts).items() if eligible is False]
        assert refused == [
            "assisted-reproduction-cap",
            "delivery-subsidy",
            "childcare-enrolment-subsidy",
            "kindergarten-fee-reduction",
            "housing-fund-loan-limit",
        ]

    def test_first_child_is_left_out_of_the_five_that_begin_with_the_second(self) -> None:
        facts = THIRD_CHILD | {"birth_order": 1}

        refused = [slug for slug, (eligible, _) in judged(facts).items() if eligible is False]
        assert refused == [
            "delivery-subsidy",
            "childcare-enrolment-subsidy",
            "kindergarten-fee-reduction",
            "housing-fund-loan-limit",
            "housing-fund-second-loan-rate",
        ]

    def test_of_a_fourth_child_the_five_are_left_open_and_nothing_more_is_asked(self) -> None:
        told = of_family(THIRD_CHILD | {"birth_order": 4})

        left_open = [slug for slug, c in told.items() if c.entitlement.eligible is None and not c.entitlement.missing]
        assert left_open == [
            "delivery-subsidy",
            "childcare-enrolment-subsidy",
            "kindergarten-fee-reduction",
            "housing-fund-loan-limit",
            "housing-fund-second-loan-rate",
        ]
        assert [told[slug].entitlement.amount for slug in left_open] == [None] * 5

    def test_child_past_three_is_too_old_for_what_ends_at_three(self) -> None:
        """Born on 1 May 2022, before the allowance began: by months, no number."""
        told = judged(THIRD_CHILD | {"child_birth_date": "2022-05-01"})

        assert {slug: told[slug] for slug in ("parental-leave", "national-childcare-allowance")} == {
            "parental-leave": (False, None),
            "national-childcare-allowance": (True, None),
        }
        assert told["infant-care-tax-deduction"] == (False, None)

    def test_what_needs_no_fact_is_certain_for_everybody(self) -> None:
        certain = {slug: amount for slug, (eligible, amount) in judged({}).items() if eligible}

        assert certain == {"paternity-leave": "15", "special-families": None}

    def test_before_the_plan_its_own_benefits_are_open_and_the_leave_stands(self) -> None:
        told = of_family(THIRD_CHILD, on=date(2023, 7, 19))

        assert {slug for slug, claim in told.items() if claim.entitlement.eligible} == {
            "maternity-allowance",
            "maternity-leave",
            "paternity-leave",
        }

    @pytest.mark.parametrize(
        ("slug", "since", "refs"),
        [
            ("delivery-subsidy", date(2025, 7, 1), ["LC-05"]),
            ("delivery-subsidy", date(2026, 11, 23), ["LC-05", "LC-14"]),
            ("delivery-subsidy", date(2027, 1, 1), ["LC-05", "LC-14", "LC-08"]),
            ("childcare-enrolment-subsidy", date(2025, 7, 1), ["LC-05"]),
            ("assisted-reproduction-cap", date(2024, 9, 15), ["LC-02"]),
            ("kindergarten-fee-reduction", date(2025, 9, 1), ["LC-04"]),
            ("housing-fund-second-loan-rate", date(2025, 5, 8), ["LC-06"]),
            ("housing-fund-second-loan-rate", date(2026, 9, 20), ["LC-06", "LC-07"]),
            ("housing-fund-loan-limit", date(2026, 9, 20), ["LC-07"]),
            ("infant-care-tax-deduction", date(2023, 8, 28), ["LC-01"]),
            ("maternity-allowance", date(2027, 1, 1), ["LC-08"]),
        ],
    )
    def test_a_change_is_told_from_its_day_on(self, slug: str, since: date, refs: list[str]) -> None:
        def changes(on: date) -> list[str]:
            return [change.ref.removeprefix("later-changes#") for change in of_family({}, on)[slug].changes]

        before = date.fromordinal(since.toordinal() - 1)
        assert (changes(before), changes(since)) == (refs[:-1], refs)

    def test_on_the_day_of_issue_nothing_has_changed_yet(self) -> None:
        assert [slug for slug, claim in of_family({}, on=date(2023, 7, 20)).items() if claim.changes] == []


def picture(facts: Mapping[str, object], on: date = TODAY) -> ElementTree.Element:
    parsed = parse_facts(facts)
    return ElementTree.fromstring(timeline(claims(parsed, on, on), parsed))


def texts(svg: ElementTree.Element, anchor: str) -> list[str]:
    return [str(text.text) for text in svg.iter(f"{SVG}text") if text.get("text-anchor") == anchor]


def bars(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return [rect for rect in svg.iter(f"{SVG}rect") if rect.get("rx")]


class TestTimeline:
    def test_each_benefit_of_the_childs_age_has_one_bar_beside_its_name(self) -> None:
        svg = picture(THIRD_CHILD)

        wanted = [benefits()[slug].name for stage, slug in IN_ORDER if stage != OTHER]
        assert texts(svg, "end") == wanted
        assert len(bars(svg)) == len(wanted)

    def test_a_bar_stands_where_its_months_are(self) -> None:
        """Eight to a month, the birth at twelve months: 0—3 years are 288 long and begin with the birth."""
        svg = picture(THIRD_CHILD)

        drawn = dict(zip(texts(svg, "end"), bars(svg), strict=True))
        [birth] = [text.get("x") for text in svg.iter(f"{SVG}text") if text.text == "出生"]
        assert (drawn["入托补贴"].get("x"), drawn["入托补贴"].get("width")) == (birth, "288")
        assert drawn["保教费减免"].get("width") == "288"
        assert int(str(drawn["保教费减免"].get("x"))) == int(str(birth)) + 288

    def test_bars_stand_below_each_other_inside_the_picture(self) -> None:
        svg = picture(THIRD_CHILD)

        tops = [int(str(bar.get("y"))) for bar in bars(svg)]
        assert tops == sorted(set(tops))
        assert tops[-1] < int(str(svg.get("height")))
        assert svg.get("viewBox") == f"0 0 {svg.get('width')} {svg.get('height')}"

    def test_a_bar_shows_whether_the_benefit_is_certain_open_or_not(self) -> None:
        svg = picture(THIRD_CHILD | {"birth_order": 1})

        drawn = dict(zip(texts(svg, "end"), bars(svg), strict=True))
        colours = {name: drawn[name].get("fill") for name in ("护理假（陪产假）", "分娩补助", "国家育儿补贴")}
        assert colours == {"护理假（陪产假）": GREEN, "分娩补助": GREY, "国家育儿补贴": GREEN}
        assert {bar.get("fill") for bar in bars(picture({}))} == {GREEN, AMBER}

    def test_who_cannot_see_it_is_told_the_same(self) -> None:
        svg = picture({"birth_order": 1, "institution_in": "district"})

        [title] = svg.iter(f"{SVG}title")
        assert svg.get("role") == "img"
        assert "入托补贴，不在内" in str(title.text)
        assert "护理假（陪产假），符合" in str(title.text)
        assert "国家育儿补贴，还要看情况" in str(title.text)

    def test_marks_carry_the_years_of_a_child_whose_birth_is_known(self) -> None:
        assert texts(picture({"child_birth_date": "2026-05-01"}), "middle") == [
            "备孕",
            "出生",
            "（2026年）",
            "1岁",
            "（2027年）",
            "2岁",
            "（2028年）",
            "3岁",
            "（2029年）",
            "4岁",
            "（2030年）",
            "5岁",
            "（2031年）",
            "6岁",
            "（2032年）",
        ]

    def test_marks_carry_no_year_where_the_birth_is_not_known(self) -> None:
        assert texts(picture({}), "middle") == ["备孕", "出生", "1岁", "2岁", "3岁", "4岁", "5岁", "6岁"]

    def test_every_stage_has_benefits_and_all_but_the_other_have_months(self) -> None:
        assert {benefit.stage for benefit in benefits().values()} == set(STAGES)
        assert [b.slug for b in benefits().values() if (b.months is None) != (b.stage == OTHER)] == []
