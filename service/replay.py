"""A recorded answer, made again from what it rested on: byte for byte, or a sentence on what is not as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.embedder import Embedder
from corpus.live import FixedSnapshot
from corpus.snapshot import Snapshot, SnapshotUnreadable, open_snapshot
from service.approved import FixedApproved
from service.basis import program
from service.dialogue import Level
from service.kept_words import KeptWords
from service.pipeline import Parts, answer_question
from service.records import Asked, answer_json
from service.words import LiveWords


class CannotReplay(Exception):
    """Something that the answer rested on is gone; `str()` says what, in Chinese."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """`answer` is the JSON as it came out now; `notes` say in Chinese what is not as it was then."""

    answer: bytes
    same: bool
    notes: tuple[str, ...]


def replay(asked: Asked, data_dir: Path, embedder: Embedder | None, warn: Callable[[str], None]) -> Replayed:
    """Raises CannotReplay."""
    words = _words(asked.basis.words, data_dir, warn)
    live = FixedSnapshot(_snapshot(asked, data_dir, embedder), last_good=asked.level is Level.LAST_GOOD)
    try:
        parts = Parts(
            live, words, asked.basis.weights, asked.basis.calibration, warn, FixedApproved(asked.basis.approved)
        )
        answer = answer_json(answer_question(asked.question, parts))
    finally:
        live.close()
    then, today = asked.basis.program, program()
    notes = () if then == today else (f"程序、规则或分词词典不是当时的：当时 {then}，现在 {today}",)
    return Replayed(answer, answer == asked.answer, notes)


def _words(digest: str, data_dir: Path, warn: Callable[[str], None]) -> LiveWords:
    if not digest:
        raise CannotReplay("回答的时候，用语文件没有留存下来")
    folder = KeptWords(data_dir).folder(digest)
    if folder is None:
        raise CannotReplay(f"当时的用语文件（{digest[:12]}）已不在 {data_dir / 'words'}，或者被改过")
    return LiveWords(folder / "words", folder / "office.yaml", warn)


def _snapshot(asked: Asked, data_dir: Path, embedder: Embedder | None) -> Snapshot | None:
    """None for an answer that was given without one."""
    if asked.level is Level.RULES_ONLY:
        return None
    folder = data_dir / "snapshots" / asked.snapshot
    if not folder.exists():
        raise CannotReplay(f"快照 {asked.snapshot} 已清理（只留最近几版，见设置 SNAPSHOTS_KEPT）")
    try:
        snapshot = open_snapshot(folder, embedder if asked.basis.encoder else None)
    except SnapshotUnreadable as error:
        raise CannotReplay(str(error)) from error
    if snapshot.index.encoder != asked.basis.encoder:
        snapshot.close()
        raise CannotReplay(f"当时的编码器（{asked.basis.encoder[:12]}）不是现在的这个，或者现在用不了")
    return snapshot
