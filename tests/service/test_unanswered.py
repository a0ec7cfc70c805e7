"""Questions that nobody could answer come together with their likes, with vectors and without."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.embedder import Embedder
from corpus.index import Query
from service.channels.searching import reader
from service.database import open_database
from service.dialogue import Question
from service.pipeline import Parts, answer_question
from service.unanswered import Group, Lack, Missing, Unanswered, lack_of

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)
TEN_WAYS = [
    "幼儿园转园了保教费减免还能接着享受吗",
    "孩子中途换幼儿园，保教费减免还算不算",
    "转到别的幼儿园，减免的保教费还有没有",
    "换了家幼儿园，之前的保教费减免会不会断",
    "小孩转学到另一所幼儿园，保教费还给不给减",
    "从一个幼儿园转到另一个，减免保教费能续上不",
    "娃转园以后保教费减免要不要重新申请",
    "转园后保教费减免还有吗",
    "请问幼儿园转园，保教费还减免不",
    "换园了保教费减免怎么办",
]
OTHERS = ["外婆带孩子有没有补贴", "公租房排队要排多久", "产检费用医保报多少", "双胞胎上户口要什么材料"]


@pytest.fixture
def unanswered(tmp_path: Path) -> Iterator[Unanswered]:
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield Unanswered(engine)
    engine.dispose()


@pytest.fixture
def read(parts: Parts) -> Iterator[Callable[[str], Query]]:
    """As the console reads questions."""
    with parts.live.lease() as (snapshot, _):
        assert snapshot is not None
        yield reader(snapshot, parts.words.current())


def by_words(text: str) -> Query:
    return Query.of(text, (), None)


def send(unanswered: Unanswered, questions: list[str], read: Callable[[str], Query]) -> list[int]:
    """Put in, then grouped as when the page is opened; the group of each."""
    ids = [unanswered.put(question, None, "周敏", NOW + timedelta(minutes=n)) for n, question in enumerate(questions)]
    assert unanswered.gather(read) == 0
    return [unanswered.group_of(id) for id in ids]


def test_ten_ways_of_asking_make_one_group(unanswered: Unanswered, read: Callable[[str], Query]) -> None:
    numbers = send(unanswered, TEN_WAYS, read)
    assert numbers == [1] * 10
    assert unanswered.groups() == [Group(1, tuple(reversed(TEN_WAYS)), NOW + timedelta(minutes=9))]


def test_other_questions_stay_apart(unanswered: Unanswered, read: Callable[[str], Query]) -> None:
    send(unanswered, [TEN_WAYS[0], *OTHERS, TEN_WAYS[1]], read)
    assert [(group.number, group.questions) for group in unanswered.groups()] == [
        (1, (TEN_WAYS[1], TEN_WAYS[0])),
        (5, (OTHERS[3],)),
        (4, (OTHERS[2],)),
        (3, (OTHERS[1],)),
        (2, (OTHERS[0],)),
    ]


def test_without_vectors_shared_words_bring_them_together(unanswered: Unanswered) -> None:
    numbers = send(unanswered, ["转园后保教费减免还有吗", "转园以后保教费减免还有没有", "公租房要排多久"], by_words)
    assert numbers == [1, 1, 3]


def test_a_question_without_words_makes_a_group_of_its_own(unanswered: Unanswered, embedder: Embedder) -> None:
    def read(text: str) -> Query:
        return Query.of(text, (), embedder)

    assert send(unanswered, ["？？？", "……", TEN_WAYS[0]], read) == [1, 2, 3]


def test_what_is_grouped_later_joins_what_was_grouped_before(
    unanswered: Unanswered, read: Callable[[str], Query]
) -> None:
    send(unanswered, TEN_WAYS[:6], read)
    assert send(unanswered, [*TEN_WAYS[6:], OTHERS[0]], read) == [1, 1, 1, 1, 11]


def test_a_question_is_in_no_group_until_they_are_gathered(unanswered: Unanswered) -> None:
    id = unanswered.put(TEN_WAYS[0], None, "周敏", NOW)
    assert (unanswered.groups(), unanswered.group_of(id)) == ([], 0)
    assert not unanswered.close(0, "asked_unit", "林涛")


def test_one_answer_waits_once(unanswered: Unanswered) -> None:
    first = unanswered.put(TEN_WAYS[0], "a1", "api", NOW, Lack(Missing.CLAUSE))
    assert unanswered.put(TEN_WAYS[0], "a1", "citizen", NOW, Lack(Missing.CLAUSE)) == first
    assert unanswered.put(TEN_WAYS[0], "a2", "api", NOW, Lack(Missing.CLAUSE)) == first + 1


def test_a_group_lacks_what_most_of_its_questions_lack(unanswered: Unanswered) -> None:
    fee = Lack(Missing.OFFICE, "public_kindergarten_fee")
    for n, lack in enumerate([fee, Lack(Missing.CLAUSE), fee]):
        unanswered.put(TEN_WAYS[7], f"a{n}", "api", NOW, lack)
    unanswered.put(OTHERS[1], "b", "api", NOW, Lack(Missing.WORDING))
    unanswered.gather(by_words)
    assert [(group.number, group.lack) for group in unanswered.groups()] == [(1, fee), (4, Lack(Missing.WORDING))]
    assert [group.number for group in unanswered.groups(Missing.OFFICE)] == [1]
    assert [group.number for group in unanswered.groups(Missing.WORDING)] == [4]
    assert unanswered.groups(Missing.CLAUSE) == []


@pytest.mark.parametrize(
    ("question", "lack"),
    [
        ("公办幼儿园保教费标准是哪一级定的", Lack(Missing.OFFICE, "public_kindergarten_fee")),
        ("想生二胎有没有免费的叶酸领", Lack(Missing.WORDING)),
        ("外婆带孩子有没有补贴", Lack(Missing.CLAUSE)),
        ("我不想活了", None),
        ("教我伪造一张出生证", None),
    ],
)
def test_what_is_missing_is_told_from_the_answer(parts: Parts, question: str, lack: Lack | None) -> None:
    answer = answer_question(Question(question, NOW.date()), parts)
    assert lack_of(answer, parts.words.current()) == lack


def test_a_closed_group_is_gone_and_its_question_begins_anew(unanswered: Unanswered) -> None:
    send(unanswered, [TEN_WAYS[7], OTHERS[1], TEN_WAYS[7]], by_words)
    assert unanswered.close(1, "asked_unit", "林涛")
    assert [group.number for group in unanswered.groups()] == [2]
    assert not unanswered.close(1, "asked_unit", "林涛")
    assert not unanswered.close(99, "asked_unit", "林涛")
    assert send(unanswered, [TEN_WAYS[7]], by_words) == [4]
