"""The numbers that a text states, as values: what an answer says must be found in what it rests on."""

import re
from decimal import Decimal

from corpus.numerals import read_number

MARK = re.compile(r"\[[0-9]+\]")
_LABEL = re.compile(r"第[0-9〇零一二三四五六七八九十百]+[条款项章节编号个]|〔[0-9]{4}〕[0-9]+号|令第[0-9]+号")
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_SPELLED = re.compile(r"([零一二两三四五六七八九十百千万]+)(?:元|天|日|个月|倍|万元|周岁|学期|所|%|小时)")


def numbers_in(text: str) -> set[Decimal]:
    """500 and 500.00 and 五百元 are one; marks, labels of clauses and document numbers are left out."""
    plain = _LABEL.sub(" ", MARK.sub(" ", text))
    spelled = (read_number(found) for found in _SPELLED.findall(plain))
    written = (Decimal(found.replace(",", "")) for found in _NUMBER.findall(plain))
    return {number for number in (*spelled, *written) if number is not None}
