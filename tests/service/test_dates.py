"""Days as people name them → a date; what is no day of the calendar is no day at all."""

from datetime import date

import pytest

from service.dates import day_named, in_the_month_of, term_asked, year_first, year_named

ASKED_ON = date(2026, 11, 23)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026/3/1", "2026-03-01"),
        ("2026.3.1", "2026-03-01"),
        ("20260301", "2026-03-01"),
        ("2026年3月1日", "2026-03-01"),
        ("2026年3月1号生的", "2026-03-01"),
        ("2026年3月", "2026-03-01"),
        ("2025年的三月", "2025-03-01"),
        ("三月五号", "2026-03-05"),
        ("二零二四年五月六日", "2024-05-06"),
        ("二〇二四年十二月三十一日", "2024-12-31"),
        ("3月份", "2026-03-01"),
        ("3月底", "2026-03-01"),
        ("2026年3月1日起休，2026年8月5日止", "2026-03-01"),
    ],
)
def test_a_day_or_the_first_day_of_a_month(text: str, named: str) -> None:
    assert day_named(text, ASKED_ON) == day(named)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("今天", "2026-11-23"),
        ("今日", "2026-11-23"),
        ("昨天", "2026-11-22"),
        ("前天", "2026-11-21"),
        ("大前天生的", "2026-11-20"),
        ("明天", "2026-11-24"),
        ("后天", "2026-11-25"),
        ("大后天", "2026-11-26"),
        ("这个月1号", "2026-11-01"),
        ("本月", "2026-11-01"),
        ("上个月5号", "2026-10-05"),
        ("上月", "2026-10-01"),
        ("上上个月", "2026-09-01"),
        ("下月8号", "2026-12-08"),
        ("下个月31号", "2026-12-31"),
        ("下下个月3日", "2027-01-03"),
        ("今年三月", "2026-03-01"),
        ("去年三月", "2025-03-01"),
        ("前年5月", "2024-05-01"),
        ("大前年6月", "2023-06-01"),
        ("明年1月", "2027-01-01"),
        ("后年2月", "2028-02-01"),
    ],
)
def test_a_day_told_from_the_day_of_asking(text: str, named: str) -> None:
    assert day_named(text, ASKED_ON) == day(named)


@pytest.mark.parametrize(
    ("on", "text", "named"),
    [
        ("2026-01-01", "昨天", "2025-12-31"),
        ("2026-12-31", "明天", "2027-01-01"),
        ("2026-12-31", "下个月", "2027-01-01"),
        ("2026-01-15", "上个月", "2025-12-01"),
        ("2026-01-15", "上上个月3号", "2025-11-03"),
        ("2024-02-28", "明天", "2024-02-29"),
        ("2026-02-28", "明天", "2026-03-01"),
        ("2024-03-01", "昨天", "2024-02-29"),
    ],
)
def test_it_goes_over_the_end_of_a_month_and_of_a_year(on: str, text: str, named: str) -> None:
    assert day_named(text, date.fromisoformat(on)) == day(named)


@pytest.mark.parametrize(
    ("on", "text", "latest", "following"),
    [
        ("2026-11-23", "三月", "2026-03-01", "2027-03-01"),
        ("2026-11-23", "10月8日", "2026-10-08", "2027-10-08"),
        ("2026-11-23", "11月", "2026-11-01", "2026-11-01"),
        ("2026-11-23", "12月", "2025-12-01", "2026-12-01"),
        ("2026-11-23", "12月25号", "2025-12-25", "2026-12-25"),
        ("2026-01-15", "2月", "2025-02-01", "2026-02-01"),
        ("2026-12-31", "12月", "2026-12-01", "2026-12-01"),
    ],
)
def test_a_month_without_a_year_is_the_latest_one_or_the_next(on: str, text: str, latest: str, following: str) -> None:
    asked_on = date.fromisoformat(on)

    assert (day_named(text, asked_on), day_named(text, asked_on, future=True)) == (day(latest), day(following))


