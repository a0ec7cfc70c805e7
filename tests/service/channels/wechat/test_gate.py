"""Who is let in: nothing forged, altered, stale or of another mode; and the refusals all look alike."""

import base64
import random
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest

from service.channels.wechat.cipher import seal
from service.channels.wechat.gate import Refused, admit
from service.channels.wechat.simulator import Delivery

WHOLE = (
    "<xml><ToUserName>g</ToUserName><FromUserName>{sender}</FromUserName>"
    "<CreateTime>{created}</CreateTime><MsgType>{kind}</MsgType></xml>"
)
REFUSED = (403, "text/plain; charset=utf-8", "校验没有通过".encode())


def outcome(received) -> tuple[int, str, bytes]:  # noqa: ANN001
    return received.status, received.content_type, received.body


def changed(delivery: Delivery, **fields: str | None) -> Delivery:
    """The same request with parameters replaced, or removed with None."""
    given = {name: values[0] for name, values in parse_qs(delivery.query).items()} | fields
    return replace(delivery, query=urlencode({name: value for name, value in given.items() if value is not None}))


def mutated(text: str, source: random.Random) -> str:
    """Another text: one character replaced, dropped, doubled, or one bit of its bytes turned."""
    while True:
        at, kind = source.randrange(len(text)), source.randrange(4)
        letter = source.choice("0123456789abcdefABCDEF+/=é ")
        middle = [letter, "", text[at] * 2, chr(ord(text[at]) ^ (1 << source.randrange(7)))][kind]
        if (other := text[:at] + middle + text[at + 1 :]) != text:
            return other


def test_none_of_ten_thousand_altered_requests_is_let_in(open_line: Callable, clock) -> None:  # noqa: ANN001
    line, source = open_line(), random.Random(3)
    account, checks = line.platform.account, set()
    sound = line.platform.deliver(line.platform.text("产假多少天"))
    given = {name: values[0] for name, values in parse_qs(sound.query).items()}
    sealed = sound.body.decode().split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    admit(account, sound.query.encode(), sound.body, clock())

    for n in range(10_000):
        field = ("signature", "msg_signature", "timestamp", "nonce", "Encrypt")[n % 5]
        if field == "Encrypt":
            other = Delivery(sound.query, sound.body.replace(sealed.encode(), mutated(sealed, source).encode()))
        else:
            other = changed(sound, **{field: mutated(given[field], source)})
        with pytest.raises(Refused) as refused:
            admit(account, other.query.encode(), other.body, clock())
        checks.add((refused.value.status, str(refused.value)))

    assert checks <= {(403, "signature"), (403, "msg_signature"), (403, "stale"), (400, "malformed")}


def test_no_ciphertext_altered_by_one_who_can_sign_tells_why_it_fails(open_line: Callable) -> None:
    """Signed anew each time, so that only the envelope itself is wrong: padding, length or owner."""
    line, source = open_line(), random.Random(4)
    platform = line.platform
    message, seen = platform.text("产假多少天"), set()

    for n in range(500):
        data = bytearray(base64.b64decode(seal(message, platform.account.keys[0], platform.account.app_id)))
        data[source.choice([-1, -20, 17, 19, source.randrange(16, 32)])] ^= 1 << (n % 8)
        sealed = base64.b64encode(bytes(data)).decode()
        body = f"<xml><ToUserName>gh_simulated</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
        seen.add(outcome(line.post(Delivery(platform._signed(sealed), body))))

    assert seen == {REFUSED}
    assert line.desk.asked == []


