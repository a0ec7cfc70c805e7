"""Trains the built-in embedding model: `python -m ingest.train`."""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer, models, pre_tokenizers
from torch.nn import functional

from corpus.command_line import CommandLine
from corpus.embedder import MODEL, BuiltInEmbedder, Vectors
from ingest.training_pairs import (
    UNKNOWN,
    Article,
    ArticleText,
    Numbering,
    Pair,
    Pairs,
    Question,
    QuestionText,
    Rival,
    Tokens,
    choose_vocabulary,
    find_rivals,
    read_asked,
    read_clauses,
    read_questions,
    read_statutes,
    read_words,
)

VOCABULARY = 50_000
DIMENSIONS = 256
BATCH = 640
LABELLED = 320
BANK = 192
RIVALS_A_PAIR = 2
STEPS_UNLABELLED = 4_000
STEPS_LABELLED = 700
LEARNING_RATE = 0.01
SCALE = 20.0

_CORPUS = MODEL.parent
_STARTED = time.monotonic()


@dataclass(frozen=True, slots=True)
class Material:
    """All that training reads; the last `own` articles are the project's own clauses."""

    articles: list[ArticleText]
    own: int
    questions: list[QuestionText]
    bank: list[tuple[str, int]]
    words: list[str]


@dataclass(frozen=True, slots=True)
class Batch:
    pairs: list[Pair]
    rivals: list[Rival]


def main() -> None:
    options = _options()
    data = options.shared / "stard"
    if not data.is_dir():
        print(f"找不到训练数据 {data}：请用环境变量 TIAOWEN_SHARED 或 --shared 指明数据文件夹", file=sys.stderr)
        raise SystemExit(2)
    with threadpool_limits(1):
        train(data, options.out, options.seed, options.leave_out)
        report(data, options.out)


def train(data: Path, out: Path, seed: int, leave_out: Path | None = None) -> None:
    """`leave_out`: relevance judgements (qid first on each line) whose questions are not trained on."""
    _fix_randomness(seed)
    left_out = {line.split()[0] for line in leave_out.read_text().splitlines()} if leave_out else set()
    material = read_material(data, left_out)
    vocabulary = vocabulary_of(material)
    articles, questions = numbered(material, vocabulary)
    rivals = find_rivals(articles, questions, vocabulary)
    first_own = len(articles) - material.own
    bank = [Numbering(vocabulary).asking(text, first_own + clause) for text, clause in material.bank]
    pairs = Pairs(articles, material.own, questions, rivals, bank, seed)
    weights = train_weights(first_weights(articles, len(vocabulary), seed), pairs)
    save(vocabulary, weights, out)


def read_material(data: Path, leave_out: Collection[str] = ()) -> Material:
    statutes, own = read_statutes(data), read_clauses(_CORPUS / "documents")
    questions = read_questions(data / "queries.fit.jsonl", leave_out)
    bank = read_asked(_CORPUS / "questions", _CORPUS / "documents")
    counts = f"带答案的问题 {len(questions)} 个，群众问法 {len(bank)} 个"
    _say(f"法条 {len(statutes)} 条，本项目条款 {len(own)} 条，{counts}")
    return Material(statutes + own, len(own), questions, bank, read_words(_CORPUS / "words"))


def vocabulary_of(material: Material) -> dict[str, int]:
    own = material.articles[len(material.articles) - material.own :]
    asked = [text for text, _ in material.bank]
    always = [*material.words, *asked, *(part for article in own for part in article.parts)]
    texts = [text.parts for text in material.articles] + [text.parts for text in material.questions]
    vocabulary = choose_vocabulary(texts, always, VOCABULARY)
    _say(f"词表 {len(vocabulary)} 个")
    return vocabulary


def numbered(material: Material, vocabulary: dict[str, int]) -> tuple[list[Article], list[Question]]:
    numbering = Numbering(vocabulary)
    return list(map(numbering.article, material.articles)), list(map(numbering.question, material.questions))


def first_weights(articles: Sequence[Article], size: int, seed: int) -> torch.Tensor:
    """Latent semantic analysis: the term vectors of the articles, times idf."""
    counts = _counts([article.full for article in articles], size)
    idf = np.log((1 + len(articles)) / (1 + np.bincount(counts.indices, minlength=size)))
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    _, _, terms = randomized_svd(normalize(counts).astype(np.float32), DIMENSIONS, n_iter=4, random_state=seed)
    weights = terms.T * idf[:, None]
    _say("初始向量（LSA）完成")
    return torch.from_numpy((weights / np.linalg.norm(weights, axis=1).mean()).astype(np.float32))


def _counts(texts: Sequence[Tokens], size: int) -> csr_matrix:
    starts = np.cumsum([0, *map(len, texts)])
    tokens = np.concatenate(texts)
    counts = csr_matrix((np.ones(tokens.size), tokens, starts), shape=(len(texts), size))
    counts.sum_duplicates()
    return counts


