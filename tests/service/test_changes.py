from collections.abc import Callable
from datetime import date
from pathlib import Path

from corpus.clause import Clause
from ingest.gather import gather
from service.changes import Change, Kind, Piece, compare

WriteDocument = Callable[..., Path]


def clauses(folder: Path) -> list[Clause]:
    source, problems = gather(folder)
    assert problems == []
    return list(source.clauses)


def test_what_changed_is_told_clause_by_clause_and_word_by_word(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write_document(old, "a", "第一条 每学期发放500元。\n第二条 由区财政负担。\n第三条 附则。\n")
    write_document(new, "a", "第一条 每学期发放600元。\n第二条 由区财政负担。\n")
    write_document(new, "b", "第一条 另有规定。\n")
    day = date(2023, 8, 1)
    assert compare(clauses(old), clauses(new)) == [
        Change(
            Kind.CHANGED,
            "a#1",
            "《样例办法》第一条",
            (Piece("第一条 每学期发放", "第一条 每学期发放"), Piece("500", "600"), Piece("元。", "元。")),
            day,
            None,
        ),
        Change(Kind.ADDED, "b#1", "《样例办法》第一条", (Piece("", "第一条 另有规定。"),), day, None),
        Change(Kind.REMOVED, "a#3", "《样例办法》第三条", (Piece("第三条 附则。", ""),), None, None),
    ]


def test_an_article_that_a_later_one_takes_the_place_of_has_ended_and_not_changed(
    tmp_path: Path, write_document: WriteDocument
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        write_document(folder, "a", "第一条 每学期发放500元。\n")
    body = '<!-- c:1 ends="a#1" -->\n每学期发放600元。\n'
    write_document(new, "b", body, amends="a", effective_from="2027-01-01")
    ended = compare(clauses(old), clauses(new))[0]
    assert (ended.kind, ended.ref, ended.until) == (Kind.ENDED, "a#1", date(2027, 1, 1))


def test_what_stays_as_it_was_is_not_told(tmp_path: Path, write_document: WriteDocument) -> None:
    write_document(tmp_path, "a", "第一条 每学期发放500元。\n")
    assert compare(clauses(tmp_path), clauses(tmp_path)) == []
