"""An update of the plan goes live by two people, after what rests on the changed clause was confirmed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from corpus.settings import ROOT
from corpus.snapshot import Source, current_id, publish
from corpus.store import Stored
from ingest.gather import gather, only
from ingest.publishing import (
    Office,
    Refused,
    confirm,
    decline,
    difference,
    open_office,
    propose,
    publish_alone,
    publish_proposed,
    roll_back,
)
from ingest.telling import impact_told
from service.accounts import Role
from service.approved import Proposal
from service.changes import BankChange, Field, Kind
from service.clock import SHANGHAI
from service.confirmations import digest_of
from service.database import open_database
from service.dialogue import Answer, Earlier, Level, Question, Status
from service.impact import LISTED, Astray, ChangedAnswer, Impact
from service.publications import Seen
from service.retention import Retention
from service.settings import Settings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI)
PASSWORD = "一个够长的密码 2026"
PHRASE = "支持保险机构"
SUBJECT = "parameter:childcare-enrolment-subsidy.amount_per_term@2023-07-20"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped corpus, for editing."""
    for name in ("documents", "questions", "words"):
        shutil.copytree(ROOT / "corpus" / name, tmp_path / name)
    shutil.copy(ROOT / "corpus" / "office.yaml", tmp_path)
    return tmp_path


@pytest.fixture
def office(tmp_path: Path, folder: Path, published: Path) -> Office:
    """王编 may propose, 李审 may approve; the shipped corpus is live."""
    shutil.copytree(published, tmp_path / "var")
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", corpus_dir=folder, embedding_model="builtin")
    office = open_office(settings, NOW)
    for name, role in (("王编", Role.EDITOR), ("李审", Role.APPROVER), ("陈审", Role.APPROVER)):
        office.accounts.accept(office.accounts.invite(name, role, NOW), PASSWORD, NOW)
    return office


def edited(folder: Path, old: str, new: str, name: str = "xianan-2023") -> Source:
    """The corpus after an edit of the plan, or of another document."""
    path = folder / "documents" / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    source, problems = gather(folder / "documents")
    assert problems == []
    return source


def rows(office: Office, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(office.data_dir / "records.sqlite")) as db:
        return db.execute(f"SELECT {columns} FROM publications ORDER BY id").fetchall()


def latest(office: Office) -> Seen:
    """The last proposal, as its number names it."""
    return Seen(office.publications.latest(1)[0].number)


def done(office: Office) -> list[tuple[str, str]]:
    return [(entry.who, entry.action) for entry in reversed(office.audit.latest())]


def test_an_update_goes_live_by_two_people_and_back_by_one(office: Office, folder: Path) -> None:
    first = current_id(office.data_dir)
    source = edited(folder, PHRASE, "鼓励保险机构")
    with pytest.raises(Refused, match="还没有人核实过"):
        propose(office, source, "王编", "区政府修订第7条")
    left = confirm(office, source, [SUBJECT], "王编")
    assert [one.subject for one in left] == ["quote:childcare-enrolment-subsidy xianan-2023#7"]
    assert confirm(office, source, [left[0].subject], "王编") == []

    proposed = propose(office, source, "王编", "区政府修订第7条")
    assert current_id(office.data_dir) == first
    name = publish_proposed(office, "李审", latest(office))
    assert (name, current_id(office.data_dir)) == (proposed.snapshot, proposed.snapshot)

    assert roll_back(office, "李审", "试过了") == first
    assert done(office) == [
        ("王编", "confirm"),
        ("王编", "confirm"),
        ("王编", "propose"),
        ("李审", "approve"),
        ("李审", "publish"),
        ("李审", "rollback"),
    ]
    assert office.audit.latest()[1].subject == f"{name} 区政府修订第7条"


def test_a_rollback_is_of_the_live_snapshot_that_was_seen(office: Office, folder: Path) -> None:
    seen = current_id(office.data_dir)
    live = publish_alone(office, lambda: bank_only(folder), "", "命令行")[0]
    with pytest.raises(Refused, match="现行的已经不是您看过的那一版"):
        roll_back(office, "李审", "答错了", live=seen)
    assert current_id(office.data_dir) == live
    assert roll_back(office, "李审", "答错了", live=live) == seen


