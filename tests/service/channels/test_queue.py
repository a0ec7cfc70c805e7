"""The queue fills itself, and an editor deals with a group: bank questions, an approved answer, a value to enter."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from corpus.settings import ROOT
from service.accounts import Role
from service.database import open_database
from service.unanswered import Group, Lack, Missing, Unanswered
from tests.service.channels.test_console import Desk
from tests.service.conftest import NOW

NO_BASIS = "外婆带孩子有没有补贴"
TRANSFER = "转园后保教费减免还有吗"
WAYS = ("转园后保教费减免还有吗", "请问幼儿园转园，保教费还减免不")
REF = "xianan-2023#12.2"
TEXT = "转到区内另一所普惠园的，减免接着算。"
FEE = Lack(Missing.OFFICE, "public_kindergarten_fee")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of its own."""
    return Path(shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("*.py")))


@pytest.fixture
def service(build_service: Callable[..., FastAPI], tmp_path: Path, folder: Path) -> FastAPI:
    return build_service(tmp_path, corpus_dir=folder)


@pytest.fixture
def citizen(service: FastAPI) -> TestClient:
    return TestClient(service)


@pytest.fixture
def editor(service: FastAPI, file: Path) -> Desk:
    return Desk(service, file, "林涛", Role.EDITOR)


def ask(citizen: TestClient, question: str, **more: str) -> dict[str, str]:
    answered: dict[str, str] = citizen.post("/api/v1/ask", json={"question": question, **more}).json()
    return answered


# It fills itself


def test_a_question_without_basis_waits_masked_and_one_that_was_answered_does_not(
    citizen: TestClient, editor: Desk
) -> None:
    ask(citizen, f"我的电话13812345678，{NO_BASIS}")
    ask(citizen, "超生罚款没交完还要交吗")
    assert editor.rows("unanswered", "question, sent_by") == [(f"我的电话〔手机号〕,{NO_BASIS}", "api")]


def test_what_a_citizen_or_a_seat_finds_bad_waits_once(citizen: TestClient, editor: Desk) -> None:
    good, bad, judged = (ask(citizen, TRANSFER)["answer_id"] for _ in range(3))
    for answer, verdict in ((good, "helpful"), (bad, "unhelpful"), (bad, "unhelpful")):
        assert citizen.post(f"/api/v1/answers/{answer}/feedback", json={"verdict": verdict}).status_code == 204
    editor.post(f"/answers/{judged}/judgement", verdict="wrong", reason="unclear")
    assert editor.rows("unanswered", "question, answer_id, sent_by") == [
        (TRANSFER, bad, "citizen"),
        (TRANSFER, judged, "林涛"),
    ]


def test_what_was_asked_before_a_person_was_asked_for_waits(citizen: TestClient, editor: Desk) -> None:
    conversation = ask(citizen, TRANSFER)["conversation_id"]
    ask(citizen, "转人工", conversation_id=conversation)
    citizen.post(f"/api/v1/conversations/{conversation}/handover")
    assert editor.rows("unanswered", "question, sent_by") == [(TRANSFER, "api")]


def test_words_of_a_crisis_never_wait(citizen: TestClient, editor: Desk) -> None:
    answer = ask(citizen, "我不想活了")
    citizen.post(f"/api/v1/answers/{answer['answer_id']}/feedback", json={"verdict": "unhelpful"})
    citizen.post(f"/api/v1/conversations/{answer['conversation_id']}/handover")
    assert editor.rows("unanswered", "question") == []


def test_an_answer_is_given_when_the_queue_cannot_be_written(citizen: TestClient, editor: Desk) -> None:
    with open_database(f"sqlite:///{editor.file}").begin() as db:
        db.exec_driver_sql("DROP TABLE unanswered_lacks")
    assert ask(citizen, NO_BASIS)["status"] == "no_basis"


def test_the_page_shows_what_is_missing_and_only_that(citizen: TestClient, editor: Desk) -> None:
    ask(citizen, NO_BASIS)
    ask(citizen, "晚托费多少")
    page, clauses, office = (
        editor.get("/unanswered", **more).text for more in ({}, {"missing": "clause"}, {"missing": "office"})
    )
    assert (NO_BASIS in page, "晚托费多少" in page) == (True, True)
    assert (NO_BASIS in clauses, "晚托费多少" in clauses) == (True, False)
    assert (NO_BASIS in office, "晚托费多少" in office) == (False, True)
    assert "公办幼儿园保教费现行标准" in office
    assert editor.get("/unanswered", missing="x").status_code == 422


