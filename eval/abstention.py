"""The price of answering more: what each threshold of the score `unanswered` would answer, rightly and wrongly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.ask import Asked
from service.calibration import unanswered_features
from service.dialogue import Status
from service.pipeline import Parts, answer_question
from service.steps.retrieve import retrieve
from service.steps.understand import understand

ANSWERS = frozenset({Status.ANSWERED.value, Status.ASKS_FOR_FACT.value})
_NEVER, _ALWAYS = 2.0, 0.0


@dataclass(frozen=True, slots=True)
class Leaning:
    """Is one question answered while the threshold is above its `chance` of having no answer, and is it once the
    threshold is not?"""

    answerable: bool
    chance: float
    let_through: bool
    held_back: bool

    def answered(self, threshold: float) -> bool:
        return self.held_back if self.chance >= threshold else self.let_through


@dataclass(frozen=True, slots=True)
class Point:
    """At `threshold`, how many answerable questions are answered, and how many that must not be."""

    threshold: float
    answered: int
    answerable: int
    wrong: int
    unanswerable: int

    @property
    def coverage(self) -> float:
        return self.answered / self.answerable if self.answerable else 0.0

    @property
    def wrong_share(self) -> float:
        return self.wrong / self.unanswerable if self.unanswerable else 0.0


def leanings(all_asked: Sequence[Asked], parts: Parts) -> list[Leaning]:
    """Leaves out the questions for which both an answer and none would be right."""
    return [
        _leaning(asked, parts) for asked in all_asked if len({s in ANSWERS for s in asked.golden.expect.status}) == 1
    ]


def _leaning(asked: Asked, parts: Parts) -> Leaning:
    return Leaning(
        answerable=asked.golden.expect.status[0] in ANSWERS,
        chance=_chance(asked, parts),
        let_through=_answers(asked, parts, _NEVER),
        held_back=_answers(asked, parts, _ALWAYS),
    )


def _answers(asked: Asked, parts: Parts, threshold: float) -> bool:
    unanswered = replace(parts.calibration.unanswered, threshold=threshold)
    calibration = replace(parts.calibration, unanswered=unanswered)
    return answer_question(asked.question, replace(parts, calibration=calibration)).status.value in ANSWERS


def _chance(asked: Asked, parts: Parts) -> float:
    words = parts.words.current()
    understood = understand(asked.question, words)
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        results = retrieve(understood, snapshot.index, words, parts.weights).whole
    features = unanswered_features(results, len(understood.synonyms), len(understood.said))
    return parts.calibration.unanswered.chance(features) if features else 0.0


def point(found: Sequence[Leaning], threshold: float) -> Point:
    able = [one for one in found if one.answerable]
    unable = [one for one in found if not one.answerable]
    return Point(
        threshold,
        sum(one.answered(threshold) for one in able),
        len(able),
        sum(one.answered(threshold) for one in unable),
        len(unable),
    )


def curve(found: Sequence[Leaning]) -> Iterator[Point]:
    """One point for every threshold that changes something, the strictest first."""
    return (point(found, threshold) for threshold in (*sorted({one.chance for one in found}), _NEVER))
