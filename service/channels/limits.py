"""How often one user may ask: counted by openid, seat, widget session or conversation, never by network address."""

from typing import Literal

from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

Kind = Literal["ask", "search", "feedback", "handover", "sign_in", "sign_in_all"]

_ALLOWED: dict[Kind, RateLimitItem] = {
    "ask": parse("60/minute"),
    "search": parse("600/minute"),
    "feedback": parse("20/minute"),
    "handover": parse("60/minute"),
    "sign_in": parse("10/minute"),
    "sign_in_all": parse("120/minute"),
}
_REDIS_SECONDS = 0.2


class TooOften(Exception):
    """The same user has asked too often."""


class Limiter:
    def __init__(self, on: bool, redis_url: str = "") -> None:
        """Counts in this process, or in Redis for several. Raises ConfigurationError for an address that is none."""
        self._on = on
        waits = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS} if redis_url else {}
        storage = storage_from_string(redis_url or "memory://", wrap_exceptions=True, **waits)
        self._limiter = FixedWindowRateLimiter(storage)

    def check(self, kind: Kind, who: str) -> None:
        """Counts one; raises TooOften above the limit. `who` is any key that stands for one user at one door; it may
        block for as long as Redis takes."""
        if self._on and not self._counted(kind, who):
            raise TooOften

    def _counted(self, kind: Kind, who: str) -> bool:
        """Whether it is within the limit; while Redis cannot be reached nobody is held up."""
        try:
            return self._limiter.hit(_ALLOWED[kind], kind, who)
        except StorageError:
            return True
