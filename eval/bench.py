"""python -m eval.bench: starts the real service and times it, beside a bare echo on the same machine."""

import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

import psutil
from fastapi import FastAPI
from rich.console import Console
from rich.table import Column, Table

from corpus.command_line import CommandLine
from corpus.embedder import BUILT_IN, load_embedder
from corpus.probe import probe
from corpus.settings import ROOT
from corpus.snapshot import Snapshot, Source, build, open_live, publish
from eval.bench_doors import WECHAT, first_paints, typed_searches, wechat_replies
from eval.golden import QUESTIONS, Golden, read_golden
from eval.measures import percentile
from eval.retrieval import read_clauses
from service.rules.benefit import assess
from service.rules.catalogue import benefits

console = Console()
_ROUNDS = 4
_ROUND_SECONDS = 60.0
_CLIENTS = 8
_ECHOES_PER_QUESTION = 10
_ARTICLES_SECONDS = 900
_DAY = date(2026, 11, 23)
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "OMP_NUM_THREADS")


class BenchFailed(Exception):
    """Something could not be measured; `str()` is the Chinese message."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `met` is None where there is no target or nothing was measured."""

    name: str
    measured: str
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of requests took: seconds of each, of all together, and of the server's processor."""

    each: list[float]
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        return len(self.each) / self.wall


@dataclass(frozen=True, slots=True)
class Server:
    """Where to post, and the process that answers."""

    port: int
    path: str
    process: psutil.Process

    def cpu(self) -> float:
        return float(sum(self.process.cpu_times()[:2]))


@dataclass(frozen=True, slots=True)
class Articles:
    """The big corpus: seconds until it was published, of each search, and of each search while one types."""

    count: int
    built: float
    searches: list[float]
    typed: list[float]


def main(arguments: Sequence[str]) -> int:
    """0: measured, whether or not the targets were met; 1: could not be measured."""
    parser = CommandLine("python -m eval.bench", "测速：启动、提问、入库、大库检索")
    parser.add_argument("--quick", action="store_true", help="不测大库")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    before, failed = os.getloadavg(), ""
    table = Table(*(Column(name, overflow="fold") for name in ("项目", "实测", "目标", "结论")), title="测速")
    try:
        for row in _rows(options.quick):
            table.add_row(row.name, row.measured, row.target, {True: "达标", False: "未达标", None: "—"}[row.met])
    except BenchFailed as error:
        failed = str(error)
    finally:
        for child in psutil.Process().children(recursive=True):
            child.kill()
    console.print(table, _machine(before), failed, sep="\n")
    return 1 if failed else 0


def _machine(before: tuple[float, float, float]) -> str:
    loads = [" ".join(f"{load:.2f}" for load in one) for one in (before, os.getloadavg())]
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 2**30
    python = platform.python_version()
    return f"{cores} 核，内存 {memory:.0f} GB，Python {python}；负载（1、5、15 分钟）测前 {loads[0]}，测后 {loads[1]}"


def _rows(quick: bool) -> Iterator[Row]:
    yield _make()
    yield _rules()
    with tempfile.TemporaryDirectory(prefix="tiaowen-bench-") as folder:
        yield _ingest(Path(folder))
        yield from _service(Path(folder))
    shared = Path(os.environ.get("TIAOWEN_SHARED") or ROOT.parent / "shared") / "stard"
    if quick:
        yield Row("大库", "略过（--quick）")
    elif not shared.is_dir():
        yield Row("大库", f"略过：没有 {shared}（用 TIAOWEN_SHARED 指明数据文件夹）")
    else:
        yield from _articles(shared)


def _rules() -> Row:
    """Every worked example of every benefit, assessed in this process."""
    console.print("正在测：规则")
    times = []
    for benefit in benefits().values():
        for example in benefit.examples:
            started = time.perf_counter()
            assess(benefit, example.facts, example.on, example.about)
            times.append(1000 * (time.perf_counter() - started))
    return _at_most(f"规则计算 {len(times)} 例 p99", percentile(times, 0.99), 5, "毫秒")


