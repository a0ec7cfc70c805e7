"""documents/ → list[Document]; every bad field of every file is reported at once."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from corpus.clause import Document, Problem

LARGEST_FILE = 10_000_000
LONGEST_LINE = 200_000
_FENCE = "---"


@dataclass(frozen=True, slots=True)
class _Parts:
    """A file cut in two: the fields with the line each stands on, what is wrong with them, and the body."""

    fields: Mapping[str, str]
    lines: Mapping[str, int]
    faults: tuple[Problem, ...]
    body: str
    body_line: int


def _written_date(value: object) -> object:
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        raise PydanticCustomError("date", "日期写法不对")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("no_such_day", "没有这一天") from None


def _written_bool(value: object) -> object:
    if value not in ("true", "false"):
        raise PydanticCustomError("flag", "只能是 true 或 false")
    return value == "true"


def _empty_is_none(value: object) -> object:
    return None if value == "" else _written_date(value)


Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Link = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]
Day = Annotated[date, BeforeValidator(_written_date)]
OptionalDay = Annotated[date | None, BeforeValidator(_empty_is_none)]
Flag = Annotated[bool, BeforeValidator(_written_bool)]


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Slug
    title: Filled
    number: str = ""
    issuer: Filled
    published_on: Day
    effective_from: OptionalDay = None
    effective_note: str = ""
    effective_until: OptionalDay = None
    replaces: str = ""
    amends: str = ""
    scope: Filled
    authority: Literal["国家", "省", "市", "区"]
    source_url: Link = ""
    verbatim: Flag
    checked_on: Day
    register_number: str = Field("", alias="register")


_MENDS = {
    "missing": ("缺少字段 {field}", "在文件开头补上 {field}:"),
    "extra_forbidden": ("不认识的字段 {field}", "删去这一行，或改成正确的字段名"),
    "date": ("{field} 的日期写法不对：{value}", "写成 2023-07-20 这样的年-月-日"),
    "no_such_day": ("{field} 没有这一天：{value}", "核对年月日"),
    "flag": ("{field} 只能是 true 或 false，现在是 {value}", "官方原文写 true，自己的摘编写 false"),
    "string_too_short": ("{field} 是空的", "补上内容"),
    "literal_error": ("{field} 不对：{value}", "写 国家、省、市、区 之一"),
}
_PATTERN_MENDS = {
    "id": ("编号 {value} 含有不能用的字符", "只用小写字母、数字和连字符，如 xianan-2023"),
    "source_url": ("网址写法不对：{value}", "写以 http:// 或 https:// 开头的完整网址，没有就留空"),
}


def load_documents(folder: Path) -> tuple[list[Document], list[Problem]]:
    """Every `*.md` of the folder is one document; what cannot be read is a Problem, never an exception."""
    if not folder.is_dir():
        return [], [Problem(folder, 1, "没有这个文件夹", "核对文件夹的位置")]
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.md")):
        if path.name.startswith("."):
            continue
        document, found = _load(path)
        problems += found
        documents += [document] if document else []
    problems += _check_duplicates(documents) + _check_references(documents)
    return documents, sorted(problems, key=lambda problem: (problem.path, problem.line))


def _load(path: Path) -> tuple[Document | None, list[Problem]]:
    text = _read(path)
    parts = text if isinstance(text, Problem) else _cut(path, text)
    if isinstance(parts, Problem):
        return None, [parts]
    return _build(path, parts)


def _read(path: Path) -> str | Problem:
    try:
        if path.stat().st_size > LARGEST_FILE:
            return Problem(path, 1, "文件超过 10 MB", "确认没有放错文件，必要时拆成几份")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Problem(path, line, "不是 UTF-8 编码", "用编辑器另存为 UTF-8")
    except OSError:
        return Problem(path, 1, "文件打不开", "核对文件是否完好、有没有读取权限")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if long := next((number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE), None):
        return Problem(path, long, "一行超过 200000 字", "按自然段换行")
    return "\n".join(lines)


def _cut(path: Path, text: str) -> _Parts | Problem:
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return Problem(path, 1, "开头没有文件信息", "第一行写 ---，下面逐行写 id、title 等字段，再写一行 ---")
    end = next((index for index, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        return Problem(path, 1, "文件信息没有结束", "在最后一个字段下面补一行 ---")
    node = _compose("\n".join(lines[1:end]))
    if not isinstance(node, yaml.MappingNode):
        line = node if isinstance(node, int) else 2
        return Problem(path, line, "文件信息的写法不对", "每行写成“字段: 内容”，内容里有冒号或引号时用双引号括起来")
    values, places, faults = _read_fields(path, node)
    return _Parts(values, places, tuple(faults), "\n".join(lines[end + 1 :]), end + 2)


def _compose(text: str) -> yaml.Node | int | None:
    """The fields as they are written (`2023-13-01` stays a string), or the line that cannot be read."""
    try:
        return yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        opened = error.context_mark if (error.context or "").startswith("while scanning") else None
        mark = opened or error.problem_mark
        return mark.line + 2 if mark else 1
    except (yaml.YAMLError, RecursionError):
        return 1


def _read_fields(path: Path, node: yaml.MappingNode) -> tuple[dict[str, str], dict[str, int], list[Problem]]:
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    faults: list[Problem] = []
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = str(key.value)
        if name in values:
            faults.append(Problem(path, line, f"字段 {name} 写了两次", "只留一个"))
        elif not (isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)):
            faults.append(Problem(path, line, "字段的内容不是一行文字", "写成“字段: 内容”，不用列表和嵌套"))
        values[name] = value.value.strip() if isinstance(value, yaml.ScalarNode) else ""
        places[name] = line
    return values, places, faults


def _build(path: Path, parts: _Parts) -> tuple[Document | None, list[Problem]]:
    problems = list(parts.faults)
    if not parts.body.strip():
        problems.append(Problem(path, parts.body_line, "没有正文", "在文件信息下面写正文"))
    try:
        front = _FrontMatter.model_validate(parts.fields)
    except ValidationError as error:
        told = {problem.line for problem in problems}
        found = [_explain(path, parts, detail) for detail in error.errors()]
        return None, problems + [problem for problem in found if problem.line not in told]
    if problems:
        return None, problems + _check_fields(path, parts, front)
    document = Document(**front.model_dump(by_alias=True), body=parts.body, path=path, body_line=parts.body_line)
    return document, _check_fields(path, parts, front)


def _explain(path: Path, parts: _Parts, detail: ErrorDetails) -> Problem:
    field = str(detail["loc"][0])
    known = _PATTERN_MENDS.get(field) if detail["type"] == "string_pattern_mismatch" else _MENDS.get(detail["type"])
    what, mend = known or ("{field} 写得不对：{value}", "核对这一行")
    value = parts.fields.get(field) or "空"
    line = parts.lines.get(field, 1)
    return Problem(path, line, what.format(field=field, value=value), mend.format(field=field))


def _check_fields(path: Path, parts: _Parts, front: _FrontMatter) -> list[Problem]:
    """What only two fields together, or a field and the file name, can show."""
    problems = []

    def complain(field: str, what: str, mend: str) -> None:
        problems.append(Problem(path, parts.lines.get(field, 1), what, mend))

    if front.id != path.stem:
        complain("id", f"编号 {front.id} 与文件名 {path.name} 不一致", "改编号或改文件名，使两者相同")
    if front.effective_until and front.effective_until < front.published_on:
        complain("effective_until", "失效日期早于印发日期", "核对 effective_until 与 published_on")
    if front.effective_until and front.effective_from and front.effective_until < front.effective_from:
        complain("effective_until", "失效日期早于施行日期", "核对 effective_until 与 effective_from")
    if not front.effective_from and not front.effective_note:
        complain("effective_from", "没有施行日期，也没有说明", "补施行日期；原文没写的，在 effective_note 里说明")
    return problems


def _check_duplicates(documents: list[Document]) -> list[Problem]:
    holders: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        holders[document.id].append(document)
    return [
        Problem(later.path, 2, f"编号 {later.id} 已被 {first.path.name} 使用", "每个文件用不同的编号")
        for first, *others in holders.values()
        for later in others
    ]


def _check_references(documents: list[Document]) -> list[Problem]:
    known = {document.id for document in documents}
    return [
        Problem(
            document.path,
            _line_of(document, field),
            f"{field} 指向的文件不存在：{name}",
            "写另一份文件的编号，没有就留空",
        )
        for document in documents
        for field, value in (("replaces", document.replaces), ("amends", document.amends))
        for name in re.split(r"[、,，\s]+", value)
        if name and (name == document.id or name not in known)
    ]


def _line_of(document: Document, field: str) -> int:
    text = _read(document.path)
    lines = text.split("\n") if isinstance(text, str) else []
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(f"{field}:")), 1)
