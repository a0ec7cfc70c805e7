"""The text layer of a PDF → paragraphs: columns in order, page furniture out, lines joined again."""

import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby, islice
from statistics import median

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from ingest.reading.extract import Dropped, Extract, Note, Remark, Unreadable, count
from ingest.reading.pdf_rows import Column, Row, bare, paragraphs

_MOST_PAGES = 500
_MARGIN = 0.12
_LONGEST_FURNITURE = 40
_PAGE_NUMBER = re.compile(r"[-—–－―\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/，,]?\s*共?\s*\d{1,4}\s*页?)?[-—–－―\s]*")
_NOTE = re.compile(r"^[\[〔(（]?([①-⑳]|\d{1,2}|\*)[\]〕)）]?\s*(?=\D)")


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


def read_pdf(content: bytes) -> Extract:
    """Raises Unreadable for what is encrypted, scanned or too long, and pdfminer's own errors for broken files."""
    dropped: list[Dropped] = []
    extracted = 0
    pages: list[tuple[float, float, list[_Char]]] = []
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            if len(pdf.pages) > _MOST_PAGES:
                raise Unreadable(f"超过 {_MOST_PAGES} 页", "拆成几份再加")
            for number, page in enumerate(islice(pdf.pages, _MOST_PAGES), start=1):
                size, chars = _characters(page, number, dropped)
                extracted += size
                pages.append((float(page.width), float(page.height), chars))
                page.close()
    except PdfminerException as error:
        raise _refusal(error.args[0] if error.args else error) from None
    if not extracted:
        raise Unreadable("没有文字层（可能是扫描件）", "先做文字识别，存成 .docx 或 .txt")
    columns, notes = _laid_out(pages, dropped)
    return Extract("", tuple(paragraphs(columns)), tuple(notes), tuple(dropped), _remarks(pages), extracted)


def _refusal(error: object) -> Unreadable:
    if isinstance(error, PDFPasswordIncorrect):
        return Unreadable("PDF 有密码", "去掉密码后另存一份")
    if isinstance(error, PDFSyntaxError):
        return Unreadable("PDF 坏了或不完整", "重新下载或另存一份")
    return Unreadable("PDF 读不出来（损坏或加密方式不支持）", "用阅读器打开，另存一份")


def _characters(page: Page, number: int, dropped: list[Dropped]) -> tuple[int, list[_Char]]:
    """How many characters the page has, and those that stand upright and are printed once."""
    kept: list[_Char] = []
    turned: list[str] = []
    doubled: list[str] = []
    seen: set[tuple[str, int, int]] = set()
    extracted = 0
    for raw in page.chars:
        text = str(raw["text"])
        extracted += count(text)
        spot = (text, round(raw["x0"]), round(raw["top"]))
        if not raw["upright"]:
            turned.append(text)
        elif spot in seen and count(text):
            doubled.append(text)
        else:
            seen.add(spot)
            kept.append(_Char(text, raw["x0"], raw["x1"], raw["top"], raw["bottom"], raw["size"]))
    for texts, why in ((turned, "转了向的字（水印、印章）"), (doubled, "重叠印了两遍的字")):
        if texts:
            dropped.append(Dropped(f"第{number}页", "".join(texts), why))
    return extracted, kept


def _remarks(pages: list[tuple[float, float, list[_Char]]]) -> tuple[Remark, ...]:
    blank = [number for number, (_, _, chars) in enumerate(pages, start=1) if not chars]
    return tuple(Remark(f"第{number}页", "没有文字，请对照原件看是不是图片") for number in blank)


# --- what stands where ---


def _laid_out(pages: list[tuple[float, float, list[_Char]]], dropped: list[Dropped]) -> tuple[list[Column], list[Note]]:
    body = _body_size(pages)
    columns: list[Column] = []
    notes: list[Note] = []
    gutter = 0.0
    rows_of = [_rows(chars, body) for _, _, chars in pages]
    furniture = _furniture(rows_of, [height for _, height, _ in pages])
    for number, (rows, (width, _, _)) in enumerate(zip(rows_of, pages, strict=True), start=1):
        kept = []
        for index, row in enumerate(rows):
            if why := furniture.get((number, index)):
                dropped.append(Dropped(f"第{number}页", row.text, why))
            else:
                kept.append(row)
        main, small = _without_notes(kept, body)
        main, found = _noted(main, small, number, dropped)
        notes += found
        gutter = _gutter(main, width, body, gutter)
        columns += [Column(number, part) for part in _columns(main, gutter)]
    return columns, notes


def _body_size(pages: list[tuple[float, float, list[_Char]]]) -> float:
    sizes = Counter(round(char.size, 1) for _, _, chars in pages for char in chars if count(char.text))
    return sizes.most_common(1)[0][0] if sizes else 12.0


def _rows(chars: list[_Char], body: float) -> list[Row]:
    """Characters whose middles are at one height; a gap of two characters cuts the row."""
    ordered = sorted(chars, key=lambda char: (char.bottom, char.x0))
    lines: list[list[_Char]] = []
    for char in ordered:
        if lines and abs(char.bottom - lines[-1][0].bottom) < 0.45 * body:
            lines[-1].append(char)
        else:
            lines.append([char])
    return [row for line in lines for row in _cut(sorted(line, key=lambda char: char.x0), body)]


