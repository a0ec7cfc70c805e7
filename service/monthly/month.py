"""A month of the calendar in Shanghai: where it begins and ends, and the months beside it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from service.tally import SHANGHAI

_WRITTEN = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class BadMonth(Exception):
    """`str()` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Month:
    """`number` from 1 to 12; of the years 2000 to 2099."""

    year: int
    number: int

    @staticmethod
    def parse(written: str) -> "Month":
        """`2026-11`; raises BadMonth for anything else."""
        if not _WRITTEN.fullmatch(written):
            raise BadMonth("月份应写成 2026-11 这样")
        return Month(int(written[:4]), int(written[5:]))

    @staticmethod
    def of(at: datetime) -> "Month":
        local = at.astimezone(SHANGHAI)
        return Month(local.year, local.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        """The first moment of the next month."""
        return datetime.combine(self.next.first, time(), SHANGHAI)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def written(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def label(self) -> str:
        return f"{self.year}年{self.number}月"
