"""python -m service.accounts invite NAME --role admin: prints the link with which somebody sets a password."""

import sys

from corpus.command_line import CommandLine
from service.accounts import Accounts, Refused, Role
from service.audit import Audit
from service.clock import now_in_shanghai
from service.database import open_database
from service.settings import Settings


def main(arguments: list[str], settings: Settings) -> int:
    parser = CommandLine("python -m service.accounts", "坐席账号")
    commands = parser.add_subparsers(required=True, metavar="命令")
    invite = commands.add_parser("invite", help="印出一次性的邀请链接，24 小时内有效")
    invite.add_argument("name", metavar="名字")
    invite.add_argument("--role", choices=[role.value for role in Role], default=Role.OPERATOR.value)
    wanted = parser.parse_args(arguments)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database, now = open_database(settings.records_url), now_in_shanghai()
    try:
        token = Accounts(database).invite(wanted.name, Role(wanted.role), now)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    Audit(database).write(now, "命令行", "invite", f"{wanted.name} {wanted.role}")
    print(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/console/invitation/{token}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Settings()))
