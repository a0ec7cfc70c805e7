"""What was asked → the clauses that may answer it: searched, then ordered by place and authority."""

from dataclasses import replace

from corpus.clause import Clause
from corpus.index import ClauseIndex, Found, Weights
from service.dialogue import Understanding
from service.words import Authority, Words

_DEPTH = 40


def retrieve(understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights) -> list[Found]:
    """Best first; the local plan's and the named documents' weight is added to the search's own score."""
    found = index.search(
        understanding.query,
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        limit=_DEPTH,
    )
    active = [entry for entry in words.authority if not entry.names.each or entry.names.said_in(understanding.text)]
    weighed = [replace(hit, score=hit.score + _weight(active, hit.clause)) for hit in found]
    return sorted(weighed, key=lambda hit: -hit.score)


def _weight(active: list[Authority], clause: Clause) -> float:
    """The largest weight that applies; a clause that nothing speaks of has none."""
    weights = [
        entry.weight
        for entry in active
        if entry.document == clause.ref.document_id or (entry.authority and entry.authority == clause.authority)
    ]
    named = [weight for weight in weights if weight > 0]
    return max(named) if named else min(weights, default=0.0)
