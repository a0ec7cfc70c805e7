"""A .docx → paragraphs with their printed numbers, tables, footnotes; nothing of it is fetched or run."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.reading.extract import Dropped, Extract, Note, Piece, Remark, Unreadable, count, tidy
from ingest.reading.numbering import Numbering, W, child_value, read_numbering, value
from ingest.reading.web_page import markdown_table

_LARGEST_PART = 30 * 1024 * 1024
_MOST_PARTS = 5000
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {f"{W}del": "修订中删去的字", f"{W}moveFrom": "修订中移走的字", f"{W}rt": "注音", _FALLBACK: "文本框的备用副本"}
_ASIDE = (
    (re.compile(r"word/header\d*\.xml"), "页眉"),
    (re.compile(r"word/footer\d*\.xml"), "页脚"),
    (re.compile(r"word/comments\.xml"), "批注"),
)
_TEXT = (f"{W}t", f"{W}delText")
_NOTE_MARKS = {f"{W}footnoteReference": "脚注", f"{W}endnoteReference": "尾注"}


@dataclass(slots=True)
class _Reader:
    numbering: Numbering
    styles: dict[str, Element]
    pieces: list[Piece] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    notes_used: list[str] = field(default_factory=list)
    numbered: int = 0
    paragraph: int = 0
    boxes: list[Element] = field(default_factory=list)

    def body(self, element: Element) -> None:
        for child in element:
            if child.tag == f"{W}p":
                self.add(child)
            elif child.tag == f"{W}tbl":
                self.table(child)
            elif child.tag in _GONE:
                self.drop(child, _GONE[child.tag])
            elif child.tag == f"{W}r":
                self.drop(child, "段落之外的字")
            else:
                self.body(child)

    def add(self, element: Element) -> None:
        """A paragraph; each line break in it begins a new piece, text boxes follow it."""
        text = self.written(element)
        style = child_value(_child(element, "pPr"), "pStyle")
        if re.match(r"TOC\d", style, re.IGNORECASE):
            self.dropped.append(Dropped(self.place, text, "目录"))
            text = ""
        for line in text.split("\n"):
            marks = sum(count(mark) for name in set(self.notes_used) for mark in [f"[^{name}]"] if mark in line)
            self.pieces.append(Piece(self.place, line, marks))
        self.unbox()

    def unbox(self) -> None:
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.body(box)

    @property
    def place(self) -> str:
        return f"第{self.paragraph}段"

    def written(self, element: Element) -> str:
        """The text of one paragraph with its printed number and its note marks."""
        self.paragraph += 1
        label = self.label(element)
        self.numbered += count(label)
        parts: list[str] = []
        self.runs(element, parts)
        return label + "".join(parts)

    def runs(self, element: Element, parts: list[str]) -> None:
        for child in element:
            if child.tag == f"{W}t":
                parts.append(child.text or "")
            elif child.tag == f"{W}tab":
                parts.append(" ")
            elif child.tag in (f"{W}br", f"{W}cr"):
                parts.append("\n")
            elif child.tag in _NOTE_MARKS:
                name = _NOTE_MARKS[child.tag] + value(child, "id")
                self.notes_used.append(name)
                parts.append(f"[^{name}]")
            elif child.tag == f"{W}txbxContent":
                self.boxes.append(child)
            elif child.tag in _GONE or child.tag == f"{W}delText":
                self.drop(child, _GONE.get(child.tag, "修订中删去的字"))
            elif child.tag == f"{W}r" and _child(_child(child, "rPr"), "vanish").tag == f"{W}vanish":
                self.drop(child, "隐藏的字")
            elif child.tag not in (f"{W}pPr", f"{W}rPr"):
                self.runs(child, parts)

    def label(self, paragraph: Element) -> str:
        properties = _child(paragraph, "pPr")
        style = child_value(properties, "pStyle")
        found = properties.find(f"{W}numPr")
        for _ in range(10):  # styles build upon styles; a ring of them must end
            if found is not None or style not in self.styles:
                break
            found = _child(self.styles[style], "pPr").find(f"{W}numPr")
            style = child_value(self.styles[style], "basedOn")
        if found is None:
            return ""
        return self.numbering.label(child_value(found, "numId"), int(child_value(found, "ilvl") or 0))

    def table(self, table: Element) -> None:
        """A table that only places things on the page, or has footnotes in it, becomes paragraphs."""
        cells = [list(row.iter(f"{W}tc")) for row in table.findall(f"{W}tr")]
        notes = any(one.tag in _NOTE_MARKS for one in table.iter())
        nested = any(cell.find(f".//{W}tbl") is not None for row in cells for cell in row)
        if nested or notes or max(map(len, cells), default=0) < 2:
            self.body(table)
            return
        rows = [[self.cell(cell) for cell in row] for row in cells]
        self.pieces += [Piece(self.place, text, added) for text, added in markdown_table(rows)]
        self.unbox()

    def cell(self, cell: Element) -> str:
        return " ".join(tidy(self.written(paragraph)) for paragraph in cell.iter(f"{W}p"))

    def drop(self, element: Element, why: str) -> None:
        self.dropped.append(Dropped(self.place, _all_text(element), why))


def read_word(content: bytes) -> Extract:
    """Raises Unreadable for a broken, oversized or malicious file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if len(names) > _MOST_PARTS:
            raise Unreadable("Word 文件里的部件太多", "用 Word 或 WPS 打开，另存一份")
        document = _part(archive, "word/document.xml")
        assert document is not None
        numbering = read_numbering(_part(archive, "word/numbering.xml"))
        styles = _part(archive, "word/styles.xml")
        notes = {
            "脚注": _notes(_part(archive, "word/footnotes.xml"), "footnote"),
            "尾注": _notes(_part(archive, "word/endnotes.xml"), "endnote"),
        }
        aside = [
            Dropped(why, _all_text(root), why)
            for name in sorted(names)
            for pattern, why in _ASIDE
            if pattern.fullmatch(name) and (root := _part(archive, name)) is not None
        ]
    by_name = {value(style, "styleId"): style for style in styles.iter(f"{W}style")} if styles is not None else {}
    reader = _Reader(numbering, by_name)
    reader.body(document)
    extracted = sum(
        count(text) for root in (document, *notes["脚注"].values(), *notes["尾注"].values()) for text in _texts(root)
    ) + sum(count(item.text) for item in aside)
    return _assembled(reader, notes, aside, extracted)


