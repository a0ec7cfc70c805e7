"""python -m ingest: load → split → check → build → verify → publish, then one table of what changed."""

import argparse
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from corpus.bank import load_bank
from corpus.clause import Clause, Problem
from corpus.embedder import EmbedderUnavailable, load_embedder
from corpus.load import load_documents
from corpus.probe import probe
from corpus.settings import DOCUMENTS, CorpusSettings
from corpus.snapshot import (
    IngestRunning,
    SnapshotUnreadable,
    Source,
    build,
    current_id,
    ingest_lock,
    publish,
    rollback,
)
from corpus.store import read_store
from ingest.check import check
from ingest.split import split

console = Console()


def main(arguments: Sequence[str]) -> int:
    """0: published (or checked), 1: something is wrong and nothing was changed."""
    options = _options(arguments)
    try:
        settings = CorpusSettings()
        if options.names == ["rollback"]:
            with ingest_lock(settings.data_dir):
                console.print(f"已回退到快照 {rollback(settings.data_dir)}")
            return 0
        return _ingest(options.documents, options.names, settings, check_only=options.check)
    except (IngestRunning, SnapshotUnreadable, EmbedderUnavailable) as error:
        print(error, file=sys.stderr)
    except ValidationError as error:
        names = "、".join(str(detail["loc"][0]).upper() for detail in error.errors())
        print(f"设置读不懂：{names}", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(f"数据文件夹读写不了：{error}", file=sys.stderr)
    return 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="文件和问法 → 条款 → 快照")
    parser.add_argument("names", nargs="*", help="只重新入库这几份文件（编号），其余照旧；rollback：回退到上一个快照")
    parser.add_argument("--check", action="store_true", help="只检查，不建库")
    parser.add_argument(
        "--documents", type=Path, default=DOCUMENTS, help="文件夹，默认 corpus/documents；问法在旁边的 questions"
    )
    return parser.parse_args(arguments)


def _ingest(folder: Path, names: Sequence[str], settings: CorpusSettings, *, check_only: bool) -> int:
    source, problems = read(folder)
    unknown = set(names) - {document.id for document in source.documents}
    problems += [Problem(folder, 1, f"没有编号为 {name} 的文件", "写文件名去掉 .md") for name in sorted(unknown)]
    if problems:
        print("\n".join(str(problem) for problem in problems), file=sys.stderr)
        return 1
    if check_only:
        counts = f"{len(source.documents)} 份文件，{len(source.clauses)} 条，{len(source.questions)} 个问法"
        console.print(f"检查通过：{counts}")
        return 0
    with ingest_lock(settings.data_dir):
        return _publish(_only(names, source, settings.data_dir) if names else source, settings)


def read(folder: Path) -> tuple[Source, list[Problem]]:
    """Every document of a folder, its clauses, the question bank beside it, and all problems of all of them."""
    documents, problems = load_documents(folder)
    clauses: list[Clause] = []
    for document in documents:
        own = split(document)
        problems += check(document, own)
        clauses += own
    if not documents and not problems:
        problems.append(Problem(folder, 1, "一份文件也没有", "把 .md 文件放进来"))
    if problems:  # a clause that could not be read is no fault of the bank's
        return Source(documents, clauses), problems
    questions, wrong = load_bank(folder.parent / "questions", {str(clause.ref) for clause in clauses})
    return Source(documents, clauses, questions), wrong


def _only(names: Sequence[str], source: Source, data_dir: Path) -> Source:
    """The named documents as they stand in the files, all others as they stand in the live snapshot."""
    name = current_id(data_dir)
    try:
        live = read_store(data_dir / "snapshots" / name / "corpus.sqlite")
    except (sqlite3.Error, ValidationError) as error:
        raise SnapshotUnreadable(f"快照 {name} 读不出来，请不写编号，把全部文件重新入库") from error
    return Source(
        sorted(
            [d for d in live.documents if d.id not in names] + [d for d in source.documents if d.id in names],
            key=lambda document: document.id,
        ),
        [c for c in live.clauses if c.ref.document_id not in names]
        + [c for c in source.clauses if c.ref.document_id in names],
        [q for q in live.questions if q.ref.partition("#")[0] not in names]
        + [q for q in source.questions if q.ref.partition("#")[0] in names],
    )


def _publish(source: Source, settings: CorpusSettings) -> int:
    before = _published_clauses(settings.data_dir)
    embedder = load_embedder(settings.embedding_model)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console) as bar:
        tasks: dict[tuple[str, int], TaskID] = {}

        def progress(name: str, done: int, total: int) -> None:
            if (name, total) not in tasks:
                tasks[name, total] = bar.add_task(name, total=total)
            bar.update(tasks[name, total], completed=done)

        built = build(settings.data_dir, source, embedder, progress)
    wrong = probe(built, settings.embedding_model)
    if wrong:
        print(f"核验没有通过，原来的快照不动：\n{wrong}", file=sys.stderr)
        return 1
    console.print(_table(source, before))
    console.print(f"已发布快照 {publish(settings.data_dir, built, settings.snapshots_kept)}")
    return 0


def _published_clauses(data_dir: Path) -> dict[str, Clause]:
    try:
        stored = read_store(data_dir / "snapshots" / current_id(data_dir) / "corpus.sqlite")
    except Exception:  # noqa: BLE001 - an unreadable old snapshot only means that everything counts as added
        return {}
    return {str(clause.ref): clause for clause in stored.clauses}


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
