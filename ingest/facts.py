"""What an official text plainly says about itself: title, number, issuer, dates. Nothing is guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from ingest.head import DAY, NUMBER, Head, iso, offices
from ingest.term import Term, term

_TITLE = re.compile(
    r"(?:法|法典|条例|办法|规定|规则|细则|方案|规划|意见|通知|决定|决议|公告|通告|批复|措施|指南|章程|制度|标准)"
    r"(?:[（(][^）)]{1,12}[）)])?[》〉]?$"
)
_CARRIES = re.compile(r"关于(?:印发|发布|公布|转发|下发)(?P<name>.+?)的(?:通知|公告|通告|决定)$")
_BRACKETS = re.compile("[《》〈〉<>]")
_IN_FORCE = re.compile(r"自(\d{4}年\d{1,2}月\d{1,2}日)起(?:正式)?(?:施行|实施|执行|生效|试行)")
_FROM_PUBLICATION = re.compile(r"自(?:公布|印发|发布|发文|下发|颁布)之日起(?:施行|实施|执行|生效|试行)")
_LONGEST_TITLE_LINE = 50
_LONGEST_OFFICE = 30
_TITLE_LINES = 3
_HEAD_LINES = 8
_IN_USE = re.compile(r"(?:现行)?有效|是")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """Empty where the text does not say it in one way only; `title_lines` are the first line and the number of them.

    `ends` tells of the first day on which it no longer holds; `doubts` is what a person should compare.
    """

    title: str
    title_lines: Place
    number: str
    issuer: str
    published_on: str
    effective_from: str
    effective_note: str
    ends: Term = Term()
    doubts: tuple[str, ...] = ()


def facts(lines: Sequence[str], page: Head = Head()) -> Facts:
    """Of the cleaned lines of a text, and of the page's own head where they are silent; dates come as 2023-07-20."""
    title, where = _title(lines)
    top = [_plain(line) for line in lines if line.strip()][:_HEAD_LINES]
    number = _only([text for text in top if NUMBER.fullmatch(text)])
    issuer, signed = _signature(lines)
    published = signed or page.written_on or page.posted_on
    begins = {iso(said) for line in lines for said in _IN_FORCE.findall(re.sub(r"\s", "", line))}
    says = {match[0] for line in lines if (match := _FROM_PUBLICATION.search(re.sub(r"\s", "", line)))}
    since = begins.pop() if len(begins) == 1 else "" if begins or says else page.begins_on
    note = f"原文：{says.pop()}" if len(says) == 1 and not since else ""
    ends = _end(lines, page, since or (published if note else ""))
    return Facts(
        title or unwrapped(page.title),
        where,
        number or page.number,
        issuer or page.issuer or page.source,
        published,
        since,
        note,
        ends,
        tuple(_doubts(page, number, issuer, signed, ends)),
    )


def unwrapped(title: str) -> str:
    """Without the 《》 that stand around all of it."""
    inside = re.fullmatch(r"《([^《》]*(?:《[^《》]*》[^《》]*)*)》", title)
    return inside[1] if inside else title


def _end(lines: Sequence[str], page: Head, since: str) -> Term:
    found = term(lines, since)
    if found.said:
        return found
    if page.ends_on:
        return Term(page.ends_on, f"失效日期：{page.ends_on}")
    return term([f"有效期{page.term}"], since) if page.term else Term()


def _doubts(page: Head, number: str, issuer: str, signed: str, ends: Term) -> list[str]:
    """What the text and the page say differently, and what only the page says of itself."""
    doubts = []
    if number and page.number and number != page.number:
        doubts.append(f"正文的文号是 {number}，网页写的是 {page.number}，用了正文的，请核对")
    if signed and page.written_on and signed != page.written_on:
        doubts.append(f"落款的日期是 {signed}，网页写的成文日期是 {page.written_on}，用了落款的，请核对")
    if page.posted_on and not signed and not page.written_on:
        doubts.append(f"没有落款和成文日期，印发日期用了网页的发布日期 {page.posted_on}，请核对")
    if page.source and not issuer and not page.issuer:
        doubts.append(f"没有落款和发布机构，发布机关用了网页的来源 {page.source}，请核对")
    if ends.until:
        last = date.fromisoformat(ends.until) - timedelta(days=1)
        doubts.append(f"失效日期按“{ends.said}”填了 {ends.until}（有效的最后一天是 {last}），请核对")
    if page.state and not _IN_USE.fullmatch(page.state):
        doubts.append(f"网页写着有效性：{page.state}，请核对 effective_until")
    return doubts


# --- the title ---


def _title(lines: Sequence[str]) -> tuple[str, Place]:
    """Of the regulation that a notice carries, else of the first short lines that end like the name of one."""
    title, where = _first_title(lines)
    if match := _CARRIES.search(title):
        carried, there = _carried(lines, sum(where), _words(match["name"]))
        return (unwrapped(carried), there) if carried else (title, where)
    return unwrapped(title), where


def _first_title(lines: Sequence[str]) -> tuple[str, Place]:
    places = [index for index, line in enumerate(lines) if line.strip()]
    for start in range(min(len(places), _HEAD_LINES)):
        for many in range(1, _TITLE_LINES + 1):
            here = places[start : start + many]
            parts = [_plain(lines[index]) for index in here]
            if len(here) < many or not all(_could_be_title(part) for part in parts):
                break
            after = _plain(lines[places[start + many]]) if start + many < len(places) else ""
            if _TITLE.search("".join(parts)) and not re.match("的(?:通知|公告|通告|决定|批复)", after):
                return "".join(parts), (here[0], here[-1] - here[0] + 1)
    return "", (0, 0)


def _carried(lines: Sequence[str], first: int, name: str) -> tuple[str, Place]:
    """The name that a notice gives, on lines of its own further down."""
    places = [index for index in range(first, len(lines)) if lines[index].strip()]
    for start in range(len(places)):
        for many in range(1, _TITLE_LINES + 1):
            here = places[start : start + many]
            text = "".join(_plain(lines[index]) for index in here)
            if len(here) == many and _words(text) == name:
                return text, (here[0], here[-1] - here[0] + 1)
    return "", (0, 0)


def _words(title: str) -> str:
    return _BRACKETS.sub("", title)


def _could_be_title(text: str) -> bool:
    plain = len(text) <= _LONGEST_TITLE_LINE and not re.search(r"[。；：，]", text) and not text.startswith("|")
    return plain and not (NUMBER.fullmatch(text) or DAY.search(text) or text.endswith("文件"))


# --- the signature ---


def _signature(lines: Sequence[str]) -> tuple[str, str]:
    """Offices, each on its line or side by side, and a whole date under them: only there both are certain."""
    filled = [line.strip() for line in lines if line.strip()]
    found = set()
    for index, (above, below) in enumerate(pairwise(filled)):
        if re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", _plain(below)) and _office(above):
            first = index
            while first and _office(filled[first - 1]):
                first -= 1
            found.add(("、".join(map(_office, filled[first : index + 1])), iso(below)))
    return found.pop() if len(found) == 1 else ("", "")


def _office(line: str) -> str:
    plain = _plain(line)
    return offices(line) if len(plain) <= _LONGEST_OFFICE and not re.search("[，。；：]", plain) else ""


def _plain(line: str) -> str:
    return re.sub(r"^#+|\s", "", line)


def _only(found: list[str]) -> str:
    return found[0] if len(set(found)) == 1 else ""
