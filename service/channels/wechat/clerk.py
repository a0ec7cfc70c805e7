"""What is done for one letter: the plan is made from the message alone, the work is done in a thread."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from service.channels.limits import Limiter, TooOften
from service.channels.schema import QUESTION_LIMIT, QuestionText
from service.channels.wechat.customer_service import CustomerService
from service.channels.wechat.gate import Letter
from service.channels.wechat.mailbox import Answered, Caller, Claim, Mailbox, Told
from service.channels.wechat.message import SUCCESS, Message
from service.channels.wechat.reply import choices_again, chosen, is_a_choice, offers_of, parts, write
from service.channels.wechat.texts import LiveTexts
from service.desk import Desk
from service.rules.facts import parse_facts
from service.switches import Channel

_QUESTION = TypeAdapter(QuestionText)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    question: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class More:
    """The citizen wants what did not fit, or came too late."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing is shown; `leaves`: the citizen follows us no longer."""

    leaves: bool = False


Plan = Ask | Say | More | Silent


@dataclass(frozen=True, slots=True)
class Clerk:
    """`public_url` is empty where citizens cannot open a page of ours."""

    desk: Desk
    limiter: Limiter
    mailbox: Mailbox
    texts: LiveTexts
    public_url: str
    customer_service: CustomerService

    def plan(self, message: Message) -> Plan:
        texts = self.texts.current()
        if message.kind == "event":
            return self._on_event(message)
        if message.kind == "voice" and not message.said.strip():
            return Say(texts.please_type_voice)
        if message.kind == "other" or not message.said.strip() or message.said.strip() in texts.unsupported:
            return Say(texts.please_type)
        if texts.asks_for_more(message.said):
            return More()
        return self._question(message.said.strip())

    def if_open(self, plan: Plan) -> Plan:
        """While the channel is switched off, everybody is told so."""
        closed = not isinstance(plan, Silent) and not self.desk.switches.is_open(Channel.WECHAT)
        return Say(self.texts.current().closed) if closed else plan

    def claim(self, letter: Letter) -> Claim:
        """Where nothing can be stored, every delivery is answered by itself."""
        try:
            return self.mailbox.claim(letter.seal, letter.delivery, self.desk.now())
        except SQLAlchemyError as error:
            self._broken(error)
            return Claim(letter.delivery, first=True)

    def stored(self, delivery: str) -> bytes | None:
        try:
            return self.mailbox.body(delivery)
        except SQLAlchemyError as error:
            self._broken(error)
            return None

    def ask(self, letter: Letter, question: str) -> bytes:
        """The reply, or what was replied before if this took too long; raises nothing."""
        try:
            return self._asked(letter, question)
        except TooOften:
            return self._told(letter, self.texts.current().too_often)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the citizen gets a sentence, not a fault
            self.desk.log("wechat_failed", error=type(error).__name__)
            return self._told(letter, self.texts.current().failed)

    def say(self, letter: Letter, text: str) -> bytes:
        body = letter.reply(text, self.desk.now())
        return self._kept(partial(self.mailbox.settle, letter.delivery, body), body)

    def silence(self, letter: Letter, leaves: bool) -> bytes:
        if leaves:
            self._kept(partial(self.mailbox.forget, letter.user), None)
        return self._kept(partial(self.mailbox.settle, letter.delivery, SUCCESS), SUCCESS)

    def more(self, letter: Letter) -> bytes | None:
        """None while the answer is still to come."""

        def written(part: str | None) -> bytes:
            return letter.reply(self.texts.current().nothing_left if part is None else part, self.desk.now())

        try:
            return self.mailbox.next_part(letter.delivery, letter.user, written, self.desk.now())
        except SQLAlchemyError as error:
            self._broken(error)
            return written(None)

    def last_word(self, letter: Letter, delivery: str, body: bytes, *, comes: bool) -> bytes:
        """At the deadline; `comes`: the answer is still looked up, and can be asked for."""
        if comes:
            return self._kept(partial(self.mailbox.looking, delivery, letter.user, body, self.desk.now()), body)
        return self._kept(partial(self.mailbox.settle, delivery, body), body)

    def _on_event(self, message: Message) -> Plan:
        texts = self.texts.current()
        if message.event in {"SUBSCRIBE", "SCAN"}:
            return Say(texts.greeting)
        if message.event == "CLICK":
            return Ask(texts.menu[message.key]) if message.key in texts.menu else Say(texts.unknown_menu)
        return Silent(leaves=message.event == "UNSUBSCRIBE")

    def _question(self, said: str) -> Plan:
        try:
            return Ask(_QUESTION.validate_python(said))
        except ValidationError:
            texts = self.texts.current()
            return Say(texts.too_long if len(said) > QUESTION_LIMIT else texts.not_read)

    def _asked(self, letter: Letter, question: str) -> bytes:
        self.limiter.check("ask", letter.user)
        caller, texts = self._caller(letter), self.texts.current()
        picked = chosen(question, caller.offered)
        if caller.offered and is_a_choice(question) and not picked:
            return self._told(letter, choices_again(question, caller.offered, texts))
        said = "，".join(offer.label for offer in picked) or question
        facts = parse_facts({offer.fact: offer.value for offer in picked})
        reply = self.desk.ask("wechat", said, caller.conversation_id, facts)
        link = f"{self.public_url}/a/{reply.saved.answer_id}" if self.public_url else ""
        text = write(reply.answer, link, texts)
        first, *rest = parts(text, link, texts)
        late = parts(f"{texts.late}\n{text}", link, texts)
        body = letter.reply(first, self.desk.now())
        done = Answered(body, reply.saved.conversation_id, offers_of(reply.answer), rest, late)
        return self._finish(letter, done)

    def _told(self, letter: Letter, text: str) -> bytes:
        """A sentence in place of an answer; the choices given last still count."""
        now = self.desk.now()
        told = Told(letter.reply(text, now), (text,))
        return self._kept(lambda: self.mailbox.answered(letter.delivery, letter.user, told, now)[0], told.body)

    def _finish(self, letter: Letter, done: Answered) -> bytes:
        return self._kept(partial(self._sent, letter, done), done.body)

    def _sent(self, letter: Letter, done: Answered) -> bytes:
        stands, late = self.mailbox.answered(letter.delivery, letter.user, done, self.desk.now())
        if late and self.customer_service.send(letter.message.sender, done.late):
            self.mailbox.all_sent(letter.user)
        return stands

    def _caller(self, letter: Letter) -> Caller:
        return self._kept(lambda: self.mailbox.caller(letter.user, self.desk.now()), Caller())

    def _kept(self, store: Callable[[], T], otherwise: T) -> T:
        """What a store that may be down gives, or else the value to go on with."""
        try:
            return store()
        except SQLAlchemyError as error:
            self._broken(error)
            return otherwise

    def _broken(self, error: SQLAlchemyError) -> None:
        self.desk.log("wechat_store_unavailable", error=type(error).__name__)
