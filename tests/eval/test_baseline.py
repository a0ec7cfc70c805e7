"""The accepted scores: written alike each time, and no group may fall below them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.baseline import Change, baseline_of, compare, fallen, read_baseline, write_baseline
from eval.golden import QUESTIONS
from eval.scores import Graded

MakeGraded = Callable[[str, str, bool], Graded]
Results = dict[str, bool]


@pytest.fixture
def lookups(make_graded: MakeGraded) -> Callable[[Results], list[Graded]]:
    """Questions of the group lookup, and one of calc that is right."""

    def make(results: Results) -> list[Graded]:
        return [
            *(make_graded(name, "lookup", right) for name, right in results.items()),
            make_graded("C1", "calc", True),
        ]

    return make


def changes(before: list[Graded], now: list[Graded]) -> list[Change]:
    return compare(baseline_of(before), baseline_of(now))


def test_a_group_that_falls_is_named_with_its_questions(lookups: Callable[[Results], list[Graded]]) -> None:
    found = changes(lookups({"Q1": True, "Q2": True, "Q3": False}), lookups({"Q1": False, "Q2": False, "Q3": True}))

    assert found == [Change("lookup", 2, 1, ("Q1", "Q2"), ("Q3",)), Change("calc", 1, 1, (), ())]
    assert fallen(found) == ["lookup：基线对 2 题，现在对 1 题；做错的：Q1、Q2"]


@pytest.mark.parametrize(
    "now",
    [
        {"Q1": True, "Q2": False},
        {"Q1": False, "Q2": True},
        {"Q1": True, "Q2": True},
        {"Q1": True, "Q2": False, "Q3": False},
    ],
    ids=["equal", "another question", "better", "a new question"],
)
def test_a_group_with_as_many_right_has_not_fallen(now: Results, lookups: Callable[[Results], list[Graded]]) -> None:
    assert fallen(changes(lookups({"Q1": True, "Q2": False}), lookups(now))) == []


def test_a_group_that_is_no_longer_asked_has_fallen_and_a_new_one_has_not(make_graded: MakeGraded) -> None:
    found = changes([make_graded("Q1", "lookup", True)], [make_graded("C1", "calc", False)])

    assert fallen(found) == ["lookup：基线对 1 题，现在对 0 题；做错的：Q1"]


def test_the_file_is_the_same_whatever_the_order_of_the_questions(
    tmp_path: Path, lookups: Callable[[Results], list[Graded]]
) -> None:
    graded = lookups({"Q1": True, "Q2": False})
    one, other = tmp_path / "one.json", tmp_path / "other.json"

    write_baseline(one, baseline_of(graded))
    write_baseline(other, baseline_of(graded[::-1]))

    assert one.read_bytes() == other.read_bytes()
    assert read_baseline(one) == baseline_of(graded)
    assert read_baseline(tmp_path / "none.json") is None


def test_the_gate_lets_pass_what_is_as_good_and_stops_what_fell(
    tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(published))
    questions, baseline, page = (tmp_path / name for name in ("asked.jsonl", "baseline.json", "report.html"))
    line = next(line for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if '"D002"' in line)
    questions.write_text(line, encoding="utf-8")
    command = ["--questions", str(questions), "--baseline", str(baseline), "--report", str(page)]

    assert main([*command, "--gate"]) == 1
    assert "还没有基线" in capsys.readouterr().err
    assert main([*command, "--accept"]) == 0
    assert main([*command, "--gate"]) == 0

    questions.write_text(line.replace('"status": "answered"', '"status": "refused"'), encoding="utf-8")
    capsys.readouterr()
    assert main([*command, "--gate"]) == 1
    assert "lookup：基线对 1 题，现在对 0 题；做错的：D002" in capsys.readouterr().out
    assert "变错" in page.read_text(encoding="utf-8")
