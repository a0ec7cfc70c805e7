"""Refuses lost text, broken numbering, anchors nobody can read and impossible dates; all problems at once."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from corpus.clause import Clause, ClauseRef, Document, Problem
from ingest.split import (
    ANCHOR,
    FOOTNOTE,
    NOTE_NAME,
    NUMERIC,
    Line,
    Shape,
    Split,
    anchor,
    footnotes,
    names,
    read,
    read_lines,
    without_comments,
)

ATTRIBUTES = {"label", "issued_on", "effective_from", "effective_until", "certainty", "affects", "ends"}
_DATES = ("issued_on", "effective_from", "effective_until")
_MARKUP = re.compile(rf"{NOTE_NAME}|\*\*|#|\s")

Step = tuple[int, int, int]


def check(document: Document, clauses: list[Clause]) -> list[Problem]:
    found = read(document)
    lines = read_lines(document)
    places = _places(document, clauses, lines)
    problems = [
        *_check_any(document, clauses),
        *_check_text(document, clauses, found),
        *_check_locators(document, clauses, places),
        *_check_anchors(document, lines, clauses),
        *_check_footnotes(document, lines),
        *(
            _check_numbering(document, clauses, found.shape, places)
            if document.verbatim and not document.amends
            else ()
        ),
    ]
    return sorted(problems, key=lambda problem: problem.line)


def _check_any(document: Document, clauses: list[Clause]) -> Iterator[Problem]:
    if not clauses:
        yield Problem(
            document.path, document.body_line, "没有分出任何条款", "核对正文，或加上 <!-- c:1 --> 这样的条款锚点"
        )


def _check_text(document: Document, clauses: list[Clause], found: Split) -> Iterator[Problem]:
    """Walk the file line by line: each must be the next line of a clause, or stand outside by right."""
    outside = {line.number: line.text for line in found.outside}
    stray = {line.number for line in found.stray}
    expected = [line for clause in clauses for line in clause.text.split("\n") if _bare(line)]
    position = 0
    for number, raw in enumerate(without_comments(document.body).split("\n"), start=document.body_line):
        if not _bare(raw) or (number in outside and _bare(outside[number]) == _bare(raw)):
            continue
        if number in stray:
            yield Problem(document.path, number, f"这段文字不属于任何条款：{raw[:20]}", "在它上面加条款锚点，或删去")
        elif position < len(expected) and _bare(expected[position]) == _bare(raw):
            position += 1
        else:
            yield Problem(document.path, number, f"这一行没有完整进入条款：{raw[:20]}", "核对这一行的写法")
            return
    if position < len(expected):
        yield Problem(document.path, document.body_line, f"条款里多出文字：{expected[position][:20]}", "重新切分")


def _bare(text: str) -> str:
    return _MARKUP.sub("", without_comments(text)) if text else ""


def _check_locators(document: Document, clauses: list[Clause], places: Mapping[str, int]) -> Iterator[Problem]:
    for locator, times in Counter(clause.ref.locator for clause in clauses).items():
        if times > 1:
            what = f"条款编号 {locator} 出现了 {times} 次"
            yield Problem(document.path, places[locator], what, "改正编号，或用锚点给每条不同的编号")


def _places(document: Document, clauses: list[Clause], lines: list[Line]) -> dict[str, int]:
    """Locator → where the last clause with it begins."""
    last = {line.text: line.number for line in lines}
    return {clause.ref.locator: last.get(clause.text.partition("\n")[0], document.body_line) for clause in clauses}


def _check_anchors(document: Document, lines: list[Line], clauses: list[Clause]) -> Iterator[Problem]:
    for number, raw in enumerate(document.body.split("\n"), start=document.body_line):
        marks = len(re.findall(r"<!--\s*c:", raw))
        if not raw.lstrip().startswith(">") and marks != bool(ANCHOR.match(raw.strip())):
            yield Problem(
                document.path, number, "条款锚点写法不对", '独占一行，写成 <!-- c:7 label="第7条" -->，用半角引号'
            )
    filled = {clause.ref.locator for clause in clauses}
    for line in lines:
        if mark := anchor(line):
            if mark.locator not in filled:
                yield Problem(document.path, line.number, f"锚点 {mark.locator} 下面没有文字", "补上文字，或删去锚点")
            for what, mend in _attribute_faults(document, dict(mark.attributes)):
                yield Problem(document.path, line.number, what, mend)


def _attribute_faults(document: Document, attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(attributes.keys() - ATTRIBUTES):
        yield f"锚点里有不认识的 {name}", f"只能用 {'、'.join(sorted(ATTRIBUTES))}"
    for name in _DATES:
        if (written := attributes.get(name)) and not _day(written):
            yield f"{name} 的日期不对：{written}", "写成 2023-07-20 这样真有的日子"
    if attributes.get("issued_on") == "":
        yield "issued_on 是空的", "写上印发日期，或删去这一项"
    issued = _day(attributes.get("issued_on", "")) or document.published_on
    begins = _day(attributes.get("effective_from", "")) or issued
    ends = _day(attributes.get("effective_until", ""))
    if ends and ends < max(issued, begins):
        yield "失效日期早于印发或施行日期", "核对 effective_until"
    for field in ("affects", "ends"):
        for name in names(attributes.get(field, "")):
            if not _is_address(name):
                yield f"{field} 不是条款地址：{name}", "写成 xianan-2023#7，多个用空格隔开"
    if attributes.get("ends") and not document.amends:
        yield "锚点里有 ends，文件信息里没有 amends", "在 amends 写上被修改的文件编号"


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written) else None
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    try:
        ClauseRef.parse(text)
    except ValueError:
        return False
    return True


def _check_footnotes(document: Document, lines: list[Line]) -> Iterator[Problem]:
    notes = footnotes(lines)
    used: dict[str, int] = {}
    defined: dict[str, int] = {}
    for line in lines:
        names = FOOTNOTE.findall(line.raw)
        if re.match(f"{NOTE_NAME}:", line.raw):
            if names[0] in defined:
                yield Problem(document.path, line.number, f"附注 {names[0]} 写了两次", "改一个编号，或删去一处")
            defined[names[0]] = line.number
        elif not line.raw.startswith(">"):
            used.update(dict.fromkeys(names, line.number))
    for name in used.keys() - notes.keys():
        yield Problem(document.path, used[name], f"附注 {name} 没有说明", f"在文末补一行 [^{name}]: …")
    for name in notes.keys() - used.keys():
        yield Problem(document.path, defined[name], f"附注 {name} 没有用到", "在正文里标出，或删去说明")


def _check_numbering(
    document: Document, clauses: list[Clause], shape: Shape, places: Mapping[str, int]
) -> Iterator[Problem]:
    follows = _outline_breaks if shape is Shape.OUTLINE else _article_breaks
    for before, here in follows([clause.ref.locator for clause in clauses]):
        what = f"编号不连续：{before} 之后是 {here}"
        yield Problem(document.path, places[here], what, "官方原文不能缺条，核对是否漏了或次序颠倒")


def _article_breaks(locators: Iterable[str]) -> Iterator[tuple[str, str]]:
    before, here = "开头", (0, 0, 0)
    for locator in locators:
        match = NUMERIC.fullmatch(locator)
        if not match or locator == "0":
            continue
        step = (int(match["article"]), int(match["insert"] or 0), int(match["paragraph"] or 0))
        if step != here and not _may_follow(here, step):
            yield before, locator
        before, here = locator, step


def _may_follow(before: Step, after: Step) -> bool:
    article, insert, paragraph = before
    if after[:2] == before[:2]:
        return after[2] == paragraph + 1
    return after[2] in (0, 1) and after[:2] in ((article + 1, 0), (article, insert + 1))


def _outline_breaks(locators: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A number follows the one before it under the same heading, or runs on through the whole document."""
    last: dict[tuple[str, ...], int] = {}
    running: dict[int, int] = {}
    before = "开头"
    for locator in locators:
        path = _path(locator)
        for depth in range(1, len(path)):
            parent, number = path[:depth], int(path[depth])
            here = last.get(parent)
            allowed = {1, running.get(depth, 0) + 1} if here is None else {here, here + 1}
            if number and number not in allowed:
                yield before, locator
            if number:
                last[parent] = running[depth] = number
        before = locator


def _path(locator: str) -> tuple[str, ...]:
    return ("a", *locator[1:].split(".")) if locator.startswith("a") else ("", *locator.split("."))
