"""A number as people write it (2400, 2,400, 两千四, 2千4, 4.5万, 四点五万, 1w, 伍佰, 半) → Decimal."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import cn2an

_LOWER_UNIT = {"万": "千", "千": "百", "百": "十"}
_COLLOQUIAL = re.compile(r"([万千百])([一二两三四五六七八九1-9])$")
_POINT = re.compile(r"(.+点.+)([万亿])")
_UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_GROUP_MARK = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NUMERAL = re.compile(r"[0-9零〇一二三四五六七八九十百千万亿点.壹贰叁肆伍陆柒捌玖拾佰仟]+")


def read_number(text: str) -> Decimal | None:
    """None when the span is no number; the caller keeps the span as written for quoting."""
    plain = _GROUP_MARK.sub("", unicodedata.normalize("NFKC", text).strip().lower())
    plain = plain.replace("w", "万").replace("两", "二")
    if plain == "半":
        return Decimal("0.5")
    if _DIGITS.fullmatch(plain):
        return Decimal(plain)
    return _chinese(plain) if _NUMERAL.fullmatch(plain) else None


def _chinese(text: str) -> Decimal | None:
    """两千四 means 2400: a last digit without a unit takes the next lower unit."""
    if pointed := _POINT.fullmatch(text):
        number = _chinese(pointed[1])
        return number * _UNITS[pointed[2]] if number is not None else None
    spelled = _COLLOQUIAL.sub(lambda m: m[1] + m[2] + _LOWER_UNIT[m[1]], text)
    try:
        return Decimal(str(cn2an.cn2an(spelled, "smart")))
    except (ValueError, InvalidOperation, KeyError):
        return None
