"""Rows of printed text → paragraphs: by indents, short rows, gaps and the size of the type."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.reading.extract import Piece

_NUMERAL = "[一二三四五六七八九十百千零〇]+"
_ITEM = re.compile(rf"^(?:第{_NUMERAL}[编章节条](?:之{_NUMERAL})?[\s　]|[（(]{_NUMERAL}[）)]|{_NUMERAL}、)")
_SENTENCE_END = re.compile(r"[。；：！？;:!?.）)》”]$")


@dataclass(frozen=True, slots=True)
class Row:
    """Characters on one baseline of one column, in points from the page's top left."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    page: int
    rows: list[Row]


def paragraphs(columns: list[Column]) -> list[Piece]:
    pieces: list[Piece] = []
    before: Row | None = None
    for column in columns:
        left = min(row.x0 for row in column.rows) if column.rows else 0.0
        right = max((row.x1 for row in column.rows), default=0.0)
        pitch = _pitch(column.rows)
        full = False
        for order, row in enumerate(column.rows):
            starts = before is None or _begins(row, before, left, full if order else _runs_on(before), pitch, order)
            added = sum(map(len, re.findall(r"\[\^第\d+页[^\]]+\]", row.text)))
            if starts:
                pieces.append(Piece(f"第{column.page}页", row.text, added))
            else:
                last = pieces.pop()
                pieces.append(replace(last, text=_joined(last.text, row.text), added=last.added + added))
            before, full = row, right - row.x1 < (1.5 if _SENTENCE_END.search(bare(row.text)) else 4) * row.size
    return pieces


def _pitch(rows: list[Row]) -> float:
    steps = [after.bottom - before.bottom for before, after in pairwise(rows)]
    positive = sorted(step for step in steps if step > 1)
    return positive[len(positive) // 4] if positive else 0.0


def _begins(row: Row, before: Row, left: float, full: bool, pitch: float, order: int) -> bool:
    ended = bool(_SENTENCE_END.search(bare(before.text)))
    if abs(row.size - before.size) > 0.15 * before.size or (_ITEM.match(row.text) and (ended or not full)):
        return True
    if order and row.bottom - before.bottom > 1.7 * pitch and pitch:
        return True
    return row.x0 - left > 1.2 * row.size or not full


def _runs_on(before: Row) -> bool:
    """A page or column ends in the middle of a paragraph unless its last row ends a sentence."""
    return not _SENTENCE_END.search(before.text)


def _joined(before: str, after: str) -> str:
    latin = before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() and after[:1].isalnum()
    return f"{before} {after}" if latin else before + after


def bare(text: str) -> str:
    """Without the signs that set off a raised mark."""
    return text.replace("\x00", "")
