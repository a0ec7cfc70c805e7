"""The files that the office edits → what a snapshot is built from, or every problem of every file."""

from pathlib import Path

from corpus.bank import load_bank
from corpus.clause import Clause, Problem
from corpus.load import load_documents
from corpus.snapshot import Source
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
