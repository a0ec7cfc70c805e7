"""What a question names: clauses by their numbers (第七条, 12条第3款, 二（三）7), documents by their titles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corpus.numerals import read_number
from corpus.phrases import Phrases
from corpus.tokens import normalize
from service.words import Words

_NUMBER = r"([0-9]+|[一二三四五六七八九十百]+)"
_ARTICLE = re.compile(rf"(?:第|(?<![那这哪每某])){_NUMBER}条(?:之{_NUMBER})?(?:的?第?{_NUMBER}款)?")
_POSITION = re.compile(r"([一二三])\(([一二三四五六])\)([0-9]{1,2})")
_QUOTED = re.compile(r"《([^《》]{2,60})》")
_RUN = re.compile(r"[\u3400-\u9fff]{2,40}")
_BEFORE_ARTICLE = re.compile(rf"([\u3400-\u9fff]{{2,40}}?)(?:\([\u3400-\u9fff]{{2,4}}\))?的?第?{_NUMBER}条")
_OFFICIAL_NUMBER = re.compile(r"[\u3400-\u9fff]{2,10}[〔\[【(]?[0-9]{4}[〕\]】)]?第?[0-9]{1,4}号")
_NOTE = re.compile(r"\([^()]*\)")
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Named:
    """`documents` are ids of those that are held; `unheld` is the name of one that is not, "" where all are."""

    documents: frozenset[str]
    unheld: str


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


def documents_in(normalized: str, titles: Mapping[str, str], numbers: Mapping[str, str], words: Words) -> Named:
    """Documents named as such: by their official number, between 《》, before the number of an article, or by the end
    of their title. `titles` and `numbers` are those held, by id."""
    held, unheld = _numbered(normalized, numbers)
    before = [match[0] for match in _BEFORE_ARTICLE.findall(normalized)]
    for name in (*_QUOTED.findall(normalized), *before):
        meant, own = _meant(name, titles, words)
        known = meant or any(_is(entry.names, name) for entry in words.authority)
        held |= meant if len(meant) == 1 else set()
        unheld = unheld or ("" if known or not own else name)
    for name in _mentioned(normalized, words):
        meant, _ = _meant(name, titles, words)
        held |= meant if len(meant) == 1 else set()
    return Named(frozenset(held), unheld)


def _numbered(normalized: str, numbers: Mapping[str, str]) -> tuple[set[str], str]:
    held: set[str] = set()
    unheld = ""
    for said in _OFFICIAL_NUMBER.findall(normalized):
        meant = {document for document, number in numbers.items() if number and _plain(said).endswith(_plain(number))}
        held |= meant
        unheld = unheld or ("" if meant else said)
    return held, unheld


def _plain(number: str) -> str:
    """An official number without its brackets, which people write in many ways."""
    return re.sub(r"[^\u3400-\u9fff0-9]", "", normalize(number))


def _meant(name: str, titles: Mapping[str, str], words: Words) -> tuple[set[str], str]:
    """The documents of that name, and the name by itself. What gives notice of a document or amends it has that name in
    its own title: the notice is meant before the amendment, and both where no title is that name itself."""
    own = _own_name(name, words)
    if not own:
        return set(), ""
    meant = {document for document, title in titles.items() if _same(own, title)}
    inside = {document for document, title in titles.items() if _same_inside(own, title)}
    notices = {document for document in inside if words.intents["gives_notice"].said_in(titles[document])}
    return meant or notices or inside, own


def _mentioned(normalized: str, words: Words) -> list[str]:
    """Runs of characters that end in 条例, 办法 and the like, long enough to be a title."""
    ends = words.intents["document"]
    return [
        run[: match.end]
        for run in _RUN.findall(normalized)
        for match in ends.find(run)
        if len(_own_name(run[: match.end], words)) >= _ENOUGH
    ]


def _own_name(name: str, words: Words) -> str:
    """Without what leads to it (请问, 咸安区的, 这个); "" where no name is left but 条例, 办法."""
    if not any(match.end == len(name) for match in words.intents["document"].find(name)):
        return ""
    lead = words.intents["document_lead"]
    while first := next((match for match in lead.find(name) if match.start == 0 and match.end > 0), None):
        name = name[first.end :]
    bare = any(match.start == 0 and match.end == len(name) for match in words.intents["document"].find(name))
    return "" if bare else name


def _is(names: Phrases, name: str) -> bool:
    """Whether it ends in one of the names that a document or a level (国家规定, 省条例) goes by."""
    return any(match.end == len(name) for match in names.find(name))


def _same(name: str, title: str) -> bool:
    """Whether one is the other or its end, notes in brackets aside, or both end in the same long name."""
    name, title = _NOTE.sub("", name), _NOTE.sub("", normalize(title))
    return title.endswith((name, name[-_ENOUGH:])) if len(name) >= _ENOUGH else title.endswith(name)


def _same_inside(name: str, title: str) -> bool:
    return any(_same(name, one) for one in _QUOTED.findall(normalize(title)))
