"""Vectors → similarities: Chroma (embedded) for clauses, every row compared for the bank. Alone knows Chroma."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[str, int, int], None]

# Up to this many rows the HNSW file is never written: Chroma then lives in SQLite's transactions alone.
_HNSW_FILE_ABOVE = 20_000
_BATCH = 2_000
_DEEPEST = 200


class VectorStore:
    """The collections of one snapshot's Chroma folder."""

    def __init__(self, folder: Path) -> None:
        client = chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        assert isinstance(client, Client)
        self._client = client

    def add(self, name: str, vectors: Vectors, progress: Progress | None = None) -> None:
        """A fresh collection; zero vectors (no known word) are left out, as cosine has no place for them."""
        threshold = 1_000 if len(vectors) > _HNSW_FILE_ABOVE else 10_000_000
        collection = self._client.create_collection(
            name,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 2 * _DEEPEST, "sync_threshold": threshold}},
        )
        positions = np.flatnonzero(np.any(vectors != 0, axis=1))
        for start in range(0, len(positions), _BATCH):
            batch = positions[start : start + _BATCH]
            collection.add(ids=[str(n) for n in batch], embeddings=vectors[batch])
            if progress:
                progress("建向量索引", min(start + _BATCH, len(positions)), len(positions))

    def open(self, name: str, vectors: Vectors) -> "ChromaVectors":
        """Raises when the collection is unreadable or its count is not that of the stored vectors."""
        collection = self._client.get_collection(name, embedding_function=None)
        expected = int(np.any(vectors != 0, axis=1).sum())
        if collection.count() != expected:
            raise RuntimeError(f"向量索引 {name} 有 {collection.count()} 条，应有 {expected} 条")
        return ChromaVectors(collection, len(vectors), expected)

    def close(self) -> None:
        self._client.close()


class VectorIndex(Protocol):
    """Rows of unit vectors that can be asked for the nearest."""

    def similarities(self, query: Vectors, depth: int) -> Vectors:
        """Cosine of the `depth` nearest rows; the others, and all of a zero query, are 0."""
        ...


class ExactVectors:
    """Every row compared: quicker than any index while there are only some thousands."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = np.ascontiguousarray(vectors)

    def similarities(self, query: Vectors, depth: int) -> Vectors:
        scores: Vectors = np.maximum(self._vectors @ query, 0)
        if len(scores) > depth:
            scores[scores < np.partition(scores, -depth)[-depth]] = 0
        return scores


class ChromaVectors:
    """One collection; the ids are the positions of the rows."""

    def __init__(self, collection: Collection, size: int, filled: int) -> None:
        self._collection = collection
        self._size = size
        self._filled = filled

    def similarities(self, query: Vectors, depth: int) -> Vectors:
        """200 rows at most."""
        scores = np.zeros(self._size, dtype=np.float32)
        depth = min(depth, self._filled, _DEEPEST)
        if not depth or not np.any(query):
            return scores
        answer = self._collection.query(query_embeddings=query[np.newaxis], n_results=depth, include=["distances"])
        distances = answer["distances"]
        assert distances is not None
        scores[[int(name) for name in answer["ids"][0]]] = 1 - np.asarray(distances[0], dtype=np.float32)
        return np.maximum(scores, 0)
