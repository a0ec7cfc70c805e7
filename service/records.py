"""What was asked and answered, and what people said of the answers."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import DateTime, Engine, String, Text, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.basis import Basis
from service.database import Table
from service.dialogue import Answer, Earlier, Level, Question
from service.keeping import ANSWERS, DIALOGUES, FEEDBACK
from service.rules.facts import Facts, FactValue, parse_facts, written
from service.tally import Tally, counting

_ANSWER = TypeAdapter(Answer)
_EARLIER = TypeAdapter(Earlier)
_QUESTION = TypeAdapter(Question)
_BASIS = TypeAdapter(Basis)


class ConversationRow(Table):
    __tablename__ = "dialogues"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    earlier: Mapped[str] = mapped_column(Text)


class AnswerRow(Table):
    __tablename__ = "answers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    snapshot: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    asked: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(String(64), index=True)


class FeedbackRow(Table):
    __tablename__ = "feedback"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    answer_id: Mapped[str] = mapped_column(String(64), index=True)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    given_by: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Saved:
    answer_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A recorded answer; `question` is masked."""

    answer_id: str
    conversation_id: str
    asked_at: datetime
    channel: str
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thinks of an answer; `given_by` is "citizen" or the name of a seat, `comment` is masked."""

    answer_id: str
    verdict: str
    reason: str | None
    comment: str | None
    given_by: str = "citizen"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer was made of besides what lies in files: `question` as it was put, and `basis`; `answer` is the
    recorded JSON, byte for byte."""

    question: Question
    basis: Basis
    snapshot: str
    level: Level
    answer: bytes


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question, masked, without its answer."""

    answer_id: str
    conversation_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows of each kind were deleted."""

    answers: int
    feedback: int
    dialogues: int


def unsaved() -> Saved:
    """Ids for an answer that is in no record."""
    return Saved(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


class Records:
    """Questions come in masked already; ids cannot be guessed."""

    def __init__(self, engine: Engine) -> None:
        """The tables must be there: `service.database.open_database` makes them."""
        self._engine = engine
        self.tally = Tally(engine)

    def earlier(self, conversation_id: str | None, now: datetime) -> Earlier | None:
        """What a conversation said so far; None for an id that was never issued, or that has been silent for a day."""
        if conversation_id is None:
            return None
        with Session(self._engine) as session:
            row = session.get(ConversationRow, conversation_id)
        if row is None or aware(row.said_at) < DIALOGUES.oldest(now):
            return None
        return _with_facts(_EARLIER.validate_json(row.earlier))

    def save(
        self,
        conversation_id: str | None,
        channel: str,
        asked_at: datetime,
        question: Question,
        answer: Answer,
        basis: Basis | None = None,
        took_ms: int | None = None,
    ) -> Saved:
        """One row for the answer, one for the conversation, one for the count; a None id begins a new conversation. An
        answer without a basis cannot be made again."""
        saved = Saved(secrets.token_urlsafe(24), conversation_id or secrets.token_urlsafe(24))
        with self._engine.begin() as db:
            said = _said(answer.remembered, asked_at)
            if conversation_id:
                db.execute(_CHANGE_CONVERSATION, said | {"conversation": saved.conversation_id})
            else:
                db.execute(_NEW_CONVERSATION, said | {"id": saved.conversation_id})
            db.execute(_NEW_ANSWER, _answered(saved, channel, asked_at, question, answer) | _rested(question, basis))
            db.execute(counting(asked_at, channel, answer.status.value, answer.reason, took_ms))
        return saved

    def latest_questions(self, limit: int) -> list[QuestionText]:
        """As they were asked, masked, the latest first, each once."""
        row = AnswerRow
        newest = select(row.id, row.conversation_id, row.question).order_by(row.asked_at.desc()).limit(limit)
        with Session(self._engine) as session:
            latest: dict[str, QuestionText] = {}
            for one in session.execute(newest):
                latest.setdefault(one.question, QuestionText(*one))
        return list(latest.values())

    def questions_between(self, since: datetime, until: datetime, now: datetime) -> list[QuestionText]:
        """What was asked from `since` to before `until` and has not expired, in the order of time."""
        row, begin = AnswerRow, max(since.astimezone(UTC), oldest_answer(now))
        wanted = select(row.id, row.conversation_id, row.question).order_by(row.asked_at, row.id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.asked_at >= begin, row.asked_at < until.astimezone(UTC)))
            return [QuestionText(*one) for one in found]

    def judged(self, since: datetime, until: datetime, now: datetime) -> list[Feedback]:
        """What was said of answers in that time and has not expired; the last word of each judge on each answer."""
        row, begin = FeedbackRow, max(since.astimezone(UTC), FEEDBACK.oldest(now.astimezone(UTC)))
        wanted = select(row.answer_id, row.verdict, row.reason, row.comment, row.given_by).order_by(row.id)
        with Session(self._engine) as session:
            found = session.execute(wanted.where(row.given_at >= begin, row.given_at < until.astimezone(UTC)))
            return list({(one.answer_id, one.given_by): Feedback(*one) for one in found}.values())

    def kept(self, answer_id: str, now: datetime) -> Kept | None:
        """None for an id that was never issued, or whose record has expired."""
        with Session(self._engine) as session:
            row = session.get(AnswerRow, answer_id)
        kept = _kept(row) if row else None
        return kept if kept and kept.asked_at >= ANSWERS.oldest(now) else None

    def turns(self, conversation_id: str, now: datetime) -> list[Kept]:
        """One conversation from its beginning, less what has expired."""
        one = select(AnswerRow).where(
            AnswerRow.conversation_id == conversation_id, AnswerRow.asked_at >= oldest_answer(now)
        )
        with Session(self._engine) as session:
            return [_kept(row) for row in session.scalars(one.order_by(AnswerRow.asked_at))]

    def judge(self, feedback: Feedback, at: datetime) -> None:
        with self._engine.begin() as db:
            row = {"given_at": at.astimezone(UTC)} | {name: getattr(feedback, name) for name in Feedback.__slots__}
            db.execute(insert(FeedbackRow), row)

    def asked(self, answer_id: str, now: datetime) -> Asked | None:
        """None for an id that was never issued, and for a record that has expired or is from before this was kept."""
        with Session(self._engine) as session:
            row = session.get(AnswerRow, answer_id)
        if row is None or row.asked is None or row.basis is None or aware(row.asked_at) < ANSWERS.oldest(now):
            return None
        said = _QUESTION.validate_json(row.asked)
        question = replace(said, facts=parse_facts(said.facts), earlier=_with_facts(said.earlier))
        stored = row.answer.encode()
        answer = _ANSWER.validate_json(stored)
        try:
            basis = _BASIS.validate_json(row.basis)
        except ValidationError:  # written by a version that answered in another way
            return None
        return Asked(question, basis, answer.snapshot, answer.level, stored)

    def words_needed(self) -> frozenset[str]:
        """The digests of the word files that recorded answers rest on."""
        with Session(self._engine) as session:
            return frozenset(session.scalars(select(AnswerRow.words).where(AnswerRow.words.is_not(None)).distinct()))

    def purge(self, now: datetime) -> Deleted:
        """Deletes what has expired; of a conversation without answers, what it said once it is silent for a day."""
        left = select(AnswerRow.conversation_id)
        silent = ConversationRow.said_at < DIALOGUES.oldest(now.astimezone(UTC))
        old_feedback = FeedbackRow.given_at < FEEDBACK.oldest(now.astimezone(UTC))
        with self._engine.begin() as db:
            return Deleted(
                answers=db.execute(delete(AnswerRow).where(AnswerRow.asked_at < oldest_answer(now))).rowcount,
                feedback=db.execute(delete(FeedbackRow).where(old_feedback)).rowcount,
                dialogues=db.execute(delete(ConversationRow).where(silent, ConversationRow.id.not_in(left))).rowcount,
            )

    def answers_of(self, conversation_id: str) -> list[str]:
        """The ids of all its answers, also of those that have expired."""
        with Session(self._engine) as session:
            return list(session.scalars(select(AnswerRow.id).where(AnswerRow.conversation_id == conversation_id)))

    def forget(self, conversation_id: str) -> Deleted:
        """Deletes all of a conversation that is recorded here."""
        these = AnswerRow.conversation_id == conversation_id
        of_these = FeedbackRow.answer_id.in_(select(AnswerRow.id).where(these))
        with self._engine.begin() as db:
            feedback = db.execute(delete(FeedbackRow).where(of_these)).rowcount
            return Deleted(
                answers=db.execute(delete(AnswerRow).where(these)).rowcount,
                feedback=feedback,
                dialogues=db.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id)).rowcount,
            )

    def count(self) -> int:
        with Session(self._engine) as session:
            return session.scalars(select(func.count()).select_from(AnswerRow)).one()

    def close(self) -> None:
        self._engine.dispose()


