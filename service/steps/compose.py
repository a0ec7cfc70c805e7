"""Clauses and entitlements → a Draft: the conclusion first, then the quotes, the working, what is open, whom to ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.clause import Clause
from corpus.index import Found, Results
from corpus.tokens import normalize
from service.calibration import Calibration
from service.dialogue import Draft, Quote, Searched, Status, Understanding
from service.numbers import numbers_in
from service.rules.benefit import Benefit, Entitlement
from service.rules.catalogue import benefits
from service.rules.facts import fact_types
from service.sentences import operative, relevance, sentences
from service.words import Note, OfficeValue, Overview, Unstated, Words

SUPPORT_FLOOR = 0.07
_AGAINST = {"!refused": 0.25, "!handed_over": 0.25, "!no_basis": 0.4, "!out_of_scope": 0.75}
_NEARLY = 0.85
_OTHER_KIND = 0.65
_LATER_FLOOR = 0.12
_ASK_AT_MOST = 2
_HOTLINE = ("12345",)


@dataclass
class _Page:
    """The answer while it is written: lines, and quotes numbered as they are first cited."""

    words: Words
    lines: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    vouched: list[str] = field(default_factory=list)

    def say(self, sentence: str, /, **values: object) -> str:
        return self.words.wording[sentence].format(**values)

    def cite(self, quote: Quote) -> str:
        if quote not in self.quotes:
            self.quotes.append(quote)
        return f"[{self.quotes.index(quote) + 1}]"

    def prove(self, text: str, clause: Clause) -> str:
        """Marks of the sentences that hold those numbers of the text that nothing quoted from the clause holds yet."""
        held = [quote.text for quote in self.quotes if quote.clause == clause]
        unproven = numbers_in(text) - numbers_in(" ".join(held))
        pieces = [piece for piece in sentences(clause.text) if unproven & numbers_in(piece)]
        return "".join(self.cite(Quote(clause, piece.strip())) for piece in pieces)

    def show(self, quote: Quote) -> None:
        kind = "quote" if quote.clause.verbatim else "digest"
        self.lines.append(self.say(kind, quote=quote.text) + self.cite(quote))


def compose(
    asked: Understanding,
    searched: Searched,
    entitlements: Sequence[Entitlement],
    words: Words,
    clauses: Mapping[str, Clause],
    calibration: Calibration,
) -> Draft:
    unstated = next(
        (u for u in words.unstated if u.phrases.said_in(asked.text) and not u.unless.said_in(asked.text)), None
    )
    results, found = searched.whole, searched.whole.found
    reason = _like_one_not_answered(results)
    if reason in {"refused", "handed_over"}:
        return _stopped(asked, found, words, reason)
    if entitlements:
        return _benefits(asked, searched, entitlements, words, clauses, unstated)
    overview = next(
        (o for o in words.overviews if o.phrases.said_in(asked.text) and not o.unless.said_in(asked.text)), None
    )
    if overview is not None and all(ref in clauses for ref in overview.refs) and unstated is None:
        return _overview(asked, overview, words, clauses)
    if unstated is not None:
        return _unstated(asked, found, words, unstated, clauses)
    if asked.facts.get("institution_in") == "elsewhere" and "institution_in" in asked.said:
        return Draft(Status.NO_BASIS, (words.wording["other_place"].format(place="外地"),), reason="other_place")
    if reason == "out_of_scope" or calibration.off_topic(results, asked.on_topic):
        return Draft(Status.OUT_OF_SCOPE, (words.wording["out_of_scope"],), reason="off_topic", vouched=_HOTLINE)
    if reason == "no_basis" or not found:
        return _no_basis(asked, found, words, clauses)
    return _lookup(asked, searched, words, clauses)


def _overview(asked: Understanding, overview: Overview, words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = _Page(words, [overview.text])
    for ref in overview.refs:
        clause = clauses[ref]
        quote = Quote(clause, operative(clause, overview.text, asked.synonyms, at_most=1))
        page.lines.append(f"{page.cite(quote)}《{clause.document_title}》{clause.label}")
    _closing(page, asked, clauses, ("区卫健局",))
    return _draft(page, Status.ANSWERED, None, (), (), ("区卫健局",))


def _like_one_not_answered(results: Results) -> str | None:
    """The reason for which the bank questions nearest to this one must not be answered, where enough of them agree.

    Harm and distress need fewer votes than a missing basis: a needless handover costs less than a wrong answer.
    """
    for side, enough in _AGAINST.items():
        likely = side in {"!refused", "!handed_over"} or results.likeness.get(side, 0) > results.likeness.get("", 0)
        if results.shares.get(side, 0.0) >= enough and likely:
            return side.removeprefix("!")
    return None


def _stopped(asked: Understanding, found: Sequence[Found], words: Words, reason: str) -> Draft:
    """A refusal or a handover; the prohibiting clause is cited where the search found one."""
    page = _Page(words, [words.wording[reason]], vouched=list(_HOTLINE))
    for hit in found[:1] if reason == "refused" else ():
        quote = Quote(hit.clause, operative(hit.clause, asked.query, asked.synonyms))
        if words.intents["prohibits"].said_in(normalize(quote.text)):
            page.show(quote)
    return _draft(page, Status(reason), f"like_{reason}", (), (), ())


def _no_basis(asked: Understanding, found: Sequence[Found], words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = _Page(words, [words.wording["no_basis"]], vouched=list(_HOTLINE))
    if found:
        page.show(Quote(found[0].clause, operative(found[0].clause, asked.query, asked.synonyms)))
    units = found[0].clause.units if found else ("区卫健局",)
    _closing(page, asked, clauses, units)
    return _draft(page, Status.NO_BASIS, "not_stated", (), (), units)


def _lookup(asked: Understanding, searched: Searched, words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = _Page(words)
    first = searched.whole.found[0].clause
    gist = _gist(page, asked, first)
    for n, clause in enumerate(_clauses_to_show(searched)):
        name = "also" if n else ("lookup" if clause.verbatim else "lookup_digest")
        page.lines.append(page.say(name, title=clause.document_title, label=clause.label))
        for said in _asked_of(asked, clause, searched):
            quote = Quote(clause, operative(clause, said, asked.synonyms))
            if quote not in page.quotes:
                page.show(quote)
        _force(page, clause, asked)
    if gist:
        page.lines[0] += page.prove(page.lines[0], first) or "[1]"
    _closing(page, asked, clauses, first.units)
    return _draft(page, Status.ANSWERED, None, (), (), first.units)


def _clauses_to_show(searched: Searched) -> list[Clause]:
    beside = [hit.clause for hit in _beside(searched.whole.found)]
    return list({clause.ref: clause for clause in (*beside, *(hit.clause for _, hit in searched.parts))}.values())


def _asked_of(asked: Understanding, clause: Clause, searched: Searched) -> list[str]:
    """What to read a clause with: each question of the message that it answers, or else the whole message."""
    return [part.text for part, hit in searched.parts if hit.clause == clause] or [asked.query]


def _gist(page: _Page, asked: Understanding, clause: Clause) -> bool:
    """The conclusion in plain words, where the office has written one for this clause and matter."""
    for gist in page.words.gists:
        fits = gist.clause == str(clause.ref) and gist.phrases.said_in(asked.query)
        if fits and not gist.unless.said_in(asked.query):
            page.lines.append(gist.text)
            return True
    return False


def _beside(found: Sequence[Found]) -> list[Found]:
    """The first, the next when it stands nearly as high, and the best of the other kind (plan or regulation)."""
    first = found[0]
    near = [hit for hit in found[1:2] if hit.score >= _NEARLY * first.score]
    other_kind = [hit for hit in found[1:] if hit.clause.verbatim != first.clause.verbatim][:1]
    beside = [*near, *(hit for hit in other_kind if hit.score >= _OTHER_KIND * first.score)]
    return [first, *dict.fromkeys(beside)]


def _force(page: _Page, clause: Clause, asked: Understanding) -> None:
    if clause.effective_from and clause.effective_from > asked.on:
        page.lines.append(page.say("not_yet", title=clause.document_title, **{"from": clause.effective_from}))
        page.vouched.append(str(clause.effective_from))


def _unstated(
    asked: Understanding, found: Sequence[Found], words: Words, unstated: Unstated, clauses: Mapping[str, Clause]
) -> Draft:
    page = _Page(words, [unstated.text], vouched=[unstated.text])
    units = unstated.units
    if found and found[0].support >= SUPPORT_FLOOR:
        clause = found[0].clause
        units = units or clause.units
        page.show(Quote(clause, operative(clause, asked.query, asked.synonyms)))
    units = units or ("区卫健局",)
    page.lines.append(page.say("unstated_with_clause", units="、".join(units[:4])))
    _closing(page, asked, clauses, units)
    return _draft(page, Status.NO_BASIS, unstated.reason, (), (), units)


def _benefits(
    asked: Understanding,
    searched: Searched,
    entitlements: Sequence[Entitlement],
    words: Words,
    clauses: Mapping[str, Clause],
    unstated: Unstated | None,
) -> Draft:
    page = _Page(words)
    statuses = [_block(page, asked, entitlement, clauses) for entitlement in entitlements]
    units = tuple(dict.fromkeys(unit for entitlement in entitlements for unit in entitlement.units))
    status, reason = _overall(statuses), None
    if unstated is not None:
        page.vouched.append(unstated.text)
        page.lines.insert(0, unstated.text)
        if len(entitlements) == 1 and entitlements[0].eligible is not False and not asked.wants_total:
            status, reason = Status.NO_BASIS, unstated.reason
    if status is Status.NO_BASIS and reason is None:
        reason = "text_leaves_open"
    _another(page, asked, searched, entitlements)
    _closing(page, asked, clauses, units)
    missing = (
        tuple(dict.fromkeys(name for e in entitlements for name in e.missing)) if status is Status.ASKS_FOR_FACT else ()
    )
    return _draft(page, status, reason, tuple(entitlements), missing[:_ASK_AT_MOST], units)


def _overall(statuses: Sequence[Status]) -> Status:
    for status in (Status.ASKS_FOR_FACT, Status.ANSWERED, Status.NO_BASIS):
        if status in statuses:
            return status
    return Status.ANSWERED


def _block(page: _Page, asked: Understanding, entitlement: Entitlement, clauses: Mapping[str, Clause]) -> Status:
    """One benefit: its conclusion, its working, its operative sentence, what its card leaves open."""
    benefit = benefits()[entitlement.benefit]
    clause = clauses.get(benefit.basis)
    mark = page.cite(Quote(clause, benefit.quote)) if clause else ""
    status = _conclude(page, asked, benefit, entitlement, mark)
    _working(page, entitlement, clauses)
    if clause:
        page.show(Quote(clause, benefit.quote))
    else:
        page.lines.append(page.say("quote", quote=benefit.quote))
        page.vouched.append(benefit.quote)
    if entitlement.open_points and status is not Status.NO_BASIS:
        page.lines.append(page.say("open_points") + "；".join(entitlement.open_points) + "。")
    page.vouched.extend(entitlement.open_points)
    return status


def _conclude(page: _Page, asked: Understanding, benefit: Benefit, entitlement: Entitlement, mark: str) -> Status:
    label, name, why = benefit.label, entitlement.name, "；".join(step.sentence for step in entitlement.working)
    if entitlement.eligible is False:
        page.lines.append(page.say("not_eligible", label=label, name=name, why=why) + mark)
        return Status.ANSWERED
    if entitlement.eligible:
        page.lines.append(_granted(page, entitlement, label) + mark)
        return Status.ANSWERED
    if not entitlement.missing:
        page.lines.append(page.say("open", name=name, why="；".join(entitlement.open_points)) + mark)
        return Status.NO_BASIS
    page.vouched.append(benefit.rate)
    page.lines.append(page.say("rate", name=name, rate=benefit.rate) + mark)
    if not _wants_amount(asked, entitlement) or (len(asked.benefits) > 1 and not asked.wants_total):
        return Status.ANSWERED
    questions = [fact_types()[fact].question for fact in entitlement.missing[:_ASK_AT_MOST]]
    page.lines.insert(-1, page.say("asks", name=name, questions="".join(questions)))
    page.vouched.append(page.lines[-2])
    return Status.ASKS_FOR_FACT


def _wants_amount(asked: Understanding, entitlement: Entitlement) -> bool:
    """A total is asked for, numbers were given that this benefit computes with, or a single fact is missing."""
    needs = benefits()[entitlement.benefit].needs
    numbers = [name for name in asked.said if name in needs and fact_types()[name].type == "decimal"]
    several_terms = "terms" in asked.said and asked.facts["terms"] != 1
    own_case = asked.about != asked.on or "terms" in asked.said
    nearly = own_case and len(entitlement.missing) == 1 and len(set(needs) & set(asked.said)) > 1
    return asked.wants_total or several_terms or bool(numbers) or nearly


def _granted(page: _Page, entitlement: Entitlement, label: str) -> str:
    if entitlement.amount is None:
        return page.say("eligible_no_amount", label=label)
    kind = f"eligible_{entitlement.amount_kind}"
    return page.say(kind, label=label, name=entitlement.name, amount=entitlement.amount, unit=entitlement.unit)


def _working(page: _Page, entitlement: Entitlement, clauses: Mapping[str, Clause]) -> None:
    if entitlement.eligible is not True:
        return
    steps = []
    for step in entitlement.working:
        clause = clauses.get(step.ref)
        other = clause is not None and step.ref != benefits()[entitlement.benefit].basis
        mark = page.cite(Quote(clause, operative(clause, step.sentence))) if clause and other else ""
        total = f"{step.sentence} = {step.value}{entitlement.unit}" if _is_number(step.value) else step.sentence
        steps.append(total + mark)
    page.lines.append(page.say("working") + "；".join(steps) + "。")


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit() and "." in value


def _another(page: _Page, asked: Understanding, searched: Searched, entitlements: Sequence[Entitlement]) -> None:
    """What else the message asks: the clause that the search puts first, and those of its other questions."""
    first = [hit for hit in searched.whole.found[:1] if hit.support >= 2 * SUPPORT_FLOOR]
    own = {benefits()[e.benefit].basis for e in entitlements} | {str(quote.clause.ref) for quote in page.quotes}
    for hit in {hit.clause.ref: hit for hit in (*first, *(hit for _, hit in searched.parts))}.values():
        if str(hit.clause.ref) in own:
            continue
        page.lines.append(page.say("also", title=hit.clause.document_title, label=hit.clause.label))
        page.show(Quote(hit.clause, operative(hit.clause, asked.query, asked.synonyms)))


def _related(page: _Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What is read together with a cited clause: the state's rule beside the plan's, or the plan's beside it."""
    for entry in page.words.related:
        cited = {str(quote.clause.ref) for quote in page.quotes}
        other = {entry.clause: entry.also, entry.also: entry.clause}
        wanted = {other[ref] for ref in cited & other.keys()} - cited
        if not wanted or not entry.phrases.said_in(asked.query) or entry.unless.said_in(asked.query):
            continue
        clause = clauses.get(wanted.pop())
        if clause is not None and clause.known(asked.on) and not clause.ended(asked.on):
            page.lines.append(page.say("also", title=clause.document_title, label=clause.label))
            page.show(Quote(clause, operative(clause, asked.query, asked.synonyms)))


