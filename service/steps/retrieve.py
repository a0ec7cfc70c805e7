"""What was asked → the clauses that may answer it: searched, then ordered by place and authority."""

from corpus.clause import Clause
from corpus.index import ClauseIndex, Found, Weights
from corpus.phrases import says
from service.dialogue import Understanding
from service.words import Authority, Words

_DEPTH = 40


def retrieve(understanding: Understanding, index: ClauseIndex, words: Words, weights: Weights) -> list[Found]:
    """Best first; `score` stays the search's own, the order adds the local plan's and the named documents' weight."""
    found = index.search(
        understanding.query,
        on=understanding.on,
        synonyms=understanding.synonyms,
        weights=weights,
        limit=_DEPTH,
    )
    active = [entry for entry in words.authority if not entry.names or says(entry.names, understanding.text)]
    return sorted(found, key=lambda f: -(f.score + max_weight(active, f.clause)))


def max_weight(active: list[Authority], clause: Clause) -> float:
    """The largest weight that applies; a clause that nothing speaks of has none."""
    weights = [
        entry.weight
        for entry in active
        if entry.document == clause.ref.document_id or (entry.authority and entry.authority == clause.authority)
    ]
    named = [weight for weight in weights if weight > 0]
    return max(named) if named else min(weights, default=0.0)
