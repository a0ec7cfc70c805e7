"""A clause and a question → the operative sentence: the piece of the clause that answers, word for word."""

import re
from collections.abc import Sequence
from functools import lru_cache

from corpus.clause import Clause
from corpus.tokens import tokenize

_END = re.compile(r"(?<=[。；！？\n])")
_UNITS = re.compile(r"（责任单位：[^）]*）\s*$")
_HEADING = re.compile(r"^\s*(?:[0-9]+[.．]|（[^）]{1,4}）|第[〇零一二三四五六七八九十百]+条)?[^。；，]{2,24}。$")


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The clause cut at sentence ends; joined they give the clause without its list of units."""
    return tuple(piece for piece in _END.split(_UNITS.sub("", text)) if piece.strip())


@lru_cache(maxsize=8192)
def _tokens(sentence: str) -> frozenset[str]:
    return frozenset(tokenize(sentence))


def operative(clause: Clause, question: str, synonyms: Sequence[str] = (), at_most: int = 2) -> str:
    """One sentence, or `at_most` neighbours where the answer runs on. Falls back to the first that is no heading."""
    pieces = sentences(clause.text)
    if len(pieces) <= 1:
        return clause.text.strip()
    scores = [_score(piece, frozenset(tokenize(question)), synonyms) for piece in pieces]
    best = max(range(len(pieces)), key=lambda n: (scores[n], -n))
    if _is_heading(pieces[best]) and best + 1 < len(pieces):
        return _joined(pieces, best, best + at_most)
    return _joined(pieces, *_widen(scores, best, at_most))


def _score(piece: str, asked: frozenset[str], synonyms: Sequence[str]) -> float:
    own = sum(_worth(token) for token in asked & _tokens(piece))
    extra = {token for phrase in synonyms for token in tokenize(phrase)} - asked
    return own + 0.6 * sum(_worth(token) for token in extra & _tokens(piece))


def _worth(token: str) -> float:
    """Long words say more; a bigram repeats half of what its word says."""
    return 0.5 if token.startswith("#") else min(len(token), 4) / 2


def _is_heading(piece: str) -> bool:
    return bool(_HEADING.match(piece.strip()))


def _widen(scores: list[float], best: int, at_most: int) -> tuple[int, int]:
    """Neighbours that score at least half of the best join it, up to `at_most` sentences."""
    start, end = best, best + 1
    while end - start < at_most:
        before = scores[start - 1] if start > 0 else -1.0
        after = scores[end] if end < len(scores) else -1.0
        if max(before, after) < 0.5 * scores[best] or max(before, after) <= 0:
            break
        if before > after:
            start -= 1
        else:
            end += 1
    return start, end


def _joined(pieces: Sequence[str], start: int, end: int) -> str:
    return "".join(pieces[start:end]).strip()


def relevance(clause: Clause, said: str) -> float:
    """How much of a clause's best sentence the words said contain, 0–1."""
    asked = frozenset(tokenize(said))
    return max((_share(piece, asked) for piece in sentences(clause.indexed)), default=0.0)


def _share(piece: str, asked: frozenset[str]) -> float:
    total = sum(_worth(token) for token in _tokens(piece))
    return sum(_worth(token) for token in asked & _tokens(piece)) / total if total else 0.0
