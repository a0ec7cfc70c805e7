"""python -m service.freshness: prints what ends, wants checking or is empty; CHECK_LINKS=on asks the links first."""

import sys
from datetime import datetime

from service.app import build_upkeep
from service.clock import now_in_shanghai
from service.database import open_database
from service.freshness import Calendar, Due
from service.freshness.links import Fetch, Resolve, fetch, resolve
from service.settings import Settings


def main(settings: Settings, now: datetime, resolve: Resolve, fetch: Fetch) -> int:
    """0, or 1 when a file has errors and was left out."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upkeep = build_upkeep(settings, open_database(settings.records_url))
    if settings.check_links == "on":
        upkeep.ask_links(now, resolve, fetch)
    found = upkeep.calendar(now.date())
    _print(found, settings.check_links == "on")
    return 1 if found.problems else 0


def _print(found: Calendar, asked: bool) -> None:
    for due in found.dues:
        print(f"{due.state} {due.why}：{due.name}{_days(due)}")
    for link in found.silent:
        print(f"打不开：{link.url} {link.fault}")
    if not asked:
        print("没有去问出处的网址（CHECK_LINKS=on 才问）")
    for problem in found.problems:
        print(problem, file=sys.stderr)


def _days(due: Due) -> str:
    if due.days is None:
        return ""
    left = f"过了{-due.days}天" if due.days < 0 else f"还剩{due.days}天"
    return f"（最后一天{due.last_day}，{left}，上次核对{due.checked_on}）"


if __name__ == "__main__":
    sys.exit(main(Settings(), now_in_shanghai(), resolve, fetch))
