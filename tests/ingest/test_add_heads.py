"""Pages as government sites print them: what the head says is in the front matter, and every word is accounted for."""

from datetime import date
from pathlib import Path

import docx
import pytest

from corpus.load import load_documents
from ingest.add import Added, Trouble, add
from ingest.draft import as_document
from ingest.facts import facts
from ingest.reading.extract import Dropped, Remark
from ingest.split import split

ON = date(2026, 11, 24)
NOTICE = "咸安区人民政府关于印发《咸安区育儿补贴管理办法（试行）》的通知"
URL = "http://www.xianan.gov.cn/zwgk/202603/t20260305_1.shtml"
META = (
    f'<meta name="ArticleTitle" content="{NOTICE}"><meta name="PubDate" content="2026-03-05 10:20">'
    f'<meta name="ContentSource" content="咸安区人民政府办公室"><meta name="Url" content="{URL}">'
)
ARTICLES = "<p>第一条　为了支持生育，制定本办法。</p><p>第二条　本办法自2026年5月1日起施行，有效期5年。</p>"
BODY = (
    "<p>各乡、镇、街道办事处：</p><p>现将《咸安区育儿补贴管理办法（试行）》印发给你们。</p>"
    f"<p>咸安区育儿补贴管理办法（试行）</p>{ARTICLES}"
)
PARAGRAPH = (
    "<p>索引号：011336/2026-00123　　发文字号　：咸安政发〔2026〕3号　　发布机构：咸宁市咸安区人民政府　　"
    "成文日期：2026年03月02日　　发布日期：2026年03月05日　　有效性：有效　　主题分类：卫生、体育/医疗保障</p>"
)
TABLE = (
    "<table><tr><td>索 引 号</td><td>011336/2026-00123</td><td>主题分类</td><td>卫生</td></tr>"
    "<tr><td>发布机构</td><td>咸宁市咸安区人民政府</td><td>发文日期</td><td>2026-03-02</td></tr>"
    "<tr><td>发 文 字 号</td><td>咸安政发[2026]3号</td><td>有 效 性</td><td>有效</td></tr>"
    f'<tr><td>名　　称</td><td colspan="3">{NOTICE}</td></tr></table>'
)
ITEMS = (
    "<ul><li><b>索引号：</b>011336/2026-00123</li><li><b>发文字号：</b>咸安政发〔2026〕3号</li>"
    "<li><b>发布机构：</b>咸宁市咸安区人民政府</li><li><b>成文日期：</b>2026/3/2</li></ul>"
)
TERMS = (
    "<dl><dt>发文字号</dt><dd>咸安政发〔2026〕3号</dd><dt>发布机构</dt><dd>咸宁市咸安区人民政府</dd>"
    "<dt>成文日期</dt><dd>2026-03-02</dd><dt>主题词</dt><dd></dd></dl>"
)
LABELS = (
    "<div><label>发文字号：</label><span>咸安政发〔2026〕3号</span></div>"
    "<div><label>发布机构：</label>咸宁市咸安区人民政府</div><div><label>成文日期：</label>2026-03-02</div>"
)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "documents"
    folder.mkdir(parents=True)
    return folder


def page(head: str, body: str, *, marked: bool, meta: str = "") -> str:
    frame = '<div class="TRS_Editor">' if marked else "<div>"
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{NOTICE}_咸安区人民政府</title>{meta}</head><body>'
        '<div><a href="/">网站首页</a></div><div>您现在的位置：首页 &gt; 政务公开</div>'
        f"{head}<h1>{NOTICE}</h1><div><span>发布时间：2026-03-05 10:20</span><span>来源：咸安区人民政府办公室</span>"
        f"<span>浏览次数：123</span></div>{frame}{body}</div><div>主办单位：咸安区人民政府 版权所有</div></body></html>"
    )


def added(tmp_path: Path, documents: Path, content: str, name: str = "page.html") -> Added:
    (tmp_path / name).write_text(content, encoding="utf-8")
    [one] = add([tmp_path / name], documents, ON).added
    return one


def front(path: str) -> dict[str, str]:
    lines = Path(path).read_text(encoding="utf-8").split("\n---\n")[0].split("\n")[1:]
    return {name: value.strip('"') for name, _, value in (line.partition(": ") for line in lines)}


