"""Answering needs no machine-learning framework and never opens a connection to another machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

from corpus.settings import ROOT

PROGRAM = """
import json, sys
from pathlib import Path

def watch(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.getaddrinfo"}:
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[-1]
        host = host[0] if isinstance(host, tuple) else host
        if host not in {None, "127.0.0.1", "::1", "localhost"}:
            attempts.append(f"{event} {host!r}")
            raise PermissionError(f"{event} {host!r}")

attempts = []
sys.addaudithook(watch)

from starlette.testclient import TestClient
from service.app import build_app
from service.settings import Settings

published, records = sys.argv[1:]
app = build_app(Settings(data_dir=Path(published), database_url=f"sqlite:///{records}/records.sqlite"))
with TestClient(app) as client:
    answers = [
        client.post("/api/v1/ask", json={"question": question}).json()
        for question in ("老二在咸安备案的托育园上了三个学期，一共能领多少入托补贴", "产假休多少天")
    ]
    client.get("/api/v1/search", params={"q": "入托补贴"})
heavy = {"torch", "transformers", "sentence_transformers", "tensorflow", "sklearn"} & set(sys.modules)
got = [[answer["status"], answer["level"]] for answer in answers]
print(json.dumps({"heavy": sorted(heavy), "attempts": attempts, "answers": got}))
"""


def test_nothing_heavy_is_imported_and_nobody_is_called(published: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(published), str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "heavy": [],
        "attempts": [],
        "answers": [["answered", "extract"], ["answered", "extract"]],
    }
