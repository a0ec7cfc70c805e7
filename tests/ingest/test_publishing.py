"""An update of the plan goes live by two people, after what rests on the changed clause was confirmed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from corpus.settings import ROOT
from corpus.snapshot import Source, current_id, publish
from ingest.gather import gather
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
from service.accounts import Role
from service.changes import Field, Kind
from service.clock import SHANGHAI
from service.confirmations import digest_of
from service.database import open_database
from service.dialogue import Answer, Earlier, Level, Question, Status
from service.impact import ChangedAnswer, Impact
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
    name = publish_proposed(office, "李审")
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
    decline(office, "李审", why="问法不像人话")
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
        publish_proposed(office, who)


def test_nobody_approves_what_they_proposed(office: Office, folder: Path) -> None:
    propose(office, bank_only(folder), "李审", "补问法")
    with pytest.raises(Refused, match="提出的人不能自己批准"):
        publish_proposed(office, "李审")
    assert publish_proposed(office, "陈审") == current_id(office.data_dir)


def test_what_was_proposed_before_another_publication_is_stale(office: Office, folder: Path) -> None:
    before, _ = gather(folder / "documents")
    propose(office, bank_only(folder), "王编", "补问法")
    publish_alone(office, lambda: before, "", "命令行")
    with pytest.raises(Refused, match="请重新提出"):
        publish_proposed(office, "李审")


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
    decline(office, "李审")
    with pytest.raises(Refused, match="没有等着发布的"):
        publish_proposed(office, "李审")
    assert current_id(office.data_dir) == live


def test_a_command_killed_after_the_switch_is_written_down_by_the_next(office: Office, folder: Path) -> None:
    """As if the process had died between the pointer and the record."""
    proposed = propose(office, bank_only(folder), "王编", "补问法")
    publish(office.data_dir, office.data_dir / "snapshots" / f"proposed-{proposed.snapshot}")
    with pytest.raises(Refused, match="没有等着发布的"):
        publish_proposed(office, "李审")
    assert done(office)[-1] == ("命令行", "publish")


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
    assert impact.on == date(2026, 11, 24)


def test_a_change_of_a_later_day_is_asked_about_on_that_day(
    office: Office, folder: Path, write_document: Callable[..., Path]
) -> None:
    body = '<!-- c:7 label="第7条" ends="xianan-2023#7" -->\n7.每学期发放700元入托补贴。\n'
    write_document(folder / "documents", "xianan-2027", body, amends="xianan-2023", effective_from="2027-01-01")
    source, problems = gather(folder / "documents")
    assert problems == []
    impact = difference(office, source)
    assert (impact.on, [change.kind for change in impact.changes]) == (
        date(2027, 1, 1),
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
        ChangedAnswer("recorded", "", "", "", saved.answer_id)
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
