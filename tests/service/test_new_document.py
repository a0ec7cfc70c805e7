"""A document published lately and one that amends it, for which hardly a way of asking has been written yet; and
documents that are not held."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.embedder import Embedder
from corpus.settings import OFFICE, ROOT, WORDS
from corpus.snapshot import build, publish
from ingest.gather import gather
from service.dialogue import Answer, Question, Status
from service.office_file import add_value, read_office
from service.parts import build_parts
from service.pipeline import Parts, answer_question
from service.settings import Settings
from service.tables import Table, blocks, said
from service.words import LiveWords

TODAY = date(2026, 11, 24)
WAY_OF_ASKING = "老二上托班来回坐车，公家一个月补几多钱"
TITLE = "关于印发《样例区托育运营补贴办法（试行）》的通知"
TABLE = """第二条　对符合条件的普惠托育机构按照实际收托人数给予运营补贴，标准如下：

| 托位类型 | 每人每月（元） |
| --- | --- |
| 乳儿班 | 320 |
| 托大班 | 160 |"""
LIST = """第六条　申请交通补助的监护人应当在每年三月或者九月向托育机构所在地的乡镇人民政府提出书面申请，提交下列材料：
（一）身份证和子女出生证明；
（二）托育机构出具的连续入托三个月以上的证明和缴费票据；
（三）职工基本医疗保险缴费证明。"""
BODY = f"""第一条　本办法所称托育机构，是指在本区依法登记、完成备案的机构。

{TABLE}

第三条　婴幼儿连续入托满三个月的，由监护人申请交通补助，每名婴幼儿每月80元。

第四条　以虚报人数等手段骗取补贴的，追回补贴资金，三年内不再受理其申请。

第五条　申请运营补贴的材料是备案回执和收托花名册。

{LIST}
"""
AMENDMENT = """<!-- c:3 label="第三条" ends="sample-2026#3" -->
第三条　婴幼儿连续入托满三个月的，由监护人申请交通补助，每名婴幼儿每月100元。
"""

PLAN_AMENDMENT = """<!-- c:8 label="第8条" ends="xianan-2023#8" -->
8.建设多元托育服务网络。鼓励社区和用人单位举办全日托、半日托、计时托。
"""


@pytest.fixture(scope="module")
def ask(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder, write_document: Callable[..., Path]
) -> Callable[..., Answer]:
    """The shipped corpus and three more documents of the district's, with one line in the question bank."""
    folder = tmp_path_factory.mktemp("more")
    for name in ("documents", "questions"):
        (folder / name).mkdir()
        for path in (ROOT / "corpus" / name).iterdir():
            (folder / name / path.name).write_bytes(path.read_bytes())
    write_document(
        folder / "documents",
        "sample-2026",
        BODY,
        title=TITLE,
        number="样卫规〔2026〕3号",
        published_on="2026-11-01",
        effective_from="2026-11-10",
        effective_until="2029-11-10",
    )
    write_document(
        folder / "documents",
        "sample-2026-change",
        AMENDMENT,
        title="关于修改《样例区托育运营补贴办法（试行）》的决定",
        number="样卫规〔2026〕7号",
        amends="sample-2026",
        published_on="2026-11-20",
        effective_from="2027-01-01",
    )
    write_document(
        folder / "documents",
        "sample-2027",
        PLAN_AMENDMENT,
        title="关于修改实施方案的通知",
        amends="xianan-2023",
        published_on="2026-11-20",
        effective_from="2027-06-01",
    )
    (folder / "questions" / "sample-2026.yaml").write_text(
        f'- clause: "3"\n  questions:\n    - {WAY_OF_ASKING}\n', encoding="utf-8"
    )
    source, problems = gather(folder / "documents")
    assert problems == []
    publish(folder / "var", build(folder / "var", source, embedder))
    settings = Settings(_env_file=None, data_dir=folder / "var", embedding_model="builtin")
    parts = build_parts(settings, pytest.fail)
    return lambda question, on=TODAY: answer_question(Question(question, on), parts)


