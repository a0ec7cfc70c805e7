"""Text → tokens: the one tokenizer for documents and questions (jieba words, then character bigrams marked #)."""

import logging
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import jieba
from opencc import OpenCC

DICTIONARY = Path(__file__).parent / "words" / "dictionary.txt"

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9.%]+")
_FUNCTION_WORDS = frozenset(
    "的了吗呢吧啊呀哦哈嘛是在我他她它你您这那有和与或及等对于为以被把将并且但而也就都还可能否如何怎请问个说讲想要去来到上下里给会着"
)

jieba.setLogLevel(logging.WARNING)


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _cutter() -> jieba.Tokenizer:
    cutter = jieba.Tokenizer()
    cutter.initialize()
    cutter.load_userdict(str(DICTIONARY))
    return cutter


def words_of(text: str) -> list[str]:
    """The text cut at its words; joined they are the text again."""
    return list(_cutter().cut(text, HMM=False))


def normalize(text: str) -> str:
    """Full width → half width, Traditional → Simplified, lower case."""
    return str(_simplifier().convert(unicodedata.normalize("NFKC", text))).lower()


@lru_cache(maxsize=8192)
def tokens_of(text: str) -> tuple[str, ...]:
    """`tokenize`, remembered: for questions, synonyms and sentences, which come again and again."""
    return tuple(tokenize(text))


def tokenize(text: str) -> list[str]:
    """Words without single function characters, then `#`-marked character bigrams of each Chinese run."""
    runs = _RUN.findall(normalize(text))
    words: list[str] = []
    bigrams: list[str] = []
    for run in runs:
        if run[0] < "\u3400":
            words.append(run.strip(".") or run)
            continue
        words += [word for word in _cutter().cut(run, HMM=False) if word not in _FUNCTION_WORDS]
        bigrams += [f"#{run[i : i + 2]}" for i in range(len(run) - 1)] or [f"#{run}"]
    return words + bigrams
