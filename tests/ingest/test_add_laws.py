"""Real laws as Word, web page and PDF: every one comes back with the articles it has as plain text."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.shared import Pt

from corpus.clause import Document
from ingest.add import Added, add
from ingest.clean import clean
from ingest.draft import as_document
from ingest.split import split

LAWS = Path(os.environ.get("TIAOWEN_SHARED", Path(__file__).parents[3] / "shared")) / "laws"
FILES = sorted(path for path in LAWS.glob("*.md") if path.name != "README.md")
ON = date(2026, 11, 24)
SOFFICE = shutil.which("soffice")

pytestmark = pytest.mark.skipif(not FILES, reason="没有法律原文：设置 TIAOWEN_SHARED 后运行")
needs_soffice = pytest.mark.skipif(not SOFFICE, reason="没有 soffice，做不出 PDF")


def paragraphs(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").replace("<!-- INFO END -->", "")
    return [re.sub(r"^#+\s*", "", line).strip() for line in text.split("\n") if line.strip()]


def page(path: Path, charset: str) -> bytes:
    title, *rest = paragraphs(path)
    text = "".join(f"<p>　　{line.replace('<', '&lt;').replace('>', '&gt;')}</p>\n" for line in rest)
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}-某某网</title>'
        "<script>var a = '<p>不是正文</p>';</script></head><body><header>某某区人民政府</header>"
        "<nav><ul><li><a href='/'>首页</a></li><li><a href='/zw'>政务公开</a></li></ul></nav>"
        f"<div>您现在的位置：首页 &gt; 政策</div><h1>{title}</h1><div class='TRS_Editor'>{text}</div>"
        "<footer>主办单位：某某区人民政府 ICP备00000000号</footer></body></html>"
    ).encode(charset)


def write_word(path: Path, target: Path) -> None:
    document = docx.Document()
    for line in paragraphs(path):
        paragraph = document.add_paragraph(line)
        paragraph.paragraph_format.first_line_indent = Pt(24)
    document.save(str(target))


def said(document: Document) -> list[tuple[str, str, str]]:
    """Locator, label and text without blanks of every clause."""
    return [(clause.ref.locator, clause.label, re.sub(r"\s", "", clause.text)) for clause in split(document)]


def expected(path: Path) -> list[tuple[str, str, str]]:
    body = clean("\n\n".join(paragraphs(path))).text
    return said(as_document(f'---\nid: law\ntitle: {paragraphs(path)[0]}\nnumber: ""\nissuer: ""\n---\n\n{body}', path))


@pytest.fixture(scope="module")
def word_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("word")
    for path in FILES:
        write_word(path, folder / f"{path.stem}.docx")
    return folder


@pytest.fixture(scope="module")
def pdf_files(word_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pdf")
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", folder, *sorted(word_files.glob("*.docx"))], check=True, capture_output=True, timeout=240
    )
    return folder


def comes_back(file: Path, law: Path, folder: Path) -> Added:
    documents = folder / "documents"
    documents.mkdir()
    report = add([file], documents, ON, document_id="law")
    assert report.failed == ()
    [added] = report.added
    assert added.kept + added.dropped_characters == added.extracted
    text = (documents / "law.md").read_text(encoding="utf-8")
    assert said(as_document(text, documents / "law.md")) == expected(law)
    return added


Encoded = Callable[[Path], bytes]


@pytest.mark.parametrize("law", FILES, ids=lambda path: path.stem)
def test_a_law_in_word_comes_back_whole(law: Path, word_files: Path, tmp_path: Path) -> None:
    added = comes_back(word_files / f"{law.stem}.docx", law, tmp_path)

    assert added.dropped == ()


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("law", FILES, ids=lambda path: path.stem)
def test_a_law_on_a_web_page_comes_back_without_the_page(law: Path, charset: str, tmp_path: Path) -> None:
    (tmp_path / "law.html").write_bytes(page(law, charset))

    added = comes_back(tmp_path / "law.html", law, tmp_path)

    assert [item.why for item in added.dropped] == [
        "网页的标题栏",
        "网页的页眉",
        "网页的导航",
        "网页的导航",
        "正文栏以外的字",
        "网页的页脚",
    ]


@needs_soffice
@pytest.mark.parametrize("law", FILES, ids=lambda path: path.stem)
def test_a_law_in_pdf_comes_back_whole(law: Path, pdf_files: Path, tmp_path: Path) -> None:
    comes_back(pdf_files / f"{law.stem}.pdf", law, tmp_path)
