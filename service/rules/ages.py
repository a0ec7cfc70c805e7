"""Birthdays and days in words; those born on 29 February have their birthday on the 28th in a common year."""

from datetime import date


def birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def full_years(born: date, day: date) -> int:
    return day.year - born.year - (day < birthday(born, day.year))


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
