"""A clause and a question → the operative sentence: the piece of the clause that answers, word for word."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from corpus.clause import Clause
from corpus.tokens import tokenize, tokens_of

_FULL_STOP = re.compile(r"(?<=。〕)|(?<=[。！？\n])(?!〕)(?!\s*\|)")  # a table stays with what leads to it
_HALF_STOP = re.compile(r"(?<=[；])")
_UNITS = re.compile(r"（责任单位：[^）]*）\s*$")
_HEADING = re.compile(r"^\s*(?:[0-9]+[.．]|（[^）]{1,4}）|第[〇零一二三四五六七八九十百]+条)?[^。；，]{2,24}。$")
_ITEM = re.compile(r"\s*(?:（[一二三四五六七八九十]{1,3}）|[0-9]{1,2}[.．、])")
_LEAD = re.compile(r"：\s*(?:\n|$)")
_WHOLE = 110
_LONG = 220
_SHORT = 18


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The clause cut at full stops, and a long sentence at its semicolons; joined they give it without its units."""
    pieces: list[str] = []
    for sentence in _FULL_STOP.split(_UNITS.sub("", text)):
        pieces += _HALF_STOP.split(sentence) if len(sentence) > _LONG else [sentence]
    return _merged(piece for piece in pieces if piece)


def _merged(pieces: Iterable[str]) -> tuple[str, ...]:
    """Signatures, dates and other scraps stay with the sentence before them."""
    merged: list[str] = []
    for piece in pieces:
        if merged and len(piece.strip()) < _SHORT and not piece.strip().endswith("。") and not piece.startswith("- "):
            merged[-1] += piece
        else:
            merged.append(piece)
    return tuple(merged)


@lru_cache(maxsize=8192)
def _tokens(sentence: str) -> frozenset[str]:
    return frozenset(tokenize(sentence))


def operative(clause: Clause, question: str, synonyms: Sequence[str] = (), at_most: int = 2) -> str:
    """The best sentence, and a neighbour that says at least half as much; a list with all that it leads to; a short
    clause whole."""
    pieces = sentences(clause.text)
    if len(pieces) <= 1 or sum(map(len, pieces)) <= _WHOLE:
        return "".join(pieces).strip() or clause.text.strip()
    asked = frozenset(tokens_of(question))
    extra = frozenset(token for phrase in synonyms for token in tokens_of(phrase)) - asked
    scores = [_score(piece, asked, extra) for piece in pieces]
    best = max(range(len(pieces)), key=lambda n: (scores[n], -n))
    title = best == 0 and not clause.verbatim  # a digest begins with what it is about
    if (title or _HEADING.match(pieces[best].strip())) and best + 1 < len(pieces):
        return "".join(pieces[best : best + at_most + title]).strip()
    start, end = _widen(scores, best, at_most)
    return "".join(pieces[start : _end_of_list(pieces, start, end)]).strip()


def _end_of_list(pieces: Sequence[str], start: int, end: int) -> int:
    """The end of what was chosen, or of the list that it leads to."""
    leads = any(_LEAD.search(piece) for piece in pieces[start:end])
    while leads and end < len(pieces) and _ITEM.match(pieces[end]):
        end += 1
    return end


def _score(piece: str, asked: frozenset[str], extra: frozenset[str]) -> float:
    inside = _tokens(piece)
    return sum(map(_worth, asked & inside)) + 0.6 * sum(map(_worth, extra & inside))


def _worth(token: str) -> float:
    """Long words say more; a bigram repeats half of what its word says."""
    return 0.5 if token.startswith("#") else min(len(token), 4) / 2


def _widen(scores: list[float], best: int, at_most: int) -> tuple[int, int]:
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


def relevance(clause: Clause, said: str) -> float:
    """How much of a clause's best sentence the words said contain, 0–1."""
    asked = frozenset(tokens_of(said))
    return max((_share(piece, asked) for piece in sentences(clause.indexed)), default=0.0)


def _share(piece: str, asked: frozenset[str]) -> float:
    inside = _tokens(piece)
    total = sum(map(_worth, inside))
    return sum(map(_worth, asked & inside)) / total if total else 0.0
