"""A scraped government page → plain simplified text, and a list of everything that was taken away."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

import opencc

# What encoding damage made of a few words, and the words. Each entry can be recomputed byte by byte from
# the GBK of the original; anything that cannot is left as it is for a person to mark.
MOJIBAKE = {
    "當?shù)刈》勘U蠗l件": "當地住房保障條件",
    "列入?yún)^(qū)": "列入區",
}

# More than one simplified character could stand for these; a person should look at the result.
AMBIGUOUS = "乾藉著瞭徵鍾甯昇"

_HAN = r"\u3400-\u9fff"
_PINYIN = re.compile(rf"(?<=[{_HAN}])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ]{{1,7}}[)）]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES_LOST = re.compile(r"\?\?|^\s*\?")
_FULL_WIDTH = {",": "，", ":": "：", ";": "；", "!": "！", "?": "？"}
_HALF_WIDTH = re.compile(r"\s*([,:;!?])\s*")
_TRADITIONAL_SHARE = 0.1
_LONGEST_NOISE = 30
_LONGEST_MARKED = 80
_ADVERTISING = re.compile(
    r"在线(?:免费)?(?:观看|视频)|热门资源|[一二三]区[一二三]区|点击进入|博彩|娱乐城|棋牌|澳门.*(?:开奖|赌)"
)
_NAVIGATION = re.compile(
    r"热门搜索|网站首页|^首页|当前位置|您(?:现在)?的位置|网站地图|无障碍|长者模式|^(?:简体|繁体|登录|注册)"
)
_PAGE_FACTS = re.compile(
    r"^(?:发布(?:日期|时间)|信息来源|来源|浏览(?:次数|量)|点击(?:数|次数)|字号|字体|索引号|分享到?)[：:]"
)
_FOOTER = re.compile(
    r"【\s*(?:打印|关闭|字体)|下载.*APP|关注.*(?:微信|公众号)|扫一扫|扫描.*二维码|版权所有|ICP备|公网安备"
    r"|网站标识码|主办单位[：:]|承办单位[：:]|技术支持[：:]|责任编辑[：:]|分享到"
)
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+[章条][\s\u3000]")
_DATE = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was taken away from one line of the raw text, and why."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text, what was dropped, and the lines where a person should check the conversion."""

    text: str
    dropped: tuple[Dropped, ...]
    doubtful: tuple[int, ...]


def clean(raw: str) -> Cleaned:
    """Nothing is invented: a character is converted, taken away and listed, or left alone."""
    dropped: list[Dropped] = []
    text = _INVISIBLE.sub("", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    lines = text.split("\n")
    for damaged, word in MOJIBAKE.items():
        lines = _take_away(lines, re.compile(re.escape(damaged)), word, f"乱码，还原为“{word}”", dropped)
    lines = _take_away(lines, _PINYIN, "", "夹在字后的拼音", dropped)
    if any(_SPACES_LOST.search(line) for line in lines):
        lines = _take_away(lines, re.compile(r"\?+"), _space, "代替空格的问号", dropped)
    traditional = _is_traditional("".join(lines))
    doubtful = [number for number, line in enumerate(lines, 1) if traditional and set(line) & set(AMBIGUOUS)]
    if traditional:
        lines = [_simplified().convert(line) for line in lines]
    kept = _without_page([_punctuated(line.strip()) for line in lines], dropped)
    dropped.sort(key=lambda item: item.line)
    return Cleaned(_paragraphs(kept), tuple(dropped), tuple(doubtful))


def _take_away(
    lines: list[str],
    pattern: re.Pattern[str],
    replacement: str | Callable[[re.Match[str]], str],
    why: str,
    dropped: list[Dropped],
) -> list[str]:
    for number, line in enumerate(lines, start=1):
        if found := pattern.findall(line):
            dropped.append(Dropped(number, " ".join(found), why))
    return [pattern.sub(replacement, line) for line in lines]


def _space(match: re.Match[str]) -> str:
    """One mark is a stray blank, several are the blanks that set a name off from an office."""
    return "" if len(match[0]) == 1 else "\u3000"


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _is_traditional(text: str) -> bool:
    """A text already simplified is left as it is: converting 慰藉 or 著作 once more can only do harm."""
    han = re.findall(f"[{_HAN}]", text)
    changed = sum(one != other for one, other in zip(han, _simplified().convert("".join(han)), strict=False))
    return bool(changed > _TRADITIONAL_SHARE * len(han))


def _punctuated(line: str) -> str:
    if not re.search(f"[{_HAN}]", line):
        return line
    line = re.sub(r"(?<=\d)\s+(?=[年月日])", "", line.replace("(", "（").replace(")", "）"))
    return _HALF_WIDTH.sub(_full_width, line)


def _full_width(match: re.Match[str]) -> str:
    """`1,000` and `https://` keep their marks."""
    before = match.string[: match.start()][-1:]
    after = match.string[match.end() :][:1]
    latin = before.isascii() and before and after.isascii() and after
    return match[0] if latin else _FULL_WIDTH[match[1]]


def _without_page(lines: list[str], dropped: list[Dropped]) -> list[str]:
    """Blank out what belongs to the page and not to the document: its head, its foot, and lines about it."""
    head = _edge(lines, _ADVERTISING, _NAVIGATION, _PAGE_FACTS)
    foot = _edge(lines[::-1], _FOOTER, _PAGE_FACTS)
    above = max((index + 1 for index in range(head) if _NAVIGATION.search(lines[index])), default=0)
    below = _footer_start(lines, len(lines) - foot)
    kept = []
    for index, line in enumerate(lines):
        why = "网页的导航" if index < above else "网页的页脚" if index >= below else ""
        if index < head and _ADVERTISING.search(line):
            why = "广告"
        elif index < head and _PAGE_FACTS.search(line):
            why = why or "网页的说明"
        if why and line:
            dropped.append(Dropped(index + 1, line, why))
        kept.append("" if why else line)
    return kept


def _edge(lines: list[str], *marks: re.Pattern[str]) -> int:
    """How many lines from the edge could belong to the page: blank, short, or plainly marked."""

    def may_belong(line: str) -> bool:
        if _ARTICLE.match(line):
            return False
        if len(line) <= _LONGEST_NOISE:
            return not _DATE.search(line) or any(mark.search(line) for mark in marks)
        return len(line) <= _LONGEST_MARKED and any(mark.search(line) for mark in marks)

    return sum(1 for _ in takewhile(may_belong, lines))


def _footer_start(lines: list[str], first: int) -> int:
    """The start of the block in which the first sign of a footer stands."""
    mark = next((index for index in range(first, len(lines)) if _FOOTER.search(lines[index])), None)
    if mark is None:
        return len(lines)
    return mark - sum(1 for _ in takewhile(bool, reversed(lines[first:mark])))


def _paragraphs(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n" if any(lines) else ""
