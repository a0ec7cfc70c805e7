"""Text → unit vector: the built-in model, or any other one through langchain."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from safetensors.numpy import load as load_safetensors

from corpus.tokens import tokenize

BUILT_IN = "builtin"
MODEL = Path(__file__).parent / "model"

Vectors = NDArray[np.float32]

_BATCH = 256


class EmbedderUnavailable(RuntimeError):
    """The configured model cannot be used; the message is for the person who configured it."""


class Embedder(Embeddings, ABC):
    """A langchain `Embeddings` that also works on arrays; vectors have length 1, or 0 when nothing is known."""

    fingerprint: str
    dim: int

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self.encode([text])[0]
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.encode_query(text).tolist()
        return vector


class BuiltInEmbedder(Embedder):
    """The mean of the vectors of a text's known tokens."""

    def __init__(self, folder: Path = MODEL) -> None:
        try:
            stored = (folder / "model.safetensors").read_bytes()
            tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise EmbedderUnavailable(f"内置向量模型不在 {folder}：请先运行 python -m ingest.train") from error
        self._rows: dict[str, int] = tokenizer["model"]["vocab"]
        self._weights: Vectors = load_safetensors(stored)["embedding.weight"].astype(np.float32)
        self.fingerprint = hashlib.sha256(stored).hexdigest()
        self.dim = self._weights.shape[1]

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), _BATCH):
            self._add_sums(texts[start : start + _BATCH], vectors[start : start + _BATCH])
        return _unit(vectors)

    def _add_sums(self, texts: Sequence[str], into: Vectors) -> None:
        rows = [self._known(text) for text in texts]
        filled = [position for position, known in enumerate(rows) if known]
        if not filled:
            return
        lengths = [len(rows[position]) for position in filled]
        starts = np.cumsum([0, *lengths[:-1]])
        tokens = np.concatenate([rows[position] for position in filled])
        into[filled] = np.add.reduceat(self._weights[tokens], starts, axis=0)

    def _known(self, text: str) -> list[int]:
        return [row for token in tokenize(text) if (row := self._rows.get(token)) is not None]


class LangchainEmbedder(Embedder):
    """Any model that langchain can reach, named `provider:model`."""

    def __init__(self, name: str, model: Embeddings) -> None:
        self._model = model
        self.fingerprint = name
        self.dim = len(model.embed_query("政策"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return _unit(np.asarray(self._model.embed_documents(list(texts)), np.float32))

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = _unit(np.asarray([self._model.embed_query(text)], np.float32))[0]
        return vector


def load_embedder(name: str) -> Embedder:
    """`builtin`, `builtin:FOLDER` (made by `ingest.train`), a sentence-transformers folder, or `provider:model`."""
    provider, _, folder = name.partition(":")
    if provider == BUILT_IN:
        return BuiltInEmbedder(Path(folder) if folder else MODEL)
    if Path(name).is_dir():
        name = f"huggingface:{name}"
    if ":" not in name:
        raise EmbedderUnavailable(f"没有向量模型 {name!r}：应写 builtin、模型文件夹的路径，或 提供方:模型名")
    return _from_langchain(name)


def _from_langchain(name: str) -> Embedder:
    try:
        from langchain.embeddings import init_embeddings  # slow to import, and seldom needed

        return LangchainEmbedder(name, init_embeddings(name, **_options(name)))
    except ImportError as error:
        raise EmbedderUnavailable(f"向量模型 {name!r} 需要尚未安装的软件包：{error}") from error
    except Exception as error:  # each provider raises its own kinds
        raise EmbedderUnavailable(f"向量模型 {name!r} 无法载入：{error}") from error


def _options(name: str) -> dict[str, Any]:
    """Neither models nor vocabularies are fetched from outside."""
    if name.startswith("huggingface:"):
        return {"model_kwargs": {"local_files_only": True}}
    if name.startswith("openai:"):
        return {"check_embedding_ctx_length": False}
    return {}


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
