"""A ledger: one database with everything the report is made of, written through the service's own parts."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from corpus.index import Query
from service.audit import Audit
from service.database import open_database
from service.dialogue import Answer, Level, Question, Status
from service.handovers import Handovers
from service.monthly.figures import Figures, Sources, figures
from service.monthly.month import Month
from service.records import Feedback, Records
from service.tally import SHANGHAI
from service.unanswered import Unanswered

DAY = date(2026, 11, 1)


def at(month: int, day: int, hour: int = 9, minute: int = 0, *, year: int = 2026) -> datetime:
    """A moment on the clock in Shanghai."""
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


NOW = at(12, 2)
NOVEMBER = Month(2026, 11)


def by_words(text: str) -> Query:
    return Query.of(text, (), None)


def answer(status: Status = Status.ANSWERED, reason: str | None = None) -> Answer:
    return Answer(status, reason, "答", (), (), (), (), DAY, DAY, "000001-abc", Level.EXTRACT)


class Ledger:
    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        self.records, self.audit = Records(self.engine), Audit(self.engine)
        self.unanswered, self.handovers = Unanswered(self.engine), Handovers(self.engine)

    def ask(
        self,
        moment: datetime,
        question: str = "产假多少天",
        *,
        channel: str = "api",
        status: Status = Status.ANSWERED,
        reason: str | None = None,
        took_ms: int | None = 20,
        conversation: str | None = None,
    ) -> tuple[str, str]:
        """The ids of the answer and of its conversation."""
        asked = Question(question, moment.date())
        saved = self.records.save(conversation, channel, moment, asked, answer(status, reason), took_ms=took_ms)
        return saved.answer_id, saved.conversation_id

    def judge(self, answer_id: str, moment: datetime, verdict: str, reason: str | None = None, by: str = "") -> None:
        self.records.judge(Feedback(answer_id, verdict, reason, None, by or "citizen"), moment)

    def hand_over(self, moment: datetime, taken_after: timedelta | None = None, conversation: str = "") -> str:
        wants = conversation or self.ask(moment)[1]
        assert self.handovers.hand_over(wants, moment)
        if taken_after is not None:
            assert self.handovers.take(wants, "周敏")
            self.audit.write(moment + taken_after, "周敏", "take", wants)
        return wants

    def queue(self, moment: datetime, question: str, answer_id: str | None) -> int:
        waiting = self.unanswered.put(question, answer_id, "周敏", moment)
        self.unanswered.gather(by_words)
        return self.unanswered.group_of(waiting)

    def figures(self, month: Month = NOVEMBER, now: datetime = NOW) -> Figures:
        return figures(month, Sources(self.records, self.unanswered, self.audit, self.handovers), by_words, now)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield opened
    opened.engine.dispose()
