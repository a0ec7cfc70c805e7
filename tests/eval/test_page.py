"""The page: whole, harmless whatever is asked, and needing nothing beside itself."""

import re
from collections.abc import Callable

import pytest

from eval.abstention import Leaning, Point, curve, point
from eval.ask import Asked
from eval.baseline import Change
from eval.hits import Way
from eval.measures import grade
from eval.page import Cell, Findings, confusion, render
from eval.plots import Labels
from eval.scores import Graded
from service.dialogue import Citation, Status

ENGLISH = Labels(None)
LEANINGS = (
    Leaning(answerable=True, chance=0.1, let_through=True, held_back=False),
    Leaning(answerable=True, chance=0.6, let_through=True, held_back=False),
    Leaning(answerable=True, chance=0.9, let_through=True, held_back=True),
    Leaning(answerable=False, chance=0.5, let_through=True, held_back=False),
    Leaning(answerable=False, chance=0.2, let_through=False, held_back=False),
)

MakeGraded = Callable[[str, str, bool], Graded]


def page(graded: list[Graded], changes: list[Change] | None = None) -> str:
    ways = [Way("只按词", "words only", 4, (1, 2, 3, 4)), Way("词和向量", "words + vectors", 4, (2, 3, 4, 4))]
    return render(Findings(graded, changes, ways, LEANINGS, 0.4), ENGLISH)


def test_the_page_names_every_group_known_or_new(make_graded: MakeGraded) -> None:
    groups = ("lookup", "calc", "brand_new")

    shown = page([make_graded(f"Q{n}", group, True) for n, group in enumerate(groups)])

    assert re.findall(r"<tr><td>(\S+) <code>(\w+)</code></td>", shown) == [
        ("查条款", "lookup"),
        ("算金额", "calc"),
        ("brand_new", "brand_new"),
    ]


def test_what_is_asked_and_answered_is_shown_and_never_run(
    make_asked: Callable[..., Asked], cite: Callable[..., Citation]
) -> None:
    asked = make_asked(
        "答复 <img src=x onerror=alert(2)>",
        asked="<script>alert(1)</script>",
        status="no_basis",
        clauses=("plan:c:7",),
        contains=(("一次性", "一次"),),
        citations=(cite("xianan-2023#5"),),
    )

    shown = page([(asked, grade(asked, {}))])

    assert "<script" not in shown
    assert "onerror=alert(2)>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    for told in ("没有依据 · plan:c:7", "已回答 · xianan-2023#5", "一次性／一次", "答复 &lt;img"):
        assert told in shown


def test_the_page_asks_nothing_of_any_other_place(make_graded: MakeGraded) -> None:
    shown = page([make_graded("Q1", "lookup", False)])

    addresses = re.findall(r'(?:src|href)="([^"]*)"', shown)
    assert {address.split(",")[0] for address in addresses if not address.startswith("#")} == {
        "data:image/svg+xml;base64"
    }
    assert "url(" not in shown
    assert "@import" not in shown


def test_the_page_tells_what_changed_and_what_did_not(make_graded: MakeGraded) -> None:
    graded = [make_graded("Q1", "lookup", False), make_graded("C1", "calc", True)]
    same = Change("calc", 1, 1, (), ())

    assert "还没有基线" in page(graded)
    assert "都与" in page(graded, [same])
    fell = page(graded, [Change("lookup", 1, 0, ("Q1",), ()), same])
    assert re.findall(r"<span class=\"\w+\">(变\w)</span> <code>(\w+)</code>", fell) == [("变错", "Q1")]


def test_statuses_are_counted_expected_against_got(make_asked: Callable[..., Asked]) -> None:
    asked = [
        make_asked(got=Status.ANSWERED),
        make_asked(got=Status.REFUSED),
        make_asked(got=Status.REFUSED, status=["answered", "refused"]),
    ]

    found = confusion([(one, grade(one, {})) for one in asked])

    assert found.got == ["answered", "refused"]
    assert found.rows == [
        ("已回答", [Cell(1, True), Cell(1, False)]),
        ("已回答或拒绝", [Cell(0, True), Cell(1, True)]),
    ]


@pytest.mark.parametrize(
    ("threshold", "answered", "wrong"), [(0.0, 1, 0), (0.1, 1, 0), (0.5, 2, 0), (0.51, 2, 1), (2.0, 3, 1)]
)
def test_a_higher_threshold_answers_more_rightly_and_wrongly(threshold: float, answered: int, wrong: int) -> None:
    assert point(LEANINGS, threshold) == Point(threshold, answered, 3, wrong, 2)


def test_the_curve_has_every_threshold_that_changes_something() -> None:
    assert [(one.coverage, one.wrong_share) for one in curve(LEANINGS)] == [
        (1 / 3, 0),
        (2 / 3, 0),
        (2 / 3, 0),
        (2 / 3, 1 / 2),
        (1, 1 / 2),
        (1, 1 / 2),
    ]
