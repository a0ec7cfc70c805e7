"""Training texts as token numbers, and the pairs (something asked → the text to find) that are drawn from them."""

import gzip
import json
import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from sys import intern

import bm25s
import numpy as np
from numpy.typing import NDArray

from corpus.bank import load_bank
from corpus.clause import Clause
from corpus.load import load_documents
from corpus.tokens import DICTIONARY, tokenize
from ingest.split import split

Tokens = NDArray[np.int32]

UNKNOWN = "[UNK]"
OWN_SHARE = 0.1  # of the unlabelled pairs
RIVALS = 60

_UNLABELLED_BOUNDS = list(accumulate((0.55, 0.25, 0.10)))  # sentence and rest, thinned, heading; else neighbour
_LABELLED_BOUNDS = list(accumulate((0.65, 0.10, 0.10)))  # question, keywords, answer sentence; else answer

_SENTENCE = re.compile(r".{8,}?(?:[。！？；\n]+|$)|.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ArticleText:
    law: str
    chapter: str
    name: str
    text: str

    @property
    def full(self) -> str:
        return f"{self.name} {self.chapter} {self.text}"

    @property
    def parts(self) -> list[str]:
        return [self.law, self.name, self.chapter, *_SENTENCE.findall(self.text)]


@dataclass(frozen=True, slots=True)
class QuestionText:
    text: str
    keywords: str
    answer: str
    articles: tuple[int, ...]

    @property
    def parts(self) -> list[str]:
        return [self.text, self.keywords, *_SENTENCE.findall(self.answer)]


@dataclass(frozen=True, slots=True)
class Article:
    group: tuple[str, str]
    heading: Tokens
    sentences: tuple[Tokens, ...]
    text: Tokens
    full: Tokens


@dataclass(frozen=True, slots=True)
class Question:
    text: Tokens
    keywords: Tokens
    answer: Tokens
    sentences: tuple[Tokens, ...]
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """A question of the bank and the number of the article (the clause) that it asks for."""

    text: Tokens
    article: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pairs with the same target are never wrong answers to each other."""

    asked: Tokens
    found: Tokens
    target: int


@dataclass(frozen=True, slots=True)
class Rival:
    """A similar article that does not answer the question."""

    found: Tokens
    target: int


def read_statutes(folder: Path) -> list[ArticleText]:
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [ArticleText(row["law"], row["chap"], row["name"], row["text"]) for row in rows]


def read_questions(path: Path, leave_out: Collection[str] = ()) -> list[QuestionText]:
    """`leave_out` are ids of questions that must not be trained on."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        _as_question(row["question"], row["keywords"], row["answer"], tuple(row["gold"]))
        for row in rows
        if str(row["qid"]) not in leave_out
    ]


def _as_question(text: str, keywords: str, answer: str, articles: tuple[int, ...]) -> QuestionText:
    """A few rows lack the keywords or the answer: the question stands in for them."""
    return QuestionText(text, keywords or text, answer or text, articles)


def read_clauses(folder: Path) -> list[ArticleText]:
    """The clauses of the project's own documents."""
    return [_as_article(clause) for clause in _clauses(folder)]


def _clauses(folder: Path) -> list[Clause]:
    documents, _ = load_documents(folder)
    return [clause for document in documents for clause in split(document)]


def read_asked(folder: Path, documents: Path) -> list[tuple[str, int]]:
    """The questions that a clause answers, each with its clause's number among `read_clauses(documents)`."""
    places = {str(clause.ref): number for number, clause in enumerate(_clauses(documents))}
    questions, _ = load_bank(folder, places)
    return [(question.text, places[question.ref]) for question in questions if question.ref in places]


def _as_article(clause: Clause) -> ArticleText:
    headings = " ".join(clause.headings)
    return ArticleText(clause.document_title, headings, f"{clause.document_title} {clause.label}", clause.indexed)


