"""Personal data → masked, at the edge: ID card, mobile, bank card, e-mail, plate. Amounts and dates stay."""

import re
import unicodedata
from collections.abc import Callable

_SEPARATOR = r"[\s\-·.]?"
_BANK_CARD_LENGTHS = (19, 18, 17, 16)
_ID_CARD = re.compile(rf"(?<![0-9])(?:[0-9]{_SEPARATOR}){{17}}[0-9Xx](?![0-9])")
# A first digit of 3 or more keeps two dates in a row out of it.
_BANK_CARDS = [
    re.compile(rf"(?<![0-9])[3-9](?:{_SEPARATOR}[0-9]){{{length - 1}}}(?![0-9])") for length in _BANK_CARD_LENGTHS
]
_MOBILE = re.compile(rf"(?<![0-9])(?:(?:\+|00)?86{_SEPARATOR})?1[3-9](?:{_SEPARATOR}[0-9]){{9}}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PLATE = re.compile(
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_SEPARATOR}[A-HJ-NP-Z]{_SEPARATOR}[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """NFKC first, so that full-width digits cannot slip through."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _replace(_ID_CARD, _is_id_card, "〔身份证号〕", plain)
    for pattern in _BANK_CARDS:
        plain = _replace(pattern, _is_bank_card, "〔银行卡号〕", plain)
    plain = _MOBILE.sub("〔手机号〕", plain)
    plain = _LANDLINE.sub("〔电话〕", plain)
    return _PLATE.sub("〔车牌〕", _EMAIL.sub("〔邮箱〕", plain))


def _replace(pattern: re.Pattern[str], is_one: Callable[[str], bool], mark: str, text: str) -> str:
    """Like `sub`, but a span that is none may still overlap one that is."""
    start = 0
    while found := pattern.search(text, start):
        start = found.start() + 1
        if is_one(found[0]):
            text = text[: found.start()] + mark + text[found.end() :]
    return text


def _digits(span: str) -> str:
    return re.sub(r"[^0-9Xx]", "", span).upper()


def _is_id_card(span: str) -> bool:
    """By its birth date, not its check digit: a mistyped ID card is personal data too."""
    digits = _digits(span)
    month, day = int(digits[10:12]), int(digits[12:14])
    return len(digits) == 18 and digits[6:8] in {"18", "19", "20"} and 1 <= month <= 12 and 1 <= day <= 31


def _is_bank_card(span: str) -> bool:
    digits = _digits(span)
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
