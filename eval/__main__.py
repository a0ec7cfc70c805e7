"""python -m eval: ask the golden questions, grade them, print the scores. `retrieval` writes a TREC run."""

import argparse
import sys
from pathlib import Path
from statistics import median

from rich.console import Console

from eval.ask import ask_all
from eval.calibrate import calibrate
from eval.golden import QUESTIONS, read_golden
from eval.measures import grade, registers_of
from eval.report import by_group, misses
from eval.retrieval import run_retrieval
from eval.tune import tune
from service.app import build_parts
from service.settings import Settings

console = Console()


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if options.command == "retrieval":
        return run_retrieval(options.clauses, options.queries, options.run, options.top, options.qrels)
    if options.command == "tune":
        return tune(read_golden(options.questions), build_parts(Settings(), console.print))
    if options.command == "calibrate":
        return calibrate(build_parts(Settings(), console.print))
    return _scores(options.questions, options.misses)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval", description="标准题打分")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--misses", action="store_true", help="列出每一道错题")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("tune", help="试各种检索权重，印出试过的")
    commands.add_parser("calibrate", help="重新拟合“是否题外话”的分数")
    retrieval = commands.add_parser("retrieval", help="对没见过的条款做检索，写出 TREC 结果")
    retrieval.add_argument("--clauses", type=Path, required=True)
    retrieval.add_argument("--queries", type=Path, required=True)
    retrieval.add_argument("--run", type=Path, required=True)
    retrieval.add_argument("--top", type=int, default=100)
    retrieval.add_argument("--qrels", type=Path, default=None, help="给了就打印检索指标")
    return parser.parse_args(arguments)


def _scores(questions: Path, show_misses: bool) -> int:
    settings = Settings()
    if not (settings.data_dir / "CURRENT").exists():
        print("还没有快照，请先运行 python -m ingest", file=sys.stderr)
        return 1
    parts = build_parts(settings, console.print)
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        registers = registers_of(snapshot.clauses)
    graded = [(asked, grade(asked, registers)) for asked in ask_all(read_golden(questions), parts)]
    console.print(by_group(graded))
    if show_misses:
        print("\n".join(misses(graded)))
    milliseconds = sorted(1000 * asked.seconds for asked, _ in graded)
    console.print(f"每题用时 中位数 {median(milliseconds):.1f} 毫秒，最长 {milliseconds[-1]:.1f} 毫秒")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
