"""What closes an answer: related clauses, what is open or lost, later changes, the office's values, units, validity."""

from collections.abc import Iterable, Mapping

from corpus.clause import Clause
from corpus.tokens import normalize
from service.dates import day_named
from service.dialogue import Quote, Understanding
from service.page import Page
from service.rules.benefit import Change
from service.rules.catalogue import benefits
from service.sentences import operative, relevance
from service.word_entries import Note, OfficeEntry

_LATER_FLOOR = 0.12
_BORN = {"birth_date", "child_birth_date", "mother_birth_date"}


def close(page: Page, asked: Understanding, clauses: Mapping[str, Clause], units: tuple[str, ...]) -> None:
    """Written under every answer that rests on clauses."""
    _not_then(page, asked)
    _succeeding(page, asked, clauses)
    _related(page, asked, clauses)
    _lost(page)
    _notes(page, asked, clauses)
    _later(page, asked, clauses)
    _office(page, asked)
    if units:
        plan = not page.quotes or page.quotes[0].clause.verbatim
        page.lines.append(page.say("units" if plan else "units_digest", units="、".join(units)))
    dated_by = page.words.wording["validity_ref"]
    if any(_paid(page, quote) and quote.clause.ref.document_id == dated_by.split("#")[0] for quote in page.quotes):
        page.lines.append(page.say("validity", unit="区卫健局" if "区卫健局" in units or not units else units[0]))
        notice = clauses.get(dated_by)
        page.vouched.append(notice.text if notice else page.lines[-1])


def _not_then(page: Page, asked: Understanding) -> None:
    """That a cited document had not begun on the day that the message names, unless that is a birthday."""
    day = None if _BORN & set(asked.said) else day_named(asked.text, asked.on)
    for clause in (quote.clause for quote in page.quotes if quote.clause.verbatim and day):
        if clause.effective_from and day and day < clause.effective_from <= asked.on:
            told = {"title": clause.document_title, "from": clause.effective_from, "day": day}
            page.lines.append(page.say("not_then", **told))
            page.vouched.append(page.lines[-1])
            break


