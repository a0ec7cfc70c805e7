"""`python -m ingest add` as a clerk runs it: a draft, what is still to fill in, and an account of every character."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from corpus.settings import ROOT
from ingest.add import Failed, Trouble, add
from ingest.facts import facts
from ingest.reading.extract import Dropped, Remark
from ingest.reading.numbering import chinese

WriteDocument = Callable[..., Path]

ON = date(2026, 11, 24)
NAME = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT = """样政发〔2023〕1号

样例市生育支持办法

第一条 为了支持生育，制定本办法。

第二条 申请人向窗口提交材料。

第三条 本办法自2023年8月1日起施行。

样例市人民政府

2023年7月20日
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "documents"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def part(name: str, inside: str) -> str:
    return f'<w:{name} xmlns:w="{NAME}">{inside}</w:{name}>'


def word(path: Path, body: str, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", part("document", f"<w:body>{body}</w:body>"))
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return path


def paragraph(text: str, properties: str = "", after: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r>{after}</w:p>"


def body_of(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n---\n", 1)[1].split("\n") if line]


def test_what_the_text_says_is_filled_in_and_the_rest_is_asked_for(text_file: Path, documents: Path) -> None:
    report = add([text_file], documents, ON)

    [added] = report.added
    assert (documents / "sample.md").read_text(encoding="utf-8").split("\n")[:18] == [
        "---",
        "id: sample",
        "title: 样例市生育支持办法",
        "number: 样政发〔2023〕1号",
        "issuer: 样例市人民政府",
        "published_on: 2023-07-20",
        "effective_from: 2023-08-01",
        'effective_note: ""',
        'effective_until: ""',
        'replaces: ""',
        'amends: ""',
        'scope: ""',
        'authority: ""',
        'source_url: ""',
        "verbatim: true",
        "checked_on: 2026-11-24",
        'register: ""',
        "---",
    ]
    assert added.problems == (
        Trouble(12, "scope 是空的", "补上内容"),
        Trouble(13, "authority 不对：空", "写 国家、省、市、区 之一"),
    )
    assert added.extracted == added.kept == len("".join(TEXT.split()))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["第一条 自2023年8月1日起施行。", "第二条 自2024年1月1日起施行。"], ("", "")),
        (["第一条 本办法自公布之日起施行。"], ("", "原文：自公布之日起施行")),
        (["第一条 本办法自2023年2月30日起施行。"], ("", "")),
    ],
)
def test_a_date_that_could_be_another_is_left_open(lines: list[str], said: tuple[str, str]) -> None:
    found = facts(lines)

    assert (found.effective_from, found.effective_note) == said


def test_numbers_that_word_prints_by_itself_are_written_out(tmp_path: Path, documents: Path) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:suff w:val="{gap}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, form, gap, text in (
            (0, "chineseCounting", "space", "第%1条"),
            (1, "japaneseCounting", "nothing", "（%2）"),
        )
    )
    numbering = part(
        "numbering",
        f'<w:abstractNum w:abstractNumId="4">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num>',
    )
    numbered = [
        paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')
        for level, text in ((0, "为了支持生育："), (1, "甲；"), (1, "乙。"), (0, "本办法："), (1, "丙。"))
    ]
    file = word(tmp_path / "numbers.docx", "".join(numbered), numbering=numbering)

    [added] = add([file], documents, ON).added

    assert body_of(documents / "numbers.md") == [
        "第一条 为了支持生育：",
        "（一）甲；",
        "（二）乙。",
        "第二条 本办法：",
        "（一）丙。",
    ]
    assert added.kept == added.extracted


@pytest.mark.parametrize(
    ("number", "said"), [(10, "十"), (21, "二十一"), (103, "一百零三"), (110, "一百一十"), (1001, "一千零一")]
)
def test_an_article_number_in_chinese(number: int, said: str) -> None:
    assert chinese(number) == said


def test_tables_notes_headers_and_struck_text_of_a_word_file(tmp_path: Path, documents: Path) -> None:
    cell = "<w:tc>{}</w:tc>"
    rows = [["项目", "金额"], ["补贴", "600元"]]
    table = "".join("<w:tr>" + "".join(cell.format(paragraph(text)) for text in row) + "</w:tr>" for row in rows)
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    struck = "<w:del><w:r><w:delText>旧字</w:delText></w:r></w:del>"
    file = word(
        tmp_path / "table.docx",
        paragraph("第一条 发放补贴。", after=mark + struck) + f"<w:tbl>{table}</w:tbl>",
        footnotes=part("footnotes", f'<w:footnote w:id="2">{paragraph("按月发放。")}</w:footnote>'),
        header1=part("hdr", paragraph("样例市人民政府文件")),
    )

    [added] = add([file], documents, ON).added

    assert body_of(documents / "table.md") == [
        "第一条 发放补贴。[^脚注2]",
        "| 项目 | 金额 |",
        "| --- | --- |",
        "| 补贴 | 600元 |",
        "[^脚注2]: 按月发放。",
    ]
    assert added.dropped == (Dropped("第1段", "旧字", "修订中删去的字"), Dropped("页眉", "样例市人民政府文件", "页眉"))
    assert (added.extracted, added.kept, added.dropped_characters) == (34, 23, 11)


