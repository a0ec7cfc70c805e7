"""What the check refuses, and where it points."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.clause import Document
from corpus.load import load_documents
from ingest.check import check
from ingest.split import split


def document(body: str, verbatim: bool = True) -> Document:
    return Document(
        id="sample",
        title="样例办法",
        number="",
        issuer="样例区人民政府",
        published_on=date(2023, 7, 20),
        effective_from=None,
        effective_note="未写施行日期",
        effective_until=None,
        replaces="",
        amends="",
        scope="样例区",
        authority="区",
        source_url="",
        verbatim=verbatim,
        checked_on=date(2026, 11, 23),
        register="",
        body=body,
        path=Path("sample.md"),
        body_line=20,
    )


def problems(body: str, verbatim: bool = True) -> list[str]:
    sample = document(body, verbatim)
    return [f"{problem.line} {problem.what}" for problem in check(sample, split(sample))]


@pytest.mark.parametrize(
    "body",
    [
        "第一条 甲。\n第二条 乙。\n第二条之一 丙。\n第三条 丁。\n",
        "引言。\n一、甲\n1.子。\n2.丑。\n二、乙\n3.寅。\n三、丙\n1.卯。\n附件\n一、辰。\n二、巳。\n",
        "> 说明。\n\n# 样例办法\n<!-- c:0 -->\n甲[^1]。\n<!-- c:1.1 -->\n乙。\n<!-- c:1.2 -->\n丙。\n---\n[^1]: 注。\n",
    ],
)
def test_a_sound_text_has_no_problem(body: str) -> None:
    """Articles with inserts, outlines that run on or begin anew, anchors with notes."""
    assert problems(body) == []


def test_a_problem_says_how_to_mend_it() -> None:
    """A clerk reads file, line, fault and remedy."""
    sample = document("第一条 甲。\n第三条 乙。\n")
    [problem] = check(sample, split(sample))

    assert str(problem) == "sample.md:21 编号不连续：1 之后是 3 — 官方原文不能缺条，核对是否漏了或次序颠倒"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("第二条 甲。\n", ["20 编号不连续：开头 之后是 2"]),
        ("第一条 甲。\n第一条之二 乙。\n", ["21 编号不连续：1 之后是 1-2"]),
        ("第一条 甲。\n第一条 乙。\n", ["21 条款编号 1 出现了 2 次"]),
        ("一、甲。\n三、乙。\n", ["21 编号不连续：1 之后是 3"]),
        ("一、甲\n（一）子。\n（三）丑。\n", ["22 编号不连续：1.1 之后是 1.3"]),
        ("<!-- c:1 -->\n甲\n<!-- c:3 -->\n乙\n", ["23 编号不连续：1 之后是 3"]),
        ("<!-- c:1.1 -->\n甲\n<!-- c:1.3 -->\n乙\n", ["23 编号不连续：1.1 之后是 1.3"]),
    ],
)
def test_an_official_text_may_not_skip_or_repeat_a_number(body: str, told: list[str]) -> None:
    """Articles, outline numbers and numeric anchors alike."""
    assert problems(body) == told


def test_a_digest_may_leave_articles_out_but_not_repeat_one() -> None:
    """It holds only the articles there is something to say about."""
    assert problems("<!-- c:7 -->\n甲\n<!-- c:9 -->\n乙\n", verbatim=False) == []
    assert problems("<!-- c:7 -->\n甲\n<!-- c:7 -->\n乙\n", verbatim=False) == ["23 条款编号 7 出现了 2 次"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("无主的话。\n<!-- c:1 -->\n甲\n", "20 这段文字不属于任何条款：无主的话。"),
        ("<!-- c:1 -->\n甲\n## 二、乙\n无主的话。\n", "23 这段文字不属于任何条款：无主的话。"),
        ("<!-- c:1 -->\n甲\n<!-- c:2 -->\n## 二、乙\n", "22 锚点 2 下面没有文字"),
        ("<!-- c:1 -->\n甲\n<!-- c:第二条 -->\n乙\n", "22 条款锚点写法不对"),
        ("<!-- c:1 -->\n甲\n<!-- c:2 label=“乙” -->\n乙\n", "22 条款锚点写法不对"),
        ("<!-- c:1 -->\n甲 <!-- c:2 -->\n乙\n", "21 条款锚点写法不对"),
        ('<!-- c:1 colour="red" -->\n甲\n', "20 锚点里有不认识的 colour"),
        ('<!-- c:1 issued_on="2023-02-30" -->\n甲\n', "20 issued_on 的日期不对：2023-02-30"),
        ('<!-- c:1 effective_from="明年" -->\n甲\n', "20 effective_from 的日期不对：明年"),
        ('<!-- c:1 effective_until="2020-01-01" -->\n甲\n', "20 失效日期早于印发或施行日期"),
        ('<!-- c:1 affects="xianan-2023" -->\n甲\n', "20 affects 不是条款地址：xianan-2023"),
        ("<!-- c:1 -->\n甲[^1]\n", "21 附注 1 没有说明"),
        ("<!-- c:1 -->\n甲\n\n[^1]: 注\n", "23 附注 1 没有用到"),
        ("# 样例办法\n", "20 没有分出任何条款"),
    ],
)
def test_a_faulty_line_is_named_where_it_stands(body: str, told: str) -> None:
    """The line is the line in the file."""
    assert problems(body) == [told]


def test_all_problems_come_in_one_list() -> None:
    """In the order of the file."""
    body = '无主。\n<!-- c:1 issued_on="昨天" -->\n甲[^1]\n<!-- c:3 -->\n乙\n'

    assert problems(body) == [
        "20 这段文字不属于任何条款：无主。",
        "21 issued_on 的日期不对：昨天",
        "22 附注 1 没有说明",
        "24 编号不连续：1 之后是 3",
    ]


def test_a_clause_that_lost_or_gained_text_is_refused() -> None:
    """The joined clauses must be the text, line by line and in order."""
    sample = document("第一条 甲。\n子。\n第二条 乙。\n")
    first, second = split(sample)

    assert [problem.what for problem in check(sample, [replace(first, text="第一条 甲。"), second])] == [
        "这一行没有完整进入条款：子。"
    ]
    assert [problem.what for problem in check(sample, [first, replace(second, text="第二条 乙。\n丑。")])] == [
        "条款里多出文字：丑。"
    ]
    assert next(problem.what for problem in check(sample, [second, first])) == "这一行没有完整进入条款：第一条 甲。"


def shipped() -> list[Document]:
    documents, _ = load_documents(Path(__file__).parents[2] / "corpus" / "documents")
    return documents


@pytest.mark.parametrize("sample", shipped(), ids=lambda sample: sample.id)
def test_each_document_that_ships_passes(sample: Document) -> None:
    """The project's own corpus is a case like any other."""
    assert check(sample, split(sample)) == []
