"""Tries fusion weights on the golden questions and prints them: is a right clause first, among two, among three?"""

from collections.abc import Iterator, Sequence
from itertools import product

from rich.console import Console
from rich.table import Table

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

console = Console()
_DENSE, _SYNONYMS, _BANK, _BANK_DENSE = (0.4, 0.5), (0.4, 0.6), (0.35, 0.45, 0.55, 0.65), (0.3, 0.5, 0.7)
_DEPTHS = (1, 2, 3)


def tune(questions: Sequence[Golden], parts: Parts) -> int:
    """Prints every setting tried, best first; changes nothing: the weights are settings."""
    words = parts.words.current()
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        asked = list(_asked(questions, words))
        tried = [(_hits(asked, snapshot, words, weights), weights) for weights in _grid()]
    table = Table("第一条", "前两条", "前三条", "dense", "synonyms", "bank", "bank_dense", title=f"{len(asked)} 题")
    for hits, weights in sorted(tried, key=lambda one: (-one[0][1], -one[0][0])):
        numbers = (weights.dense, weights.synonyms, weights.bank, weights.bank_dense)
        table.add_row(*(f"{hit / len(asked):.3f}" for hit in hits), *map(str, numbers))
    console.print(table)
    return 0


def _grid() -> Iterator[Weights]:
    return (Weights(*numbers) for numbers in product(_DENSE, _SYNONYMS, _BANK, _BANK_DENSE))


def _asked(questions: Sequence[Golden], words: Words) -> Iterator[tuple[Golden, Understanding]]:
    for golden in questions:
        asked = understand(Question(golden.turns[0], golden.on), words)
        if len(golden.turns) == 1 and golden.expect.clauses and screen(asked.text, words, {}) is None:
            yield golden, asked


def _hits(
    questions: Sequence[tuple[Golden, Understanding]], snapshot: Snapshot, words: Words, weights: Weights
) -> list[int]:
    """How many questions have one of their clauses among the first 1, 2, 3."""
    registers = registers_of(snapshot.clauses)
    ranks = [_rank(golden, asked, snapshot, words, weights, registers) for golden, asked in questions]
    return [sum(rank < depth for rank in ranks) for depth in _DEPTHS]


def _rank(
    golden: Golden,
    asked: Understanding,
    snapshot: Snapshot,
    words: Words,
    weights: Weights,
    registers: dict[str, str],
) -> int:
    found = retrieve(asked, snapshot.index, words, weights).found
    right = [
        n
        for n, hit in enumerate(found)
        if any(cites(str(hit.clause.ref), wanted, registers) for wanted in golden.expect.clauses)
    ]
    return min(right, default=len(found))
