"""What a phrase caught (两岁半, 2千4, 后天, 下学期) → the value of its fact."""

import re
from datetime import date
from decimal import Decimal

from corpus.numerals import read_number
from corpus.phrases import NUMERAL, Match
from service.dates import day_named, term_asked, term_of, year_named
from service.rules.facts import FactValue, fact_types
from service.word_entries import FactPhrase
from service.words import Words

OF_A_CHILD = frozenset({"child_age", "child_under_three", "child_birth_date", "birth_date"})
_AGE = re.compile(
    rf"(?:(?P<years>{NUMERAL})(?:周岁|岁)(?P<half>半)?[零又]?)?(?:(?P<months>{NUMERAL})个(?P<more>半)?多?月)?"
)
_GROWN_UP = 12
_CHILDHOOD = 18


def read_value(entry: FactPhrase, match: Match, words: Words, on: date) -> FactValue | None:
    """None where the words give no value of this kind; raises BadFact for one that is out of all bounds."""
    if not entry.value.startswith("（"):
        if entry.at_least is not None and (read_number(match.slots.get("number") or "") or 0) < entry.at_least:
            return None
        return fact_types()[entry.fact].parse(entry.value)
    dated = entry.value.startswith(("（日期）", "（学期）"))
    value = _day(entry, match, words, on) if dated else _number(entry, match)
    return None if value is None else fact_types()[entry.fact].parse(value)


def _number(entry: FactPhrase, match: Match) -> Decimal | None:
    number = _age(match.slots["age"]) if match.slots.get("age") else _amount(match)
    if number is None or (entry.at_least is not None and number < entry.at_least):
        return None
    return number + entry.plus


def _amount(match: Match) -> Decimal | None:
    told = match.slots.get("number") or match.slots.get("money") or ""
    if told.endswith("k"):
        return (read_number(told[:-1]) or 0) * Decimal(1000)
    return read_number(f"{told[:-2]}万{told[-1]}" if told[-2:-1] == "w" else told)


def _age(told: str) -> Decimal | None:
    """两岁半, 1岁零3个月, 18个月 → years."""
    found = _AGE.fullmatch(told)
    if found is None:
        return None
    years, months = (read_number(found[name] or "零") for name in ("years", "months"))
    if years is None or months is None:
        return None
    months += Decimal(6) * bool(found["half"]) + Decimal("0.5") * bool(found["more"])
    return years + (months / 12).quantize(Decimal("0.01")).normalize()


def _day(entry: FactPhrase, match: Match, words: Words, on: date) -> date | int | None:
    """A day, a school term or, for a fact that counts years, a year; （日期）-（数） is as many years before."""
    told = match.slots.get("date") or match.slots.get("term") or ""
    if fact_types()[entry.fact].type == "int":
        return year_named(told, on)
    day = term_asked(told, on) or _day_near(entry, match, told, words, on)
    if day is not None and entry.value.endswith("（数）"):
        years = read_number(match.slots.get("number") or "")
        day = _years_before(day, int(years)) if years else None
    return fitting(entry.fact, day, on)


def _day_near(entry: FactPhrase, match: Match, told: str, words: Words, on: date) -> date | None:
    """A day to come is at any time ahead; the first day of a leave may as well be some months ago."""
    near = entry.future and not entry.value.endswith("（数）") and not words.intents["ahead"].said_in(match.text)
    return day_named(told, on, future=entry.future and not near, near=near)


def fitting(fact: str, day: date | None, on: date) -> date | None:
    """Children are born in the years before the day of asking, mothers long before it; a term has one first day."""
    if day is None or (fact in OF_A_CHILD and not _years_before(on, _CHILDHOOD) <= day <= on):
        return None
    if fact == "mother_birth_date" and day > _years_before(on, _GROWN_UP):
        return None
    return term_of(day) if fact == "term_start" else day


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 2, 28)
