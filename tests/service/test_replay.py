"""A recorded answer is made again byte for byte after everything has changed, or it is told what is gone."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from corpus.embedder import Embedder
from corpus.settings import OFFICE, ROOT, WORDS
from corpus.snapshot import Source, build, publish
from service.database import open_database
from service.records import Asked, Records
from service.replay import CannotReplay, Replayed, replay
from tests.service.conftest import NOW

SUBSIDY = "老二上托育园能领多少钱"


@dataclass
class Office:
    """A service over folders of its own, and the ids of what it answered."""

    folder: Path
    client: TestClient
    records: Records

    def ask(self, question: str, conversation: str | None = None, **more: object) -> dict:
        body = {"question": question, "conversation_id": conversation} | more
        response = self.client.post("/api/v1/ask", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    def asked(self, answer_id: str) -> Asked:
        asked = self.records.asked(answer_id, NOW)
        assert asked is not None
        return asked

    def replay(self, answer_id: str, embedder: Embedder | None) -> Replayed:
        return replay(self.asked(answer_id), self.folder / "data", embedder, pytest.fail)

    def edit_words(self) -> None:
        """What the service says of its own is put otherwise from now on."""
        for path in (self.folder / "corpus" / "words").glob("*.yaml"):
            old = path.read_text(encoding="utf-8")
            path.write_text(old.replace("请看气象部门", "烦请看气象部门"), encoding="utf-8")


@pytest.fixture
def office(published: Path, build_service: Callable[..., FastAPI], tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(published, tmp_path / "data", ignore=shutil.ignore_patterns("words"))
    shutil.copytree(WORDS, tmp_path / "corpus" / "words")
    shutil.copy(OFFICE, tmp_path / "corpus")
    app = build_service(tmp_path, data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus")
    with TestClient(app) as client:
        yield Office(tmp_path, client, Records(open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")))


def test_every_turn_of_a_conversation_is_made_again_after_words_and_snapshot_changed(
    office: Office, corpus: Source, embedder: Embedder
) -> None:
    first = office.ask(SUBSIDY)
    turns = [first, *(office.ask(said, first["conversation_id"]) for said in ("三个学期", "不对，是三孩", "转人工"))]
    turns.append(office.ask("产假多少天", facts={"birth_order": 3, "babies": 2}, on="2024-02-29"))
    turns.append(office.ask("今天天气怎么样"))
    recorded = [office.asked(turn["answer_id"]).answer for turn in turns]
    office.edit_words()
    data = office.folder / "data"
    fewer = [question for question in corpus.questions if question.ref != "xianan-2023#7"]
    publish(data, build(data, Source(corpus.documents, corpus.clauses, fewer), embedder))

    made = [office.replay(turn["answer_id"], embedder) for turn in turns]

    assert [one.answer for one in made] == recorded
    assert {(one.same, one.notes) for one in made} == {(True, ())}


def test_words_that_were_edited_since_would_have_answered_otherwise(office: Office) -> None:
    """Otherwise the test before would show nothing."""
    then = office.ask("今天天气怎么样")
    office.edit_words()
    now = office.ask("今天天气怎么样")

    assert then["text"] != now["text"]
    assert office.asked(then["answer_id"]).basis.words != office.asked(now["answer_id"]).basis.words


def test_an_answer_without_vectors_is_made_again_without_them(
    office: Office, build_service: Callable[..., FastAPI], embedder: Embedder
) -> None:
    app = build_service(
        office.folder, data_dir=office.folder / "data", corpus_dir=office.folder / "corpus", embedding_model="none"
    )
    office.client = TestClient(app)
    answer = office.ask(SUBSIDY)

    assert answer["level"] == "keywords"
    assert office.replay(answer["answer_id"], embedder).same


def test_an_answer_without_a_snapshot_is_made_again_without_one(
    office: Office, build_service: Callable[..., FastAPI], embedder: Embedder
) -> None:
    shutil.rmtree(office.folder / "data" / "snapshots")
    office.client = TestClient(
        build_service(office.folder, data_dir=office.folder / "data", corpus_dir=office.folder / "corpus")
    )
    answer = office.ask(SUBSIDY)

    assert answer["level"] == "rules_only"
    assert office.replay(answer["answer_id"], embedder).same


def test_what_is_gone_is_told(office: Office, embedder: Embedder) -> None:
    answer = office.ask(SUBSIDY)["answer_id"]
    snapshot, data = office.asked(answer).snapshot, office.folder / "data"

    with pytest.raises(CannotReplay, match="编码器"):
        office.replay(answer, None)
    (data / "snapshots" / snapshot).rename(data / "elsewhere")
    with pytest.raises(CannotReplay, match=f"快照 {snapshot} 已清理"):
        office.replay(answer, embedder)
    shutil.rmtree(data / "words")
    with pytest.raises(CannotReplay, match="用语文件"):
        office.replay(answer, embedder)


def test_a_copy_of_words_that_was_touched_is_not_believed(office: Office, embedder: Embedder) -> None:
    answer = office.ask(SUBSIDY)["answer_id"]
    [copy] = (office.folder / "data" / "words").iterdir()
    with open(copy / "words" / "wording.yaml", "a", encoding="utf-8") as wording:
        wording.write("# 加了一行\n")

    with pytest.raises(CannotReplay, match="或者被改过"):
        office.replay(answer, embedder)


def run(office: Office, answer_id: str) -> subprocess.CompletedProcess[str]:
    own = {
        "DATA_DIR": str(office.folder / "data"),
        "CORPUS_DIR": str(office.folder / "corpus"),
        "DATABASE_URL": f"sqlite:///{office.folder / 'records.sqlite'}",
        "EMBEDDING_MODEL": "builtin",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "service", "replay", answer_id]
    return subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=60)


def change(office: Office, statement: str) -> None:
    with closing(sqlite3.connect(office.folder / "records.sqlite")) as db, db:
        db.execute(statement)


def test_the_command_prints_the_answer_and_says_that_it_is_the_same(office: Office) -> None:
    answer = office.ask(SUBSIDY)["answer_id"]
    change(office, "UPDATE answers SET asked_at = datetime('now')")

    done = run(office, answer)

    assert (done.returncode, done.stderr) == (0, "重放的回答和记录一字不差\n")
    assert done.stdout == office.asked(answer).answer.decode() + "\n"


def test_the_command_tells_of_another_program_and_of_an_answer_that_was_touched(office: Office) -> None:
    answer = office.ask(SUBSIDY)["answer_id"]
    change(
        office,
        "UPDATE answers SET asked_at = datetime('now'), answer = replace(answer, '500', '900'), "
        "basis = json_set(basis, '$.program', '0.2.0+abc')",
    )

    done = run(office, answer)

    assert done.returncode == 1
    assert done.stderr.startswith("程序、规则或分词词典不是当时的：当时 0.2.0+abc，现在 0.4.0+")
    assert done.stderr.endswith("\n重放的回答和记录不一样\n")


@pytest.mark.parametrize("unknown", ["nobody", "-nobody"])
def test_the_command_tells_of_an_answer_that_nobody_was_given(office: Office, unknown: str) -> None:
    done = run(office, unknown)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("没有这个回答：")
