"""Where a clause begins and ends, what it is called, and what it carries."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.clause import Clause, ClauseRef, Document
from corpus.load import load_documents
from ingest.split import read, read_lines, split

DOCUMENTS = Path(__file__).parents[2] / "corpus" / "documents"


def document(body: str, title: str = "样例办法") -> Document:
    return Document(
        id="sample",
        title=title,
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
        body=body,
        path=Path("sample.md"),
        body_line=20,
    )


def texts(body: str) -> dict[str, str]:
    return {clause.ref.locator: clause.text for clause in split(document(body))}


def only(body: str) -> Clause:
    [clause] = split(document(body))
    return clause


def plan() -> dict[str, Clause]:
    documents, _ = load_documents(DOCUMENTS)
    [found] = [document for document in documents if document.id == "xianan-2023"]
    return {clause.ref.locator: clause for clause in split(found)}


# --- documents with anchors ---


def test_an_anchor_begins_a_clause_that_has_everything_of_its_document() -> None:
    """The editor's marks stay in the text and are gone from what is indexed; notes and units are read off."""
    body = """\
# 样例办法

> 说明：整理者加。

## 二、主要任务
### （〔三〕）照护服务[^o1]

<!-- c:7 -->
**7.支持政策。**按每□给予〔，〕[^p1]补贴[^q1]。（责任单位：区教育局、区财政局）

## 附注

[^o1]: 序号补。
[^p1]: 标点补。
[^q1]: 照录。
"""
    assert only(body) == Clause(
        ref=ClauseRef("sample", "7"),
        label="第7条",
        position="二（三）7",
        headings=("二、主要任务", "（〔三〕）照护服务"),
        text="7.支持政策。按每□给予〔，〕补贴。（责任单位：区教育局、区财政局）",
        indexed="7.支持政策。按每给予，补贴。（责任单位：区教育局、区财政局）",
        gaps=("标点补。", "照录。"),
        units=("区教育局", "区财政局"),
        document_title="样例办法",
        document_number="样政发〔2023〕1号",
        source_url="https://example.gov.cn/1",
        register="L01",
        scope="样例区",
        authority="区",
        verbatim=True,
        certainty="",
        published_on=date(2023, 7, 20),
        effective_from=date(2023, 8, 1),
        effective_until=None,
    )


def test_an_anchor_may_carry_its_own_label_dates_and_certainty() -> None:
    """What it does not say, it has from its document; a date left empty is not known."""
    clause = only(
        '<!-- c:LC-01 label="后来的变化一" issued_on="2025-07-28" effective_from="2025-01-01"'
        ' effective_until="" certainty="据公开资料" affects="xianan-2023#7 xianan-2023#12.2" -->\n每孩每年发放。\n'
    )

    assert (clause.ref.locator, clause.label, clause.certainty) == ("LC-01", "后来的变化一", "据公开资料")
    assert clause.affects == ("xianan-2023#7", "xianan-2023#12.2")
    assert (clause.published_on, clause.effective_from, clause.effective_until) == (
        date(2025, 7, 28),
        date(2025, 1, 1),
        None,
    )


def test_a_numeric_anchor_is_called_by_article_and_paragraph() -> None:
    """7, 12.2 and 16-1 need no label."""
    body = "<!-- c:7 -->\n甲\n<!-- c:12.2 -->\n乙\n<!-- c:16-1 -->\n丙\n"

    assert [clause.label for clause in split(document(body))] == ["第7条", "第12条第2款", "第16条之一"]


def test_a_heading_belongs_to_the_clause_below_it() -> None:
    """It ends the clause above and is part of neither text."""
    body = "<!-- c:1 -->\n甲。\n\n## 二、后面\n\n<!-- c:2 -->\n乙。\n"

    assert [(clause.text, clause.headings) for clause in split(document(body))] == [
        ("甲。", ()),
        ("乙。", ("二、后面",)),
    ]


def test_text_under_no_anchor_is_left_over_for_the_check() -> None:
    """It is not quietly added to the clause above."""
    found = read(document("<!-- c:1 -->\n甲。\n\n## 二、后面\n\n没有锚点。\n"))

    assert [line.text for line in found.stray] == ["没有锚点。"]


def test_the_plan_has_its_28_clauses_in_order() -> None:
    """Notice, introduction, aims, articles, organisation, annex."""
    assert " ".join(plan()) == ("notice 0 g1 1 2 3 4 5 6 7 8 9 10 11 12.1 12.2 12.3 13 14 15 z1 z2 z3 z4 a1 a2 a3 a4")