def test_every_refusal_looks_alike(open_line: Callable, clock) -> None:  # noqa: ANN001
    line = open_line(name="gh_ours")
    sound, account = line.platform.deliver(line.platform.text("产假多少天")), line.platform.account
    foreign = replace(line.platform, account=replace(account, app_id="wx0000000000000000"))
    other_key = replace(line.platform, account=replace(account, keys=(bytes(32),)))
    other_token = replace(line.platform, account=replace(account, token="another1"))
    not_ours = replace(line.platform, account=replace(account, name="gh_another"))
    message = line.platform.text("产假多少天")
    late = replace(line.platform, clock=lambda: clock.seconds() - 601)

    forged = {
        "signature": changed(sound, signature="0" * 40),
        "no signature": changed(sound, signature=None),
        "msg_signature": changed(sound, msg_signature="0" * 40),
        "no msg_signature": changed(sound, msg_signature=None),
        "the one for the other": changed(sound, msg_signature=parse_qs(sound.query)["signature"][0]),
        "app id": foreign.deliver(message),
        "key": other_key.deliver(message),
        "token": other_token.deliver(message),
        "account": not_ours.deliver(not_ours.text("产假多少天")),
        "stale": late.deliver(message),
        "plain": changed(Delivery(sound.query, message), encrypt_type=None),
        "twice": Delivery(f"{sound.query}&nonce=1", sound.body),
        "nothing": Delivery("", sound.body),
    }

    assert {name: outcome(line.post(one)) for name, one in forged.items()} == dict.fromkeys(forged, REFUSED)
    assert line.desk.asked == []


SHAPES = ["plain", "plain said to be sealed", "both", "sealed"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("mode", "accepted"), [("plain", "plain"), ("compatible", "both"), ("safe", "sealed")])
def test_only_the_configured_shape_is_accepted(
    open_line: Callable, make_account: Callable, mode: str, accepted: str, shape: str
) -> None:
    line = open_line(mode)
    sender = {"plain": "plain", "plain said to be sealed": "plain", "both": "compatible", "sealed": "safe"}[shape]
    platform = replace(line.platform, account=make_account(sender))
    delivery = platform.deliver(platform.text("产假多少天"))
    if shape == "plain said to be sealed":
        delivery = changed(delivery, encrypt_type="aes", msg_signature="0" * 40)

    received = line.post(delivery)

    assert (received.status == 200, len(line.desk.asked)) == (shape == accepted, int(shape == accepted))
    assert shape == accepted or outcome(received) == REFUSED


def test_compatible_mode_reads_only_what_was_sealed(open_line: Callable) -> None:
    line = open_line("compatible")
    delivery = line.platform.deliver(line.platform.text("产假多少天"))

    line.post(Delivery(delivery.query, delivery.body.replace("产假多少天".encode(), "别的问题".encode())))

    assert [text for text, *_ in line.desk.asked] == ["产假多少天"]


@pytest.mark.parametrize("minutes", [-15, -10.1, 10.1, 15])
def test_clock_that_is_far_off_is_refused(open_line: Callable, clock, minutes: float) -> None:  # noqa: ANN001
    line = open_line()
    delivery = line.platform.deliver(line.platform.text("产假多少天"))
    query = line.platform.check()
    clock.passes(minutes=minutes)

    assert outcome(line.post(delivery)) == REFUSED
    assert outcome(line.get(query)) == REFUSED


@pytest.mark.parametrize("minutes", [-10, 0, 10])
def test_clock_that_is_a_little_off_is_no_matter(open_line: Callable, clock, minutes: float) -> None:  # noqa: ANN001
    line = open_line()
    delivery = line.platform.deliver(line.platform.text("产假多少天"))
    clock.passes(minutes=minutes)

    assert line.post(delivery).status == 200


@pytest.mark.parametrize("mode", ["plain", "safe"])
@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (300, 200), (600, 200), (660, 403)])
def test_replay_runs_nothing_again(open_line: Callable, clock, mode: str, seconds: int, status: int) -> None:  # noqa: ANN001
    line = open_line(mode)
    delivery = line.platform.deliver(line.platform.text("产假多少天"))
    first = line.post(delivery)
    clock.passes(seconds=seconds)

    again = line.post(delivery)

    assert (again.status, len(line.desk.asked)) == (status, 1)
    assert status == 403 or again.body == first.body


