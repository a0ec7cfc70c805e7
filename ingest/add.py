"""python -m ingest add FILE…: official files → drafts in documents/ for a person to complete, and a full account."""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from corpus.clause import Document, Problem
from corpus.load import load_documents
from corpus.settings import CorpusSettings
from ingest.draft import Draft, LostText, draft, problems, refs, refs_of
from ingest.reading.extract import Dropped, Remark
from ingest.reading.sandbox import Refused, read_apart
from service.clock import now_in_shanghai

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 80
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem of the draft: its line, what is wrong, how to mend it."""

    line: int
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Added:
    """A file that became a draft: kept + dropped_characters = extracted + restored."""

    file: str
    kind: str
    id: str
    path: str
    replaced: bool
    extracted: int
    kept: int
    dropped_characters: int
    restored: int
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]
    problems: tuple[Trouble, ...]
    lost_refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A file of which nothing was written."""

    file: str
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Report:
    added: tuple[Added, ...]
    failed: tuple[Failed, ...]


def main(arguments: Sequence[str]) -> int:
    """0: every file became a draft; 1: at least one did not, the others did."""
    parser = argparse.ArgumentParser(prog="python -m ingest add", description="官方文件 → 待人核对的草稿")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".html .docx .pdf .md .txt")
    parser.add_argument("--id", default="", help="文件编号，只能和一份文件一起用；不写就用文件名")
    parser.add_argument("--corpus", type=Path, help="资料文件夹，默认是设置里的 CORPUS_DIR")
    parser.add_argument("--replace", action="store_true", help="编号已有时替换原来的文件")
    parser.add_argument("--json", action="store_true", help="把报告写成 JSON")
    options = parser.parse_args(arguments)
    if options.id and len(options.files) > 1:
        parser.error("--id 只能和一份文件一起用")
    try:
        documents = options.corpus / "documents" if options.corpus else CorpusSettings().documents
    except ValidationError:
        print("设置读不懂：CORPUS_DIR", file=sys.stderr)
        return 1
    report = add(options.files, documents, now_in_shanghai().date(), document_id=options.id, replace=options.replace)
    print(json.dumps(asdict(report), ensure_ascii=False, indent=1) if options.json else told(report))
    return 1 if report.failed else 0


def add(files: Sequence[Path], documents: Path, on: date, *, document_id: str = "", replace: bool = False) -> Report:
    """Each file by itself; one that fails leaves nothing behind and does not stop the others."""
    done = [_add(file, documents, on, document_id or slug(file), replace=replace) for file in files]
    return Report(
        tuple(one for one in done if isinstance(one, Added)), tuple(one for one in done if isinstance(one, Failed))
    )


def slug(file: Path) -> str:
    """`Plan (2023).docx` → plan-2023; "" when the name has no letter or digit to use."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:_LONGEST_ID].strip("-")


def told(report: Report) -> str:
    """The report as a clerk reads it."""
    return "\n".join([*map(_told_added, report.added), *map(_told_failed, report.failed)])


def _add(file: Path, documents: Path, on: date, document_id: str, *, replace: bool) -> Added | Failed:
    name = _printable(str(file))
    if not _ID.fullmatch(document_id) or len(document_id) > _LONGEST_ID:
        return Failed(name, "没有可用的编号", "用 --id 给一个，只用小写字母、数字和连字符，如 xianan-2023")
    path = documents / f"{document_id}.md"
    if not documents.is_dir():
        return Failed(name, f"没有文件夹 {documents}", "核对 --corpus")
    if path.exists() and not replace:
        return Failed(name, f"编号 {document_id} 已有文件", "换一个 --id；确要替换时加 --replace")
    extract = read_apart(file)
    if isinstance(extract, Refused):
        return Failed(name, extract.what, extract.mend)
    replaced, before = path.exists(), _existing(documents, document_id)
    try:
        made = draft(extract, document_id, on, before)
        found = problems(made.text, path)
        write_beside(path, made.text)
    except LostText:
        return Failed(name, "读出的字数和草稿对不上，没有写", "另存为 .docx 或 .txt 再加")
    except OSError:
        return Failed(name, f"{path} 写不了", "核对文件夹的写权限和磁盘空间")
    now = set(refs_of(made.text, path))
    lost = tuple(ref for ref in refs(before) if ref not in now)
    return _added(name, extract.kind, path, made, found, replaced=replaced, lost=lost)


def _added(
    name: str, kind: str, path: Path, made: Draft, found: list[Problem], *, replaced: bool, lost: tuple[str, ...]
) -> Added:
    return Added(
        file=name,
        kind=kind,
        id=path.stem,
        path=str(path),
        replaced=replaced,
        extracted=made.extracted,
        kept=made.kept,
        dropped_characters=made.dropped_characters,
        restored=made.restored,
        dropped=made.dropped,
        remarks=made.remarks,
        problems=tuple(Trouble(problem.line, problem.what, problem.mend) for problem in found),
        lost_refs=lost,
    )


def _existing(documents: Path, document_id: str) -> Document | None:
    return next((document for document in load_documents(documents)[0] if document.id == document_id), None)


def write_beside(path: Path, text: str) -> None:
    """Whole or not at all: a reader, and whoever comes after a crash, finds the old file or the new one."""
    handle, beside = tempfile.mkstemp(prefix=f".add-{path.stem}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _told_added(one: Added) -> str:
    lines = [
        f"{one.file}（{one.kind}）→ {one.path}{'（替换了原来的文件）' if one.replaced else ''}",
        f"  读到 {one.extracted} 字：草稿 {one.kept} 字，去掉 {one.dropped_characters} 字"
        + (f"，另还原乱码 {one.restored} 字" if one.restored else ""),
    ]
    lines += [f"  去掉：{item.place} {item.why}：{_short(item.text)}" for item in one.dropped]
    lines += [f"  请看：{remark.place} {remark.what}" for remark in one.remarks]
    lines += [f"  {one.path}:{trouble.line} {trouble.what} — {trouble.mend}" for trouble in one.problems]
    if one.lost_refs:
        lines.append(f"  原来有、现在没有的条款：{'、'.join(one.lost_refs)}（同名的问法文件也要改）")
    return "\n".join(lines)


def _told_failed(one: Failed) -> str:
    return f"{one.file}：{one.what} — {one.mend}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…（{len(text)} 字）"


def _printable(text: str) -> str:
    """A name that can be printed: bytes that are no text and control characters show as �."""
    return "".join(one if one.isprintable() else "�" for one in text.encode("utf-8", "replace").decode("utf-8"))