def _cut(line: list[_Char], body: float) -> list[Row]:
    parts: list[list[_Char]] = []
    for char in (char for char in line if char.text.strip()):
        if parts and char.x0 - parts[-1][-1].x1 < 1.8 * body:
            parts[-1].append(char)
        else:
            parts.append([char])
    blanks = [char for char in line if not char.text.strip()]
    return [_row(part, blanks, body) for part in parts]


def _row(part: list[_Char], blanks: list[_Char], body: float) -> Row:
    within = [char for char in blanks if part[0].x0 < char.x0 < part[-1].x1]
    size = median(char.size for char in part)
    text: list[str] = []
    for char in sorted([*part, *within], key=lambda char: char.x0):
        raised = char.size < 0.8 * size and char.bottom < part[0].bottom + 0.1 * body
        if raised and re.fullmatch(r"[①-⑳\d*]+", char.text) and text:
            text.append(f"\x00{char.text}\x00")
        else:
            text.append(char.text)
    tops, bottoms = [char.top for char in part], [char.bottom for char in part]
    line = "".join(text).replace("\x00\x00", "")
    marks = re.findall("\x00([^\x00]*)\x00", line)
    return Row(line, part[0].x0, part[-1].x1, min(tops), max(bottoms), size, tuple(marks))


def _furniture(rows_of: list[list[Row]], heights: list[float]) -> dict[tuple[int, int], str]:
    """Rows at a page's edge that are page numbers, or that come back on at least half of the pages."""
    edge: list[tuple[int, int, str, str]] = []
    for number, (rows, height) in enumerate(zip(rows_of, heights, strict=True), start=1):
        for index, row in enumerate(rows):
            where = "页眉" if row.bottom < _MARGIN * height else "页脚" if row.top > (1 - _MARGIN) * height else ""
            if where and len(row.text) <= _LONGEST_FURNITURE:
                edge.append((number, index, where, re.sub(r"\d+|\s", "#", row.text)))
    times = Counter((where, text) for number, where, text in {(one[0], one[2], one[3]) for one in edge})
    found = {}
    for number, index, where, text in edge:
        if _PAGE_NUMBER.fullmatch(rows_of[number - 1][index].text.replace("\x00", "")):
            found[number, index] = "页码"
        elif times[where, text] >= max(2, len(rows_of) / 2):
            found[number, index] = where
    return found


def _without_notes(rows: list[Row], body: float) -> tuple[list[Row], list[Row]]:
    """The rows above, and the small rows at the bottom from the first that begins with a note's mark."""
    first = len(rows)
    while first and rows[first - 1].size < 0.93 * body:
        first -= 1
    first = next((index for index in range(first, len(rows)) if _NOTE.match(bare(rows[index].text))), len(rows))
    return rows[:first], rows[first:]


def _noted(rows: list[Row], small: list[Row], number: int, dropped: list[Dropped]) -> tuple[list[Row], list[Note]]:
    """Raised marks become [^…] where a note at the bottom of the page has the same mark."""
    texts: list[tuple[str, str]] = []
    for row in small:
        text = bare(row.text)
        if match := _NOTE.match(text):
            texts.append((match[1], text[match.end() :]))
            dropped.append(Dropped(f"第{number}页", match[0], "脚注的注号"))
        else:
            mark, before = texts.pop()
            texts.append((mark, before + text))
    named = {mark: f"第{number}页{mark}" for mark, _ in texts}
    used = {mark for row in rows for mark in row.marks}
    for mark in dict.fromkeys(mark for row in rows for mark in row.marks if mark in named):
        dropped += [Dropped(f"第{number}页", mark, "正文里的注号")] * sum(row.marks.count(mark) for row in rows)
    rows = [replace(row, text=_with_marks(row.text, named)) for row in rows]
    dropped += [
        Dropped(f"第{number}页", text, "页脚的小字，正文里没有找到注号，请对照原件")
        for mark, text in texts
        if mark not in used
    ]
    return rows, [Note(named[mark], f"第{number}页", text) for mark, text in texts if mark in used]


def _with_marks(text: str, named: dict[str, str]) -> str:
    return re.sub("\x00([^\x00]*)\x00", lambda m: f"[^{named[m[1]]}]" if m[1] in named else m[1], text)


def _columns(rows: list[Row], middle: float) -> list[list[Row]]:
    """Two columns where there is a gutter; rows across it part the page."""
    if not middle:
        return [_by_height(rows)]
    parts: list[list[Row]] = []
    for across, group in groupby(sorted(rows, key=lambda row: row.top), key=lambda row: row.x0 < middle < row.x1):
        part = list(group)
        sides = [part] if across else [[r for r in part if r.x1 <= middle], [r for r in part if r.x0 >= middle]]
        parts += [_by_height(side) for side in sides if side]
    return parts


def _by_height(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (round(row.bottom), row.x0))


def _gutter(rows: list[Row], width: float, body: float, before: float) -> float:
    """The place near the middle that the fewest rows cross; 0 when there are no two columns.

    A last page with few rows keeps the gutter of the page before it.
    """
    if before and not any(row.x0 < before < row.x1 for row in rows):
        return before
    places = [width * step / 100 for step in range(40, 61)]
    at = min(places, key=lambda place: (sum(row.x0 < place < row.x1 for row in rows), abs(place - width / 2)))
    wide = [row for row in rows if row.x1 - row.x0 > 4 * body]
    sides = (sum(row.x1 <= at for row in wide), sum(row.x0 >= at for row in wide))
    across = sum(row.x0 < at < row.x1 for row in rows)
    return at if min(sides) >= 4 and across <= 0.2 * len(rows) else 0.0