def test_signed_address_lets_no_second_message_in(open_line: Callable) -> None:
    """In plain mode the signature does not cover the body."""
    line = open_line("plain")
    delivery = line.platform.deliver(line.platform.text("产假多少天"))
    first = line.post(delivery)

    assert line.post(Delivery(delivery.query, line.platform.text("别的问题"))).body == first.body
    assert [text for text, *_ in line.desk.asked] == ["产假多少天"]


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
@pytest.mark.parametrize("echo", ["5837419", "a+b c&d=e%", "<x>\"'\r\n\0", "条问"])
def test_address_check_gives_the_echo_byte_for_byte(open_line: Callable, mode: str, echo: str) -> None:
    line = open_line(mode)

    received = line.get(line.platform.check(echo))

    assert outcome(received) == (200, "text/plain; charset=utf-8", echo.encode())
    assert "location" not in received.headers


def test_address_check_gives_bytes_that_are_no_text(open_line: Callable) -> None:
    line = open_line()

    assert line.get(line.platform.check("") + "%ff%fe\xff".replace("\xff", "%00")).body == b"\xff\xfe\x00"


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (lambda query: query.replace("signature=", "signature=0"), REFUSED),
        (lambda _: "", REFUSED),
        (lambda _: "signature=&timestamp=&nonce=&echostr=1", REFUSED),
        (lambda query: query.partition("&echostr")[0], (400, REFUSED[1], "读不懂这条消息".encode())),
    ],
    ids=["forged", "empty", "blank", "without echo"],
)
def test_address_check_that_is_not_the_platforms_is_refused(
    open_line: Callable, alter: Callable, expected: tuple
) -> None:
    line = open_line()

    assert outcome(line.get(alter(line.platform.check()))) == expected


def test_reply_is_xml_and_silence_is_success(open_line: Callable) -> None:
    line = open_line("plain")

    spoken = line.post(line.platform.deliver(line.platform.text("产假多少天")))
    silent = line.post(line.platform.deliver(line.platform.event("VIEW", "http://example.invalid")))

    seconds = line.platform.clock()
    assert outcome(spoken) == (
        200,
        "application/xml",
        (
            f"<xml><ToUserName><![CDATA[{line.platform.citizen}]]></ToUserName>"
            "<FromUserName><![CDATA[gh_simulated]]></FromUserName>"
            f"<CreateTime>{seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            "<Content><![CDATA[您问的是产假多少天。]]></Content></xml>"
        ).encode(),
    )
    assert outcome(silent) == (200, "text/plain; charset=utf-8", b"success")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "<xml></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        WHOLE.format(sender="o", created="1", kind="text"),
        WHOLE.format(sender="o", created="x", kind="event"),
        WHOLE.format(sender="条 问", created="1", kind="event"),
    ],
    ids=["empty", "no fields", "nobody", "no id", "no time", "no name"],
)
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_what_is_no_message_is_told_so(open_line: Callable, mode: str, message: str) -> None:
    line = open_line(mode)

    assert outcome(line.post(line.platform.deliver(message.encode()))) == (400, REFUSED[1], "读不懂这条消息".encode())


def test_body_over_64_kib_is_refused_in_plain_text(open_line: Callable) -> None:
    line = open_line("plain")
    delivery = line.platform.deliver(line.platform.text("产" * 30_000))

    assert outcome(line.post(delivery)) == (413, "text/plain; charset=utf-8", "请求太大".encode())


def test_number_of_a_message_may_be_spelled_the_other_way(open_line: Callable) -> None:
    line = open_line("plain")
    message = line.platform.text("产假多少天").replace(b"MsgId>", b"MsgID>")

    assert line.send(message) == "您问的是产假多少天。"


def test_reply_is_sealed_with_the_key_that_the_message_came_under(open_line: Callable, make_account: Callable) -> None:
    old, new = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
    line = open_line(keys=(new, old))

    for key in (old, new):
        line.platform = replace(line.platform, account=make_account(keys=(key,)))
        assert line.say("产假多少天") == "您问的是产假多少天。"


def test_account_does_not_show_its_secrets(make_account: Callable) -> None:
    shown = repr(make_account())

    assert [secret in shown for secret in ("tiaowen2026", repr(make_account().keys[0]))] == [False, False]