def test_the_reason_of_a_refusal_is_kept_in_the_audit(office: Office, folder: Path) -> None:
    proposed = propose(office, bank_only(folder), "王编", "补问法")
    decline(office, "李审", latest(office), why="问法不像人话")
    assert office.audit.latest(1)[0].subject == f"{proposed.snapshot} 退回：问法不像人话　补问法"


def test_a_number_whose_words_are_gone_cannot_be_confirmed_away(office: Office, folder: Path) -> None:
    source = edited(folder, "每学期发放500元入托补贴", "每学期发放600元入托补贴")
    with pytest.raises(Refused, match="新的 xianan-2023#7 里没有「每学期发放500元入托补贴」"):
        confirm(office, source, [SUBJECT], "王编")
    with pytest.raises(Refused, match="还没有人核实过"):
        publish_alone(office, lambda: source, "急", "命令行")


def test_what_was_confirmed_holds_for_that_wording_only(office: Office, folder: Path) -> None:
    source = edited(folder, PHRASE, "鼓励保险机构")
    confirm(office, source, [SUBJECT, "quote:childcare-enrolment-subsidy"], "王编")
    again = edited(folder, "鼓励保险机构", "引导保险机构")
    with pytest.raises(Refused, match="还没有人核实过"):
        propose(office, again, "王编", "又改了")


@pytest.mark.parametrize(
    ("who", "message"),
    [("王编", "王编 的角色不够"), ("没有这人", "没有名为 没有这人 的在用账号")],
)
def test_only_an_approver_publishes(office: Office, folder: Path, who: str, message: str) -> None:
    propose(office, bank_only(folder), "王编", "补问法")
    with pytest.raises(Refused, match=message):
        publish_proposed(office, who, latest(office))


def test_nobody_approves_what_they_proposed(office: Office, folder: Path) -> None:
    propose(office, bank_only(folder), "李审", "补问法")
    with pytest.raises(Refused, match="提出的人不能自己批准"):
        publish_proposed(office, "李审", latest(office))
    assert publish_proposed(office, "陈审", latest(office)) == current_id(office.data_dir)


def test_what_was_proposed_before_another_publication_is_stale(office: Office, folder: Path) -> None:
    before, _ = gather(folder / "documents")
    propose(office, bank_only(folder), "王编", "补问法")
    publish_alone(office, lambda: before, "", "命令行")
    with pytest.raises(Refused, match="请重新提出"):
        publish_proposed(office, "李审", latest(office))


@pytest.mark.parametrize(
    ("who", "message"), [("王编", "王编 的角色不够"), ("没有这人", "没有名为 没有这人 的在用账号")]
)
def test_only_an_approver_rolls_back_by_name(office: Office, folder: Path, who: str, message: str) -> None:
    name, *_ = publish_alone(office, lambda: bank_only(folder), "", "命令行")
    with pytest.raises(Refused, match=message):
        roll_back(office, who, "试")
    assert current_id(office.data_dir) == name


def test_what_is_declined_is_not_published(office: Office, folder: Path) -> None:
    live = current_id(office.data_dir)
    propose(office, bank_only(folder), "王编", "补问法")
    decline(office, "李审", latest(office))
    with pytest.raises(Refused, match="没有等着发布的"):
        publish_proposed(office, "李审", latest(office))
    assert current_id(office.data_dir) == live


def test_a_command_killed_after_the_switch_is_written_down_by_the_next(office: Office, folder: Path) -> None:
    """As if the process had died between the pointer and the record."""
    proposed = propose(office, bank_only(folder), "王编", "补问法")
    publish(office.data_dir, office.data_dir / "snapshots" / f"proposed-{proposed.snapshot}")
    with pytest.raises(Refused, match="没有等着发布的"):
        publish_proposed(office, "李审", latest(office))
    assert done(office)[-1] == ("命令行", "publish")
    assert rows(office, "decided_by, outcome") == [("命令行", "published")]


