"""Fits the off-topic score on the question bank, each question asked as if it were not in the bank."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import yaml
from rich.console import Console

from corpus.bank import BankQuestion
from corpus.snapshot import Snapshot
from service.calibration import FEATURES, FILE, features
from service.dialogue import Question
from service.pipeline import Parts
from service.steps.understand import understand

console = Console()
_ON = date(2026, 11, 23)
_EVERY = 2  # every second answerable question is enough
_REFUSED_AT_MOST = 0.03


def calibrate(parts: Parts) -> int:
    """Writes corpus/calibration.yaml with the threshold that refuses 3 % of the answerable, and prints others."""
    from sklearn.linear_model import LogisticRegression  # comes with the encoder's libraries

    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        rows = list(_rows(snapshot, parts))
    values = np.array([[row[name] for name in FEATURES] for row, _ in rows])
    off = np.array([is_off for _, is_off in rows])
    model = LogisticRegression(C=10, max_iter=3000).fit(values, off)
    chances = model.predict_proba(values)[:, 1]
    threshold = float(np.quantile(chances[~off], 1 - _REFUSED_AT_MOST))
    for share in (0.01, 0.02, 0.03, 0.05, 0.1):
        at = np.quantile(chances[~off], 1 - share)
        console.print(
            f"误拒 {share:.0%}（门槛 {at:.2f}）：题外话放行 {np.mean(chances[off] < at):.0%}（{off.sum()} 题）"
        )
    entry = {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, model.coef_[0], strict=True)},
        "threshold": round(threshold, 4),
    }
    FILE.write_text(
        f"# 由 python -m eval calibrate 写出，不要手改。\n{yaml.safe_dump(entry, sort_keys=False)}", encoding="utf-8"
    )
    return 0


def _rows(snapshot: Snapshot, parts: Parts) -> Iterator[tuple[dict[str, float], bool]]:
    words, index = parts.words.current(), snapshot.index
    for question in _chosen(snapshot.questions):
        asked = understand(Question(question.text, _ON), words)
        results = index.look_up(
            asked.query, on=_ON, synonyms=asked.synonyms, weights=parts.weights, limit=1, unlike=question.text
        )
        yield features(results, asked.on_topic), question.ref == "!out_of_scope"


def _chosen(questions: tuple[BankQuestion, ...]) -> Iterator[BankQuestion]:
    for n, question in enumerate(questions):
        if question.ref == "!out_of_scope" or (n % _EVERY == 0 and not question.ref.startswith("!")):
            yield question
