"""A number as people write it (2400, 2,400, 两千四, 2千4, 4.5万, 1w, 四个半 → 四 and a half) → Decimal."""

import re
from decimal import Decimal, InvalidOperation

import cn2an

_LOWER_UNIT = {"万": "千", "千": "百", "百": "十"}
_COLLOQUIAL = re.compile(r"([万千百])([一二两三四五六七八九1-9])$")


def read_number(text: str) -> Decimal | None:
    """None when the span is no number; the caller keeps the span as written for quoting."""
    plain = text.strip().replace(",", "").replace("w", "万").replace("两", "二")
    if plain == "半":
        return Decimal("0.5")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return _chinese(plain)


def _chinese(text: str) -> Decimal | None:
    """两千四 means 2400: a last digit without a unit takes the next lower unit."""
    spelled = _COLLOQUIAL.sub(lambda m: m[1] + m[2] + _LOWER_UNIT[m[1]], text)
    try:
        return Decimal(str(cn2an.cn2an(spelled, "smart")))
    except (ValueError, InvalidOperation, KeyError):
        return None