def train_weights(weights: torch.Tensor, pairs: Pairs) -> torch.Tensor:
    vectors = torch.nn.Embedding(len(weights), DIMENSIONS, sparse=True)
    vectors.weight.data.copy_(weights)
    _descend("无监督", vectors, STEPS_UNLABELLED, lambda: Batch(pairs.unlabelled(BATCH), []))
    _descend("有监督", vectors, STEPS_LABELLED, lambda: _mixed_batch(pairs))
    return vectors.weight.data


def _mixed_batch(pairs: Pairs) -> Batch:
    labelled, rivals = pairs.labelled(LABELLED, RIVALS_A_PAIR)
    asked = pairs.asked(BANK)
    return Batch(labelled + asked + pairs.unlabelled(BATCH - len(labelled) - len(asked)), rivals)


def _descend(phase: str, vectors: torch.nn.Embedding, steps: int, draw: Callable[[], Batch]) -> None:
    optimizer = torch.optim.SparseAdam(vectors.parameters(), lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / 30) * (1 - 0.9 * step / steps)
    )
    for step in range(1, steps + 1):
        loss = _loss(vectors, draw())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            _say(f"{phase} {step}/{steps} 步，损失 {loss.item():.3f}")


def _loss(vectors: torch.nn.Embedding, batch: Batch) -> torch.Tensor:
    """In-batch softmax in both directions; other articles of the batch are the wrong answers."""
    size = len(batch.pairs)
    targets = torch.tensor([pair.target for pair in batch.pairs] + [rival.target for rival in batch.rivals])
    asked = _embed(vectors, [pair.asked for pair in batch.pairs])
    found = _embed(vectors, [pair.found for pair in batch.pairs] + [rival.found for rival in batch.rivals])
    same = (targets[:size, None] == targets[None, :]) & ~torch.eye(size, len(targets), dtype=torch.bool)
    scores = (SCALE * asked @ found.T).masked_fill(same, -1e4)
    right = torch.arange(size)
    return functional.cross_entropy(scores, right) + 0.5 * functional.cross_entropy(scores[:, :size].T, right)


def _embed(vectors: torch.nn.Embedding, texts: Sequence[Tokens]) -> torch.Tensor:
    starts = torch.from_numpy(np.cumsum([0, *map(len, texts[:-1])]))
    rows, places = np.unique(np.concatenate(texts), return_inverse=True)  # each row once: three times as fast
    means = functional.embedding_bag(torch.from_numpy(places), vectors(torch.from_numpy(rows)), starts, mode="mean")
    return functional.normalize(means, dim=1)


def save(vocabulary: dict[str, int], weights: torch.Tensor, out: Path) -> None:
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    weights[vocabulary[UNKNOWN]] = 0
    static = StaticEmbedding(tokenizer, embedding_weights=weights.half())
    SentenceTransformer(modules=[static, Normalize()], device="cpu").save_pretrained(str(out), create_model_card=False)
    for path in filter(Path.is_file, out.rglob("*")):
        path.chmod(0o644)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    _say(f"已存入 {out}，{size / 1e6:.1f} MB")


def report(data: Path, out: Path) -> None:
    """How well the saved model alone finds the right article for questions it was not trained on."""
    embedder = BuiltInEmbedder(out)
    articles = embedder.encode([article.full for article in read_statutes(data)])
    questions = read_questions(data / "queries.dev.jsonl")
    found = _best(embedder.encode([question.text for question in questions]) @ articles.T, 100)
    hits = [np.isin(row, question.articles) for row, question in zip(found, questions, strict=True)]
    right = np.array([len(question.articles) for question in questions])
    for depth in (10, 100):
        _say(f"R@{depth} {np.mean([row[:depth].sum() for row in hits] / right):.4f}")
    _say(f"MRR@10 {np.mean([_reciprocal_rank(row[:10]) for row in hits]):.4f}")


def _best(scores: Vectors, depth: int) -> NDArray[np.intp]:
    return np.argsort(-scores, axis=1, kind="stable")[:, :depth]


def _reciprocal_rank(hits: NDArray[np.bool_]) -> float:
    return 1 / (1 + int(hits.argmax())) if hits.any() else 0.0


def _fix_randomness(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def _options() -> argparse.Namespace:
    parser = CommandLine("python -m ingest.train", "训练内置向量模型")
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("TIAOWEN_SHARED", "../shared")), help="数据文件夹"
    )
    parser.add_argument("--out", type=Path, default=MODEL, help="模型文件夹")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leave-out", type=Path, help="不参加训练的问题（每行第一栏是问题编号），用来测没见过的法律")
    return parser.parse_args()


def _say(message: str) -> None:
    print(f"[{time.monotonic() - _STARTED:5.0f} 秒] {message}", flush=True)


if __name__ == "__main__":
    main()