def test_the_plan_names_each_clause_by_its_place() -> None:
    """A paragraph without a printed number has the number of its article; what has no number has no place."""
    positions = {locator: (clause.label, clause.position) for locator, clause in plan().items()}

    assert {locator: positions[locator] for locator in ("notice", "0", "g1", "1", "7", "12.2", "z1", "a3")} == {
        "notice": ("印发通知", ""),
        "0": ("引言", ""),
        "g1": ("主要目标", "一"),
        "1": ("第1条", "二（一）1"),
        "7": ("第7条", "二（三）7"),
        "12.2": ("第12条第2款", "二（四）12"),
        "z1": ("组织保障第1项", "三（一）"),
        "a3": ("附件第三部分", "附件三"),
    }


def test_the_plan_keeps_gaps_and_supplied_words_in_its_text() -> None:
    """A quote shows what was lost and what was supplied; the notes say why."""
    fifth, first = plan()["5"], plan()["1"]
    assert "（中发〔2021〕30号）" in plan()["0"].indexed

    assert "结算时按每□累计不超过1万元的标准□，" in fifth.text
    assert "结算时按每累计不超过1万元的标准，" in fifth.indexed
    assert [note[:8] for note in fifth.gaps] == ["第5条：“服务”", "第5条：“每”字", "第5条：末尾丢失"]
    assert "〔已〕征收部分不予退还" in first.text
    assert "已征收部分不予退还" in first.indexed


# --- laws ---


def test_a_law_is_split_into_its_articles_with_their_paragraphs_and_items() -> None:
    """The article number is printed as it stands; title and adoption are no clause."""
    body = """\
样例办法
（2023年7月20日通过）

第一章　总　则
第一条　为了说明写法，制定本办法。
第二条　有下列情形之一的，适用本办法：
（一）甲；
（二）乙。
依照前款规定办理。

## 第二章 附则
### 第一节 施行
第二条之一 本条后加。
第三条 本办法自公布之日起施行。
"""
    assert [(clause.ref.locator, clause.label, clause.position) for clause in split(document(body))] == [
        ("1", "第一条", "第一章"),
        ("2", "第二条", "第一章"),
        ("2-1", "第二条之一", "第二章第一节"),
        ("3", "第三条", "第二章第一节"),
    ]
    assert texts(body)["2"] == "第二条　有下列情形之一的，适用本办法：\n（一）甲；\n（二）乙。\n依照前款规定办理。"
    assert split(document(body))[3].headings == ("第二章 附则", "第一节 施行")


def test_a_reference_to_an_article_never_begins_one() -> None:
    """Neither inside a sentence, nor at the head of a paragraph, nor where a line was broken after 按照."""
    body = """\
第一条 甲按照第五条办理。
第四条规定的情形除外。
第三条、第四条另有规定的，从其规定。
乙依照
第六条 办理。
第二条第一款所称乙，是指丙。
第二条 丁。
"""
    assert list(texts(body)) == ["1", "2"]
    assert texts("按照\n第一条 办理。\n") == {"0": "按照\n第一条 办理。"}


def test_an_article_needs_no_blank_after_its_number() -> None:
    """Some pages lose it; the numbering then shows that an article begins."""
    assert texts("第一条为了甲。\n第二条国家支持乙。\n第一条已经说过。\n") == {
        "1": "第一条为了甲。",
        "2": "第二条国家支持乙。\n第一条已经说过。",
    }


def test_an_appendix_is_not_part_of_the_last_article() -> None:
    """Its parts are a1, a2; items that end in a semicolon stay with the line that introduces them."""
    body = """\
第一条 本办法自公布之日起施行。
附录：
禁忌范围
一、孕期：
（一）甲；
（二）乙。
二、哺乳期：
（一）丙；
（二）丁。
"""
    assert texts(body) == {
        "1": "第一条 本办法自公布之日起施行。",
        "a1": "（一）甲；\n（二）乙。",
        "a2": "（一）丙；\n（二）丁。",
    }
    assert split(document(body))[1].headings == ("附录：", "禁忌范围", "一、孕期")


def test_a_table_after_the_last_article_is_an_annex_under_its_own_title() -> None:
    """The rate table of a tax law has no 附件 above it."""
    body = "第一条 本法自公布之日起施行。\n税率表（综合所得适用）\n| 级数 | 税率 |\n| 1 | 3% |\n"

    assert texts(body) == {"1": "第一条 本法自公布之日起施行。", "a1": "| 级数 | 税率 |\n| 1 | 3% |"}


# --- notices ---


