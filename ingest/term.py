"""How long a text says that it holds → the first day on which it no longer does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.head import iso
from ingest.split import article_number

_COUNT = r"(?P<count>[一二两三四五六七八九十]{1,3}|\d{1,2})(?P<unit>年|个月)"
_DAY = r"\d{4}年\d{1,2}月\d{1,2}日"
_NAMES = "办法|细则|方案|规定|规则|意见|通知|条例|措施|规划|公告|通告|决定|指南|制度|标准|文件"
_SELF = rf"本(?:实施)?(?:暂行|试行)?(?:{_NAMES})的?"
_TERM = "(?:有效期限?|试行期限?|施行期限?|执行期限?|实施期限?|试行|暂行|暂定)"
_HOLDS = "(?:正式)?(?:施行|实施|执行|生效|试行)"
_FROM = f"自(?:{_DAY}|(?:公布|印发|发布|发文|下发|颁布)之日)起?"
_OPENING = "^(?:第[一二三四五六七八九十百零]+条|[（(]?[一二三四五六七八九十]+[）)、])?"
# The sentence must be about the text itself, not about a certificate or the years in which money is paid.
_OWN = re.compile(f"{_OPENING}(?:{_TERM}|{_FROM})|{_SELF}(?:{_TERM}|自|从|有效|{_HOLDS}[至到])|，{_FROM}{_HOLDS}")
_LASTS = re.compile(f"(?:{_OPENING}|[，、（]|{_SELF}|{_HOLDS}){_TERM}(?:暂定|暂)?[为是：:]?{_COUNT}")
_UNTIL = re.compile(
    f"(?:{_TERM}[为是：:]?(?:自?{_DAY}起?)?|(?:{_FROM}|{_SELF}){_HOLDS}，?(?:有效)?|{_SELF}有效)，?[至到](?P<day>{_DAY})"
    f"|{_FROM}[至到](?P<last>{_DAY})止?(?:{_HOLDS}|有效)"
)
_BEGINS = re.compile(f"自({_DAY})起?")
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Term:
    """`until` as 2031-01-01, or "" though the text says something; `said` is what it says, `why` what is in the way."""

    until: str = ""
    said: str = ""
    why: str = ""


def term(lines: Sequence[str], since: str) -> Term:
    """`since`: the day from which it holds, "" where that is not known."""
    said = {sentence: _ends(sentence, since) for line in lines for sentence in _sentences(line) if _states(sentence)}
    if not said:
        return Term()
    quoted = "”“".join(said)
    ends = set(said.values())
    if ends == {""}:
        return Term("", quoted, "日期不对" if any(map(_UNTIL.search, said)) else "从哪天算起不清楚")
    if len(ends) > 1:
        return Term("", quoted, "说法不止一种")
    return Term(ends.pop(), quoted)


def after(begins: date, years: int, months: int) -> date:
    """The first day after so many years and months: 2026-01-01 and 5 years → 2031-01-01."""
    whole = begins.month - 1 + months
    year, month = begins.year + years + whole // _LAST_MONTH, whole % _LAST_MONTH + 1
    try:
        return date(year, month, begins.day)
    except ValueError:  # 31 April, 29 February
        return date(year + month // _LAST_MONTH, month % _LAST_MONTH + 1, 1)


def _sentences(line: str) -> list[str]:
    return [part for part in re.split("[。；;]", re.sub(r"\s", "", line)) if part]


def _states(sentence: str) -> bool:
    return bool(_OWN.search(sentence) and (_LASTS.search(sentence) or _UNTIL.search(sentence)))


def _ends(sentence: str, since: str) -> str:
    if match := _UNTIL.search(sentence):
        last = iso(match["day"] or match["last"])
        return (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else ""
    match, begins = _LASTS.search(sentence), _BEGINS.search(sentence)
    since = iso(begins[1]) if begins else since
    if not match or not since:
        return ""
    many = article_number(match["count"])
    years, months = (many, 0) if match["unit"] == "年" else (0, many)
    return after(date.fromisoformat(since), years, months).isoformat()