def _succeeding(page: Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What takes the place of a cited clause on a day to come, where that is issued already."""
    for clause in list({quote.clause.ref: quote.clause for quote in page.quotes}.values()):
        heirs = (one for one in clauses.values() if str(clause.ref) in one.ends and one.known(asked.on))
        heir = next(heirs, None)
        if heir is None or clause.ended(asked.on) or heir.in_force(asked.on):
            continue
        quote = Quote(heir, operative(heir, asked.query, asked.synonyms))
        if quote not in page.quotes:
            day = str(clause.effective_until)
            page.lines.append(page.say("succeeded", day=day, title=heir.document_title, label=heir.label))
            page.vouched.append(day)
            page.show(quote)


def _related(page: Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What is read together with a cited clause: the state's rule beside the plan's, or the plan's beside it; the cards
    of computed benefits say that themselves."""
    own = {benefits()[slug].basis for slug in asked.benefits if slug in benefits()}
    for entry in page.words.related:
        cited = {str(quote.clause.ref) for quote in page.quotes}
        other = {entry.clause: entry.also, entry.also: entry.clause}
        wanted = {other[ref] for ref in (cited - own) & other.keys()} - cited
        if not wanted or not entry.phrases.said_in(asked.query) or entry.unless.said_in(asked.query):
            continue
        clause = clauses.get(wanted.pop())
        if clause is not None and clause.known(asked.on) and not clause.ended(asked.on):
            page.lines.append(page.say("also", title=clause.document_title, label=clause.label))
            page.show(Quote(clause, operative(clause, asked.query, asked.synonyms)))


def _paid(page: Page, quote: Quote) -> bool:
    return quote.clause.verbatim and page.words.intents["paid"].said_in(quote.text)


def _lost(page: Page) -> None:
    """Where the source has lost characters inside a quote, say so."""
    notes = [gap for quote in page.quotes if "□" in quote.text for gap in quote.clause.gaps if "□" in gap]
    if notes:
        page.lines.append("原文此处有缺字：" + "；".join(dict.fromkeys(notes)))
        page.vouched.extend(notes)


def _notes(page: Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What the cited clauses leave open about the matter asked; the benefits' own cards speak for themselves."""
    own = {benefits()[slug].basis for slug in asked.benefits if slug in benefits()}
    quoted = {str(quote.clause.ref): normalize(quote.text) for quote in page.quotes}
    cited = [note for note in page.words.notes if note.clause in quoted]
    notes = [note for note in cited if note.clause not in own or (note.always and note.phrases.said_in(asked.text))]
    told = [note for note in notes if note.phrases.said_in(asked.query) and not note.unless.said_in(asked.query)]
    told = told or [note for note in notes if note.phrases.said_in(quoted[note.clause])][:1]
    if told:
        proven = [note.text + _proof(page, note, clauses) for note in told]
        page.lines.append(page.say("open_points") + "；".join(proven) + "。")


def _proof(page: Page, note: Note, clauses: Mapping[str, Clause]) -> str:
    return "".join(page.prove(note.text, clauses[ref]) for ref in note.refs if ref in clauses)


def _later(page: Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What changed since: for a computed benefit the changes of its card, for other cited clauses the one later rule
    that speaks most of what is asked."""
    for change in _changes(asked):
        page.tell(change, clauses.get(change.ref))
    best = _latest_of_others(page, asked, clauses)
    if best is not None:
        quote = Quote(best, operative(best, asked.query, asked.synonyms))
        page.lines.append(page.say("later") + quote.text + page.cite(quote))


def _changes(asked: Understanding) -> list[Change]:
    known = [
        c for slug in asked.benefits if slug in benefits() for c in benefits()[slug].changes if c.since <= asked.on
    ]
    return list({change.ref: change for change in known}.values())


def _latest_of_others(page: Page, asked: Understanding, clauses: Mapping[str, Clause]) -> Clause | None:
    computed = {benefits()[slug].basis for slug in asked.benefits if slug in benefits()}
    cited = {str(quote.clause.ref) for quote in page.quotes}
    said = " ".join((asked.query, *asked.synonyms))
    later = [
        clause
        for ref, clause in clauses.items()
        if (cited - computed) & set(clause.affects)
        and clause.known(asked.on)
        and ref not in cited
        and clause.certainty != "低"
    ]
    best = max(later, key=lambda clause: relevance(clause, said), default=None)
    return best if best is not None and relevance(best, said) >= _LATER_FLOOR else None


def _office(page: Page, asked: Understanding) -> None:
    """What only the office knows about a cited clause: the value with its source, or that nobody entered it."""
    cited = {str(quote.clause.ref) for quote in page.quotes}
    for entry in _asked_of_office(page.words.office, asked, cited):
        told = office_line(page, entry, asked)
        if told not in page.lines:
            page.lines.append(told)
            page.vouched.append(told)


def office_line(page: Page, entry: OfficeEntry, asked: Understanding) -> str:
    """The office's value with its dates and source, or that nobody entered one."""
    value, ask = entry.latest(asked.on, asked.about), "、".join(entry.ask)
    if value is None:
        return page.say("office_missing", name=entry.name, ask=ask)
    if value.ended(asked.about):
        return page.say("office_ended", name=entry.name, day=value.valid_until, ask=ask)
    until = page.say("office_until", day=value.valid_until) if value.valid_until else ""
    told = value.model_dump(include={"value", "valid_from", "source", "checked_on"})
    return page.say("office_value", name=entry.name, until=until, **told)


def _asked_of_office(entries: Iterable[OfficeEntry], asked: Understanding, cited: set[str]) -> list[OfficeEntry]:
    used = {name for slug in asked.benefits if slug in benefits() for name in benefits()[slug].needs} - set(asked.facts)
    computed = [entry for entry in entries if entry.fact in used and entry.holding(asked.on, asked.about)]
    spoken = [entry for entry in entries if cited & set(entry.clauses) and entry.phrases.said_in(asked.text)]
    return list({entry.id: entry for entry in (*computed, *spoken)}.values())[:2]
