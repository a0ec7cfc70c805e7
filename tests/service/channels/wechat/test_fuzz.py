"""Whatever is sent to /wechat, the response is one that the platform can take."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import pytest

STATUSES = {200, 400, 403, 413}
PIECES = [
    b"<xml>", b"</xml>", b"<Content>", b"</Content>", b"<![CDATA[", b"]]>", b"<!DOCTYPE x>", b"&lt;", b"&x;",
    b"<Encrypt>", b"\0", b"\xff", b"\xef\xbb\xbf", b"<MsgType>event</MsgType>", b"<Event>CLICK</Event>", b"<a>" * 9,
    "产假".encode(), b"%", b"{}",
]  # fmt: skip
PARAMETERS = [
    b"",
    b"&",
    b"=",
    b"&signature=1",
    b"&encrypt_type=aes",
    b"&%ff=%00",
    b"\xff",
    b"&timestamp=-1",
    b"&nonce=%E4%BA%A7",
    b"?",
]


def broken(body: bytes, source: random.Random) -> bytes:
    for _ in range(source.randint(0, 3)):
        start = source.randrange(len(body) + 1)
        end = source.choice([start, min(len(body), start + source.randint(0, 40))])
        body = body[:start] + source.choice(PIECES) + body[end:]
    return body


@pytest.mark.parametrize(("mode", "many"), [("plain", 4_000), ("compatible", 3_000), ("safe", 3_000)])
def test_ten_thousand_broken_requests(open_line: Callable, send: Callable, mode: str, many: int) -> None:
    line, source = open_line(mode), random.Random(many)
    platform, seen = line.platform, Counter()
    kinds = [
        lambda: platform.text("产假多少天"),
        lambda: platform.voice("产假"),
        lambda: platform.event("CLICK", "LEAVE"),
        lambda: platform.event("subscribe"),
        platform.picture,
    ]

    async def post_all() -> None:
        for n in range(many):
            message = source.choice(kinds)()
            inside = n % 3 == 0  # broken before it is signed and sealed
            delivery = platform.deliver(broken(message, source) if inside else message)
            query, body = delivery.query.encode(), delivery.body if inside else broken(delivery.body, source)
            if n % 4 == 1:
                at = source.randrange(len(query))
                query = query[:at] + source.choice(PARAMETERS) + query[at + source.randint(0, 3) :]
            if n % 500 == 2:
                body *= 1 + 70_000 // max(len(body), 1)
            method = "GET" if n % 10 == 3 else "POST"
            received = await send(line.apps[0], method, query, body)
            seen[received.status] += 1
            assert received.status in STATUSES, (method, query, body)
            assert "json" not in received.content_type
            if received.status == 200 and method == "POST" and received.body != b"success":
                assert platform.opened(received.body)["Content"]

    asyncio.run(post_all())

    assert seen.keys() == STATUSES
    assert seen[200] > many // 20
    assert {entry["event"] for entry in line.desk.logged} == {"wechat_refused"}