def test_what_was_approved_before_the_command_was_killed_is_written_down_as_theirs(
    office: Office, folder: Path
) -> None:
    proposed = propose(office, bank_only(folder), "王编", "补问法")
    for who, snapshot in (("李审", proposed.snapshot), ("陈审", "000009-0123456789ab")):
        office.audit.write(NOW, who, "approve", f"{snapshot} 补问法")
    publish(office.data_dir, office.data_dir / "snapshots" / f"proposed-{proposed.snapshot}")
    with pytest.raises(Refused, match="没有等着发布的"):
        decline(office, "陈审", latest(office))
    assert rows(office, "decided_by, outcome") == [("李审", "published")]


def test_a_proposal_whose_files_were_put_back_and_ingested_is_outdated_and_not_published(
    office: Office, folder: Path
) -> None:
    before, _ = gather(folder / "documents")
    source = edited(folder, "issuer: 国务院办公厅", "issuer: 另一个机关", "free-preschool-2025")
    proposed = propose(office, source, "王编", "改机关")
    name, *_ = publish_alone(office, lambda: before, "", "命令行")
    assert name != proposed.snapshot
    with pytest.raises(Refused, match="请重新提出"):
        publish_proposed(office, "李审", latest(office))
    assert rows(office, "decided_by, outcome") == [(None, None)]


def bank_only(folder: Path) -> Source:
    """A question more, no clause touched."""
    path = folder / "questions" / "xianan-2023.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + '- clause: "7"\n  questions:\n    - 送小小班那五百块钱还有冇得\n', encoding="utf-8")
    source, problems = gather(folder / "documents")
    assert problems == []
    return source


def test_the_difference_names_clauses_numbers_and_answers(office: Office, folder: Path) -> None:
    source = edited(folder, "每学期发放500元入托补贴", "每学期发放600元入托补贴")
    impact = difference(office, source)
    assert [(change.kind, change.ref) for change in impact.changes] == [(Kind.CHANGED, "xianan-2023#7")]
    assert next(piece for piece in impact.changes[0].pieces if piece.old != piece.new).new == "600"
    assert [(one.subject.split()[0], one.stands, one.confirmed) for one in impact.resting] == [
        (SUBJECT, False, False),
        ("quote:childcare-enrolment-subsidy", False, False),
    ]
    assert all("500元" in answer.old or "第7条" in answer.old for answer in impact.answers)
    assert any("发放600元" in answer.new for answer in impact.answers)
    assert impact.days == (date(2026, 11, 24),)
    assert {answer.on for answer in impact.answers} == {date(2026, 11, 24)}


def test_a_change_of_a_later_day_is_asked_about_on_that_day(
    office: Office, folder: Path, write_document: Callable[..., Path]
) -> None:
    body = '<!-- c:7 label="第7条" ends="xianan-2023#7" -->\n7.每学期发放700元入托补贴。\n'
    write_document(folder / "documents", "xianan-2027", body, amends="xianan-2023", effective_from="2027-01-01")
    source, problems = gather(folder / "documents")
    assert problems == []
    impact = difference(office, source)
    assert (impact.days, [change.kind for change in impact.changes]) == (
        (date(2026, 11, 24), date(2027, 1, 1)),
        [Kind.ADDED, Kind.ENDED, Kind.ADDED],
    )


def test_no_change_asks_nothing(office: Office, folder: Path) -> None:
    source, _ = gather(folder / "documents")
    impact = difference(office, source)
    assert (impact.changes, impact.resting, impact.answers, impact.asked) == ((), (), (), 0)


# Front matter


def test_a_link_alone_takes_two_people_or_a_reason(office: Office, folder: Path) -> None:
    live = current_id(office.data_dir)
    source = edited(folder, "https://www.gov.cn/zhengce", "https://evil.example/zhengce", "free-preschool-2025")
    link = "zhengce/content/202508/content_7035305.htm"
    assert [(change.kind, change.ref, change.fields) for change in difference(office, source).changes] == [
        (
            Kind.DETAILS,
            "free-preschool-2025",
            (Field("出处网址", f"https://www.gov.cn/{link}", f"https://evil.example/{link}"),),
        )
    ]
    with pytest.raises(Refused, match="条款或文件头部有变化，要两个人发布"):
        publish_alone(office, lambda: source, "", "命令行")
    assert current_id(office.data_dir) == live
    name, *_ = publish_alone(office, lambda: source, "换了网址", "命令行")
    assert office.audit.latest()[0].subject == f"{name} 换了网址"


