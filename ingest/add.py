"""python -m ingest add FILE…: official files → drafts in documents/ for a person to complete, and a full account."""

import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from corpus.clause import Document, Problem
from corpus.command_line import CommandLine
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
    parser = CommandLine("python -m ingest add", "官方文件 → 待人核对的草稿")
    parser.add_argument("files", nargs="+", type=Path, metavar="文件", help=".html .docx .pdf .md .txt")
    parser.add_argument(
        "--id", default="", metavar="编号", help="只能和一份文件一起用；不写就用文件名，中文名用文号或日期"
    )
    parser.add_argument("--corpus", type=Path, metavar="文件夹", help="资料文件夹，默认是设置里的 CORPUS_DIR")
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
    done = [_add(file, documents, on, document_id, replace=replace) for file in files]
    return Report(
        tuple(one for one in done if isinstance(one, Added)), tuple(one for one in done if isinstance(one, Failed))
    )


def slug(file: Path) -> str:
    """`Plan (2023).docx` → plan-2023; "" for a Chinese name of which nothing but digits would be left."""
    kept = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:_LONGEST_ID].strip("-")
    return kept if file.stem.isascii() or re.search("[a-z]", kept) else ""


def told(report: Report) -> str:
    """The report as a clerk reads it."""
    return "\n".join([*map(_told_added, report.added), *map(_told_failed, report.failed)])


def _add(file: Path, documents: Path, on: date, wanted: str, *, replace: bool) -> Added | Failed:
    name = _printable(str(file))
    if not documents.is_dir():
        return Failed(name, f"没有文件夹 {documents}", "核对 --corpus")
    extract = read_apart(file)
    if isinstance(extract, Refused):
        return Failed(name, extract.what, extract.mend)
    try:
        derived = "" if wanted or slug(file) else draft(extract, "unnamed", on, None).derived_id
        named = wanted or slug(file) or derived
        path = documents / f"{named}.md"
        if wrong := _unusable(named):
            return Failed(name, wrong, _id_example(name, on))
        if path.exists() and (derived or not replace):
            return Failed(name, f"编号 {named} 已有文件", _taken(name, derived))
        replaced, before = path.exists(), _existing(documents, named)
        made = draft(extract, named, on, before)
        found = sorted([*problems(made.text, path), *made.unsettled(path)], key=lambda problem: problem.line)
        write_beside(path, made.text)
    except LostText:
        return Failed(name, "读出的字数和草稿对不上，没有写", "另存为 .docx 或 .txt 再加")
    except OSError:
        return Failed(name, f"{documents} 写不了", "核对文件夹的写权限和磁盘空间")
    now = set(refs_of(made.text, path))
    lost = tuple(ref for ref in refs(before) if ref not in now)
    return _added(name, extract.kind, path, made, found, replaced=replaced, lost=lost, derived=bool(derived))


def _unusable(named: str) -> str:
    """What is wrong with it, "" when it can be the name of a document."""
    if not named:
        return "没有可用的编号"
    sound = _ID.fullmatch(named) and len(named) <= _LONGEST_ID
    return "" if sound else f"编号 {_short(_printable(named))} 不能用"


def _id_example(name: str, on: date) -> str:
    return f"用小写字母、数字和连字符给一个，如：{_again(name)} xianan-{on.year}"


def _taken(name: str, derived: str) -> str:
    """A name made from the text may be another document's: that one is replaced only where a person says so."""
    if not derived:
        return "换一个 --id；确要替换时加 --replace"
    again = _again(name)
    return f"是另一份文件时换一个编号：{again} {derived}-b；确要替换时：{again} {derived} --replace"


def _again(name: str) -> str:
    return f"python -m ingest add {shlex.quote(name)} --id"


def _added(
    name: str,
    kind: str,
    path: Path,
    made: Draft,
    found: list[Problem],
    *,
    replaced: bool,
    lost: tuple[str, ...],
    derived: bool,
) -> Added:
    chosen = Remark("编号", f"文件名里没有字母，{path.stem} 是按文号或日期取的；不合适就删去 {path}，用 --id 再加一次")
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
        remarks=(*made.remarks, chosen) if derived else made.remarks,
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
