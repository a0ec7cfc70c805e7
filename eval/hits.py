"""How early does the search alone find a right clause? One way of fusing against another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.index import Weights
from corpus.snapshot import Snapshot
from eval.golden import Golden
from eval.measures import cites, registers_of
from service.dialogue import Question, Understanding
from service.pipeline import Parts
from service.steps.retrieve import retrieve
from service.steps.screen import screen
from service.steps.understand import understand
from service.words import Words

DEPTHS = (1, 2, 3, 5)
_NOWHERE = 1_000_000
Searched = tuple[Golden, Understanding]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of searching, and how many of `searched` questions have a right clause among the first 1, 2, 3, 5."""

    name: str
    english: str
    searched: int
    hits: tuple[int, ...]


def ways(questions: Sequence[Golden], parts: Parts) -> list[Way]:
    """Words, vectors, both, and both with the question bank, as the service searches."""
    fused = replace(parts.weights, bank=0.0)
    tried = (
        ("只按词", "words only", replace(fused, dense=0.0, bank_dense=0.0)),
        ("只按向量", "vectors only", replace(fused, dense=1.0)),
        ("词和向量", "words + vectors", fused),
        ("再加问法库", "+ question bank", parts.weights),
    )
    words = parts.words.current()
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        searched = list(searchable(questions, words))
        return [
            Way(name, english, len(searched), hits(searched, snapshot, words, weights, DEPTHS))
            for name, english, weights in tried
        ]


def searchable(questions: Iterable[Golden], words: Words) -> Iterator[Searched]:
    """Those of one turn that expect a clause and are not answered before the search."""
    for golden in questions:
        asked = understand(Question(golden.turns[0], golden.on), words)
        if len(golden.turns) == 1 and golden.expect.clauses and screen(asked, words, {}) is None:
            yield golden, asked


def hits(
    searched: Sequence[Searched], snapshot: Snapshot, words: Words, weights: Weights, depths: Sequence[int]
) -> tuple[int, ...]:
    """How many questions have one of their clauses among the first `depths`."""
    registers = registers_of(snapshot.clauses)
    ranks = [_rank(golden, asked, snapshot, words, weights, registers) for golden, asked in searched]
    return tuple(sum(rank < depth for rank in ranks) for depth in depths)


def _rank(
    golden: Golden,
    asked: Understanding,
    snapshot: Snapshot,
    words: Words,
    weights: Weights,
    registers: dict[str, str],
) -> int:
    found = retrieve(asked, snapshot.index, words, weights).whole.found
    right = [
        n
        for n, hit in enumerate(found)
        if any(cites(str(hit.clause.ref), wanted, registers) for wanted in golden.expect.clauses)
    ]
    return min(right, default=_NOWHERE)
