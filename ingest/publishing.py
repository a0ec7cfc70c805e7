"""From edited files to a live snapshot by two people: what would change, what was confirmed, proposed, published."""

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corpus.clause import Clause
from corpus.embedder import Embedder, load_embedder
from corpus.live import FixedSnapshot
from corpus.preview import preview
from corpus.probe import probe
from corpus.snapshot import (
    SnapshotUnreadable,
    Source,
    aside,
    build,
    current_id,
    ingest_lock,
    open_snapshot,
    publish,
    published,
    rollback,
    set_aside,
    snapshot_id,
)
from corpus.store import Stored, read_store
from corpus.vectors import Progress
from service.accounts import Accounts, Role
from service.approved import Approved, LiveApproved
from service.approved import State as Approval
from service.audit import Audit
from service.changes import State, compare, compare_bank, days_of, refs_of, state_of
from service.confirmations import Confirmations
from service.database import open_database
from service.impact import ApprovedText, Impact, Material, Resting, assess, storable, what_rests
from service.parts import parts_over
from service.publications import Outcome, Publication, Publications, Seen
from service.records import Records
from service.rules.catalogue import benefits
from service.settings import Settings

RECORDED = 100
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """Not done, and nothing was changed; `str()` says in Chinese why, and what to do."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where the snapshots and the records are; `now` is the moment of this command."""

    settings: Settings
    now: datetime
    accounts: Accounts
    audit: Audit
    confirmations: Confirmations
    approved: Approved
    publications: Publications
    records: Records

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir


