"""Search: what a citizen asks finds the clause that answers it, on the day of asking."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from corpus.bank import NOT_ANSWERED, BankQuestion
from corpus.chroma import VectorStore
from corpus.clause import Clause, ClauseRef
from corpus.embedder import Embedder
from corpus.index import (
    ClauseIndex,
    Entries,
    Found,
    Query,
    Weights,
    indexed_text,
    keywords_of,
    open_keywords,
)
from corpus.probe import CANARIES
from corpus.retriever import ClauseRetriever
from corpus.snapshot import Snapshot, Source, current_id, open_snapshot
from corpus.vectors import ExactVectors, VectorIndex, Vectors

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


def clauses_of(found: Sequence[Found]) -> list[Clause]:
    return [one.clause for one in found]


@pytest.fixture(scope="module")
def snapshot(published: Path, embedder: Embedder) -> Iterator[Snapshot]:
    opened = open_snapshot(published / "snapshots" / current_id(published), embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def index(snapshot: Snapshot) -> ClauseIndex:
    return snapshot.index


def entries(folder: Path, texts: Sequence[str], vectors: VectorIndex | None = None) -> Entries:
    keywords_of(texts, k1=1.5, b=0.75).save(str(folder))
    return Entries(texts, open_keywords(folder), vectors)


def keyword_index(folder: Path, clauses: Sequence[Clause], bank: Sequence[BankQuestion] = ()) -> ClauseIndex:
    asked = entries(folder / "questions", [question.text for question in bank]) if bank else None
    return ClauseIndex(
        clauses, entries(folder / "clauses", [indexed_text(clause) for clause in clauses]), bank, asked, None
    )


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
    """Among the clauses themselves; the question bank may put another one before it, though not many."""
    sampled = corpus_clauses[::8]
    alone = [index.search(indexed_text(clause), limit=1, weights=Weights(bank=0)) for clause in sampled]
    fused = [index.search(indexed_text(clause), limit=3) for clause in sampled]

    assert [found.clause.indexed for [found] in alone] == [clause.indexed for clause in sampled]
    assert [str(one.ref) for one, found in zip(sampled, fused, strict=True) if one not in clauses_of(found)] == []


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


def test_a_hit_on_a_bank_question_counts_for_its_clause(tmp_path: Path, corpus_clauses: list[Clause]) -> None:
    """The citizen's words stand in no clause."""
    clauses = made_of(corpus_clauses[0], "单位提供营养服务。", "单位提供交通服务。")
    bank = [BankQuestion("made#2", "坐么子车去"), BankQuestion("made#1", "吃得好不好")]

    without = keyword_index(tmp_path / "without", clauses).search("坐车去要钱么")
    [found] = keyword_index(tmp_path / "with", clauses, bank).search("坐车去要钱么")

    assert without == []
    assert (str(found.clause.ref), found.score > 0, found.support, found.matched) == ("made#2", True, 0, ())


def test_likeness_says_how_like_the_nearest_bank_question_it_is(tmp_path: Path, corpus_clauses: list[Clause]) -> None:
    clauses = made_of(corpus_clauses[0], "单位提供营养服务。", "单位提供交通服务。")
    index = keyword_index(
        tmp_path, clauses, [BankQuestion("made#1", "吃得好不好"), BankQuestion("made#1", "饭菜要钱么")]
    )

    same, nearly, none = (index.search(question)[0] for question in ("饭菜要钱么", "饭菜几多钱么", "营养服务"))

    assert (same.likeness, none.likeness) == (1, 0)
    assert 0 < nearly.likeness < 1


def test_the_bank_weight_says_how_much_it_counts_against_the_clauses(
    tmp_path: Path, corpus_clauses: list[Clause]
) -> None:
    clauses = made_of(corpus_clauses[0], "单位提供营养服务。", "单位提供交通服务。")
    index = keyword_index(tmp_path, clauses, [BankQuestion("made#2", "营养服务么样")])

    first = [refs(index.search("营养服务", limit=1, weights=Weights(bank=bank))) for bank in (0, 0.1, 0.9, 1)]

    assert first == [["made#1"], ["made#1"], ["made#2"], ["made#2"]]


def test_the_shipped_questions_find_their_clauses(index: ClauseIndex, corpus: Source) -> None:
    """But for one in twenty, so short that it could be asked of several."""
    asked = [question for question in corpus.questions if not question.ref.startswith(NOT_ANSWERED)][::40]
    missed = [question for question in asked if question.ref not in refs(index.search(question.text, limit=3))]

    assert len(missed) <= len(asked) / 20


