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
from service.records import Records, Saved, unsaved
from service.rules.facts import Facts
from service.switches import Switches


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
        self.log("ask", id=saved.answer_id, channel=channel, status=answer.status.value, refs=refs, took_ms=took)
        return Reply(answer, saved, took)

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
            self._hand_over(saved.conversation_id, asked_at)
        return saved

    def _hand_over(self, conversation_id: str, asked_at: datetime) -> None:
        try:
            self.handovers.hand_over(conversation_id, asked_at)
        except SQLAlchemyError as error:
            self.log("records_unavailable", error=type(error).__name__)
