from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from corpus.bank import BankQuestion
from corpus.clause import Clause, Document
from corpus.snapshot import Source
from ingest.gather import gather
from service.changes import (
    FIELDS,
    UNTOLD,
    BankChange,
    Change,
    Field,
    Kind,
    Piece,
    compare,
    compare_bank,
    days_of,
    refs_of,
    touched,
)

WriteDocument = Callable[..., Path]


def state(folder: Path) -> Source:
    source, problems = gather(folder)
    assert problems == []
    return source


def test_what_changed_is_told_clause_by_clause_and_word_by_word(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write_document(old, "a", "第一条 每学期发放500元。\n第二条 由区财政负担。\n第三条 附则。\n")
    write_document(new, "a", "第一条 每学期发放600元。\n第二条 由区财政负担。\n")
    write_document(new, "b", "第一条 另有规定。\n", number="", effective_from="", effective_note="未写")
    day = date(2023, 8, 1)
    first = date(2023, 7, 20)
    of_b = (
        Field("标题", "", "样例办法"),
        Field("发文机关", "", "样例区人民政府"),
        Field("发布日期", "", "2023-07-20"),
        Field("施行说明", "", "未写"),
        Field("适用范围", "", "样例区"),
        Field("层级", "", "区"),
        Field("是不是原文", "", "是"),
        Field("核对日期", "", "2026-11-23"),
    )
    own = (Field("条款名称", "", "第一条"),)
    assert compare(state(old), state(new)) == [
        Change(Kind.ADDED, "b", "《样例办法》", (), first, None, of_b),
        Change(
            Kind.CHANGED,
            "a#1",
            "《样例办法》第一条",
            (Piece("第一条 每学期发放", "第一条 每学期发放"), Piece("500", "600"), Piece("元。", "元。")),
            day,
            None,
        ),
        Change(Kind.ADDED, "b#1", "《样例办法》第一条", (Piece("", "第一条 另有规定。"),), first, None, own),
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
    changes = {change.ref: change for change in compare(state(old), state(new))}
    assert (changes["a#1"].kind, changes["a#1"].until) == (Kind.ENDED, date(2027, 1, 1))
    added = changes["b#1"]
    assert (added.kind, added.begins, added.instead_of) == (Kind.ADDED, date(2027, 1, 1), ("a#1",))
    assert added.pieces == (
        Piece("第一条 ", ""),
        Piece("每学期发放", "每学期发放"),
        Piece("500", "600"),
        Piece("元。", "元。"),
    )


def test_a_clause_in_the_place_of_two_is_compared_with_both(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        write_document(folder, "a", "第一条 甲。\n第二条 乙。\n")
    body = '<!-- c:1 ends="a#1,a#2" -->\n第一条 甲。\n'
    write_document(new, "b", body, amends="a", effective_from="2027-01-01")
    [added] = [change for change in compare(state(old), state(new)) if change.ref == "b#1"]
    assert added.instead_of == ("a#1", "a#2")
    assert ("".join(one.old for one in added.pieces), "".join(one.new for one in added.pieces)) == (
        "第一条 甲。\n第二条 乙。",
        "第一条 甲。",
    )


def test_what_stays_as_it_was_is_not_told(tmp_path: Path, write_document: WriteDocument) -> None:
    write_document(tmp_path, "a", "第一条 每学期发放500元。\n")
    assert compare(state(tmp_path), state(tmp_path)) == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", "另一个办法", Field("标题", "样例办法", "另一个办法")),
        ("number", "样政发〔2023〕2号", Field("文号", "样政发〔2023〕1号", "样政发〔2023〕2号")),
        ("issuer", "另一个机关", Field("发文机关", "样例区人民政府", "另一个机关")),
        ("published_on", "2023-07-21", Field("发布日期", "2023-07-20", "2023-07-21")),
        ("effective_from", "2023-09-01", Field("施行日期", "2023-08-01", "2023-09-01")),
        ("effective_note", "另有说明", Field("施行说明", "", "另有说明")),
        ("scope", "另一个区", Field("适用范围", "样例区", "另一个区")),
        ("authority", "市", Field("层级", "区", "市")),
        ("source_url", "https://other.example/", Field("出处网址", "", "https://other.example/")),
        ("verbatim", "false", Field("是不是原文", "是", "不是")),
        ("checked_on", "2026-11-24", Field("核对日期", "2026-11-23", "2026-11-24")),
        ("register", "L99", Field("登记号", "", "L99")),
    ],
)
def test_a_field_of_the_front_matter_is_told_once_for_the_whole_document(
    tmp_path: Path, write_document: WriteDocument, field: str, value: str, told: Field
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    body = "第一条 每学期发放500元。\n第二条 由区财政负担。\n"
    write_document(old, "a", body)
    write_document(new, "a", body, **{field: value})
    found = [(change.kind, change.ref, change.fields) for change in compare(state(old), state(new))]
    assert found == [(Kind.DETAILS, "a", (told,))]


def test_a_document_that_is_to_end_has_ended(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write_document(old, "a", "第一条 每学期发放500元。\n")
    write_document(new, "a", "第一条 每学期发放500元。\n", effective_until="2027-01-01")
    [change] = compare(state(old), state(new))
    assert (change.kind, change.ref, change.until) == (Kind.ENDED, "a", date(2027, 1, 1))


def test_what_a_clause_alone_is_called_is_told_at_the_clause(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, label in ((old, "要点1"), (new, "第三条")):
        write_document(folder, "a", f'<!-- c:1 label="{label}" -->\n每学期发放500元。\n')
    [change] = compare(state(old), state(new))
    renamed = (Field("条款名称", "要点1", "第三条"),)
    assert (change.kind, change.ref, change.place, change.fields) == (
        Kind.DETAILS,
        "a#1",
        "《样例办法》第三条",
        renamed,
    )


@pytest.mark.parametrize(
    ("changed", "rests"),
    [
        ({"verbatim": "false"}, {"a#1"}),
        ({"effective_until": "2027-01-01"}, {"a#1"}),
        ({"effective_from": "2023-09-01"}, {"a#1"}),
        ({"source_url": "https://other.example/"}, set()),
        ({"issuer": "另一个机关"}, set()),
    ],
)
def test_dates_and_whether_the_words_are_official_touch_what_rests_on_them(
    tmp_path: Path, write_document: WriteDocument, changed: dict[str, str], rests: set[str]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    write_document(old, "a", "第一条 每学期发放500元。\n")
    write_document(new, "a", "第一条 每学期发放500元。\n", **changed)
    assert touched(state(old).clauses, state(new).clauses) == rests


def test_no_field_of_a_document_or_clause_is_left_out_unnoticed() -> None:
    names = {field.name for one in (Document, Clause) for field in fields(one)}
    assert names == FIELDS.keys() | UNTOLD


def test_values_that_are_written_alike_but_are_not_the_same_are_told(
    tmp_path: Path, write_document: WriteDocument
) -> None:
    write_document(tmp_path, "a", "第一条 每学期发放500元。\n")
    held = state(tmp_path)
    one, two = (
        Source(held.documents, [replace(held.clauses[0], ends=ends)]) for ends in (("b#1、c#1",), ("b#1", "c#1"))
    )
    assert [(change.kind, change.ref) for change in compare(one, two)] == [(Kind.DETAILS, "a#1")]


def test_questions_that_are_moved_removed_and_added_are_told_in_that_order() -> None:
    before, after = (
        Source((), (), [BankQuestion(ref, text) for text, ref in asked.items()])
        for asked in (
            {"留着": "a#1", "换条": "a#1", "不答": "a#1", "删去": "a#2"},
            {"新加": "a#1", "不答": "!no_basis", "换条": "a#2", "留着": "a#1"},
        )
    )
    assert compare_bank(before, after) == [
        BankChange("不答", "a#1", "!no_basis"),
        BankChange("换条", "a#1", "a#2"),
        BankChange("删去", "a#2", ""),
        BankChange("新加", "", "a#1"),
    ]
    assert [change.kind for change in compare_bank(before, after)] == [
        Kind.CHANGED,
        Kind.CHANGED,
        Kind.REMOVED,
        Kind.ADDED,
    ]


def test_what_changes_at_a_document_changes_all_its_clauses(tmp_path: Path, write_document: WriteDocument) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, issuer, words in ((old, "甲", "500"), (new, "乙", "600")):
        write_document(folder, "a", "第一条 甲。\n第二条 乙。\n", issuer=issuer)
        write_document(folder, "b", f"第一条 每学期发放{words}元。\n第二条 附则。\n")
    before, after = state(old), state(new)
    assert refs_of(compare(before, after), before, after) == {"a#1", "a#2", "b#1"}


def test_the_days_to_ask_for_are_today_and_the_turns_to_come_of_either_state(
    tmp_path: Path, write_document: WriteDocument
) -> None:
    today = date(2026, 11, 24)
    days = {"old": ("2026-12-01", "2027-03-01"), "new": ("2027-01-01", "")}
    for folder, (begins, ends) in days.items():
        write_document(tmp_path / folder, "a", "第一条 甲。\n", effective_from=begins, effective_until=ends)
    before, after = state(tmp_path / "old"), state(tmp_path / "new")
    assert days_of({"a#1"}, before, after, today) == (today, date(2026, 12, 1), date(2027, 3, 1))
    assert days_of({"a#1"}, after, after, today) == (today, date(2027, 1, 1))
    assert days_of(set(), before, after, today) == (today,)