def _closing(page: _Page, asked: Understanding, clauses: Mapping[str, Clause], units: tuple[str, ...]) -> None:
    _related(page, asked, clauses)
    _lost(page)
    _notes(page, asked, clauses)
    _later(page, asked, clauses)
    _office(page, asked)
    if units:
        page.lines.append(page.say("units", units="、".join(units)))
    if any(_paid(page, quote) for quote in page.quotes):
        page.lines.append(page.say("validity", unit="区卫健局" if "区卫健局" in units or not units else units[0]))
        notice = clauses.get(page.words.wording["validity_ref"])
        page.vouched.append(notice.text if notice else page.lines[-1])


def _paid(page: _Page, quote: Quote) -> bool:
    return quote.clause.verbatim and page.words.intents["paid"].said_in(quote.text)


def _lost(page: _Page) -> None:
    """Where the source has lost characters inside a quote, say so."""
    notes = [gap for quote in page.quotes if "□" in quote.text for gap in quote.clause.gaps if "□" in gap]
    if notes:
        page.lines.append("原文此处有缺字：" + "；".join(dict.fromkeys(notes)))
        page.vouched.extend(notes)


def _notes(page: _Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """What the cited clauses leave open about the matter asked; the benefits' own cards speak for themselves."""
    own = {benefits()[slug].basis for slug in asked.benefits if slug in benefits()}
    quoted = {str(quote.clause.ref): normalize(quote.text) for quote in page.quotes}
    notes = [note for note in page.words.notes if note.clause in quoted.keys() - own]
    told = [note for note in notes if note.phrases.said_in(asked.query) and not note.unless.said_in(asked.query)]
    told = told or [note for note in notes if note.phrases.said_in(quoted[note.clause])][:1]
    if told:
        proven = [note.text + _proof(page, note, clauses) for note in told]
        page.lines.append(page.say("open_points") + "；".join(proven) + "。")


def _proof(page: _Page, note: Note, clauses: Mapping[str, Clause]) -> str:
    return "".join(page.prove(note.text, clauses[ref]) for ref in note.refs if ref in clauses)


def _later(page: _Page, asked: Understanding, clauses: Mapping[str, Clause]) -> None:
    """The later rule that changes a cited clause and speaks most of what is asked."""
    cited = {str(quote.clause.ref) for quote in page.quotes}
    said = " ".join((asked.query, *asked.synonyms, *(benefits()[slug].name for slug in asked.benefits)))
    later = [
        clause
        for ref, clause in clauses.items()
        if cited & set(clause.affects) and clause.known(asked.on) and ref not in cited and clause.certainty != "低"
    ]
    best = max(later, key=lambda clause: relevance(clause, said), default=None)
    if best is not None and relevance(best, said) >= _LATER_FLOOR:
        quote = Quote(best, operative(best, said))
        page.lines.append(page.say("later") + quote.text + page.cite(quote))


def _office(page: _Page, asked: Understanding) -> None:
    """What only the office knows about a cited clause: the value with its source, or that nobody entered it."""
    cited = {str(quote.clause.ref) for quote in page.quotes}
    for entry in _asked_of_office(page.words.office, asked, cited):
        if entry.value:
            page.lines.append(
                page.say("office_value", **entry.model_dump(include={"name", "value", "valid_from", "source"}))
            )
        else:
            page.lines.append(page.say("office_missing", name=entry.name, ask="、".join(entry.ask)))
        page.vouched.append(page.lines[-1])


def _asked_of_office(entries: Iterable[OfficeValue], asked: Understanding, cited: set[str]) -> list[OfficeValue]:
    return [entry for entry in entries if cited & set(entry.clauses) and entry.phrases.said_in(asked.text)][:2]


def _draft(
    page: _Page,
    status: Status,
    reason: str | None,
    entitlements: tuple[Entitlement, ...],
    missing: tuple[str, ...],
    units: tuple[str, ...],
) -> Draft:
    return Draft(
        status=status,
        lines=tuple(page.lines),
        quotes=tuple(page.quotes),
        reason=reason,
        entitlements=entitlements,
        missing=missing,
        units=units,
        vouched=tuple(page.vouched),
    )