# One action each


def group(editor: Desk) -> int:
    return max(int(editor.post("/unanswered", question=way).json()["group"]) for way in WAYS)


def test_ticked_ways_are_written_under_their_clause(editor: Desk, folder: Path) -> None:
    number, path = group(editor), folder / "questions" / "xianan-2023.yaml"
    before = path.read_text(encoding="utf-8")
    assert "下一次发布" in editor.get(f"/unanswered/{number}/bank").text
    written = editor.submit(f"/unanswered/{number}/bank", ref=REF, question=WAYS[1].replace("，", ","))
    assert written.headers["location"] == "/console/unanswered?written=true"
    added = set(path.read_text(encoding="utf-8").splitlines()) - set(before.splitlines())
    assert added == {"    - 请问幼儿园转园,保教费还减免不"}
    left = editor.get("/unanswered").text
    assert (WAYS[0] in left, "保教费还减免不" in left) == (True, False)
    editor.submit(f"/unanswered/{number}/bank", ref=REF, question=WAYS[0])
    assert "现在没有待解答的问题。" in editor.get("/unanswered").text
    assert [(entry.action, entry.subject) for entry in editor.audit.latest()][1] == (
        "bank_questions",
        f"{number} {REF}",
    )


def test_ways_that_the_bank_has_already_are_refused_with_their_place(editor: Desk, folder: Path) -> None:
    path = folder / "questions" / "xianan-2023.yaml"
    before = path.read_text(encoding="utf-8")
    editor.post("/unanswered", question="发到哪些乡镇单位了")
    refused = editor.submit("/unanswered/1/bank", ref=REF, question="发到哪些乡镇单位了")
    assert refused.status_code == 422
    assert "“发到哪些乡镇单位了”已经写在 xianan-2023#notice 下面了" in refused.text
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("form", [{"ref": REF}, {"ref": "x#1", "question": WAYS[0]}, {"ref": REF, "question": "别的"}])
def test_a_clause_and_a_way_of_the_group_are_needed(editor: Desk, form: dict[str, str]) -> None:
    number = group(editor)
    refused = editor.submit(f"/unanswered/{number}/bank", **form)
    assert (refused.status_code, "请选一条条款" in refused.text) == (422, True)


def test_a_value_of_the_office_is_entered_on_its_page(citizen: TestClient, editor: Desk) -> None:
    ask(citizen, "晚托费多少")
    editor.get("/unanswered")
    sent = editor.submit("/unanswered/1/office")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/console/office?entry={FEE.entry}")
    assert editor.submit("/unanswered/1/office").status_code == 404
    assert editor.audit.latest()[0].action == "close_office"


def test_a_group_becomes_a_draft_that_another_approves_and_citizens_get(
    service: FastAPI, citizen: TestClient, editor: Desk, file: Path
) -> None:
    number, second = group(editor), Desk(service, file, "陈编", Role.EDITOR)
    draft = editor.get("/approved/new", group=str(number)).text
    assert all(way.replace("，", ",") in draft for way in WAYS)
    form = {"question": TRANSFER, "ways": WAYS[1], "text": TEXT, "refs": REF, "group": str(number)}
    assert editor.submit("/approved", **form).status_code == 303
    assert Unanswered(open_database(f"sqlite:///{file}")).groups() == []
    assert "您自己提出的" in editor.get("/approved").text
    read = second.get("/approved").text.partition('name="read" value="')[2].partition('"')[0]
    assert editor.submit("/approved/1/approve", read=read).status_code == 409
    assert second.submit("/approved/1/approve", read="别的").status_code == 422
    assert second.submit("/approved/1/approve", read=read).status_code == 303
    assert second.submit("/approved/1/approve", read=read).status_code == 409
    assert second.submit("/approved/1/reword", text="改写", read=read).status_code == 409
    assert "在用（1）" in second.get("/approved").text
    answered = ask(citizen, TRANSFER)
    assert answered["text"].startswith(f"办公室核准的回答：\n{TEXT}\n")
    assert second.submit("/approved/1/withdraw").status_code == 303
    assert second.submit("/approved/1/withdraw").status_code == 409
    page, _, closed = editor.get("/approved").text.partition("<details><summary>撤下的（最近 1 条）</summary>")
    assert (TEXT in page, TEXT in closed, "陈编 撤下" in closed, "/approved/1/" in closed) == (False, True, True, False)
    actions = [(entry.who, entry.action) for entry in reversed(second.audit.latest()) if "answer" in entry.action]
    assert actions == [
        ("林涛", "propose_answer"),
        ("林涛", "close_approved_answer"),
        ("陈编", "approve_answer"),
        ("陈编", "withdraw_answer"),
    ]


