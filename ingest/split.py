"""Document → list[Clause]: by anchors, by articles of a law, or by the outline of a notice."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import pairwise

from corpus.clause import Clause, ClauseRef, Document

ANCHOR = re.compile(r'^<!--\s*c:(?P<locator>[A-Za-z0-9][\w.\-]*)(?P<attributes>(?:\s+\w+="[^"]*")*)\s*-->', re.ASCII)
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
NOTE_NAME = r"\[\^([^\[\]\s]+)\]"
FOOTNOTE = re.compile(NOTE_NAME)
NUMERIC = re.compile(r"(?P<article>\d{1,4})(?:-(?P<insert>\d{1,4}))?(?:\.(?P<paragraph>\d{1,4}))?")

_NUMERAL = "[一二三四五六七八九十百千零〇两]+"
# A whole file is searched: what is opened again and again and never closed must not be read to the end each time.
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_DEFINITION = re.compile(rf"^{NOTE_NAME}:\s*(.*)$")
_RULE = re.compile(r"^([-*_])(?:\s*\1){2,}$")
_UNITS = re.compile(r"[（(]责任单位[：:]((?:(?![（(]责任单位)[^）)])*+)[）)]")
_SENTENCE_END = re.compile(r"[。；;！？!?]")
_CHAPTER = re.compile(rf"^第{_NUMERAL}(分编|编|章|节)(?:之{_NUMERAL})?(?=[\s　]|$|[^\s　。；，]{{1,30}}$)")
_CHAPTER_RANK = {"编": 1, "分编": 2, "章": 3, "节": 4}
_ARTICLE = re.compile(rf"^第({_NUMERAL}|\d{{1,4}})条(?:之({_NUMERAL}))?(?P<gap>[\s　]*)(?P<rest>.*)$")
_REFERENCE = re.compile(rf"^(?:第{_NUMERAL}[款项条]|规定|所|的|之|中|以外|至|到|或|和|与|及|以及|[、，。；：,;:）)])")
_HANGING = re.compile(r"(?:按照|依照|根据|依据|违反|适用|本法|本条例|本办法|本规定|》|、|，|和|或者|以及)$")
_ANNEX = re.compile(r"^附\s*(?:件|录|表)\s*(?:[一二三四五六七八九十]+|\d*)\s*[：:]?$")
_OUTLINE = (
    re.compile(rf"^({_NUMERAL})、"),
    re.compile(rf"^[（(]({_NUMERAL})[）)]"),
    re.compile(r"^(\d{1,2})[.．、](?!\d)"),
)
_LONGEST_TITLE = 50


class Shape(Enum):
    """How a document shows where its clauses begin."""

    ANCHORED = "anchored"
    LAW = "law"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: as written, and as text without markup."""

    number: int
    raw: str
    text: str

    @property
    def marked_level(self) -> int:
        return len(self.raw) - len(self.raw.lstrip("#"))

    @property
    def plain(self) -> str:
        return unmark(self.text)


@dataclass(frozen=True, slots=True)
class Anchor:
    """`<!-- c:12.2 label="…" -->`: where a clause begins, and what the editor says about it."""

    locator: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Unit:
    """The lines of one clause, before they become a Clause."""

    locator: str
    label: str
    number: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """The clauses, what is no clause by right (headings, editor's notes), and what was left over."""

    shape: Shape
    clauses: list[Clause]
    outside: list[Line]
    stray: list[Line]


def split(document: Document) -> list[Clause]:
    return read(document).clauses


def read(document: Document) -> Split:
    lines = read_lines(document)
    content = list(_without_notes(lines))
    shape = _shape(content)
    units = _SPLITTERS[shape](content, document.title)
    notes = footnotes(lines)
    clauses = [_dress(unit, document, notes) for unit in units if unit.lines]
    taken = {line.number for unit in units for line in unit.lines}
    left = [line for line in content if line.text and line.number not in taken]
    stray = [line for line in left if shape is Shape.ANCHORED and not _is_heading(line, document.title)]
    taken |= {line.number for line in stray}
    outside = [line for line in lines if line.text and line.number not in taken]
    return Split(shape, clauses, outside, stray)


def read_lines(document: Document) -> list[Line]:
    """Every line with something on it; comments that are no anchors do not count as text."""
    body = _COMMENT.sub(_blank_unless_anchor, document.body)
    raws = enumerate((raw.strip() for raw in body.split("\n")), start=document.body_line)
    lines = (Line(number, raw, _text(raw)) for number, raw in raws)
    return [line for line in lines if line.text or ANCHOR.match(line.raw)]


def without_comments(text: str) -> str:
    """Line breaks stay where they are; a comment that is never closed is text."""
    return _COMMENT.sub(_blank, text)


