"""How sure is it that a question is about our subject? A logistic score, fitted by `python -m eval calibrate`."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path

import yaml

from corpus.index import Results

FILE = Path(__file__).parents[1] / "corpus" / "calibration.yaml"
FEATURES = ("answerable_share", "off_topic_share", "answerable_likeness", "off_topic_likeness", "support", "on_topic")


@dataclass(frozen=True, slots=True)
class Calibration:
    """The chance that a question is off the subject, from what the search says of it; at `threshold` it is told so."""

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    def chance(self, results: Results, on_topic: bool) -> float:
        score = self.intercept + sum(self.weights[name] * value for name, value in features(results, on_topic).items())
        return 1 / (1 + exp(-score))

    def off_topic(self, results: Results, on_topic: bool) -> bool:
        return self.chance(results, on_topic) >= self.threshold


def features(results: Results, on_topic: bool) -> dict[str, float]:
    """In the order of FEATURES; all 0–1."""
    shares, likeness = results.shares, results.likeness
    answerable = sum(share for side, share in shares.items() if side != "!out_of_scope")
    values = (
        answerable,
        shares.get("!out_of_scope", 0.0),
        likeness.get("", 0.0),
        likeness.get("!out_of_scope", 0.0),
        results.found[0].support if results.found else 0.0,
        float(on_topic),
    )
    return dict(zip(FEATURES, values, strict=True))


def load_calibration(path: Path = FILE) -> Calibration:
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Calibration(
        float(entry["intercept"]), {n: float(entry["weights"][n]) for n in FEATURES}, float(entry["threshold"])
    )