def open_office(settings: Settings, now: datetime) -> Office:
    """Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be reached."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.records_url)
    return Office(
        settings,
        now,
        Accounts(database),
        Audit(database),
        Confirmations(database),
        Approved(database),
        Publications(database),
        Records(database),
    )


def difference(office: Office, source: Source, on: date | None = None) -> Impact:
    """What publishing the files would change, asked for today and the days on which it takes effect, or for `on`."""
    embedder = _embedder(office)
    live = open_snapshot(office.data_dir / "snapshots" / current_id(office.data_dir), embedder, exact=True)
    with closing(live):
        changes = compare(live, source)
        days = (on,) if on else days_of(refs_of(changes, live, source), live, source, office.now.date())
        if not changes and not compare_bank(live, source):
            return Impact((), (), (), 0, days)
        candidate = preview(source, live, embedder)
        book = LiveApproved(office.approved, time.monotonic, lambda _: None)
        parts = replace(parts_over(FixedSnapshot(live), office.settings, lambda _: None), approved=book)
        return assess(live, candidate, _material(office), parts, office.confirmations, days)


def _material(office: Office) -> Material:
    approved = [one for one in office.approved.questions() if one.status is Approval.APPROVED]
    kept = tuple(ApprovedText(one.id, one.question, one.text, one.refs) for one in approved)
    return Material(tuple(benefits().values()), kept, office.records.latest_questions(RECORDED))


def confirm(office: Office, source: Source, subjects: Sequence[str], by: str) -> list[Resting]:
    """An editor has read what these rest on; `subjects` as `difference` names them, or their first words; the digest of
    the clause that was read may follow, and holds for that state of it alone. Returns what is still open. Raises
    Refused."""
    _seat(office, by, Role.EDITOR)
    before = _stored(office.data_dir, current_id(office.data_dir)).clauses
    resting = what_rests(before, source.clauses, _material(office), office.confirmations)
    by_ref = {str(clause.ref): clause for clause in source.clauses}
    named = [one for wanted in subjects for one in _to_confirm(wanted, resting)]
    own = {f"answer:{one.id}" for one in office.approved.questions() if one.proposed_by == by}
    for one in named:
        if one.subject.split()[0] in own:
            raise Refused(f"{one.what}：是 {by} 拟的，要另一位编辑核实")
    for one in named:
        clause = by_ref.get(one.ref)
        office.confirmations.confirm(one.subject, state_of(clause), by, office.now)
        if clause is not None:  # an approved answer is given while the text stands, whatever its dates
            office.confirmations.confirm(one.subject, clause.text, by, office.now)
        office.audit.write(office.now, by, "confirm", one.subject)
    return _open(office, before, source.clauses)


def _to_confirm(wanted: str, resting: Sequence[Resting]) -> list[Resting]:
    """Raises Refused."""
    before, _, digest = wanted.rpartition(" ")
    subject, read = (before, digest) if _DIGEST.fullmatch(digest) else (wanted, "")
    named = [one for one in resting if subject in {one.subject, one.subject.split()[0]}]
    if not named:
        raise Refused(f"没有要核实的 {subject}：用 python -m ingest diff 看有哪些")
    for one in named:
        if read and read != one.state:
            raise Refused(f"{one.ref} 在您看过以后又改了，{one.what} 还没有核实：请重新看会变什么，读过再核实")
        if not one.stands:
            raise Refused(f"{one.what}：新的 {one.ref} 里没有「{one.phrase}」，先改 service/rules/benefits/ 里的参数")
    return named


def _open(office: Office, before: Sequence[Clause], after: Sequence[Clause]) -> list[Resting]:
    resting = what_rests(before, after, _material(office), office.confirmations)
    return [one for one in resting if not one.confirmed]


def propose(office: Office, source: Source, by: str, why: str, progress: Progress | None = None) -> Publication:
    """Builds what the files say and sets it aside for somebody else to publish. Raises Refused."""
    _seat(office, by, Role.EDITOR)
    if not why.strip():
        raise Refused("请用 --why 写明为什么改")
    with ingest_lock(office.data_dir):
        base = current_id(office.data_dir)
        _all_confirmed(office, _stored(office.data_dir, base).clauses, source.clauses)
        built = build(office.data_dir, source, _embedder(office), progress)
        _probed(built, office)
        impact = TypeAdapter(Impact).dump_json(storable(difference(office, source))).decode()
        kept = set_aside(built)
        proposed = office.publications.propose(snapshot_id(kept), base, why, impact, by, office.now)
        office.audit.write(office.now, by, "propose", _subject(proposed.snapshot, why))
    return proposed


def publish_proposed(office: Office, by: str, seen: Seen) -> str:
    """Makes what was proposed the live snapshot; returns its id. Raises Refused."""
    _seat(office, by, Role.APPROVER)
    with ingest_lock(office.data_dir):
        waiting = _waiting(office, seen)
        if waiting.proposed_by == by:
            raise Refused("提出的人不能自己批准：要另一位审批")
        live, folder = current_id(office.data_dir), aside(office.data_dir, waiting.snapshot)
        if waiting.base != live or not folder.is_dir():
            raise Refused("提出以后又有过别的发布或回退，请重新提出：python -m ingest propose")
        _all_confirmed(office, _stored(office.data_dir, live).clauses, _read(folder).clauses)
        _probed(folder, office)
        office.audit.write(office.now, by, "approve", _subject(waiting.snapshot, waiting.why))
        name = publish(office.data_dir, folder, office.settings.snapshots_kept)
        office.publications.decide(waiting.number, Outcome.PUBLISHED, by, office.now)
        office.audit.write(office.now, by, "publish", _subject(name, waiting.why))
    return name


def decline(office: Office, by: str, seen: Seen, why: str = "") -> Publication:
    """What was proposed is not published; `why`, if said, is kept in the audit. Raises Refused."""
    _seat(office, by, Role.APPROVER)
    with ingest_lock(office.data_dir):
        waiting = _waiting(office, seen)
        office.publications.decide(waiting.number, Outcome.DECLINED, by, office.now)
        told = f"退回：{why.strip()}　{waiting.why}" if why.strip() else waiting.why
        office.audit.write(office.now, by, "decline", _subject(waiting.snapshot, told))
    return waiting


def publish_alone(
    office: Office, source: Callable[[], Source], why: str, by: str, progress: Progress | None = None
) -> tuple[str, dict[str, Clause], Source]:
    """Builds and publishes at once: what only changes the bank, the first snapshot, or, with `why`, anything that is
    confirmed. Returns the new id, the clauses of before, and what was published. Raises Refused."""
    with ingest_lock(office.data_dir):
        wanted, before = source(), _published(office.data_dir)
        if before.clauses:
            if compare(before, wanted) and not why.strip():
                raise Refused(
                    "条款或文件头部有变化，要两个人发布：先看 python -m ingest diff，"
                    "再 python -m ingest propose、publish；只有一个人时用 --alone 写明理由"
                )
            _all_confirmed(office, before.clauses, wanted.clauses)
        elif published(office.data_dir) and not why.strip():
            raise Refused("有快照，现行的却读不出来，没法看会变什么：核对过文件，再用 --alone 写明理由")
        built = build(office.data_dir, wanted, _embedder(office), progress)
        _probed(built, office)
        name = publish(office.data_dir, built, office.settings.snapshots_kept)
        office.audit.write(office.now, by, "publish_alone", _subject(name, why))
    return name, {str(clause.ref): clause for clause in before.clauses}, wanted


def roll_back(office: Office, by: str, why: str, login: str = "命令行", live: str = "") -> str:
    """Points back to the snapshot before; one person may do it, as a wrong answer must not wait. Without `by` it is
    whoever has the command line, `login`; with `live` only while that snapshot is the live one. Raises Refused."""
    if by:
        _seat(office, by, Role.APPROVER)
    with ingest_lock(office.data_dir):
        if live and live != current_id(office.data_dir):
            raise Refused("现行的已经不是您看过的那一版，什么也没有做：请重新打开“发布”页，看过再定")
        name = rollback(office.data_dir)
        office.audit.write(office.now, by or login, "rollback", _subject(name, why))
    return name


def _seat(office: Office, name: str, role: Role) -> None:
    account = next((one for one in office.accounts.all() if one.name == name and one.open), None)
    if account is None:
        invite = f"python -m service.accounts invite {name} --role {role.value}"
        raise Refused(f"没有名为 {name} 的在用账号：先 {invite}，并打开链接设好密码")
    if not account.role.covers(role):
        raise Refused(f"{name} 的角色不够，要 {role.value} 以上")


def _waiting(office: Office, seen: Seen) -> Publication:
    """Raises Refused. What went live in a command that was killed before it could say so is written down now."""
    waiting = office.publications.waiting()
    if waiting is not None and waiting.snapshot == current_id(office.data_dir):
        office.publications.decide(waiting.number, Outcome.PUBLISHED, _let_live(office, waiting), office.now)
        office.audit.write(office.now, "命令行", "publish", _subject(waiting.snapshot, waiting.why))
        waiting = None
    if waiting is None:
        raise Refused("没有等着发布的：先 python -m ingest propose")
    if not seen.covers(waiting):
        raise Refused("等着审批的已经不是您看过的那一个，什么也没有做：请重新打开“发布”页，看过再定")
    return waiting


def _let_live(office: Office, went_live: Publication) -> str:
    """Who approved it last; whoever has the command line where nobody did."""
    until = office.now + timedelta(seconds=1)
    approved = office.audit.between(went_live.proposed_at, until, {"approve"})
    these = [row.who for row in approved if row.subject.partition(" ")[0] == went_live.snapshot]
    return these[-1] if these else "命令行"


def _all_confirmed(office: Office, before: Sequence[Clause], after: Sequence[Clause]) -> None:
    open_ = _open(office, before, after)
    if open_:
        told = "\n".join(f"  {one.subject}　{one.what}" for one in open_)
        raise Refused(
            f"条款变了，下面这些还没有人核实过，不能发布：\n{told}\n核对以后：python -m ingest confirm 名称… --by 编辑"
        )


def _probed(folder: Path, office: Office) -> None:
    wrong = probe(folder, office.settings.embedding_model)
    if wrong:
        raise Refused(f"核验没有通过，原来的快照不动：\n{wrong}")


def _embedder(office: Office) -> Embedder:
    return load_embedder(office.settings.embedding_model)


def _published(data_dir: Path) -> State:
    """Of a snapshot that cannot be read, everything counts as new."""
    try:
        return _stored(data_dir, current_id(data_dir))
    except SnapshotUnreadable:
        return Source((), ())


def _stored(data_dir: Path, name: str) -> Stored:
    return _read(data_dir / "snapshots" / name)


def _read(folder: Path) -> Stored:
    try:
        return read_store(folder / "corpus.sqlite")
    except (sqlite3.Error, ValidationError, OSError) as error:
        raise SnapshotUnreadable(f"快照 {snapshot_id(folder)} 读不出来") from error


def _subject(snapshot: str, why: str) -> str:
    return f"{snapshot} {why}"[:200]
