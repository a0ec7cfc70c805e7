"""A government page → its paragraphs; what stands around the text is left out piece by piece."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from ingest.head import is_label
from ingest.reading.extract import UNSEEN, Dropped, Extract, Piece, Remark, Unreadable, count, tidy
from ingest.reading.plain_text import decode

_DEEPEST = 2000
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FRAMES = ("address", "article", "aside", "body", "center", "div", "footer", "header", "html", "main", "nav", "section")
_TABLES = ("table", "tbody", "td", "tfoot", "th", "thead", "tr")
_TEXTS = ("blockquote", "dd", "dl", "dt", "fieldset", "figure", "form", "li", "ol", "p", "pre", "title", "ul")
_BLOCK = frozenset((*_HEADINGS, *_FRAMES, *_TABLES, *_TEXTS))
_AROUND = {
    "nav": "网页的导航",
    "header": "网页的页眉",
    "footer": "网页的页脚",
    "aside": "网页的边栏",
    "title": "网页的标题栏",
    "rt": "注音",
    "rp": "注音",
    **dict.fromkeys(("button", "select", "textarea", "option", "label"), "网页的按钮"),
    **dict.fromkeys(("noscript", "template", "iframe", "svg"), UNSEEN),
}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TEXT = re.compile(
    r"\b(?:zoom|ucap-content|trs_ueditor|trs_editor|pages_content|xxgk_content|view|"
    r"(?:article|news|detail|content|text)[-_]?(?:content|con|detail|body|text|article|main))\b",
    re.IGNORECASE,
)
_META = {"articletitle": "ArticleTitle", "pubdate": "PubDate", "contentsource": "ContentSource", "url": "Url"}
_SAVED = re.compile(r"\s*saved from url=\(\d+\)(\S+)")
_ADDRESS = re.compile(r"https?://\S{1,500}")
_LONGEST_META = 200
_WIDEST = 100
_LONGEST_LINK = 60
_TEXT_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    why: str
    holds_text: bool


@dataclass(slots=True)
class _Block:
    """One block of the page: why it is none of the text (or ""), whether it stands in the text's own element."""

    text: str
    why: str
    inside: bool
    heading: bool
    linked: int
    added: int = 0


