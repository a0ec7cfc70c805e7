"""The built-in model gives the vectors of sentence-transformers without needing it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from corpus.embedder import MODEL, BuiltInEmbedder, EmbedderUnavailable, load_embedder
from corpus.tokens import tokenize

TEXTS = [
    "入托补贴每学期多少钱？",
    "二孩三孩家庭住院分娩可以领补助吗",
    "用人单位应当依法为职工缴纳生育保险费。",
    "公積金貸款額度可以上浮多少",
    "2024 年 7 月 1 日",
]
UNKNOWN = "〇〇 ✿ zzqxv"


@pytest.fixture(scope="module")
def embedder() -> BuiltInEmbedder:
    return BuiltInEmbedder()


def test_vectors_equal_those_of_sentence_transformers(embedder: BuiltInEmbedder) -> None:
    library = pytest.importorskip("sentence_transformers", reason="未安装 sentence-transformers，无从比较")
    model = library.SentenceTransformer(str(MODEL), device="cpu", local_files_only=True).float()

    expected = model.encode([" ".join(tokenize(text)) for text in TEXTS], show_progress_bar=False)

    assert np.abs(expected - embedder.encode(TEXTS)).max() <= 1e-5


def test_torch_is_not_imported_to_embed() -> None:
    program = (
        "import sys; from corpus.embedder import load_embedder; load_embedder('builtin').embed_query('入托补贴');"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=MODEL.parents[1], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_same_text_always_gets_the_same_vector(embedder: BuiltInEmbedder) -> None:
    alone = embedder.encode_query(TEXTS[0])

    assert np.array_equal(alone, embedder.encode(TEXTS * 100)[-len(TEXTS)])
    assert np.array_equal(alone, BuiltInEmbedder().encode_query(TEXTS[0]))


def test_vectors_have_length_one(embedder: BuiltInEmbedder) -> None:
    assert np.linalg.norm(embedder.encode(TEXTS), axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "？！", UNKNOWN])
def test_text_without_a_known_token_gets_the_zero_vector(embedder: BuiltInEmbedder, text: str) -> None:
    vectors = embedder.encode([TEXTS[0], text, TEXTS[1]])

    assert not vectors[1].any()
    assert np.array_equal(vectors[[0, 2]], embedder.encode(TEXTS[:2]))


def test_unknown_tokens_do_not_move_a_vector(embedder: BuiltInEmbedder) -> None:
    assert embedder.encode_query(f"入托补贴 {UNKNOWN}") == pytest.approx(embedder.encode_query("入托补贴"))


def test_langchain_methods_give_the_same_numbers_as_lists(embedder: BuiltInEmbedder) -> None:
    assert embedder.embed_documents(TEXTS) == embedder.encode(TEXTS).tolist()
    assert embedder.embed_query(TEXTS[0]) == embedder.encode_query(TEXTS[0]).tolist()


def test_no_texts_give_no_vectors(embedder: BuiltInEmbedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dim)


def test_question_is_nearer_to_its_subject_than_to_another(embedder: BuiltInEmbedder) -> None:
    question, subject, other = embedder.encode(
        ["公司不给交社保怎么办", "用人单位未缴纳社会保险费", "林木采伐许可证的发放"]
    )

    assert question @ subject > question @ other


def test_fingerprint_names_the_weights(embedder: BuiltInEmbedder) -> None:
    assert len(embedder.fingerprint) == 64
    assert embedder.fingerprint == load_embedder("builtin").fingerprint


def test_model_loads_within_a_second() -> None:
    """Of processor time: what else runs on the machine does not count."""
    begun = time.thread_time()
    BuiltInEmbedder()

    assert time.thread_time() - begun < 1


@pytest.mark.parametrize("name", ["", "no-such-model", "no-such-provider:model", "huggingface:/no/such/folder"])
def test_unknown_model_is_reported_as_unavailable(name: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="向量模型"):
        load_embedder(name)


def test_missing_built_in_model_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"python -m ingest\.train"):
        BuiltInEmbedder(tmp_path)


def test_any_sentence_transformers_folder_can_take_the_place_of_the_built_in_model() -> None:
    pytest.importorskip("langchain_huggingface", reason="未安装 langchain-huggingface")

    other = load_embedder(str(MODEL))

    assert other.encode(["入托补贴", "生育津贴"]).shape == (2, other.dim)
    assert other.fingerprint == f"huggingface:{MODEL}"


class _Endpoint(BaseHTTPRequestHandler):
    """Answers as OpenAI's /embeddings does, with the vectors of the built-in model."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        vectors = BuiltInEmbedder().encode(texts).tolist()
        rows = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        body = json.dumps({"object": "list", "data": rows, "model": asked["model"], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_an_openai_compatible_endpoint_can_take_the_place_of_the_built_in_model(
    endpoint: str, embedder: BuiltInEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("langchain_openai", reason="未安装 langchain-openai")
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint)
    monkeypatch.setenv("OPENAI_API_KEY", "test-only")

    other = load_embedder("openai:any-name")

    texts = ["老二上托育园给钱吗", "生育津贴怎么算"]
    assert other.dim == embedder.dim
    assert np.allclose(other.encode(texts), embedder.encode(texts), atol=1e-6)
    assert np.allclose(other.encode_query(texts[0]), embedder.encode_query(texts[0]), atol=1e-6)


def test_an_endpoint_that_does_not_answer_is_reported_as_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_openai", reason="未安装 langchain-openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "test-only")

    with pytest.raises(EmbedderUnavailable, match="无法载入"):
        load_embedder("openai:any-name")
