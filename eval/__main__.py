"""python -m eval: ask the golden questions, grade them, show the scores. `retrieval` writes a TREC run."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console

from corpus.command_line import CommandLine
from eval.abstention import leanings
from eval.ask import ask_all
from eval.baseline import FILE as BASELINE
from eval.baseline import Change, baseline_of, compare, fallen, read_baseline, write_baseline
from eval.calibrate import calibrate
from eval.golden import QUESTIONS, Golden, read_golden
from eval.heard import Heard, hear, not_understood, read_sayings, summary
from eval.hits import ways
from eval.measures import grade, registers_of
from eval.page import Findings, write_page
from eval.plots import Labels, chinese_font
from eval.report import misses, table
from eval.retrieval import run_retrieval
from eval.scores import Graded
from eval.tune import tune
from service.parts import build_parts
from service.pipeline import Parts
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
    return _scores(options)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = CommandLine("python -m eval", "标准题打分")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--misses", action="store_true", help="列出每一道错题")
    parser.add_argument("--report", type=Path, default=None, help="网页写到哪里（默认在数据文件夹的 eval/report.html）")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="基线文件")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--accept", action="store_true", help="把这一次的得分记为基线")
    kept.add_argument("--gate", action="store_true", help="有一组对的题数低于基线就不通过（退出码 1）")
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


def _scores(options: argparse.Namespace) -> int:
    settings = Settings()
    if not (settings.data_dir / "CURRENT").exists():
        print("还没有快照，请先运行 python -m ingest", file=sys.stderr)
        return 1
    parts = build_parts(settings, console.print)
    graded = _graded(read_golden(options.questions), parts)
    heard = hear(read_sayings(), parts.words.current())
    _show(graded, heard, options.misses)
    before, now = read_baseline(options.baseline), baseline_of(graded)
    changes = compare(before, now) if before else None
    page = options.report or settings.data_dir / "eval" / "report.html"
    write_page(page, _findings(graded, changes, heard, parts), Labels(chinese_font()))
    print(f"网页：{page}")
    if options.accept:
        write_baseline(options.baseline, now)
        print(f"已记为基线：{options.baseline}")
    return _gate(changes) if options.gate else 0


def _graded(questions: Sequence[Golden], parts: Parts) -> list[Graded]:
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        registers = registers_of(snapshot.clauses)
    return [(asked, grade(asked, registers)) for asked in ask_all(questions, parts)]


def _show(graded: Sequence[Graded], heard: Sequence[Heard], show_misses: bool) -> None:
    console.print(table(graded))
    if show_misses:
        print("\n".join([*misses(graded), *not_understood(heard)]))
    console.print(summary(heard))
    milliseconds = sorted(1000 * asked.seconds for asked, _ in graded)
    console.print(f"每题用时 中位数 {median(milliseconds):.1f} 毫秒，最长 {milliseconds[-1]:.1f} 毫秒")


def _findings(
    graded: Sequence[Graded], changes: Sequence[Change] | None, heard: Sequence[Heard], parts: Parts
) -> Findings:
    all_asked = [asked for asked, _ in graded]
    return Findings(
        graded=graded,
        changes=changes,
        ways=ways([asked.golden for asked in all_asked], parts),
        leanings=leanings(all_asked, parts),
        threshold=parts.calibration.unanswered.threshold,
        heard=heard,
    )


def _gate(changes: Sequence[Change] | None) -> int:
    if changes is None:
        print("还没有基线，请先运行 python -m eval --accept", file=sys.stderr)
        return 1
    lines = fallen(changes)
    print("\n".join(["低于基线：", *lines]) if lines else "没有一组低于基线")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