def test_a_notice_is_split_at_its_innermost_numbers() -> None:
    """The path of numerals is the address; what stands before the first numeral is clause 0."""
    body = """\
样例办法
各乡镇：
现通知如下。
一、目标
到2025年建成。
二、任务
（一）托育
1.发补贴。每学期500元。
（1）按学期；
2.建机构。
（二）教育。减免保教费。
三、要求
各单位落实。
"""
    assert texts(body) == {
        "0": "各乡镇：\n现通知如下。",
        "1": "到2025年建成。",
        "2.1.1": "1.发补贴。每学期500元。\n（1）按学期；",
        "2.1.2": "2.建机构。",
        "2.2": "（二）教育。减免保教费。",
        "3": "各单位落实。",
    }
    assert [(clause.label, clause.position, clause.headings) for clause in split(document(body))] == [
        ("引言", "", ()),
        ("一", "一", ("一、目标",)),
        ("二（一）1", "二（一）1", ("二、任务", "（一）托育")),
        ("二（一）2", "二（一）2", ("二、任务", "（一）托育")),
        ("二（二）", "二（二）", ("二、任务",)),
        ("三", "三", ("三、要求",)),
    ]


def test_text_between_a_numeral_and_its_parts_is_a_clause_of_its_own() -> None:
    """Nothing that is said is lost as a heading."""
    body = "一、托育\n坚持普惠。\n（一）甲。\n二、教育。长期坚持。\n（一）乙。\n"

    assert texts(body) == {
        "1.0": "坚持普惠。",
        "1.1": "（一）甲。",
        "2.0": "二、教育。长期坚持。",
        "2.1": "（一）乙。",
    }


def test_items_that_end_in_a_semicolon_are_one_clause() -> None:
    """A list of papers to bring is one sentence."""
    assert texts("一、材料：\n（一）身份证；\n（二）户口簿。\n") == {"1": "（一）身份证；\n（二）户口簿。"}


def test_an_amount_or_a_date_at_the_head_of_a_line_is_no_number() -> None:
    """1.5倍 and 2023.7.20 are text."""
    assert texts("一、额度\n1.5倍为限。\n2023.7.20起。\n") == {"1": "1.5倍为限。\n2023.7.20起。"}


def test_the_annex_of_a_notice_has_its_own_addresses() -> None:
    """One annex counts a1, a2; with several the number of the annex comes first."""
    one = "一、甲。\n附件：联席会议\n附件\n联席会议\n一、机构\n设在卫健局。\n二、职责\n统筹。\n"
    two = "一、甲。\n附件1\n名单\n张三、李四任成员，负责联络。\n附件2\n标准\n一、乙。\n二、丙。\n"

    assert texts(one) == {"1": "一、甲。\n附件：联席会议", "a1": "设在卫健局。", "a2": "统筹。"}
    assert texts(two) == {"1": "一、甲。", "a1": "张三、李四任成员，负责联络。", "a2.1": "一、乙。", "a2.2": "二、丙。"}


# --- every shape ---


def test_comments_rules_and_notes_are_never_clause_text() -> None:
    """An editor may write between the lines."""
    body = "> 说明。\n\n---\n\n第一条 甲[^1]。<!-- 待核\n对 -->\n\n[^1]: 说明。\n\n第二条 乙。\n\n## 附注\n\n其他。\n"

    assert texts(body) == {"1": "第一条 甲。", "2": "第二条 乙。"}


PIECES = st.sampled_from(
    [
        "一、",
        "（一）",
        "1.",
        "第一条",
        "第三条 ",
        "第二章",
        "附件",
        "附录：",
        "# ",
        "## 附注",
        "> ",
        "---",
        "<!-- c:1 -->",
        "<!-- c:",
        "按照",
        "第二条的",
        "-->",
        "[^x]",
        "[^x]: ",
        "**",
        "。",
        "；",
        "：",
        "甲乙",
        "施行",
        "税率表",
        " ",
        "\n",
        "\n\n",
        "〔丙〕",
        "□",
        "| 丁 |",
    ]
)


@settings(database=None, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_the_text_every_line_is_accounted_for_once(body: str) -> None:
    """Each line is in one clause, outside by right, or left over for the check; never twice, never lost."""
    found = read(document(body))
    held = [line for clause in found.clauses for line in clause.text.split("\n")]
    held += [line.text for line in found.outside + found.stray]

    assert sorted(held) == sorted(line.text for line in read_lines(document(body)) if line.text)


@settings(database=None, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_the_splitter_fail(body: str) -> None:
    """Bad text is for the check to report."""
    assert all(clause.text for clause in split(document(body)))