def unmark(text: str) -> str:
    """The text without the editor's marks; what the editor supplied stays, and so does the 〔2021〕 of a 文号."""
    return re.sub(r"〔(?!\d{4}〕)([^〔〕]*)〕|□", r"\1", text)


def footnotes(lines: Iterable[Line]) -> dict[str, str]:
    found = (_DEFINITION.match(line.raw) for line in lines)
    return {match[1]: match[2].strip() for match in found if match}


def anchor(line: Line) -> Anchor | None:
    match = ANCHOR.match(line.raw)
    return Anchor(match["locator"], dict(ATTRIBUTE.findall(match["attributes"]))) if match else None


def names(written: str) -> tuple[str, ...]:
    """The items of a list written with blanks, commas or 、."""
    return tuple(name for name in re.split(r"[、,，\s]+", written) if name)


def article_number(text: str) -> int:
    """十六 → 16, 一百零二 → 102, 12 → 12."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for character in text:
        if character in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            digit = "零一二三四五六七八九".find(character.replace("〇", "零").replace("两", "二"))
    return total + digit


def _blank_unless_anchor(match: re.Match[str]) -> str:
    return match[0] if ANCHOR.match(match[0]) else _blank(match)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") if match[1] else match[0]


def _text(raw: str) -> str:
    if not raw or _DEFINITION.match(raw):
        return raw
    text = FOOTNOTE.sub("", ANCHOR.sub("", raw))
    text = re.sub(r"\*\*(.+?)\*\*", r"\1", text)
    return re.sub(r"^#{1,6}\s+", "", text).strip()


def _without_notes(lines: list[Line]) -> Iterator[Line]:
    """Leave out what the editor added: the note before the first clause, rules, footnotes, the 附注 section."""
    begun = False
    notes_level = 0
    for line in lines:
        level = line.marked_level
        if level and (not notes_level or level <= notes_level):
            notes_level = level if line.text.startswith("附注") else 0
        begun = begun or not (level or line.raw.startswith(">") or _RULE.match(line.raw))
        editorial = (line.raw.startswith(">") and not begun) or _RULE.match(line.raw) or _DEFINITION.match(line.raw)
        if not (editorial or notes_level):
            yield line


def _shape(lines: list[Line]) -> Shape:
    if any(anchor(line) for line in lines):
        return Shape.ANCHORED
    return Shape.LAW if _article_starts(lines) else Shape.OUTLINE


def _is_heading(line: Line, title: str) -> bool:
    return line.marked_level > 0 or _same_words(line.text, title)


def _same_words(one: str, other: str) -> bool:
    return re.sub(r"\s", "", one) == re.sub(r"\s", "", other)


# --- anchored documents ---


def _by_anchor(lines: list[Line], title: str) -> list[_Unit]:
    headings: dict[int, str] = {}
    here: Anchor | None = None
    begun: list[tuple[Anchor, tuple[str, ...], list[Line]]] = []
    for line in lines:
        if line.marked_level:
            headings = {level: text for level, text in headings.items() if level < line.marked_level}
            headings[line.marked_level] = line.text
            here = None
        elif found := anchor(line):
            here = found
            begun.append((found, _enclosing(headings, title), []))
        if here and line.text and not line.marked_level:
            begun[-1][2].append(line)
    return [
        _Unit(mark.locator, _anchor_label(mark), _own_number(mark, around, held), around, tuple(held), mark.attributes)
        for mark, around, held in begun
    ]


def _enclosing(headings: Mapping[int, str], title: str) -> tuple[str, ...]:
    return tuple(text for level, text in sorted(headings.items()) if level > 1 and not _same_words(text, title))


def _anchor_label(mark: Anchor) -> str:
    if label := mark.attributes.get("label"):
        return label
    if not (number := NUMERIC.fullmatch(mark.locator)):
        return mark.locator
    inserted = f"之{_chinese(int(number['insert']))}" if number["insert"] else ""
    paragraph = f"第{number['paragraph']}款" if number["paragraph"] else ""
    return f"第{number['article']}条{inserted}{paragraph}"


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    return digits[number] if number < 10 else str(number)


def _own_number(mark: Anchor, headings: tuple[str, ...], lines: list[Line]) -> str:
    """The numeral printed before the text; a later paragraph of 12 is still 12."""
    printed = _numeral(lines[0].plain) if lines else ""
    number = NUMERIC.fullmatch(mark.locator)
    within_outline = any(pattern.match(unmark(text)) for text in headings for pattern in _OUTLINE)
    return printed or (number["article"] if number and within_outline else "")


# --- laws ---


def _by_article(lines: list[Line], title: str) -> list[_Unit]:
    starts = _article_starts(lines)
    end = _law_end(lines, starts)
    bounds = [*starts, end]
    units = []
    headings: dict[int, str] = {}
    for line in lines[: starts[0]]:
        _enter(headings, line)
    for first, after in pairwise(bounds):
        body = [line for line in lines[first:after] if not _chapter(line)]
        units.append(_article(body, tuple(headings[rank] for rank in sorted(headings))))
        for line in lines[first:after]:
            _enter(headings, line)
    return units + _annexes(lines[end:], title)


def _article_starts(lines: list[Line]) -> list[int]:
    starts: list[int] = []
    current = (0, 0)
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if number := _begins_article(line, before, current):
            current = number
            starts.append(index)
    return starts


def _begins_article(line: Line, before: Line | None, current: tuple[int, int]) -> tuple[int, int] | None:
    """`第五条` opens an article unless the sentence around it shows that it only points to one."""
    match = _ARTICLE.match(line.text)
    if not match or (before and not before.marked_level and _HANGING.search(before.text)):
        return None
    number = (article_number(match[1]), article_number(match[2]) if match[2] else 0)
    if match["gap"] or not match["rest"]:
        return number
    return number if number > current and not _REFERENCE.match(match["rest"]) else None


def _article(lines: list[Line], headings: tuple[str, ...]) -> _Unit:
    match = _ARTICLE.match(lines[0].text)
    assert match
    insert = f"-{article_number(match[2])}" if match[2] else ""
    label = lines[0].text[: match.start("gap")]
    return _Unit(f"{article_number(match[1])}{insert}", label, "", headings, tuple(lines))


def _chapter(line: Line) -> re.Match[str] | None:
    return _CHAPTER.match(line.text)


def _enter(headings: dict[int, str], line: Line) -> None:
    if match := _chapter(line):
        rank = _CHAPTER_RANK[match[1]]
        for deeper in [known for known in headings if known >= rank]:
            del headings[deeper]
        headings[rank] = re.sub(r"[\s　]+", " ", line.text)


def _law_end(lines: list[Line], starts: list[int]) -> int:
    """Where the annexes begin: at 附录, or at the first title after the article that says 施行."""
    last_article_found = False
    for index, line in enumerate(lines[starts[-1] :], start=starts[-1]):
        if _ANNEX.match(line.text) or (last_article_found and _is_bare_title(line)):
            return index
        last_article_found = last_article_found or "施行" in line.text
    return len(lines)


def _is_bare_title(line: Line) -> bool:
    return _is_title(line) and not _numeral(line.text) and not line.text.startswith(("|", "（", "(", "注"))


# --- notices ---


@dataclass(slots=True)
class _Node:
    """A numbered paragraph with what stands under it."""

    level: int
    number: str
    printed: str
    line: Line | None
    body: list[Line] = field(default_factory=list)
    children: list["_Node"] = field(default_factory=list)

    def lines(self) -> list[Line]:
        own = [self.line] if self.line else []
        return own + self.body + [line for child in self.children for line in child.lines()]


def _by_outline(lines: list[Line], title: str) -> list[_Unit]:
    content = [line for line in lines if not _same_words(line.text, title) and line.marked_level != 1]
    end = next((index for index, line in enumerate(content) if _ANNEX.match(line.text)), len(content))
    return _outline_units(_tree(content[:end]), "", ()) + _annexes(content[end:], title)


def _annexes(lines: list[Line], title: str) -> list[_Unit]:
    """One annex: a1, a2.3; several: the annex's own number comes first."""
    marks = [index for index, line in enumerate(lines) if _ANNEX.match(line.text)]
    titles = [index for index, line in enumerate(lines) if _is_bare_title(line)]
    starts = sorted({0, *(marks or titles)}) if lines else []
    units: list[_Unit] = []
    for order, (first, after) in enumerate(pairwise([*starts, len(lines)]), start=1):
        part = lines[first:after]
        opening = 1 + next((index for index, line in enumerate(part[1:]) if not _is_bare_title(line)), len(part) - 1)
        headings = tuple(line.text for line in part[:opening] if not _same_words(line.text, title))
        rest = part[opening:] or part
        prefix = "a" if len(starts) == 1 else f"a{order}."
        found = _outline_units(_tree(rest), prefix, headings)
        units += [_alone(found[0], order)] if len(found) == 1 else found
    return units


