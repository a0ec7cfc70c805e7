"""How long a text holds: worked out where the text says it of itself and the start is known, else left open."""

from datetime import date

import pytest

from ingest.facts import facts
from ingest.head import Head
from ingest.term import Term, after, term

SINCE = "2026-03-02"


@pytest.mark.parametrize(
    ("sentence", "until"),
    [
        ("第十条 本办法自2026年1月1日起施行，有效期5年。", "2031-01-01"),
        ("本办法自发布之日起施行，有效期二年。", "2028-03-02"),
        ("本办法自2026年1月1日起施行，试行两年。", "2028-01-01"),
        ("本方案自2026年1月1日起试行，试行期为1年。", "2027-01-01"),
        ("本意见有效期为6个月。", "2026-09-02"),
        ("（三）本方案有效期三年。", "2029-03-02"),
        ("有效期十年。", "2036-03-02"),
        ("本细则由区卫健局负责解释，自2026年5月1日起施行，有效期暂定三年。", "2029-05-01"),
        ("本办法有效期至2028年12月31日。", "2029-01-01"),
        ("本通知自印发之日起施行，有效期至2028年12月31日止。", "2029-01-01"),
        ("本方案执行期限为2026年1月1日至2028年12月31日。", "2029-01-01"),
        ("本办法自2026年1月1日起施行至2028年12月31日。", "2029-01-01"),
    ],
)
def test_the_end_is_the_first_day_on_which_it_no_longer_holds(sentence: str, until: str) -> None:
    assert term([sentence], SINCE).until == until


@pytest.mark.parametrize(
    "sentence",
    [
        "申请人的健康证有效期5年。",
        "取得的生育登记证明，有效期5年。",
        "本办法实施前取得的证书，有效期5年。",
        "补贴自2026年1月1日起发放，期限两年。",
        "补贴标准自2026年1月1日至2026年12月31日执行。",
        "自2025年1月1日起至2025年12月31日出生的婴幼儿，每月300元。",
        "第九条 在有效期内的证件。",
    ],
)
def test_what_is_said_of_something_else_is_no_end_of_the_text(sentence: str) -> None:
    assert term([sentence], SINCE) == Term()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["本办法有效期5年。"], Term("", "本办法有效期5年", "从哪天算起不清楚")),
        (
            ["本办法自印发之日起30日后施行，有效期5年。"],
            Term("", "本办法自印发之日起30日后施行，有效期5年", "从哪天算起不清楚"),
        ),
        (
            ["本办法有效期至2028年12月31日。", "本办法有效期至2027年12月31日。"],
            Term("", "本办法有效期至2028年12月31日”“本办法有效期至2027年12月31日", "说法不止一种"),
        ),
        (["本办法有效期至9999年12月31日。"], Term("", "本办法有效期至9999年12月31日", "日期不对")),
        (["本办法有效期至2028年2月30日。"], Term("", "本办法有效期至2028年2月30日", "日期不对")),
    ],
)
def test_an_end_that_is_not_certain_is_left_open_with_the_sentence(lines: list[str], found: Term) -> None:
    assert term(lines, "") == found


@pytest.mark.parametrize(
    ("begins", "years", "months", "first_day_after"),
    [
        (date(2026, 1, 1), 5, 0, date(2031, 1, 1)),
        (date(2024, 2, 29), 1, 0, date(2025, 3, 1)),
        (date(2026, 8, 31), 0, 6, date(2027, 3, 1)),
        (date(2026, 12, 15), 0, 1, date(2027, 1, 15)),
    ],
)
def test_years_and_months_are_counted_to_a_day_that_exists(
    begins: date, years: int, months: int, first_day_after: date
) -> None:
    assert after(begins, years, months) == first_day_after


def test_from_publication_on_is_counted_from_the_day_of_issue_and_the_page_speaks_where_the_text_does_not() -> None:
    text = ["第一条 本办法自发布之日起施行，有效期二年。", "样例市人民政府", "2026年3月2日"]

    assert facts(text).ends.until == "2028-03-02"
    assert facts(text[:1]).ends == Term("", "第一条本办法自发布之日起施行，有效期二年", "从哪天算起不清楚")
    assert facts(["第一条 甲。"], Head(ends_on="2030-05-01")).ends.until == "2030-05-01"
    assert facts(["第一条 甲。"], Head(term="至2029年12月31日")).ends.until == "2030-01-01"
