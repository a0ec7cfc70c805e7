"""A clause's address, and what holds on a day."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.clause import Clause, ClauseRef

CLAUSE = Clause(
    ref=ClauseRef("sample", "7"),
    label="第七条",
    position="二（一）7",
    headings=("二、补贴",),
    text="样例〔区〕补贴五百元。",
    indexed="样例区补贴五百元。",
    gaps=(),
    units=("样例局",),
    document_title="样例办法",
    document_number="样政发〔2023〕1号",
    source_url="",
    register="",
    scope="样例区",
    authority="区",
    verbatim=True,
    certainty="",
    published_on=date(2023, 7, 20),
    effective_from=date(2023, 8, 1),
    effective_until=date(2025, 1, 1),
)


@pytest.mark.parametrize("written", ["xianan-2023#12.2", "xianan-2023#a1", "law#7", "later-changes#LC-05"])
def test_an_address_prints_as_it_was_written(written: str) -> None:
    assert str(ClauseRef.parse(written)) == written


@given(st.text("abc-0", min_size=1), st.text("0123.agz", min_size=1))
def test_every_address_comes_back_from_its_print(document: str, locator: str) -> None:
    ref = ClauseRef(document, locator)

    assert ClauseRef.parse(str(ref)) == ref


@pytest.mark.parametrize("written", ["", "#", "xianan-2023", "xianan-2023#", "#7"])
def test_half_an_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="条款地址应写作"):
        ClauseRef.parse(written)


@pytest.mark.parametrize(
    ("on", "known", "in_force", "ended"),
    [
        (date(2023, 7, 19), False, False, False),
        (date(2023, 7, 20), True, False, False),
        (date(2023, 7, 31), True, False, False),
        (date(2023, 8, 1), True, True, False),
        (date(2024, 12, 31), True, True, False),
        (date(2025, 1, 1), True, False, True),
    ],
)
def test_a_clause_is_issued_then_begins_then_ends(on: date, known: bool, in_force: bool, ended: bool) -> None:
    assert (CLAUSE.known(on), CLAUSE.in_force(on), CLAUSE.ended(on)) == (known, in_force, ended)


def test_without_a_day_of_its_own_it_begins_when_it_is_issued() -> None:
    clause = replace(CLAUSE, effective_from=None)

    assert [clause.in_force(date(2023, 7, day)) for day in (19, 20)] == [False, True]


def test_what_was_made_to_begin_earlier_is_not_in_force_before_it_is_issued() -> None:
    clause = replace(CLAUSE, effective_from=date(2023, 1, 1))

    assert [clause.in_force(date(2023, 7, day)) for day in (19, 20)] == [False, True]


def test_without_an_end_it_never_ends() -> None:
    clause = replace(CLAUSE, effective_until=None)

    assert (clause.ended(date.max), clause.in_force(date.max)) == (False, True)
