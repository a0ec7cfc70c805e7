"""However often and wherever a message is delivered, it is answered once, with the same bytes."""

from collections.abc import Callable
from dataclasses import replace

import pytest


def test_fifty_messages_of_four_deliveries_each_on_two_workers(open_line: Callable) -> None:
    line = open_line(workers=2)
    citizens = [replace(line.platform, citizen=f"o-citizen_{n}") for n in range(50)]
    messages = [one.text(f"第{n}个问题") for n, one in enumerate(citizens)]
    deliveries = [(line.platform.deliver(message), n % 2) for n in range(4) for message in messages]

    received = line.together(deliveries)

    bodies = [{received[n + 50 * time].body for time in range(4)} for n in range(50)]
    assert [len(body) for body in bodies] == [1] * 50
    assert [one.read(body.pop()) for one, body in zip(citizens, bodies, strict=True)] == [
        f"您问的是第{n}个问题。" for n in range(50)
    ]
    assert sorted(text for text, *_ in line.desk.asked) == sorted(f"第{n}个问题" for n in range(50))


@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_same_request_four_times_at_once(open_line: Callable, mode: str) -> None:
    line = open_line(mode, workers=2)
    delivery = line.platform.deliver(line.platform.text("产假多少天"))

    received = line.together([(delivery, n % 2) for n in range(4)])

    assert (len({one.body for one in received}), len(line.desk.asked)) == (1, 1)


def test_event_delivered_again_is_answered_with_the_same_bytes(open_line: Callable) -> None:
    line = open_line(workers=2)
    click = line.platform.event("CLICK", "LEAVE")

    received = line.together([(line.platform.deliver(click), n % 2) for n in range(4)])

    assert (len({one.body for one in received}), len(line.desk.asked)) == (1, 1)


def test_events_that_differ_are_not_taken_for_one(open_line: Callable, clock) -> None:  # noqa: ANN001
    line = open_line()

    line.send(line.platform.event("CLICK", "LEAVE"))
    line.send(line.platform.event("CLICK", "DELIVERY"))
    other = line.another_citizen("o-lisi_2")
    other.send(other.platform.event("CLICK", "LEAVE"))
    clock.passes(seconds=1)
    line.send(line.platform.event("CLICK", "LEAVE"))

    assert len(line.desk.asked) == 4


def test_same_words_twice_are_two_messages(open_line: Callable) -> None:
    line = open_line()

    assert [line.say("产假多少天"), line.say("产假多少天")] == ["您问的是产假多少天。"] * 2
    assert len(line.desk.asked) == 2


def test_delivery_after_a_restart_gets_the_stored_bytes(open_line: Callable) -> None:
    line = open_line()
    message = line.platform.text("产假多少天")
    first = line.post(line.platform.deliver(message))

    restarted = open_line()

    assert restarted.post(restarted.platform.deliver(message)).body == first.body
    assert len(line.desk.asked) == 1


def test_deliveries_are_not_kept_for_ever(open_line: Callable, clock) -> None:  # noqa: ANN001
    line = open_line()
    message = line.platform.text("产假多少天")
    line.send(message)
    clock.passes(minutes=31)
    line.say("别的")

    line.send(message)

    assert len(line.desk.asked) == 3
