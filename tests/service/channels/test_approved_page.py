"""An approved answer rests on what is in force today, and who proposes or approves another is told why not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from corpus.embedder import Embedder
from corpus.snapshot import build, publish
from ingest.gather import gather
from service.accounts import Role
from tests.service.channels.test_console import Desk

WriteDocument = Callable[..., Path]
FORM = {"question": "办托育园先到哪里登记", "text": "先到区卫健局登记。"}


@pytest.fixture
def publish_documents(tmp_path: Path, embedder: Embedder, write_document: WriteDocument) -> Callable[..., None]:
    """Documents of one clause each, named with the fields that matter, live in a data folder of their own."""

    def published(**documents: dict[str, str]) -> None:
        for name, fields in documents.items():
            write_document(tmp_path / "documents", name, "第一条 托育机构应当登记。\n", **fields)
        source, problems = gather(tmp_path / "documents")
        assert problems == []
        publish(tmp_path / "var", build(tmp_path / "var", source, embedder))

    return published


@pytest.fixture
def seats(build_service: Callable[..., FastAPI], tmp_path: Path) -> Callable[[], tuple[Desk, Desk]]:
    """Two editors, signed in on 2026-07-01."""

    def signed_in() -> tuple[Desk, Desk]:
        app, file = build_service(tmp_path, data_dir=tmp_path / "var"), tmp_path / "records.sqlite"
        return Desk(app, file, "林涛", Role.EDITOR), Desk(app, file, "陈编", Role.EDITOR)

    return signed_in


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"effective_from": "2026-07-02"},
            "a#1：《样例办法》第一条从 2026-07-02 起才施行，今天不能用它作依据",
        ),
        (
            {"published_on": "2026-07-03", "effective_from": "2026-06-01"},
            "a#1：《样例办法》第一条从 2026-07-03 起才施行，今天不能用它作依据",
        ),
        (
            {"effective_until": "2026-07-01"},
            "a#1：《样例办法》第一条从 2026-07-01 起已经失效，今天不能用它作依据",
        ),
    ],
)
def test_an_answer_on_a_clause_that_is_not_in_force_today_is_not_proposed(
    publish_documents: Callable[..., None],
    seats: Callable[[], tuple[Desk, Desk]],
    fields: dict[str, str],
    told: str,
) -> None:
    publish_documents(a=fields, b={"title": "另一个办法"})
    proposer, _ = seats()
    refused = proposer.submit("/approved", **FORM, refs="b#1\na#1")
    assert (refused.status_code, f'role="alert">{told}</p>' in refused.text) == (422, True)
    assert proposer.rows("approved_answers", "id") == []
    assert proposer.submit("/approved", **FORM, refs="b#1").status_code == 303


def test_nor_is_it_approved_once_the_clause_has_ended_and_the_page_says_since_when(
    publish_documents: Callable[..., None], seats: Callable[[], tuple[Desk, Desk]]
) -> None:
    publish_documents(a={}, b={"title": "另一个办法"})
    proposer, other = seats()
    for question in ("第一问", "第二问"):
        assert proposer.submit("/approved", **FORM | {"question": question}, refs="a#1").status_code == 303
    first, second = (
        part.partition('name="read" value="')[2].partition('"')[0]
        for part in reversed(other.get("/approved").text.split("</article>")[:2])
    )
    assert other.submit("/approved/1/approve", read=first).status_code == 303

    publish_documents(a={"effective_until": "2026-07-01"})

    ended = "a#1：《样例办法》第一条从 2026-07-01 起已经失效"
    assert ended in other.get("/approved").text
    for refused in (
        other.submit("/approved/2/approve", read=second),
        other.submit("/approved/2/reword", read=second, text="换句话"),
    ):
        assert (refused.status_code, f"{ended}，今天不能用它作依据" in refused.text) == (422, True)
    assert other.rows("approved_answers", "id, status") == [(1, "approved"), (2, "proposed")]