def test_official_words_that_become_a_digest_are_confirmed_anew(office: Office, folder: Path) -> None:
    source = edited(folder, "verbatim: true", "verbatim: false")
    impact = difference(office, source)
    assert [(change.kind, change.ref) for change in impact.changes] == [(Kind.DETAILS, "xianan-2023")]
    assert SUBJECT in {one.subject.split()[0] for one in impact.open}
    assert any("摘要（不是原文）" in answer.new for answer in impact.answers)
    with pytest.raises(Refused, match="还没有人核实过"):
        propose(office, source, "王编", "改标记")


# What somebody has seen


@pytest.mark.parametrize("decide", [publish_proposed, decline])
def test_only_the_proposal_that_was_seen_is_decided(
    office: Office, folder: Path, decide: Callable[[Office, str, Seen], object]
) -> None:
    live = current_id(office.data_dir)
    source = bank_only(folder)
    first, second = (propose(office, source, "王编", why) for why in ("补问法", "偷换"))
    for seen in (Seen(first.number, first.snapshot), Seen(first.number), Seen(second.number, "000009-0123456789ab")):
        with pytest.raises(Refused, match="已经不是您看过的那一个"):
            decide(office, "李审", seen)
    assert current_id(office.data_dir) == live
    decide(office, "李审", Seen(second.number, second.snapshot))
    assert rows(office, "why, decided_by") == [("补问法", "王编"), ("偷换", "李审")]


def test_a_clause_that_changed_after_it_was_read_is_not_confirmed(office: Office, folder: Path) -> None:
    source = edited(folder, PHRASE, "鼓励保险机构")
    read = [f"{one.subject} {one.state}" for one in difference(office, source).resting]
    again = edited(folder, "鼓励保险机构", "不再要求保险机构")
    with pytest.raises(Refused, match=r"xianan-2023#7 在您看过以后又改了.*读过再核实"):
        confirm(office, again, read, "王编")
    with pytest.raises(Refused, match="在您看过以后又改了"):
        confirm(office, again, [f"{SUBJECT} {digest_of('')}"], "王编")
    assert not any(one.confirmed for one in difference(office, again).resting)
    assert done(office) == []
    assert (
        confirm(office, again, [f"{one.subject} {one.state}" for one in difference(office, again).resting], "王编")
        == []
    )


def test_one_stale_reading_among_several_confirms_none(office: Office, folder: Path) -> None:
    source = edited(folder, PHRASE, "鼓励保险机构")
    number, quote = difference(office, source).resting
    with pytest.raises(Refused, match="在您看过以后又改了"):
        confirm(office, source, [f"{number.subject} {number.state}", f"{quote.subject} {digest_of('')}"], "王编")
    assert not any(one.confirmed for one in difference(office, source).resting)


# What people said


def test_a_proposal_keeps_nothing_that_people_said(office: Office, folder: Path) -> None:
    said = "我是金丝雀，托育机构的责任险有没有保险公司做"
    given = Answer(
        status=Status.ANSWERED,
        reason=None,
        text=said,
        citations=(),
        entitlements=(),
        missing=(),
        units=(),
        on=NOW.date(),
        about=NOW.date(),
        snapshot=current_id(office.data_dir),
        level=Level.EXTRACT,
        remembered=Earlier(),
    )
    saved = office.records.save(None, "api", NOW, Question(said, NOW.date()), given)
    source = edited(folder, "支持保险机构开发相关责任险", "鼓励保险机构开发相关责任险")
    impact = difference(office, source)
    assert [(one.question, one.answer_id) for one in impact.answers if one.source == "recorded"] == [
        (said, saved.answer_id)
    ]
    confirm(office, source, [one.subject for one in impact.resting], "王编")

    proposed = propose(office, source, "王编", "改用词")

    kept = TypeAdapter(Impact).validate_json(proposed.impact)
    assert [one for one in kept.answers if one.source == "recorded"] == [
        ChangedAnswer("recorded", "", "", "", saved.answer_id, NOW.date())
    ]
    assert [one for one in kept.answers if one.source != "recorded"] == [
        one for one in impact.answers if one.source != "recorded"
    ]
    settings = office.settings
    Retention(open_database(settings.records_url), settings.data_dir, settings.words, settings.office).forget(
        saved.conversation_id
    )
    with closing(sqlite3.connect(office.data_dir / "records.sqlite")) as db:
        assert "金丝雀" not in "\n".join(db.iterdump())