def quotes(answer: Answer) -> list[tuple[str, str]]:
    return [(citation.ref, citation.quote) for citation in answer.citations]


ARTICLE_3 = ("sample-2026#3", "第三条　婴幼儿连续入托满三个月的，由监护人申请交通补助，每名婴幼儿每月80元。")
ARTICLE_3_FROM_2027 = (
    "sample-2026-change#3",
    "第三条　婴幼儿连续入托满三个月的，由监护人申请交通补助，每名婴幼儿每月100元。",
)
ARTICLE_4 = ("sample-2026#4", "第四条　以虚报人数等手段骗取补贴的，追回补贴资金，三年内不再受理其申请。")


def test_a_way_of_asking_that_the_bank_holds_leads_to_its_clause_before_the_benefits_of_the_plan(
    ask: Callable[[str], Answer],
) -> None:
    assert quotes(ask(WAY_OF_ASKING))[0] == ARTICLE_3


def test_its_own_clause_comes_before_an_older_benefit_of_like_name(ask: Callable[[str], Answer]) -> None:
    answer = ask("婴幼儿入托交通补助每个月多少钱")
    assert quotes(answer)[0] == ARTICLE_3
    first, _, rest = answer.text.partition("如果您问的是入托补贴：")
    assert "80元" in first
    assert "500元" not in first
    assert "500元" in rest


def test_an_older_benefit_called_by_its_name_is_answered_as_before(ask: Callable[[str], Answer]) -> None:
    answer = ask("二宝入托补贴一学期多少钱")
    assert quotes(answer)[0][0] == "xianan-2023#7"
    assert "sample-2026" not in {citation.ref.partition("#")[0] for citation in answer.citations}


def test_what_it_settles_is_answered_though_the_bank_knows_nothing_of_it(ask: Callable[[str], Answer]) -> None:
    answer = ask("骗取补贴怎么处理")
    assert (answer.status, quotes(answer)[0]) == (Status.ANSWERED, ARTICLE_4)


@pytest.mark.parametrize("question", ["公交卡补助怎么领", "今天天气怎么样"])
def test_one_word_in_common_makes_no_answer_of_it(ask: Callable[[str], Answer], question: str) -> None:
    assert ask(question).status is Status.OUT_OF_SCOPE


@pytest.mark.parametrize("name", ["托育运营补贴办法", "《样例区托育运营补贴办法（试行）》", "样卫规〔2026〕3号"])
def test_its_article_is_found_by_its_title_or_official_number(ask: Callable[[str], Answer], name: str) -> None:
    assert quotes(ask(f"{name}第四条")) == [ARTICLE_4]


def test_an_article_that_it_does_not_have_is_not_taken_from_another_document(ask: Callable[[str], Answer]) -> None:
    answer = ask("《样例区托育运营补贴办法（试行）》第十二条")
    assert (answer.status, answer.reason, answer.citations) == (Status.NO_BASIS, "no_such_clause", ())


def test_what_the_plan_leaves_open_is_answered_from_it_where_it_is_named(ask: Callable[[str], Answer]) -> None:
    answer = ask("按托育运营补贴办法，运营补贴要交哪些材料")
    assert (answer.status, quotes(answer)[0]) == (
        Status.ANSWERED,
        ("sample-2026#5", "第五条　申请运营补贴的材料是备案回执和收托花名册。"),
    )
    assert ask("申请入托补贴要交哪些材料").reason == "materials_not_stated"


