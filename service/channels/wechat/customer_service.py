"""Telling a citizen something later, outside of a reply: only accounts with that permission can."""

from collections.abc import Sequence
from typing import Protocol


class CustomerService(Protocol):
    def send(self, openid: str, texts: Sequence[str]) -> bool:
        """Whether all were sent; False leaves them to be fetched. Raises nothing."""
        ...


class NoCustomerService:
    """The default: nothing leaves this machine, and the citizen fetches the answer."""

    def send(self, openid: str, texts: Sequence[str]) -> bool:
        return False
