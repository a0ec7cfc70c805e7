"""The files as they would be searched once published: in memory, to be compared with the live snapshot and dropped."""

from collections.abc import Mapping, Sequence

import numpy as np

from corpus.embedder import Embedder
from corpus.index import Entries, keywords_of
from corpus.snapshot import Part, Snapshot, Source, assembled, parts_of
from corpus.store import Stored
from corpus.vectors import ExactVectors, Vectors


def preview(source: Source, live: Snapshot, embedder: Embedder) -> Snapshot:
    """Without an id. What stands in `live` as well is not worked out again, and is shared with it; from a degraded one
    nothing is taken over, as it was made with another encoder or dictionary."""
    shared = {} if live.degraded else {part.name: part for part in parts_of(live.clauses, live.questions)}
    parts = parts_of(source.clauses, source.questions)
    entries = {part.name: _entries(part, shared.get(part.name), live, embedder) for part in parts}
    stored = Stored(tuple(source.documents), tuple(source.clauses), tuple(source.questions))
    return assembled("", stored, entries, embedder)


def _entries(part: Part, before: Part | None, live: Snapshot, embedder: Embedder) -> Entries:
    held = live.index.entries if part.name == "clauses" else live.index.bank
    if held is not None and part == before:
        return held
    known = dict(zip(before.texts, live.vectors.rows[part.name], strict=True)) if before and live.vectors else {}
    vectors = ExactVectors(_rows(part.texts, known, embedder))
    return Entries(part.texts, keywords_of(part.texts, k1=part.k1, b=part.b), vectors)


def _rows(texts: Sequence[str], known: Mapping[str, Vectors], embedder: Embedder) -> Vectors:
    new = [text for text in dict.fromkeys(texts) if text not in known]
    rows = {**known, **dict(zip(new, embedder.encode(new), strict=True))}
    return np.stack([rows[text] for text in texts])
