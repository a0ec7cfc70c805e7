"""An extract → the draft of a document, its problems with their lines, and an account of every character."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml

from corpus.clause import Document, Problem
from corpus.load import load_documents
from ingest.check import check
from ingest.clean import MOJIBAKE, Cleaned, clean
from ingest.facts import Facts, facts
from ingest.head import Head, cards, head
from ingest.reading.extract import UNSEEN, Dropped, Extract, Piece, Remark, count
from ingest.split import split

_RULE = re.compile(r"([-*_—=])(?:\s*\1){2,}")
_COMMENT = re.compile(r"<!-{2,}")
_BETWEEN_ROWS = re.compile(r"(?<=\|)\n+(?=\|)(?!\|[^\n]*\n+\| ---)")
_MISREAD = re.compile(r">|\[\^[^\]]*\]:")


class LostText(Exception):
    """A character came in and is neither in the draft nor among what was dropped."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The file as it would be written. kept + dropped = extracted + restored, or there is no Draft."""

    text: str
    url: str
    facts: Facts
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]
    extracted: int
    kept: int
    restored: int

    @property
    def dropped_characters(self) -> int:
        return sum(item.size for item in self.dropped)

    @property
    def derived_id(self) -> str:
        """From the site's name and the document's number, else its date: xianan-2026-3; "" when it has neither."""
        site = re.match(r"https?://(?:www\.)?([a-z0-9]+)\.", self.url)
        number = re.search(r"(\d{4})[〕\]］](\d+)号", self.facts.number)
        rest = f"{number[1]}-{int(number[2])}" if number else self.facts.published_on
        return f"{site[1] if site else 'wenjian'}-{rest}" if rest else ""

    def unsettled(self, path: Path) -> list[Problem]:
        """What the text says of itself and the front matter could not take over, each with its line."""
        ends = self.facts.ends
        if ends.until or not ends.said:
            return []
        line = self.text.split("\n").index('effective_until: ""') + 1
        mend = "核对后补 effective_until（不再有效的第一天，如有效到 2028-12-31 写 2029-01-01）"
        return [Problem(path, line, f"原文写着“{ends.said}”，{ends.why}，effective_until 没有填", mend)]


def draft(extract: Extract, document_id: str, on: date, before: Document | None) -> Draft:
    """Raises LostText when the account does not come out even."""
    pieces, marks = _harmless(extract.pieces)
    page, pieces, labels = _headed(extract, pieces)
    cleaned = clean("\n\n".join(piece.text for piece in pieces))
    notes = [(note, clean(note.text)) for note in extract.notes]
    removed = [*marks, *labels, *_removed(cleaned, pieces)]
    for note, done in notes:
        removed += [Dropped(note.place, item.text, item.why) for item in done.dropped]
    restored = sum(count(MOJIBAKE.get(word, "")) for item in removed for word in item.text.split(" "))
    lines = _BETWEEN_ROWS.sub("\n", cleaned.text).split("\n")
    found = facts(lines, page)
    body = _titled(lines, found)
    definitions = [f"[^{note.name}]: {' '.join(done.text.split())}" for note, done in notes]
    url = dict(extract.meta).get("Url", "")
    front = _front(document_id, found, on, before, url)
    text = front + "\n".join([*body, *definitions]).rstrip("\n") + "\n"
    kept = count(cleaned.text) - sum(piece.added for piece in pieces) + sum(count(done.text) for _, done in notes)
    dropped = (*extract.dropped, *removed)
    if kept + sum(item.size for item in dropped) != extract.extracted + restored:
        raise LostText
    doubts = tuple(Remark("文件信息", doubt) for doubt in found.doubts)
    remarks = (*extract.remarks, *doubts, *_doubts(cleaned, pieces))
    return Draft(text, url, found, dropped, remarks, extract.extracted, kept, restored)