# The question bank


def asks_no_more(folder: Path, name: str, question: str) -> Source:
    """A question of the bank that from now on must not be answered."""
    bank, unanswered = (folder / "questions" / f"{one}.yaml" for one in (name, "not-answered"))
    text = bank.read_text(encoding="utf-8")
    assert text.count(f"    - {question}\n") == 1
    bank.write_text(text.replace(f"    - {question}\n", ""), encoding="utf-8")
    group = f"- reason: out_of_scope\n  questions:\n    - {question}\n"
    unanswered.write_text(f"{unanswered.read_text(encoding='utf-8')}{group}", encoding="utf-8")
    source, problems = gather(folder / "documents")
    assert problems == []
    return source


def test_what_becomes_of_the_bank_is_told_and_asked_even_where_no_clause_changes(office: Office, folder: Path) -> None:
    question = first_question(folder, "xianan-2023")
    impact = difference(office, asks_no_more(folder, "xianan-2023", question))
    ref = impact.bank[0].old
    assert impact.bank == (BankChange(question, ref, "!out_of_scope"),)
    assert (impact.changes, impact.asked, impact.left) == ((), 1, 0)
    assert [(answer.question, answer.on) for answer in impact.answers] == [(question, NOW.date())]
    assert f"  改动　{question}　{ref} → !out_of_scope" in impact_told(impact).splitlines()


def first_question(folder: Path, name: str) -> str:
    groups = yaml.safe_load((folder / "questions" / f"{name}.yaml").read_text(encoding="utf-8"))
    return str(groups[0]["questions"][0])


def test_a_question_more_is_told_before_it_is_published(office: Office, folder: Path) -> None:
    impact = difference(office, bank_only(folder))
    assert impact.bank == (BankChange("送小小班那五百块钱还有冇得", "", "xianan-2023#7"),)
    assert "问法库：新增 1" in impact_told(impact).splitlines()


def test_new_questions_that_do_not_reach_their_clause_are_told(office: Office, folder: Path) -> None:
    """Of one that is written under the wrong clause, and of one that lies far from every clause."""
    path = folder / "questions" / "xianan-2023.yaml"
    groups = {"8": ["第9条原文写的是什么"], "7": ["入托补贴一学期发多少钱给我家老二"]}
    added = "".join(
        f'- clause: "{clause}"\n  questions:\n' + "".join(f"    - {one}\n" for one in texts)
        for clause, texts in groups.items()
    )
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    source, problems = gather(folder / "documents")
    assert problems == []
    impact = difference(office, source)
    assert impact.astray == (Astray("第9条原文写的是什么", "xianan-2023#8", date(2026, 11, 24)),)


def test_a_question_for_a_clause_to_come_is_asked_on_its_first_day(
    office: Office, folder: Path, write_document: Callable[..., Path], write_bank: Callable[..., Path]
) -> None:
    body = '<!-- c:7 label="第7条" ends="xianan-2023#7" -->\n7.每学期发放700元入托补贴。\n'
    documents = folder / "documents"
    write_document(documents, "xianan-2027", body, amends="xianan-2023", effective_from="2027-01-01")
    write_bank(documents, "xianan-2027", {"7": ["入托补贴一学期发多少钱给我家老二", "第9条原文写的是什么"]})
    source, problems = gather(documents)
    assert problems == []
    impact = difference(office, source)
    assert impact.astray == (Astray("第9条原文写的是什么", "xianan-2027#7", date(2027, 1, 1)),)
    assert TypeAdapter(Impact).validate_json(TypeAdapter(Impact).dump_json(impact)) == impact


def test_of_many_changed_questions_the_first_fifty_are_listed(office: Office, folder: Path) -> None:
    added = "".join(f"    - 这是第{number}个新的问法\n" for number in range(LISTED + 7))
    path = folder / "questions" / "xianan-2023.yaml"
    path.write_text(f'{path.read_text(encoding="utf-8")}- clause: "7"\n  questions:\n{added}', encoding="utf-8")
    source, _ = gather(folder / "documents")
    told = impact_told(difference(office, source))
    assert (told.count("个新的问法　（无）"), "  另有 7 个没有列出" in told.splitlines()) == (LISTED, True)


