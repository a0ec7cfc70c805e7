"""The day asked about, as people say it (2025年春季学期, 去年三月, 7月1号) → a date; unknown phrases give None."""

import re
from datetime import date

from corpus.numerals import read_number

_RELATIVE = {"今年": 0, "去年": -1, "前年": -2, "明年": 1, "后年": 2}
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2}|[零〇一二三四五六七八九]{4}|今|去|前|明)年(?:的)?"
_TERM = re.compile(rf"(?:{_YEAR})?(?P<season>春|秋)(?:季|天|上|到|至|$|、|学期|入学|开学)")
_DAY = re.compile(
    rf"(?:{_YEAR})?(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:份)?(?:(?P<day>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号])?"
)
_ISO = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})")
_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_SEASON_MONTH = {"春": 3, "秋": 9}


def term_asked(text: str, on: date) -> date | None:
    """The first day counted for the first school term named in the text: March or September."""
    found = _TERM.search(text)
    if found is None:
        return None
    month = _SEASON_MONTH[found["season"]]
    return date(_year(found["year"], on), month, 1)


def day_named(text: str, on: date) -> date | None:
    """The first calendar day or month (its first day) named in the text; a month without a year is the latest one."""
    found = _ISO.search(text) or _DAY.search(text)
    if found is None:
        return None
    month, day = _number(found["month"]), _number(found["day"])
    year = _year(found["year"], on)
    if found["year"] is None and month > on.month:
        year -= 1
    try:
        return date(year, month, day or 1)
    except ValueError:
        return None


def _number(text: str | None) -> int:
    number = read_number(text) if text else None
    return int(number) if number is not None else 0


def _year(text: str | None, on: date) -> int:
    if text is None:
        return on.year
    if f"{text}年" in _RELATIVE:
        return on.year + _RELATIVE[f"{text}年"]
    year = int(text.translate(_DIGITS))
    return year if year > 99 else 2000 + year
