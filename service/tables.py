"""A table inside a text, as documents write it (`| a | b |`, with `| --- | --- |` below the head), for people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RULE = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?\s*")


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def blocks(text: str) -> Iterator[str | Table]:
    """The text's stretches and tables in their order; rows that make no whole table are a stretch of plain lines."""
    lines, plain = text.split("\n"), list[str]()
    while lines:
        rows = _rows(lines)
        if table := _table(rows):
            if stretch := "\n".join(plain).strip("\n"):
                yield stretch
            plain = []
            yield table
        else:
            plain.append(said("\n".join(rows)) if rows else lines[0])
        lines = lines[max(len(rows), 1) :]
    if stretch := "\n".join(plain).strip("\n"):
        yield stretch


def said(text: str) -> str:
    """The text with each row of a table as its cells, also the empty ones, so that a value stays in its column, and no
    line between head and rows."""
    lines = (line for line in text.split("\n") if not _RULE.fullmatch(line))
    return "\n".join("；".join(_cells(line)) if _is_row(line) else line for line in lines)


def _rows(lines: list[str]) -> list[str]:
    """Those that the lines begin with."""
    end = next((n for n, line in enumerate(lines) if not _is_row(line)), len(lines))
    return lines[:end]


def _is_row(line: str) -> bool:
    """A quote may begin or end inside a row."""
    return "|" in line and (line.strip().startswith("|") or line.strip().endswith("|"))


def _table(rows: list[str]) -> Table | None:
    if len(rows) < 3 or not _RULE.fullmatch(rows[1]) or not all(_is_whole(row) for row in rows):
        return None
    head, _, *rest = map(_cells, rows)
    return Table(head, tuple(rest)) if all(len(row) == len(head) for row in rest) else None


def _is_whole(row: str) -> bool:
    return row.strip().startswith("|") and row.strip().endswith("|")


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|"))
