"""What a page says of a document in labels (发文字号：…, 成文日期：…): in its head, in tables, in meta tags."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

ISSUER = re.compile(r"(?:政府|办公室|办公厅|委员会|常务委员会|局|厅|部|署|院|会|中心)$")
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[［（(]\d{4}[〕\]］）)]\d{1,4}号|[\u4e00-\u9fff]{2,12}令第?\d{1,4}号")
DAY = re.compile(r"((?:19|20|21)\d{2})[年\-/.](\d{1,2})[月\-/.](\d{1,2})(?!\d)")


class Said(Enum):
    """What a label stands for; OTHER is of the page alone and only shows that this is a head."""

    NUMBER = "文号"
    ISSUER = "发布机构"
    SOURCE = "来源"
    WRITTEN = "成文日期"
    POSTED = "发布日期"
    BEGINS = "施行日期"
    ENDS = "失效日期"
    TERM = "有效期"
    STATE = "有效性"
    TITLE = "标题"
    OTHER = "其他"


_WORDS = {
    Said.NUMBER: "发文字号 文件字号 文件编号 发文文号 发布文号 文号",
    Said.ISSUER: "发布机构 发布机关 发文机关 发文机构 发文单位 制发机关 制定机关 发布单位 印发机关",
    Said.SOURCE: "信息来源 内容来源 文章来源 来源",
    Said.WRITTEN: "成文日期 成文时间 发文日期 发文时间 印发日期 印发时间 生成日期 制发日期 签发日期",
    Said.POSTED: "发布日期 发布时间 公开日期 公布日期",
    Said.BEGINS: "生效日期 生效时间 施行日期 实施日期",
    Said.ENDS: "失效日期 失效时间 废止日期 废止时间",
    Said.TERM: "有效期限 有效期",
    Said.STATE: "有效性 效力状态 时效性 有效状态 时效状态 是否有效",
    Said.TITLE: "文件名称 信息名称 名称 标题",
    Said.OTHER: "索引号 信息索引号 主题分类 主题词 关键词 体裁分类 组配分类 服务对象分类 信息分类 公文种类 文种 "
    "公开类别 公开类型 公开方式 公开形式 公开范围 公开属性 公开程序 内容概述 内容摘要 浏览次数 浏览量 点击次数 点击数 "
    "点击量 阅读次数 阅读量 访问量 责任编辑 编辑 作者 审核 字体大小 字体 字号 打印 分享到 分享",
}
_OF = {word: said for said, words in _WORDS.items() for word in words.split()}
_OFFICIAL = frozenset((Said.NUMBER, Said.ISSUER, Said.WRITTEN, Said.STATE))
_REGISTER = frozenset(("索引号", "信息索引号", "主题分类"))
_ORDERED = sorted(_OF, key=len, reverse=True)
_SPACED = "|".join(r"\s*".join(word) for word in _ORDERED)
# Four characters are plainly a label even where the page runs it into the value before it.
_GLUED = "|".join(r"\s*".join(word) for word in _ORDERED if len(word) > 3)
_LABEL = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])[【\[]?(?P<free>{_SPACED})[】\]]?(?P<end>\s*[：:]|\s*\||\s+|$)|(?P<glued>{_GLUED})\s*[：:])"
)
_NUMERAL = "[一二三四五六七八九十]+"
_BODY = re.compile(rf"第{_NUMERAL}[章条]|{_NUMERAL}、|[（(]{_NUMERAL}[）)]|.*。")
_FIRST = 80
_NAME = re.compile(r"(?:通知|公告|通告|意见|办法|条例|规定|细则|方案|决定)(?:[（(].*[）)])?[》〉]?$")
_SHORTEST_TITLE = 8
_LONGEST_VALUE = 60
_SUFFICIENT = 2


@dataclass(slots=True)
class Card:
    """Labels that stand together, with their values as written; `places` are the texts they fill."""

    values: dict[str, str] = field(default_factory=dict)
    places: list[int] = field(default_factory=list)
    open: str = ""

    @property
    def is_head(self) -> bool:
        """One label that no other text begins with, or several."""
        return len(self.values) >= _SUFFICIENT or any(
            _OF[word] in _OFFICIAL or word in _REGISTER for word in self.values
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Dates come as 2023-07-20; empty where the page does not say it, or says it in no way that can be read."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    source: str = ""
    written_on: str = ""
    posted_on: str = ""
    begins_on: str = ""
    ends_on: str = ""
    term: str = ""
    state: str = ""


def cards(texts: Sequence[str], *, anywhere: bool = False) -> list[Card]:
    """The heads among the texts: before the body begins, or in all of them."""
    found: list[Card] = []
    here = Card()
    for index, text in enumerate(texts):
        pairs = list(_pairs(text))
        if not pairs and here.open and here.places[-1] == index - 1 and _could_be_value(here.open, text):
            here.values[here.open] = text
            here.places.append(index)
            here.open = ""
        elif pairs:
            if not here.places or here.places[-1] != index - 1 or pairs[0][0] in here.values:
                here = Card()
                found.append(here)
            here.values |= dict(pairs)
            here.places.append(index)
            here.open = "" if pairs[-1][1] else pairs[-1][0]
        elif here.places and here.places[-1] == index - 1 and _same_table(texts[index - 1], text):
            here.places.append(index)
        elif not anywhere and (_BODY.match(text) or index >= _FIRST):
            break
    return [card for card in found if card.is_head]


def _could_be_value(word: str, text: str) -> bool:
    """A label may have been left empty: then the name of the document that follows is not its value."""
    title = len(text) > _SHORTEST_TITLE and _NAME.search(text)
    return len(text) <= _LONGEST_VALUE and (_OF[word] is Said.TITLE or not title)


def _same_table(before: str, text: str) -> bool:
    return before.startswith("|") and text.startswith("|")


def head(found: Sequence[Card], meta: Mapping[str, str]) -> Head:
    """The card with the most labels is the document's own; meta tags speak where no label does."""
    values: dict[Said, str] = {}
    for card in sorted(found, key=lambda card: -len(card.values)):
        for word, written in card.values.items():
            said = _OF[word]
            if value := _value(said, written):
                values.setdefault(said, value)
    for name, said in (("ArticleTitle", Said.TITLE), ("PubDate", Said.POSTED), ("ContentSource", Said.SOURCE)):
        if value := _value(said, meta.get(name, "")):
            values.setdefault(said, value)
    return Head(
        title=values.get(Said.TITLE, ""),
        number=values.get(Said.NUMBER, ""),
        issuer=values.get(Said.ISSUER, ""),
        source=values.get(Said.SOURCE, ""),
        written_on=values.get(Said.WRITTEN, ""),
        posted_on=values.get(Said.POSTED, ""),
        begins_on=values.get(Said.BEGINS, ""),
        ends_on=values.get(Said.ENDS, ""),
        term=values.get(Said.TERM, ""),
        state=values.get(Said.STATE, ""),
    )


