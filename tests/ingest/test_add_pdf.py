"""PDFs laid out as offices print them: two columns, running heads, page numbers, footnotes."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ingest.add import Added, add
from ingest.reading.pdf_file import Row, _noted

ON = date(2026, 11, 24)
SOFFICE = shutil.which("soffice")
SENTENCE = "对{}类家庭发放补贴{}元，用于降低生育、养育、教育成本，结合本市实际情况组织实施，每年核对{}次。"
ARTICLES = [
    f"第{numeral}条 " + "".join(SENTENCE.format("甲乙丙丁"[part], 100 * order + 7 * part, order) for part in range(4))
    for order, numeral in enumerate("一二三四五六七八九十", start=1)
]

pytestmark = pytest.mark.skipif(not SOFFICE, reason="没有 soffice，做不出 PDF")

FLAT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"
 fo:margin-top="1.5cm" fo:margin-bottom="1.5cm" fo:margin-left="2cm" fo:margin-right="2cm">{columns}
</style:page-layout-properties><style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="P" style:family="paragraph"><style:paragraph-properties fo:text-indent="0.85cm"/>
<style:text-properties style:font-size-asian="12pt"/></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">
<style:header><text:p>样例市人民政府公报</text:p></style:header>
<style:footer><text:p>— <text:page-number/> —</text:p></style:footer>
</style:master-page></office:master-styles>
<office:body><office:text>{body}</office:text></office:body></office:document>
"""
TWO_COLUMNS = '<style:columns fo:column-count="2" fo:column-gap="1.2cm"/>'
FOOTNOTE = (
    '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
    "<text:note-body><text:p>本办法所称家庭包括单亲家庭。</text:p></text:note-body></text:note>"
)


@pytest.fixture(scope="module")
def pdf_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    for name, columns, note in (("columns", TWO_COLUMNS, ""), ("notes", "", FOOTNOTE)):
        first = f'<text:p text:style-name="P">{ARTICLES[0]}{note}</text:p>'
        rest = "".join(f'<text:p text:style-name="P">{line}</text:p>' for line in ARTICLES[1:])
        (folder / f"{name}.fodt").write_text(FLAT.format(columns=columns, body=first + rest), encoding="utf-8")
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", folder, *folder.glob("*.fodt")], check=True, capture_output=True, timeout=120)
    return folder


def added(file: Path, folder: Path) -> tuple[Added, list[str]]:
    """The report and the lines of the draft's body, without blanks."""
    documents = folder / "documents"
    documents.mkdir()
    [one] = add([file], documents, ON).added
    body = (documents / f"{file.stem}.md").read_text(encoding="utf-8").split("\n---\n", 1)[1]
    return one, [re.sub(r"\s", "", line) for line in body.split("\n") if line]


def bare(lines: list[str]) -> list[str]:
    return [re.sub(r"\s", "", line) for line in lines]


def test_two_columns_are_read_one_after_the_other(pdf_files: Path, tmp_path: Path) -> None:
    report, lines = added(pdf_files / "columns.pdf", tmp_path)

    assert lines == bare(ARTICLES)
    assert {item.why for item in report.dropped} <= {"页眉", "页码"}
    assert report.kept + report.dropped_characters == report.extracted


def test_running_heads_and_page_numbers_are_dropped_and_a_footnote_stays_with_its_article(
    pdf_files: Path, tmp_path: Path
) -> None:
    report, lines = added(pdf_files / "notes.pdf", tmp_path)

    assert lines == [
        f"{bare(ARTICLES)[0]}[^第1页1]",
        *bare(ARTICLES)[1:],
        "[^第1页1]:本办法所称家庭包括单亲家庭。",
    ]
    assert {(item.place, item.why, item.text) for item in report.dropped} == {
        ("第1页", "页眉", "样例市人民政府公报"),
        ("第2页", "页眉", "样例市人民政府公报"),
        ("第1页", "页码", "— 1 —"),
        ("第2页", "页码", "— 2 —"),
        ("第1页", "脚注的注号", "1"),
        ("第1页", "正文里的注号", "1"),
    }


def test_marks_of_notes_are_told_in_the_order_of_the_page() -> None:
    marks = ("①", "②", "③", "④", "⑤", "⑥")
    text = Row("".join(f"甲\x00{mark}\x00" for mark in marks), 0, 1, 0, 1, 10.0, marks)
    notes = [Row(f"{mark}注", 0, 1, 0, 1, 8.0, ()) for mark in marks]

    _noted([text], notes, 1, dropped := [])

    assert [one.text for one in dropped] == [*marks, *marks]
