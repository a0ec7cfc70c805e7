"""Signing and sealing agree with the platform's own example and with an independent library, both ways."""

import base64
import random
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from service.channels.wechat.cipher import CannotOpen, key_of, open_, seal
from service.channels.wechat.gate import Account, admit
from service.channels.wechat.signature import agrees, pseudonym, sign

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KEY = key_of(AES_KEY)
APP_ID = "wx0123456789abcdef"

# The example that the platform gives with its own sample programs.
EXAMPLE = Account("spamtest", "compatible", "wx2c2769f8efd9abc2", (KEY,))
EXAMPLE_SEALED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5G"
    "IItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMe"
    "zR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl"
    "9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
EXAMPLE_BODY = (
    "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><MsgType><![CDATA[text]]></MsgType>"
    f"<Content>not this one</Content><Encrypt><![CDATA[{EXAMPLE_SEALED}]]></Encrypt></xml>"
)


def test_example_of_the_platform_is_admitted() -> None:
    query = {
        "signature": sign(b"spamtest", b"1409735669", b"1320562132"),
        "timestamp": "1409735669",
        "nonce": "1320562132",
        "encrypt_type": "aes",
        "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
    }

    at = datetime.fromtimestamp(1409735669, UTC)
    message = admit(EXAMPLE, urlencode(query).encode(), EXAMPLE_BODY.encode(), at).message

    assert (message.to, message.sender) == ("gh_10f6c3c3ac5a", "oyORnuP8q7ou2gfYjqLzSIWZf0rs")
    assert (message.kind, message.said, message.id) == ("text", "abcdteT", "6054768590064713728")


def texts(many: int, seed: int) -> list[str]:
    """Of 0 to 300 characters of every width in UTF-8."""
    source = random.Random(seed)
    kinds = [(0x20, 0x7E), (0xA0, 0x7FF), (0x4E00, 0x9FFF), (0x1F300, 0x1F6FF)]
    return [
        "".join(chr(source.randint(*source.choice(kinds))) for _ in range(source.randint(0, 300))) for _ in range(many)
    ]


def test_what_we_seal_another_library_opens() -> None:
    theirs = PrpCrypto(KEY)

    different = [text for text in texts(5_000, 1) if theirs.decrypt(seal(text.encode(), KEY, APP_ID), APP_ID) != text]

    assert different == []


def test_what_another_library_seals_we_open() -> None:
    theirs = PrpCrypto(KEY)

    different = [
        text
        for text in texts(5_000, 2)
        if open_(theirs.encrypt(text, APP_ID).decode(), [KEY], APP_ID) != (text.encode(), KEY)
    ]

    assert different == []


def test_whole_message_of_another_library_has_the_signature_that_we_expect() -> None:
    sealed = WeChatCrypto("tiaowen2026", AES_KEY, APP_ID).encrypt_message("<xml/>", "n1", "1782869400")
    encrypted = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signature = sealed.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]

    assert agrees(signature.encode(), b"tiaowen2026", b"1782869400", b"n1", encrypted.encode())


def test_same_message_is_sealed_differently_each_time() -> None:
    assert len({seal(b"<xml/>", KEY, APP_ID) for _ in range(100)}) == 100


@pytest.mark.parametrize("length", range(64))
def test_every_length_comes_back(length: int) -> None:
    assert open_(seal(b"x" * length, KEY, APP_ID), [KEY], APP_ID) == (b"x" * length, KEY)


def test_either_key_opens_while_the_key_is_changed() -> None:
    new = bytes(range(32))

    assert open_(seal(b"m", KEY, APP_ID), [new, KEY], APP_ID) == (b"m", KEY)
    assert open_(seal(b"m", new, APP_ID), [new, KEY], APP_ID) == (b"m", new)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "A",
        "====",
        "非法",
        "AAAA",
        base64.b64encode(b"x" * 31).decode(),
        base64.b64encode(b"x" * 64).decode(),
        "A A=",
    ],
)
def test_what_is_no_envelope_cannot_be_opened(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        open_(sealed, [KEY], APP_ID)


@pytest.mark.parametrize("app_id", ["wx0123456789abcdee", "wx0123456789abcde", "wx0123456789abcdef0", ""])
def test_envelope_for_another_account_cannot_be_opened(app_id: str) -> None:
    with pytest.raises(CannotOpen):
        open_(seal(b"<xml/>", KEY, app_id), [KEY], APP_ID)


def test_pseudonym_keeps_parts_and_secrets_apart() -> None:
    names = {pseudonym("t1", "ab", "c"), pseudonym("t1", "a", "bc"), pseudonym("t1", "abc"), pseudonym("t2", "abc")}

    assert len(names) == 4
    assert {len(name) for name in names} == {64}


def sealed_by_hand(length: int, message: bytes, pad: bytes) -> str:
    """An envelope whose length field and padding are as given."""
    plain = bytes(16) + length.to_bytes(4, "big") + message + APP_ID.encode() + pad
    encryptor = Cipher(AES(KEY), CBC(KEY[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def test_envelope_made_by_hand_opens() -> None:
    assert open_(sealed_by_hand(8, b"12345678", b"\x12" * 18), [KEY], APP_ID) == (b"12345678", KEY)


@pytest.mark.parametrize(
    ("length", "pad"),
    [
        (8, b"\x11" + b"\x12" * 17),
        (8, b"\x12" * 9 + b"\x11" + b"\x12" * 8),
        (8, b"\x12" * 17 + b"\x00"),
        (8, b"\x21" * 18),
        (8, b"\xff" * 18),
        (7, b"\x12" * 18),
        (9, b"\x12" * 18),
        (0, b"\x12" * 18),
        (2**32 - 1, b"\x12" * 18),
    ],
    ids=["first of the pad", "inside the pad", "no pad", "33", "255", "short", "long", "nothing", "4 GiB"],
)
def test_padding_and_length_are_checked(length: int, pad: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_(sealed_by_hand(length, b"12345678", pad), [KEY], APP_ID)