@pytest.mark.parametrize("marked", [True, False], ids=["正文栏认得出", "正文栏认不出"])
@pytest.mark.parametrize("head", [PARAGRAPH, TABLE, ITEMS, TERMS, LABELS], ids=["一段", "表格", "ul", "dl", "label"])
def test_a_head_in_any_form_fills_the_front_matter_and_does_not_stay_in_the_text(
    head: str, marked: bool, tmp_path: Path, documents: Path
) -> None:
    one = added(tmp_path, documents, page(head, BODY, marked=marked))

    said = front(one.path)
    assert {name: said[name] for name in ("title", "number", "issuer", "published_on")} == {
        "title": "咸安区育儿补贴管理办法（试行）",
        "number": "咸安政发〔2026〕3号",
        "issuer": "咸宁市咸安区人民政府",
        "published_on": "2026-03-02",
    }
    assert one.kept + one.dropped_characters == one.extracted
    text = Path(one.path).read_text(encoding="utf-8").split("\n---\n")[1]
    assert [line for line in text.split("\n") if line] == [
        NOTICE,
        "各乡、镇、街道办事处：",
        "现将《咸安区育儿补贴管理办法（试行）》印发给你们。",
        "# 咸安区育儿补贴管理办法（试行）",
        "第一条　为了支持生育，制定本办法。",
        "第二条　本办法自2026年5月1日起施行，有效期5年。",
    ]
    assert "发文字号" in "".join("".join(item.text.split()) for item in one.dropped)


def test_meta_tags_speak_where_nothing_else_does_and_a_person_is_told(tmp_path: Path, documents: Path) -> None:
    content = page("", BODY, marked=True, meta=META).replace("发布时间：2026-03-05 10:20", "").replace("来源：", "")

    one = added(tmp_path, documents, content)

    said = front(one.path)
    assert (said["issuer"], said["published_on"], said["source_url"]) == ("咸安区人民政府办公室", "2026-03-05", URL)
    assert one.remarks == (
        Remark("文件信息", "没有落款和成文日期，印发日期用了网页的发布日期 2026-03-05，请核对"),
        Remark("文件信息", "没有落款和发布机构，发布机关用了网页的来源 咸安区人民政府办公室，请核对"),
        Remark(
            "文件信息",
            "失效日期按“第二条本办法自2026年5月1日起施行，有效期5年”填了 2031-05-01"
            "（有效的最后一天是 2031-04-30），请核对",
        ),
    )


def test_where_text_and_page_differ_the_text_is_taken_and_a_person_is_told(tmp_path: Path, documents: Path) -> None:
    signed = "<p>咸安政发〔2026〕4号</p>" + ARTICLES + "<p>咸安区财政局</p><p>咸安区卫生健康局</p><p>2026年3月1日</p>"

    one = added(tmp_path, documents, page(PARAGRAPH.replace("：有效", "：失效"), signed, marked=True))

    said = front(one.path)
    assert (said["number"], said["issuer"], said["published_on"]) == (
        "咸安政发〔2026〕4号", "咸安区财政局、咸安区卫生健康局", "2026-03-01",
    )  # fmt: skip
    assert [remark.what for remark in one.remarks if "失效日期按" not in remark.what] == [
        "正文的文号是 咸安政发〔2026〕4号，网页写的是 咸安政发〔2026〕3号，用了正文的，请核对",
        "落款的日期是 2026-03-01，网页写的成文日期是 2026-03-02，用了落款的，请核对",
        "网页写着有效性：失效，请核对 effective_until",
    ]


def test_a_page_saved_by_a_browser_says_where_it_comes_from_and_gives_the_id(tmp_path: Path, documents: Path) -> None:
    saved = f"<!-- saved from url=(0052){URL} -->" + page(PARAGRAPH, BODY, marked=True)

    one = added(tmp_path, documents, saved, "关于印发育儿补贴办法的通知.html")

    assert (one.id, front(one.path)["source_url"]) == ("xianan-2026-3", URL)


def test_a_label_left_empty_does_not_swallow_the_title(tmp_path: Path, documents: Path) -> None:
    text = "发文字号：咸安政发〔2026〕3号\n主题词：\n咸安区育儿补贴办法（试行）\n第一条 制定本办法。\n"

    one = added(tmp_path, documents, text, "text.txt")

    assert (front(one.path)["title"], front(one.path)["number"]) == (
        "咸安区育儿补贴办法（试行）",
        "咸安政发〔2026〕3号",
    )
    assert one.dropped == (
        Dropped("第1行", "发文字号：咸安政发〔2026〕3号", "网页的文件信息"),
        Dropped("第2行", "主题词：", "网页的文件信息"),
    )


