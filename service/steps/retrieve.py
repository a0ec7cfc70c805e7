"""What was asked → the clauses that may answer it: searched, the local plan and the named documents first."""

from corpus.clause import Clause
from corpus.index import ClauseIndex, Results, Weights
from service.dialogue import Understanding
from service.words import Authority, Words

_DEPTH = 8


def retrieve(understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights) -> Results:
    """Best first; place and authority are added to the search's own score."""
    active = [entry for entry in words.authority if not entry.names.each or entry.names.said_in(understanding.text)]
    return index.look_up(
        understanding.query,
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        limit=_DEPTH,
        boost=lambda clause: _weight(active, clause),
    )


def _weight(active: list[Authority], clause: Clause) -> float:
    """The largest weight that applies; a clause that nothing speaks of has none."""
    weights = [
        entry.weight
        for entry in active
        if entry.document == clause.ref.document_id or (entry.authority and entry.authority == clause.authority)
    ]
    named = [weight for weight in weights if weight > 0]
    return max(named) if named else min(weights, default=0.0)
