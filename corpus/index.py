"""Clauses → a searchable index: words (bm25s) and vectors (Chroma), fused. The only file that knows Chroma."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import bm25s
import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangchainDocument
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict

from corpus.clause import Clause
from corpus.embedder import Embedder
from corpus.tokens import tokenize

Vectors = NDArray[np.float32]
Progress = Callable[[str, int, int], None]

# Up to this many clauses the HNSW file is never written: Chroma then lives in SQLite's transactions alone.
_HNSW_FILE_ABOVE = 20_000
_BATCH = 2_000
_DENSE_DEPTH = 200
_KEYWORD_DEPTH = 1_000


@dataclass(frozen=True, slots=True)
class Weights:
    """How the two searches are fused; synonyms count less than the citizen's own words."""

    dense: float = 0.5
    synonyms: float = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """A clause, its fused score (0–1, relative to this query) and the words of the question that it contains.

    `support` is absolute: the share of the question's information (idf) that the clause contains, 0–1; what it contains
    only of the question's synonyms counts with the synonyms' weight.
    """

    clause: Clause
    score: float
    support: float
    matched: tuple[str, ...]


def indexed_text(clause: Clause) -> str:
    return " ".join((clause.document_title, *clause.headings, clause.label, clause.indexed))


class ClauseIndex:
    """Search over one published set of clauses; immutable once opened."""

    def __init__(self, clauses: Sequence[Clause], bm25: bm25s.BM25, vectors: "VectorIndex | None") -> None:
        self.clauses = clauses
        self._bm25 = bm25
        self._vectors = vectors
        self._idf = _idf(bm25, len(clauses))
        self._rarest = float(np.log(len(clauses) + 1))
        self._inside = lru_cache(maxsize=4096)(lambda n: frozenset(tokenize(indexed_text(clauses[n]))))

    @property
    def has_vectors(self) -> bool:
        return self._vectors is not None

    def search(
        self,
        text: str,
        *,
        on: date | None = None,
        synonyms: Sequence[str] = (),
        weights: Weights = Weights(),
        limit: int = 10,
        documents: frozenset[str] | None = None,
    ) -> list[Found]:
        """Best first; ties break by clause order. `on` leaves out what was not yet issued or has ended by that day."""
        tokens = tokenize(text)
        extra = sorted({token for phrase in synonyms for token in tokenize(phrase)} - set(tokens))
        scores = rescale(self._scores(tokens) + weights.synonyms * self._scores(extra), _KEYWORD_DEPTH)
        if self._vectors is not None and weights.dense:
            dense = self._vectors.scores(" ".join((text, *synonyms)))
            if dense is not None:
                scores = (1 - weights.dense) * scores + weights.dense * dense
        allowed = self._allowed(best_first(scores, _KEYWORD_DEPTH + _DENSE_DEPTH), on, documents)
        asked = _Asked(tuple(dict.fromkeys(tokens)), tuple(extra), weights.synonyms)
        return [self._found(n, float(scores[n]), asked) for n in allowed[:limit]]

    def _scores(self, tokens: list[str]) -> Vectors:
        known = [token for token in tokens if token in self._bm25.vocab_dict]
        if not known:
            return np.zeros(len(self.clauses), dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def _allowed(self, order: list[int], on: date | None, documents: frozenset[str] | None) -> list[int]:
        return [
            n
            for n in order
            if (on is None or (self.clauses[n].known(on) and not self.clauses[n].ended(on)))
            and (documents is None or self.clauses[n].ref.document_id in documents)
        ]

    def _found(self, n: int, score: float, asked: "_Asked") -> Found:
        clause, inside = self.clauses[n], self._inside(n)
        own = sum(self._rarity(token) for token in asked.tokens if token in inside)
        extra = sum(self._rarity(token) for token in asked.extra if token in inside)
        total = sum(self._rarity(token) for token in asked.tokens) or 1.0
        support = min(1.0, (own + asked.extra_weight * extra) / total)
        both = (*asked.tokens, *asked.extra)
        matched = tuple(token for token in both if token in inside and not token.startswith("#"))
        return Found(clause, round(score, 6), round(support, 6), matched)

    def _rarity(self, token: str) -> float:
        """Its idf; a token that no clause has is as rare as can be."""
        known = self._bm25.vocab_dict.get(token)
        return float(self._idf[known]) if known is not None else self._rarest


@dataclass(frozen=True, slots=True)
class _Asked:
    """The tokens of one question: its own, and those of its synonyms with their weight."""

    tokens: tuple[str, ...]
    extra: tuple[str, ...]
    extra_weight: float


def _idf(bm25: bm25s.BM25, clauses: int) -> Vectors:
    """By position in the vocabulary, from the number of clauses that hold each token."""
    frequency = np.diff(bm25.scores["indptr"])
    return np.asarray(np.log((clauses + 1) / (frequency + 0.5)), dtype=np.float32)


def best_first(scores: Vectors, depth: int) -> list[int]:
    """Positions with a score above zero, best first, ties in clause order."""
    positions = np.flatnonzero(scores > 0)
    if len(positions) > depth:
        positions = np.sort(positions[np.argpartition(-scores[positions], depth)[:depth]])
    return [int(n) for n in positions[np.argsort(-scores[positions], kind="stable")]]


def rescale(scores: Vectors, depth: int) -> Vectors:
    """Best → 1, the depth-th best and below → 0; all zeros stay zeros."""
    top = float(scores.max(initial=0.0))
    if top <= 0:
        return np.zeros_like(scores)
    floor = 0.0
    if len(scores) > depth:
        floor = max(0.0, float(np.partition(scores, -depth)[-depth]))
    scaled: Vectors = np.clip((scores - floor) / max(top - floor, 1e-9), 0, 1)
    return scaled


class VectorIndex:
    """Vectors in Chroma, embedded (a folder); positions of clauses are the ids."""

    def __init__(self, collection: Collection, client: Client, embedder: Embedder, size: int) -> None:
        self._collection = collection
        self._client = client
        self._embedder = embedder
        self._size = size

    def scores(self, text: str) -> Vectors | None:
        """Similarity of every clause, 0–1; None when the question has no known word."""
        query = self._embedder.encode_query(text)
        if not np.any(query):
            return None
        answer = self._collection.query(
            query_embeddings=query[np.newaxis], n_results=min(_DENSE_DEPTH, self._size), include=["distances"]
        )
        scores = np.zeros(self._size, dtype=np.float32)
        distances = answer["distances"]
        assert distances is not None
        positions = [int(name) for name in answer["ids"][0]]
        similarities = 1 - np.asarray(distances[0], dtype=np.float32)
        floor = min(float(similarities.min()), float(similarities.max()) - 1e-6) if self._size > _DENSE_DEPTH else 0.0
        scores[positions] = np.maximum(similarities - floor, 0)
        return rescale(scores, len(scores))

    def close(self) -> None:
        self._client.close()


def build_keywords(folder: Path, clauses: Sequence[Clause]) -> None:
    bm25 = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    bm25.index([tokenize(indexed_text(clause)) or ["#"] for clause in clauses], show_progress=False)
    bm25.save(str(folder))


def open_keywords(folder: Path) -> bm25s.BM25:
    return bm25s.BM25.load(str(folder), mmap=True)


def build_vectors(folder: Path, vectors: Vectors, progress: Progress | None = None) -> None:
    """A fresh collection named `clauses`; zero vectors (no known word) are left out: cosine has no place for them."""
    client = _client(folder)
    threshold = 1_000 if len(vectors) > _HNSW_FILE_ABOVE else 10_000_000
    collection = client.create_collection(
        "clauses",
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": 2 * _DENSE_DEPTH, "sync_threshold": threshold}},
    )
    positions = np.flatnonzero(np.any(vectors != 0, axis=1))
    for start in range(0, len(positions), _BATCH):
        batch = positions[start : start + _BATCH]
        collection.add(ids=[str(n) for n in batch], embeddings=vectors[batch])
        if progress:
            progress("建向量索引", min(start + _BATCH, len(positions)), len(positions))
    client.close()


def open_vectors(folder: Path, embedder: Embedder, vectors: Vectors) -> VectorIndex:
    """Raises when the collection is unreadable or its count is not that of the stored vectors."""
    client = _client(folder)
    collection = client.get_collection("clauses", embedding_function=None)
    expected = int(np.any(vectors != 0, axis=1).sum())
    if collection.count() != expected:
        raise RuntimeError(f"向量索引有 {collection.count()} 条，应有 {expected} 条")
    return VectorIndex(collection, client, embedder, len(vectors))


def _client(folder: Path) -> Client:
    client = chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    assert isinstance(client, Client)
    return client


class ClauseRetriever(BaseRetriever):
    """The index as a langchain retriever: page_content is the clause, metadata holds its ref, label and score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    index: ClauseIndex
    on: date | None = None
    limit: int = 10

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangchainDocument]:
        return [
            LangchainDocument(
                page_content=found.clause.text,
                metadata={"ref": str(found.clause.ref), "label": found.clause.label, "score": found.score},
            )
            for found in self.index.search(query, on=self.on, limit=self.limit)
        ]
