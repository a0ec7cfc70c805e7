"""Command lines that speak Chinese: usage, help, and what is wrong with the words given."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

# What argparse says, and how it is said here.
_SAID = (
    (r"the following arguments are required: (.+)", r"还缺 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (.+): invalid choice: '?(.*?)'? \(choose from (.+)\)", r"\1 不能是 \2，可以写 \3"),
    (r"argument (.+): invalid (?:fromisoformat|day) value: '(.*)'", r"\1 的日期写法不对：\2，写成 2026-11-24 这样"),
    (r"argument (.+): invalid int value: '(.*)'", r"\1 应为整数：\2"),
    (r"argument (.+): invalid \w+ value: '(.*)'", r"\1 读不懂：\2"),
    (r"argument (.+): expected one argument", r"\1 后面要写一项"),
    (r"argument (.+): expected at least one argument", r"\1 后面至少写一项"),
    (r"argument (.+): ignored explicit argument '(.*)'", r"\1 后面不用写 \2"),
    (r"argument (.+): not allowed with argument (.+)", r"\1 不能和 \2 一起写"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 可能是 \2，请写全"),
)


class CommandLine(argparse.ArgumentParser):
    """An ArgumentParser whose every message is in Chinese; its subcommands are so too."""

    def __init__(self, prog: str, description: str = "") -> None:
        super().__init__(prog=prog, description=description, add_help=False, formatter_class=_Help)
        self._positionals.title = "要写的"
        self._optionals.title = "可以写的"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}：{_chinese(message)}\n")


class _Help(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def _chinese(message: str) -> str:
    for pattern, said in _SAID:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            return match.expand(said).replace("'", "").replace(", ", "、")
    return message
