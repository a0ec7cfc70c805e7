"""Broken and hostile files: each is read or refused in one Chinese sentence, within its limits, and writes nothing."""

import io
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest

from corpus.settings import ROOT
from ingest.add import Failed, Report, add
from ingest.reading.sandbox import WALL_SECONDS

ON = date(2026, 11, 24)
SEED = 20261124
BODY = ["样例市生育支持办法", "第一条 为了支持生育，制定本办法。", "第二条 申请人向窗口提交材料。"]
HAN = re.compile("[\u4e00-\u9fff]")


def word(paragraphs: list[str] = BODY) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def word_around(document_xml: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document_xml)
    return target.getvalue()


def pdf(pages: int = 1, trailer: str = "") -> bytes:
    """A small PDF with Latin text on each page, its objects and offsets written by hand."""
    stream = b"BT /F1 12 Tf 72 720 Td (Article 1. Sample text of a page.) Tj ET"
    kids = " ".join(f"{4 + n} 0 R" for n in range(pages))
    last = 4 + pages
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    fonts = "/Resources << /Font << /F1 3 0 R >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {last} 0 R {fonts} >>"
    objects += [page.encode()] * pages
    objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(text))
        text += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(places) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer}>>\n"
    return text + end.encode() + b"startxref\n%d\n%%%%EOF\n" % len(text)


def page(text: str = "".join(f"<p>{line}</p>" for line in BODY)) -> bytes:
    return f"<!DOCTYPE html><html><body>{text}</body></html>".encode()


def w_document(inside: str, before: str = "") -> bytes:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<?xml version="1.0"?>{before}<w:document xmlns:w="{name}"><w:body>{inside}</w:body></w:document>'.encode()


