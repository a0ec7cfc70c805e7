"""What a clerk may write at the head of a document, and what he is told when it cannot be read."""

from datetime import date
from pathlib import Path

import pytest

from corpus.clause import Document, Problem
from corpus.load import LARGEST_FILE, load_documents

FRONT = """\
id: sample
title: 样例办法
number: 样政发〔2023〕1号
issuer: 样例区人民政府
published_on: 2023-07-20
effective_from: 2023-08-01
effective_note:
effective_until:
replaces:
amends:
scope: 样例区
authority: 区
source_url: https://example.gov.cn/1
verbatim: true
checked_on: 2026-11-23
register: L01
"""
BODY = "第一条 为了说明写法，制定本办法。\n"


def write(folder: Path, front: str = FRONT, body: str = BODY, name: str = "sample.md") -> Path:
    path = folder / name
    path.write_text(f"---\n{front}---\n{body}", encoding="utf-8")
    return path


def problems(folder: Path) -> list[str]:
    return [f"{problem.line} {problem.what}" for problem in load_documents(folder)[1]]


def test_a_file_with_front_matter_is_a_document(tmp_path: Path) -> None:
    """Every field arrives typed, and the body keeps its place in the file."""
    path = write(tmp_path)

    assert load_documents(tmp_path) == (
        [
            Document(
                id="sample",
                title="样例办法",
                number="样政发〔2023〕1号",
                issuer="样例区人民政府",
                published_on=date(2023, 7, 20),
                effective_from=date(2023, 8, 1),
                effective_note="",
                effective_until=None,
                replaces="",
                amends="",
                scope="样例区",
                authority="区",
                source_url="https://example.gov.cn/1",
                verbatim=True,
                checked_on=date(2026, 11, 23),
                register="L01",
                body=BODY,
                path=path,
                body_line=19,
            )
        ],
        [],
    )


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    """What Notepad saves reads the same as what any other editor saves."""
    path = write(tmp_path)
    plain, _ = load_documents(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert load_documents(tmp_path) == (plain, [])


def test_a_problem_names_file_line_fault_and_remedy(tmp_path: Path) -> None:
    """A clerk can mend the file from the message alone."""
    path = write(tmp_path, FRONT.replace("2023-07-20", "2023-13-20"))

    assert str(load_documents(tmp_path)[1][0]) == f"{path}:6 published_on 没有这一天：2023-13-20 — 核对年月日"


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("published_on: 2023-07-20", "published_on: 2023年7月20日", "6 published_on 的日期写法不对：2023年7月20日"),
        ("published_on: 2023-07-20", "published_on: 2023-02-30", "6 published_on 没有这一天：2023-02-30"),
        ("published_on: 2023-07-20", "published_on: 1690000000", "6 published_on 的日期写法不对：1690000000"),
        ("published_on: 2023-07-20\n", "", "1 缺少字段 published_on"),
        ("title: 样例办法", "title:", "3 title 是空的"),
        ("register: L01", "remark: 好", "17 不认识的字段 remark"),
        ("authority: 区", "authority: 乡", "13 authority 不对：乡"),
        ("verbatim: true", "verbatim: maybe", "15 verbatim 只能是 true 或 false，现在是 maybe"),
        ("source_url: https://", "source_url: javascript:", "14 网址写法不对：javascript:example.gov.cn/1"),
        ("id: sample", "id: 样例", "2 编号 样例 含有不能用的字符"),
        ("id: sample", "id: other", "2 编号 other 与文件名 sample.md 不一致"),
        ("title: 样例办法", "title: [样例, 办法]", "3 字段的内容不是一行文字"),
        ("title: 样例办法", "title: 样例办法\ntitle: 又一个", "4 字段 title 写了两次"),
        ("title: 样例办法", 'title: "样例办法', "3 文件信息的写法不对"),
        ("title: 样例办法", "title: " + "[" * 5000, "1 文件信息的写法不对"),
        ("effective_from: 2023-08-01", "effective_from:", "7 没有施行日期，也没有说明"),
        ("effective_until:", "effective_until: 2023-07-01", "9 失效日期早于印发日期"),
        ("replaces:", "replaces: nowhere", "10 replaces 指向的文件不存在：nowhere"),
        ("amends:", "amends: sample", "11 amends 指向的文件不存在：sample"),
    ],
)
def test_each_bad_field_is_explained_where_it_stands(tmp_path: Path, written: str, instead: str, told: str) -> None:
    """The line is the line in the file."""
    write(tmp_path, FRONT.replace(written, instead))

    assert told in problems(tmp_path)


