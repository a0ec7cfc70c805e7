"""How sure is it that a question is about our subject, and that the best clause answers it? Two logistic scores, fitted
by `python -m eval calibrate`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path

import yaml

from corpus.index import Results

FILE = Path(__file__).parents[1] / "corpus" / "calibration.yaml"
_MANY_SYNONYMS = 3
_MANY_FACTS = 4


@dataclass(frozen=True, slots=True)
class Score:
    """The chance of something by its features, each 0–1; at `threshold` it is taken for true."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def chance(self, features: Mapping[str, float]) -> float:
        score = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-score))

    def holds(self, features: Mapping[str, float]) -> bool:
        return self.chance(features) >= self.threshold


@dataclass(frozen=True, slots=True)
class Calibration:
    """`off_topic`: the question is of another subject; `unanswered`: no clause answers it, on the subject or not; from
    the chance `doubtful` of that on, an answer says so itself."""

    off_topic: Score
    unanswered: Score
    doubtful: float


def off_topic_features(results: Results, on_topic: bool) -> dict[str, float]:
    shares, likeness = results.shares, results.likeness
    return {
        "answerable_share": _answerable(results),
        "off_topic_share": shares.get("!out_of_scope", 0.0),
        "answerable_likeness": likeness.get("", 0.0),
        "off_topic_likeness": likeness.get("!out_of_scope", 0.0),
        "support": _support(results),
        "on_topic": float(on_topic),
    }


def unanswered_features(results: Results, synonyms: int, facts: int) -> dict[str, float] | None:
    """None where the search was by words alone: they cannot tell. `synonyms` and `facts` are how many were heard."""
    evidence = results.evidence
    if evidence is None:
        return None
    return {
        "nearest": evidence.nearest,
        "agreed": evidence.agreed,
        "unanswered": evidence.unanswered,
        "own_words": evidence.own_words,
        "answerable_share": _answerable(results),
        "support": _support(results),
        "synonyms": min(synonyms, _MANY_SYNONYMS) / _MANY_SYNONYMS,
        "facts": min(facts, _MANY_FACTS) / _MANY_FACTS,
    }


def _answerable(results: Results) -> float:
    return sum(share for side, share in results.shares.items() if side != "!out_of_scope")


def _support(results: Results) -> float:
    return results.found[0].support if results.found else 0.0


def load_calibration(path: Path = FILE) -> Calibration:
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Calibration(_score(entry["off_topic"]), _score(entry["unanswered"]), float(entry["doubtful"]))


def _score(entry: Mapping[str, object]) -> Score:
    weights = entry["weights"]
    assert isinstance(weights, Mapping)
    return Score(
        float(str(entry["intercept"])), {str(n): float(w) for n, w in weights.items()}, float(str(entry["threshold"]))
    )
