"""Two states of the corpus → what changed: field by field, clause by clause and word by word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Protocol, TypeVar

from corpus.bank import BankQuestion
from corpus.clause import Clause, Document
from corpus.tokens import words_of


class Kind(StrEnum):
    """`DETAILS`: the words stand, something that is published with them does not."""

    ADDED = "added"
    CHANGED = "changed"
    DETAILS = "details"
    ENDED = "ended"
    REMOVED = "removed"


KINDS = {
    Kind.ADDED: "新增",
    Kind.CHANGED: "改动",
    Kind.DETAILS: "信息改动",
    Kind.ENDED: "失效",
    Kind.REMOVED: "删除",
}
FIELDS = {
    "title": "标题",
    "document_title": "标题",
    "number": "文号",
    "document_number": "文号",
    "issuer": "发文机关",
    "published_on": "发布日期",
    "effective_from": "施行日期",
    "effective_note": "施行说明",
    "effective_until": "失效日期",
    "replaces": "代替的文件",
    "amends": "修改的文件",
    "scope": "适用范围",
    "authority": "层级",
    "source_url": "出处网址",
    "verbatim": "是不是原文",
    "checked_on": "核对日期",
    "register": "登记号",
    "label": "条款名称",
    "position": "位置",
    "headings": "所在章节",
    "gaps": "缺字说明",
    "units": "责任单位",
    "certainty": "把握",
    "affects": "影响的条款",
    "ends": "代替的条款",
}
UNTOLD = {"id", "ref", "text", "indexed", "body", "body_line", "path"}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a clause: `old` and `new` are equal where nothing changed, "" where there was or is nothing."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something published beside the words, under its Chinese name; "" where there was or is nothing."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one document (`ref` is its id, `pieces` are empty) or one clause. `pieces` joined give the old
    and the new text, where the old one is of the clauses `instead_of` which an added clause comes; `until` is the first
    day out of force of what has ended, `begins` the first day in force of what is added or changed; `fields` are those
    of a clause that its document does not tell already."""

    kind: Kind
    ref: str
    place: str
    pieces: tuple[Piece, ...]
    begins: date | None
    until: date | None
    fields: tuple[Field, ...] = ()
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BankChange:
    """A way of asking of the bank; `old` and `new` are the clause it asks for, or `!reason` where it must not be
    answered; "" where it was or is not in the bank."""

    text: str
    old: str
    new: str

    @property
    def kind(self) -> Kind:
        return Kind.ADDED if not self.old else Kind.CHANGED if self.new else Kind.REMOVED


class State(Protocol):
    """A state of the corpus: the files as they were read, a snapshot, what is stored of one."""

    @property
    def documents(self) -> Sequence[Document]: ...

    @property
    def clauses(self) -> Sequence[Clause]: ...

    @property
    def questions(self) -> Sequence[BankQuestion]: ...


def compare(before: State, after: State) -> list[Change]:
    """Everything published that is not as it was: the documents, then the clauses, each in the order of the new ones,
    then those that are gone."""
    documents = [_document(old, new) for old, new in _pairs(_by_id(before), _by_id(after))]
    told = {change.ref: change.fields for change in documents if change}
    was, now = _by_ref(before.clauses), _by_ref(after.clauses)
    clauses = [_clause(old, new, told) for old, new in _pairs(was, now)]
    changes = (change for change in (*documents, *clauses) if change)
    return [_beside_the_old(change, now, was | now) if change.kind is Kind.ADDED else change for change in changes]


def compare_bank(before: State, after: State) -> list[BankChange]:
    """The questions that ask for something else, then those that are gone, then those that are new."""
    old, new = ({one.text: one.ref for one in state.questions} for state in (before, after))
    texts = dict.fromkeys((*new, *old))
    changes = [BankChange(text, old.get(text, ""), new.get(text, "")) for text in texts]
    order = (Kind.CHANGED, Kind.REMOVED, Kind.ADDED)
    return sorted((one for one in changes if one.old != one.new), key=lambda one: order.index(one.kind))


def refs_of(changes: Sequence[Change], before: State, after: State) -> frozenset[str]:
    """Every clause of which something published changes, be it told at its document only."""
    told = {change.ref for change in changes}
    clauses = (*before.clauses, *after.clauses)
    return frozenset(str(one.ref) for one in clauses if {str(one.ref), one.ref.document_id} & told)


