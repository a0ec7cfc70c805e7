"""`python -m ingest` as a clerk runs it: everything wrong is told at once, and nothing is touched until all is well."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from corpus.embedder import Embedder
from corpus.load import LARGEST_FILE
from corpus.snapshot import build, current_id, ingest_lock, open_snapshot, publish
from corpus.store import Stored, read_store
from ingest.gather import gather

WriteDocument = Callable[..., Path]
WriteBank = Callable[[Path, str, dict[str, list[str]]], Path]
RunIngest = Callable[..., subprocess.CompletedProcess[str]]
Publish = Callable[[Path, Path], str]

BODY = "第一条 为了说明写法，制定本办法。\n第二条 申请人向窗口提交材料。\n"


@pytest.fixture(scope="session")
def publish_folder(embedder: Embedder) -> Publish:
    """publish_folder(data_dir, folder): what `python -m ingest --documents folder` does, in this process."""

    def publish_now(data_dir: Path, folder: Path) -> str:
        source, problems = gather(folder)
        assert problems == []
        return publish(data_dir, build(data_dir, source, embedder))

    return publish_now


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def live(data_dir: Path) -> Stored:
    return read_store(data_dir / "snapshots" / current_id(data_dir) / "corpus.sqlite")


def find(data_dir: Path, embedder: Embedder, question: str) -> list[str]:
    """The refs of what a question finds, best first."""
    snapshot = open_snapshot(data_dir / "snapshots" / current_id(data_dir), embedder)
    found = [str(one.clause.ref) for one in snapshot.index.search(question)]
    snapshot.close()
    return found


def rows(output: str) -> list[list[str]]:
    """The cells of the table that closes a run."""
    return [line.replace("│", " ").split() for line in output.splitlines() if line.startswith("│")]


def test_bad_documents_are_all_told_at_once_and_nothing_is_touched(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir, good, bad = tmp_path / "data", tmp_path / "good", tmp_path / "bad"
    write_document(good, "one", BODY)
    publish_folder(data_dir, good)
    before = contents(data_dir)
    write_document(bad, "one", BODY)
    write_document(bad, "wrong-date", BODY, published_on="2023-02-30")
    write_document(bad, "gap", "第一条 甲。\n第三条 丙。\n")
    write_document(bad, "same", BODY, id="one")
    (bad / "no-front.md").write_text(BODY, encoding="utf-8")
    (bad / "empty.md").write_bytes(b"")
    (bad / "gbk.md").write_bytes("---\n标题\n".encode("gbk"))
    (bad / "line.md").write_bytes(b"x" * LARGEST_FILE)
    (bad / "long.md").write_bytes(b"x" * (LARGEST_FILE + 1))

    done = run_ingest(data_dir, "--documents", bad)

    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(done.stderr.splitlines()) == sorted(
        f"{bad}/{problem}"
        for problem in (
            "empty.md:1 开头没有文件信息 — 第一行写 ---，下面逐行写 id、title 等字段，再写一行 ---",
            "gap.md:14 编号不连续：1 之后是 3 — 官方原文不能缺条，核对是否漏了或次序颠倒",
            "gbk.md:2 不是 UTF-8 编码 — 用编辑器另存为 UTF-8",
            "line.md:1 一行超过 200000 字 — 按自然段换行",
            "long.md:1 文件超过 10 MB — 确认没有放错文件，必要时拆成几份",
            "no-front.md:1 开头没有文件信息 — 第一行写 ---，下面逐行写 id、title 等字段，再写一行 ---",
            "same.md:2 编号 one 与文件名 same.md 不一致 — 改编号或改文件名，使两者相同",
            "same.md:2 编号 one 已被 one.md 使用 — 每个文件用不同的编号",
            "wrong-date.md:6 published_on 没有这一天：2023-02-30 — 核对年月日",
        )
    )
    assert contents(data_dir) == before


def test_bad_bank_lines_are_all_told_at_once_and_nothing_is_touched(
    tmp_path: Path, write_document: WriteDocument, write_bank: WriteBank, run_ingest: RunIngest
) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "one", BODY)
    bank = write_bank(folder, "one", {"1": ["这个办法是做么事的"], "7": ["第七条讲么事"]})
    other = write_bank(folder, "two", {"1": ["这个办法是做么事的"]})

    done = run_ingest(tmp_path / "data", "--documents", folder)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{bank}:4 没有 one#7 这一条 — clause 写条款的锚点，如 12.2；文件名是文件编号",
        f"{other}:1 没有 two#1 这一条 — clause 写条款的锚点，如 12.2；文件名是文件编号",
    ]
    assert not (tmp_path / "data").exists()


def test_one_document_and_its_bank_are_taken_in_anew_and_the_others_stay_as_they_were(
    tmp_path: Path,
    write_document: WriteDocument,
    write_bank: WriteBank,
    publish_folder: Publish,
    run_ingest: RunIngest,
    embedder: Embedder,
) -> None:
    """Even where the files of the others have changed meanwhile."""
    data_dir, folder = tmp_path / "data", tmp_path / "documents"
    for name in ("one", "two"):
        write_document(folder, name, BODY)
        write_bank(folder, name, {"1": [f"{name} 这个办法是做么事的"]})
    publish_folder(data_dir, folder)
    before, first_before = live(data_dir), find(data_dir, embedder, "纸坨坨搁哪里咧")[0]
    for name in ("one", "two", "three"):
        write_document(folder, name, BODY + "第三条 附则。\n", title="新样例办法")
        write_bank(folder, name, {"1": [f"{name} 这个办法是做么事的"], "2": [f"{name} 纸坨坨搁哪里"]})

    done = run_ingest(data_dir, "one", "--alone", "试", "--documents", folder)
    now, first_now = live(data_dir), find(data_dir, embedder, "纸坨坨搁哪里咧")[0]

    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout) == [["one", "3", "1", "2", "0", "2"], ["two", "2", "0", "0", "0", "1"]]
    assert (first_before == "one#2", first_now) == (False, "one#2")
    assert [document.title for document in now.documents] == ["新样例办法", "样例办法"]
    assert [clause for clause in now.clauses if clause.ref.document_id == "two"] == list(before.clauses[2:])
    assert {question.ref: question.text for question in now.questions} == {
        "one#1": "one 这个办法是做么事的",
        "one#2": "one 纸坨坨搁哪里",
        "two#1": "two 这个办法是做么事的",
    }


def test_a_document_taken_in_alone_ends_and_is_ended_by_what_is_live_as_all_together_would(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    """`new` replaces `old` once it is live; `unpublished` ends nothing; `old` taken in anew stays ended."""
    data_dir, folder = tmp_path / "data", tmp_path / "documents"
    write_document(folder, "old", BODY)
    write_document(folder, "other", BODY)
    publish_folder(data_dir, folder)
    write_document(folder, "new", BODY, replaces="old", effective_from="2027-01-01")
    write_document(folder, "unpublished", BODY, replaces="old、other", effective_from="2026-12-01")

    ends = []
    for name in ("other", "new", "old"):
        done = run_ingest(data_dir, name, "--alone", "试", "--documents", folder)
        assert (done.returncode, done.stderr) == (0, "")
        ends.append({(one.ref.document_id, one.effective_until) for one in live(data_dir).clauses})

    ended = {("old", date(2027, 1, 1)), ("other", None), ("new", None)}
    assert ends == [{("old", None), ("other", None)}, ended, ended]


def test_a_document_taken_in_alone_that_amends_one_that_is_not_live_is_refused(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir, folder = tmp_path / "data", tmp_path / "documents"
    write_document(folder, "one", BODY)
    name = publish_folder(data_dir, folder)
    write_document(folder, "two", BODY)
    amendment = '<!-- c:1 label="第一条" ends="two#1" -->\n第一条 另行规定。\n'
    path = write_document(folder, "three", amendment, amends="two", effective_from="2027-01-01")

    done = run_ingest(data_dir, "three", "--alone", "试", "--documents", folder)

    told = f"{path}:1 要结束的条款不存在：two#1 — 核对 amends 和锚点里的 ends\n"
    assert (done.returncode, done.stderr, current_id(data_dir)) == (1, told, name)


@pytest.mark.parametrize("decide", ["publish", "decline"])
def test_which_proposal_is_decided_has_to_be_said(tmp_path: Path, run_ingest: RunIngest, decide: str) -> None:
    done = run_ingest(tmp_path / "data", decide, "--by", "李审")
    assert (done.returncode, "--proposal" in done.stderr, done.stdout) == (2, True, "")


def test_a_document_that_is_not_there_cannot_be_taken_in_alone(
    tmp_path: Path, write_document: WriteDocument, run_ingest: RunIngest
) -> None:
    folder = tmp_path / "documents"
    write_document(folder, "one", BODY)

    unknown = run_ingest(tmp_path / "data", "one", "two", "--documents", folder)
    first = run_ingest(tmp_path / "data", "one", "--documents", folder)

    assert (unknown.returncode, unknown.stderr) == (1, f"{folder}:1 没有编号为 two 的文件 — 写文件名去掉 .md\n")
    assert (first.returncode, first.stderr) == (1, "还没有快照，请先运行 python -m ingest\n")


def test_one_document_alone_is_not_taken_into_a_damaged_snapshot(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir = tmp_path / "data"
    write_document(tmp_path / "documents", "one", BODY)
    name = publish_folder(data_dir, tmp_path / "documents")
    (data_dir / "snapshots" / name / "corpus.sqlite").write_bytes(b"garbage" * 1_000)

    done = run_ingest(data_dir, "one", "--documents", tmp_path / "documents")

    assert (done.returncode, done.stderr) == (1, f"快照 {name} 读不出来，请不写编号，把全部文件重新入库\n")
    assert current_id(data_dir) == name


def test_check_builds_nothing(tmp_path: Path, write_document: WriteDocument, run_ingest: RunIngest) -> None:
    write_document(tmp_path / "documents", "one", BODY)

    done = run_ingest(tmp_path / "data", "--check", "--documents", tmp_path / "documents")

    assert (done.returncode, done.stdout, done.stderr) == (0, "检查通过：1 份文件，2 条，0 个问法\n", "")
    assert not (tmp_path / "data").exists()


def test_a_good_run_publishes_and_closes_with_a_table_of_what_changed(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir, folder = tmp_path / "data", tmp_path / "documents"
    write_document(folder, "gone", BODY)
    write_document(folder, "kept", BODY)
    write_document(folder, "edited", BODY)
    first = publish_folder(data_dir, folder)
    (folder / "gone.md").unlink()
    write_document(folder, "new", BODY)
    write_document(folder, "edited", "第一条 为了说明写法，制定本办法。\n第二条 申请人网上提交。\n第三条 附则。\n")

    done = run_ingest(data_dir, "--alone", "试", "--documents", folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout) == [
        ["edited", "3", "1", "1", "0", "0"],
        ["kept", "2", "0", "0", "0", "0"],
        ["new", "2", "2", "0", "0", "0"],
        ["gone", "0", "0", "0", "2", "0"],
    ]
    assert current_id(data_dir).startswith("000002-")
    assert done.stdout.endswith(f"已发布快照 {current_id(data_dir)}\n")
    assert sorted(path.name for path in (data_dir / "snapshots").iterdir()) == [first, current_id(data_dir)]


def test_rollback_points_to_the_snapshot_before(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir = tmp_path / "data"
    write_document(tmp_path / "documents", "one", BODY)
    first, _ = publish_folder(data_dir, tmp_path / "documents"), publish_folder(data_dir, tmp_path / "documents")

    done = run_ingest(data_dir, "rollback")
    again = run_ingest(data_dir, "rollback")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"已回退到快照 {first}\n", "")
    assert (again.returncode, again.stdout, again.stderr) == (1, "", "没有更早的快照可以回退\n")
    assert current_id(data_dir) == first


def test_a_second_ingest_is_refused_while_one_runs(
    tmp_path: Path, write_document: WriteDocument, publish_folder: Publish, run_ingest: RunIngest
) -> None:
    data_dir = tmp_path / "data"
    write_document(tmp_path / "documents", "one", BODY)
    publish_folder(data_dir, tmp_path / "documents")
    with ingest_lock(data_dir):
        before = current_id(data_dir), contents(data_dir / "snapshots")

        done = run_ingest(data_dir, "--documents", tmp_path / "documents")

        assert (done.returncode, done.stdout, done.stderr) == (1, "", "另一个入库程序正在运行，请等它结束\n")
        assert (current_id(data_dir), contents(data_dir / "snapshots")) == before


def test_a_data_folder_that_cannot_be_written_is_told_without_a_stack_trace(
    tmp_path: Path, write_document: WriteDocument, run_ingest: RunIngest
) -> None:
    write_document(tmp_path / "documents", "one", BODY)
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")

    done = run_ingest(tmp_path / "data", "--documents", tmp_path / "documents")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("数据文件夹读写不了：")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_documents_is_refused(tmp_path: Path, run_ingest: RunIngest) -> None:
    done = run_ingest(tmp_path / "data", "--documents", tmp_path)

    assert (done.returncode, done.stderr) == (1, f"{tmp_path}:1 一份文件也没有 — 把 .md 文件放进来\n")
    assert not (tmp_path / "data").exists()
