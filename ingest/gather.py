"""The files that the office edits → what a snapshot is built from, or every problem of every file."""

from collections.abc import Collection
from pathlib import Path

from corpus.bank import load_bank
from corpus.clause import Clause, Problem
from corpus.load import load_documents
from corpus.snapshot import Source
from corpus.store import Stored
from corpus.versions import end_replaced
from ingest.check import check
from ingest.split import split


def gather(folder: Path) -> tuple[Source, list[Problem]]:
    """Every document of a folder, its clauses, the question bank beside it, and all problems of all of them."""
    documents, problems = load_documents(folder)
    clauses: list[Clause] = []
    for document in documents:
        own = split(document)
        problems += check(document, own)
        clauses += own
    if not documents and not problems:
        problems.append(Problem(folder, 1, "一份文件也没有", "把 .md 文件放进来"))
    if problems:  # a clause that could not be read is no fault of the bank's
        return Source(documents, clauses), problems
    clauses, problems = end_replaced(documents, clauses)
    questions, wrong = load_bank(folder.parent / "questions", {str(clause.ref) for clause in clauses})
    return Source(documents, clauses, questions), problems + wrong


def only(names: Collection[str], source: Source, live: Stored) -> tuple[Source, list[Problem]]:
    """The named documents as they stand in the files, all others as they stand in the live snapshot; what ends what is
    settled among these, and not by files that are not published yet."""
    others = [document for document in live.documents if document.id not in names]
    named = [document for document in source.documents if document.id in names]
    documents = sorted(others + named, key=lambda document: document.id)
    clauses, problems = end_replaced(documents, [clause for one in documents for clause in split(one)])
    questions = [q for q in live.questions if q.ref.partition("#")[0] not in names]
    questions += [q for q in source.questions if q.ref.partition("#")[0] in names]
    return Source(documents, clauses, questions), problems
