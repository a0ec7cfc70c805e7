"""The platform's envelope: AES-256-CBC over 16 random bytes, a length, the message and the app id."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_HEAD = 20
_PAD = 32
_BLOCK = 16


class CannotOpen(Exception):
    """Not sealed for us, or tampered with; why is nobody's business."""


def key_of(encoding_aes_key: str) -> bytes:
    """The 43 letters shown in the back end → 32 bytes. Raises ValueError."""
    return base64.b64decode(f"{encoding_aes_key}=")


def seal(message: bytes, key: bytes, app_id: str) -> str:
    """Base64, another one each time."""
    plain = secrets.token_bytes(16) + len(message).to_bytes(4, "big") + message + app_id.encode()
    pad = _PAD - len(plain) % _PAD
    return base64.b64encode(_encrypt(plain + bytes([pad]) * pad, key)).decode()


def open_(sealed: str, keys: Sequence[bytes], app_id: str) -> tuple[bytes, bytes]:
    """The message, and that of the keys which fits. Raises CannotOpen."""
    try:
        data = base64.b64decode(sealed.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise CannotOpen from error
    if not data or len(data) % _BLOCK:
        raise CannotOpen
    for key in keys:
        message = _message(_decrypt(data, key), app_id)
        if message is not None:
            return message, key
    raise CannotOpen


def _message(plain: bytes, app_id: str) -> bytes | None:
    """None unless padding, length and app id are all as they must be."""
    pad = plain[-1]
    if not 1 <= pad <= _PAD or len(plain) < _HEAD + pad or plain[-pad:] != bytes([pad]) * pad:
        return None
    end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
    owner = plain[end : len(plain) - pad]
    if end > len(plain) - pad or not hmac.compare_digest(owner, app_id.encode()):
        return None
    return plain[_HEAD:end]


def _encrypt(data: bytes, key: bytes) -> bytes:
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _decrypt(data: bytes, key: bytes) -> bytes:
    decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
    return decryptor.update(data) + decryptor.finalize()
