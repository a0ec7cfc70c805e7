"""An Answer → messages that WeChat shows: plain text of at most 2,000 bytes each, choices numbered, sources named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpus.tokens import normalize
from service.channels.wechat.texts import Texts
from service.channels.wechat.xml import legal_in_xml
from service.dialogue import Answer, Citation, Status
from service.rules.catalogue import benefits
from service.rules.facts import fact_types

LIMIT = 2_000
_PLACES = (
    re.compile(r"(?<![】\n])\n+"),  # a paragraph; a heading stays with what it is over
    re.compile(r"[。！？](?:[」”』）]|\[[0-9]+\])*\n*"),
    re.compile(r"[；\n]"),
    re.compile(r"[，、：,;]"),
)
_NUMBERS = re.compile(r"\s*[0-9]{1,2}(?:[\s,，、.。和;；/]+[0-9]{1,2})*[\s.。]*")
_YES_NO = {"true": "是", "false": "否"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that the citizen may give by its number: the fact, its value, and the words for it."""

    fact: str
    value: str
    label: str


def offers_of(answer: Answer) -> tuple[Offer, ...]:
    """The choices of what the answer asks for, in the order of their numbers."""
    if answer.status is not Status.ASKS_FOR_FACT:
        return ()
    return tuple(Offer(fact, value, label) for fact in answer.missing for value, label in _choices(fact).items())


def chosen(text: str, offered: Sequence[Offer]) -> tuple[Offer, ...]:
    """What a message of bare numbers picks; nothing if one of them is no choice, or two are of one fact."""
    if not offered or not is_a_choice(text):
        return ()
    places = _places(text)
    if not all(1 <= place <= len(offered) for place in places):
        return ()
    picked = tuple(offered[place - 1] for place in dict.fromkeys(places))
    return picked if len({offer.fact for offer in picked}) == len(picked) else ()


def is_a_choice(text: str) -> bool:
    """Whether a message is of bare numbers of one or two digits, as the choices have them."""
    return _NUMBERS.fullmatch(normalize(text)) is not None


def choices_again(text: str, offered: Sequence[Offer], texts: Texts) -> str:
    """What to say to bare numbers that pick nothing from `offered`, which is not empty."""
    places = _places(text)
    listed = all(1 <= place <= len(offered) for place in places)
    lines = [texts.one_choice_each if listed else texts.no_such_choice]
    for fact in dict.fromkeys(offer.fact for offer in offered):
        lines.append(fact_types()[fact].question)
        lines += [f"{n} {offer.label}" for n, offer in enumerate(offered, 1) if offer.fact == fact]
    return "\n".join(lines)


def _places(text: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", normalize(text))]


def write(answer: Answer, link: str, texts: Texts) -> str:
    """The whole answer; `link` may be empty."""
    first, *rest = answer.text.split("\n")
    menu = _menu(answer, first, texts)
    blocks = ["\n".join((first, *menu, *rest))]
    if answer.citations:
        blocks.append(texts.sources + "；".join(_sources(answer.citations, texts)))
    if link:
        blocks.append(f"{texts.full_answer}\n{link}")
    return legal_in_xml("\n".join(blocks))


def parts(text: str, link: str, texts: Texts) -> tuple[str, ...]:
    """Messages of at most LIMIT bytes, each but the last telling that there is more, the first where all of it is."""
    if len(text.encode()) <= LIMIT:
        return (text,)
    pointer = f"\n{texts.full_answer}\n{link}" if link else ""
    room = LIMIT - len(f"\n{texts.continues.format(left=9999)}{pointer}".encode())
    pieces = cut(text, room)
    tails = [f"\n{texts.continues.format(left=len(pieces) - n)}" for n in range(1, len(pieces))]
    heads = [
        piece.rstrip("\n") + tail + (pointer if n == 0 else "")
        for n, (piece, tail) in enumerate(zip(pieces, tails, strict=False))
    ]
    return (*heads, pieces[-1])


def cut(text: str, room: int) -> list[str]:
    """Pieces of at most `room` bytes that joined give the text: cut after sentences, else pauses, else anywhere."""
    pieces = []
    while len(text.encode()) > room:
        at = _place(text, len(text.encode()[:room].decode("utf-8", "ignore")))
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]


def _place(text: str, fits: int) -> int:
    """The best kind of place that leaves a piece at least half full."""
    for pattern in _PLACES:
        last = max((match.end() for match in pattern.finditer(text, 0, fits + 16) if match.end() <= fits), default=0)
        if last >= fits // 2:
            return last
    return fits


def _choices(fact: str) -> Mapping[str, str]:
    kind = fact_types()[fact]
    return kind.choices or (_YES_NO if kind.type == "bool" else {})


def _menu(answer: Answer, first: str, texts: Texts) -> list[str]:
    """Lines for the choices: each question once, its choices by number; and how to give what is no choice."""
    offers = offers_of(answer)
    if not offers:
        return []
    facts = list(dict.fromkeys(offer.fact for offer in offers))
    alone = len(answer.missing) == 1
    example = f"{_number(offers, facts[0])} {_number(offers, facts[-1])}"
    lines = [texts.choose_one if len(facts) == 1 else texts.choose_several.format(example=example)]
    for fact in facts:
        question = _question(fact, answer)
        lines += [] if alone and question in first else [question]
        lines += [f"{n} {offer.label}" for n, offer in enumerate(offers, 1) if offer.fact == fact]
    units = [fact_types()[fact].unit for fact in answer.missing if fact not in facts and fact_types()[fact].unit]
    return [*lines, *(texts.with_unit.format(unit=unit) for unit in units[:1]), ""]


def _number(offers: Sequence[Offer], fact: str) -> int:
    return next(n for n, offer in enumerate(offers, 1) if offer.fact == fact)


def _question(fact: str, answer: Answer) -> str:
    """As the benefit that needs it puts it."""
    asking = next((one.benefit for one in answer.entitlements if fact in one.missing), None)
    return benefits()[asking].question(fact) if asking else fact_types()[fact].question


def _sources(citations: Sequence[Citation], texts: Texts) -> Iterator[str]:
    """Each clause once, with all its marks."""
    marks: dict[str, str] = {}
    for citation in citations:
        name = _name(citation, texts)
        marks[name] = marks.get(name, "") + f"[{citation.mark}]"
    return (f"{mark} {name}" for name, mark in marks.items())


def _name(citation: Citation, texts: Texts) -> str:
    document = citation.ref.partition("#")[0]
    name = texts.short_names.get(document) or f"《{citation.document_title}》"
    return f"{name}{citation.label}{'' if citation.verbatim else texts.digest}"