@pytest.mark.parametrize("text", ["2025年3月", "去年三月", "2025-03-01", "昨天"])
def test_a_day_with_its_year_is_the_same_in_the_future(text: str) -> None:
    assert day_named(text, ASKED_ON, future=True) == day_named(text, ASKED_ON)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("24年3月", "2024-03-01"),
        ("36年3月", "2036-03-01"),
        ("37年3月", "1937-03-01"),
        ("88年3月2日", "1988-03-02"),
        ("九八年五月", "1998-05-01"),
        ("零五年五月", "2005-05-01"),
        ("二四年三月", "2024-03-01"),
        ("一九八八年三月", "1988-03-01"),
        ("1900年1月1日", "1900-01-01"),
        ("2100年12月31日", "2100-12-31"),
    ],
)
def test_two_digits_are_a_year_of_this_century_or_of_the_last(text: str, named: str) -> None:
    assert day_named(text, ASKED_ON) == day(named)


@pytest.mark.parametrize(
    ("on", "text", "named"),
    [
        ("2026-11-23", "2024年2月29日", "2024-02-29"),
        ("2026-11-23", "2026年2月29日", None),
        ("2026-11-23", "2月29日", None),
        ("2024-02-29", "2月29日", "2024-02-29"),
        ("2024-02-29", "去年2月29日", None),
        ("2024-02-29", "20240229", "2024-02-29"),
        ("2026-11-23", "2000年2月29日", "2000-02-29"),
        ("2026-11-23", "1900年2月29日", None),
    ],
)
def test_29_february_is_a_day_of_leap_years_only(on: str, text: str, named: str | None) -> None:
    assert day_named(text, date.fromisoformat(on)) == day(named)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "2026-3/1",
        "2月30号",
        "4月31日",
        "13月",
        "0月5日",
        "三十二月",
        "今年13月",
        "1899年3月",
        "2101年3月",
        "202年3月",
        "9999年3月",
        "正月初五",
        "腊月",
    ],
)
def test_what_is_no_day_of_the_calendar_gives_none(text: str) -> None:
    assert day_named(text, ASKED_ON) is None


@pytest.mark.parametrize("text", ["", "去年", "2025年", "三个月", "生了3个月", "没有说哪天", "第12条", "500元"])
def test_where_no_day_is_named_there_is_none(text: str) -> None:
    assert day_named(text, ASKED_ON) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2025年春季学期", "2025-03-01"),
        ("2025年秋季学期", "2025-09-01"),
        ("2025年秋季", "2025-09-01"),
        ("二五年秋季学期", "2025-09-01"),
        ("24年秋", "2024-09-01"),
        ("25年春上", "2025-03-01"),
        ("去年秋天", "2025-09-01"),
        ("今年春季入学", "2026-03-01"),
        ("明年春季", "2027-03-01"),
        ("后年秋季", "2028-09-01"),
        ("春季学期", "2026-03-01"),
        ("秋季开学", "2026-09-01"),
        ("2024年春季到2025年秋季", "2024-03-01"),
    ],
)
def test_a_school_term_begins_in_march_or_september(text: str, first: str) -> None:
    assert term_asked(text, ASKED_ON) == day(first)


@pytest.mark.parametrize("text", ["", "春节", "秋波", "2025年3月", "三个学期", "一学期五百", "202年春季"])
def test_where_no_term_is_named_none_is_asked_about(text: str) -> None:
    assert term_asked(text, ASKED_ON) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2025年度的个税", 2025),
        ("二零二三年", 2023),
        ("23年", 2023),
        ("98年", 1998),
        ("今年", 2026),
        ("去年", 2025),
        ("前年", 2024),
        ("大前年", 2023),
        ("明年", 2027),
        ("后年", 2028),
        ("2024年和2025年", 2024),
        ("1899年", None),
        ("202年", None),
        ("", None),
        ("三年级", None),
        ("每年", None),
    ],
)
def test_the_first_year_named(text: str, year: int | None) -> None:
    assert year_named(text, ASKED_ON) == year


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("是19号开始的", "是2026年2月19号开始的"),
        ("改到3月19号", "改到3月19号"),
        ("第19号文件", "第19号文件"),
        ("19号楼", "19号楼"),
    ],
)
def test_a_day_without_its_month_is_put_into_the_month_spoken_of(text: str, completed: str) -> None:
    assert in_the_month_of(date(2026, 2, 9), text) == completed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("二月八号(2027年)开始休", "2027年二月八号开始休"),
        ("12月15日(2026年)", "2026年12月15日"),
        ("2025年3月1日(2026年领的)", "2025年3月1日(2026年领的)"),
        ("2月8日(周一)", "2月8日(周一)"),
    ],
)
def test_a_year_in_brackets_behind_its_day_is_read_before_it(text: str, read: str) -> None:
    assert year_first(text) == read