class TestAnArticleThatIsAmended:
    def test_until_the_day_the_old_one_is_quoted_and_then_what_comes(self, ask: Callable[[str], Answer]) -> None:
        answer = ask("托育运营补贴办法第三条")
        assert quotes(answer) == [ARTICLE_3, ARTICLE_3_FROM_2027]
        lines = answer.text.split("\n")
        told = (
            "这一条用到2027-01-01以前；从2027-01-01起改为《关于修改《样例区托育运营补贴办法（试行）》的决定》第三条："
        )
        assert lines.index(told) == lines.index(f"原文：「{ARTICLE_3[1]}」[1]") + 1

    @pytest.mark.parametrize("name", ["托育运营补贴办法", "样卫规〔2026〕3号", "样卫规〔2026〕7号"])
    def test_from_the_day_on_the_new_one_is(self, ask: Callable[..., Answer], name: str) -> None:
        assert quotes(ask(f"{name}第三条", date(2027, 1, 1))) == [ARTICLE_3_FROM_2027]

    def test_the_ways_people_ask_for_the_old_one_lead_to_the_new_one(self, ask: Callable[..., Answer]) -> None:
        asked = "两班倒，就想下午托半天，有这种没有"
        first = [quotes(ask(asked, day))[0] for day in (date(2027, 5, 31), date(2027, 6, 1))]
        assert [ref for ref, _ in first] == ["xianan-2023#8", "sample-2027#8"]
        assert first[1][1] == "8.建设多元托育服务网络。鼓励社区和用人单位举办全日托、半日托、计时托。"

    def test_before_the_change_was_issued_nothing_is_said_of_it(self, ask: Callable[..., Answer]) -> None:
        assert quotes(ask("托育运营补贴办法第三条", date(2026, 11, 19))) == [ARTICLE_3]


@pytest.mark.parametrize(
    "question",
    [
        "三岁以下养伢一个月抵几多税",
        "两个都没满三岁，是不是每月四千",
        "黑托班找谁举报",
        "三孩产假现在到底休几天",
        "二胎上民办园小班一个月减多少",
        "公积金买二手房最多能贷多少",
    ],
)
def test_what_people_asked_before_is_answered_as_before(
    ask: Callable[[str], Answer], parts: Parts, question: str
) -> None:
    before = answer_question(Question(question, TODAY), parts)
    assert (ask(question).status, quotes(ask(question))[:1]) == (before.status, quotes(before)[:1])


def test_a_number_alone_is_the_plans_article(ask: Callable[[str], Answer]) -> None:
    assert quotes(ask("第四条"))[0][0] == "xianan-2023#4"


def test_a_table_is_quoted_with_the_sentence_that_leads_to_it(ask: Callable[[str], Answer]) -> None:
    assert quotes(ask("托大班的运营补贴标准是多少"))[0] == ("sample-2026#2", TABLE.replace("\n\n", "\n"))


def test_the_text_writes_a_table_as_lines_of_its_cells(ask: Callable[[str], Answer]) -> None:
    lines = ask("托大班的运营补贴标准是多少").text.split("\n")
    assert lines[lines.index("托位类型；每人每月（元）") :][:3] == [
        "托位类型；每人每月（元）",
        "乳儿班；320",
        "托大班；160」[1]",
    ]
    assert [line for line in lines if "|" in line] == []


@pytest.mark.parametrize(
    ("text", "shown", "read"),
    [
        (
            "标准：\n| 班 | 元 |\n| :--- | ---: |\n| 乳儿 | 320 |\n以上。",
            ["标准：", Table(("班", "元"), (("乳儿", "320"),)), "以上。"],
            "标准：\n班；元\n乳儿；320\n以上。",
        ),
        ("儿 | 320 |\n| 托大 | 160 |", ["儿；320\n托大；160"], "儿；320\n托大；160"),
        ("| 班 | 元 |\n| --- | --- |\n| 乳儿 |", ["班；元\n乳儿"], "班；元\n乳儿"),
        ("| 班 | 元 |\n| --- | --- |", ["班；元"], "班；元"),
        (
            "| 班 | 一孩 | 二孩 |\n| --- | --- | --- |\n| 乳儿 |  | 500 |",
            [Table(("班", "一孩", "二孩"), (("乳儿", "", "500"),))],
            "班；一孩；二孩\n乳儿；；500",
        ),
        ("甲|乙，不是表\n---\n丙", ["甲|乙，不是表\n---\n丙"], "甲|乙，不是表\n---\n丙"),
    ],
)
def test_a_whole_table_is_a_table_and_other_rows_are_lines(text: str, shown: list[str | Table], read: str) -> None:
    assert (list(blocks(text)), said(text)) == (shown, read)


