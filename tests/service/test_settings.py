"""A setting that cannot be read stops the start with its name; a model that cannot be loaded does not."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.testclient import TestClient

from corpus.settings import ROOT
from service.settings import Settings

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


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
        (
            {"WECHAT_TOKEN": "tiaowen2026"},
            "设置不全：WECHAT_MODE 是 safe 时，还要写 WECHAT_APP_ID 和 WECHAT_AES_KEY，都在公众号后台可以看到\n",
        ),
        (
            {"WECHAT_TOKEN": "a b", "WECHAT_AES_KEY": "short", "WECHAT_MODE": "open"},
            "设置 WECHAT_TOKEN 读不懂：应为 3 到 32 位字母或数字\n"
            "设置 WECHAT_AES_KEY 读不懂：应为 43 位的 EncodingAESKey；换密钥期间可以写两个，用逗号隔开\n"
            "设置 WECHAT_MODE 读不懂：应为 plain、compatible、safe 之一\n",
        ),
    ],
    ids=["one", "two at once", "WeChat not whole", "WeChat unreadable"],
)
def test_start_stops_with_the_name_of_each_unreadable_setting(
    tmp_path: Path, environment: dict[str, str], told: str
) -> None:
    done = start(tmp_path, **environment)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"wechat_mode": "compatible", "wechat_app_id": "wx0123456789abcdef"}, "WECHAT_AES_KEY"),
        ({"wechat_mode": "safe", "wechat_aes_key": AES_KEY}, "WECHAT_APP_ID"),
        ({"wechat_mode": "safe", "wechat_app_id": "wx0123456789abcdef", "wechat_aes_key": ","}, "WECHAT_AES_KEY"),
    ],
)
def test_sealed_mode_needs_what_it_seals_with(given: dict[str, str], missing: str) -> None:
    with pytest.raises(ValidationError, match=f"还要写 {missing}，"):
        Settings(_env_file=None, wechat_token="tiaowen2026", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", [{"wechat_mode": "plain", "wechat_token": "tiaowen2026"}, {"wechat_mode": "safe"}, {}]
)
def test_plain_mode_or_no_channel_needs_nothing_more(given: dict[str, str]) -> None:
    assert Settings(_env_file=None, **given).wechat_app_id == ""  # type: ignore[arg-type]


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