def is_label(text: str) -> bool:
    """The text is a label and nothing else."""
    pairs = list(_pairs(text))
    return len(pairs) == 1 and not pairs[0][1]


def iso(text: str) -> str:
    """The first day in the text, "" when there is none or it is no day."""
    match = DAY.search(re.sub(r"\s*([年月日])\s*", r"\1", text))
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def offices(text: str) -> str:
    """`甲局 乙局` as 甲局、乙局; "" where a part is no office."""
    parts = [part for part in re.split(r"[\s、，,;；]+", text) if part]
    if parts and all(ISSUER.search(part) for part in parts):
        return "、".join(parts)
    whole = "".join(text.split())
    return whole if ISSUER.search(whole) and not re.search("[，。；：]", whole) else ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Label and value, if the text begins with a label; nothing else is taken for one."""
    line = text.strip().lstrip("|").strip()
    if not _LABEL.match(line):
        return
    marks = list(_LABEL.finditer(line))
    for order, mark in enumerate(marks):
        after = marks[order + 1].start() if order + 1 < len(marks) else len(line)
        yield re.sub(r"\s", "", mark["free"] or mark["glued"]), line[mark.end() : after].strip(" \u3000|：:【[；;，,")


def _value(said: Said, written: str) -> str:
    if said in (Said.WRITTEN, Said.POSTED, Said.BEGINS, Said.ENDS):
        return iso(written)
    if said is Said.NUMBER:
        match = NUMBER.search(re.sub(r"\s", "", written))
        return re.sub(r"[\[［（(](\d{4})[\]］）)]", r"〔\1〕", match[0]) if match else ""
    if said in (Said.ISSUER, Said.SOURCE):
        return offices(re.split(r"[【\[|]", written)[0].strip())
    return " ".join(written.split()) if said is not Said.OTHER else ""