def test_labels_further_down_are_part_of_the_text(tmp_path: Path, documents: Path) -> None:
    shown = "名称：样例\n发布机构：样例局\n发布日期：2026年1月1日\n"
    text = f"样例市补贴办法\n第一条 公示下列内容：\n{shown}第二条 自公布之日起施行。\n"

    one = added(tmp_path, documents, text, "text.txt")

    assert one.dropped == ()
    assert front(one.path)["issuer"] == ""


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([NOTICE, "现印发。", "咸安区育儿补贴管理办法（试行）", "第一条 甲。"], "咸安区育儿补贴管理办法（试行）"),
        ([NOTICE, "现印发。", "咸安区育儿补贴", "管理办法（试行）", "第一条 甲。"], "咸安区育儿补贴管理办法（试行）"),
        (["关于印发", "咸安区育儿补贴办法", "的通知", "现印发。", "《咸安区育儿补贴办法》"], "咸安区育儿补贴办法"),
        (["关于印发《咸安区〈条例〉实施细则》的通知", "现印发。", "咸安区《条例》实施细则"], "咸安区《条例》实施细则"),
        ([NOTICE, "现印发给你们。"], NOTICE),
        (
            ["咸安区人民政府关于做好育儿补贴发放工作的通知", "一、发放。"],
            "咸安区人民政府关于做好育儿补贴发放工作的通知",
        ),
        (["《咸安区育儿补贴办法》", "第一条 甲。"], "咸安区育儿补贴办法"),
    ],
)
def test_the_title_is_that_of_the_regulation_where_the_notice_carries_one(lines: list[str], title: str) -> None:
    assert facts(lines).title == title


def test_an_end_that_cannot_be_worked_out_is_a_problem_with_its_line(tmp_path: Path, documents: Path) -> None:
    text = "样例市补贴办法\n第一条 甲。\n第二条 本办法自印发之日起30日后施行，有效期5年。\n"

    one = added(tmp_path, documents, text, "text.txt")

    lines = Path(one.path).read_text(encoding="utf-8").split("\n")
    [found] = [problem for problem in one.problems if "有效期" in problem.what]
    assert lines[found.line - 1] == 'effective_until: ""'
    assert found == Trouble(
        9,
        "原文写着“第二条本办法自印发之日起30日后施行，有效期5年”，从哪天算起不清楚，effective_until 没有填",
        "核对后补 effective_until（不再有效的第一天，如有效到 2028-12-31 写 2029-01-01）",
    )


GRID = [["项目", "时间", "金额"], ["二孩", "第一年", "3000元"], ["", "第二年", "2000元"], ["三孩", "每年", "6000元"]]
ROWS = ["| 项目 | 时间 | 金额 |", "| --- | --- | --- |", "| 二孩 | 第一年 | 3000元 |", "| | 第二年 | 2000元 |",
        "| 三孩 | 每年 | 6000元 |"]  # fmt: skip


def web_table() -> str:
    first, *rest = [["".join(f"<td>{cell}</td>" for cell in row)] for row in GRID]
    rows = [
        first[0],
        rest[0][0].replace("<td>二孩", '<td rowspan="2">二孩'),
        rest[1][0].replace("<td></td>", ""),
        rest[2][0],
    ]
    return page(
        "",
        "<p>第一条　补贴按下表：</p><table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
        "<p>由区财政承担。</p><p>第二条　自2026年5月1日起施行。</p>",
        marked=True,
    )


def word_table(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("第一条　补贴按下表：")
    table = document.add_table(len(GRID), 3)
    for row, cells in enumerate(GRID):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 0).text = "二孩"
    document.add_paragraph("由区财政承担。")
    document.add_paragraph("第二条　自2026年5月1日起施行。")
    document.save(str(path))
    return path


@pytest.mark.parametrize("kind", ["网页", "Word"])
def test_an_article_keeps_its_table_with_columns_in_place_and_no_blank_lines(
    kind: str, tmp_path: Path, documents: Path
) -> None:
    file = word_table(tmp_path / "table.docx")
    if kind == "网页":
        file = tmp_path / "table.html"
        file.write_text(web_table(), encoding="utf-8")

    [one] = add([file], documents, ON).added

    path = Path(one.path)
    text = path.read_text(encoding="utf-8")
    assert "\n\n" + "\n".join(ROWS) + "\n\n由区财政承担。\n\n" in text
    [first, second] = split(as_document(text, path))
    assert first.text == "\n".join(["第一条　补贴按下表：", *ROWS, "由区财政承担。"])
    assert second.text == "第二条　自2026年5月1日起施行。"
    assert one.kept + one.dropped_characters == one.extracted
    assert [problem.what for problem in one.problems if "条款" in problem.what or "这一行" in problem.what] == []


def test_a_head_that_says_everything_leaves_only_scope_and_authority_to_a_person(
    tmp_path: Path, documents: Path
) -> None:
    one = added(tmp_path, documents, page(PARAGRAPH, BODY, marked=True, meta=META))

    assert [problem.what for problem in one.problems] == ["scope 是空的", "authority 不对：空"]
    path = Path(one.path)
    text = (
        path.read_text(encoding="utf-8").replace('scope: ""', "scope: 咸安区").replace('authority: ""', "authority: 区")
    )
    path.write_text(text, encoding="utf-8")
    [document], problems = load_documents(documents)
    assert problems == []
    assert (document.published_on, document.effective_from, document.effective_until, document.source_url) == (
        date(2026, 3, 2), date(2026, 5, 1), date(2031, 5, 1), URL,
    )  # fmt: skip
