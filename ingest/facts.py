"""What an official text plainly says about itself: title, number, issuer, dates. Nothing is guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[［]\d{4}[〕\]］]\d{1,4}号")
_TITLE = re.compile(
    r"(?:法|法典|条例|办法|规定|规则|细则|方案|规划|意见|通知|决定|决议|公告|通告|批复|措施|指南|章程|制度|标准)"
    r"(?:[（(][^）)]{1,12}[）)])?$"
)
_ISSUER = re.compile(r"(?:政府|办公室|办公厅|委员会|常务委员会|局|厅|部|署|院|会|中心)$")
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_IN_FORCE = re.compile(r"自(\d{4}年\d{1,2}月\d{1,2}日)起(?:施行|实施|执行|生效)")
_FROM_PUBLICATION = re.compile(r"自(?:公布|印发|发布|发文|下发|颁布)之日起(?:施行|实施|执行|生效)")
_LONGEST_TITLE_LINE = 50
_TITLE_LINES = 3
_HEAD_LINES = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """Empty where the text does not say it in one way only; `title_lines` are the first line and the number of them."""

    title: str
    title_lines: tuple[int, int]
    number: str
    issuer: str
    published_on: str
    effective_from: str
    effective_note: str


def facts(lines: Sequence[str]) -> Facts:
    """Of the cleaned lines of a text; dates come as 2023-07-20."""
    title, where = _title(lines)
    head = [_plain(line) for line in lines if line.strip()][:_HEAD_LINES]
    issuer, published = _signature(lines)
    begins = {_iso(said) for line in lines for said in _IN_FORCE.findall(re.sub(r"\s", "", line))}
    says = {match[0] for line in lines if (match := _FROM_PUBLICATION.search(line))}
    since = begins.pop() if len(begins) == 1 else ""
    note = f"原文：{says.pop()}" if len(says) == 1 and not since else ""
    return Facts(
        title, where, _only([text for text in head if _NUMBER.fullmatch(text)]), issuer, published, since, note
    )


def _title(lines: Sequence[str]) -> tuple[str, tuple[int, int]]:
    """The first short lines that together end like the name of a regulation."""
    places = [index for index, line in enumerate(lines) if line.strip()][:_HEAD_LINES]
    for start in range(len(places)):
        text = ""
        for many in range(1, _TITLE_LINES + 1):
            here = places[start : start + many]
            parts = [_plain(lines[index]) for index in here]
            if len(here) < many or not all(_could_be_title(part) for part in parts):
                break
            text = "".join(parts)
            if _TITLE.search(text):
                return text, (here[0], here[-1] - here[0] + 1)
    return "", (0, 0)


def _could_be_title(text: str) -> bool:
    plain = len(text) <= _LONGEST_TITLE_LINE and not re.search(r"[。；：，]", text) and not text.startswith("|")
    return plain and not (_NUMBER.fullmatch(text) or _DATE.search(text) or text.endswith("文件"))


def _signature(lines: Sequence[str]) -> tuple[str, str]:
    """An office on one line and a whole date on the next: the only place where both are certain."""
    filled = [_plain(line) for line in lines if line.strip()]
    found = {
        (office, _iso(day))
        for office, day in pairwise(filled)
        if _DATE.fullmatch(day) and len(office) <= 30 and _ISSUER.search(office) and not re.search("[，。；：]", office)
    }
    return found.pop() if len(found) == 1 else ("", "")


def _plain(line: str) -> str:
    return re.sub(r"^#+|\s", "", line)


def _only(found: list[str]) -> str:
    return found[0] if len(set(found)) == 1 else ""


def _iso(text: str) -> str:
    match = _DATE.search(text)
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
