"""A file of a kind that is not read is called by its name, whatever its suffix, with the way out."""

import io
import zipfile

import pytest

from ingest.reading.extract import Unreadable
from ingest.reading.kinds import kind_of

HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def ole(*streams: str) -> bytes:
    """A header sector, then a directory with an entry for each stream."""
    entries = []
    for name in ("Root Entry", *streams):
        written = name.encode("utf-16-le") + b"\x00\x00"
        entries.append(written.ljust(64, b"\x00") + len(written).to_bytes(2, "little") + bytes(62))
    return HEADER + b"".join(entries)


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "way_out"),
    [
        (ole("WordDocument", "1Table"), "是旧版 Word 或 WPS 文字文件（.doc、.wps）", "另存为 .docx 或 PDF"),
        (ole("Workbook"), "是旧版 Excel 或 WPS 表格文件（.xls、.et）", "另存为 PDF"),
        (ole("Book"), "是旧版 Excel 或 WPS 表格文件（.xls、.et）", "另存为 PDF"),
        (ole("PowerPoint Document"), "是旧版 PowerPoint 或 WPS 演示文件（.ppt、.dps）", "另存为 PDF"),
        (ole("EncryptedPackage"), "是加了密码的 Word、Excel 或 PowerPoint 文件", "去掉密码，另存为 .docx 或 PDF"),
        (ole("WordDocument") + "Workbook\0".encode("utf-16-le"), "是旧版 Word 或 WPS 文字文件（.doc、.wps）", ".docx"),
        (HEADER, "是旧版 Office 文件（如 .doc、.xls、.ppt），或者不完整", "另存为 .docx 或 PDF"),
        (
            HEADER + b"\x01\x00" + "Workbook\0".encode("utf-16-le"),
            "是旧版 Office 文件（如 .doc、.xls、.ppt），或者不完整",
            "",
        ),
        (zipped("xl/workbook.xml"), "是 Excel 表格文件（.xlsx）", "另存为 PDF"),
        (zipped("ppt/presentation.xml"), "是 PowerPoint 演示文件（.pptx）", "另存为 PDF"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "是 OFD 版式文件", "转成 PDF"),
        (zipped("content.xml"), "是 OpenDocument 文件（.odt、.ods、.odp）", "另存为 .docx 或 PDF"),
        (zipped("a.txt"), "是压缩包，里面没有 Word 正文", "一份一份加"),
        (b"{\\rtf1\\ansi}", "是 RTF 文件", "另存为 .docx 或 PDF"),
        (b"MIME-Version: 1.0\r\n", "是单个文件的网页（.mhtml）", "仅 HTML"),
    ],
    ids="doc xls xls95 ppt locked doc-naming-xls cut no-entry xlsx pptx ofd odf zip rtf mhtml".split(),  # noqa: SIM905
)
def test_the_bytes_say_what_it_is_and_the_suffix_does_not(content: bytes, what: str, way_out: str) -> None:
    for suffix in (".docx", ".doc", ".wps"):
        with pytest.raises(Unreadable) as refused:
            kind_of(content, suffix)

        assert refused.value.what == what
        assert way_out in refused.value.mend