def test_ties_stand_in_clause_order(tmp_path: Path, corpus_clauses: list[Clause]) -> None:
    clauses = made_of(corpus_clauses[0], *["单位提供营养服务。"] * 5)

    found = keyword_index(tmp_path, clauses).search("营养服务")

    assert refs(found) == ["made#1", "made#2", "made#3", "made#4", "made#5"]


def test_ties_stand_in_clause_order_with_vectors_too(
    tmp_path: Path, corpus_clauses: list[Clause], embedder: Embedder
) -> None:
    clauses = made_of(corpus_clauses[0], *["单位提供营养服务。"] * 5)
    texts = [indexed_text(clause) for clause in clauses]
    with chroma(tmp_path / "chroma", embedder.encode(texts)) as vectors:
        index = ClauseIndex(clauses, entries(tmp_path / "clauses", texts, vectors), (), None, embedder)
        found = index.search("营养服务")

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


@contextmanager
def chroma(folder: Path, vectors: Vectors) -> Iterator[VectorIndex]:
    with closing(VectorStore(folder)) as store:
        store.add("rows", vectors)
        yield store.open("rows", vectors)


def unit(vectors: Vectors) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def recall(scores: Vectors, exact: Vectors) -> float:
    """Share of the exact ten nearest among the ten best scores."""
    best, nearest = np.argsort(-scores, kind="stable")[:10], np.argsort(-exact, kind="stable")[:10]
    return len(set(best.tolist()) & set(nearest.tolist())) / len(nearest)


def test_vectors_agree_with_exact_cosine_on_the_corpus(snapshot: Snapshot, embedder: Embedder) -> None:
    assert snapshot.vectors is not None
    stored = snapshot.vectors.index("clauses")
    exact = embedder.encode([indexed_text(clause) for clause in snapshot.clauses])
    questions = [clause.indexed[:30] for clause in snapshot.clauses[::6]] + [question for question, _ in QUESTIONS]

    asked = embedder.encode(questions)
    recalls = [recall(stored.similarities(query, 40), exact @ query) for query in asked]

    assert np.mean(recalls) >= 0.98


def test_vectors_agree_with_exact_cosine_among_thousands(tmp_path: Path) -> None:
    """Where only the nearest are asked for, and the rest have no score."""
    every = unit(np.random.default_rng(7).normal(size=(3_040, 64)))
    stored, asked = every[:3_000], every[3_000:]

    with chroma(tmp_path, stored) as vectors:
        found = [vectors.similarities(query, 40) for query in asked]

    assert [np.count_nonzero(scores) for scores in found] == [40] * len(asked)
    assert np.mean([recall(scores, stored @ query) for scores, query in zip(found, asked, strict=True)]) >= 0.98


def test_chroma_and_comparing_every_row_say_the_same(tmp_path: Path) -> None:
    stored = unit(np.random.default_rng(7).normal(size=(100, 8)))
    with chroma(tmp_path, stored) as vectors:
        approximate = [vectors.similarities(query, 20) for query in stored[::9]]
    exact = [ExactVectors(stored).similarities(query, 20) for query in stored[::9]]

    assert np.allclose(approximate, exact, atol=1e-5)


def test_a_text_without_a_known_word_is_left_out_of_the_vectors(tmp_path: Path) -> None:
    rows = np.array([[1, 0], [0, 0], [0, 1]], np.float32)
    right, unknown = np.array([1, 0], np.float32), np.zeros(2, np.float32)
    with chroma(tmp_path, rows) as vectors:
        found = [
            index.similarities(query, 3).tolist()
            for index in (vectors, ExactVectors(rows))
            for query in (right, unknown)
        ]

    assert found == [[1, 0, 0], [0, 0, 0]] * 2


def test_a_collection_that_is_not_of_these_vectors_is_refused(tmp_path: Path) -> None:
    with closing(VectorStore(tmp_path)) as store:
        store.add("rows", np.eye(3, dtype=np.float32))
        with pytest.raises(RuntimeError, match="向量索引 rows 有 3 条，应有 2 条"):
            store.open("rows", np.eye(3, dtype=np.float32)[:2])


@pytest.mark.parametrize(("tenth", "first"), [(0.5, "by vectors"), (0.8, "by words")])
def test_among_very_many_an_encoder_that_tells_little_apart_counts_for_less(tenth: float, first: str) -> None:
    texts = ["生育津贴", *(f"第{n}条 其他" for n in range(10_001))]
    similar = np.zeros(len(texts), dtype=np.float32)
    similar[1:11] = tenth
    similar[5] = 0.9
    entries = Entries(texts, keywords_of(texts, k1=1.5, b=0.75), None)
    scores = entries.scores(Query.of("生育津贴", (), None), 0.55, 0.4, similar)
    assert int(scores.argmax()) == {"by words": 0, "by vectors": 5}[first]