def days_of(refs: Collection[str], before: State, after: State, today: date) -> tuple[date, ...]:
    """Today and the days to come on which one of these clauses begins or ends in either state; the first two and the
    last."""
    clauses = [one for one in (*before.clauses, *after.clauses) if str(one.ref) in refs]
    turns = {day for one in clauses for day in (one.published_on, one.effective_from, one.effective_until) if day}
    days = sorted({today} | {day for day in turns if day > today})
    return tuple(dict.fromkeys((*days[:2], *days[-1:])))


def touched(before: Sequence[Clause], after: Sequence[Clause]) -> frozenset[str]:
    """The refs of the clauses on which what rests has to be confirmed anew; of those added and gone too."""
    pairs = _pairs(_by_ref(before), _by_ref(after))
    return frozenset(str(one.ref) for old, new in pairs if state_of(old) != state_of(new) and (one := new or old))


def state_of(clause: Clause | None) -> str:
    """What a person reads who confirms that something still rests on the clause: its words and dates, what it is
    called, and whether the words are the official ones."""
    if clause is None:
        return ""
    days = f"{_begins(clause)}\n{clause.effective_until or ''}"
    return f"{clause.text}\n{days}\n{clause.label}\n{'official' if clause.verbatim else 'digest'}"


def _by_id(state: State) -> dict[str, Document]:
    return {document.id: document for document in state.documents}


def _by_ref(clauses: Sequence[Clause]) -> dict[str, Clause]:
    return {str(clause.ref): clause for clause in clauses}


def _pairs(old: Mapping[str, _T], new: Mapping[str, _T]) -> list[tuple[_T | None, _T | None]]:
    return [
        *((old.get(key), one) for key, one in new.items()),
        *((one, None) for key, one in old.items() if key not in new),
    ]


def _begins(one: Clause | Document) -> date:
    return one.effective_from or one.published_on


def _document(old: Document | None, new: Document | None) -> Change | None:
    there, told = new or old, _fields(old, new)
    if there is None or (old is not None and new is not None and not told):
        return None
    return _change(_kind(old, new, same_words=True), there.id, f"《{there.title}》", (), new, told)


def _clause(old: Clause | None, new: Clause | None, told: Mapping[str, tuple[Field, ...]]) -> Change | None:
    there = new or old
    if there is None:
        return None
    same_words = old is not None and new is not None and old.text == new.text
    own = tuple(field for field in _fields(old, new) if field not in told.get(there.ref.document_id, ()))
    if same_words and not own:
        return None
    pieces = _pieces(old.text if old else "", new.text if new else "")
    place = f"《{there.document_title}》{there.label}"
    return _change(_kind(old, new, same_words), str(there.ref), place, pieces, new, own)


def _beside_the_old(added: Change, now: Mapping[str, Clause], known: Mapping[str, Clause]) -> Change:
    """A clause that takes the place of others is compared with their words."""
    ended = tuple(ref for ref in now[added.ref].ends if ref in known) if added.ref in now else ()
    if not ended:
        return added
    old = "\n".join(known[ref].text for ref in ended)
    return replace(added, pieces=_pieces(old, now[added.ref].text), instead_of=ended)


def _change(
    kind: Kind,
    ref: str,
    place: str,
    pieces: tuple[Piece, ...],
    new: Clause | Document | None,
    told: tuple[Field, ...],
) -> Change:
    return Change(kind, ref, place, pieces, _begins(new) if new else None, new.effective_until if new else None, told)


def _kind(old: Clause | Document | None, new: Clause | Document | None, same_words: bool) -> Kind:
    if old is None:
        return Kind.ADDED
    if new is None:
        return Kind.REMOVED
    if not same_words:
        return Kind.CHANGED
    ended = new.effective_until is not None and new.effective_until != old.effective_until
    return Kind.ENDED if ended else Kind.DETAILS


def _fields(old: Clause | Document | None, new: Clause | Document | None) -> tuple[Field, ...]:
    """Those that differ; of what is gone, none: nothing of it is published any more."""
    if new is None:
        return ()
    told = (field.name for field in fields(new) if field.name not in UNTOLD)
    pairs = ((name, getattr(old, name, None), getattr(new, name)) for name in told)
    return tuple(
        Field(FIELDS[name], _told(was), _told(now)) for name, was, now in pairs if (was != now if old else _told(now))
    )


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "不是"
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """By words, so that a person sees 500元 become 600元 and not 5 become 6."""
    one, other = words_of(old), words_of(new)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return tuple(Piece("".join(one[a:b]), "".join(other[c:d])) for _, a, b, c, d in steps)
