"""`python -m service.channels.wechat.simulator` talks to a service that runs."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from corpus.settings import ROOT

SETTINGS = {
    "WECHAT_TOKEN": "tiaowen2026",
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


@pytest.fixture
def port(open_line: Callable) -> Iterator[int]:
    """Where a desk made by hand answers, in the time of the simulator, which has the real clock."""
    line = open_line()
    line.desk.now.at = line.desk.now.at.fromtimestamp(time.time(), line.desk.now.at.tzinfo)
    app: FastAPI = line.apps[0]
    ready = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [ready]}, daemon=True)
    thread.start()
    yield ready.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def simulate(typed: str, port: int, tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.channels.wechat.simulator", "--url", f"http://127.0.0.1:{port}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | settings,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_person_types_and_sees_the_replies(port: int, tmp_path: Path) -> None:
    done = simulate("产假多少天\n/语音 护理假\n/图片\n/菜单 LEAVE\n/取消关注\n/退出\n", port, tmp_path, **SETTINGS)

    shown = [line for line in done.stdout.splitlines()[2:] if line and not line.startswith("——")]
    assert (done.returncode, done.stderr) == (0, "")
    assert shown == [
        "您问的是产假多少天。",
        "您问的是护理假。",
        "这里只看得懂文字，请把想问的事打成一句话发过来，比如：老二上托育园能领多少钱。",
        "您问的是产假、护理假、育儿假各有多少天。",
        "（没有回复，平台收到 success）",
    ]


def test_wrong_token_looks_as_it_does_to_a_citizen(port: int, tmp_path: Path) -> None:
    done = simulate("产假多少天\n", port, tmp_path, **SETTINGS | {"WECHAT_TOKEN": "another1"})

    assert "该公众号提供的服务出现故障，请稍后再试（403 校验没有通过）" in done.stdout


def test_without_a_token_there_is_nothing_to_try(tmp_path: Path) -> None:
    done = simulate("", 1, tmp_path, WECHAT_TOKEN="")

    assert (done.returncode, done.stderr) == (1, "没有设置 WECHAT_TOKEN，没有微信渠道可试\n")
