"""Clauses and the ways people ask for them → one search: words (bm25s) and vectors, fused by weighted sum."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import fsum  # of a set: it rounds once, so the order does not count
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from corpus.bank import NOT_ANSWERED, BankQuestion
from corpus.clause import Clause
from corpus.embedder import Embedder
from corpus.evidence import Evidence, evidence
from corpus.tokens import tokenize, tokens_of
from corpus.vectors import VectorIndex, Vectors

_DEPTH = 1_000
_MANY = 10_000
_VOTERS = 10
_SEARCHES = 4
_BEST = 100
_STANDS_OUT = 1.3
_UNSURE = 0.8
_NEAREST = 200
_SPOKEN_FOR = 8
_THE_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Weights:
    """How the searches are fused. `dense` and `bank_dense`: vectors against words, in the clauses and in the question
    bank; `bank`: the bank against the clauses; synonyms count less than the citizen's own words."""

    dense: float = 0.5
    synonyms: float = 0.4
    bank: float = 0.45
    bank_dense: float = 0.3


@dataclass(frozen=True, slots=True)
class Found:
    """A clause and why it was found.

    `score` is relative to this query. Absolute, 0–1: `support`, the share of the question's information (idf) that the
    clause contains, its synonyms with their weight; `likeness`, how like its nearest bank question it is.
    """

    clause: Clause
    score: float
    support: float
    likeness: float
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found, best first, and what the nearest bank questions say of the question itself.

    `shares` and `likeness` are 0–1, by side: "" for questions that a clause answers, `!reason` for those that must not
    be answered; `likeness` also by ref. Empty without a bank. `evidence` for the first that was found; None without
    vectors or a bank.
    """

    found: list[Found]
    shares: Mapping[str, float]
    likeness: Mapping[str, float]
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class _Ballot:
    votes: Vectors
    shares: dict[str, float]
    likeness: dict[str, float]


@dataclass(frozen=True, slots=True)
class Query:
    """The tokens of one question: its own, those of its synonyms, and its vector."""

    tokens: tuple[str, ...]
    extra: tuple[str, ...]
    vector: Vectors | None

    @staticmethod
    def of(text: str, synonyms: Sequence[str], embedder: Embedder | None) -> "Query":
        tokens = tuple(dict.fromkeys(tokens_of(text)))
        extra = {token for phrase in synonyms for token in tokens_of(phrase)} - set(tokens)
        vector = embedder.encode_query(" ".join((text, *synonyms))) if embedder else None
        return Query(tokens, tuple(sorted(extra)), vector)


class Entries:
    """Texts that can be searched by words and by vectors."""

    def __init__(self, texts: Sequence[str], bm25: bm25s.BM25, vectors: VectorIndex | None) -> None:
        self._bm25 = bm25
        self._vectors = vectors
        self._size = len(texts)
        self._starts, self._rows = bm25.scores["indptr"], bm25.scores["indices"]
        frequency = np.diff(self._starts)
        self._idf = np.log((self._size + 1) / (frequency + 0.5))
        self._rarest = float(np.log(self._size + 1))
        self.weight = lru_cache(maxsize=4096)(lambda n: fsum(map(self.rarity, self.inside(n))))
        self._words = lru_cache(maxsize=8)(self._score_words)
        self.inside = lru_cache(maxsize=4096)(lambda n: frozenset(tokenize(texts[n])))

    def scores(self, query: Query, dense: float, synonyms: float, similar: Vectors | None) -> Vectors:
        """Words and vectors, each rescaled to 0–1 for this query; `similar` is what `similar()` gave, if asked."""
        words = rescale(self.words(query, synonyms))
        if similar is None or not similar.any():
            return words
        near = _spread(similar)
        if self._size > _MANY:  # among very many, only what stands out counts
            words, near = words**2, near**2
            dense *= 1.0 if _stands_out(similar) else _UNSURE
        return (1 - dense) * words + dense * near

    def words(self, query: Query, synonyms: float) -> Vectors:
        return self._words(query.tokens) + synonyms * self._words(query.extra)

    def similar(self, query: Query) -> Vectors | None:
        """Cosine of the nearest texts; None where there are no vectors."""
        if self._vectors is None or query.vector is None:
            return None
        return self._vectors.similarities(query.vector, _NEAREST)

    def _score_words(self, tokens: tuple[str, ...]) -> Vectors:
        """Read-only: the last few are kept, as one question is scored several times."""
        known = [token for token in tokens if token in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def has(self, n: int, token: str) -> bool:
        """Whether the n-th text holds the token."""
        texts = self.holding(token)
        place = int(np.searchsorted(texts, n))
        return place < len(texts) and int(texts[place]) == n

    def holding(self, token: str) -> NDArray[np.int64]:
        """The places of the texts that hold the token, in order."""
        known = self._bm25.vocab_dict.get(token)
        texts: NDArray[np.int64] = self._rows[slice(0) if known is None else slice(*self._starts[known : known + 2])]
        return texts

    def rarity(self, token: str) -> float:
        """Its idf; a token that no text has is as rare as can be."""
        known = self._bm25.vocab_dict.get(token)
        return float(self._idf[known]) if known is not None else self._rarest


class ClauseIndex:
    """Search over one published set of clauses; immutable once opened."""

    def __init__(
        self,
        clauses: Sequence[Clause],
        entries: Entries,
        questions: Sequence[BankQuestion],
        bank: Entries | None,
        embedder: Embedder | None,
    ) -> None:
        """`bank` is searched for `questions`; `embedder` None: by words alone."""
        self.clauses = clauses
        self.entries = entries
        self.bank = bank
        self._embedder = embedder
        self._pool = ThreadPoolExecutor(_SEARCHES)  # Chroma searches beside the words
        self._places = {str(clause.ref): n for n, clause in enumerate(clauses)}
        self._questions = questions
        self._owner = np.array([self._places.get(question.ref, -1) for question in questions], dtype=np.int64)
        self._inherits = _inherits(clauses, self._places)
        ways = Counter(int(place) for place in self._owner)
        asked = {place for place, number in ways.items() if number >= _SPOKEN_FOR}
        for heir, old in self._inherits:
            asked |= {heir} if old in asked else set()
        self._unasked = np.setdiff1d(np.arange(len(clauses) if questions else 0), list(asked))
        self.titles = {clause.ref.document_id: clause.document_title for clause in clauses}
        self.numbers = {clause.ref.document_id: clause.document_number for clause in clauses}

    @property
    def has_vectors(self) -> bool:
        return self._embedder is not None

    @property
    def encoder(self) -> str:
        """The fingerprint of the encoder that searches, "" without vectors."""
        return self._embedder.fingerprint if self._embedder else ""

    def query(self, text: str, synonyms: Sequence[str] = ()) -> Query:
        """The question as this index reads it, to compare questions with each other."""
        return Query.of(text, synonyms, self._embedder)

    def alike(self, one: str, other: str) -> float:
        """Weighted Dice of two questions' tokens, 0–1: how like each other they are, by what is rare in the bank."""
        rarity = (self.bank or self.entries).rarity
        mine, yours = frozenset(tokens_of(one)), frozenset(tokens_of(other))
        total = fsum(map(rarity, mine)) + fsum(map(rarity, yours))
        return 2 * fsum(map(rarity, mine & yours)) / total if total else 0.0

    def search(
        self,
        text: str,
        *,
        on: date | None = None,
        synonyms: Sequence[str] = (),
        weights: Weights = Weights(),
        limit: int = 10,
        documents: frozenset[str] | None = None,
        boost: Callable[[Clause], float] | None = None,
    ) -> list[Found]:
        """Best first, before all a clause for which the bank has this very question; ties break by clause order. `on`
        leaves out what was not yet issued or has ended by that day; `boost` is added to a clause's score before the
        best are taken."""
        return self.look_up(
            text, on=on, synonyms=synonyms, weights=weights, limit=limit, documents=documents, boost=boost
        ).found

    def look_up(
        self,
        text: str,
        *,
        on: date | None = None,
        synonyms: Sequence[str] = (),
        weights: Weights = Weights(),
        limit: int = 10,
        documents: frozenset[str] | None = None,
        boost: Callable[[Clause], float] | None = None,
        unlike: str = "",
    ) -> "Results":
        """`search`, and what the bank says of the question itself; `unlike` is a bank question to leave out."""
        dense = bool(weights.dense or weights.bank_dense)
        query = Query.of(text, synonyms, self._embedder if dense else None)
        similar = self._pool.submit(self.entries.similar, query) if weights.dense else None
        ballot = self._ballot(query, weights, unlike)
        scores = self.entries.scores(query, weights.dense, weights.synonyms, similar.result() if similar else None)
        if self.bank is not None:
            scores = (1 - weights.bank) * scores + weights.bank * rescale(ballot.votes)
        allowed = [n for n in best_first(scores, _DEPTH) if self._allows(self.clauses[n], on, documents)]
        same = {self._places[ref] for ref, like in ballot.likeness.items() if like >= _THE_SAME and ref in self._places}
        weighed = [(float(scores[n]) + (boost(self.clauses[n]) if boost else 0.0) + (n in same), n) for n in allowed]
        weighed.sort(key=lambda pair: (-pair[0], pair[1]))
        found = [
            self._found(n, score, ballot.likeness.get(str(self.clauses[n].ref), 0.0), query, weights)
            for score, n in weighed[:limit]
        ]
        return Results(found, ballot.shares, ballot.likeness, self._evidence(query, found, unlike))

    def unasked(
        self,
        text: str,
        *,
        than: Collection[str],
        on: date | None = None,
        synonyms: Sequence[str] = (),
        weights: Weights = Weights(),
        boost: Callable[[Clause], float],
    ) -> Found | None:
        """Of the clauses that the bank holds hardly a way of asking for, the one that holds most of the question's
        words, if it holds more of them than each of the clauses `than`; `boost` is added to the `support` of all.

        The others have the bank to speak for them, this one only its words."""
        query = Query.of(text, synonyms, None)
        near = self.entries.words(query, weights.synonyms)[self._unasked]
        likely = [int(self._unasked[n]) for n in best_first(near, _VOTERS)]
        allowed = [self._found(n, 0.0, 0.0, query, weights) for n in likely if self._allows(self.clauses[n], on, None)]
        known = {self._places[ref] for ref in than if ref in self._places} - set(self._unasked)
        rivals = [self._found(n, 0.0, 0.0, query, weights) for n in known]
        best = max(allowed, key=lambda found: found.support + boost(found.clause), default=None)
        if best is None:
            return None
        least = max((found.support + boost(found.clause) for found in rivals), default=0.0)
        return best if best.support + boost(best.clause) > least else None

    def _allows(self, clause: Clause, on: date | None, documents: frozenset[str] | None) -> bool:
        in_time = on is None or (clause.known(on) and not clause.ended(on) and not _waits(clause, on, documents))
        return in_time and (documents is None or clause.ref.document_id in documents)

    def _ballot(self, query: Query, weights: Weights, unlike: str) -> "_Ballot":
        """The nearest bank questions vote for their clauses by the square of their score, and for what has since taken
        the place of those.

        The sides are counted by words alone: the encoder was trained on the bank, and would be too sure of it.
        """
        ballot = _Ballot(np.zeros(len(self.clauses), dtype=np.float32), {}, {})
        for n, vote in self._nearest(query, weights.bank_dense, unlike):
            if self._owner[n] >= 0:
                ballot.votes[self._owner[n]] += vote
        by_words = self._nearest(query, 0.0, unlike)
        known = {token: self.bank.rarity(token) for token in query.tokens} if self.bank else {}
        total = sum(vote for _, vote in by_words) or 1.0
        for n, vote in by_words:
            ref = self._questions[n].ref
            side = ref if ref.startswith(NOT_ANSWERED) else ""
            ballot.shares[side] = ballot.shares.get(side, 0.0) + vote / total
            alike = self._alike(known, n)
            for name in {ref, side}:
                ballot.likeness[name] = max(ballot.likeness.get(name, 0.0), alike)
        for heir, old in self._inherits:
            ballot.votes[heir] += ballot.votes[old]
            own, inherited = str(self.clauses[heir].ref), ballot.likeness.get(str(self.clauses[old].ref), 0.0)
            ballot.likeness[own] = max(ballot.likeness.get(own, 0.0), inherited)
        return ballot

    def _evidence(self, query: Query, found: Sequence[Found], unlike: str) -> Evidence | None:
        similar = self.bank.similar(query) if self.bank is not None else None
        if self.bank is None or similar is None or not found:
            return None
        best = self._places[str(found[0].clause.ref)]
        own = {n for n in map(int, np.flatnonzero(self._owner == best)) if self._questions[n].text != unlike}
        words = [token for token in query.tokens if not token.startswith("#")]
        asked = {word: {int(n) for n in self.bank.holding(word)} for word in words}
        known = [word for word in words if {self._questions[n].text for n in asked[word]} - {unlike}]
        held = [not asked[word].isdisjoint(own) or self.entries.has(best, word) for word in known]
        rarity = np.array([self.bank.rarity(word) for word in known])
        return evidence(similar, self._questions, unlike, rarity, np.array(held, dtype=bool))

    def _nearest(self, query: Query, dense: float, unlike: str) -> list[tuple[int, float]]:
        """Positions of the nearest bank questions, and their votes."""
        if self.bank is None:
            return []
        scores = self.bank.scores(query, dense, 0.0, self.bank.similar(query) if dense else None)
        nearest = [n for n in best_first(scores, _VOTERS + 1) if self._questions[n].text != unlike][:_VOTERS]
        return [(n, float(scores[n]) ** 2) for n in nearest]

    def _alike(self, known: Mapping[str, float], n: int) -> float:
        """Weighted Dice of the question's tokens (with their rarity) and a bank question's, 0–1."""
        assert self.bank is not None
        both = fsum(known[token] for token in known.keys() & self.bank.inside(n))
        total = fsum(known.values()) + self.bank.weight(n)
        return 2 * both / total if total else 0.0

    def _found(self, n: int, score: float, likeness: float, query: Query, weights: Weights) -> Found:
        rarity = self.entries.rarity
        own, extra = ([token for token in said if self.entries.has(n, token)] for said in (query.tokens, query.extra))
        held = sum(map(rarity, own)) + weights.synonyms * sum(map(rarity, extra))
        support = min(1.0, held / (sum(map(rarity, query.tokens)) or 1.0))
        matched = tuple(token for token in (*own, *extra) if not token.startswith("#"))
        return Found(self.clauses[n], round(score, 6), round(support, 6), round(likeness, 6), matched)


