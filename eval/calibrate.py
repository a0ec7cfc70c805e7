"""Fits the two scores that hold an answer back: off the topic, on the question bank, each question asked as if it were
not in it; unanswered, on questions that the bank has never seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import yaml
from rich.console import Console

from corpus.bank import BankQuestion
from corpus.snapshot import Snapshot
from service.calibration import FILE, Calibration, Score, off_topic_features, unanswered_features
from service.dialogue import Question, Status
from service.pipeline import Parts, answer_question
from service.steps.retrieve import retrieve
from service.steps.understand import understand

UNSEEN = Path(__file__).parent / "questions" / "answered_or_not.yaml"
console = Console()
_ON = date(2026, 11, 23)
_EVERY = 2  # every second answerable question is enough
_REFUSED, _DOUBTED = 0.03, 0.1
_MORE_LIKELY_THAN_NOT = 0.5
_NEVER = 2.0
Row = tuple[Mapping[str, float], bool]


def calibrate(parts: Parts) -> int:
    """Writes corpus/calibration.yaml and prints what other thresholds would do. Off the topic is what refuses 3 % of
    the answerable; unanswered what is more likely so than not; doubtful what doubts 10 % of the answerable."""
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        off_topic, refusing = _fitted("题外话", list(_off_topic(snapshot, parts)), _REFUSED)
        off_topic = replace(off_topic, threshold=refusing)
        unanswered, doubtful = _fitted("没有条款能答的", list(_unanswered(snapshot, parts, off_topic)), _DOUBTED)
    entry = {"off_topic": _entry(off_topic), "unanswered": _entry(unanswered), "doubtful": doubtful}
    FILE.write_text(
        f"# 由 python -m eval calibrate 写出，不要手改。\n{yaml.safe_dump(entry, sort_keys=False)}", encoding="utf-8"
    )
    return 0


def _fitted(name: str, rows: Sequence[Row], wrongly: float) -> tuple[Score, float]:
    """The score, and the chance that as many of those of which it does not hold reach `wrongly`."""
    from sklearn.linear_model import LogisticRegression  # comes with the encoder's libraries

    names = list(rows[0][0])
    values = np.array([[features[one] for one in names] for features, _ in rows])
    holds = np.array([is_so for _, is_so in rows])
    model = LogisticRegression(C=10, max_iter=3000).fit(values, holds)
    chances = model.predict_proba(values)[:, 1]
    for share in (0.01, 0.02, 0.03, 0.05, 0.1):
        at = np.quantile(chances[~holds], 1 - share)
        console.print(
            f"误拒 {share:.0%}（门槛 {at:.2f}）：{name}放行 {np.mean(chances[holds] < at):.0%}（{holds.sum()} 题）"
        )
    weights = {one: round(float(weight), 4) for one, weight in zip(names, model.coef_[0], strict=True)}
    score = Score(round(float(model.intercept_[0]), 4), weights, _MORE_LIKELY_THAN_NOT)
    return score, round(float(np.quantile(chances[~holds], 1 - wrongly)), 4)


def _entry(score: Score) -> dict[str, object]:
    return {"intercept": score.intercept, "weights": dict(score.weights), "threshold": score.threshold}


def _off_topic(snapshot: Snapshot, parts: Parts) -> Iterator[Row]:
    words, index = parts.words.current(), snapshot.index
    for question in _chosen(snapshot.questions):
        asked = understand(Question(question.text, _ON), words)
        results = index.look_up(
            asked.query, on=_ON, synonyms=asked.synonyms, weights=parts.weights, limit=1, unlike=question.text
        )
        yield off_topic_features(results, asked.on_topic), question.ref == "!out_of_scope"


def _chosen(questions: tuple[BankQuestion, ...]) -> Iterator[BankQuestion]:
    for n, question in enumerate(questions):
        if question.ref == "!out_of_scope" or (n % _EVERY == 0 and not question.ref.startswith("!")):
            yield question


def _unanswered(snapshot: Snapshot, parts: Parts, off_topic: Score) -> Iterator[Row]:
    """Of the questions that would be looked up and answered if this score did not hold them back."""
    labelled: Mapping[str, Sequence[str]] = yaml.safe_load(UNSEEN.read_text(encoding="utf-8"))
    open_wide = replace(
        parts, calibration=Calibration(off_topic, replace(off_topic, weights={}, threshold=_NEVER), _NEVER)
    )
    words = parts.words.current()
    for label, texts in labelled.items():
        for question in (Question(text, _ON) for text in texts):
            answer = answer_question(question, open_wide)
            asked = understand(question, words)
            features = unanswered_features(
                retrieve(asked, snapshot.index, words, parts.weights).whole, len(asked.synonyms), len(asked.said)
            )
            if features and answer.status is Status.ANSWERED and not answer.entitlements:
                yield features, label == "not_answered"
