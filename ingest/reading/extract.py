"""What a reader hands over: paragraphs in order, notes, and every piece of text that is left out."""

import re
import unicodedata
from dataclasses import dataclass, replace

LARGEST_FILE = 20 * 1024 * 1024
MOST_CHARACTERS = 1_000_000
LONGEST_PARAGRAPH = 20_000
UNSEEN = "网页上看不见的字"

# What carries no meaning in print: blanks, control characters, zero-width marks.
_BLANK = re.compile("[\\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"[^\S\u3000]+")
_WIDE_SPACES = re.compile(r"[^\S\u3000]*\u3000\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")
# PDF makers print the radical ⽂ (U+2F42) where the character 文 is meant.
_RADICAL = re.compile("[\u2f00-\u2fd5\uf900-\ufaff]")


class Unreadable(Exception):
    """The file cannot become text: what is wrong and how to mend it, both in Chinese."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph or table row and where it stands; `added` characters of it are markup, not the file's."""

    place: str
    text: str
    added: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, marked in the text as [^name]."""

    name: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """What does not come into the draft, where it stood, and why; `added` as with Piece."""

    place: str
    text: str
    why: str
    added: int = 0

    @property
    def size(self) -> int:
        return count(self.text) - self.added


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Extract:
    """A whole file. `extracted` is counted where the text comes out of the file, before anything is sorted:
    count(pieces) + count(notes) + count(dropped) - added must equal it. `meta` is what a page says in its meta tags
    and shows nobody, so it is not counted.
    """

    kind: str
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    dropped: tuple[Dropped, ...]
    remarks: tuple[Remark, ...]
    extracted: int
    meta: tuple[tuple[str, str], ...] = ()

    @property
    def accounted(self) -> int:
        kept = sum(count(piece.text) - piece.added for piece in self.pieces)
        return kept + sum(count(note.text) for note in self.notes) + sum(item.size for item in self.dropped)


def count(text: str) -> int:
    """How many characters of a text can be seen."""
    return len(_BLANK.sub("", text))


def tidy(text: str) -> str:
    """One line without control characters and runs of blanks; no visible character is lost."""
    text = _RADICAL.sub(lambda match: unicodedata.normalize("NFKC", match[0]), _SURROGATE.sub("\ufffd", text))
    text = _INVISIBLE.sub("", text)
    return _WIDE_SPACES.sub("\u3000", _SPACES.sub(" ", text)).strip()


def tidied(extract: Extract) -> Extract:
    """The same with every text in one line; raises Unreadable when there is no text, or far too much."""
    pieces = tuple(replace(piece, text=tidy(piece.text)) for piece in extract.pieces)
    notes = tuple(replace(note, text=tidy(note.text)) for note in extract.notes)
    dropped = tuple(replace(item, text=tidy(item.text)) for item in extract.dropped)
    pieces = tuple(piece for piece in pieces if count(piece.text))
    if not pieces:
        raise Unreadable("没有读出正文", "核对文件；扫描件请先做文字识别")
    if extract.extracted > MOST_CHARACTERS:
        raise Unreadable(f"超过 {MOST_CHARACTERS} 字", "确认没有放错文件，必要时拆成几份")
    if long := next((piece for piece in pieces if len(piece.text) > LONGEST_PARAGRAPH), None):
        raise Unreadable(f"{long.place}一段超过 {LONGEST_PARAGRAPH} 字", "按自然段换行")
    odd = tuple(Remark(piece.place, what) for piece in pieces if (what := _oddity(piece.text)))
    kept = tuple(item for item in dropped if item.size)
    return replace(extract, pieces=pieces, notes=notes, dropped=kept, remarks=extract.remarks + odd)


def _oddity(text: str) -> str:
    if "\ufffd" in text:
        return "有读不出的字（�），请对照原件补上"
    if any(unicodedata.category(one) == "Co" for one in text):
        return "有字体自造的字，请对照原件改正"
    return ""