# What is asked, and for which days


def test_a_new_title_is_tried_on_the_questions_of_the_whole_document(office: Office, folder: Path) -> None:
    impact = difference(office, edited(folder, "title: ", "title: 关于改名的", "free-preschool-2025"))
    asked = [one for one in gather(folder / "documents")[0].questions if one.ref.startswith("free-preschool-2025#")]
    assert (impact.asked, impact.left) == (len(asked), 0)
    assert any("关于改名的" in answer.new and "关于改名的" not in answer.old for answer in impact.answers)


def test_an_end_to_come_is_tried_on_its_day(office: Office, folder: Path) -> None:
    source = edited(folder, "effective_until:\n", "effective_until: 2027-06-01\n", "free-preschool-2025")
    impact = difference(office, source)
    assert impact.days == (date(2026, 11, 24), date(2027, 6, 1))
    assert date(2027, 6, 1) in {answer.on for answer in impact.answers}


def test_of_too_many_questions_some_for_every_clause_are_asked(office: Office, folder: Path) -> None:
    source = edited(folder, "\ntitle: ", "\ntitle: 改了名的")
    impact = difference(office, source)
    of_plan = {one.text: one.ref for one in source.questions if one.ref.startswith("xianan-2023#")}
    assert (impact.asked, impact.left) == (400, len(of_plan) - 400)
    assert {of_plan[answer.question] for answer in impact.answers} == set(of_plan.values())
    assert f"试问了 400 个问题，共 {len(of_plan)} 个" in impact_told(impact)


# Who may, and on what


def test_nobody_confirms_the_answer_they_proposed(office: Office, folder: Path) -> None:
    held = next(one for one in gather(folder / "documents")[0].clauses if str(one.ref) == "xianan-2023#7")
    basis = {"xianan-2023#7": held.text}
    number = office.approved.propose(Proposal("托育补贴去哪里问", (), "到区卫健局。", basis), "王编", NOW)
    assert office.approved.approve(number, basis, "李审", NOW)
    source = edited(folder, PHRASE, "鼓励保险机构")
    with pytest.raises(Refused, match=f"核准的回答 {number}：托育补贴去哪里问：是 王编 拟的"):
        confirm(office, source, [SUBJECT, f"answer:{number}"], "王编")
    assert not any(one.confirmed for one in difference(office, source).resting)
    left = confirm(office, source, [f"answer:{number}"], "李审")
    assert f"answer:{number} xianan-2023#7" not in {one.subject for one in left}


@pytest.mark.parametrize("lost", ["CURRENT", "corpus.sqlite"])
def test_where_what_is_live_cannot_be_read_a_reason_is_wanted(office: Office, folder: Path, lost: str) -> None:
    live = current_id(office.data_dir)
    file = office.data_dir / lost if lost == "CURRENT" else office.data_dir / "snapshots" / live / lost
    file.unlink()
    source = edited(folder, "每学期发放500元入托补贴", "每学期发放600元入托补贴")
    with pytest.raises(Refused, match="现行的却读不出来"):
        publish_alone(office, lambda: source, " ", "命令行")
    name, *_ = publish_alone(office, lambda: source, "磁盘坏了", "命令行")
    assert (current_id(office.data_dir), office.audit.latest()[0].subject) == (name, f"{name} 磁盘坏了")


def test_a_document_taken_in_alone_that_replaces_another_asks_for_what_rests_on_the_other(
    office: Office, folder: Path, write_document: Callable[..., Path]
) -> None:
    live = gather(folder / "documents")[0]
    body = "第一条 入托补贴另行规定。\n"
    write_document(folder / "documents", "xianan-2027", body, replaces="xianan-2023", effective_from="2027-01-01")
    alone, problems = only(["xianan-2027"], gather(folder / "documents")[0], stored(live))
    assert problems == []
    with pytest.raises(Refused, match=f"(?s)还没有人核实过.*{SUBJECT}"):
        publish_alone(office, lambda: alone, "急", "命令行")


def stored(source: Source) -> Stored:
    return Stored(tuple(source.documents), tuple(source.clauses), tuple(source.questions))
