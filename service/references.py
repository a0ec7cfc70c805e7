"""A clause named by its number (第七条, 12条第3款, 二（三）7) → the locators it may have."""

import re

from corpus.numerals import read_number

_NUMBER = r"([0-9]+|[一二三四五六七八九十百]+)"
_ARTICLE = re.compile(rf"第?{_NUMBER}条(?:之{_NUMBER})?(?:的?第?{_NUMBER}款)?")
_POSITION = re.compile(r"([一二三])\(([一二三四五六])\)([0-9]{1,2})")


def locators_in(normalized: str) -> tuple[str, ...]:
    """第12条第3款 → 12.3; 第十六条之一 → 16-1; 二(三)7 → 7, as the plan counts its articles through."""
    named = []
    for article, insert, paragraph in _ARTICLE.findall(normalized):
        named.append(
            _digits(article)
            + (f"-{_digits(insert)}" if insert else "")
            + (f".{_digits(paragraph)}" if paragraph else "")
        )
    return (*named, *(match[3] for match in _POSITION.finditer(normalized)))


def _digits(text: str) -> str:
    number = read_number(text)
    return str(int(number)) if number is not None else text