def _alone(unit: _Unit, order: int) -> _Unit:
    label = unit.headings[0].rstrip("：:") if unit.headings else f"附件{order}"
    return _Unit(f"a{order}", label, "", unit.headings, unit.lines)


def _tree(lines: list[Line]) -> _Node:
    root = _Node(-1, "", "", None)
    open_nodes = [root]
    for line in lines:
        level, number, printed = _outline_mark(line)
        if level is None:
            open_nodes[-1].body.append(line)
            continue
        while open_nodes[-1].level >= level:
            open_nodes.pop()
        node = _Node(level, number, printed, line)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)
    return root


def _outline_mark(line: Line) -> tuple[int | None, str, str]:
    for level, pattern in enumerate(_OUTLINE, start=1):
        if match := pattern.match(line.plain):
            return level, str(article_number(match[1])), _numeral(line.plain)
    return (0, "", "") if line.marked_level else (None, "", "")


def _numeral(text: str) -> str:
    for pattern in _OUTLINE:
        if match := pattern.match(text):
            return f"（{match[1]}）" if match[0][0] in "（(" else match[1]
    return ""


def _is_title(line: Line) -> bool:
    if line.marked_level:
        return True
    return len(line.text) <= _LONGEST_TITLE and not _SENTENCE_END.search(line.text.rstrip("：:"))


