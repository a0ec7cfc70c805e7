"""The child processes of the console: one at a time, never for long, and one check for each state of the files."""

import os
import sys
import threading
from pathlib import Path

import pytest

from service.channels.console.checks import Checks
from service.channels.console.child import Busy, Done, IngestCommand, Turns


def shell(script: str, longest: float = 60) -> IngestCommand:
    return IngestCommand({}, program=("/bin/sh", "-c", script), longest=longest)


@pytest.mark.parametrize(
    ("script", "done"),
    [
        ("echo 做好了", Done("做好了\n", "")),
        ("echo 不行 >&2; exit 1", Done("", "不行")),
        ("exit 1", Done("", "没有做成")),
    ],
)
def test_what_a_command_says_is_handed_on(script: str, done: Done) -> None:
    assert shell(script)() == done


def test_a_command_that_takes_too_long_ends_with_all_its_children_and_nobody_claims_that_nothing_changed(
    tmp_path: Path,
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    done = shell(f"sleep 1000 > {pipe} & echo begun > {pipe}; wait", longest=2)("publish")

    os.set_blocking(held, True)
    assert (os.read(held, 100), os.read(held, 100)) == (b"begun\n", b"")  # the end: nobody holds the pipe any more
    os.close(held)
    assert done == Done(
        "",
        "超过 2 秒没有做完，已经停下。不知道做到了哪一步："
        "请打开“发布”页，看现在是哪一版、有没有等待审批的，再决定要不要重做",
        finished=False,
    )


def test_a_command_that_is_killed_claims_nothing() -> None:
    done = shell("kill -9 $$")("propose")
    assert (done.finished, done.refused.partition("。")[0]) == (False, "中途停了")


def test_a_check_that_computes_too_long_is_stopped() -> None:
    command = IngestCommand({}, program=(sys.executable, "-S", "-c", "while True: pass"), check_seconds=1)
    done = command("--check")
    assert (done.finished, done.refused.partition("，")[0]) == (False, "检查用的时间太长")


def test_a_second_child_waits_and_is_turned_away_after_a_while(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = IngestCommand({}, program=("/bin/sh", "-c", f"echo begun > {pipe}; cat {pipe}"), patience=0.05)
    first: list[Done] = []
    working = threading.Thread(target=lambda: first.append(command("propose")))
    working.start()
    assert pipe.read_text() == "begun\n"

    with pytest.raises(Busy):
        command("--check")

    pipe.write_text("let go")
    working.join()
    assert first == [Done("let go", "")]


def test_whoever_waits_gets_the_turn_that_becomes_free() -> None:
    turns, free, order = Turns(), threading.Event(), list[str]()

    def first() -> None:
        with turns.mine():
            begun.set()
            free.wait()
            order.append("first")

    begun = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    waiting = threading.Thread(target=lambda: _take(turns, order))
    waiting.start()
    free.set()
    thread.join()
    waiting.join()
    assert order == ["first", "second"]


def _take(turns: Turns, order: list[str]) -> None:
    with turns.mine():
        order.append("second")


class Counting:
    """Says of each check which one it was."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *arguments: str) -> Done:
        assert arguments == ("--check",)
        self.asked += 1
        return Done("", f"第 {self.asked} 次")


def test_the_files_are_checked_once_for_each_state_they_are_in(tmp_path: Path) -> None:
    documents, bank = tmp_path / "documents", tmp_path / "questions"
    documents.mkdir()
    bank.mkdir()
    (documents / "one.md").write_text("甲", encoding="utf-8")
    checks = Checks(Counting(), documents)

    found = [checks.found().refused, checks.found().refused]
    (documents / "one.md").write_text("甲乙", encoding="utf-8")
    found += [checks.found().refused, checks.found().refused]
    (bank / "one.yaml").write_text("[]", encoding="utf-8")
    found += [checks.found().refused, checks.found().refused]
    (documents / "one.md").unlink()
    found += [checks.found().refused]

    assert found == ["第 1 次", "第 1 次", "第 2 次", "第 2 次", "第 3 次", "第 3 次", "第 4 次"]
