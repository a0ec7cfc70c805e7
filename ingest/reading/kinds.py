"""What a file is, told by its content; the name is only compared with it."""

import io
import re
import zipfile
from enum import Enum

from ingest.reading.extract import Unreadable
from ingest.reading.plain_text import decode


class Kind(Enum):
    """The kinds that are read, by the name people know them by."""

    HTML = "网页"
    DOCX = "Word（.docx）"
    PDF = "PDF"
    MARKDOWN = "Markdown"
    TEXT = "纯文本"


_BY_SUFFIX = {
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".docx": Kind.DOCX,
    ".pdf": Kind.PDF,
    ".md": Kind.MARKDOWN,
    ".txt": Kind.TEXT,
}
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|table|meta)\b", re.IGNORECASE)
_AS_TEXT = "用 Word 或 WPS 打开，另存为 .docx 或 PDF"
_TABLE = "用 Excel 或 WPS 打开，另存为 PDF，或把文字复制到 .docx 里"
_SLIDES = "用 PowerPoint 或 WPS 打开，另存为 PDF，或把文字复制到 .docx 里"
_SCAN = "先做文字识别，存成 .docx 或 .txt"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The streams by which an OLE file shows what wrote it; WPS writes the same ones.
_STREAMS = (
    ("EncryptedPackage", "是加了密码的 Word、Excel 或 PowerPoint 文件", "打开后去掉密码，另存为 .docx 或 PDF"),
    ("WordDocument", "是旧版 Word 或 WPS 文字文件（.doc、.wps）", _AS_TEXT),
    ("Workbook", "是旧版 Excel 或 WPS 表格文件（.xls、.et）", _TABLE),
    ("Book", "是旧版 Excel 或 WPS 表格文件（.xls、.et）", _TABLE),
    ("PowerPoint Document", "是旧版 PowerPoint 或 WPS 演示文件（.ppt、.dps）", _SLIDES),
)
_REFUSED = (
    (b"{\\rtf", "是 RTF 文件", _AS_TEXT),
    (b"\x89PNG", "是图片", _SCAN),
    (b"\xff\xd8\xff", "是图片", _SCAN),
    (b"GIF8", "是图片", _SCAN),
    (b"BM", "是图片", _SCAN),
    (b"II*\x00", "是图片", _SCAN),
    (b"MM\x00*", "是图片", _SCAN),
    (b"Rar!", "是压缩包", "解开后一份一份加"),
    (b"7z\xbc\xaf", "是压缩包", "解开后一份一份加"),
    (b"From: <Saved by", "是单个文件的网页（.mhtml）", "用浏览器打开，另存为“网页，仅 HTML”"),
    (b"MIME-Version:", "是单个文件的网页（.mhtml）", "用浏览器打开，另存为“网页，仅 HTML”"),
)
_PARTS = (
    ("OFD.xml", "是 OFD 版式文件", "用阅读器转成 PDF 再加"),
    ("xl/", "是 Excel 表格文件（.xlsx）", _TABLE),
    ("ppt/", "是 PowerPoint 演示文件（.pptx）", _SLIDES),
    ("content.xml", "是 OpenDocument 文件（.odt、.ods、.odp）", _AS_TEXT),
)


def kind_of(content: bytes, suffix: str) -> Kind:
    """Raises Unreadable for everything that is none of the kinds."""
    if not content:
        raise Unreadable("是空文件", "重新下载或另存一份")
    if content.startswith(_OLE[:4]):
        raise _old_office(content)
    for magic, what, mend in _REFUSED:
        if content.startswith(magic):
            raise Unreadable(what, mend)
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    if content.startswith(b"PK"):
        return _zipped(content)
    text = decode(content).text
    if _HTML.search(text[:20_000]):
        return Kind.HTML
    return Kind.MARKDOWN if suffix == ".md" else Kind.TEXT


def disagreement(kind: Kind, suffix: str) -> str:
    named = _BY_SUFFIX.get(suffix)
    if named is kind:
        return ""
    return f"文件名的后缀是 {suffix or '空'}，内容其实是{kind.value}，已按{kind.value}读"


def _zipped(content: bytes) -> Kind:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable("是坏了或不完整的 Word 文件（压缩包打不开）", "重新下载或另存一份") from None
    if "word/document.xml" in names:
        return Kind.DOCX
    for part, what, mend in _PARTS:
        if any(name == part or (part.endswith("/") and name.startswith(part)) for name in names):
            raise Unreadable(what, mend)
    raise Unreadable("是压缩包，里面没有 Word 正文", "解开后一份一份加")


def _old_office(content: bytes) -> Unreadable:
    for name, what, mend in _STREAMS:
        if _has_stream(content, name):
            return Unreadable(what, mend)
    return Unreadable("是旧版 Office 文件（如 .doc、.xls、.ppt），或者不完整", _AS_TEXT)


def _has_stream(content: bytes, name: str) -> bool:
    """A directory entry is 128 bytes at a multiple of 128: 64 for the name, then the bytes of it with its zero."""
    written = name.encode("utf-16-le") + b"\x00\x00"
    length = len(written).to_bytes(2, "little")
    place = content.find(written)
    while place >= 0:
        if place % 128 == 0 and content[place + 64 : place + 66] == length:
            return True
        place = content.find(written, place + 1)
    return False
