"""python -m service …: what is done by hand, each command in a few lines over the module that does the work."""

import argparse
import getpass
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Engine, make_url

from corpus.command_line import CommandLine
from corpus.snapshot import IngestRunning
from service import backup
from service.accounts import Accounts, Role
from service.audit import Audit
from service.clock import SHANGHAI, now_in_shanghai
from service.database import open_database
from service.keeping import KEPT
from service.parts import embedder_or_none
from service.records import Records
from service.replay import CannotReplay, replay
from service.retention import Retention
from service.settings import Settings
from service.switches import NAMES, Channel, Switch, Switches

_WHO = "命令行"
_KINDS = {
    "answers": "回答",
    "feedback": "评价",
    "dialogues": "对话",
    "handovers": "转人工",
    "unanswered": "待解答",
    "audit": "审计",
    "wechat": "微信",
    "words": "用语文件留存",
}

Command = Callable[[argparse.Namespace, Settings], int]


def parser() -> CommandLine:
    """No command: serve."""
    whole = CommandLine("python -m service", "不写命令就是启动服务")
    whole.add_argument("--ingest-first", action="store_true", help="启动服务前，没有快照就先入库")
    whole.set_defaults(command=None)
    commands = whole.add_subparsers(title="命令", metavar="命令")

    def add(name: str, command: Command, told: str) -> CommandLine:
        one = commands.add_parser(name, help=told, description=told)
        one.set_defaults(command=command)
        return one

    add("replay", _replay, "重放一个回答，核对和记录一字不差").add_argument("answer_id", metavar="回答编号")
    kept = "；".join(f"{kind.name} {_days(kind.time.total_seconds())}" for kind in KEPT)
    add("purge", _purge, f"删掉到期的记录（服务每天自己做一次）：{kept}")
    add("forget", _forget, "按群众要求删掉一段对话的全部记录").add_argument("conversation_id", metavar="对话编号")
    add("backup", _backup, "备份成一个文件，服务不用停").add_argument("file", type=Path, metavar="文件")
    restored = add("restore", _restore, "从备份恢复，先停下服务")
    restored.add_argument("file", type=Path, metavar="文件")
    restored.add_argument("--over", action="store_true", help="已有内容也换成备份里的")
    switched = add("channel", _channel, "停用或打开一个渠道；什么也不写就列出各渠道")
    switched.add_argument("channel", nargs="?", choices=[channel.value for channel in Channel], metavar="渠道")
    switched.add_argument("to", nargs="?", choices=["on", "off"], metavar="on或off")
    switched.add_argument("--by", default="", metavar="名字", help="管理员账号的名字；不写就记命令行")
    switched.add_argument("--why", default="", metavar="原因")
    return whole


def _days(seconds: float) -> str:
    return f"{seconds / 86400:g} 天" if seconds >= 86400 else f"{seconds / 60:g} 分钟"


def _replay(wanted: argparse.Namespace, settings: Settings) -> int:
    """The answer as it comes out now goes to stdout, what there is to say of it to stderr."""
    asked = Records(_database(settings)).asked(wanted.answer_id, now_in_shanghai())
    if asked is None:
        return _told("没有这个回答：编号不对，已过九十天的保存期，或者是记下重放所需的东西之前的")
    embedder = embedder_or_none(settings.embedding_model, _warn) if asked.basis.encoder else None
    try:
        made = replay(asked, settings.data_dir, embedder, _warn)
    except CannotReplay as gone:
        return _told(f"不能重放：{gone}")
    print(made.answer.decode(), flush=True)
    _told(*made.notes, "重放的回答和记录一字不差" if made.same else "重放的回答和记录不一样")
    return 0 if made.same else 1


def _purge(_: argparse.Namespace, settings: Settings) -> int:
    _print_counts("删掉了", asdict(_retention(settings, _database(settings)).purge(now_in_shanghai())))
    return 0


def _forget(wanted: argparse.Namespace, settings: Settings) -> int:
    database = _database(settings)
    counts = asdict(_retention(settings, database).forget(wanted.conversation_id))
    if not any(counts.values()):
        return _told("没有这段对话的任何记录，什么也没有删")
    told = " ".join(f"{_KINDS[kind]}{count}" for kind, count in counts.items())
    Audit(database).write(now_in_shanghai(), _WHO, "forget", f"{wanted.conversation_id} {told}"[:200])
    _print_counts("删掉了", counts)
    return 0


