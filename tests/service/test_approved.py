"""An approved answer is given word for word to its own question, while every clause it rests on stands as confirmed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from corpus.clause import Clause
from corpus.index import ClauseIndex
from corpus.live import FixedSnapshot
from corpus.snapshot import Snapshot, Source
from service.approved import Approved, Fault, Kept, LiveApproved, Proposal, State
from service.clock import SHANGHAI
from service.confirmations import Confirmations, digest_of
from service.database import open_database
from service.dialogue import Answer, ApprovedAnswer, Earlier, Question, Status
from service.pipeline import Parts, answer_question
from service.steps.approved import VERY_NEAR

AT = datetime(2026, 7, 1, 9, 30, tzinfo=SHANGHAI)
DAY = AT.date()
QUESTION = "转园后保教费减免还有吗"
WAY = "娃转园以后保教费减免要不要重新申请"
TEXT = "转到区内另一所普惠园的，减免接着算，最多3年。\n转园当月请告诉新园。"
REF, OTHER = "xianan-2023#12.2", "xianan-2023#7"


class Seconds:
    """A clock that goes forward when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture
def approved(engine: Engine) -> Approved:
    return Approved(engine)


@pytest.fixture
def snapshot(parts: Parts) -> Iterator[Snapshot]:
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        yield snapshot


def proposal(snapshot: Snapshot, question: str = QUESTION, *refs: str) -> Proposal:
    return Proposal(question, (WAY,), TEXT, {ref: snapshot.by_ref[ref].text for ref in refs or (REF,)})


def approve(approved: Approved, snapshot: Snapshot, question: str = QUESTION, *refs: str) -> int:
    told = proposal(snapshot, question, *refs)
    id = approved.propose(told, "周敏", AT)
    assert approved.approve(id, told.basis, "林涛", AT)
    return id


def ask(approved: Approved, parts: Parts, question: str, on: date = DAY, earlier: Earlier | None = None) -> Answer:
    held = replace(parts, approved=LiveApproved(approved, Seconds(), parts.warn))
    return answer_question(Question(question, on, {}, earlier or Earlier()), held)


# Proposed, approved, ended


def test_an_answer_is_used_once_another_person_has_approved_it(approved: Approved, snapshot: Snapshot) -> None:
    told = proposal(snapshot, QUESTION, REF, OTHER)
    id = approved.propose(told, "周敏", AT)
    assert not approved.approve(id, told.basis, "周敏", AT)
    assert approved.book().standing(snapshot.by_ref, DAY) == []
    assert approved.approve(id, told.basis, "林涛", AT)
    assert approved.questions() == [Kept(id, told, State.APPROVED, "周敏", AT, "林涛")]
    assert approved.book().standing(snapshot.by_ref, DAY) == [ApprovedAnswer(id, (QUESTION, WAY), TEXT, (REF, OTHER))]


@pytest.mark.parametrize(("approved_before", "ended"), [(False, State.DECLINED), (True, State.WITHDRAWN)])
def test_another_text_is_a_proposal_of_whoever_wrote_it(
    approved: Approved, snapshot: Snapshot, approved_before: bool, ended: State
) -> None:
    told = proposal(snapshot)
    first = approve(approved, snapshot) if approved_before else approved.propose(told, "周敏", AT)

    second = approved.reword(first, "改过的话", told.basis, "林涛", AT)

    assert second is not None
    assert approved.kept(first) == Kept(first, told, ended, "周敏", AT, "林涛")
    assert approved.kept(second) == Kept(second, replace(told, text="改过的话"), State.PROPOSED, "林涛", AT, None)
    assert not approved.approve(second, told.basis, "林涛", AT)
    assert approved.book().standing(snapshot.by_ref, DAY) == []
    assert approved.approve(second, told.basis, "周敏", AT)
    assert [one.text for one in approved.book().standing(snapshot.by_ref, DAY)] == ["改过的话"]


def test_only_somebody_else_rewords_and_only_what_is_open(approved: Approved, snapshot: Snapshot) -> None:
    told = proposal(snapshot)
    own, declined = (approved.propose(told, "周敏", AT) for _ in range(2))
    approved.decline(declined, "林涛")

    reworded = [
        approved.reword(id, "改过的话", told.basis, by, AT)
        for id, by in ((own, "周敏"), (declined, "林涛"), (99, "林涛"))
    ]

    assert reworded == [None, None, None]
    assert approved.questions() == [Kept(own, told, State.PROPOSED, "周敏", AT, None)]


