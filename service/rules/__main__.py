"""python -m service.rules lint · trace <待遇> 情况=值… [--on 日期] · verify TRACE.json"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from corpus.command_line import CommandLine
from corpus.settings import CorpusSettings
from corpus.snapshot import SnapshotUnreadable, current_id
from corpus.store import read_store
from service.numbers import numbers_in
from service.rules.catalogue import benefits
from service.rules.facts import BadFact, parse_facts
from service.rules.lint import lint
from service.rules.trace import Trace, trace, verify

console = Console()


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if options.command == "lint":
        return _lint()
    if options.command == "verify":
        return _verify(options.file)
    return _trace(options.benefit, options.facts, options.on)


def _lint() -> int:
    """1 when a clause does not say what a rule computes with."""
    data_dir = CorpusSettings().data_dir
    try:
        stored = read_store(data_dir / "snapshots" / current_id(data_dir) / "corpus.sqlite")
    except (SnapshotUnreadable, OSError, sqlite3.Error, ValidationError) as error:
        return _stop(f"读不到快照：{error}；先 python -m ingest")
    checked_on = {document.id: document.checked_on for document in stored.documents}
    checked = lint(benefits().values(), {str(clause.ref): clause.text for clause in stored.clauses}, numbers_in)
    table = Table("待遇", "参数", "值", "起", "依据", "上次核对", "结果")
    for one in checked:
        document = one.ref.partition("#")[0]
        seen = str(checked_on.get(document, ""))
        table.add_row(
            one.benefit, one.parameter, str(one.value), str(one.effective_from), one.ref, seen, one.problem or "一致"
        )
    console.print(table)
    wrong = [one for one in checked if one.problem]
    console.print(f"{len(checked)} 个值，{len(wrong)} 个不一致")
    return 1 if wrong else 0


def _verify(path: Path) -> int:
    try:
        traced = Trace.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        return _stop(f"{path} 读不出来：{str(error).splitlines()[0]}")
    wrong = verify(traced)
    for problem in wrong:
        console.print(problem)
    console.print("不一致" if wrong else f"一致：{traced.amount or '没有金额'}")
    return 1 if wrong else 0


def _trace(slug: str, given: list[str], on: date) -> int:
    if slug not in benefits():
        return _stop(f"没有名为 {slug} 的待遇，有：{'、'.join(benefits())}")
    try:
        facts = parse_facts(dict(pair.split("=", 1) for pair in given))
    except (BadFact, ValueError) as error:
        return _stop(f"情况应写作 名称=值：{error}")
    sys.stdout.write(trace(benefits()[slug], facts, on, on).model_dump_json(indent=2) + "\n")
    return 0


def _stop(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 2


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = CommandLine("python -m service.rules", "核对规则")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    commands.add_parser("lint", help="每个参数重新读一遍条款原句，数字对不上就报")
    one = commands.add_parser("trace", help="把一次计算写成 JSON")
    one.add_argument("benefit", metavar="待遇")
    one.add_argument("facts", nargs="*", metavar="情况=值")
    one.add_argument("--on", type=date.fromisoformat, required=True, metavar="日期", help="按哪天答，YYYY-MM-DD")
    check = commands.add_parser("verify", help="只凭 JSON 里的过程重算一遍")
    check.add_argument("file", type=Path, metavar="文件")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
