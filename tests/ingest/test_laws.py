"""Real laws: each is split into its articles, with no character lost and no number missing."""

import os
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from corpus.clause import Document
from ingest.check import check
from ingest.split import read, split

LAWS = Path(os.environ.get("TIAOWEN_SHARED", Path(__file__).parents[3] / "shared")) / "laws"
FILES = sorted(path for path in LAWS.glob("*.md") if path.name != "README.md")
HEAD_ENDS = "<!-- INFO END -->"
PRINTED = re.compile(r"^第[一二三四五六七八九十百]+条(?:之[一二三四五六七八九十]+)?(?=[\s　])", re.MULTILINE)

pytestmark = pytest.mark.skipif(not FILES, reason="没有法律原文：设置 TIAOWEN_SHARED 后运行")


def law(path: Path) -> Document:
    head, _, body = path.read_text(encoding="utf-8").partition(HEAD_ENDS)
    return Document(
        id=path.stem,
        title=head.split("\n")[0].lstrip("# "),
        number="",
        issuer="",
        published_on=date(2020, 1, 1),
        effective_from=None,
        effective_note="",
        effective_until=None,
        replaces="",
        amends="",
        scope="全国",
        authority="国家",
        source_url="",
        verbatim=True,
        checked_on=date(2026, 11, 23),
        register="",
        body=body,
        path=path,
        body_line=head.count("\n") + 1,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_law_has_the_articles_that_are_printed_in_it(path: Path) -> None:
    """Every printed heading is an article under its own name, and nothing else is."""
    document = law(path)
    articles = [clause.label for clause in split(document) if not clause.ref.locator.startswith("a")]

    assert articles == PRINTED.findall(document.body)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_law_passes_the_check_for_official_texts(path: Path) -> None:
    """No gap, no duplicate, no lost line."""
    document = law(path)

    assert check(document, split(document)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_character_of_a_law_is_lost_or_doubled(path: Path) -> None:
    """Articles, annexes and headings together have the characters of the file, each as often."""
    document = law(path)
    found = read(document)
    parts = [clause.text for clause in found.clauses] + [line.text for line in found.outside]

    assert Counter(re.sub(r"[\s#]", "", "".join(parts))) == Counter(re.sub(r"[\s#]", "", document.body))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_article_of_a_law_ends_like_a_sentence(path: Path) -> None:
    """No chapter heading hangs on to the article above it."""
    articles = [clause for clause in split(law(path)) if not clause.ref.locator.startswith("a")]

    assert [clause.label for clause in articles if clause.text[-1] not in "。；：）"] == []
