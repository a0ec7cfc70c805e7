"""A setting that cannot be read stops the start with its name; a model that cannot be loaded does not."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from corpus.settings import ROOT


def start(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m service`; every start here is one that stops."""
    given = os.environ | {"DATA_DIR": str(data_dir), "OMP_NUM_THREADS": "1"} | environment
    return subprocess.run(
        [sys.executable, "-m", "service"], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PORT": "abc"}, "设置 PORT 读不懂：应为整数\n"),
        (
            {"PORT": "70000", "DENSE_WEIGHT": "much"},
            "设置 PORT 读不懂：应不大于 65535\n设置 DENSE_WEIGHT 读不懂：应为数字\n",
        ),
    ],
    ids=["one", "two at once"],
)
def test_start_stops_with_the_name_of_each_unreadable_setting(
    tmp_path: Path, environment: dict[str, str], told: str
) -> None:
    done = start(tmp_path, **environment)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATA_DIR"])
def test_start_stops_with_the_name_of_a_setting_that_is_of_no_use(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    done = start(tmp_path, **{name: str(tmp_path / "file")})

    assert done.returncode == 1
    assert done.stderr.startswith(f"设置 {name} 用不了：")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("model", ["no-such-model", "no-such-provider:model"])
def test_model_that_cannot_be_loaded_leaves_keyword_search(
    build_service: Callable[..., FastAPI], tmp_path: Path, model: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with TestClient(build_service(tmp_path, embedding_model=model)) as client:
        answer = client.post("/api/v1/ask", json={"question": "超生罚款没交完还要交吗"}).json()
        ready = client.get("/readyz").json()

    assert (answer["status"], answer["level"]) == ("answered", "keywords")
    assert [citation["ref"] for citation in answer["citations"]][:1] == ["xianan-2023#1"]
    assert (ready["ready"], ready["level"]) == (True, "keywords")
    assert model in "".join(capfd.readouterr())