def _assembled(reader: _Reader, notes: dict[str, dict[str, Element]], aside: list[Dropped], extracted: int) -> Extract:
    found = {f"{kind}{name}": _all_text(note) for kind, those in notes.items() for name, note in those.items()}
    used = [Note(name, name, found.pop(name)) for name in dict.fromkeys(reader.notes_used) if name in found]
    unused = [Dropped(name, text, "正文里没有注号的注") for name, text in found.items()]
    missing = [
        Remark(name, "注号没有对应的注") for name in reader.notes_used if name not in {note.name for note in used}
    ]
    return Extract(
        "",
        tuple(reader.pieces),
        tuple(used),
        (*reader.dropped, *unused, *aside),
        tuple(missing),
        extracted + reader.numbered,
    )


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    if name not in archive.namelist():
        return None
    try:
        with archive.open(name) as file:
            content = file.read(_LARGEST_PART + 1)
        if len(content) > _LARGEST_PART:
            raise Unreadable("Word 文件解开后太大", "核对文件；必要时另存为 .txt")
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable("Word 文件里夹带外部实体，已拒绝", "用 Word 或 WPS 打开，另存一份") from None
    except RuntimeError:
        raise Unreadable("Word 文件有密码", "去掉密码后另存一份") from None
    except (ParseError, zipfile.BadZipFile, EOFError, OSError, ValueError):
        raise Unreadable("Word 文件内部坏了", "用 Word 或 WPS 打开，另存一份") from None
    return root


def _notes(root: Element | None, name: str) -> dict[str, Element]:
    if root is None:
        return {}
    return {value(note, "id"): note for note in root.iter(W + name) if not value(note, "type")}


def _child(element: Element, name: str) -> Element:
    child = element.find(W + name)
    return Element("none") if child is None else child


def _texts(root: Element) -> Iterator[str]:
    return (element.text or "" for element in root.iter() if element.tag in _TEXT)


def _all_text(root: Element) -> str:
    return "".join(_texts(root))
