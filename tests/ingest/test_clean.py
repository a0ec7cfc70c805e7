"""What cleaning takes away from a scraped page, and what it must leave alone."""

import os
import re
from pathlib import Path

import pytest

from corpus.load import load_documents
from ingest.clean import Cleaned, Dropped, clean

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TIAOWEN_SHARED", ROOT.parent / "shared"))
RAW = SHARED / "source" / "plan-raw.txt"
SUPPLIED = re.compile("〔(?!2021〕)[^〕]*〕")
MARKUP = re.compile(r"<!--.*?-->|\[\^[^\]]+\]|\*\*|^#+ |^- |^---$|□|\s", re.MULTILINE)


def test_traditional_text_becomes_simplified() -> None:
    """The page's own converter is undone."""
    assert clean("對條件的嬰幼兒，發放補貼。\n").text == "对条件的婴幼儿，发放补贴。\n"


@pytest.mark.parametrize(
    "text",
    ["开展精神慰藉等服务，保护著作权，藉此推进工作。\n", "联系人於女士，住昇平里三号，其余事项按照原来的规定不变。\n"],
)
def test_text_already_simplified_is_not_converted_again(text: str) -> None:
    """A second conversion could only change words and names."""
    assert clean(text).text == text


def test_words_with_two_simplified_forms_keep_their_meaning() -> None:
    """慰藉 is not 慰借, 頭髮 is not 头发放, and the line is pointed out for a person to look at."""
    cleaned = clean("開展精神慰藉等服務，發現頭髮乾枯的，後續關懷。\n")

    assert cleaned == Cleaned("开展精神慰藉等服务，发现头发干枯的，后续关怀。\n", (), (1,))


def test_pinyin_after_a_character_is_taken_away_and_listed() -> None:
    """Words in brackets that are no pinyin of one syllable stay."""
    cleaned = clean("咸安區(qū)優(yōu)化服務，安裝軟件(APP)，見附件(一)\n")

    assert cleaned.text == "咸安区优化服务，安装软件（APP），见附件（一）\n"
    assert cleaned.dropped == (Dropped(1, "(qū) (yōu)", "夹在字后的拼音"),)


def test_marks_that_stand_for_blanks_are_taken_away() -> None:
    """One stands for nothing; several set a name off from an office."""
    assert clean("????一、目標??\n涂??平???局長\n的?80%\n").text == "一、目标\n涂　平　局长\n的80%\n"


def test_a_real_question_keeps_its_mark() -> None:
    """Where no run of marks shows that blanks were lost, a question mark is one."""
    assert clean("什么时候发放?请咨询区卫健局。\n").text == "什么时候发放？请咨询区卫健局。\n"


def test_punctuation_becomes_full_width_but_not_inside_numbers_and_addresses() -> None:
    """Numbers, times, addresses and Latin words are left as they are."""
    raw = "补贴(每学期):1,000元;3-6岁,8:30起,见https://a.gov.cn/b?c=1,2;减80%,完!\n"

    assert clean(raw).text == "补贴（每学期）：1,000元；3-6岁，8:30起，见https://a.gov.cn/b?c=1,2；减80%，完！\n"


def test_the_page_around_the_document_is_taken_away_and_listed() -> None:
    """Advertising, navigation, facts about the page and the footer; the title and the signature stay."""
    raw = """\
在线免费观看,热门资源
样例区人民政府
首页 > 政务公开

关于样例的通知
发布日期:2023-07-20

各乡镇要落实本通知的要求,并在扫一扫、关注微信公众号等方面提供方便,确保群众满意。
样例区人民政府办公室
2023年7月20日

附件:
云上样例
欢迎下载“云上样例”APP
【 打印 】
"""
    cleaned = clean(raw)

    assert cleaned.text == (
        "关于样例的通知\n\n各乡镇要落实本通知的要求，并在扫一扫、关注微信公众号等方面提供方便，确保群众满意。\n"
        "样例区人民政府办公室\n2023年7月20日\n"
    )
    assert [(item.line, item.why) for item in cleaned.dropped] == [
        (1, "广告"),
        (2, "网页的导航"),
        (3, "网页的导航"),
        (6, "网页的说明"),
        (12, "网页的页脚"),
        (13, "网页的页脚"),
        (14, "网页的页脚"),
        (15, "网页的页脚"),
    ]


def test_a_lost_number_is_not_invented() -> None:
    """Empty brackets stay empty for a person to fill."""
    assert clean("()穩妥有序落實\n").text == "（）稳妥有序落实\n"


def test_known_damage_is_mended_and_listed() -> None:
    """Only spans of the table; the table says what each was."""
    cleaned = clean("所需經費列入?yún)^(qū)財政預算。\n")

    assert cleaned.text == "所需经费列入区财政预算。\n"
    assert cleaned.dropped == (Dropped(1, "列入?yún)^(qū)", "乱码，还原为“列入區”"),)


@pytest.mark.parametrize("raw", ["", "\n\n", "\ufeff", "???", "【 打印 】"])
def test_a_page_without_a_document_is_empty(raw: str) -> None:
    """There is nothing to keep, and nothing fails."""
    assert clean(raw).text == ""


def test_a_short_last_line_without_a_line_end_is_no_footer() -> None:
    """第四十七条 is often one short sentence, and nothing of a page follows it."""
    text = "第一条 为了说明写法，制定本办法，并且写得比三十个字更长一些，以便和页脚区别。\n\n第二条 自发布之日施行。"

    assert clean(text) == Cleaned(f"{text}\n", (), ())


def test_cleaning_twice_changes_nothing_more() -> None:
    """What was cleaned is clean."""
    once = clean("區(qū)政府????辦公室,發(fā)放補貼(500元)。\n").text

    assert clean(once).text == once


@pytest.mark.skipif(not RAW.exists(), reason="没有抓取原件：设置 TIAOWEN_SHARED 后运行")
def test_the_scraped_plan_becomes_the_committed_plan_character_by_character() -> None:
    """Without what its editor added, the committed text is what cleaning makes of the page."""
    [plan] = [document for document in load_documents(ROOT / "corpus" / "documents")[0] if document.id == "xianan-2023"]
    _, _, body = plan.body.partition("## 印发通知\n")
    original, _, _ = body.partition("## 附注")

    assert re.sub(r"\s", "", clean(RAW.read_text(encoding="utf-8")).text) == MARKUP.sub("", SUPPLIED.sub("", original))
