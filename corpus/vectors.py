"""Vectors → similarities: what can be asked for the nearest rows, and the plainest way, every row compared."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[str, int, int], None]


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
        scores: Vectors = np.maximum(np.vecdot(self._vectors, query), 0)
        if len(scores) > depth:
            scores[scores < np.partition(scores, -depth)[-depth]] = 0
        return scores
