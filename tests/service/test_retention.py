"""Everything is deleted at its time and not before; what one citizen wants forgotten goes whole, and nothing else."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from corpus.index import Weights
from corpus.settings import OFFICE, ROOT, WORDS
from service.audit import Audit, Broken
from service.basis import Basis
from service.calibration import Calibration, Score
from service.channels.wechat.mailbox import Answered, Mailbox
from service.database import open_database
from service.handovers import Handovers
from service.keeping import AUDIT, KEPT
from service.kept_words import KeptWords
from service.records import Feedback, Records, Saved
from service.retention import Forgotten, Purged, Retention
from service.unanswered import Lack, Missing, Unanswered
from tests.service.test_records import ASKED, NOW, answer

DAY = timedelta(days=1)
BASIS = Basis("", Weights(), Calibration(Score(0.0, {}, 0.5), Score(0.0, {}, 0.5), 0.4), "", "0")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def engine(file: Path) -> Engine:
    return open_database(f"sqlite:///{file}")


@pytest.fixture
def retention(engine: Engine, tmp_path: Path) -> Retention:
    return Retention(engine, tmp_path, WORDS, OFFICE)


def rows(file: Path) -> dict[str, int]:
    """Tables that hold anything, less the audit."""
    with closing(sqlite3.connect(file)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    return {name: count for name, count in counts.items() if count and not name.startswith("audit")}


def one_of_each(engine: Engine, user: str = "user", words: str = "") -> Saved:
    """What one citizen leaves behind who was answered, judged, asked for a person, and was not helped."""
    saved = Records(engine).save(None, "wechat", NOW, ASKED, answer(), replace(BASIS, words=words))
    Records(engine).judge(Feedback(saved.answer_id, "unhelpful", "unclear", "没看懂"), NOW)
    Handovers(engine).hand_over(saved.conversation_id, NOW)
    Unanswered(engine).put("老二能领多少", saved.answer_id, "周敏", NOW, Lack(Missing.WORDING))
    mailbox = Mailbox(engine, b"k" * 32)
    claim = mailbox.claim(f"seal {user}", f"delivery {user}", NOW)
    mailbox.caller(user, NOW)
    mailbox.answered(claim.delivery, user, Answered(b"<xml/>", saved.conversation_id, (), ["下一段"], []), NOW)
    return saved


def test_what_nobody_said_is_no_record(retention: Retention) -> None:
    assert retention.purge(NOW) == Purged()


@pytest.mark.parametrize(
    ("age", "purged"),
    [
        (timedelta(minutes=30), Purged()),
        (timedelta(minutes=31), Purged(wechat=2)),
        (timedelta(hours=24, seconds=1), Purged(wechat=3)),
        (90 * DAY, Purged(wechat=3)),
        (
            90 * DAY + timedelta(seconds=1),
            Purged(answers=1, feedback=1, dialogues=1, handovers=1, unanswered=1, wechat=3),
        ),
    ],
)
def test_each_kind_goes_at_its_time(
    retention: Retention, engine: Engine, file: Path, age: timedelta, purged: Purged
) -> None:
    one_of_each(engine)

    assert retention.purge(NOW + age) == purged
    assert retention.purge(NOW + age) == Purged()
    assert (rows(file).keys() == {"tally"}) == (purged.answers == 1)  # counts hold nobody's words, and stay


def test_a_copy_of_word_files_goes_with_the_last_answer_that_rests_on_it(
    retention: Retention, engine: Engine, tmp_path: Path
) -> None:
    kept = KeptWords(tmp_path)
    used, unused = (kept.keep({"words/wording.yaml": name.encode(), "office.yaml": b""}) for name in ("one", "other"))
    in_use = kept.keep(
        {f"words/{path.name}": path.read_bytes() for path in WORDS.glob("*.yaml")}
        | {"office.yaml": OFFICE.read_bytes()}
    )
    one_of_each(engine, words=used)

    purged = [retention.purge(NOW + age).words for age in (DAY, 91 * DAY)]

    assert purged == [1, 1]
    assert [kept.folder(digest) is None for digest in (used, unused, in_use)] == [True, True, False]


def test_one_conversation_is_forgotten_whole_and_no_other(retention: Retention, engine: Engine, file: Path) -> None:
    mine = one_of_each(engine, "mine")
    Records(engine).save(mine.conversation_id, "wechat", NOW, ASKED, answer())
    theirs = one_of_each(engine, "theirs")

    assert retention.forget(mine.conversation_id) == Forgotten(2, 1, 1, 1, 1, 1)
    assert retention.forget(mine.conversation_id) == Forgotten(0, 0, 0, 0, 0, 0)
    assert rows(file) == {
        "answers": 1,
        "feedback": 1,
        "dialogues": 1,
        "handovers": 1,
        "unanswered": 1,
        "unanswered_lacks": 1,
        "tally": 3,
        "wechat_users": 1,
        "wechat_deliveries": 2,  # sealed, under a name that tells nobody whose they are; they go after half an hour
        "wechat_seals": 2,
    }
    assert Records(engine).answers_of(theirs.conversation_id) == [theirs.answer_id]


@pytest.mark.parametrize("by", ["forget", "purge"])
def test_no_word_of_what_is_deleted_stays_in_any_file(
    retention: Retention, engine: Engine, tmp_path: Path, by: str
) -> None:
    said = replace(ASKED, text="金丝雀李四海能领多少")
    saved = Records(engine).save(None, "wechat", NOW, said, answer(), BASIS)

    def held() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if path.is_file() and "金丝雀".encode() in path.read_bytes()]

    before = held()
    with engine.connect():  # the service goes on, so the log is not tidied up by its end
        if by == "forget":
            retention.forget(saved.conversation_id)
        else:
            retention.purge(NOW + 91 * DAY)

        assert (before, held()) == (["records.sqlite-wal"], [])


# The audit


def old_and_new(engine: Engine) -> Audit:
    """Three rows that have expired at NOW, and two that have not."""
    audit = Audit(engine)
    for age in (400, 390, 366, 364, 1):
        audit.write(NOW - age * DAY, "周敏", "ask", f"{age}")
    return audit


def test_the_audit_loses_its_beginning_says_so_and_stays_sound(engine: Engine) -> None:
    audit = old_and_new(engine)

    assert audit.purge(NOW) == 3
    assert [(entry.number, entry.who, entry.action) for entry in audit.latest()] == [
        (6, "系统", "purge_audit"),
        (5, "周敏", "ask"),
        (4, "周敏", "ask"),
    ]
    assert audit.verify() is None
    assert audit.purge(NOW) == 0
    audit.write(NOW, "林涛", "sign_in")
    assert audit.verify() is None


def test_the_audit_can_be_purged_again_and_of_everything(engine: Engine) -> None:
    audit = old_and_new(engine)

    purged = [audit.purge(NOW), audit.purge(NOW + 2 * DAY), audit.purge(NOW + 800 * DAY)]

    assert purged == [3, 1, 3]
    assert [entry.number for entry in audit.latest()] == [8]
    assert audit.verify() is None


@pytest.mark.parametrize(
    ("statements", "broken"),
    [
        (["DELETE FROM audit WHERE number = 4"], Broken(4, "少了这一行")),
        (["UPDATE audit SET who = '林涛' WHERE number = 4"], Broken(4, "内容被改过")),
        (["DELETE FROM audit_head WHERE id = 2"], Broken(1, "少了这一行")),
        (
            [
                "UPDATE audit_head SET number = 4, digest = (SELECT digest FROM audit WHERE number = 4) WHERE id = 2",
                "DELETE FROM audit WHERE number = 4",
            ],
            Broken(4, "开头的清理和记下的对不上"),
        ),
    ],
    ids=["a row deleted", "a row changed", "the anchor deleted", "the anchor moved"],
)
def test_a_purged_audit_that_was_touched_is_found(
    engine: Engine, file: Path, statements: list[str], broken: Broken
) -> None:
    audit = old_and_new(engine)
    audit.purge(NOW)

    with closing(sqlite3.connect(file)) as db, db:
        for statement in statements:
            db.execute(statement)

    assert audit.verify() == broken


def test_the_security_log_is_kept_for_half_a_year_at_least() -> None:
    assert AUDIT.time >= timedelta(days=180)


def test_the_readme_tells_of_every_kind_and_its_time() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    hours = {kind: kind.time / timedelta(hours=1) for kind in KEPT}
    told = {
        kind: f"{span * 60:g} 分钟" if span < 1 else f"{span:g} 小时" if span < 48 else f"{span / 24:g} 天"
        for kind, span in hours.items()
    }
    assert [kind.name for kind in KEPT if f"| {kind.name} | {told[kind]} | {kind.since}" not in readme] == []
