"""Grades, on answers made by hand: what counts as right and what does not."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from eval.ask import Asked
from eval.measures import cites, forbidden, grade, lacking, percentile, unsupported
from service.dialogue import Citation, Status
from service.rules.benefit import Entitlement, Step

REGISTERS = {"xianan-2023": "L00", "hubei-2021": "L03", "infant-2023": "L10", "later-changes": ""}

MakeAsked = Callable[..., Asked]
Cite = Callable[..., Citation]


def paid(amount: str | None, benefit: str = "delivery-subsidy", working: tuple[Step, ...] = ()) -> Entitlement:
    return Entitlement(benefit, "", True, Decimal(amount) if amount else None, "元", "exact", working=working)


@pytest.mark.parametrize(
    ("expected", "right"), [("answered", True), (["no_basis", "answered"], True), ("no_basis", False)]
)
def test_a_status_is_right_when_it_is_one_of_those_expected(
    expected: str | list[str], right: bool, make_asked: MakeAsked
) -> None:
    assert grade(make_asked(got=Status.ANSWERED, status=expected), REGISTERS).status is right


@pytest.mark.parametrize(
    ("wanted", "ref", "right"),
    [
        ("plan:c:12.2", "xianan-2023#12.2", True),
        ("plan:c:12.2", "xianan-2023#12", False),
        ("plan:c:1", "xianan-2023#12.1", False),
        ("plan:c:7", "hubei-2021#7", False),
        ("L03:7", "hubei-2021#7", True),
        ("L03:7", "hubei-2021#7.2", True),
        ("L03:7", "hubei-2021#70", False),
        ("L03:7", "infant-2023#7", False),
        ("L03:70", "hubei-2021#7", False),
        ("L10", "infant-2023#3", True),
        ("L10", "hubei-2021#10", False),
        ("L10", "another#10", False),
        ("LC-05", "later-changes#LC-05", True),
        ("LC-05", "later-changes#LC-06", False),
    ],
)
def test_a_citation_is_of_the_wanted_clause(wanted: str, ref: str, right: bool) -> None:
    assert cites(ref, wanted, REGISTERS) is right


def test_every_wanted_clause_must_be_cited(make_asked: MakeAsked, cite: Cite) -> None:
    citations = (cite("xianan-2023#11"), cite("hubei-2021#7"), cite("xianan-2023#5"))

    both = grade(make_asked(citations=citations, clauses=("plan:c:11", "L03:7")), REGISTERS)
    one_more = grade(make_asked(citations=citations, clauses=("plan:c:11", "LC-05")), REGISTERS)

    assert (both.clauses, one_more.clauses) == (True, False)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("每 学期\n500元", ("每学期500元",)),
        ("最高１０，０００元", ("10000元",)),
        ("最高10,000元", ("10000元",)),
        ("《方案》ＡＢ", ("《方案》ab",)),
        ("领一次", ("两次", "一次")),
    ],
)
def test_a_key_fact_is_found_in_any_of_its_wordings_however_it_is_typed(
    text: str, group: tuple[str, ...], make_asked: MakeAsked
) -> None:
    assert grade(make_asked(text, contains=(group,)), REGISTERS).facts


def test_key_facts_that_lack_and_words_that_must_not_be_said_are_named(make_asked: MakeAsked) -> None:
    asked = make_asked("每孩可领 1,500 元", contains=(("1500元",), ("一次性", "一次")), excludes=("1500元", "3000元"))

    assert lacking(asked.answer, asked.golden.expect) == [("一次性", "一次")]
    assert forbidden(asked.answer, asked.golden.expect) == ["1500元"]
    assert not grade(asked, REGISTERS).facts


def test_the_fixed_line_about_the_plan_earns_no_key_fact(make_asked: MakeAsked) -> None:
    fixed = "方案2023年7月印发，没有写明有效期，现在是否照此办理请确认。"

    assert not grade(make_asked(f"答\n{fixed}", contains=(("有效期",),)), REGISTERS).facts
    assert grade(make_asked("答\n没有写明有效期", contains=(("有效期",),)), REGISTERS).facts


@pytest.mark.parametrize(
    ("got", "benefit", "right"),
    [
        ("1500", None, True),
        ("1500.00", "delivery-subsidy", True),
        ("1500.01", None, False),
        ("1500", "childcare-enrolment-subsidy", False),
        (None, None, False),
    ],
)
def test_an_amount_is_right_to_the_cent_and_for_its_benefit(
    got: str | None, benefit: str | None, right: bool, make_asked: MakeAsked
) -> None:
    asked = make_asked(entitlements=(paid(got),), amount="1500.0", benefit=benefit)

    assert grade(asked, REGISTERS).amount is right


def test_where_no_amount_is_expected_none_is_graded(make_asked: MakeAsked) -> None:
    assert grade(make_asked(entitlements=(paid("1500"),)), REGISTERS).amount is None


def test_numbers_that_nothing_cited_or_worked_out_holds_are_found(make_asked: MakeAsked, cite: Cite) -> None:
    working = (Step("500.00元 × 3个学期", "1500.00", "xianan-2023#7"),)
    text = "可领 1500.00元，每学期５００元，最高10,000元[1]。第7条写到80%，共 2,026.5 元，另有 66 人，问 12345。"

    asked = make_asked(
        text,
        citations=(cite("xianan-2023#12.1", "不高于80%，最高10000元"),),
        entitlements=(paid("1500", working=working),),
    )

    assert unsupported(asked.answer) == ("2026.5", "66")
    assert not grade(asked, REGISTERS).right


def test_an_answer_is_right_when_all_of_it_is(make_asked: MakeAsked, cite: Cite) -> None:
    asked = make_asked(
        "每学期500元[1]",
        citations=(cite("xianan-2023#7", "每学期发放500元"),),
        entitlements=(paid("500"),),
        clauses=("plan:c:7",),
        contains=(("500元",),),
        excludes=("600元",),
        amount="500",
    )

    assert grade(asked, REGISTERS).right


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.51, 3), (0.99, 4), (1.0, 4), (0.0, 1)])
def test_a_percentile_is_one_of_the_numbers(share: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value
