"""Is a built snapshot fit to be published? Asked in a child process, which a damaged index may kill without harm."""

import subprocess
import sys
from pathlib import Path

import yaml

from corpus.clause import Clause
from corpus.embedder import load_embedder
from corpus.snapshot import Snapshot, open_snapshot

CANARIES = Path(__file__).parent / "words" / "canaries.yaml"
_SAMPLES = 50
_SELF_RECALL = 0.9
_LONGEST = 600


def probe(folder: Path, embedding_model: str) -> str:
    """Empty when the snapshot may be published, else what is wrong, in Chinese."""
    command = [sys.executable, "-m", "corpus.probe", str(folder), embedding_model]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"核验超过 {_LONGEST} 秒没有结束"
    if child.returncode == 0:
        return ""
    return child.stdout.strip() or f"核验程序异常退出（{child.returncode}）：{child.stderr.strip()[-300:]}"


def _main(folder: Path, embedding_model: str) -> int:
    snapshot = open_snapshot(folder, load_embedder(embedding_model))
    wrong = [snapshot.degraded] if snapshot.degraded else []
    wrong += _missed_samples(snapshot) + _missed_canaries(snapshot)
    snapshot.close()
    print("\n".join(wrong))
    return 1 if wrong else 0


def _missed_samples(snapshot: Snapshot) -> list[str]:
    """A clause asked for in its own words must come back, or another one with the same words."""
    step = max(1, len(snapshot.clauses) // _SAMPLES)
    sampled = snapshot.clauses[::step]
    missed = [str(clause.ref) for clause in sampled if not _comes_back(clause, snapshot)]
    if len(missed) <= (1 - _SELF_RECALL) * len(sampled):
        return []
    return [f"按原文检索不到的条款太多（{len(missed)}/{len(sampled)}）：{'、'.join(missed[:5])}"]


def _comes_back(clause: Clause, snapshot: Snapshot) -> bool:
    found = snapshot.index.search(clause.indexed[:120], limit=10)
    return any(clause.indexed == one.clause.indexed for one in found)


def _missed_canaries(snapshot: Snapshot) -> list[str]:
    wrong = []
    for canary in yaml.safe_load(CANARIES.read_text(encoding="utf-8")):
        refs = {str(found.clause.ref) for found in snapshot.index.search(canary["question"], limit=5)}
        if canary["ref"] in snapshot.by_ref and canary["ref"] not in refs:
            wrong.append(f"试问「{canary['question']}」没有找到 {canary['ref']}")
    return wrong


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), sys.argv[2]))
