"""What was asked and answered, kept through SQLAlchemy: SQLite by default, another database by URL."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Engine, String, Text, bindparam, create_engine, event, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from service.dialogue import Answer, Earlier, Question
from service.rules.facts import parse_facts

_ANSWER = TypeAdapter(Answer)


class _Base(DeclarativeBase):
    pass


class _ConversationRow(_Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    facts: Mapped[str] = mapped_column(Text)
    benefits: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class _AnswerRow(_Base):
    __tablename__ = "answers"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    channel: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    snapshot: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Saved:
    answer_id: str
    conversation_id: str


class Records:
    """Questions come in masked already; ids cannot be guessed."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url, pool_pre_ping=True, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _tune_sqlite(self._engine)
        _Base.metadata.create_all(self._engine)

    def earlier(self, conversation_id: str | None) -> Earlier | None:
        """What a conversation said so far; None for an id that was never issued."""
        if conversation_id is None:
            return None
        with Session(self._engine) as session:
            row = session.get(_ConversationRow, conversation_id)
        if row is None:
            return None
        return Earlier(parse_facts(_FACTS.validate_json(row.facts)), tuple(row.benefits.split()), row.text)

    def save(
        self, conversation_id: str | None, channel: str, asked_at: datetime, question: Question, answer: Answer
    ) -> Saved:
        """One row for the answer, one for the conversation; a None id begins a new conversation."""
        saved = Saved(secrets.token_urlsafe(24), conversation_id or secrets.token_urlsafe(24))
        with self._engine.begin() as db:
            said = _said(answer.remembered)
            if conversation_id:
                db.execute(_CHANGE_CONVERSATION, said | {"conversation": saved.conversation_id})
            else:
                db.execute(_NEW_CONVERSATION, said | {"id": saved.conversation_id})
            db.execute(_NEW_ANSWER, _answered(saved, channel, asked_at, question, answer))
        return saved

    def count(self) -> int:
        with Session(self._engine) as session:
            return len(session.scalars(select(_AnswerRow.id)).all())

    def close(self) -> None:
        self._engine.dispose()


_FACTS = TypeAdapter(dict[str, str])


_NEW_CONVERSATION = insert(_ConversationRow)
_CHANGE_CONVERSATION = (
    update(_ConversationRow)
    .where(_ConversationRow.id == bindparam("conversation"))
    .values(facts=bindparam("facts"), benefits=bindparam("benefits"), text=bindparam("text"))
)
_NEW_ANSWER = insert(_AnswerRow)


def _said(remembered: Earlier) -> dict[str, str]:
    facts = _FACTS.dump_json({name: _plain(value) for name, value in remembered.facts.items()}).decode()
    return {"facts": facts, "benefits": " ".join(remembered.benefits), "text": remembered.text}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
        "answer": _ANSWER.dump_json(answer).decode(),
    }


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