def oldest_answer(now: datetime) -> datetime:
    """Answers before it have expired."""
    return ANSWERS.oldest(now.astimezone(UTC))


def _kept(row: AnswerRow) -> Kept:
    answer = _ANSWER.validate_json(row.answer)
    return Kept(row.id, row.conversation_id, aware(row.asked_at), row.channel, row.question, answer)


def aware(at: datetime) -> datetime:
    """SQLite forgets the zone; what is stored is UTC."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


_NEW_CONVERSATION = insert(ConversationRow)
_CHANGE_CONVERSATION = (
    update(ConversationRow)
    .where(ConversationRow.id == bindparam("conversation"))
    .values(said_at=bindparam("said_at"), earlier=bindparam("earlier"))
)
_NEW_ANSWER = insert(AnswerRow)


def _said(remembered: Earlier, at: datetime) -> dict[str, str | datetime]:
    return {"said_at": at.astimezone(UTC), "earlier": _EARLIER.dump_json(_with_plain_facts(remembered)).decode()}


def _rested(question: Question, basis: Basis | None) -> dict[str, str | None]:
    plain = replace(question, facts=_plain_facts(question.facts), earlier=_with_plain_facts(question.earlier))
    return {
        "asked": _QUESTION.dump_json(plain).decode(),
        "basis": _BASIS.dump_json(basis).decode() if basis else None,
        "words": basis.words or None if basis else None,
    }


def _with_facts(earlier: Earlier) -> Earlier:
    return replace(earlier, facts={owner: parse_facts(said) for owner, said in earlier.facts.items()})


def _with_plain_facts(earlier: Earlier) -> Earlier:
    return replace(earlier, facts={owner: _plain_facts(facts) for owner, facts in earlier.facts.items()})


def _plain_facts(facts: Facts) -> dict[str, FactValue]:
    return {name: written(value) for name, value in facts.items()}


def answer_json(answer: Answer) -> bytes:
    """The answer as it is recorded."""
    return _ANSWER.dump_json(answer)


def _answered(
    saved: Saved, channel: str, asked_at: datetime, question: Question, answer: Answer
) -> dict[str, str | datetime]:
    return {
        "id": saved.answer_id,
        "conversation_id": saved.conversation_id,
        "asked_at": asked_at.astimezone(UTC),
        "channel": channel,
        "question": question.text,
        "status": answer.status.value,
        "snapshot": answer.snapshot,
        "answer": answer_json(answer).decode(),
    }
