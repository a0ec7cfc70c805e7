"""Files that are only looked at are searched as they would be once published, and only what is new is worked out."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.bank import BankQuestion
from corpus.embedder import Embedder, Vectors
from corpus.index import Found, indexed_text
from corpus.preview import preview
from corpus.settings import ROOT
from corpus.snapshot import Snapshot, Source, build, current_id, open_snapshot

QUESTIONS = ["入托补贴每学期多少钱", "公积金贷款额度上浮多少", "托育中心用电按什么价格", "生三孩住院分娩补助", "abc"]
ADDED = BankQuestion("xianan-2023#7", "小托班一个学期补几个钱")


class Counting(Embedder):
    """The built-in encoder, remembering what it was given."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.fingerprint, self.dim = inner.fingerprint, inner.dim
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return self._inner.encode(texts)


@pytest.fixture
def counting(embedder: Embedder) -> Counting:
    return Counting(embedder)


@pytest.fixture
def live(published: Path, counting: Counting) -> Iterator[Snapshot]:
    snapshot = open_snapshot(published / "snapshots" / current_id(published), counting, exact=True)
    yield snapshot
    snapshot.close()


@pytest.fixture
def edited(corpus: Source) -> Source:
    """One clause says something else, one is gone, and the bank has a question more."""
    first, _, *rest = corpus.clauses
    changed = replace(first, text=f"{first.text}托育补贴另行规定。", indexed=f"{first.indexed}托育补贴另行规定。")
    return Source(corpus.documents, [changed, *rest], [*corpus.questions, ADDED])


def answers(snapshot: Snapshot) -> list[list[Found]]:
    return [snapshot.index.search(question) for question in QUESTIONS]


def test_preview_finds_what_the_published_snapshot_would(
    live: Snapshot, edited: Source, embedder: Embedder, tmp_path: Path
) -> None:
    built = open_snapshot(build(tmp_path, edited, embedder), embedder, exact=True)

    seen = preview(edited, live, embedder)

    assert answers(seen) == answers(built)
    assert answers(seen) != answers(live)
    assert (seen.clauses, seen.questions) == (built.clauses, built.questions)


def test_every_row_compared_finds_what_chroma_does(published: Path, live: Snapshot, embedder: Embedder) -> None:
    opened = open_snapshot(published / "snapshots" / current_id(published), embedder)

    try:
        found = [[one.clause.ref for one in each] for each in answers(opened)]
    finally:
        opened.close()

    assert [[one.clause.ref for one in each] for each in answers(live)] == found


def test_only_what_is_new_is_encoded(live: Snapshot, edited: Source, counting: Counting) -> None:
    preview(edited, live, counting)

    assert counting.encoded == [indexed_text(edited.clauses[0]), ADDED.text]


def test_nothing_is_encoded_where_nothing_changed(live: Snapshot, corpus: Source, counting: Counting) -> None:
    seen = preview(corpus, live, counting)

    assert counting.encoded == []
    assert answers(seen) == answers(live)


def test_nothing_is_taken_over_from_a_snapshot_of_another_dictionary(
    published: Path, corpus: Source, counting: Counting, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    shutil.copytree(published / "snapshots" / current_id(published), folder)
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    (folder / "MANIFEST.json").write_text(json.dumps(manifest | {"dictionary": "0" * 64}), encoding="utf-8")

    preview(corpus, open_snapshot(folder, counting, exact=True), counting)

    clauses = dict.fromkeys(map(indexed_text, corpus.clauses))
    assert counting.encoded == [*clauses, *dict.fromkeys(question.text for question in corpus.questions)]


def test_neither_chroma_nor_the_web_framework_is_imported_to_compare() -> None:
    program = "import sys, ingest.__main__; print(sorted({'chromadb', 'fastapi', 'langsmith'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