def _at_most(name: str, measured: float, limit: float, unit: str) -> Row:
    return Row(name, f"{measured:.{1 if measured < 100 else 0}f} {unit}", f"≤ {limit:g} {unit}", measured <= limit)


def _make() -> Row:
    """Asks make whether anything is to be installed, which is all that it does before the work; installs nothing."""
    started = time.perf_counter()
    command = ["make", "--question", ".venv/.full", ".venv/.serve"]
    asked = subprocess.run(command, cwd=ROOT, env=_environment(ROOT), capture_output=True, timeout=60, check=False)  # noqa: S603
    seconds = time.perf_counter() - started
    if asked.returncode:
        return Row("make 的额外用时", "略过：环境还没有装好，请先运行 make full")
    return _at_most("make 的额外用时（已装好）", seconds, 2, "秒")


def _environment(folder: Path, port: str = "8000") -> dict[str, str]:
    """The product at its defaults, whatever this shell has set; run in `folder`, no `.env` is found either."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    own = {"DATA_DIR": str(folder / "var"), "PYTHONPATH": str(ROOT), "RATE_LIMIT": "off", "PORT": port}
    return kept | own | WECHAT


def _ingest(folder: Path) -> Row:
    console.print("正在测：入库")
    started = time.perf_counter()
    command = [sys.executable, "-m", "ingest"]
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=_environment(folder), capture_output=True, text=True, timeout=300, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise BenchFailed(f"入库没有成功：{done.stderr.strip()[-500:]}")
    return _at_most("入库（自带文件）", seconds, 20, "秒")


def _service(folder: Path) -> Iterator[Row]:
    console.print("正在测：启动与提问")
    echo_app = ["-m", "uvicorn", "eval.bench:echo_app", "--factory", "--log-level", "warning", "--no-access-log"]
    port, echo_port = str(_free_port()), str(_free_port())
    started = time.perf_counter()
    with _serving(["-m", "service"], folder, port, "/api/v1/ask") as service:
        yield _at_most("启动到 /readyz", time.perf_counter() - started, 10, "秒")
        serving_echo = _serving([*echo_app, "--port", echo_port], folder, echo_port, "/echo")
        with serving_echo as echo, get_context("spawn").Pool(2) as pool:
            yield from _asking(pool, service, echo)
        yield from _doors(service.port)


def _asking(pool: Pool, service: Server, echo: Server) -> Iterator[Row]:
    asks = [_body(golden) for golden in read_golden(QUESTIONS)]
    _load(pool, service, asks, 1)
    _load(pool, echo, asks, _CLIENTS)
    one, one_echo = _alternating(pool, service, echo, asks, 1)
    yield _at_most(f"提问 p50（单个客户端，{len(one.each)} 次）", 1000 * percentile(one.each, 0.5), 15, "毫秒")
    yield _at_most("提问 p99（单个客户端）", 1000 * percentile(one.each, 0.99), 60, "毫秒")
    yield _share("单个客户端", one, one_echo)
    many, many_echo = _alternating(pool, service, echo, asks, _CLIENTS)
    p50, p99 = (1000 * percentile(many.each, share) for share in (0.5, 0.99))
    yield Row(f"提问 p50、p99（{_CLIENTS} 个客户端）", f"{p50:.1f}、{p99:.1f} 毫秒")
    yield _share(f"{_CLIENTS} 个客户端", many, many_echo)
    asked = len(asks) + len(one.each) + len(many.each)
    yield _at_most(f"常驻内存（{asked} 问后）", service.process.memory_info().rss / 2**20, 700, "MB")


def _doors(port: int) -> Iterator[Row]:
    console.print("正在测：微信与小组件")
    replies = wechat_replies(port, [golden.turns[-1] for golden in read_golden(QUESTIONS)])
    p50, p99 = (1000 * percentile(replies, share) for share in (0.5, 0.99))
    yield Row(
        f"微信回复 p50、p99（安全模式，{len(replies)} 条）", f"{p50:.1f}、{p99:.1f} 毫秒", "≤ 4500 毫秒", p99 <= 4500
    )
    paints = first_paints(port)
    if paints is None:
        yield Row("小组件首次绘制", "略过：没有 chromium，请先运行 make setup-browser")
    else:
        yield Row(f"小组件首次绘制 中位数（{len(paints)} 次）", f"{percentile(paints, 0.5):.0f} 毫秒")


def _share(who: str, ask: Load, echo: Load) -> Row:
    """By rate, and by processor time, which busy neighbours on the machine change least."""
    by_rate, by_cpu = ask.rate / echo.rate, echo.cpu / len(echo.each) / (ask.cpu / len(ask.each))
    speeds = f"{by_rate:.1%}（每秒 {ask.rate:.0f} 问，空回声 {echo.rate:.0f} 次；按处理器用时 {by_cpu:.1%}）"
    return Row(f"吞吐与空回声之比（{who}）", speeds, "≥ 3%", by_rate >= 0.03)


def _body(golden: Golden) -> bytes:
    return json.dumps({"question": golden.turns[-1], "on": str(golden.on)}, ensure_ascii=False).encode()


def _alternating(pool: Pool, service: Server, echo: Server, asks: list[bytes], clients: int) -> tuple[Load, Load]:
    """The service and the echo by turns, so that both meet the same neighbours on the machine."""
    pairs = [
        (_load(pool, service, asks, clients), _load(pool, echo, asks * _ECHOES_PER_QUESTION, clients))
        for _ in range(_ROUNDS)
    ]
    return _sum([ask for ask, _ in pairs]), _sum([echoed for _, echoed in pairs])


def _sum(loads: Sequence[Load]) -> Load:
    each = [seconds for load in loads for seconds in load.each]
    return Load(each, sum(load.wall for load in loads), sum(load.cpu for load in loads))


def _load(pool: Pool, server: Server, bodies: list[bytes], clients: int) -> Load:
    """`clients` kept-alive connections, over two processes so that the server is what is waited for."""
    shares = [bodies[n::clients] for n in range(clients)]
    tasks = [(server.port, server.path, some) for some in (shares[::2], shares[1::2]) if some]
    started, cpu = time.perf_counter(), server.cpu()
    done = pool.starmap_async(_drive_together, tasks, chunksize=1).get(timeout=2 * _ROUND_SECONDS)
    wall = time.perf_counter() - started
    return Load([seconds for each in done for seconds in each], wall, server.cpu() - cpu)


def _drive_together(port: int, path: str, shares: Sequence[list[bytes]]) -> list[float]:
    with ThreadPoolExecutor(len(shares)) as threads:
        return [seconds for each in threads.map(partial(_drive, port, path), shares) for seconds in each]


def _drive(port: int, path: str, bodies: Sequence[bytes]) -> list[float]:
    each, began = [], time.perf_counter()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        for body in bodies:
            started = time.perf_counter()
            if started - began > _ROUND_SECONDS:
                break
            connection.sendall(f"{head}{len(body)}\r\n\r\n".encode() + body)
            status = _answered(connection)
            each.append(time.perf_counter() - started)
            if status != 200:
                raise BenchFailed(f"{path} 得到 {status}：{body.decode()}")
    return each


def _answered(connection: socket.socket) -> int:
    """Reads one whole response; a client library would cost as much as the echo that is measured."""
    received = _more(connection)
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: ([0-9]+)", head)
    while length and len(body) < int(length[1]):
        body += _more(connection)
    return int(head.split(maxsplit=2)[1])


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise BenchFailed("服务断开了连接")
    return received


def echo_app() -> FastAPI:
    """The least that a JSON service can do: the measure for throughput."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: dict[str, str]) -> dict[str, str]:
        return body

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {"level": "extract"}

    return app


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _serving(arguments: list[str], folder: Path, port: str, path: str) -> Iterator[Server]:
    """A server of ours from its first answer on /readyz until the block ends."""
    log = folder / f"{port}.log"
    command = [sys.executable, *arguments]
    with log.open("w") as out:
        child = subprocess.Popen(  # noqa: S603
            command, cwd=folder, env=_environment(folder, port), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            if not _ready(int(port), child):
                raise BenchFailed(f"服务没有就绪：{log.read_text(encoding='utf-8').strip()[-500:]}")
            yield Server(int(port), path, psutil.Process(child.pid))
        finally:
            _stop(child)


def _ready(port: int, child: subprocess.Popen[bytes]) -> bool:
    for _ in range(3000):
        if child.poll() is not None:
            return False
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                response = connection.getresponse()
                return response.status == 200 and json.load(response)["level"] == "extract"
        except OSError:
            time.sleep(0.02)
    return False


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(10)


def _articles(shared: Path) -> Iterator[Row]:
    console.print("正在测：大库（几分钟）")
    with tempfile.TemporaryDirectory(prefix="tiaowen-bench-") as folder, get_context("spawn").Pool(1) as pool:
        articles, peak = _watched(pool.apply_async(_build_articles, (shared, Path(folder))))
    p50, p95 = (1000 * percentile(articles.searches, share) for share in (0.5, 0.95))
    yield _at_most(f"大库（{articles.count} 条）建库、核验、发布", articles.built, 240, "秒")
    yield _at_most("大库 峰值内存（含核验进程）", peak / 2**30, 3, "GB")
    yield Row(
        f"大库 检索 p50、p95（{len(articles.searches)} 问，各取 100 条）",
        f"{p50:.1f}、{p95:.1f} 毫秒",
        "≤ 30 毫秒（p50）",
        p50 <= 30,
    )
    typed = 1000 * percentile(articles.typed, 0.95)
    yield _at_most(f"大库 边打边搜 p95（{len(articles.typed)} 次）", typed, 200, "毫秒")


def _watched(result: "AsyncResult[Articles]") -> tuple[Articles, int]:
    """The result and the most memory that the building process and its children held together."""
    peak, until = 0, time.monotonic() + _ARTICLES_SECONDS
    while not result.ready() and time.monotonic() < until:
        result.wait(0.1)
        peak = max(peak, _held_by_children())
    if not result.ready():
        raise BenchFailed(f"大库 {_ARTICLES_SECONDS} 秒还没有建成")
    return result.get(), peak


def _held_by_children() -> int:
    try:
        return sum(child.memory_info().rss for child in psutil.Process().children(recursive=True))
    except psutil.NoSuchProcess:
        return 0


def _build_articles(shared: Path, folder: Path) -> Articles:
    started = time.perf_counter()
    clauses, embedder = list(read_clauses(shared / "corpus.jsonl.gz")), load_embedder(BUILT_IN)
    built = build(folder, Source([], clauses), embedder)
    wrong = probe(built, BUILT_IN)
    if wrong:
        raise BenchFailed(f"大库没有通过核验：{wrong}")
    publish(folder, built)
    seconds = time.perf_counter() - started
    snapshot, _ = open_live(folder, embedder, print)
    with closing(snapshot):
        lines = (shared / "queries.dev.jsonl").read_text(encoding="utf-8").splitlines()
        searches = [_search(snapshot, json.loads(line)["question"]) for line in lines]
        typed = list(typed_searches(snapshot, [json.loads(line)["question"] for line in lines[:60]], _DAY))
    return Articles(len(clauses), seconds, searches, typed)


def _search(snapshot: Snapshot, question: str) -> float:
    started = time.perf_counter()
    snapshot.index.search(question, limit=100)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
