"""A later document ends an earlier one: all of it (`replaces`) or article by article (`amends`), on its own date."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from corpus.clause import Clause, Document, Problem

Ends = dict[str, tuple[date, Clause]]


def end_replaced(documents: Sequence[Document], clauses: Sequence[Clause]) -> tuple[list[Clause], list[Problem]]:
    """The clauses; those that a later document replaces, or one of its clauses `ends`, end when the later begins."""
    of_document: dict[str, list[Clause]] = {document.id: [] for document in documents}
    for clause in clauses:
        of_document[clause.ref.document_id].append(clause)
    by_ref = {str(clause.ref): clause for clause in clauses}
    problems: list[Problem] = []
    ends: Ends = {}
    for document in documents:
        own = of_document[document.id]
        if document.amends and own and not any(clause.ends for clause in own):
            mend = '在改动的那一条上面写锚点，如 <!-- c:9 label="第九条" ends="旧文件编号#9" -->'
            problems.append(Problem(document.path, 1, "写了 amends，却没有一条写明改的是哪一条", mend))
        for ref, by in (*_replaced(document, of_document), *_amended(own)):
            if ref not in by_ref:
                problems.append(Problem(document.path, 1, f"要结束的条款不存在：{ref}", "核对 amends 和锚点里的 ends"))
                continue
            begins = _begins(by)
            if begins < _begins(by_ref[ref]):
                problems.append(Problem(document.path, 1, f"{by.ref} 早于它要结束的 {ref}", "核对两份文件的施行日期"))
            elif ref not in ends or begins < ends[ref][0]:
                ends[ref] = (begins, by)
    dated = [_of_its_document(clause, by_ref) for clause in clauses]
    return [_ended(clause, ends) for clause in dated], problems


def _of_its_document(clause: Clause, by_ref: Mapping[str, Clause]) -> Clause:
    """What takes the place of an article stands no longer than the document of that article."""
    until = [by_ref[ref].effective_until for ref in clause.ends if ref in by_ref and clause.effective_until is None]
    return replace(clause, effective_until=max(until)) if until and all(until) else clause  # type: ignore[type-var]


def _replaced(document: Document, of_document: Mapping[str, Sequence[Clause]]) -> Iterator[tuple[str, Clause]]:
    own = of_document[document.id]
    for name in _names(document.replaces):
        for clause in of_document.get(name, ()):
            if own:
                yield str(clause.ref), min(own, key=_begins)


def _amended(own: Iterable[Clause]) -> Iterator[tuple[str, Clause]]:
    for clause in own:
        for ref in clause.ends:
            yield ref, clause


def _names(written: str) -> list[str]:
    return [name for name in re.split(r"[、,，\s]+", written) if name]


def _begins(clause: Clause) -> date:
    return clause.effective_from or clause.published_on


def _ended(clause: Clause, ends: Ends) -> Clause:
    end = ends.get(str(clause.ref))
    if end is None or (clause.effective_until is not None and clause.effective_until <= end[0]):
        return clause
    return replace(clause, effective_until=end[0])
