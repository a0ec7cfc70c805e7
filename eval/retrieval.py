"""Clauses and queries from outside → a TREC run, through the product's own build → verify → publish, at defaults."""

import gzip
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ir_measures
from rich.console import Console

from corpus.clause import Clause, ClauseRef
from corpus.embedder import load_embedder
from corpus.index import Weights
from corpus.probe import probe
from corpus.snapshot import Source, build, open_live, publish
from service.settings import Settings

console = Console()
MEASURES = [ir_measures.R @ 5, ir_measures.R @ 10, ir_measures.R @ 100, ir_measures.RR @ 10, ir_measures.nDCG @ 10]
_DATE = date(2000, 1, 1)


def run_retrieval(clauses: Path, queries: Path, run: Path, top: int, qrels: Path | None) -> int:
    """Writes `qid Q0 id rank score tag` lines; 1 when the throw-away snapshot does not pass its own probe."""
    settings = Settings()
    embedder = load_embedder(settings.embedding_model)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        built = build(Path(folder), Source([], list(read_clauses(clauses))), embedder)
        wrong = probe(built, settings.embedding_model)
        if wrong:
            console.print(wrong)
            return 1
        publish(Path(folder), built)
        console.print(f"建库用时 {time.perf_counter() - started:.0f} 秒")
        snapshot, _ = open_live(Path(folder), embedder, console.print)
        weights = Weights(settings.dense_weight, settings.synonym_weight, settings.bank_weight)
        milliseconds = []
        with run.open("w", encoding="utf-8") as out:
            for query in _lines(queries):
                asked = time.perf_counter()
                found = snapshot.index.search(str(query["question"]), weights=weights, limit=top)
                milliseconds.append(1000 * (time.perf_counter() - asked))
                for rank, hit in enumerate(found, start=1):
                    out.write(f"{query['qid']} Q0 {hit.clause.ref.locator} {rank} {hit.score} tiaowen\n")
        snapshot.close()
    milliseconds.sort()
    console.print(f"{len(milliseconds)} 问，每问中位数 {milliseconds[len(milliseconds) // 2]:.1f} 毫秒")
    if qrels:
        _print_measures(run, qrels)
    return 0


def _print_measures(run: Path, qrels: Path) -> None:
    scores = ir_measures.calc_aggregate(
        MEASURES, ir_measures.read_trec_qrels(str(qrels)), ir_measures.read_trec_run(str(run))
    )
    for measure in MEASURES:
        console.print(f"{measure} {scores[measure]:.3f}")


def _lines(path: Path) -> Iterator[dict[str, object]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def read_clauses(path: Path) -> Iterator[Clause]:
    """`{id, name, law, chap, text}` lines; the id becomes the locator."""
    for line in _lines(path):
        chapter = str(line.get("chap", ""))
        yield Clause(
            ref=ClauseRef("outside", str(line["id"])),
            label=str(line["name"]),
            position="",
            headings=(chapter,) if chapter else (),
            text=str(line["text"]),
            indexed=str(line["text"]),
            gaps=(),
            units=(),
            document_title="",
            document_number="",
            source_url="",
            register="",
            scope="",
            authority="",
            verbatim=True,
            certainty="",
            published_on=_DATE,
            effective_from=_DATE,
            effective_until=None,
        )
