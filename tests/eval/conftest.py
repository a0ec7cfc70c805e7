"""Golden questions and answers made by hand."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from eval.ask import Asked
from eval.golden import Golden
from eval.measures import grade
from eval.scores import Graded
from service.dialogue import Answer, Citation, Level, Question, Status
from service.rules.benefit import Entitlement

ON = date(2026, 11, 23)
_NOTHING: Mapping[str, object] = {
    "status": "answered",
    "clauses": (),
    "contains": (),
    "excludes": (),
    "benefit": None,
    "amount": None,
    "unit": None,
}

MakeAsked = Callable[..., Asked]
MakeGraded = Callable[[str, str, bool], Graded]
Cite = Callable[..., Citation]


@pytest.fixture
def cite() -> Cite:
    """cite(ref, quote): one citation."""

    def make(ref: str, quote: str = "") -> Citation:
        return Citation(1, ref, "样例办法", "样政发1号", "第1条", "", quote, "", True, True, ())

    return make


@pytest.fixture
def make_asked() -> MakeAsked:
    """make_asked(text, …) → that answer to a question; what is not expected is not graded."""

    def make(
        text: str = "答",
        *,
        asked: str = "问",
        name: str = "Q1",
        group: str = "lookup",
        got: Status = Status.ANSWERED,
        citations: tuple[Citation, ...] = (),
        entitlements: tuple[Entitlement, ...] = (),
        **expect: object,
    ) -> Asked:
        golden = Golden.model_validate(
            {"id": name, "group": group, "turns": (asked,), "on": ON, "expect": {**_NOTHING, **expect}, "why": ""}
        )
        answer = Answer(got, None, text, citations, entitlements, (), (), ON, ON, "000001-abc", Level.EXTRACT)
        return Asked(golden, Question(asked, ON), answer, 0.012)

    return make


@pytest.fixture
def make_graded(make_asked: MakeAsked) -> MakeGraded:
    """make_graded(name, group, right): a question that was answered right, or with the wrong status."""

    def make(name: str, group: str, right: bool) -> Graded:
        made = make_asked(name=name, group=group, status="answered" if right else "refused")
        return made, grade(made, {})

    return make
