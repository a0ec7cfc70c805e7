"""The one clock: read where a program begins, and handed down from there."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now_in_shanghai() -> datetime:
    return datetime.now(SHANGHAI)  # noqa: TID251 - this is where it is made
