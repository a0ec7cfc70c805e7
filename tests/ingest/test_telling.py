"""What a clerk reads in the terminal before publishing."""

from datetime import date

from ingest.telling import impact_told
from service.changes import Change, Field, Kind, Piece
from service.impact import Astray, Impact

DAY = date(2027, 3, 1)
TODAY = date(2026, 11, 24)


def lines(*changes: Change, astray: tuple[Astray, ...] = ()) -> list[str]:
    return impact_told(Impact(changes, (), (), 1, (TODAY,), astray=astray)).splitlines()


def test_all_the_words_of_a_new_clause_are_told() -> None:
    words = "第一条　" + "托育机构应当登记备案，" * 20 + "\n（一）另有规定。"
    named = (Field("条款名称", "", "第一条"),)
    added = Change(Kind.ADDED, "b#1", "《样例办法》第一条", (Piece("", words),), DAY, None, named)
    first, second = words.splitlines()
    assert lines(added)[1:5] == [
        "  新增　《样例办法》第一条　b#1　2027-03-01 起",
        "    条款名称：（空） → 第一条",
        f"    {first}",
        f"    {second}",
    ]


def test_a_clause_in_the_place_of_another_is_told_word_by_word() -> None:
    pieces = (Piece("每月补助", "每月补助"), Piece("500", "700"), Piece("元。", "元。"))
    added = Change(Kind.ADDED, "b#4", "《决定》第四条", pieces, DAY, None, (), ("a#4", "a#5"))
    assert lines(added)[1:4] == [
        "  新增　《决定》第四条　b#4　2027-03-01 起",
        "    和它代替的 a#4、a#5 对照：",
        "    每月补助[-500-]{+700+}元。",
    ]


def test_of_what_has_ended_the_words_are_not_told_again() -> None:
    ended = Change(Kind.ENDED, "a#4", "《办法》第四条", (Piece("每月补助500元。", "每月补助500元。"),), TODAY, DAY)
    assert lines(ended)[1:3] == ["  失效　《办法》第四条　a#4　2026-11-24 起　2027-03-01 起失效", ""]


def test_new_questions_that_miss_their_clause_are_told_under_a_heading_of_their_own() -> None:
    head = "新问法没有答到它的条款"
    told = lines(astray=(Astray("补好多", "b#4", DAY),))
    at = next(n for n, line in enumerate(told) if line.startswith(head))
    assert told[at + 1] == "  补好多　b#4　按 2027-03-01 问"
    assert not any(line.startswith(head) for line in lines())
