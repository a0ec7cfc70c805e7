"""Clauses and documents ⇄ one SQLite file: the record from which every index can be rebuilt."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from corpus.bank import BankQuestion
from corpus.clause import Clause, Document

_CLAUSE = TypeAdapter(Clause)
_DOCUMENT = TypeAdapter(Document)
_SCHEMA = """
CREATE TABLE documents (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE clauses (position INTEGER PRIMARY KEY, ref TEXT UNIQUE NOT NULL, body TEXT NOT NULL);
CREATE TABLE questions (position INTEGER PRIMARY KEY, ref TEXT NOT NULL, text TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Stored:
    documents: tuple[Document, ...]
    clauses: tuple[Clause, ...]
    questions: tuple[BankQuestion, ...]


def write_store(
    path: Path, documents: Sequence[Document], clauses: Sequence[Clause], questions: Sequence[BankQuestion]
) -> None:
    """Raises sqlite3.IntegrityError when two clauses have one ref."""
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(_SCHEMA)
        db.executemany("INSERT INTO documents VALUES (?, ?)", _document_rows(documents))
        db.executemany("INSERT INTO clauses VALUES (?, ?, ?)", _clause_rows(clauses))
        db.executemany("INSERT INTO questions VALUES (?, ?, ?)", ((n, q.ref, q.text) for n, q in enumerate(questions)))


def _document_rows(documents: Iterable[Document]) -> Iterable[tuple[str, str]]:
    return ((document.id, _DOCUMENT.dump_json(document).decode()) for document in documents)


def _clause_rows(clauses: Iterable[Clause]) -> Iterable[tuple[int, str, str]]:
    return ((n, str(clause.ref), _CLAUSE.dump_json(clause).decode()) for n, clause in enumerate(clauses))


def read_store(path: Path) -> Stored:
    """Raises sqlite3.Error or pydantic.ValidationError when the file is damaged."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        documents = [_DOCUMENT.validate_json(body) for (body,) in db.execute("SELECT body FROM documents ORDER BY id")]
        clauses = [_CLAUSE.validate_json(body) for (body,) in db.execute("SELECT body FROM clauses ORDER BY position")]
        rows = db.execute("SELECT ref, text FROM questions ORDER BY position")
        questions = [BankQuestion(ref, text) for ref, text in rows]
    return Stored(tuple(documents), tuple(clauses), tuple(questions))
