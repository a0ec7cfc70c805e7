"""What is done by hand says in Chinese what it did, and leaves its trace in the audit: counts and names, no words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.accounts import Accounts, Role
from service.audit import Audit
from service.commands import login, parse, run
from service.database import open_database
from service.records import Records
from service.settings import Settings
from service.switches import Channel, Switches
from tests.service.test_records import ASKED, NOW, answer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", corpus_dir=tmp_path / "corpus")  # type: ignore[call-arg]


def do(settings: Settings, *arguments: str) -> int:
    wanted = parse(list(arguments))
    return run(wanted.command, wanted, settings)


def seat(settings: Settings, name: str, role: Role) -> Accounts:
    settings.data_dir.mkdir(exist_ok=True)
    accounts = Accounts(open_database(settings.records_url))
    accounts.accept(accounts.invite(name, role, NOW), "一个够长的密码 2026", NOW)
    return accounts


def audited(settings: Settings) -> list[tuple[str, str, str]]:
    latest = Audit(open_database(settings.records_url)).latest()
    return [(entry.who, entry.action, entry.subject) for entry in latest]


def test_no_command_is_to_serve() -> None:
    assert (parse([]).command, parse(["--ingest-first"]).command) == (None, None)


def test_a_forgotten_conversation_is_counted_in_the_audit_without_a_word_of_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.data_dir.mkdir()
    saved = Records(open_database(settings.records_url)).save(None, "api", NOW, ASKED, answer())

    assert do(settings, "forget", saved.conversation_id) == 0
    assert capsys.readouterr().out == "删掉了：回答 1 · 评价 0 · 对话 1 · 转人工 0 · 待解答 0 · 微信 0\n"
    told = f"{saved.conversation_id} 回答1 评价0 对话1 转人工0 待解答0 微信0"
    assert audited(settings) == [("命令行", "forget", told)]


@pytest.mark.parametrize("unknown", ["nobody", "-nobody", ""])
def test_a_conversation_that_never_was_leaves_no_trace(
    settings: Settings, capsys: pytest.CaptureFixture[str], unknown: str
) -> None:
    assert do(settings, "forget", unknown) == 1
    assert capsys.readouterr().err == "没有这段对话的任何记录，什么也没有删\n"
    assert audited(settings) == []


def test_a_channel_is_switched_by_an_admin_for_a_reason(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    seat(settings, "罗主任", Role.ADMIN)
    assert do(settings, "channel", "wechat", "off", "--by", "罗主任", "--why", "金额算错") == 0
    assert capsys.readouterr().out == "微信公众号已停用，几秒内对所有进程生效\n"
    assert audited(settings) == [("罗主任", "channel_off", "wechat 金额算错")]
    assert not Switches(open_database(settings.records_url), lambda: NOW).is_open(Channel.WECHAT)

    assert do(settings, "channel") == 0
    assert [line.split("（")[0] for line in capsys.readouterr().out.splitlines()] == [
        "api     接口 开着",
        "widget  小组件 开着",
        "wechat  微信公众号 停用",
        "console 坐席台 开着",
    ]


def test_who_has_the_command_line_may_switch_without_an_account(settings: Settings) -> None:
    assert do(settings, "channel", "wechat", "off", "--why", "金额算错") == 0
    assert audited(settings) == [(login(), "channel_off", "wechat 金额算错")]
    assert login().startswith("命令行")


def test_a_switch_is_listed_in_beijing_time(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.data_dir.mkdir()
    at = datetime(2026, 7, 1, 20, 30, tzinfo=UTC)
    Switches(open_database(settings.records_url), lambda: at).throw(Channel.API, False, "罗主任", "金额算错")
    assert do(settings, "channel") == 0
    assert capsys.readouterr().out.splitlines()[0] == "api     接口 停用（2026-07-02 04:30，罗主任：金额算错）"


@pytest.mark.parametrize("arguments", [["wechat"], ["wechat", "off"], ["wechat", "off", "--by", "罗主任"]])
def test_a_channel_is_not_switched_for_no_reason(settings: Settings, arguments: list[str]) -> None:
    seat(settings, "罗主任", Role.ADMIN)
    assert do(settings, "channel", *arguments) == 1
    assert all(switch.open for switch in Switches(open_database(settings.records_url), lambda: NOW).all())


@pytest.mark.parametrize("by", ["没有这人", "李审", "走了的"])
def test_a_channel_is_switched_in_the_name_of_no_one_but_an_admin(
    settings: Settings, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    seat(settings, "李审", Role.APPROVER)
    seat(settings, "罗主任", Role.ADMIN)
    assert seat(settings, "走了的", Role.ADMIN).close("走了的")
    assert do(settings, "channel", "wechat", "off", "--by", by, "--why", "试") == 1
    assert capsys.readouterr().err == f"{by} 不是在用的管理员账号，什么也没有做；不写 --by 就记命令行\n"
    assert audited(settings) == []
    assert all(switch.open for switch in Switches(open_database(settings.records_url), lambda: NOW).all())


def test_a_backup_and_its_return_are_on_record(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "all.tar.gz"
    elsewhere = settings.model_copy(update={"data_dir": tmp_path / "new", "corpus_dir": tmp_path / "new-corpus"})

    assert (do(settings, "backup", str(file)), do(elsewhere, "restore", str(file))) == (0, 0)
    assert [(who, action, subject.split()[0]) for who, action, subject in audited(elsewhere)] == [
        ("命令行", "restore", "all.tar.gz"),
        ("命令行", "backup", "all.tar.gz"),
    ]


def test_a_backup_of_another_database_is_told_to_be_without_it(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_memory = settings.model_copy(update={"database_url": "sqlite://"})

    assert do(in_memory, "backup", str(tmp_path / "all.tar.gz")) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("数据库不在备份里")
