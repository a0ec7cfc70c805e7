"""One search box as a code book: spoken words, clause numbers, document numbers → clauses, and why each was found."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from corpus.bank import BankQuestion
from corpus.clause import Clause, Document
from corpus.index import Found, Query, Weights
from corpus.snapshot import Snapshot
from corpus.tokens import normalize, tokens_of
from service.masking import mask
from service.references import locators_in
from service.steps.understand import mend, synonyms_of
from service.words import Words

_NAMED, _CITED, _PLAN = 2.0, 1.0, 1.0
_LIKE_A_BANK_QUESTION = 0.35


@dataclass(frozen=True, slots=True)
class Hit:
    """`by_number`: it was named by its number, or the number of its document; `asked_as`: the bank question most like
    the one asked, "" where none is."""

    found: Found
    by_number: bool
    asked_as: str

    @property
    def clause(self) -> Clause:
        return self.found.clause


def search(
    snapshot: Snapshot,
    words: Words,
    weights: Weights,
    typed: str,
    on: date,
    limit: int,
    document: str | None = None,
) -> list[Hit]:
    """Best first; what is named by its number stands before what is found by words, the local plan's clauses first."""
    text = mend(mask(typed), words)
    locators, numbered = locators_in(text), _named(text, snapshot.documents)
    found = snapshot.index.search(
        text,
        on=on,
        synonyms=synonyms_of(text, words),
        weights=weights,
        limit=limit,
        documents=frozenset({document}) if document else None,
        boost=lambda clause: _boost(clause, locators, numbered),
    )
    asked = frozenset(tokens_of(text))
    return [
        Hit(
            hit,
            _boost(hit.clause, locators, numbered) > 0,
            _nearest(asked, hit, snapshot.questions),
        )
        for hit in found
    ]


def reader(snapshot: Snapshot | None, words: Words) -> Callable[[str], Query]:
    """How questions are read to be compared with each other, by their words alone where there is no snapshot; the
    texts are masked already."""

    def read(text: str) -> Query:
        mended = mend(text, words)
        synonyms = synonyms_of(mended, words)
        return snapshot.index.query(mended, synonyms) if snapshot else Query.of(mended, synonyms, None)

    return read


def _is_numbered(clause: Clause, locators: Sequence[str]) -> bool:
    return any(clause.ref.locator == one or clause.ref.locator.startswith(f"{one}.") for one in locators)


def _boost(clause: Clause, locators: Sequence[str], numbered: dict[str, str]) -> float:
    boost = 0.0
    if _is_numbered(clause, locators):
        boost += _NAMED + (_PLAN if clause.authority == "区" and clause.verbatim else 0.0)
    if clause.ref.document_id in numbered:
        boost += _NAMED
    elif numbered:
        text = _bare(clause.text)
        boost += _CITED if any(number in text for number in numbered.values()) else 0.0
    return boost


def _named(text: str, documents: Sequence[Document]) -> dict[str, str]:
    """The documents whose number stands in the text, whatever brackets it is written with."""
    bare = _bare(text)
    numbers = {document.id: _bare(document.number) for document in documents if document.number}
    return {name: number for name, number in numbers.items() if number in bare}


def _bare(text: str) -> str:
    return re.sub(r"[^\w]|第(?=[0-9]+号)", "", normalize(text))


def _nearest(asked: frozenset[str], hit: Found, questions: Sequence[BankQuestion]) -> str:
    if hit.likeness < _LIKE_A_BANK_QUESTION:
        return ""
    own = [question.text for question in questions if question.ref == str(hit.clause.ref)]
    return max(own, key=lambda text: len(asked & frozenset(tokens_of(text))) / (1 + len(tokens_of(text))), default="")
