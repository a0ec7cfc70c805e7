"""A document made to be slow is checked as fast as any other of its size."""

from collections.abc import Callable
from pathlib import Path

from service.channels.console.child import IngestCommand
from tests.conftest import WriteDocument

SIZE = 60_000
SECONDS = 20
BODIES = {
    "notes": "[^" * (SIZE // 2),
    "comments": "<!-- c:" * (SIZE // 7),
    "lines-of-comments": "<!-- c:\n" * (SIZE // 8),
    "openings": "<!--" * (SIZE // 4),
    "units": "（责任单位：" * (SIZE // 6),
    "gaps": "〔" * SIZE,
    "twice": "".join(f"第{number % 5000 + 1}条 甲\n" for number in range(10_000)),
    "anchors": "<!-- c:1 -->\n甲。\n" * (SIZE // 16),
    "headings": "## 二、后面\n" * (SIZE // 8),
    "blank": "一、甲\n" + "\n" * SIZE + "乙",
}


def test_no_document_takes_longer_than_its_size_explains(
    tmp_path: Path, write_document: WriteDocument, ingest_environment: Callable[[Path], dict[str, str]]
) -> None:
    """The limit of the child process stands for a clock: it is reached many times over where time grows with the square
    of the size."""
    for name, body in BODIES.items():
        write_document(tmp_path / "documents", name, body, verbatim="true")
    check = IngestCommand(ingest_environment(tmp_path / "var") | {"CORPUS_DIR": str(tmp_path)}, check_seconds=SECONDS)

    done = check("--check")

    told = {name for name in BODIES if f"/{name}.md:" in done.refused}
    assert (done.finished, told) == (True, {"comments", "lines-of-comments", "twice", "anchors", "headings"})
