"""Tries fusion weights on the golden questions and prints them: is a right clause first, among two, among three?"""

from collections.abc import Iterator, Sequence
from itertools import product

from rich.console import Console
from rich.table import Table

from corpus.index import Weights
from eval.golden import Golden
from eval.hits import hits, searchable
from service.pipeline import Parts

console = Console()
_DENSE, _SYNONYMS, _BANK, _BANK_DENSE = (0.4, 0.5), (0.4, 0.6), (0.35, 0.45, 0.55, 0.65), (0.3, 0.5, 0.7)
_DEPTHS = (1, 2, 3)


def tune(questions: Sequence[Golden], parts: Parts) -> int:
    """Prints every setting tried, best first; changes nothing: the weights are settings."""
    words = parts.words.current()
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        searched = list(searchable(questions, words))
        tried = [(hits(searched, snapshot, words, weights, _DEPTHS), weights) for weights in _grid()]
    table = Table("第一条", "前两条", "前三条", "dense", "synonyms", "bank", "bank_dense", title=f"{len(searched)} 题")
    for hit, weights in sorted(tried, key=lambda one: (-one[0][1], -one[0][0])):
        numbers = (weights.dense, weights.synonyms, weights.bank, weights.bank_dense)
        table.add_row(*(f"{count / len(searched):.3f}" for count in hit), *map(str, numbers))
    console.print(table)
    return 0


def _grid() -> Iterator[Weights]:
    return (Weights(*numbers) for numbers in product(_DENSE, _SYNONYMS, _BANK, _BANK_DENSE))
