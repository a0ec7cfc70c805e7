"""What was asked and answered, kept through SQLAlchemy: SQLite by default, another database by URL."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Engine, String, Text, bindparam, create_engine, event, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from service.dialogue import Answer, Earlier, Question
from service.rules.facts import parse_facts

_ANSWER = TypeAdapter(Answer)
_EARLIER = TypeAdapter(Earlier)
_FORGOTTEN_AFTER = timedelta(hours=24)


class _Base(DeclarativeBase):
    pass


class _ConversationRow(_Base):
    __tablename__ = "dialogues"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    earlier: Mapped[str] = mapped_column(Text)


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


def unsaved() -> Saved:
    """Ids for an answer that is in no record."""
    return Saved(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


class Records:
    """Questions come in masked already; ids cannot be guessed."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(database_url, pool_pre_ping=True, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _tune_sqlite(self._engine)
        _Base.metadata.create_all(self._engine)

    def earlier(self, conversation_id: str | None, now: datetime) -> Earlier | None:
        """What a conversation said so far; None for an id that was never issued, or that has been silent for a day."""
        if conversation_id is None:
            return None
        with Session(self._engine) as session:
            row = session.get(_ConversationRow, conversation_id)
        if row is None or now.astimezone(UTC) - row.said_at.replace(tzinfo=UTC) > _FORGOTTEN_AFTER:
            return None
        earlier = _EARLIER.validate_json(row.earlier)
        return replace(earlier, facts={owner: parse_facts(said) for owner, said in earlier.facts.items()})

    def save(
        self, conversation_id: str | None, channel: str, asked_at: datetime, question: Question, answer: Answer
    ) -> Saved:
        """One row for the answer, one for the conversation; a None id begins a new conversation."""
        saved = Saved(secrets.token_urlsafe(24), conversation_id or secrets.token_urlsafe(24))
        with self._engine.begin() as db:
            said = _said(answer.remembered, asked_at)
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


_NEW_CONVERSATION = insert(_ConversationRow)
_CHANGE_CONVERSATION = (
    update(_ConversationRow)
    .where(_ConversationRow.id == bindparam("conversation"))
    .values(said_at=bindparam("said_at"), earlier=bindparam("earlier"))
)
_NEW_ANSWER = insert(_AnswerRow)


def _said(remembered: Earlier, at: datetime) -> dict[str, str | datetime]:
    plain = {owner: {name: _plain(value) for name, value in facts.items()} for owner, facts in remembered.facts.items()}
    return {"said_at": at.astimezone(UTC), "earlier": _EARLIER.dump_json(replace(remembered, facts=plain)).decode()}


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