def test_a_wrong_suffix_is_said_and_the_content_decides(tmp_path: Path, documents: Path) -> None:
    file = tmp_path / "notice.docx"
    file.write_bytes(f"<html><body><p>{'第一条 制定本办法。'}</p></body></html>".encode())

    [added] = add([file], documents, ON).added

    assert added.remarks == (Remark("文件名", "文件名的后缀是 .docx，内容其实是网页，已按网页读"),)


def test_an_existing_document_is_kept_unless_it_is_to_be_replaced(
    text_file: Path, documents: Path, write_document: WriteDocument
) -> None:
    old = write_document(documents, "sample", "第一条 甲。\n第二条 乙。\n第三条 丙。\n第四条 丁。\n", verbatim="false")
    before = old.read_bytes()

    refused = add([text_file], documents, ON)
    kept = old.read_bytes()
    [added] = add([text_file], documents, ON, replace=True).added

    assert refused.failed == (Failed(str(text_file), "编号 sample 已有文件", "换一个 --id；确要替换时加 --replace"),)
    assert kept == before
    assert (added.replaced, added.lost_refs, added.problems) == (True, ("sample#4",), ())


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path, text_file: Path, documents: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4 broken")
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    command = [sys.executable, "-m", "ingest", "add", "--json", "--corpus", documents.parent]

    done = subprocess.run(
        [*command, tmp_path / "bad.pdf", tmp_path / "坏.docx", text_file],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert [one["id"] for one in report["added"]] == ["sample"]
    assert [one["what"] for one in report["failed"]] == [
        "PDF 坏了或不完整",
        "是坏了或不完整的 Word 文件（压缩包打不开）",
    ]
    assert [path.name for path in documents.iterdir()] == ["sample.md"]


def test_a_chinese_name_gets_its_id_from_the_number_and_nothing_is_overwritten_by_it(
    tmp_path: Path, documents: Path
) -> None:
    file = tmp_path / "办法.txt"
    file.write_text(TEXT, encoding="utf-8")

    [added] = add([file], documents, ON).added
    again = add([file], documents, ON, replace=True).failed
    told = add([file], documents, ON, document_id="wenjian-2023-1", replace=True).added

    path = documents / "wenjian-2023-1.md"
    command = f"python -m ingest add '{file}' --id wenjian-2023-1"
    assert (added.id, added.path) == ("wenjian-2023-1", str(path))
    assert added.remarks == (
        Remark("编号", f"文件名里没有字母，wenjian-2023-1 是按文号或日期取的；不合适就删去 {path}，用 --id 再加一次"),
    )
    assert again == (
        Failed(
            str(file),
            "编号 wenjian-2023-1 已有文件",
            f"是另一份文件时换一个编号：{command}-b；确要替换时：{command} --replace",
        ),
    )
    assert [one.replaced for one in told] == [True]


@pytest.mark.parametrize(
    ("id", "what"),
    [("", "没有可用的编号"), ("咸安", "编号 咸安 不能用"), ("a" * 81, f"编号 {'a' * 60}…（81 字） 不能用")],
)
def test_where_no_id_can_be_made_there_is_a_command_to_copy(
    id: str, what: str, tmp_path: Path, documents: Path
) -> None:
    file = tmp_path / "短文.txt"
    file.write_text("第一条 制定本办法。", encoding="utf-8")

    mend = f"用小写字母、数字和连字符给一个，如：python -m ingest add '{file}' --id xianan-2026"
    assert add([file], documents, ON, document_id=id).failed == (Failed(str(file), what, mend),)
    assert list(documents.iterdir()) == []


def test_an_add_killed_while_it_writes_leaves_the_old_document_whole(
    tmp_path: Path, documents: Path, write_document: WriteDocument
) -> None:
    """The child writes a megabyte over and over; whenever it dies, one of the two whole texts is there."""
    path = write_document(documents, "sample", "第一条 甲。\n")
    old, new = path.read_text(encoding="utf-8"), "第一条 乙。\n" * 60_000
    program = (
        "import sys\nfrom pathlib import Path\nfrom ingest.add import write_beside\npath = Path(sys.argv[1])\n"
        "old, new = path.read_text(encoding='utf-8'), '第一条 乙。\\n' * 60_000\nprint('go', flush=True)\n"
        "while True:\n    write_beside(path, new)\n    write_beside(path, old)\n"
    )
    for moment in range(5):
        child = subprocess.Popen([sys.executable, "-c", program, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        give_up = time.monotonic() + 20
        while not list(documents.glob(".add-*")) and time.monotonic() < give_up:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=0.002)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert path.read_text(encoding="utf-8") in (old, new), moment
        path.write_text(old, encoding="utf-8")

    assert [one.name for one in documents.glob("*.md")] == ["sample.md"]