def test_all_bad_fields_are_told_at_once(tmp_path: Path) -> None:
    """One run shows everything there is to mend, in every file."""
    write(tmp_path, FRONT.replace("2023-07-20", "昨天").replace("authority: 区", "authority: 县"))
    (tmp_path / "zero.md").write_text("只有正文\n", encoding="utf-8")

    assert problems(tmp_path) == [
        "6 published_on 的日期写法不对：昨天",
        "13 authority 不对：县",
        "1 开头没有文件信息",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1 开头没有文件信息"),
        ("没有开头\n".encode(), "1 开头没有文件信息"),
        (b"---\nid: sample\n", "1 文件信息没有结束"),
        (b"---\n---\nbody\n", "2 文件信息的写法不对"),
        ("---\n中文\n".encode("gbk"), "2 不是 UTF-8 编码"),
        (b"---\nid: \x00\n---\n", "1 文件信息的写法不对"),
        (f"---\n{FRONT}---\n\n".encode(), "19 没有正文"),
        (f"---\n{FRONT}---\n短\n{'长' * 200_001}\n".encode(), "20 一行超过 200000 字"),
        (b"x" * (LARGEST_FILE + 1), "1 文件超过 10 MB"),
    ],
    ids=["空", "只有正文", "没有结束", "没有字段", "GBK", "空字节", "没有正文", "长行", "大文件"],
)
def test_a_file_that_cannot_be_read_is_a_problem_not_a_crash(tmp_path: Path, content: bytes, told: str) -> None:
    """Whatever lies in the folder, loading ends with a list of problems."""
    (tmp_path / "sample.md").write_bytes(content)

    assert load_documents(tmp_path)[0] == []
    assert problems(tmp_path) == [told]


def test_something_that_is_no_file_is_a_problem(tmp_path: Path) -> None:
    """A folder or a dead link with the right ending is named, not opened."""
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "dead.md").symlink_to(tmp_path / "gone")

    assert problems(tmp_path) == ["1 文件打不开", "1 文件打不开"]


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    """A wrong path is not taken for an empty corpus."""
    gone = tmp_path / "gone"

    assert load_documents(gone) == ([], [Problem(gone, 1, "没有这个文件夹", "核对文件夹的位置")])


def test_two_files_may_not_share_an_id(tmp_path: Path) -> None:
    """The second is told who has the name already."""
    write(tmp_path)
    write(tmp_path, name="second.md")

    assert set(problems(tmp_path)) == {"2 编号 sample 与文件名 second.md 不一致", "2 编号 sample 已被 sample.md 使用"}


def test_a_document_may_replace_another_one_of_the_folder(tmp_path: Path) -> None:
    """Several ids are separated by 、 or a blank."""
    for name in ("one", "two"):
        write(tmp_path, FRONT.replace("id: sample", f"id: {name}"), name=f"{name}.md")
    write(tmp_path, FRONT.replace("replaces:", "replaces: one、two"))

    assert problems(tmp_path) == []


def test_files_an_editor_leaves_behind_are_not_documents(tmp_path: Path) -> None:
    """Names that begin with a dot are passed over."""
    (tmp_path / ".#sample.md").write_text("lock", encoding="utf-8")

    assert load_documents(tmp_path) == ([], [])


def test_the_documents_that_ship_load_without_a_problem() -> None:
    """The project's own corpus is a case like any other."""
    folder = Path(__file__).parents[2] / "corpus" / "documents"
    documents, found = load_documents(folder)

    assert found == []
    assert "xianan-2023" in {document.id for document in documents}