def _backup(wanted: argparse.Namespace, settings: Settings) -> int:
    database, now = _database(settings), now_in_shanghai()
    places = _places(settings)
    Audit(database).write(now, _WHO, "backup", wanted.file.name[:200])
    manifest = backup.backup(places, wanted.file, now)
    print(f"已备份 {len(manifest.files)} 个文件到 {wanted.file}")
    if places.database is None:
        print("数据库不在备份里：DATABASE_URL 不是 SQLite，请用那个数据库自己的工具备份")
    return 0


def _restore(wanted: argparse.Namespace, settings: Settings) -> int:
    manifest = backup.restore(_places(settings), wanted.file, over=wanted.over)
    Audit(_database(settings)).write(now_in_shanghai(), _WHO, "restore", f"{wanted.file.name} {manifest.made_at}"[:200])
    print(f"已恢复 {len(manifest.files)} 个文件，备份做于 {manifest.made_at}")
    return 0


def _channel(wanted: argparse.Namespace, settings: Settings) -> int:
    database = _database(settings)
    switches = Switches(database, now_in_shanghai)
    if wanted.channel is None:
        print("\n".join(map(_switch_line, switches.all())))
        return 0
    if wanted.to is None or not wanted.why.strip():
        return _told("要写全：channel 渠道 on或off --why 原因，可以加 --by 管理员的名字")
    if wanted.by and not _is_admin(database, wanted.by):
        return _told(f"{wanted.by} 不是在用的管理员账号，什么也没有做；不写 --by 就记命令行")
    channel, by = Channel(wanted.channel), wanted.by or login()
    switches.throw(channel, wanted.to == "on", by, wanted.why)
    subject = f"{channel.value} {wanted.why}"[:200]
    Audit(database).write(now_in_shanghai(), by, f"channel_{wanted.to}", subject)
    print(f"{NAMES[channel]}已{'打开' if wanted.to == 'on' else '停用'}，几秒内对所有进程生效")
    return 0


def _is_admin(database: Engine, name: str) -> bool:
    return any(one.name == name and one.open and one.role.covers(Role.ADMIN) for one in Accounts(database).all())


def login() -> str:
    """Who has the command line, as the audit names them: at most 64 characters."""
    try:
        return f"{_WHO} {getpass.getuser()}"[:64]
    except (KeyError, OSError):
        return _WHO


def _switch_line(switch: Switch) -> str:
    state = "开着" if switch.open else "停用"
    at = switch.changed_at.astimezone(SHANGHAI) if switch.changed_at else None
    when = f"（{at:%Y-%m-%d %H:%M}，{switch.changed_by}：{switch.why}）" if at else ""
    return f"{switch.channel.value:8}{NAMES[switch.channel]} {state}{when}"


def run(command: Command, wanted: argparse.Namespace, settings: Settings) -> int:
    """Raises SQLAlchemyError and OSError, which the start of the service tells of as well."""
    try:
        return command(wanted, settings)
    except (backup.Refused, IngestRunning) as refused:
        return _told(str(refused))
    except sqlite3.Error as error:
        return _told(f"数据库读不出来：{error}")


def _database(settings: Settings) -> Engine:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_database(settings.records_url)


def _retention(settings: Settings, database: Engine) -> Retention:
    return Retention(database, settings.data_dir, settings.words, settings.office)


def _places(settings: Settings) -> backup.Places:
    url = make_url(settings.records_url)
    file = Path(url.database).absolute() if url.get_backend_name() == "sqlite" and url.database else None
    return backup.Places(settings.data_dir.absolute(), settings.corpus_dir.absolute(), file)


def _print_counts(done: str, counts: dict[str, int]) -> None:
    print(f"{done}：" + " · ".join(f"{_KINDS[kind]} {count}" for kind, count in counts.items()))


def _told(*messages: str) -> int:
    print("\n".join(messages), file=sys.stderr)
    return 1


def _warn(message: str) -> None:
    print(message, file=sys.stderr)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Ids may begin with a dash; they are no options."""
    if arguments[:1] in (["replay"], ["forget"]) and arguments[1:2] not in (["-h"], ["--help"], ["--"]):
        return parser().parse_args([arguments[0], "--", *arguments[1:]])
    return parser().parse_args(arguments)
