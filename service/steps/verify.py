"""A Draft → an Answer: every mark, quote and number is supported, or the plain extract is sent in its place."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from corpus.clause import Clause
from service.dialogue import Citation, Draft, Quote, Understanding
from service.numbers import numbers_in

_EDITED = "□〔"  # what an editor marked as lost or supplied

_MARK = re.compile(r"\[([0-9]+)\]")


def verify(draft: Draft) -> Draft:
    """The draft itself, or its plain extract when anything in it is unsupported."""
    quoted = all(_stands(quote) for quote in draft.quotes)
    marked = all(0 < int(mark) <= len(draft.quotes) for line in draft.lines for mark in _MARK.findall(line))
    if quoted and marked and not unsupported(draft):
        return draft
    return extract(draft)


def extract(draft: Draft) -> Draft:
    """Only the quotes that stand, word for word."""
    quotes = tuple(quote for quote in draft.quotes if _stands(quote))
    lines = tuple(_shown(quote, n) for n, quote in enumerate(quotes, start=1))
    return replace(draft, lines=lines, quotes=quotes, reason="not_verified")


def _shown(quote: Quote, mark: int) -> str:
    text = f"「{quote.text}」" if quote.clause.verbatim else f"摘要（不是原文）：{quote.text}"
    return f"{quote.clause.label}：{text}[{mark}]"


def _stands(quote: Quote) -> bool:
    return bool(quote.text) and quote.text in quote.clause.text


def unsupported(draft: Draft) -> set[Decimal]:
    """Numbers of the answer that no cited clause, working, input or vouched wording contains."""
    said = numbers_in("\n".join(draft.lines))
    return said - numbers_in("\n".join(_support(draft)))


def _support(draft: Draft) -> Iterable[str]:
    for quote in draft.quotes:
        yield quote.text
        yield from (quote.clause.label, quote.clause.document_title)
    for entitlement in draft.entitlements:
        yield str(entitlement.amount)
        for step in entitlement.working:
            yield f"{step.sentence} {step.value}"
        yield from (str(value) for value in entitlement.inputs.values())
    yield from draft.vouched


def citations(draft: Draft, asked: Understanding) -> tuple[Citation, ...]:
    return tuple(_citation(n, quote.clause, quote.text, asked) for n, quote in enumerate(draft.quotes, start=1))


def _citation(mark: int, clause: Clause, quote: str, asked: Understanding) -> Citation:
    return Citation(
        mark=mark,
        ref=str(clause.ref),
        document_title=clause.document_title,
        document_number=clause.document_number,
        label=clause.label,
        position=clause.position,
        quote=quote,
        url=clause.source_url,
        verbatim=clause.verbatim,
        in_force=clause.in_force(asked.on),
        gaps=clause.gaps if any(mark in quote for mark in _EDITED) else (),
    )
