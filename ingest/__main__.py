"""python -m ingest: load → split → check → build → verify → publish; and the commands of publishing by two people."""

import argparse
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from corpus import vectors
from corpus.clause import Clause, Problem
from corpus.command_line import CommandLine
from corpus.embedder import EmbedderUnavailable
from corpus.settings import CorpusSettings
from corpus.snapshot import IngestRunning, SnapshotUnreadable, Source, current_id
from corpus.store import read_store
from ingest import add
from ingest.gather import gather, only
from ingest.publishing import (
    Office,
    Refused,
    confirm,
    decline,
    difference,
    open_office,
    propose,
    publish_alone,
    publish_proposed,
    roll_back,
)
from ingest.telling import impact_told
from service.clock import now_in_shanghai
from service.commands import login
from service.impact import Impact
from service.publications import Seen
from service.settings import Settings

console = Console()
_COMMANDS = ("diff", "confirm", "propose", "publish", "decline", "rollback")


class _Unsound(Exception):
    """The files have problems; `str()` lists them all."""


def main(arguments: Sequence[str]) -> int:
    """0: done, 1: something is wrong and nothing was changed."""
    try:
        if arguments[:1] == ["add"]:
            return add.main(arguments[1:])
        if arguments[:1] and arguments[0] in _COMMANDS:
            return _command(arguments)
        options = _options(arguments)
        if options.check:
            return _check(options.documents or CorpusSettings().documents, options.names)
        return _ingest(options)
    except (Refused, _Unsound, IngestRunning, SnapshotUnreadable, EmbedderUnavailable) as error:
        print(error, file=sys.stderr)
    except ValidationError as error:
        names = "、".join(str(detail["loc"][0]).upper() for detail in error.errors() if detail["loc"])
        print(f"设置读不懂：{names}", file=sys.stderr)
    except SQLAlchemyError:
        print("数据库打不开：核对 DATABASE_URL 和 DATA_DIR", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(f"数据文件夹读写不了：{error}", file=sys.stderr)
    return 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = CommandLine(
        "python -m ingest", "文件和问法 → 条款 → 快照；另有 add diff confirm propose publish decline rollback"
    )
    parser.add_argument("names", nargs="*", metavar="编号", help="只重新入库这几份文件（编号），其余照旧")
    parser.add_argument("--check", action="store_true", help="只检查，不建库")
    parser.add_argument("--alone", default="", metavar="理由", help="条款有变化也一个人发布，理由记入审计")
    _of_files(parser)
    return parser.parse_args(arguments)


def _of_files(parser: CommandLine) -> None:
    parser.add_argument(
        "--documents", type=Path, metavar="文件夹", help="默认 corpus/documents；问法在旁边的 questions"
    )


def _command(arguments: Sequence[str]) -> int:
    name, *rest = arguments
    parser = CommandLine(f"python -m ingest {name}")
    if name in {"diff", "confirm", "propose"}:
        _of_files(parser)
    if name == "diff":
        parser.add_argument("--on", type=date.fromisoformat, metavar="日期", help="按哪天问，默认今天或变化生效那天")
        parser.add_argument("--json", action="store_true", help="印成 JSON")
    else:
        parser.add_argument("--by", required=name != "rollback", default="", metavar="名字", help="坐席台账号的名字")
    if name == "confirm":
        parser.add_argument("subjects", nargs="+", metavar="名称", help="diff 里列出的")
    if name in {"publish", "decline"}:
        parser.add_argument(
            "--proposal", type=int, required=True, metavar="号", help="看过的是第几号提议；等着的不是它就不办"
        )
        parser.add_argument("--snapshot", default="", metavar="快照", help="看过的提议的快照，同上")
    if name == "rollback":
        parser.add_argument("--live", default="", metavar="快照", help="看过的现行快照；现行的不是它就不办")
    if name in {"propose", "decline", "rollback"}:
        parser.add_argument("--why", required=name == "propose", default="", metavar="理由", help="为什么")
    options = parser.parse_args(rest)
    _RUN[name](open_office(Settings(), now_in_shanghai()), options)
    return 0


def _diff(office: Office, options: argparse.Namespace) -> None:
    impact = difference(office, _sound(office, options), options.on)
    if options.json:
        print(TypeAdapter(Impact).dump_json(impact).decode())
    else:
        console.print(impact_told(impact), soft_wrap=True, highlight=False, markup=False)


def _confirm(office: Office, options: argparse.Namespace) -> None:
    left = confirm(office, _sound(office, options), options.subjects, options.by)
    console.print(f"已记下，还有 {len(left)} 项没有核实" if left else "已记下，都核实过了，可以 propose")


def _propose(office: Office, options: argparse.Namespace) -> None:
    with _bar() as progress:
        proposed = propose(office, _sound(office, options), options.by, options.why, progress)
    told = f"已提出第 {proposed.number} 号，快照 {proposed.snapshot}"
    console.print(f"{told}，请另一位审批：python -m ingest publish --by 名字 --proposal {proposed.number}")


def _publish(office: Office, options: argparse.Namespace) -> None:
    console.print(f"已发布快照 {publish_proposed(office, options.by, Seen(options.proposal, options.snapshot))}")


def _decline(office: Office, options: argparse.Namespace) -> None:
    declined = decline(office, options.by, Seen(options.proposal, options.snapshot), options.why)
    console.print(f"已退回快照 {declined.snapshot}，服务照旧")


def _rollback(office: Office, options: argparse.Namespace) -> None:
    console.print(f"已回退到快照 {roll_back(office, options.by, options.why, login(), options.live)}")


_RUN: Mapping[str, Callable[[Office, argparse.Namespace], None]] = {
    "diff": _diff,
    "confirm": _confirm,
    "propose": _propose,
    "publish": _publish,
    "decline": _decline,
    "rollback": _rollback,
}


def _sound(office: Office, options: argparse.Namespace) -> Source:
    return _without_problems(options.documents or office.settings.documents, ())


def _without_problems(folder: Path, names: Sequence[str]) -> Source:
    """Raises _Unsound."""
    source, problems = gather(folder)
    unknown = set(names) - {document.id for document in source.documents}
    problems += [Problem(folder, 1, f"没有编号为 {name} 的文件", "写文件名去掉 .md") for name in sorted(unknown)]
    return _if_sound(source, problems)


def _if_sound(source: Source, problems: Sequence[Problem]) -> Source:
    """Raises _Unsound."""
    if problems:
        raise _Unsound("\n".join(str(problem) for problem in problems))
    return source


def _check(folder: Path, names: Sequence[str]) -> int:
    source = _without_problems(folder, names)
    counts = f"{len(source.documents)} 份文件，{len(source.clauses)} 条，{len(source.questions)} 个问法"
    console.print(f"检查通过：{counts}")
    return 0


def _ingest(options: argparse.Namespace) -> int:
    settings = Settings()
    read = _without_problems(options.documents or settings.documents, options.names)

    def wanted() -> Source:
        return _only(options.names, read, settings.data_dir) if options.names else read

    with _bar() as progress:
        name, before, source = publish_alone(
            open_office(settings, now_in_shanghai()), wanted, options.alone, login(), progress
        )
    console.print(_table(source, before))
    console.print(f"已发布快照 {name}")
    return 0


def _only(names: Sequence[str], source: Source, data_dir: Path) -> Source:
    """Of the files, the named documents alone. Raises _Unsound and SnapshotUnreadable."""
    name = current_id(data_dir)
    try:
        live = read_store(data_dir / "snapshots" / name / "corpus.sqlite")
    except (sqlite3.Error, ValidationError) as error:
        raise SnapshotUnreadable(f"快照 {name} 读不出来，请不写编号，把全部文件重新入库") from error
    return _if_sound(*only(names, source, live))


@contextmanager
def _bar() -> Iterator[vectors.Progress]:
    """Shown from the first step on: what is refused before leaves no empty bar."""
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console)
    tasks: dict[tuple[str, int], TaskID] = {}

    def progress(name: str, done: int, total: int) -> None:
        bar.start()
        if (name, total) not in tasks:
            tasks[name, total] = bar.add_task(name, total=total)
        bar.update(tasks[name, total], completed=done)

    try:
        yield progress
    finally:
        if tasks:
            bar.stop()


def _table(source: Source, before: dict[str, Clause]) -> Table:
    now = {str(clause.ref): clause for clause in source.clauses}
    added = Counter(now[ref].ref.document_id for ref in now.keys() - before.keys())
    changed = Counter(now[ref].ref.document_id for ref in now.keys() & before.keys() if now[ref] != before[ref])
    removed = Counter(before[ref].ref.document_id for ref in before.keys() - now.keys())
    table = Table("文件", "条款", "新增", "改动", "删除", "问法")
    total = Counter(clause.ref.document_id for clause in source.clauses)
    asked = Counter(question.ref.partition("#")[0] for question in source.questions)
    for name in [*(document.id for document in source.documents), *sorted(removed.keys() - total.keys())]:
        table.add_row(name, *(str(count[name]) for count in (total, added, changed, removed, asked)))
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
