"""What the tests share: the shipped corpus, read and published once, and small documents written on the spot."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from corpus.clause import Clause
from corpus.embedder import Embedder, load_embedder
from corpus.settings import DOCUMENTS, ROOT
from corpus.snapshot import Source, build, publish
from ingest.gather import gather
from service.parts import build_parts
from service.pipeline import Parts
from service.settings import Settings

_FRONT = {
    "title": "样例办法",
    "number": "样政发〔2023〕1号",
    "issuer": "样例区人民政府",
    "published_on": "2023-07-20",
    "effective_from": "2023-08-01",
    "scope": "样例区",
    "authority": "区",
    "verbatim": "true",
    "checked_on": "2026-11-23",
}

WriteDocument = Callable[..., Path]
WriteBank = Callable[[Path, str, dict[str, list[str]]], Path]
RunIngest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def corpus() -> Source:
    """The shipped documents, their clauses and the ways people ask for them."""
    source, problems = gather(DOCUMENTS)
    assert problems == []
    return source


@pytest.fixture(scope="session")
def corpus_clauses(corpus: Source) -> list[Clause]:
    return list(corpus.clauses)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder("builtin")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, corpus: Source, embedder: Embedder) -> Path:
    """A data folder with the shipped corpus published in it; for reading only, who changes it works on a copy."""
    data_dir = tmp_path_factory.mktemp("published")
    publish(data_dir, build(data_dir, corpus, embedder))
    return data_dir


@pytest.fixture(scope="session")
def parts(published: Path) -> Parts:
    """The pipeline's parts as the service builds them, over the shipped corpus; a warning is a fault."""
    warnings: list[str] = []
    built = build_parts(Settings(_env_file=None, data_dir=published, embedding_model="builtin"), warnings.append)
    assert warnings == []
    return built


@pytest.fixture(scope="session")
def write_document() -> WriteDocument:
    """write_document(folder, name, body, field=…) → the file; fields not given are those of a sound document."""

    def write(folder: Path, name: str, body: str, **fields: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        front = {"id": name} | _FRONT | fields
        path = folder / f"{name}.md"
        lines = "".join(f"{field}: {value}\n" for field, value in front.items())
        path.write_text(f"---\n{lines}---\n{body}", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def write_bank() -> WriteBank:
    """write_bank(documents, name, {clause: questions}) → the bank file, beside the folder of documents."""

    def write(documents: Path, name: str, asked: dict[str, list[str]]) -> Path:
        path = documents.parent / "questions" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        groups = [{"clause": clause, "questions": questions} for clause, questions in asked.items()]
        path.write_text(yaml.safe_dump(groups, allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def ingest_environment() -> Callable[[Path], dict[str, str]]:
    """The environment of `python -m ingest` for one data folder."""

    def environment(data_dir: Path) -> dict[str, str]:
        own = {"DATA_DIR": str(data_dir), "EMBEDDING_MODEL": "builtin", "TMPDIR": str(data_dir.parent)}
        return os.environ | own | {"OMP_NUM_THREADS": "1", "COLUMNS": "80"}

    return environment


@pytest.fixture(scope="session")
def run_ingest(ingest_environment: Callable[[Path], dict[str, str]]) -> RunIngest:
    """run_ingest(data_dir, *arguments): `python -m ingest` as a clerk runs it."""

    def run(data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ingest", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=ingest_environment(data_dir), capture_output=True, text=True, timeout=120
        )

    return run
