"""The clauses' vectors in Chroma, embedded; alone knows Chroma, which is slow to import."""

from pathlib import Path

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings

from corpus.vectors import Progress, Vectors

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
