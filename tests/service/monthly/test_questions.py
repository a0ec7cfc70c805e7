"""Questions that ask the same come together; what fewer than three conversations said is not printed."""

import pytest

from corpus.index import Query
from service.monthly.page import document
from service.monthly.questions import COMPARED, Alike, Grouped, Said, group_alike
from tests.service.monthly.conftest import Ledger, at, by_words


def said(*pairs: tuple[str, str]) -> list[Said]:
    return [Said(question, conversation) for question, conversation in pairs]


def test_wordings_of_one_question_are_one_group_and_the_largest_is_first() -> None:
    grouped = group_alike(
        said(
            ("公租房要排多久", "a"),
            ("转园后保教费减免还有吗", "a"),
            ("转园以后保教费减免还有没有", "b"),
            ("转园后保教费减免还有吗", "c"),
            ("转园后保教费减免还有吗 ", "d"),
        ),
        by_words,
    )

    assert grouped == Grouped((Alike("转园后保教费减免还有吗", 4, 4), Alike("", 1, 1)), 0)


@pytest.mark.parametrize(
    ("conversations", "wording"),
    [("ab", ""), ("aab", ""), ("aaaaa", ""), ("abc", "产假多少天"), ("aabbc", "产假多少天")],
)
def test_it_takes_three_conversations_to_be_printed(conversations: str, wording: str) -> None:
    grouped = group_alike(said(*(("产假多少天", one) for one in conversations)), by_words)

    assert grouped.groups == (Alike(wording, len(conversations), len(set(conversations))),)


def test_the_wording_printed_is_what_most_said_and_not_one_familys_story() -> None:
    """Said most often, but by one family."""
    story = "我家老二产假多少天我是十一月剖腹产的产假多少天"
    asked = [*((story, "a"),) * 5, ("产假多少天呢", "b"), ("产假多少天", "c"), ("产假多少天", "d")]

    assert group_alike(said(*asked), by_words).groups == (Alike("产假多少天", 8, 4),)


def test_wordings_beyond_what_can_be_compared_are_counted_as_left_out() -> None:
    def unlike(text: str) -> Query:
        return Query((text,), (), None)

    grouped = group_alike(said(*((f"问题{n}", "a") for n in range(COMPARED + 7)), ("问题3", "b")), unlike)

    assert (len(grouped.groups), grouped.left_out) == (COMPARED, 7)
    assert grouped.groups[0].count == 2


def test_what_few_people_said_is_nowhere_in_the_page(ledger: Ledger) -> None:
    rare = "我婆婆摔了产假能不能延"
    for _ in range(2):
        answer_id, conversation = ledger.ask(at(11, 3), rare)
        ledger.queue(at(11, 3), rare, answer_id)
        ledger.hand_over(at(11, 3), conversation=conversation)
    for _ in range(3):
        ledger.queue(at(11, 3), rare, None)

    page = document(ledger.figures(), {})

    assert rare not in page
    assert "还有 1 组（共 2 次提问）各只在不到 3 段对话里问过" in page
    assert "1 组不印原话：能确认的不同对话不到 3 段" in page


def test_a_group_of_the_queue_is_printed_once_three_conversations_asked_it(ledger: Ledger) -> None:
    for n in range(3):
        answer_id, _ = ledger.ask(at(11, 3), f"第{n}个人问的")
        number = ledger.queue(at(11, 4), "托育园关门了退费吗", answer_id)
    ledger.queue(at(10, 31), "托育园关门了退费吗", None)  # of another month
    assert ledger.unanswered.close(number, "asked_unit", "林涛")
    ledger.queue(at(11, 5), "公租房排队多久", None)

    unsettled = ledger.figures().unsettled

    assert [(one.alike, one.waiting) for one in unsettled] == [
        (Alike("托育园关门了退费吗", 3, 3), 0),
        (Alike("", 1, 0), 1),
    ]
