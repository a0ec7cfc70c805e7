"""A database file that an earlier version made is taken over as it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

from service.database import open_database
from service.records import Records, answer_json
from tests.service.test_records import NOW, answer

OLD = """CREATE TABLE answers (
    id VARCHAR(64) PRIMARY KEY, conversation_id VARCHAR(64) NOT NULL, asked_at DATETIME NOT NULL,
    channel VARCHAR(16) NOT NULL, question TEXT NOT NULL, status VARCHAR(16) NOT NULL,
    snapshot VARCHAR(64) NOT NULL, answer TEXT NOT NULL
)"""


def old_file(folder: Path) -> str:
    file = folder / "records.sqlite"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(OLD)
        row = ("a", "c", "2026-07-01 01:30:00.000000", "api", "产假多少天", "answered", "000001-abc")
        db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, answer_json(answer()).decode()))
    return f"sqlite:///{file}"


def test_answers_of_an_earlier_version_are_kept_and_cannot_be_made_again(tmp_path: Path) -> None:
    records = Records(open_database(old_file(tmp_path)))

    kept = records.kept("a", NOW)

    assert kept is not None
    assert (kept.question, kept.answer) == ("产假多少天", answer())
    assert records.asked("a", NOW) is None
    assert records.words_needed() == frozenset()


def test_a_file_is_brought_up_to_date_once(tmp_path: Path) -> None:
    url = old_file(tmp_path)
    for _ in range(2):
        open_database(url).dispose()

    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(answers)")]
    assert columns[:8] == [
        "id",
        "conversation_id",
        "asked_at",
        "channel",
        "question",
        "status",
        "snapshot",
        "answer",
    ]
    assert sorted(columns[8:]) == ["asked", "basis", "words"]