def problems(text: str, path: Path) -> list[Problem]:
    """What `python -m ingest --check` will say about the draft at that path, front matter and clauses together."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / path.name
        place.write_text(text, encoding="utf-8")
        _, told = load_documents(Path(folder))
        filled = as_document(text, place)
        found = told + check(filled, split(filled))
    references = ("replaces", "amends")
    return [replace(problem, path=path) for problem in found if not problem.what.startswith(references)]


def refs(document: Document | None) -> list[str]:
    return [str(clause.ref) for clause in split(document)] if document else []


def refs_of(text: str, path: Path) -> list[str]:
    return refs(as_document(text, path))


def _harmless(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Dropped]]:
    """Without what the splitter would take for an editor's mark: rules, and comments that begin nowhere."""
    kept, dropped = [], []
    for piece in pieces:
        if _RULE.fullmatch(piece.text):
            dropped.append(Dropped(piece.place, piece.text, "分隔线"))
            continue
        if found := _COMMENT.findall(piece.text):
            dropped.append(Dropped(piece.place, " ".join(found), "注释记号"))
        kept.append(replace(piece, text=_COMMENT.sub("", piece.text)))
    return kept, dropped


def _headed(extract: Extract, pieces: Sequence[Piece]) -> tuple[Head, list[Piece], list[Dropped]]:
    """What the page's head says, and the pieces without its labels."""
    above = cards([piece.text for piece in pieces])
    shown = [item.text for item in extract.dropped if item.why != UNSEEN]
    page = head([*above, *cards(shown, anywhere=True)], dict(extract.meta))
    places = {place for card in above for place in card.places}
    kept = [piece for index, piece in enumerate(pieces) if index not in places]
    gone = (piece for index, piece in enumerate(pieces) if index in places)
    return page, kept, [Dropped(piece.place, piece.text, "网页的文件信息", piece.added) for piece in gone]


def _removed(cleaned: Cleaned, pieces: Sequence[Piece]) -> list[Dropped]:
    return [Dropped(pieces[(item.line - 1) // 2].place, item.text, item.why) for item in cleaned.dropped]


def _doubts(cleaned: Cleaned, pieces: Sequence[Piece]) -> list[Remark]:
    doubtful = [Remark(pieces[(line - 1) // 2].place, "繁体转简体有歧义，请核对") for line in cleaned.doubtful]
    odd = [piece for piece in pieces if _MISREAD.match(piece.text)]
    return doubtful + [Remark(piece.place, "行首的记号会被当作整理者的说明，请改写") for piece in odd]


def _titled(lines: list[str], found: Facts) -> list[str]:
    """The title as the one heading of the first rank."""
    first, many = found.title_lines
    title = "".join(re.sub(r"^#+|\s", "", line) for line in lines[first : first + many])
    return [*lines[:first], f"# {title}", *lines[first + many :]] if many else lines


def _front(document_id: str, found: Facts, on: date, before: Document | None, url: str) -> str:
    """What a person must fill in stays empty: the check refuses it, with its line, until it is."""
    fields = {
        "id": document_id,
        "title": found.title,
        "number": found.number,
        "issuer": found.issuer,
        "published_on": found.published_on,
        "effective_from": found.effective_from,
        "effective_note": found.effective_note,
        "effective_until": found.ends.until,
        "replaces": before.replaces if before else "",
        "amends": before.amends if before else "",
        "scope": before.scope if before else "",
        "authority": before.authority if before else "",
        "source_url": url,
        "verbatim": "true",
        "checked_on": on.isoformat(),
        "register": before.register if before else "",
    }
    lines = "".join(f"{name}: {_scalar(value)}\n" for name, value in fields.items())
    return f"---\n{lines}---\n\n"


def _scalar(value: str) -> str:
    written: str = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_style=None)
    plain = written.removesuffix("\n").removesuffix("\n...")
    return plain.strip("'") if re.fullmatch(r"'[\d-]+'|'true'", plain) else plain if value else '""'


def as_document(text: str, path: Path) -> Document:
    """The draft as a document whose clauses can be split before its front matter is complete."""
    head, _, body = text.partition("\n---\n\n")
    said = yaml.load(head.removeprefix("---\n"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but strings
    unknown = date.min
    return Document(
        id=said["id"],
        title=said["title"],
        number=said["number"],
        issuer=said["issuer"],
        published_on=unknown,
        effective_from=None,
        effective_note="",
        effective_until=None,
        replaces="",
        amends="",
        scope="",
        authority="",
        source_url="",
        verbatim=True,
        checked_on=unknown,
        register="",
        body=body,
        path=path,
        body_line=head.count("\n") + 3 + 1,
    )
