"""A switch counts in every process within seconds; a database that is down leaves it as it was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from service.database import open_database
from service.switches import Channel, ChannelClosed, Switch, Switches

NOW = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_engine(tmp_path: Path) -> Callable[[], Engine]:
    return lambda: open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


def test_channels_that_nobody_touched_are_open(open_engine: Callable[[], Engine], clock: Clock) -> None:
    assert Switches(open_engine(), clock).all() == [Switch(channel) for channel in Channel]


def test_a_closed_channel_refuses_and_the_others_do_not(open_engine: Callable[[], Engine], clock: Clock) -> None:
    switches = Switches(open_engine(), clock)

    switches.throw(Channel.WECHAT, False, "罗主任", "金额算错")

    with pytest.raises(ChannelClosed):
        switches.check(Channel.WECHAT)
    assert {channel for channel in Channel if switches.is_open(channel)} == set(Channel) - {Channel.WECHAT}
    assert switches.all()[2] == Switch(Channel.WECHAT, False, "罗主任", NOW, "金额算错")


def test_a_channel_can_be_opened_again(open_engine: Callable[[], Engine], clock: Clock) -> None:
    switches = Switches(open_engine(), clock)
    switches.throw(Channel.API, False, "罗主任", "金额算错")
    switches.throw(Channel.API, True, "周敏", "改好了")

    assert switches.is_open(Channel.API)
    assert switches.all()[0] == Switch(Channel.API, True, "周敏", NOW, "改好了")


@pytest.mark.parametrize(("later", "opened"), [(1.999, True), (2.0, False), (-2.0, False)])
def test_another_process_learns_of_it_in_two_seconds(
    open_engine: Callable[[], Engine], clock: Clock, later: float, opened: bool
) -> None:
    here, there = Switches(open_engine(), clock), Switches(open_engine(), clock)
    assert there.is_open(Channel.API)

    here.throw(Channel.API, False, "罗主任", "金额算错")
    clock.at += timedelta(seconds=later)

    assert there.is_open(Channel.API) == opened


@pytest.mark.parametrize("closed", [True, False])
def test_a_database_that_is_down_leaves_a_channel_as_it_was(
    open_engine: Callable[[], Engine], clock: Clock, closed: bool
) -> None:
    engine = open_engine()
    switches = Switches(engine, clock)
    switches.throw(Channel.WIDGET, not closed, "罗主任", "试一下")
    assert switches.is_open(Channel.WIDGET) != closed

    @event.listens_for(engine, "before_cursor_execute")
    def _down(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    clock.at += timedelta(hours=1)
    assert switches.is_open(Channel.WIDGET) != closed
