"""What the ten nearest questions of the bank say of the clause that was found."""

import numpy as np

from corpus.bank import BankQuestion
from corpus.evidence import Evidence, evidence

PLAN, LAW, NOT_STATED = "xianan-2023#7", "population-law-2021#28", "!no_basis"


def questions(*refs: str) -> list[BankQuestion]:
    return [BankQuestion(ref, f"第{n}问") for n, ref in enumerate(refs)]


def judged(
    cosines: list[float], refs: list[str], unlike: str = "", held: tuple[tuple[float, bool], ...] = ()
) -> Evidence:
    rarity, inside = np.array([weight for weight, _ in held]), np.array([is_in for _, is_in in held], dtype=bool)
    return evidence(np.array(cosines, dtype=np.float32), questions(*refs), unlike, rarity, inside)


def test_counts_the_votes_of_the_nearest_by_their_cosines() -> None:
    found = judged([0.5, 0.25, 0.25], [PLAN, PLAN, NOT_STATED], held=((3.0, True), (1.0, False)))

    assert found == Evidence(nearest=0.5, agreed=0.75, unanswered=0.25, own_words=0.75)


def test_only_ten_vote_and_none_that_is_not_alike_at_all() -> None:
    found = judged([0.5] * 10 + [0.25] * 5 + [0.0], [PLAN] * 10 + [LAW] * 5 + [NOT_STATED])

    assert (found.agreed, found.unanswered) == (1.0, 0.0)


def test_a_question_of_the_bank_does_not_speak_for_itself() -> None:
    assert judged([1.0, 0.5], [NOT_STATED, PLAN], unlike="第0问") == Evidence(0.5, 1.0, 0.0, 0.0)


def test_nothing_near_is_no_evidence() -> None:
    assert judged([0.0, 0.0], [PLAN, LAW]) == Evidence(0.0, 0.0, 0.0, 0.0)
