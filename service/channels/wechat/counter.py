"""One letter → the bytes of its reply before the platform hangs up, whatever else hangs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from service.channels.wechat.clerk import Ask, Clerk, More, Plan, Say, Silent
from service.channels.wechat.gate import Letter
from service.channels.wechat.mailbox import Claim
from service.channels.wechat.message import SUCCESS

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: the platform hangs up at 5; `store` is what storing the last word may take after `answer`."""

    answer: float = 4.0
    store: float = 0.4
    poll: float = 0.05


def _threads(name: str, most: int) -> Callable[[], Executor]:
    return lambda: ThreadPoolExecutor(most, thread_name_prefix=name)


@dataclass(frozen=True, slots=True)
class Counter:
    """Asks have threads of their own: when all of them hang, letters are still taken and told to come back."""

    clerk: Clerk
    deadlines: Deadlines
    askers: Executor = field(default_factory=_threads("wechat-ask", 16))
    storers: Executor = field(default_factory=_threads("wechat-store", 8))

    async def answer(self, letter: Letter) -> bytes:
        plan = self.clerk.plan(letter.message)
        if isinstance(plan, Silent) and not plan.leaves:
            return SUCCESS
        claim = Claim(letter.delivery, first=True)
        try:
            async with asyncio.timeout(self.deadlines.answer):
                claim = await self._in(self.storers, lambda: self.clerk.claim(letter))
                return await self._served(letter, plan, claim)
        except TimeoutError:
            return await self._last_word(letter, plan, claim)

    async def _served(self, letter: Letter, plan: Plan, claim: Claim) -> bytes:
        if not claim.first:
            return await self._until(lambda: self.clerk.stored(claim.delivery))
        match await self._in(self.storers, lambda: self.clerk.if_open(plan)):
            case Ask(question):
                return await self._in(self.askers, lambda: self.clerk.ask(letter, question))
            case More():
                return await self._until(lambda: self.clerk.more(letter))
            case Say(text):
                return await self._in(self.storers, lambda: self.clerk.say(letter, text))
            case Silent(leaves):
                return await self._in(self.storers, lambda: self.clerk.silence(letter, leaves))

    async def _last_word(self, letter: Letter, plan: Plan, claim: Claim) -> bytes:
        """Stored for the other deliveries if the store still answers; said in any case."""
        if isinstance(plan, Silent):
            return SUCCESS
        texts, comes = self.clerk.texts.current(), isinstance(plan, Ask)
        body = letter.reply(plan.text if isinstance(plan, Say) else texts.looking, self.clerk.desk.now())
        self.clerk.desk.log("wechat_deadline", first=claim.first)
        try:
            async with asyncio.timeout(self.deadlines.store):
                return await self._in(
                    self.storers, partial(self.clerk.last_word, letter, claim.delivery, body, comes=comes)
                )
        except TimeoutError:
            return body

    async def _until(self, look: Callable[[], bytes | None]) -> bytes:
        while (found := await self._in(self.storers, look)) is None:
            await asyncio.sleep(self.deadlines.poll)
        return found

    async def _in(self, threads: Executor, work: Callable[[], Result]) -> Result:
        """Work goes on when nobody waits for it any more: an answer that comes late is stored."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(threads, work))
