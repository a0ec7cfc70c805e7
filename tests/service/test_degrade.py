"""What is missing makes the answers poorer, never wrong, and the amounts stay as they are."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

TERMS = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
FACTS = {"birth_order": 2, "registered": True, "institution_in": "district", "terms": 3}


@pytest.fixture(scope="module")
def empty(build_service: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that never had a snapshot."""
    folder = tmp_path_factory.mktemp("empty")
    with TestClient(build_service(folder, data_dir=folder / "data")) as client:
        yield client


class TestWithoutAnySnapshot:
    def test_amount_is_calculated(self, empty: TestClient) -> None:
        response = empty.post("/api/v1/benefits/childcare-enrolment-subsidy/calculate", json={"facts": FACTS})

        assert response.json()["amount"] == "1500.00"

    def test_question_for_an_amount_is_answered_by_the_rules_alone(self, empty: TestClient) -> None:
        answer = empty.post("/api/v1/ask", json={"question": TERMS}).json()

        assert (answer["status"], answer["level"], answer["snapshot"]) == ("answered", "rules_only", "")
        assert [one["amount"] for one in answer["entitlements"]] == ["1500.00"]
        assert "1500.00" in answer["text"]
        assert answer["citations"] == []

    def test_question_for_a_clause_fails_and_names_whom_to_call(self, empty: TestClient) -> None:
        answer = empty.post("/api/v1/ask", json={"question": "托育机构归谁监管"}).json()

        assert (answer["status"], answer["level"], answer["reason"]) == ("failed", "rules_only", "no_snapshot")
        assert "区卫健局" in answer["units"]
        assert "12345" in answer["text"]

    def test_cry_for_help_still_gets_a_person(self, empty: TestClient) -> None:
        assert empty.post("/api/v1/ask", json={"question": "我不想活了"}).json()["status"] == "handed_over"

    @pytest.mark.parametrize("path", ["/api/v1/search?q=产假", "/api/v1/clauses/xianan-2023/7", "/api/v1/documents"])
    def test_what_needs_the_documents_says_so(self, empty: TestClient, path: str) -> None:
        response = empty.get(path)

        assert (response.status_code, response.json()["error"]["code"]) == (503, "no_snapshot")

    def test_service_says_how_far_it_is_ready(self, empty: TestClient) -> None:
        assert empty.get("/readyz").json() == {"ready": True, "snapshot": "", "level": "rules_only"}
        assert empty.get("/livez").status_code == 200


def test_snapshot_is_picked_up_when_the_first_one_comes(
    build_service: Callable[..., FastAPI], published: Path, tmp_path: Path
) -> None:
    with TestClient(build_service(tmp_path, data_dir=tmp_path / "data")) as client:
        assert client.get("/readyz").json()["level"] == "rules_only"

        shutil.copytree(published / "snapshots", tmp_path / "data" / "snapshots")
        shutil.copy(published / "CURRENT", tmp_path / "data" / "CURRENT")

        assert client.get("/readyz").json()["level"] == "extract"
        answer = client.post("/api/v1/ask", json={"question": "超生罚款没交完还要交吗"}).json()
        assert (answer["status"], answer["level"]) == ("answered", "extract")


def test_damaged_snapshot_gives_way_to_the_last_good_one(
    build_service: Callable[..., FastAPI], published: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(published / "snapshots", data / "snapshots")
    good = (published / "CURRENT").read_text().strip()
    shutil.copytree(data / "snapshots" / good, data / "snapshots" / f"000009-{good[7:]}")
    (data / "snapshots" / f"000009-{good[7:]}" / "corpus.sqlite").write_bytes(b"\0" * 4096)
    (data / "CURRENT").write_text(f"000009-{good[7:]}\n")

    with TestClient(build_service(tmp_path, data_dir=data)) as client:
        answer = client.post("/api/v1/ask", json={"question": TERMS}).json()

    assert (answer["status"], answer["level"], answer["snapshot"]) == ("answered", "last_good", good)
    assert [one["amount"] for one in answer["entitlements"]] == ["1500.00"]


def test_without_vectors_words_are_searched(build_service: Callable[..., FastAPI], tmp_path: Path) -> None:
    with TestClient(build_service(tmp_path, embedding_model="no-such-model")) as client:
        answer = client.post("/api/v1/ask", json={"question": TERMS}).json()

    assert (answer["status"], answer["level"]) == ("answered", "keywords")
    assert [one["amount"] for one in answer["entitlements"]] == ["1500.00"]
    assert answer["citations"][0]["ref"] == "xianan-2023#7"


def test_records_that_cannot_be_written_leave_the_answer_standing(
    build_service: Callable[..., FastAPI], tmp_path: Path
) -> None:
    with TestClient(build_service(tmp_path)) as client:
        with closing(sqlite3.connect(tmp_path / "records.sqlite")) as db, db:
            db.executescript("DROP TABLE answers; DROP TABLE dialogues")

        response = client.post("/api/v1/ask", json={"question": TERMS, "conversation_id": "x" * 40})

    assert response.status_code == 200
    assert [one["amount"] for one in response.json()["entitlements"]] == ["1500.00"]
    assert len(response.json()["conversation_id"]) >= 32
