"""Days as people tell them, and birthdays: of those born on 29 February it is the 28th in a common year."""

from calendar import monthrange
from datetime import date


class MonthTold(date):
    """A day of which only the month was told; as a day it is the first."""

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(date(self.year, self.month, day + 1) for day in range(monthrange(self.year, self.month)[1]))


def birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def full_years(born: date, day: date) -> int:
    return day.year - born.year - (day < birthday(born, day.year))


def in_words(day: date) -> str:
    month = f"{day.year}年{day.month}月"
    return month if isinstance(day, MonthTold) else f"{month}{day.day}日"
