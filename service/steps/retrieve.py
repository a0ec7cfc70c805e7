"""What was asked → the clauses that may answer it: searched, the local plan and the named documents first."""

from collections.abc import Iterator
from dataclasses import replace

from corpus.clause import Clause
from corpus.index import ClauseIndex, Found, Results, Weights
from service.dialogue import Part, Understanding
from service.word_entries import Authority
from service.words import Words

_DEPTH = 5
_NAMED = 2.0


def retrieve(understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights) -> Results:
    """Best first; place and authority are added to the search's own score, a clause named by number stands first."""
    active = [entry for entry in words.authority if not entry.names.each or entry.names.said_in(understanding.text)]
    named = understanding.locators
    labels = "".join(f" 第{locator.partition('.')[0]}条" for locator in named)
    return index.look_up(
        understanding.query + labels,
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        limit=_DEPTH,
        boost=lambda clause: _weight(active, clause) + (_NAMED if _is_named(clause, named, active) else 0.0),
    )


def retrieve_parts(
    understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights
) -> Iterator[tuple[Part, Found]]:
    """The best clause for each question of a message that asks several."""
    by_words = replace(weights, dense=0.0)  # the whole message was searched by vectors already
    for part in understanding.parts:
        asked = replace(understanding, text=part.text, query=part.text, synonyms=part.synonyms)
        for hit in retrieve(asked, index, words, by_words).found[:1]:
            yield part, hit


def _is_named(clause: Clause, named: tuple[str, ...], active: list[Authority]) -> bool:
    """By number, in a document that the question names, or else in the local plan."""
    if not any(clause.ref.locator == one or clause.ref.locator.startswith(f"{one}.") for one in named):
        return False
    documents = {entry.document for entry in active if entry.document and entry.names.each}
    return clause.ref.document_id in documents if documents else clause.authority == "区" and clause.verbatim


def _weight(active: list[Authority], clause: Clause) -> float:
    """The largest weight that applies; a clause that nothing speaks of has none."""
    weights = [
        entry.weight
        for entry in active
        if entry.document == clause.ref.document_id or (entry.authority and entry.authority == clause.authority)
    ]
    named = [weight for weight in weights if weight > 0]
    return max(named) if named else min(weights, default=0.0)