def read_words(folder: Path) -> list[str]:
    """Every line that the office edits; what is no word of it costs a few vocabulary places and no more."""
    paths = [DICTIONARY, *sorted(folder.glob("*.yaml"))]
    return [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(map(intern, tokenize(text)))


def choose_vocabulary(texts: Iterable[Sequence[str]], always: Iterable[str], size: int) -> dict[str, int]:
    """The unknown token, the tokens of `always`, then the most frequent ones."""
    frequency = Counter(token for parts in texts for token in {token for part in parts for token in _tokens(part)})
    kept = dict.fromkeys([UNKNOWN, *(token for text in always for token in _tokens(text))])
    by_frequency = sorted(frequency, key=lambda token: (-frequency[token], token))
    ordered = dict.fromkeys([*kept, *by_frequency])
    return {token: row for row, token in enumerate(list(ordered)[: max(size, len(kept))])}


@dataclass(frozen=True)
class Numbering:
    """Texts → arrays of vocabulary rows; unknown tokens are left out."""

    vocabulary: dict[str, int]

    def article(self, article: ArticleText) -> Article:
        sentences = self._sentences(article.text)
        text = np.concatenate(sentences)
        full = np.concatenate([self._rows(article.name), self._rows(article.chapter), text])
        return Article(
            (article.law, article.chapter), self._rows(f"{article.law} {article.chapter}"), sentences, text, full
        )

    def asking(self, text: str, article: int) -> Asking:
        return Asking(self._rows(text), article)

    def question(self, question: QuestionText) -> Question:
        sentences = self._sentences(question.answer)
        answer = np.concatenate(sentences)
        return Question(self._rows(question.text), self._rows(question.keywords), answer, sentences, question.articles)

    def _sentences(self, text: str) -> tuple[Tokens, ...]:
        return tuple(map(self._rows, _SENTENCE.findall(text) or [""]))

    def _rows(self, text: str) -> Tokens:
        return np.array([row for token in _tokens(text) if (row := self.vocabulary.get(token))], np.int32)


def find_rivals(
    articles: Sequence[Article], questions: Sequence[Question], vocabulary: dict[str, int]
) -> list[list[int]]:
    """For each question the articles that keywords alone find for it, less the right ones."""
    keywords = bm25s.BM25(method="lucene", k1=1.5, b=0.75, backend="numpy")
    keywords.index(([article.full.tolist() for article in articles], vocabulary), show_progress=False)
    asked = bm25s.tokenization.Tokenized([question.text.tolist() for question in questions], vocabulary)
    found, _ = keywords.retrieve(asked, k=RIVALS, show_progress=False)
    return [
        [article for article in map(int, row) if article not in question.articles]
        for row, question in zip(found, questions, strict=True)
    ]


class Pairs:
    """Draws training pairs; the same seed draws the same pairs."""

    def __init__(
        self,
        articles: Sequence[Article],
        own: int,
        questions: Sequence[Question],
        rivals: Sequence[Sequence[int]],
        bank: Sequence[Asking],
        seed: int,
    ) -> None:
        """The last `own` articles are the project's own; the bank asks for them."""
        self._bank = bank
        self._alike: dict[int, list[Asking]] = defaultdict(list)
        for asking in bank:
            self._alike[asking.article].append(asking)
        self._articles, self._own = articles, own
        self._questions, self._rivals = questions, rivals
        self._random = np.random.default_rng(seed)

    def unlabelled(self, count: int) -> list[Pair]:
        kinds = (self._sentence_and_rest, self._thinned, self._heading, self._neighbour)
        return [kinds[bisect(_UNLABELLED_BOUNDS, self._random.random())]() for _ in range(count)]

    def labelled(self, count: int, rivals: int) -> tuple[list[Pair], list[Rival]]:
        chosen = [self._below(len(self._questions)) for _ in range(count)]
        pairs = [self._labelled(number) for number in chosen]
        return pairs, [self._rival(number) for number in chosen for _ in range(rivals)]

    def asked(self, count: int) -> list[Pair]:
        """Questions of the bank, half with their clause, half with another question for the same clause."""
        return [self._asked() for _ in range(count)] if self._bank else []

    def _asked(self) -> Pair:
        asking = self._bank[self._below(len(self._bank))]
        found = self._articles[asking.article].full
        if self._random.random() < 0.5:
            alike = self._alike[asking.article]
            found = alike[self._below(len(alike))].text
        return Pair(self._thin(asking.text, 0.2), self._thin(found, 0.1), asking.article)

    def _labelled(self, number: int) -> Pair:
        kinds = (self._question, self._keywords, self._answer_sentence, self._answer)
        return kinds[bisect(_LABELLED_BOUNDS, self._random.random())](number)

    def _question(self, number: int) -> Pair:
        target = self._right(number)
        return Pair(self._thin(self._questions[number].text, 0.2), self._thin(self._articles[target].full, 0.1), target)

    def _keywords(self, number: int) -> Pair:
        target = self._right(number)
        return Pair(self._questions[number].keywords, self._articles[target].full, target)

    def _answer_sentence(self, number: int) -> Pair:
        target = self._right(number)
        sentences = self._questions[number].sentences
        return Pair(sentences[self._below(len(sentences))], self._articles[target].full, target)

    def _answer(self, number: int) -> Pair:
        question = self._questions[number]
        return Pair(self._thin(question.text, 0.2), self._thin(question.answer, 0.3), -1 - number)

    def _right(self, number: int) -> int:
        right = self._questions[number].articles
        return right[self._below(len(right))]

    def _rival(self, number: int) -> Rival:
        target = self._rivals[number][self._below(len(self._rivals[number]))]
        return Rival(self._articles[target].full, target)

    def _sentence_and_rest(self) -> Pair:
        target = self._article(sentences=2)
        article = self._articles[target]
        chosen = self._below(len(article.sentences))
        rest = [*article.sentences[:chosen], *article.sentences[chosen + 1 :]]
        heading = [article.heading] if self._random.random() < 0.5 else []
        return Pair(self._thin(article.sentences[chosen], 0.1), np.concatenate([*heading, *rest]), target)

    def _thinned(self) -> Pair:
        target = self._article()
        article = self._articles[target]
        return Pair(self._thin(article.text, 0.6), self._thin(article.full, 0.3), target)

    def _heading(self) -> Pair:
        target = self._article()
        return Pair(self._articles[target].heading, self._articles[target].text, target)

    def _neighbour(self) -> Pair:
        first = self._article()
        group = self._articles[first].group
        following = (first + 1) % len(self._articles)
        second = following if self._articles[following].group == group else first - 1
        return Pair(self._articles[first].text, self._articles[second].text, second)

    def _article(self, sentences: int = 1) -> int:
        while True:
            own = self._own and self._random.random() < OWN_SHARE
            number = len(self._articles) - 1 - self._below(self._own) if own else self._below(len(self._articles))
            if len(self._articles[number].sentences) >= sentences:
                return number

    def _thin(self, tokens: Tokens, share: float) -> Tokens:
        kept = tokens[self._random.random(tokens.size) >= share]
        return kept if kept.size else tokens

    def _below(self, limit: int) -> int:
        return int(self._random.integers(limit))