def _outline_units(node: _Node, path: str, headings: tuple[str, ...]) -> list[_Unit]:
    here = _joined(path, node.number)
    inner = headings + ((_title_part(node.line.text),) if node.line else ())
    if node.line and (not node.children or _is_one_sentence(node.children)):
        locator = here if node.number else _joined(here, "0")
        return [_outline_unit(node, locator, headings, inner, node.lines())]
    intro = ([node.line] if node.line else []) + node.body
    if node.line and _is_title(node.line) and not node.body:
        intro = []
    units = [_outline_unit(node, _joined(here, "0"), headings, inner, intro)] if intro else []
    for child in node.children:
        units += _outline_units(child, here, inner)
    return units


def _outline_unit(
    node: _Node, locator: str, headings: tuple[str, ...], inner: tuple[str, ...], lines: list[Line]
) -> _Unit:
    """A title with text under it is a heading; any other first line is part of the text."""
    if node.line and _is_title(node.line) and lines[1:]:
        return _Unit(locator, "", "", inner, tuple(lines[1:]))
    return _Unit(locator, "", node.printed, headings, tuple(lines))


def _joined(path: str, number: str) -> str:
    dot = "." if path and path != "a" and not path.endswith(".") and number else ""
    return f"{path}{dot}{number}"


def _is_one_sentence(children: list[_Node]) -> bool:
    """Items that end in a semicolon are parts of the sentence that introduces them."""
    first = children[0].lines()
    return len(first) == 1 and first[0].text.endswith(("；", ";"))


def _title_part(text: str) -> str:
    return _SENTENCE_END.split(text)[0].rstrip("：:")


# --- what every shape has in common ---


_SPLITTERS: Mapping[Shape, Callable[[list[Line], str], list[_Unit]]] = {
    Shape.ANCHORED: _by_anchor,
    Shape.LAW: _by_article,
    Shape.OUTLINE: _by_outline,
}


def _dress(unit: _Unit, document: Document, notes: Mapping[str, str]) -> Clause:
    text = "\n".join(line.text for line in unit.lines)
    position = _position(unit)
    used = dict.fromkeys(name for line in unit.lines for name in FOOTNOTE.findall(line.raw))
    return Clause(
        ref=ClauseRef(document.id, unit.locator),
        label=unit.label or position or "引言",
        position=position,
        headings=unit.headings,
        text=text,
        indexed=unmark(text),
        gaps=tuple(notes[name] for name in used if name in notes),
        units=_responsible(text),
        document_title=document.title,
        document_number=document.number,
        source_url=document.source_url,
        register=document.register,
        scope=document.scope,
        authority=document.authority,
        verbatim=document.verbatim,
        certainty=unit.attributes.get("certainty", ""),
        published_on=_day(unit, "issued_on", document.published_on) or document.published_on,
        effective_from=_day(unit, "effective_from", document.effective_from),
        effective_until=_day(unit, "effective_until", document.effective_until),
        affects=names(unit.attributes.get("affects", "")),
        ends=names(unit.attributes.get("ends", "")),
    )


def _position(unit: _Unit) -> str:
    return "".join(_heading_number(unmark(text)) for text in unit.headings) + unit.number


def _heading_number(heading: str) -> str:
    if chapter := _CHAPTER.match(heading):
        return chapter[0].rstrip()
    if _ANNEX.match(heading):
        return re.sub(r"[\s：:]", "", heading)
    return _numeral(heading)


def _responsible(text: str) -> tuple[str, ...]:
    names = (name.strip() for group in _UNITS.findall(text) for name in re.split("[、，,]", group))
    return tuple(dict.fromkeys(unmark(name) for name in names if name))


def _day(unit: _Unit, name: str, inherited: date | None) -> date | None:
    """An attribute left empty means: not known; one that cannot be read is reported by the check."""
    written = unit.attributes.get(name)
    if written is None:
        return inherited
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return inherited
