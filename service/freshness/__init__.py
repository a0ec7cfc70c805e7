"""What is no longer fresh: which documents and office values end, want checking again, or were never entered."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from corpus.clause import Document, Problem
from corpus.load import load_documents
from service.freshness.links import Fetch, Link, Links, Resolve, fault_of
from service.office_file import read_office
from service.word_entries import OfficeEntry, OfficeValue


class Kind(StrEnum):
    DOCUMENT = "文件"
    OFFICE = "单位的值"


class Why(StrEnum):
    EMPTY = "还没有录入"
    ENDS = "到期"
    CHECK = "该再核对"
    REPLACED = "已失效，有新的文件代替"


class State(StrEnum):
    """In the order of urgency."""

    LATE = "已过"
    EMPTY = "空着"
    SOON = "快到了"
    LATER = "不急"
    PAST = "不用管"


@dataclass(frozen=True, slots=True)
class Limits:
    """`check_days`: after how many days a thing is to be checked again; `soon_days`: how long before it is soon."""

    check_days: int
    soon_days: int


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to be done, by the end of `last_day`; None where nothing was ever entered. `days` are left from today,
    negative: overdue."""

    kind: Kind
    id: str
    name: str
    why: Why
    state: State
    last_day: date | None = None
    days: int | None = None
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """`dues` the most urgent first; `silent` are the links that did not answer; `problems` files that were left out."""

    dues: tuple[Due, ...]
    silent: tuple[Link, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Where the things that age are kept: the documents' folder, the office's file, and what the links said."""

    documents: Path
    office: Path
    links: Links
    limits: Limits

    def calendar(self, today: date) -> Calendar:
        """Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be reached."""
        documents, problems = load_documents(self.documents)
        office = read_office(self.office)
        dues = calendar(documents, office.entries, self.limits, today)
        urls = {document.source_url for document in documents}
        silent = tuple(link for link in self.links.all() if link.fault and link.url in urls)
        return Calendar(dues, silent, (*problems, *office.problems))

    def ask_links(self, at: datetime, resolve: Resolve, fetch: Fetch) -> None:
        """Every source page of the documents, once; takes up to 20 seconds for one that is silent."""
        urls = {document.source_url for document in load_documents(self.documents)[0]} - {""}
        self.links.record([Link(url, fault_of(url, resolve, fetch), at) for url in sorted(urls)])


def calendar(
    documents: Iterable[Document], entries: Iterable[OfficeEntry], limits: Limits, today: date
) -> tuple[Due, ...]:
    documents = tuple(documents)
    replaced = {name for document in documents for name in re.split(r"[、,，\s]+", document.replaces)}
    dues = [due for document in documents for due in _of_document(document, document.id in replaced, limits, today)]
    dues += [due for entry in entries for due in _of_entry(entry, limits, today)]
    order = list(State)
    return tuple(sorted(dues, key=lambda due: (order.index(due.state), due.days or 0, due.kind, due.id, due.why)))


def _of_document(document: Document, replaced: bool, limits: Limits, today: date) -> Iterator[Due]:
    """`effective_until` is the first day on which it no longer holds."""
    last = document.effective_until and document.effective_until - timedelta(days=1)
    thing = (Kind.DOCUMENT, document.id, f"《{document.title}》")
    if last and last < today and replaced:
        days = (last - today).days
        yield Due(*thing, Why.REPLACED, State.PAST, last, days, document.checked_on)
        return
    if last:
        yield _due(thing, Why.ENDS, last, document.checked_on, limits, today)
    yield _again(thing, document.checked_on, limits, today)


def _of_entry(entry: OfficeEntry, limits: Limits, today: date) -> Iterator[Due]:
    thing = (Kind.OFFICE, entry.id, entry.name)
    value = entry.latest(today, today)
    if value is None:
        yield Due(*thing, Why.EMPTY, State.EMPTY)
        return
    if value.valid_until and not _followed(entry, value):
        yield _due(thing, Why.ENDS, value.valid_until, value.checked_on, limits, today)
    if not value.ended(today):
        yield _again(thing, value.checked_on, limits, today)


def _followed(entry: OfficeEntry, value: OfficeValue) -> bool:
    """Another value begins no later than the day after this one ends."""
    if value.valid_until is None:
        return False
    after = value.valid_until + timedelta(days=1)
    return any(value.valid_from < other.valid_from <= after for other in entry.values)


def _again(thing: tuple[Kind, str, str], checked_on: date, limits: Limits, today: date) -> Due:
    return _due(thing, Why.CHECK, checked_on + timedelta(days=limits.check_days), checked_on, limits, today)


def _due(thing: tuple[Kind, str, str], why: Why, last_day: date, checked_on: date, limits: Limits, today: date) -> Due:
    days = (last_day - today).days
    state = State.LATE if days < 0 else State.SOON if days <= limits.soon_days else State.LATER
    return Due(*thing, why, state, last_day, days, checked_on)
