"""Answers are recorded byte for byte: nothing in them may follow the order of a set, which no two processes share."""

import json
import os
import subprocess
import sys
from pathlib import Path

from corpus.settings import ROOT
from corpus.snapshot import Source

_ASK = """
import hashlib, json, sys
from datetime import date

from service.dialogue import Earlier, Question
from service.parts import build_parts
from service.pipeline import answer_question
from service.records import answer_json
from service.settings import Settings

parts = build_parts(Settings(_env_file=None, embedding_model="builtin"), sys.exit)
for conversation in json.load(sys.stdin):
    earlier = Earlier()
    for said in conversation:
        answer = answer_question(Question(said, date(2026, 7, 1), earlier=earlier), parts)
        earlier = answer.remembered
        print(hashlib.sha256(answer_json(answer)).hexdigest(), said)
"""


def _answers(published: Path, conversations: list[list[str]], order_of_sets: str) -> list[str]:
    own = {"DATA_DIR": str(published), "PYTHONHASHSEED": order_of_sets, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-c", _ASK]
    asked = subprocess.run(
        command, cwd=ROOT, env=os.environ | own, input=json.dumps(conversations), capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.splitlines()


def test_another_process_answers_with_the_same_bytes(published: Path, corpus: Source) -> None:
    said = [question.text for question in corpus.questions][::12]
    conversations = [said[n : n + 4] for n in range(0, len(said), 4)]

    first, *others = (_answers(published, conversations, seed) for seed in ("1", "2", "3", "4"))

    assert len(first) == len(said)
    assert others == [first] * 3
