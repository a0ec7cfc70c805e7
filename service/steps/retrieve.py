"""What was asked → the clauses that may answer it: searched, the local plan and the named documents first."""

from collections.abc import Callable, Iterator, Set
from dataclasses import replace

from corpus.clause import Clause
from corpus.index import ClauseIndex, Found, Results, Weights
from service.dialogue import Part, Searched, Understanding
from service.references import Named, documents_in
from service.rules.catalogue import benefits
from service.word_entries import Authority
from service.words import Words

_DEPTH = 5
_NAMED = 2.0
_TITLED = 0.6


def retrieve(understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights) -> Searched:
    """For the whole message and for each of its questions, best first; place and authority are added to the search's
    own score, a clause named by number stands first."""
    named = documents_in(understanding.text, index.titles, index.numbers, words)
    boost = _boost(understanding, named, words)
    only = next(iter(named.documents)) if len(named.documents) == 1 else ""
    whole = _look_up(understanding, index, weights, boost, _with_amendments(only, index) if only else None)
    by_words = replace(weights, dense=0.0)  # the whole message was searched by vectors already
    parts = tuple(_parts(understanding, index, by_words, words, named))
    return Searched(whole, parts, _unasked(understanding, index, weights, whole, boost), named.unheld, only)


def _with_amendments(document: str, index: ClauseIndex) -> frozenset[str]:
    """The document, and those that take the place of its articles."""
    own = f"{document}#"
    amending = (c.ref.document_id for c in index.clauses if any(ref.startswith(own) for ref in c.ends))
    return frozenset({document, *amending})


def _look_up(
    understanding: Understanding,
    index: ClauseIndex,
    weights: Weights,
    boost: Callable[[Clause], float],
    documents: frozenset[str] | None = None,
) -> Results:
    labels = "".join(f" 第{locator.partition('.')[0]}条" for locator in understanding.locators)
    return index.look_up(
        understanding.query + labels,
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        limit=_DEPTH,
        boost=boost,
        documents=documents,
    )


def _parts(
    understanding: Understanding, index: ClauseIndex, weights: Weights, words: Words, named: Named
) -> Iterator[tuple[Part, Found]]:
    """The best clause for each question of a message that asks several."""
    for part in understanding.parts:
        asked = replace(understanding, text=part.text, query=part.text, synonyms=part.synonyms)
        for hit in _look_up(asked, index, weights, _boost(asked, named, words)).found[:1]:
            yield part, hit


def _unasked(
    understanding: Understanding,
    index: ClauseIndex,
    weights: Weights,
    whole: Results,
    boost: Callable[[Clause], float],
) -> Found | None:
    if understanding.locators:
        return None
    basis = {benefits()[slug].basis for slug in understanding.subjects if slug in benefits()}
    return index.unasked(
        understanding.query,
        than=basis | {str(hit.clause.ref) for hit in whole.found},
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        boost=boost,
    )


def _boost(understanding: Understanding, named: Named, words: Words) -> Callable[[Clause], float]:
    active = [entry for entry in words.authority if not entry.names.each or entry.names.said_in(understanding.text)]
    documents: Set[str] = named.documents | {entry.document for entry in active if entry.document and entry.names.each}
    documents = documents or {entry.document for entry in active if entry.document and entry.weight > 0}

    def boost(clause: Clause) -> float:
        weight = _weight(active, clause)
        weight = max(_TITLED, weight) if clause.ref.document_id in named.documents else weight
        by_number = _has_number(clause, understanding.locators, documents)
        return weight + (_NAMED if by_number else 0.0)

    return boost


def _has_number(clause: Clause, locators: tuple[str, ...], documents: Set[str]) -> bool:
    """Whether it is the article of that number in one of the documents, or stands in the place of it."""
    held = (str(clause.ref), *clause.ends)
    named = {f"{document}#{one}" for document in documents for one in locators}
    return any(ref in named or ref.rpartition(".")[0] in named for ref in held)


def _weight(active: list[Authority], clause: Clause) -> float:
    """The largest weight that applies; a clause that nothing speaks of has none."""
    weights = [
        entry.weight
        for entry in active
        if entry.document == clause.ref.document_id or (entry.authority and entry.authority == clause.authority)
    ]
    named = [weight for weight in weights if weight > 0]
    return max(named) if named else min(weights, default=0.0)