def test_an_editor_who_changes_the_words_waits_for_another(
    service: FastAPI, citizen: TestClient, editor: Desk, file: Path
) -> None:
    second = Desk(service, file, "陈编", Role.EDITOR)
    editor.submit("/approved", question=TRANSFER, text=TEXT, refs=REF)
    read = second.get("/approved").text.partition('name="read" value="')[2].partition('"')[0]
    unchanged = second.submit("/approved/1/reword", text=TEXT, read=read)
    assert (unchanged.status_code, "文字没有改" in unchanged.text) == (422, True)
    assert second.submit("/approved/1/approve", text="独自写的话", read=read).status_code == 303
    assert ask(citizen, TRANSFER)["text"].startswith(f"办公室核准的回答：\n{TEXT}\n")
    second.submit("/approved/1/withdraw")

    editor.submit("/approved", question=TRANSFER, text=TEXT, refs=REF)
    read = second.get("/approved").text.partition('name="read" value="')[2].partition('"')[0]
    assert second.submit("/approved/2/reword", text="独自写的话", read="别的").status_code == 422
    assert second.submit("/approved/2/reword", text="独自写的话", read=read).status_code == 303
    assert "独自写的话" not in ask(citizen, TRANSFER)["text"]
    read = editor.get("/approved").text.partition('name="read" value="')[2].partition('"')[0]
    assert second.submit("/approved/3/approve", read=read).status_code == 409
    assert editor.submit("/approved/3/approve", read=read).status_code == 303
    assert editor.rows("approved_answers", "text, status, proposed_by, decided_by") == [
        (TEXT, "withdrawn", "林涛", "陈编"),
        (TEXT, "declined", "林涛", "陈编"),
        ("独自写的话", "approved", "陈编", "林涛"),
    ]
    assert [entry.subject for entry in editor.audit.latest() if entry.action == "reword_answer"] == ["2 3"]


def test_an_answer_is_proposed_from_its_card_without_the_quotes_and_marks(citizen: TestClient, editor: Desk) -> None:
    answer = ask(citizen, TRANSFER)["answer_id"]
    draft = editor.get("/approved/new", answer=answer).text
    assert (TRANSFER in draft, REF in draft, "[1]" in draft.partition("<form class")[2]) == (True, True, False)
    assert editor.get("/approved/new", answer="没有").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"question": ""}, "请写上问题"),
        ({"question": "长" * 201}, "一种问法不超过 200 字"),
        ({"text": ""}, "请写上回答"),
        ({"text": "见[1]"}, "不要写 [1] 这样的标记"),
        ({"refs": ""}, "依据写 1 到 5 条条款"),
        ({"refs": "xianan-2023#99"}, "没有这些条款：xianan-2023#99"),
    ],
)
def test_a_proposal_that_is_not_whole_is_told_why(editor: Desk, changed: dict[str, str], said: str) -> None:
    refused = editor.submit("/approved", **{"question": TRANSFER, "text": TEXT, "refs": REF} | changed)
    assert (refused.status_code, said in refused.text) == (422, True)


def test_an_operator_proposes_but_does_not_deal_with_groups(service: FastAPI, editor: Desk, file: Path) -> None:
    operator, number = Desk(service, file, "周敏"), group(editor)
    form = {"question": TRANSFER, "text": TEXT, "refs": REF}
    assert operator.submit("/approved", **form).status_code == 303
    assert operator.submit("/approved", **form, group=str(number)).status_code == 403
    assert Unanswered(open_database(f"sqlite:///{file}")).group(number) == Group(
        number, (WAYS[1].replace("，", ","), WAYS[0]), NOW
    )
