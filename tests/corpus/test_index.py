"""Search: what a citizen asks finds the clause that answers it, on the day of asking."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from corpus.clause import Clause, ClauseRef
from corpus.embedder import Embedder, Vectors
from corpus.index import (
    ClauseIndex,
    ClauseRetriever,
    Found,
    Weights,
    build_keywords,
    build_vectors,
    indexed_text,
    open_keywords,
    open_vectors,
)
from corpus.probe import CANARIES
from corpus.snapshot import Snapshot, current_id, open_snapshot

QUESTIONS = [
    ("二孩三孩住院分娩补助", "xianan-2023#12.3"),
    ("公积金贷款额度上浮多少", "xianan-2023#12.1"),
    ("辅助生殖纳入医保了吗", "hubei-assisted-reproduction-2024#3"),
    ("3岁以下婴幼儿照护专项附加扣除", "infant-care-deduction-2023#1"),
    ("育儿补贴每年3600元", "national-childcare-allowance-2025#1"),
    ("超生了还要交社会抚养费吗", "population-law-2021#note"),
]
HOUSING_OLD, HOUSING_NEW = "housing-fund-regulations-2019", "housing-fund-regulations-2026"


def refs(found: Sequence[Found]) -> list[str]:
    return [str(one.clause.ref) for one in found]


@pytest.fixture(scope="module")
def snapshot(published: Path, embedder: Embedder) -> Iterator[Snapshot]:
    opened = open_snapshot(published / "snapshots" / current_id(published), embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def index(snapshot: Snapshot) -> ClauseIndex:
    return snapshot.index


def keyword_index(folder: Path, clauses: Sequence[Clause]) -> ClauseIndex:
    build_keywords(folder / "keywords", clauses)
    return ClauseIndex(clauses, open_keywords(folder / "keywords"), None)


def made_of(clause: Clause, *texts: str) -> list[Clause]:
    """Clauses that differ in nothing but their number and their words."""
    return [
        replace(clause, ref=ClauseRef("made", str(n)), text=text, indexed=text) for n, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize(("question", "ref"), QUESTIONS)
def test_a_question_finds_its_clause_among_the_first_five(index: ClauseIndex, question: str, ref: str) -> None:
    assert ref in refs(index.search(question, limit=5))


@pytest.mark.parametrize(("question", "ref"), QUESTIONS)
def test_words_alone_find_it_too(index: ClauseIndex, question: str, ref: str) -> None:
    assert ref in refs(index.search(question, limit=5, weights=Weights(dense=0)))


def test_the_questions_asked_before_each_publication_name_clauses_that_exist(snapshot: Snapshot) -> None:
    canaries = yaml.safe_load(CANARIES.read_text(encoding="utf-8"))

    assert [canary["ref"] for canary in canaries if canary["ref"] not in snapshot.by_ref] == []


def test_a_clause_asked_for_in_its_own_words_comes_first(index: ClauseIndex, corpus_clauses: list[Clause]) -> None:
    sampled = corpus_clauses[::8]
    first = [index.search(indexed_text(clause), limit=1)[0].clause.indexed for clause in sampled]

    assert first == [clause.indexed for clause in sampled]


@pytest.mark.parametrize(
    ("on", "documents"),
    [
        (date(1999, 4, 2), set()),
        (date(2026, 8, 17), {HOUSING_OLD}),
        (date(2026, 8, 18), {HOUSING_OLD, HOUSING_NEW}),
        (date(2026, 9, 19), {HOUSING_OLD, HOUSING_NEW}),
        (date(2026, 9, 20), {HOUSING_NEW}),
        (None, {HOUSING_OLD, HOUSING_NEW}),
    ],
)
def test_what_is_not_yet_issued_or_has_ended_is_not_found(
    index: ClauseIndex, on: date | None, documents: set[str]
) -> None:
    found = index.search("住房公积金管理条例 提取住房公积金", on=on, limit=100)

    assert {one.clause.ref.document_id for one in found} & {HOUSING_OLD, HOUSING_NEW} == documents


def test_nothing_is_found_before_anything_was_issued(index: ClauseIndex) -> None:
    assert index.search("入托补贴", on=date(1949, 1, 1)) == []


def test_a_search_may_be_kept_to_some_documents(index: ClauseIndex) -> None:
    found = index.search("补贴", documents=frozenset({HOUSING_OLD, "xianan-2023"}), limit=100)

    assert {one.clause.ref.document_id for one in found} <= {HOUSING_OLD, "xianan-2023"}
    assert found != []


def test_a_shorter_list_is_the_beginning_of_a_longer_one(index: ClauseIndex) -> None:
    found = index.search("育儿补贴怎么领", limit=30)

    assert index.search("育儿补贴怎么领", limit=7) == found[:7]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_scores_and_support_lie_between_nothing_and_everything(index: ClauseIndex) -> None:
    found = index.search("二孩在区妇幼保健院出生有什么补助", synonyms=("分娩补助",), limit=100)

    assert [one for one in found if not (0 < one.score <= 1 and 0 <= one.support <= 1)] == []


def test_the_words_that_matched_stand_in_the_clause(index: ClauseIndex) -> None:
    [best] = index.search("入托补贴每学期", limit=1, documents=frozenset({"xianan-2023"}))

    assert "入托补贴" in best.matched


@pytest.mark.parametrize(("own", "other"), [("营养", "交通"), ("交通", "营养")])
def test_a_synonym_counts_less_than_the_citizens_own_word(
    tmp_path: Path, corpus_clauses: list[Clause], own: str, other: str
) -> None:
    clauses = made_of(corpus_clauses[0], "单位提供营养服务。", "单位提供交通服务。", "单位提供住宿服务。")
    found = keyword_index(tmp_path, clauses).search(own, synonyms=(other,))

    assert [own in found[0].clause.text, other in found[1].clause.text] == [True, True]
    assert found[0].score > found[1].score > 0


def test_a_synonym_finds_what_the_question_does_not_name(tmp_path: Path, corpus_clauses: list[Clause]) -> None:
    index = keyword_index(tmp_path, made_of(corpus_clauses[0], "单位提供营养服务。", "单位提供交通服务。"))

    assert refs(index.search("zzqxv")) == []
    assert refs(index.search("zzqxv", synonyms=("营养",))) == ["made#1"]


def test_ties_stand_in_clause_order(tmp_path: Path, corpus_clauses: list[Clause]) -> None:
    clauses = made_of(corpus_clauses[0], *["单位提供营养服务。"] * 5)

    found = keyword_index(tmp_path, clauses).search("营养服务")

    assert refs(found) == ["made#1", "made#2", "made#3", "made#4", "made#5"]


def test_ties_stand_in_clause_order_with_vectors_too(
    tmp_path: Path, corpus_clauses: list[Clause], embedder: Embedder
) -> None:
    clauses = made_of(corpus_clauses[0], *["单位提供营养服务。"] * 5)
    vectors = embedder.encode([indexed_text(clause) for clause in clauses])
    build_keywords(tmp_path / "keywords", clauses)
    build_vectors(tmp_path / "chroma", vectors)
    dense = open_vectors(tmp_path / "chroma", embedder, vectors)

    found = ClauseIndex(clauses, open_keywords(tmp_path / "keywords"), dense).search("营养服务")
    dense.close()

    assert refs(found) == ["made#1", "made#2", "made#3", "made#4", "made#5"]


def test_the_same_question_always_gets_the_same_answer(index: ClauseIndex) -> None:
    assert index.search("生育津贴怎么发") == index.search("生育津贴怎么发")


@pytest.mark.parametrize("question", ["", "   ", "？！。", "✿", "zzqxv", "\x00"])
def test_a_question_without_a_known_word_finds_nothing(index: ClauseIndex, question: str) -> None:
    assert index.search(question) == []


@pytest.mark.parametrize("question", [question for question, _ in QUESTIONS] + ["zzqxv"])
def test_the_langchain_retriever_finds_the_same_clauses(index: ClauseIndex, question: str) -> None:
    on = date(2026, 9, 20)
    retrieved = ClauseRetriever(index=index, on=on, limit=7).invoke(question)

    assert [(document.metadata["ref"], document.page_content) for document in retrieved] == [
        (str(found.clause.ref), found.clause.text) for found in index.search(question, on=on, limit=7)
    ]


def test_vectors_agree_with_exact_cosine_on_the_corpus(snapshot: Snapshot, embedder: Embedder) -> None:
    assert snapshot.vectors is not None
    exact = embedder.encode([indexed_text(clause) for clause in snapshot.clauses])
    questions = [clause.indexed[:30] for clause in snapshot.clauses[::6]] + [question for question, _ in QUESTIONS]

    recalls = []
    for question in questions:
        scores = snapshot.vectors.scores(question)
        assert scores is not None
        recalls.append(recall(scores, exact @ embedder.encode_query(question)))

    assert np.mean(recalls) >= 0.98


class Numbered(Embedder):
    """Knows a fixed list of vectors by their number; anything else is an unknown word."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self.fingerprint = "numbered"
        self.dim = vectors.shape[1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        zero = np.zeros(self.dim, np.float32)
        return np.array([self._vectors[int(text)] if text.isdigit() else zero for text in texts])


def test_vectors_agree_with_exact_cosine_among_thousands(tmp_path: Path) -> None:
    """Where the nearest two hundred are asked for, and the rest have no score."""
    random = np.random.default_rng(7)
    every = random.normal(size=(3_040, 64)).astype(np.float32)
    every /= np.linalg.norm(every, axis=1, keepdims=True)
    stored, asked = every[:3_000], every[3_000:]
    build_vectors(tmp_path, stored)
    dense = open_vectors(tmp_path, Numbered(asked), stored)

    found = [dense.scores(str(n)) for n in range(len(asked))]
    unknown = dense.scores("zzqxv")
    dense.close()

    assert unknown is None
    recalls = [recall(scores, stored @ query) for scores, query in zip(found, asked, strict=True) if scores is not None]
    assert len(recalls) == len(asked)
    assert np.mean(recalls) >= 0.98


def recall(scores: Vectors, exact: Vectors) -> float:
    """Share of the exact ten nearest among the ten best scores."""
    best, nearest = np.argsort(-scores, kind="stable")[:10], np.argsort(-exact, kind="stable")[:10]
    return len(set(best.tolist()) & set(nearest.tolist())) / len(nearest)


def test_a_clause_without_a_known_word_is_left_out_of_the_vectors(tmp_path: Path) -> None:
    vectors = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    build_vectors(tmp_path, vectors)
    dense = open_vectors(tmp_path, Numbered(vectors), vectors)

    scores = dense.scores("0")
    dense.close()

    assert scores is not None
    assert scores.tolist() == pytest.approx([1, 0, 0])
