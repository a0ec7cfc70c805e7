"""The day that people name (2025年春季学期, 去年三月, 下月8号, 后天) → a date; what cannot be read gives None."""

import re
from datetime import date, timedelta

from corpus.numerals import read_number
from service.rules.ages import MonthTold

_RELATIVE = {"今": 0, "去": -1, "前": -2, "大前": -3, "明": 1, "后": 2}
_DAYS = {"今天": 0, "今日": 0, "昨天": -1, "前天": -2, "大前天": -3, "明天": 1, "后天": 2, "大后天": 3}
_MONTHS = {
    "这个": 0,
    "本": 0,
    "上": -1,
    "上个": -1,
    "上上": -2,
    "上上个": -2,
    "下": 1,
    "下个": 1,
    "下下": 2,
    "下下个": 2,
}
_YEAR = r"(?<![0-9])(?P<year>[0-9]{4}|[0-9]{2}|[零〇一二三四五六七八九]{2,4}|今|去|大前|前|明|后)年(?:的)?"
_TERM = re.compile(rf"(?:{_YEAR}|(?<!年))(?P<season>春|秋)(?:季|天|上|到|至|$|、|学期|入学|开学)")
_HALF = re.compile(rf"{_YEAR}(?P<half>[上下])半年")
_SCHOOL_YEAR = re.compile(r"(?P<year>[0-9]{4})年?[-到至/](?P<next>[0-9]{4})年?学年.*?第(?P<number>[一二12])学期")
_NEAR_TERM = re.compile(r"(?P<which>这|本|上|下)个?学期")
_DAY = re.compile(
    rf"(?:{_YEAR}|(?<!年))(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}}|元|正|腊|这个|本|上上个?|上个?|下下个?|下个?)月"
    r"(?:份|底|初|中)?(?:(?P<day>[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号]"
    r"|(?P<bare>[0-9]{1,2}(?![0-9个天月周号日岁多万千.])|二?十[一二三四五六七八九](?![个天岁多几万千])))?"
)
_YEAR_BEHIND = re.compile(
    r"(?<![0-9年])(?P<day>(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})月(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})[日号])"
    r"\((?P<year>[0-9]{4}年)\)"
)
_DAY_ALONE = re.compile(r"(?<![0-9月年第])(?:[12][0-9]|3[01]|[1-9])[号日](?!楼|线|文|令)")
_HOLIDAY = re.compile(rf"(?:{_YEAR})?(?P<name>元旦|五一|六一|国庆)")
_HOLIDAYS = {"元旦": (1, 1), "五一": (5, 1), "六一": (6, 1), "国庆": (10, 1)}
_WEEKDAY = re.compile(r"(?P<week>上上|上|这|本|下下|下)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_LUNAR = ("正", "腊")
_ISO = re.compile(r"(?P<year>[0-9]{4})(?P<mark>[-/.]?)(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])")
_WHOLE_YEAR = re.compile(_YEAR.replace("年(?:的)?", "(?:一?整|全)?年"))
_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_LONG_OVER = 9
_SEASON_MONTH = {"春": 3, "秋": 9}


def term_asked(text: str, on: date) -> date | None:
    """The first day counted for the first school term named in the text: March or September."""
    if near := _NEAR_TERM.search(text):
        return _near_term(near["which"], on)
    if named := _SCHOOL_YEAR.search(text):
        first = named["number"] in "一1"
        return date(int(named["year"]), 9, 1) if first else date(int(named["next"]), 3, 1)
    if half := _HALF.search(text):
        half_year = _year(half["year"], on)
        return date(half_year, 3 if half["half"] == "上" else 9, 1) if half_year else None
    found = _TERM.search(text)
    year = _year(found["year"], on) if found else None
    return date(year, _SEASON_MONTH[found["season"]], 1) if found and year else None


def year_first(text: str) -> str:
    """The text with a year that stands in brackets behind its day (3月5日(2027年)) put before it."""
    return _YEAR_BEHIND.sub(r"\g<year>\g<day>", text)


def in_the_month_of(near: date, text: str) -> str:
    """The text with days that are named without their month (是19号开始的) put into the month of `near`, and days of a
    month that was told alone (11月19号) into its year."""
    if isinstance(near, MonthTold):
        text = re.sub(rf"(?<![0-9年]){near.month}月(?=[0-9]{{1,2}}[日号])", f"{near.year}年{near.month}月", text)
    return _DAY_ALONE.sub(rf"{near.year}年{near.month}月\g<0>", text)


def term_of(day: date) -> date:
    """The first day counted for the term in which a day falls; August and February belong to the next one."""
    if 2 <= day.month <= 7:
        return date(day.year, 3, 1)
    return date(day.year - (day.month == 1), 9, 1)


def _near_term(which: str, on: date) -> date | None:
    """This, the last or the next term; in the holidays (February, August) only the last is sure."""
    this = term_of(on)
    holidays = on.month in (2, 8)
    if which == "上":
        return _half_year(this, -1)
    if holidays:
        return None
    return _half_year(this, 1) if which == "下" else this


def _half_year(term: date, steps: int) -> date:
    months = term.year * 12 + term.month - 1 + 6 * steps
    return date(months // 12, months % 12 + 1, 1)


def day_named(text: str, on: date, *, future: bool = False, near: bool = False) -> date | None:
    """The first calendar day or month named in the text.

    A month without a year is the latest one, with `future` the next, with `near` this year's, or the next where this
    year's is long over.
    """
    for word, days in _DAYS.items():
        if word in text and not any(word in longer and longer in text for longer in _DAYS if longer != word):
            return on + timedelta(days=days)
    found = _ISO.search(text)
    if found is not None:
        return _date(int(found["year"]), int(found["month"]), int(found["day"]))
    found = _WEEKDAY.search(text)
    if found is not None:
        weekday = 6 if found["day"] == "天" else "一二三四五六日".index(found["day"])
        return on + timedelta(days=7 * _WEEKS[found["week"]] + weekday - on.weekday())
    found = _DAY.search(text)
    if found is not None:
        return _of_month(found["year"], found["month"], found["day"] or found["bare"], on, future, near)
    found = _HOLIDAY.search(text)
    if found is None:
        return None
    month, day = _HOLIDAYS[found["name"]]
    return _of_month(found["year"], str(month), str(day), on, future, near)


def year_named(text: str, on: date) -> int | None:
    """The first year named in the text."""
    found = _WHOLE_YEAR.search(text)
    return _year(found["year"], on) if found else None


def _of_month(year: str | None, month: str, day: str | None, on: date, future: bool, near: bool) -> date | None:
    number = int(read_number(day) or 0) if day else None
    if month in _MONTHS:
        months = on.year * 12 + on.month - 1 + _MONTHS[month]
        return _date(months // 12, months % 12 + 1, number)
    if month in _LUNAR:
        return None
    named = 1 if month == "元" else int(read_number(month) or 0)
    told = _year(year, on)
    if year is None and near:
        told = on.year + (on.month - named > _LONG_OVER) - (named - on.month > _LONG_OVER)
    elif year is None:
        told = on.year + (named < on.month if future else -(named > on.month))
    return _date(told, named, number) if told else None


def _date(year: int, month: int, day: int | None) -> date | None:
    try:
        return MonthTold(year, month, 1) if day is None else date(year, month, day)
    except ValueError:
        return None


def _year(text: str | None, on: date) -> int | None:
    """Two digits are a year of this century, or of the last where this one has not come so far."""
    if text is None:
        return on.year
    if text in _RELATIVE:
        return on.year + _RELATIVE[text]
    digits = text.translate(_DIGITS)
    if len(digits) == 3:
        return None
    year = int(digits)
    if year > 99:
        return year if 1900 <= year <= 2100 else None
    return 2000 + year if 2000 + year <= on.year + 10 else 1900 + year
