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
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "是旧版 Word（.doc）文件，或者是加了密码的 Word 文件", "用 Word 或 WPS 打开，另存为 .docx"),
    (b"{\\rtf", "是 RTF 文件", "用 Word 或 WPS 打开，另存为 .docx"),
    (b"\x89PNG", "是图片", "先做文字识别，存成 .docx 或 .txt"),
    (b"\xff\xd8\xff", "是图片", "先做文字识别，存成 .docx 或 .txt"),
    (b"GIF8", "是图片", "先做文字识别，存成 .docx 或 .txt"),
    (b"Rar!", "是压缩包", "解开后一份一份加"),
    (b"7z\xbc\xaf", "是压缩包", "解开后一份一份加"),
)


def kind_of(content: bytes, suffix: str) -> Kind:
    """Raises Unreadable for everything that is none of the kinds."""
    if not content:
        raise Unreadable("是空文件", "重新下载或另存一份")
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
    if "OFD.xml" in names:
        raise Unreadable("是 OFD 版式文件", "用阅读器转成 PDF 再加")
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise Unreadable("是表格或演示文稿，不是 Word 文件", "把文字另存为 .docx 或 .txt")
    raise Unreadable("是压缩包，里面没有 Word 正文", "解开后一份一份加")
