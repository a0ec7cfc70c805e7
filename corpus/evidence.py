"""What the search says of its own best clause: is it what was asked for, or only of the same subject?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.bank import NOT_ANSWERED, BankQuestion
from corpus.vectors import Vectors

_NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """All 0–1, from the ten bank questions nearest by vectors: `nearest` is the cosine of the first, `agreed` the share
    of those for the clause that most of them ask for, `unanswered` of those that must not be answered. `own_words`: of
    the question's words that the bank knows at all (by rarity), the share that the best clause and its ways of asking
    hold."""

    nearest: float
    agreed: float
    unanswered: float
    own_words: float


def evidence(
    similar: Vectors,
    questions: Sequence[BankQuestion],
    unlike: str,
    rarity: NDArray[np.float64],
    held: NDArray[np.bool_],
) -> Evidence:
    """`similar`: cosines of the bank's `questions`, of which the text `unlike` is left out; `rarity` of each known word
    of the question, and whether the best clause holds it."""
    order = [int(n) for n in np.argsort(-similar, kind="stable")[: _NEIGHBOURS + 1]]
    nearest = [n for n in order if questions[n].text != unlike and similar[n] > 0][:_NEIGHBOURS]
    votes: dict[str, float] = {}
    for n in nearest:
        votes[questions[n].ref] = votes.get(questions[n].ref, 0.0) + float(similar[n])
    total, known = sum(votes.values()) or 1.0, float(rarity.sum()) or 1.0
    return Evidence(
        nearest=round(float(similar[nearest[0]]) if nearest else 0.0, 6),
        agreed=round(max(votes.values(), default=0.0) / total, 6),
        unanswered=round(sum(vote for ref, vote in votes.items() if ref.startswith(NOT_ANSWERED)) / total, 6),
        own_words=round(float(rarity[held].sum()) / known, 6),
    )
