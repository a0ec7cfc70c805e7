"""python -m service.monthly 2026-11 --out report.html: writes the report of one month as a page to print."""

import sys
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from corpus.command_line import CommandLine
from service.audit import Audit
from service.channels.searching import reader
from service.clock import now_in_shanghai
from service.database import open_database
from service.handovers import Handovers
from service.monthly.figures import Sources, figures
from service.monthly.month import BadMonth, Month
from service.monthly.page import document
from service.parts import build_parts
from service.records import Records
from service.settings import Settings
from service.unanswered import Unanswered


def main(arguments: list[str], settings: Settings, now: datetime) -> int:
    parser = CommandLine("python -m service.monthly", "政策问答服务月报")
    parser.add_argument("month", metavar="月份", help="如 2026-11")
    parser.add_argument("--out", type=Path, metavar="文件", help="写到哪里，默认 月报-<月份>.html")
    wanted = parser.parse_args(arguments)
    try:
        month = Month.parse(wanted.month)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        out = wanted.out or Path(f"月报-{month.written}.html")
        out.write_text(_written(month, settings, now), encoding="utf-8")
    except BadMonth as error:
        return _stop(str(error))
    except SQLAlchemyError:
        return _stop("问答记录读不出来：请核对设置 DATABASE_URL、DATA_DIR")
    except OSError as error:
        return _stop(f"写不了文件：{error.filename}")
    print(out)
    return 0


def _written(month: Month, settings: Settings, now: datetime) -> str:
    engine = open_database(settings.records_url)
    sources = Sources(Records(engine), Unanswered(engine), Audit(engine), Handovers(engine))
    parts = build_parts(settings, lambda message: structlog.get_logger("tiaowen").warning("degraded", message=message))
    with parts.live.lease() as (snapshot, _):
        words = parts.words.current()
        counted = figures(month, sources, reader(snapshot, words), now)
    engine.dispose()
    parts.live.close()
    return document(counted, words.reasons)


def _stop(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Settings(), now_in_shanghai()))