def squeezed_pdf() -> bytes:
    """One page whose content stream unpacks to 1 GiB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(1024)) + packer.flush()
    whole = pdf()
    start, end = whole.index(b"<< /Length"), whole.index(b"\nendstream")
    return whole[:start] + b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + whole[end:]


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {after} '{('&' + before + ';') * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"

NAMED: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "空文件": lambda port: ("empty.docx", b""),
    "压缩炸弹": lambda port: ("bomb.docx", word_around(w_document(PARAGRAPH.format("甲" * 40_000_000)))),
    "实体炸弹": lambda port: ("laughs.docx", word_around(w_document(PARAGRAPH.format("&i;"), BOMB + "]>"))),
    "外部实体": lambda port: (
        "xxe.docx",
        word_around(
            w_document(
                PARAGRAPH.format("&x;&y;"),
                f"<!DOCTYPE d [<!ENTITY x SYSTEM 'http://127.0.0.1:{port}/'><!ENTITY y SYSTEM 'file:///etc/passwd'>]>",
            )
        ),
    ),
    "嵌套太深的 Word": lambda port: (
        "deep.docx",
        word_around(w_document("<w:sdt>" * 100_000 + PARAGRAPH.format("甲") + "</w:sdt>" * 100_000)),
    ),
    "加密的 PDF": lambda port: (
        "locked.pdf",
        pdf(
            trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'ab' * 32}> /U <{'cd' * 32}> >> /ID [<00><00>]"
        ),
    ),
    "一万页的 PDF": lambda port: ("long.pdf", pdf(10_000)),
    "内容流炸弹": lambda port: ("squeezed.pdf", squeezed_pdf()),
    "没有文字的 PDF": lambda port: (
        "scan.pdf",
        pdf().replace(b"(Article 1. Sample text of a page.)", b"(" + b" " * 33 + b")"),
    ),
    "旧版 Word": lambda port: ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)),
    "图片": lambda port: ("picture.pdf", b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "别的压缩包": lambda port: ("other.docx", word_around(b"").replace(b"word/document.xml", b"else/document.xml")),
    "随机字节": lambda port: ("random.txt", random.Random(SEED).randbytes(50_000)),
    "嵌套太深的网页": lambda port: ("deep.html", page("<div>" * 200_000 + "甲")),
    "一段太长": lambda port: ("line.txt", ("甲" * 30_000).encode()),
    "字太多": lambda port: ("huge.txt", ("甲乙丙丁戊己庚辛壬癸\n" * 150_000).encode()),
    "超过大小": lambda port: ("big.txt", b"a" * (21 * 1024 * 1024)),
    "没有正文的网页": lambda port: ("blank.html", page("<nav>首页</nav>")),
    "尾巴不全的 UTF-8": lambda port: ("cut.txt", ("条文" * 100).encode()[:-1]),
    "编码坏了": lambda port: ("latin.txt", b"\xff\xfe\xfd" * 100),
}


def tried(file: Path, documents: Path) -> tuple[Report, float]:
    begun = time.perf_counter()
    report = add([file], documents, ON, document_id="tried", replace=True)
    return report, time.perf_counter() - begun


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "documents"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("make", NAMED.values(), ids=NAMED)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(
    make: Callable[[int], tuple[str, bytes]], documents: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.0)
        name, content = make(server.getsockname()[1])
        (tmp_path / name).write_bytes(content)

        report, seconds = tried(tmp_path / name, documents)

        with pytest.raises(BlockingIOError):
            server.accept()
    assert report.added == ()
    [failed] = report.failed
    assert HAN.search(failed.what)
    assert HAN.search(failed.mend)
    assert "中途停了" not in failed.what
    assert "root:" not in failed.what + failed.mend
    assert seconds < WALL_SECONDS + 5
    assert list(documents.iterdir()) == []


@pytest.mark.parametrize("kind", ["链接", "文件夹", "管道", "不存在"])
def test_what_is_no_ordinary_file_is_refused_at_once(kind: str, documents: Path, tmp_path: Path) -> None:
    place = tmp_path / "it.txt"
    if kind == "链接":
        (tmp_path / "real.txt").write_text("\n".join(BODY), encoding="utf-8")
        place.symlink_to(tmp_path / "real.txt")
    elif kind == "文件夹":
        place.mkdir()
    elif kind == "管道":
        os.mkfifo(place)

    report, _ = tried(place, documents)

    expected = {
        "链接": ("是一个链接", "给出文件本身，并核对读取权限"),
        "文件夹": ("不是文件（文件夹、管道或设备）", "给出一份一份的文件"),
        "管道": ("不是文件（文件夹、管道或设备）", "给出一份一份的文件"),
        "不存在": ("没有这个文件", "核对文件名"),
    }
    assert report == Report((), (Failed(str(place), *expected[kind]),))


def mutated(chance: random.Random, content: bytes) -> bytes:
    """One of: cut short, bytes changed, a stretch doubled, a stretch taken out, a stretch of noise."""
    way = chance.randrange(5)
    first = chance.randrange(len(content))
    after = min(len(content), first + chance.randrange(1, 400))
    if way == 0:
        return content[:first]
    if way == 1:
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 30)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)
    middle = {2: content[first:after] * 2, 3: b"", 4: chance.randbytes(after - first)}[way]
    return content[:first] + middle + content[after:]


def test_two_hundred_mutations_of_sound_files_are_read_or_refused(documents: Path, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    small = word_around(w_document("".join(PARAGRAPH.format(line) for line in BODY)))
    sound = {".docx": small, ".pdf": pdf(2), ".html": page(), ".txt": "\n".join(BODY).encode("gb18030")}
    before = {path: path.read_bytes() for path in ROOT.glob("*") if path.is_file()}
    threads: list[threading.Thread] = []
    outcomes: list[tuple[Report, float]] = []

    def work(numbers: range, files: dict[int, Path]) -> None:
        for number in numbers:
            folder = documents / str(number)
            folder.mkdir()
            outcomes.append(tried(files[number], folder))

    files = {}
    for number in range(200):
        suffix = list(sound)[number % 4]
        files[number] = tmp_path / f"m{number}{suffix}"
        files[number].write_bytes(mutated(chance, sound[suffix]))
    for start in range(2):
        threads.append(threading.Thread(target=work, args=(range(start, 200, 2), files)))
        threads[-1].start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 200
    assert all(len(report.added) + len(report.failed) == 1 for report, _ in outcomes)
    assert all(
        HAN.search(failed.what) and HAN.search(failed.mend) for report, _ in outcomes for failed in report.failed
    )
    assert all(one.kept + one.dropped_characters == one.extracted for report, _ in outcomes for one in report.added)
    assert max(seconds for _, seconds in outcomes) < WALL_SECONDS + 5
    assert sum(bool(report.added) for report, _ in outcomes) > 20
    assert sum(bool(report.failed) for report, _ in outcomes) > 20
    assert {path: path.read_bytes() for path in ROOT.glob("*") if path.is_file()} == before


def test_the_child_can_neither_write_a_file_nor_take_much_memory(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom ingest.reading.__main__ import confine\nconfine()\n"
        "for attempt in (lambda: Path(sys.argv[1]).write_text('x'), lambda: bytearray(2**30)):\n"
        "    try:\n        attempt()\n        print('done')\n"
        "    except (OSError, MemoryError) as error:\n        print(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "escape"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )

    assert done.stdout.split() == ["OSError", "MemoryError"]
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0]