def test_the_clauses_are_confirmed_in_the_text_that_the_approver_read(
    approved: Approved, snapshot: Snapshot, engine: Engine
) -> None:
    id = approve(approved, snapshot)
    subject = f"answer:{id} {REF}"
    confirmed = Confirmations(engine).of([subject])
    assert confirmed == {subject: frozenset({digest_of(snapshot.by_ref[REF].text)})}


def test_who_proposed_confirms_nothing(approved: Approved, snapshot: Snapshot, engine: Engine) -> None:
    told = proposal(snapshot)
    id = approved.propose(told, "周敏", AT)
    approved.approve(id, told.basis, "周敏", AT)
    assert Confirmations(engine).of([f"answer:{id} {REF}"]) == {}


def test_what_is_declined_or_withdrawn_is_no_longer_there(approved: Approved, snapshot: Snapshot) -> None:
    declined, withdrawn = approved.propose(proposal(snapshot), "周敏", AT), approve(approved, snapshot)
    assert not approved.decline(declined, "周敏")
    assert approved.decline(declined, "林涛")
    assert approved.withdraw(withdrawn, "周敏")
    assert not approved.approve(declined, proposal(snapshot).basis, "林涛", AT)
    assert not approved.withdraw(withdrawn, "周敏")
    assert approved.questions() == []


def test_the_last_that_were_withdrawn_are_kept_for_reading(approved: Approved, snapshot: Snapshot) -> None:
    ids = [approve(approved, snapshot) for _ in range(3)]
    approved.decline(approved.propose(proposal(snapshot), "周敏", AT), "林涛")
    for id in ids:
        assert approved.withdraw(id, "陈晨")
    assert [(one.id, one.status, one.decided_by) for one in approved.withdrawn(2)] == [
        (ids[2], State.WITHDRAWN, "陈晨"),
        (ids[1], State.WITHDRAWN, "陈晨"),
    ]


def test_what_rests_on_a_clause_is_found_by_it(approved: Approved, snapshot: Snapshot) -> None:
    both, one = approve(approved, snapshot, QUESTION, REF, OTHER), approve(approved, snapshot)
    assert [kept.id for kept in approved.resting_on([OTHER])] == [both]
    assert [kept.id for kept in approved.resting_on([REF, OTHER])] == [one, both]
    assert approved.resting_on([]) == []


# While its clauses stand


def test_a_changed_clause_suspends_it_and_the_old_text_brings_it_back(approved: Approved, snapshot: Snapshot) -> None:
    id = approve(approved, snapshot, QUESTION, REF, OTHER)
    old, book = snapshot.by_ref[OTHER], approved.book()
    changed = {**snapshot.by_ref, OTHER: replace(old, text="改成每学期600元")}
    assert book.standing(changed, DAY) == []
    assert book.suspended(changed, DAY) == {id: [Fault(OTHER, old.text, "改成每学期600元")]}
    assert [one.id for one in book.standing(snapshot.by_ref, DAY)] == [id]
    assert book.suspended(snapshot.by_ref, DAY) == {}


def test_confirmed_anew_it_stands_for_both_texts(approved: Approved, snapshot: Snapshot) -> None:
    id = approve(approved, snapshot)
    changed = {**snapshot.by_ref, REF: replace(snapshot.by_ref[REF], text="新的文字")}
    assert approved.approve(id, {REF: "新的文字"}, "林涛", AT)
    book = approved.book()
    assert [one.id for one in book.standing(changed, DAY)] == [id]
    assert [one.id for one in book.standing(snapshot.by_ref, DAY)] == [id]


@pytest.mark.parametrize("day", [date(2023, 7, 19), date(2027, 1, 1)])
def test_a_clause_that_is_not_in_force_suspends_it(approved: Approved, snapshot: Snapshot, day: date) -> None:
    id = approve(approved, snapshot)
    clause = replace(snapshot.by_ref[REF], effective_until=date(2027, 1, 1))
    ended: dict[str, Clause] = {**snapshot.by_ref, REF: clause}
    assert approved.book().standing(ended, DAY, day) == []
    assert approved.book().suspended(ended, day) == {id: [Fault(REF, clause.text, clause.text)]}


def test_a_clause_that_is_gone_suspends_it(approved: Approved, snapshot: Snapshot) -> None:
    id = approve(approved, snapshot)
    without = {ref: clause for ref, clause in snapshot.by_ref.items() if ref != REF}
    assert approved.book().standing(without, DAY) == []
    assert approved.book().suspended(without, DAY) == {id: [Fault(REF, snapshot.by_ref[REF].text, None)]}


# Asked


