"""The platform's signature over the token and what came with it; our own names for what must not be stored."""

import hashlib
import hmac


def sign(*parts: bytes) -> str:
    """40 hexadecimal digits; the parts are sorted as bytes."""
    return hashlib.sha1(b"".join(sorted(parts))).hexdigest()  # noqa: S324 - the platform's protocol


def agrees(given: bytes, *parts: bytes) -> bool:
    """Whether `given` is the signature of the parts, compared in constant time."""
    return hmac.compare_digest(given, sign(*parts).encode())


def pseudonym(secret: str, *parts: str) -> str:
    """64 hexadecimal digits that stand for the parts, and tell nothing of them to who has not the secret."""
    told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
