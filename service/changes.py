"""Two states of the corpus → what changed, clause by clause and word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain

from corpus.clause import Clause
from corpus.tokens import words_of


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a clause: `old` and `new` are equal where nothing changed, "" where there was or is nothing."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one clause. `pieces` joined give the old and the new text; `until` is the new last day but one
    of an ended clause (its first day out of force), `begins` the first day of a clause that is added or changed."""

    kind: Kind
    ref: str
    place: str
    pieces: tuple[Piece, ...]
    begins: date | None
    until: date | None


def compare(before: Sequence[Clause], after: Sequence[Clause]) -> list[Change]:
    """In the order of the new clauses, then those that are gone; clauses that stay as they were are left out."""
    old = {str(clause.ref): clause for clause in before}
    new = {str(clause.ref): clause for clause in after}
    kept = (_change(old.get(ref), clause) for ref, clause in new.items())
    gone = (_change(clause, None) for ref, clause in old.items() if ref not in new)
    return [change for change in chain(kept, gone) if change is not None]


def state_of(clause: Clause | None) -> str:
    """What a person reads who confirms that something still rests on the clause: its words and its dates."""
    if clause is None:
        return ""
    return f"{clause.text}\n{_begins(clause)}\n{clause.effective_until or ''}"


def _begins(clause: Clause) -> date:
    return clause.effective_from or clause.published_on


def _change(old: Clause | None, new: Clause | None) -> Change | None:
    there = new or old
    if there is None or (old is not None and new is not None and state_of(old) == state_of(new)):
        return None
    place = f"《{there.document_title}》{there.label}"
    pieces = _pieces(old.text if old else "", new.text if new else "")
    begins = _begins(new) if new else None
    return Change(_kind(old, new), str(there.ref), place, pieces, begins, new.effective_until if new else None)


def _kind(old: Clause | None, new: Clause | None) -> Kind:
    if old is None:
        return Kind.ADDED
    if new is None:
        return Kind.REMOVED
    return Kind.ENDED if old.text == new.text and new.effective_until is not None else Kind.CHANGED


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """By words, so that a person sees 500元 become 600元 and not 5 become 6."""
    one, other = words_of(old), words_of(new)
    steps = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return tuple(Piece("".join(one[a:b]), "".join(other[c:d])) for _, a, b, c, d in steps)