def test_a_list_is_quoted_with_all_that_it_leads_to(ask: Callable[[str], Answer]) -> None:
    assert quotes(ask("婴幼儿交通补助要交哪些材料"))[0] == ("sample-2026#6", LIST)


def test_a_day_before_it_began_is_answered_with_its_day(ask: Callable[[str], Answer]) -> None:
    told = f"《{TITLE}》2026-11-10起才施行；您说的2026-09-01，它还没有施行。"
    assert told in ask("2026年9月份婴幼儿入托的交通补助每月多少").text.split("\n")
    assert "才施行" not in ask("婴幼儿入托的交通补助每月多少").text


def test_the_plans_missing_validity_is_not_said_of_another_document(ask: Callable[[str], Answer]) -> None:
    assert "没有写明有效期" not in ask("托育运营补贴办法第三条").text


def test_what_no_document_states_is_answered_as_the_office_has_entered_it(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    shutil.copy(OFFICE, file)
    typed = {"value": "一孩家庭最高贷70万元", "valid_from": "2026-09-01", "source": "中心公告"}
    own = {"entered_by": "罗主任", "checked_on": "2026-09-02"}
    add_value(file, read_office(file).digest, "housing_fund_limit", typed | own)
    entered = replace(parts, words=LiveWords(WORDS, file, pytest.fail))
    question = Question("公积金贷款最高限额现在是多少", TODAY)
    assert (before := answer_question(question, parts)).status is Status.NO_BASIS, before.text
    answer = answer_question(question, entered)
    assert answer.status is Status.ANSWERED
    assert "一孩家庭最高贷70万元（2026-09-01起，出处：中心公告，2026-09-02核对）" in answer.text.split("\n")[0]


class TestDocumentsThatAreNotHeld:
    @pytest.mark.parametrize(
        "question", ["劳动法第六十二条", "请问按照托育服务管理条例第4条怎么罚", "育儿补贴办法（试行）第三条"]
    )
    def test_its_article_is_not_taken_from_the_plan(self, parts: Parts, question: str) -> None:
        answer = answer_question(Question(question, TODAY), parts)
        assert (answer.status, answer.reason, answer.citations) == (Status.NO_BASIS, "no_such_document", ())

    def test_named_without_a_number_it_is_said_first_that_it_is_not_held(self, parts: Parts) -> None:
        answer = answer_question(Question("《劳动合同法》产假多少天", TODAY), parts)
        assert answer.text.startswith("资料里没有收录《劳动合同法》，下面是资料里最接近的内容，不是它的规定。\n")

    @pytest.mark.parametrize(
        ("question", "ref"),
        [
            ("方案第七条", "xianan-2023#7"),
            ("这个办法第七条", "xianan-2023#7"),
            ("咸安区的规定第7条讲么事", "xianan-2023#7"),
            ("《实施方案》第七条", "xianan-2023#7"),
            ("人口与计划生育法第18条", "population-law-2021#18"),
            ("请问计划生育法第十八条怎么说", "population-law-2021#18"),
            ("女职工劳动保护特别规定第7条", "women-labour-protection-2012#7"),
        ],
    )
    def test_documents_that_are_held_are_known_by_the_names_people_use(
        self, parts: Parts, question: str, ref: str
    ) -> None:
        assert quotes(answer_question(Question(question, TODAY), parts))[0][0] == ref


@pytest.mark.parametrize("question", ["第七条", "方案第7条写的什么", "二（三）7"])
def test_who_only_names_a_clause_is_shown_all_of_it(parts: Parts, question: str) -> None:
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        text = snapshot.by_ref["xianan-2023#7"].text.strip()
    assert quotes(answer_question(Question(question, TODAY), parts))[0] == ("xianan-2023#7", text)
