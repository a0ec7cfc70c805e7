"""Where every channel asks: one question of one citizen → an answer, masked, remembered and recorded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import SQLAlchemyError

from service.basis import Basis
from service.dialogue import Answer, Earlier, Question, Status
from service.handovers import Handovers
from service.masking import mask
from service.pipeline import Parts, answer_with_basis
from service.records import Feedback, Kept, Records, Saved, unsaved
from service.rules.facts import Facts
from service.switches import Switches
from service.unanswered import Unanswered, lack_of
from service.words import Words

_NO_GOOD = {"unhelpful", "wrong"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, the ids it is recorded under, and the milliseconds it took to write."""

    answer: Answer
    saved: Saved
    took_ms: int


@dataclass(frozen=True, slots=True)
class Desk:
    """`now` is the one clock; `log` takes an event and its fields, never the citizen's words."""

    parts: Parts
    records: Records
    handovers: Handovers
    unanswered: Unanswered
    switches: Switches
    now: Callable[[], datetime]
    log: Callable[..., None]

    def ask(self, channel: str, text: str, conversation_id: str | None, facts: Facts, on: date | None = None) -> Reply:
        """`text` as the citizen wrote it; an unknown conversation begins a new one; `on` is today if left out."""
        started, asked_at = time.perf_counter(), self.now()
        earlier = self._earlier(conversation_id, asked_at)
        question = Question(mask(text), on or asked_at.date(), facts, earlier or Earlier())
        answer, basis = answer_with_basis(question, self.parts)
        took = round(1000 * (time.perf_counter() - started))
        saved = self._save(conversation_id if earlier else None, channel, asked_at, question, answer, basis, took)
        refs = ",".join(citation.ref for citation in answer.citations)
        if answer.status is Status.NO_BASIS:
            self._queue(Kept(saved.answer_id, saved.conversation_id, asked_at, channel, question.text, answer), channel)
        self.log("ask", id=saved.answer_id, channel=channel, status=answer.status.value, refs=refs, took_ms=took)
        return Reply(answer, saved, took)

    def judge(self, feedback: Feedback) -> bool:
        """False for an answer that is in no record; the question of one that was no good is put into the queue."""
        at = self.now()
        kept = self.records.kept(feedback.answer_id, at)
        if kept is None:
            return False
        self.records.judge(feedback, at)
        if feedback.verdict in _NO_GOOD:
            self._queue(kept, feedback.given_by)
        return True

    def hand_over(self, conversation_id: str) -> bool:
        """False for a conversation that is in no record; what was asked last before a person is put into the queue."""
        at = self.now()
        if not self.handovers.hand_over(conversation_id, at):
            return False
        told = [turn for turn in self.records.turns(conversation_id, at) if lack_of(turn.answer, self._words())]
        for kept in told[-1:]:
            self._queue(kept, kept.channel)
        return True

    def _queue(self, kept: Kept, sent_by: str) -> None:
        """An answer is given and a judgement is taken, whether or not the queue can be written."""
        lack = lack_of(kept.answer, self._words())
        try:
            if lack is not None:
                self.unanswered.put(kept.question, kept.answer_id, sent_by, self.now(), lack)
        except SQLAlchemyError as error:
            self.log("records_unavailable", error=type(error).__name__)

    def _words(self) -> Words:
        return self.parts.words.current()

    def _earlier(self, conversation_id: str | None, asked_at: datetime) -> Earlier | None:
        try:
            return self.records.earlier(conversation_id, asked_at)
        except SQLAlchemyError as error:
            self.log("records_unavailable", error=type(error).__name__)
            return None

    def _save(
        self,
        conversation_id: str | None,
        channel: str,
        asked_at: datetime,
        question: Question,
        answer: Answer,
        basis: Basis,
        took_ms: int,
    ) -> Saved:
        """Who needs a person is put before the operators at once; an answer that cannot be recorded is given all the
        same, under ids that nobody can look up."""
        try:
            saved = self.records.save(conversation_id, channel, asked_at, question, answer, basis, took_ms)
        except SQLAlchemyError as error:
            self.log("records_unavailable", error=type(error).__name__)
            return unsaved()
        if answer.status is Status.HANDED_OVER:
            self._hand_over(saved.conversation_id)
        return saved

    def _hand_over(self, conversation_id: str) -> None:
        try:
            self.hand_over(conversation_id)
        except SQLAlchemyError as error:
            self.log("records_unavailable", error=type(error).__name__)