@pytest.mark.parametrize("question", [QUESTION, WAY, "请问一下，转园后保教费减免还有吗？", "轉園後保教費減免還有嗎"])
def test_its_own_question_gets_its_words_and_the_clause_word_for_word(
    approved: Approved, parts: Parts, snapshot: Snapshot, question: str
) -> None:
    approve(approved, snapshot)
    answer = ask(approved, parts, question)
    assert answer.text.startswith(f"办公室核准的回答：\n{TEXT}\n《{snapshot.by_ref[REF].document_title}》")
    assert (answer.status, answer.reason) == (Status.ANSWERED, "approved")
    assert [citation.ref for citation in answer.citations] == [REF]
    assert answer.citations[0].quote in snapshot.by_ref[REF].text


@pytest.mark.parametrize(
    "question",
    [
        "转园前保教费减免还有吗",
        "转园后保教费减免还没有吗",
        "老二转园后保教费减免还有吗",
        "2023年9月转园后保教费减免还有吗",
        "转园后保教费减免多少钱",
        "转园后保教费减免一共能减多少",
        "转园后入托补贴还有吗",
        "转园后保教费减免还有吗，我不想活了",
    ],
)
def test_another_question_does_not_get_it(approved: Approved, parts: Parts, snapshot: Snapshot, question: str) -> None:
    approve(approved, snapshot)
    assert "办公室核准" not in ask(approved, parts, question).text


def test_a_crisis_is_answered_as_a_crisis_whatever_is_approved(
    approved: Approved, parts: Parts, snapshot: Snapshot
) -> None:
    approve(approved, snapshot, "我不想活了")
    assert ask(approved, parts, "我不想活了").status is Status.HANDED_OVER


def test_an_amount_is_computed_whatever_is_approved(approved: Approved, parts: Parts, snapshot: Snapshot) -> None:
    sums = "老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴"
    approve(approved, snapshot, sums)
    assert "1500.00元" in ask(approved, parts, sums).text


def test_a_dialogue_that_waits_for_a_fact_or_knows_one_goes_on(
    approved: Approved, parts: Parts, snapshot: Snapshot
) -> None:
    approve(approved, snapshot)
    told = Earlier({"": {"birth_order": 2}}, ("kindergarten-fee-reduction",), "老二上幼儿园")
    for earlier in (told, Earlier({}, ("kindergarten-fee-reduction",), "上幼儿园", ("birth_order",), turns=1)):
        assert "办公室核准" not in ask(approved, parts, QUESTION, DAY, earlier).text


def test_before_its_clause_was_in_force_it_is_not_given(approved: Approved, parts: Parts, snapshot: Snapshot) -> None:
    approve(approved, snapshot)
    assert "办公室核准" not in ask(approved, parts, QUESTION, date(2023, 7, 19)).text


def test_without_a_snapshot_nothing_is_quoted(approved: Approved, parts: Parts, snapshot: Snapshot) -> None:
    approve(approved, snapshot)
    assert "办公室核准" not in ask(approved, replace(parts, live=FixedSnapshot(None)), QUESTION).text


def test_questions_of_two_clauses_are_never_so_like_each_other(corpus: Source, snapshot: Snapshot) -> None:
    """Every twentieth question of the bank against every other of them; all five million pairs were measured once."""
    index: ClauseIndex = snapshot.index
    some = corpus.questions[::20]
    likely = [
        (one.text, other.text)
        for one, other in combinations(some, 2)
        if one.ref != other.ref and index.alike(one.text, other.text) >= VERY_NEAR
    ]
    assert likely == []


# Read from the database


def test_another_process_sees_it_within_two_seconds(approved: Approved, parts: Parts, snapshot: Snapshot) -> None:
    seconds, warnings = Seconds(), list[str]()
    live = LiveApproved(approved, seconds, warnings.append)
    assert live.current().standing(snapshot.by_ref, DAY) == []
    id = approve(approved, snapshot)
    seconds.now += 1.9
    assert live.current().standing(snapshot.by_ref, DAY) == []
    seconds.now += 0.1
    assert [one.id for one in live.current().standing(snapshot.by_ref, DAY)] == [id]
    assert warnings == []


def test_a_database_that_is_down_leaves_what_is_held(approved: Approved, snapshot: Snapshot, engine: Engine) -> None:
    seconds, warnings = Seconds(), list[str]()
    live = LiveApproved(approved, seconds, warnings.append)
    id = approve(approved, snapshot)
    live.current()
    with engine.begin() as db:
        db.execute(text("ALTER TABLE approved_answers RENAME TO away"))
    seconds.now += 2
    assert [one.id for one in live.current().standing(snapshot.by_ref, DAY)] == [id]
    assert warnings == ["核准的回答读不出来，先用上一次读到的：OperationalError"]
