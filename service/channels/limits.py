"""How often one user may ask: counted by openid, seat, widget session or conversation, never by network address."""

from typing import Literal

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

Kind = Literal["ask", "search", "feedback", "sign_in"]

_ALLOWED: dict[Kind, RateLimitItem] = {
    "ask": parse("60/minute"),
    "search": parse("600/minute"),
    "feedback": parse("20/minute"),
    "sign_in": parse("10/minute"),
}


class TooOften(Exception):
    """The same user has asked too often."""


class Limiter:
    def __init__(self, on: bool, redis_url: str = "") -> None:
        """Counts in this process, or in Redis for several."""
        self._on = on
        self._limiter = MovingWindowRateLimiter(storage_from_string(redis_url or "memory://"))

    def check(self, kind: Kind, who: str) -> None:
        """Counts one; raises TooOften above the limit. `who` is any key that stands for one user."""
        if self._on and not self._limiter.hit(_ALLOWED[kind], kind, who):
            raise TooOften
