"""While the channel is switched off, every citizen is told so, and nothing is asked."""

from collections.abc import Callable

import pytest

from service.channels.wechat.message import SUCCESS


@pytest.mark.parametrize("said", ["产假多少天", "继续", "2"])
def test_whatever_is_said_gets_one_reply(open_line: Callable, said: str) -> None:
    line = open_line()
    line.desk.switches.on = False

    assert line.say(said) == line.texts.closed
    assert line.desk.asked == []


def test_who_leaves_is_told_nothing(open_line: Callable) -> None:
    line = open_line()
    line.desk.switches.on = False

    assert line.post(line.platform.deliver(line.platform.event("unsubscribe"))).body == SUCCESS


def test_it_answers_again_once_it_is_on(open_line: Callable) -> None:
    line = open_line()
    line.desk.switches.on = False
    line.say("产假多少天")
    line.desk.switches.on = True

    assert "产假多少天" in line.say("产假多少天")
