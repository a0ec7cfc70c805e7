"""A request → the letter in it, once it is proven to be the platform's, fresh, and of the configured mode."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import unquote_to_bytes

from service.channels.wechat.cipher import CannotOpen, open_, seal
from service.channels.wechat.message import Message, message_of, write_reply
from service.channels.wechat.signature import agrees, pseudonym, sign
from service.channels.wechat.xml import Malformed, element, read_fields

FRESH_FOR = 600
_SEALED_FIELDS = {"ToUserName", "Encrypt"}


class Refused(Exception):
    """`status` for the sender, 403 or 400; `str()` names the check for the log and says nothing of the message."""

    def __init__(self, status: int, check: str) -> None:
        super().__init__(check)
        self.status = status


@dataclass(frozen=True, slots=True)
class Account:
    """Our side of the agreement; `keys` holds two while the key is changed; `name` is the account's original id."""

    token: str = field(repr=False)
    mode: Literal["plain", "compatible", "safe"]
    app_id: str = ""
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    name: str = ""

    @property
    def store_key(self) -> bytes:
        """32 bytes, for what we keep ourselves."""
        return bytes.fromhex(pseudonym(self.token, "kept"))


@dataclass(frozen=True, slots=True)
class Letter:
    """A proven message. `user`, `delivery` and `seal` are keyed hashes; `key` is what it was sealed with, if it was."""

    message: Message
    user: str
    delivery: str
    seal: str
    account: Account
    key: bytes | None

    def reply(self, text: str, now: datetime) -> bytes:
        """Sealed as the letter was; another one each time."""
        plain = write_reply(self.message, text, now)
        return _sealed(plain, self.account, self.key, now) if self.key else plain


def verified_echo(account: Account, query: bytes, now: datetime) -> bytes:
    """The `echostr` of the address check, byte for byte. Raises Refused."""
    given = _signed(account, query, now)
    if b"echostr" not in given:
        raise Refused(400, "echostr")
    return given[b"echostr"]


def admit(account: Account, query: bytes, body: bytes, now: datetime) -> Letter:
    """The body is not looked at before the signature of the address holds. Raises Refused."""
    given = _signed(account, query, now)
    try:
        fields = read_fields(body)
        key = None
        if account.mode == "plain":
            _check_plain(given, fields)
        else:
            _check_sealed(account, given, fields)
            inner, key = open_(fields["Encrypt"], account.keys, account.app_id)
            fields = read_fields(inner)
        message = message_of(fields)
    except Malformed as error:
        raise Refused(400, "malformed") from error
    except CannotOpen as error:
        raise Refused(403, "cipher") from error
    if account.name and message.to != account.name:
        raise Refused(403, "account")
    return Letter(
        message=message,
        user=pseudonym(account.token, "user", message.sender),
        delivery=pseudonym(account.token, *message.identity),
        seal=pseudonym(account.token, *(given[name].hex() for name in (b"timestamp", b"nonce", b"signature"))),
        account=account,
        key=key,
    )


def _signed(account: Account, query: bytes, now: datetime) -> Mapping[bytes, bytes]:
    given = _parameters(query)
    timestamp, nonce = given.get(b"timestamp", b""), given.get(b"nonce", b"")
    if not agrees(given.get(b"signature", b""), account.token.encode(), timestamp, nonce):
        raise Refused(403, "signature")
    if not re.fullmatch(rb"[0-9]{1,11}", timestamp) or abs(now.timestamp() - int(timestamp)) > FRESH_FOR:
        raise Refused(403, "stale")
    return given


def _parameters(query: bytes) -> Mapping[bytes, bytes]:
    given: dict[bytes, bytes] = {}
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name in given:
            raise Refused(403, "parameters")
        given[name] = unquote_to_bytes(value.replace(b"+", b" "))
    return given


def _check_plain(given: Mapping[bytes, bytes], fields: Mapping[str, str]) -> None:
    if given.get(b"encrypt_type", b"raw") != b"raw" or b"msg_signature" in given or "Encrypt" in fields:
        raise Refused(403, "mode")


def _check_sealed(account: Account, given: Mapping[bytes, bytes], fields: Mapping[str, str]) -> None:
    """In compatible mode the plain message stands beside the sealed one, which alone counts; in safe mode none."""
    beside = fields.keys() - _SEALED_FIELDS
    in_shape = "MsgType" in beside if account.mode == "compatible" else not beside
    if given.get(b"encrypt_type") != b"aes" or "Encrypt" not in fields or not in_shape:
        raise Refused(403, "mode")
    covered = (account.token.encode(), given[b"timestamp"], given[b"nonce"], fields["Encrypt"].encode())
    if not agrees(given.get(b"msg_signature", b""), *covered):
        raise Refused(403, "msg_signature")


def _sealed(plain: bytes, account: Account, key: bytes, now: datetime) -> bytes:
    encrypted = seal(plain, key, account.app_id)
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
    signature = sign(account.token.encode(), timestamp.encode(), nonce.encode(), encrypted.encode())
    return (
        "<xml>"
        + element("Encrypt", encrypted)
        + element("MsgSignature", signature)
        + f"<TimeStamp>{timestamp}</TimeStamp>"
        + element("Nonce", nonce)
        + "</xml>"
    ).encode()
