"""Every command line speaks Chinese about what is wrong with it."""

import re
import subprocess
import sys

import pytest

from corpus.command_line import CommandLine
from corpus.settings import ROOT

ENGLISH = re.compile(
    r"usage|error|invalid|argument|required|choose|expected|unrecognized|options|show this", re.IGNORECASE
)


def said(*words: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("service channel foo off", "渠道 不能是 foo，可以写 api、widget、wechat、console"),
        ("service replay", "还缺 回答编号"),
        ("service.rules trace x --on 3月", "--on 的日期写法不对：3月，写成 2026-11-24 这样"),
        ("service.accounts invite 王 --role boss", "--role 不能是 boss，可以写 operator、editor、approver、admin"),
        ("ingest --bogus", "不认识 --bogus"),
        ("ingest propose --by 王", "还缺 --why"),
        ("ingest add --id", "--id 后面要写一项"),
    ],
)
def test_what_is_wrong_is_told_in_chinese(words: str, told: str) -> None:
    status, out, err = said(*words.split())

    assert (status, out) == (2, "")
    assert err.startswith("用法：python -m ")
    assert err.endswith(f"：{told}\n")
    assert not ENGLISH.search(err)


def test_the_help_of_a_subcommand_is_in_chinese() -> None:
    status, out, err = said("service", "channel", "-h")

    assert (status, err) == (0, "")
    assert "显示这段说明" in out
    assert not ENGLISH.search(out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--many", "x"], "--many 应为整数：x"),
        (["--flag=x"], "--flag 后面不用写 x"),
        (["--ma", "1", "--mo"], "--more 后面至少写一项"),
        (["--m", "1"], "--m 可能是 --many、--more，请写全"),
        (["--one", "--flag"], "--flag 不能和 --one 一起写"),
    ],
)
def test_rarer_faults_are_told_in_chinese_too(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = CommandLine("试", "试")
    parser.add_argument("--many", type=int)
    parser.add_argument("--more", nargs="+")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--flag", action="store_true")
    either.add_argument("--one", action="store_true")

    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(words)

    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(f"试：{told}\n")
