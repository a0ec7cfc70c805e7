"""Whatever hangs, the platform gets a reply in time, and the citizen the answer later."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from service.channels.limits import TooOften
from service.channels.wechat.counter import Deadlines

SOON = Deadlines(answer=1.0, store=2.0, poll=0.005)


@dataclass
class Hanging:
    """An answer that does not come before it is let go."""

    go: threading.Event = field(default_factory=threading.Event)
    text: str = "查到了。"

    def __call__(self, text: str) -> str:
        if text.startswith("难"):
            assert self.go.wait(30)
        return self.text


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.go.set()


def let_go(line, hanging: Hanging) -> None:  # noqa: ANN001
    """What hung is done, and the service is down."""
    hanging.go.set()
    line.finish()


def test_hundred_asks_that_hang_are_all_answered_at_the_deadline(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=replace(SOON, answer=3.0))
    line.desk.answers = hanging
    citizens = [replace(line.platform, citizen=f"o-citizen_{n}") for n in range(100)]

    received = line.together((one.deliver(one.text("难题")), 0) for one in citizens)

    said = [one.read(reply.body) for one, reply in zip(citizens, received, strict=True)]
    assert said == [line.texts.looking] * 100
    assert sum(entry["event"] == "wechat_deadline" for entry in line.desk.logged) == 100


def test_answer_that_came_too_late_is_fetched_also_after_a_restart(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON)
    line.desk.answers = hanging
    assert line.say("难题") == line.texts.looking
    assert line.say("继续") == line.texts.looking
    let_go(line, hanging)

    restarted = open_line()

    assert restarted.say("继续") == f"{line.texts.late}\n查到了。"
    assert restarted.say("继续") == line.texts.nothing_left
    assert len(line.desk.asked) == 1


@pytest.mark.parametrize(("error", "told"), [(RuntimeError, "failed"), (TooOften, "too_often")])
def test_ask_that_failed_too_late_is_told_when_asked_for(
    open_line: Callable, hanging: Hanging, error: type[Exception], told: str
) -> None:
    def fail(text: str) -> str:
        hanging(text)
        raise error

    line = open_line(deadlines=SOON)
    line.desk.answers = fail
    assert line.say("难题") == line.texts.looking
    let_go(line, hanging)
    restarted = open_line()

    assert restarted.say("继续") == getattr(line.texts, told)
    assert restarted.say("继续") == line.texts.nothing_left


def test_failure_in_time_leaves_what_was_still_to_be_read(open_line: Callable) -> None:
    def fail(_text: str) -> str:
        raise RuntimeError

    line = open_line()
    line.desk.answers = lambda _text: "产假一百五十八天。" * 100
    line.say("产假多少天")
    line.desk.answers = fail

    assert line.say("护理假多少天") == line.texts.failed
    assert line.say("继续").endswith("产假一百五十八天。")


def test_late_answer_that_is_long_is_fetched_in_parts(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON)
    line.desk.answers, hanging.text = hanging, "产假一百五十八天。" * 100
    line.say("难题")
    let_go(line, hanging)
    restarted = open_line()

    said = restarted.say("继续") + restarted.say("继续看")

    assert said.count("产假一百五十八天。") == 100
    assert restarted.say("下一页") == line.texts.nothing_left


def test_other_deliveries_of_a_hanging_ask_get_the_same_bytes(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON, workers=2)
    line.desk.answers = hanging
    message = line.platform.text("难题")

    received = line.together((line.platform.deliver(message), n % 2) for n in range(4))
    again = line.post(line.platform.deliver(message), 1)

    assert len({one.body for one in (*received, again)}) == 1
    assert line.platform.read(again.body) == line.texts.looking
    assert len(line.desk.asked) == 1


def test_answer_that_comes_late_does_not_change_what_was_replied(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON)
    line.desk.answers = hanging
    message = line.platform.text("难题")
    first = line.post(line.platform.deliver(message))
    let_go(line, hanging)

    restarted = open_line()

    assert restarted.post(restarted.platform.deliver(message)).body == first.body


def test_who_asks_something_else_meanwhile_loses_nothing(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON)
    line.desk.answers = hanging
    line.say("难题")
    patient = open_line()
    hanging.text = "别的也查到了。"
    assert patient.say("容易的") == "别的也查到了。"
    let_go(line, hanging)

    assert open_line().say("继续") == f"{line.texts.late}\n别的也查到了。"


def test_search_that_was_lost_is_given_up_after_two_minutes(open_line: Callable, hanging: Hanging, clock) -> None:  # noqa: ANN001
    line = open_line(deadlines=SOON)
    line.desk.answers = hanging
    line.say("难题")
    clock.passes(minutes=2, seconds=1)

    assert line.say("继续") == line.texts.nothing_left


def test_greeting_is_said_when_the_store_hangs(open_line: Callable) -> None:
    line = open_line(deadlines=replace(SOON, store=0.1))
    waiting = threading.Event()
    for _ in range(8):
        line.counters[0].storers.submit(waiting.wait, 30)

    said = [
        line.send(line.platform.event("subscribe")),
        line.say("产假多少天"),
        line.send(line.platform.event("unsubscribe")),
    ]
    waiting.set()

    assert said == [line.texts.greeting, line.texts.looking, ""]


def test_answer_is_given_when_nothing_can_be_stored(open_line: Callable) -> None:
    line = open_line()
    engine = line.counters[0].clerk.mailbox._engine
    with engine.begin() as db:
        for table in ("wechat_deliveries", "wechat_seals", "wechat_users"):
            db.exec_driver_sql(f"DROP TABLE {table}")

    assert line.say("产假多少天") == "您问的是产假多少天。"
    assert line.say("继续") == line.texts.nothing_left
    assert line.send(line.platform.event("subscribe")) == line.texts.greeting
    assert {entry["event"] for entry in line.desk.logged} == {"wechat_store_unavailable"}


@dataclass
class Messenger:
    """An account that may write to citizens on its own."""

    may: bool
    sent: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def send(self, openid: str, texts: tuple[str, ...]) -> bool:
        self.sent.append((openid, tuple(texts)))
        return self.may


@pytest.mark.parametrize("may", [True, False])
def test_late_answer_is_sent_where_the_account_may(open_line: Callable, hanging: Hanging, may: bool) -> None:
    messenger = Messenger(may)
    line = open_line(deadlines=SOON, customer_service=messenger)
    line.desk.answers = hanging
    line.say("难题")
    let_go(line, hanging)
    late = f"{line.texts.late}\n查到了。"

    assert messenger.sent == [(line.platform.citizen, (late,))]
    assert open_line().say("继续") == (line.texts.nothing_left if may else late)


def test_answer_in_time_is_not_sent_again(open_line: Callable) -> None:
    messenger = Messenger(may=True)

    open_line(customer_service=messenger).say("产假多少天")

    assert messenger.sent == []


def test_two_late_answers_are_both_kept(open_line: Callable, hanging: Hanging) -> None:
    line = open_line(deadlines=SOON)
    line.desk.answers = hanging
    line.say("难题一")
    line.say("难题二")
    let_go(line, hanging)
    restarted = open_line()

    assert [restarted.say("继续") for _ in range(3)] == [f"{line.texts.late}\n查到了。"] * 2 + [line.texts.nothing_left]