def indexed_text(clause: Clause) -> str:
    return " ".join((clause.document_title, *clause.headings, clause.label, clause.indexed))


def best_first(scores: Vectors, depth: int) -> list[int]:
    """Positions with a score above zero, best first, ties in order."""
    positions = np.flatnonzero(scores > 0)
    if len(positions) > depth:
        positions = np.sort(positions[np.argpartition(-scores[positions], depth)[:depth]])
    return [int(n) for n in positions[np.argsort(-scores[positions], kind="stable")]]


def rescale(scores: Vectors) -> Vectors:
    """Best → 1; where there are very many, the _BEST-th and below → 0; all zeros stay zeros."""
    top = float(scores.max(initial=0.0))
    if top <= 0:
        return np.zeros_like(scores)
    floor = float(np.partition(scores, -_BEST)[-_BEST]) if len(scores) > _MANY else 0.0
    scaled: Vectors = np.clip((scores - floor) / max(top - floor, 1e-9), 0, 1)
    return scaled


def _stands_out(similar: Vectors) -> bool:
    """Whether the encoder tells the nearest text from the tenth: in a field that it has not learnt, it hardly does."""
    return bool(similar.max() >= _STANDS_OUT * np.partition(similar, -10)[-10])


def _spread(similar: Vectors) -> Vectors:
    """Best → 1, the last of the nearest → 0: cosines lie close together, their order says more than their size."""
    near = similar > 0
    floor = float(similar[near].min()) if not near.all() else 0.0
    spread: Vectors = np.where(near, (similar - floor) / max(float(similar.max()) - floor, 1e-9), 0)
    return spread.astype(np.float32)


def keywords_of(texts: Sequence[str], *, k1: float, b: float) -> bm25s.BM25:
    bm25 = bm25s.BM25(method="lucene", k1=k1, b=b)
    bm25.index([tokenize(text) or ["#"] for text in texts], show_progress=False)
    return bm25


def open_keywords(folder: Path) -> bm25s.BM25:
    return bm25s.BM25.load(str(folder))


def _inherits(clauses: Sequence[Clause], places: Mapping[str, int]) -> list[tuple[int, int]]:
    """Places of each clause and of those that it takes the place of, in the order of time."""
    pairs = [(places[str(one.ref)], places[ref]) for one in clauses for ref in one.ends if ref in places]
    return sorted(pairs, key=lambda pair: clauses[pair[0]].effective_from or clauses[pair[0]].published_on)


def _waits(clause: Clause, on: date, documents: frozenset[str] | None) -> bool:
    """What will take the place of another clause is found from its day on, or where its document alone is asked for."""
    return bool(clause.ends) and not clause.in_force(on) and documents != frozenset({clause.ref.document_id})
