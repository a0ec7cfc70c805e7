"""What the citizen sees for each kind of message, and what the desk is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

MODES = ["plain", "compatible", "safe"]


@pytest.mark.parametrize("mode", MODES)
def test_question_is_asked_and_answered(open_line: Callable, mode: str) -> None:
    line = open_line(mode)

    assert line.say(" 产假多少天？\n") == "您问的是产假多少天？。"
    assert line.desk.asked == [("产假多少天？", None, {})]


def test_conversation_goes_on_for_one_citizen_alone(open_line: Callable) -> None:
    line = open_line()

    line.say("产假多少天")
    line.say("三孩呢")
    line.another_citizen("o-lisi_2").say("三孩呢")

    assert [conversation for _, conversation, _ in line.desk.asked] == [None, "conversation-1", None]


def test_voice_is_asked_as_it_was_heard(open_line: Callable) -> None:
    line = open_line()

    assert line.send(line.platform.voice("产假多少天")) == "您问的是产假多少天。"


@pytest.mark.parametrize("heard", ["", "  \n"])
def test_voice_that_was_not_heard_is_asked_for_in_writing(open_line: Callable, heard: str) -> None:
    line = open_line()

    assert line.send(line.platform.voice(heard)) == line.texts.please_type_voice
    assert line.desk.asked == []


@pytest.mark.parametrize("said", ["", " \n ", "【收到不支持的消息类型，暂无法显示】"])
def test_text_without_words_is_asked_for_in_writing(open_line: Callable, said: str) -> None:
    line = open_line()

    assert line.say(said) == line.texts.please_type
    assert line.desk.asked == []


@pytest.mark.parametrize(
    "kind", ["image", "video", "shortvideo", "location", "link", "file", "miniprogrampage", "unheard-of"]
)
def test_what_is_no_text_is_asked_for_in_writing(open_line: Callable, kind: str) -> None:
    line = open_line()

    assert line.send(line.platform.message(kind, MediaId="m", MsgId="77")) == line.texts.please_type


def test_text_over_the_limit_is_asked_for_in_pieces(open_line: Callable) -> None:
    line = open_line()

    assert line.say("产" * 501) == line.texts.too_long
    assert line.say("产" * 500) == f"您问的是{'产' * 500}。"


def test_control_characters_are_asked_for_again(open_line: Callable) -> None:
    assert open_line().say("产假\u0085\u0090多少天").startswith("这条消息里有看不懂的字符")


@pytest.mark.parametrize(("event", "key"), [("subscribe", ""), ("subscribe", "qrscene_12"), ("SCAN", "12")])
def test_who_follows_or_scans_is_greeted(open_line: Callable, event: str, key: str) -> None:
    line = open_line()

    assert line.send(line.platform.event(event, key)) == line.texts.greeting


def test_menu_key_asks_its_question(open_line: Callable) -> None:
    line = open_line()

    assert line.send(line.platform.event("CLICK", "LEAVE")) == f"您问的是{line.texts.menu['LEAVE']}。"


@pytest.mark.parametrize("key", ["", "leave", "产假多少天", "__class__"])
def test_menu_key_that_is_not_in_the_file_asks_nothing(open_line: Callable, key: str) -> None:
    line = open_line()

    assert line.send(line.platform.event("CLICK", key)) == line.texts.unknown_menu
    assert line.desk.asked == []


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "unheard-of", ""])
def test_other_events_are_taken_in_silence(open_line: Callable, event: str) -> None:
    line = open_line()

    assert line.post(line.platform.deliver(line.platform.event(event, "k"))).body == b"success"
    assert line.desk.asked == []


def test_who_leaves_is_forgotten(open_line: Callable) -> None:
    line = open_line()
    line.say("产假多少天")

    assert line.send(line.platform.event("unsubscribe")) == ""
    line.say("三孩呢")

    assert [conversation for _, conversation, _ in line.desk.asked] == [None, None]


@pytest.mark.usefixtures("one_minute")
def test_who_asks_too_often_is_told_so(open_line: Callable) -> None:
    line = open_line(limited=True)

    said = [line.say("产假多少天") for _ in range(61)]

    assert said[59:] == ["您问的是产假多少天。", line.texts.too_often]
    assert line.another_citizen("o-lisi_2").say("产假多少天") == "您问的是产假多少天。"


def test_desk_that_breaks_is_told_without_detail(open_line: Callable) -> None:
    line = open_line()

    def breaks(text: str) -> str:
        raise RuntimeError(text)

    line.desk.answers = breaks

    assert line.say("产假多少天") == line.texts.failed
    assert line.desk.logged == [{"event": "wechat_failed", "error": "RuntimeError"}]


def test_log_holds_neither_the_sender_nor_the_words(open_line: Callable) -> None:
    line = open_line()
    line.say("我的秘密问题")
    line.send(line.platform.event("subscribe"))
    delivery = line.platform.deliver(line.platform.text("我的秘密问题"))
    line.post(type(delivery)(delivery.query.replace("signature=", "signature=0"), delivery.body))

    assert line.desk.logged == [{"event": "wechat_refused", "check": "signature", "status": 403}]


@pytest.mark.parametrize("mode", MODES)
def test_database_holds_neither_the_sender_nor_the_words(open_line: Callable, tmp_path: Path, mode: str) -> None:
    line = open_line(mode)
    line.desk.answers = lambda _: "答。"
    line.say("我的秘密问题")
    line.finish()

    stored = b"".join(path.read_bytes() for path in tmp_path.glob("wechat.sqlite*"))

    assert b"conversation-1" in stored
    assert [word in stored for word in (line.platform.citizen.encode(), "我的秘密问题".encode())] == [False, False]