@dataclass(slots=True)
class _Table:
    start: int
    layout: bool = False
    rows: list[list[str]] = field(default_factory=list)
    cells_from: int = 0
    wide: int = 1
    high: int = 1
    below: dict[int, int] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """A cell that is wide or high leaves empty ones beside and below it, so that columns stay columns."""
        self.fill()
        row = self.rows[-1]
        for column in range(len(row), len(row) + self.wide):
            self.below[column] = self.high - 1
            row.append(text)
            text = ""
        self.wide = self.high = 1

    def fill(self) -> None:
        row = self.rows[-1]
        while self.below.get(len(row), 0) > 0:
            self.below[len(row)] -= 1
            row.append("")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self.extracted = 0
        self.meta: dict[str, str] = {}
        self._stack: list[_Open] = []
        self._tags: Counter[str] = Counter()
        self._buffer: list[str] = []
        self._linked = 0
        self._tables: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCK or tag in _AROUND or tag in ("br", "hr"):
            self.flush()
        if tag == "meta":
            self._note(dict(attrs))
        if tag in _VOID:
            return
        if len(self._stack) >= _DEEPEST:
            raise Unreadable("网页嵌套得太深", "用浏览器打开，把正文复制出来存成 .txt")
        said = dict(attrs)
        hidden = "hidden" in said or _HIDDEN.search(said.get("style") or "")
        why = (self._stack[-1].why if self._stack else "") or _AROUND.get(tag, "")
        names = f"{said.get('id') or ''} {said.get('class') or ''}"
        holds = tag in ("article", "main") or bool(_TEXT.search(names))
        holds = holds or bool(self._stack and self._stack[-1].holds_text)
        self._stack.append(_Open(tag, why or (UNSEEN if hidden else ""), holds))
        self._tags[tag] += 1
        if tag == "table":
            for table in self._tables:
                table.layout = True
            self._tables.append(_Table(len(self.blocks)))
        elif tag == "tr" and self._tables:
            if self._tables[-1].rows:
                self._tables[-1].fill()
            self._tables[-1].rows.append([])
        elif tag in ("td", "th") and self._tables:
            table = self._tables[-1]
            table.cells_from, table.wide, table.high = len(self.blocks), _span(said, "colspan"), _span(said, "rowspan")

    def handle_endtag(self, tag: str) -> None:
        if not self._tags[tag]:
            return
        if tag in _BLOCK or tag in _AROUND:
            self.flush()
        while self._stack:
            closed = self._stack[-1].tag
            if closed in ("td", "th"):
                self._close_cell()
            elif closed == "table":
                self._close_table()
            self._stack.pop()
            self._tags[closed] -= 1
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._tags["script"] or self._tags["style"]:
            return
        size = count(data)
        self.extracted += size
        self._linked += size if self._tags["a"] else 0
        self._buffer.append(data)

    def handle_comment(self, data: str) -> None:
        """Browsers write here where a page was saved from."""
        if (saved := _SAVED.match(data)) and _ADDRESS.fullmatch(saved[1]):
            self.meta["Url"] = saved[1]

    def _note(self, said: dict[str, str | None]) -> None:
        name, content = _META.get((said.get("name") or "").lower(), ""), tidy(said.get("content") or "")
        if name and content and len(content) <= _LONGEST_META and (name != "Url" or _ADDRESS.fullmatch(content)):
            self.meta.setdefault(name, content)

    def flush(self) -> None:
        text = "".join(self._buffer)
        if count(text):
            here = self._stack[-1] if self._stack else _Open("", "", False)
            if here.tag == "label" and is_label(tidy(text)):
                here = replace(here, why=self._stack[-2].why if len(self._stack) > 1 else "")
            heading = any(self._tags[tag] for tag in ("h1", "h2"))
            self.blocks.append(_Block(text, here.why, here.holds_text, heading, self._linked))
        self._buffer.clear()
        self._linked = 0

    def _close_cell(self) -> None:
        if self._tables and self._tables[-1].rows:
            table = self._tables[-1]
            cell = self.blocks[table.cells_from :]
            table.layout = table.layout or any(block.why for block in cell)
            table.add(" ".join(tidy(block.text) for block in cell))
            table.cells_from = len(self.blocks)

    def _close_table(self) -> None:
        """A table that only places things on the page is no table."""
        table = self._tables.pop()
        blocks = self.blocks[table.start :]
        if table.rows:
            table.fill()
        rows = [row for row in table.rows if any(row)]
        whole = sum(count(cell) for row in rows for cell in row) == sum(count(block.text) for block in blocks)
        if table.layout or not whole or max((len(row) - row.count("") for row in rows), default=0) < 2:
            return
        inside = bool(self._stack and self._stack[-1].holds_text)
        self.blocks[table.start :] = [_Block(text, "", inside, False, 0, added) for text, added in markdown_table(rows)]


def _span(said: dict[str, str | None], name: str) -> int:
    written = said.get(name) or ""
    return min(int(written), _WIDEST) if written.isdecimal() and int(written) else 1


def markdown_table(rows: list[list[str]]) -> list[tuple[str, int]]:
    """Each row as a line of Markdown, and how many characters of the line are markup."""
    width = max(len(row) for row in rows)
    lines = []
    for number, row in enumerate(rows):
        cells = [*row, *[""] * (width - len(row))]
        lines.append((f"| {' | '.join(cells)} |", width + 1))
        if number == 0:
            lines.append(("|" + " --- |" * width, 4 * width + 1))
    return lines


def read_page(content: bytes) -> Extract:
    decoded = decode(content)
    page = _Page()
    page.feed(decoded.text)
    page.close()
    page.flush()
    inside = sum(count(block.text) for block in page.blocks if block.inside and not block.why)
    text = sum(count(block.text) for block in page.blocks if not block.why)
    marked = inside > _TEXT_SHARE * text
    pieces, dropped = [], []
    for number, block in enumerate(page.blocks, start=1):
        if why := _why(block, marked):
            dropped.append(Dropped(f"第{number}段", block.text, why, block.added))
        else:
            pieces.append(Piece(f"第{number}段", block.text, block.added))
    remarks = (Remark("全文", decoded.remark),) if decoded.remark else ()
    return Extract("", tuple(pieces), (), tuple(dropped), remarks, page.extracted, tuple(page.meta.items()))


def _why(block: _Block, marked: bool) -> str:
    if block.why or (marked and block.inside):
        return block.why
    size = count(block.text)
    if size <= _LONGEST_LINK and block.linked >= size:
        return "只有链接的一行"
    return "正文栏以外的字" if marked and not block.heading else ""
