"""What a document is made of: Document, Clause, ClauseRef. Imports nothing of ours."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in an edited file, told to a clerk: where, what, and how to mend it."""

    path: Path
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.what} — {self.mend}"


@dataclass(frozen=True, slots=True, order=True)
class ClauseRef:
    """The address of a clause; prints as `xianan-2023#12.2` and parses back."""

    document_id: str
    locator: str

    def __str__(self) -> str:
        return f"{self.document_id}#{self.locator}"

    @staticmethod
    def parse(text: str) -> "ClauseRef":
        document_id, mark, locator = text.partition("#")
        if not (document_id and mark and locator):
            raise ValueError(f"条款地址应写作 文件编号#条款，实际是 {text!r}")
        return ClauseRef(document_id, locator)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of `corpus/documents/`: front matter and text."""

    id: str
    title: str
    number: str
    issuer: str
    published_on: date
    effective_from: date | None
    effective_note: str
    effective_until: date | None
    replaces: str
    amends: str
    scope: str
    authority: str
    source_url: str
    verbatim: bool
    checked_on: date
    register: str
    body: str
    path: Path
    body_line: int


@dataclass(frozen=True, slots=True)
class Clause:
    """The unit of splitting, retrieval and citation; only `text` may be quoted.

    `text` keeps the editor's marks 〔〕 (supplied) and □ (lost); `indexed` has them removed. `ends`: the refs of the
    clauses that this one takes the place of, where the editor named them.
    """

    ref: ClauseRef
    label: str
    position: str
    headings: tuple[str, ...]
    text: str
    indexed: str
    gaps: tuple[str, ...]
    units: tuple[str, ...]
    document_title: str
    document_number: str
    source_url: str
    register: str
    scope: str
    authority: str
    verbatim: bool
    certainty: str
    published_on: date
    effective_from: date | None
    effective_until: date | None
    affects: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def known(self, on: date) -> bool:
        """Issued by that day; what was not yet issued is not known."""
        return self.published_on <= on

    def ended(self, on: date) -> bool:
        return self.effective_until is not None and self.effective_until <= on

    def in_force(self, on: date) -> bool:
        begins = self.effective_from or self.published_on
        return self.known(on) and begins <= on and not self.ended(on)
