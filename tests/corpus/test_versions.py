"""A later document ends an earlier one on its own date, and what was asked about a day before still holds."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from ingest.gather import gather

OLD = "第一条 每学期发放500元。\n第二条 由区财政负担。\n第三条 附则。\n"
SWITCH = date(2027, 1, 1)


def ends(folder: Path) -> dict[str, date | None]:
    source, problems = gather(folder)
    assert problems == []
    return {str(clause.ref): clause.effective_until for clause in source.clauses}


def test_a_new_version_ends_the_whole_of_the_old_one_on_its_day(
    tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "old", OLD)
    write_document(folder, "new", "第一条 每学期发放600元。\n", replaces="old", effective_from=str(SWITCH))
    assert ends(folder) == {"old#1": SWITCH, "old#2": SWITCH, "old#3": SWITCH, "new#1": None}
    source, _ = gather(folder)
    eve = date(2026, 12, 31)
    assert [str(clause.ref) for clause in source.clauses if clause.in_force(eve)] == ["old#1", "old#2", "old#3"]
    assert [str(clause.ref) for clause in source.clauses if clause.in_force(SWITCH)] == ["new#1"]


def test_an_amendment_ends_only_the_articles_it_names(tmp_path: Path, write_document: Callable[..., Path]) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "old", OLD)
    body = '<!-- c:1 label="第一条" ends="old#1 old#3" -->\n第一条 每学期发放600元。\n'
    write_document(folder, "change", body, amends="old", effective_from=str(SWITCH))
    assert ends(folder) == {"old#1": SWITCH, "old#2": None, "old#3": SWITCH, "change#1": None}


def test_what_takes_the_place_of_an_article_ends_with_its_document(
    tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "old", OLD, effective_until="2029-06-30")
    body = '<!-- c:1 ends="old#1" -->\n第一条 每学期发放600元。\n'
    write_document(folder, "change", body, amends="old", effective_from=str(SWITCH))
    last = date(2029, 6, 30)
    assert ends(folder) == {"old#1": SWITCH, "old#2": last, "old#3": last, "change#1": last}


def test_an_end_that_was_set_earlier_by_hand_stays(tmp_path: Path, write_document: Callable[..., Path]) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "old", OLD, effective_until="2026-06-30")
    write_document(folder, "new", "第一条 每学期发放600元。\n", replaces="old", effective_from=str(SWITCH))
    assert ends(folder)["old#1"] == date(2026, 6, 30)


def test_an_amendment_that_names_no_article_or_a_wrong_one_is_reported(
    tmp_path: Path, write_document: Callable[..., Path]
) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "old", OLD)
    silent = write_document(folder, "silent", "第一条 每学期发放600元。\n", amends="old", effective_from=str(SWITCH))
    body = '<!-- c:1 ends="old#9" -->\n每学期发放600元。\n'
    wrong = write_document(folder, "wrong", body, amends="old", effective_from=str(SWITCH))
    early = write_document(
        folder,
        "early",
        "第一条 每学期发放600元。\n",
        replaces="old",
        published_on="2020-01-01",
        effective_from="2020-01-01",
    )
    _, problems = gather(folder)
    assert [(problem.path, problem.what) for problem in problems] == [
        (early, "early#1 早于它要结束的 old#1"),
        (early, "early#1 早于它要结束的 old#2"),
        (early, "early#1 早于它要结束的 old#3"),
        (silent, "写了 amends，却没有一条写明改的是哪一条"),
        (wrong, "要结束的条款不存在：old#9"),
    ]
