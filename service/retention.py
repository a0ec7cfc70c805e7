"""What has expired is deleted, and what somebody wants forgotten: every kind of record, in one order."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from service.audit import Audit
from service.channels.wechat.mailbox import forget_conversation, purge_mailbox
from service.database import scrub
from service.handovers import Handovers
from service.kept_words import KeptWords, digest_of, read_word_files
from service.records import Records
from service.unanswered import Unanswered


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each kind were deleted; `words`: copies of word files that no recorded answer rests on."""

    answers: int = 0
    feedback: int = 0
    dialogues: int = 0
    handovers: int = 0
    unanswered: int = 0
    audit: int = 0
    wechat: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows of one conversation were deleted."""

    answers: int
    feedback: int
    dialogues: int
    handovers: int
    unanswered: int
    wechat: int


@dataclass(frozen=True, slots=True)
class Retention:
    """`words` and `office` are the word files in use: their copy is kept, answered with or not."""

    database: Engine
    data_dir: Path
    words: Path
    office: Path

    def purge(self, now: datetime) -> Purged:
        """Deletes what `service.keeping` says has expired. Raises SQLAlchemyError and OSError."""
        records = Records(self.database)
        deleted = records.purge(now)
        in_use = digest_of(read_word_files(self.words, self.office))
        purged = Purged(
            answers=deleted.answers,
            feedback=deleted.feedback,
            dialogues=deleted.dialogues,
            handovers=Handovers(self.database).purge(),
            unanswered=Unanswered(self.database).purge(now),
            audit=Audit(self.database).purge(now),
            wechat=purge_mailbox(self.database, now),
            words=KeptWords(self.data_dir).prune(records.words_needed() | {in_use}),
        )
        scrub(self.database)
        return purged

    def forget(self, conversation_id: str) -> Forgotten:
        """Deletes all of one conversation. What is found by way of its answers goes before them, so that whoever is
        interrupted can begin again."""
        records = Records(self.database)
        unanswered = Unanswered(self.database).forget(records.answers_of(conversation_id))
        wechat = forget_conversation(self.database, conversation_id)
        handovers = Handovers(self.database).forget(conversation_id)
        deleted = records.forget(conversation_id)
        scrub(self.database)
        return Forgotten(deleted.answers, deleted.feedback, deleted.dialogues, handovers, unanswered, wechat)
