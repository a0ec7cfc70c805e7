"""What we write is read as it was meant; what is hostile is not read at all, and costs little."""

import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from xml.dom import minidom

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.channels.wechat.message import Message, write_reply
from service.channels.wechat.xml import Malformed, read_fields

AT = datetime(2026, 7, 1, tzinfo=UTC)
MESSAGE = Message("gh_ours", "o-zhangsan", "1", "text", "", "", "", "1")
SOUND = "<ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"
AWKWARD = st.sampled_from(
    ["]]>", "]]", "]", ">", "<![CDATA[", "&amp;", "&", "</Content>", "\0", "\x1b", "\ufffe", "\r\n", "\r"]
)
ANY_TEXT = st.lists(st.one_of(st.text(), AWKWARD), max_size=12).map("".join)


def legal(text: str) -> str:
    """As the standard has it: characters that XML 1.0 allows, line ends made one."""
    kept = [
        character
        for character in text
        if character in "\t\n\r"
        or 0x20 <= ord(character) <= 0xD7FF
        or 0xE000 <= ord(character) <= 0xFFFD
        or ord(character) > 0xFFFF
    ]
    return re.sub("\r\n?", "\n", "".join(kept))


@settings(max_examples=2_500, deadline=None, derandomize=True, database=None)
@given(ANY_TEXT)
@example("]]>")
@example("]]]]>>")
@example("]]><Content>x</Content>")
@example("\r\n\r")
def test_any_text_is_read_by_another_parser_as_it_was_written(text: str) -> None:
    root = minidom.parseString(write_reply(MESSAGE, text, AT)).documentElement

    fields = {node.tagName: "".join(child.data for child in node.childNodes) for node in root.childNodes}
    assert fields == {
        "ToUserName": "o-zhangsan",
        "FromUserName": "gh_ours",
        "CreateTime": "1782864000",
        "MsgType": "text",
        "Content": legal(text),
    }


def test_fields_are_read_flat() -> None:
    body = "<xml>\n <A><![CDATA[一]]>&lt;</A>\n <B><C>2</C></B><D/></xml>"

    assert read_fields(body.encode()) == {"A": "一<", "B": "", "D": ""}


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DTD = '<!DOCTYPE xml [<!ENTITY l0 "ha">{more}]><xml>{body}<Content>{content}</Content></xml>'
HOSTILE = {
    "billion laughs": DTD.format(more=LAUGHS, body=SOUND, content="&l9;"),
    "quadratic": DTD.format(more=f'<!ENTITY q "{"x" * 20_000}">', body=SOUND, content="&q;" * 5_000),
    "external entity": DTD.format(more='<!ENTITY f SYSTEM "file:///etc/passwd">', body=SOUND, content="&f;"),
    "parameter entity": f'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]><xml>{SOUND}</xml>',
    "document type alone": f"<!DOCTYPE xml><xml>{SOUND}</xml>",
    "external document type": f'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x"><xml>{SOUND}</xml>',
    "unknown entity": f"<xml>{SOUND}<Content>&nbsp;</Content></xml>",
    "long name": f"<xml><{'x' * 65_000}",
    "long attribute": f'<xml a="{"x" * 65_000}',
    "long text": f"<xml>{SOUND}<Content>{'x' * 64_000}",
    "depth 10,000": f"<xml>{'<a>' * 10_000}",
    "depth 5": "<xml><a><a><a><a/></a></a></a></xml>",
    "65 elements": f"<xml>{''.join(f'<a{n}/>' for n in range(64))}</xml>",
    "attributes": f'<xml xmlns="x">{SOUND}</xml>',
    "duplicate": f"<xml>{SOUND}<MsgType>event</MsgType></xml>",
    "another root": f"<html>{SOUND}</html>",
    "two roots": f"<xml>{SOUND}</xml><xml>{SOUND}</xml>",
    "text outside": f"x<xml>{SOUND}</xml>",
    "unclosed": f"<xml>{SOUND}",
    "crossed": "<xml><a><b></a></b></xml>",
    "control character": f"<xml>{SOUND}<Content>\x01</Content></xml>",
    "character reference": f"<xml>{SOUND}<Content>&#0;</Content></xml>",
    "UTF-7 declared": f'<?xml version="1.0" encoding="UTF-7"?><xml>{SOUND}</xml>',
    "UTF-16 declared": f"<?xml version='1.0' encoding='UTF-16'?><xml>{SOUND}</xml>",
    "GBK declared": f'<?xml version="1.0" encoding="GBK"?><xml>{SOUND}</xml>',
    "empty": "",
    "blank": " \n",
    "JSON": '{"xml": 1}',
    "surrogate": b"<xml><A>\xed\xa0\x80</A></xml>",
    "overlong": b"<xml><A>\xc0\xbc</A></xml>",
    "zero bytes": b"\0" * 60_000,
}
ENCODED = {
    f"{name} in {encoding}": text.encode(encoding)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "gbk")
    for name, text in {
        "message": f"<xml>{SOUND}<Content>产假</Content></xml>",
        "laughs": HOSTILE["billion laughs"],
    }.items()
}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body if isinstance(body, bytes) else body.encode(), id=name)
        for name, body in {**HOSTILE, **ENCODED}.items()
        if name not in {"message in utf-7"}
    ],
)
def test_hostile_file_is_refused_and_costs_little(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(Malformed):
        read_fields(body)

    assert time.process_time() - started < 0.05


def test_utf_7_is_taken_for_the_ascii_that_it_looks_like() -> None:
    """Nothing is decoded from it: a tag hidden in UTF-7 stays text."""
    assert read_fields(b"<xml><A>+ADw-b+AD4-</A></xml>") == {"A": "+ADw-b+AD4-"}


def test_utf_8_may_be_declared() -> None:
    assert read_fields(b'<?xml version="1.0" encoding="utf-8"?><xml><A>1</A></xml>') == {"A": "1"}


def test_mark_of_byte_order_is_passed_over() -> None:
    assert read_fields(b"\xef\xbb\xbf<xml><A>1</A></xml>") == {"A": "1"}


def test_five_hundred_broken_files_are_refused_or_read_without_expansion() -> None:
    source = random.Random(9)
    files = [body if isinstance(body, bytes) else body.encode() for body in HOSTILE.values()]

    for _ in range(500):
        body = bytearray(source.choice(files)[:65_536])
        for _ in range(source.randint(1, 8)):
            at = source.randrange(len(body) + 1)
            body[at : at + source.randint(0, 60)] = source.choice([b"", b"<", b"]]>", b"&l9;", b"</xml>"])
        try:
            fields = read_fields(bytes(body))
        except Malformed:
            continue
        assert sum(map(len, fields.values())) <= len(body)


@pytest.mark.parametrize("name", ["billion laughs", "external entity", "depth 10,000", "duplicate"])
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_hostile_file_is_a_bad_request(open_line: Callable, mode: str, name: str) -> None:
    line = open_line(mode)

    received = line.post(line.platform.deliver(HOSTILE[name].encode()))

    assert (received.status, received.body) == (400, "读不懂这条消息".encode())
    assert line.desk.asked == []
