"""Clauses and entitlements → a Draft: the conclusion first, then the quotes, the working, what is open, whom to ask."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus.clause import Clause
from corpus.index import Found
from corpus.tokens import normalize
from service.blocks import ASK_AT_MOST, rate_line, write_benefit
from service.calibration import Calibration
from service.closing import close, office_line
from service.dialogue import Draft, Quote, Searched, Status, Understanding
from service.family_list import write_family
from service.page import Page
from service.precedence import AS_MUCH, Weighed, weigh
from service.rules.benefit import Entitlement
from service.rules.catalogue import benefits
from service.rules.family import claims
from service.sentences import operative
from service.word_entries import OfficeEntry, Overview, Unstated
from service.words import Words

SUPPORT_FLOOR = 0.07
_NEARLY = 0.85
_LIKE_A_BANK_QUESTION = 0.2
_SURELY = 0.4
_ASKED_BEFORE = 0.3
_OTHER_KIND = 0.65
_NAME_ALONE = 12
_CHOICE = re.compile(r"[0-9]{1,2}[.。]?")
_HOTLINE = ("12345", "110", "120")


def compose(
    asked: Understanding,
    searched: Searched,
    entitlements: Sequence[Entitlement],
    words: Words,
    clauses: Mapping[str, Clause],
    calibration: Calibration,
) -> Draft:
    if asked.restarts:
        return Draft(Status.ANSWERED, (words.wording["restart"],))
    if asked.unheard:
        text = words.wording["unheard"]
        return Draft(Status.ASKS_FOR_FACT, (text,), reason="unheard", vouched=(text,))
    if _CHOICE.fullmatch(asked.text) and not asked.said:
        return Draft(Status.ANSWERED, (words.wording["nothing_to_choose"],))
    if asked.locators and searched.unheld:
        return Draft(Status.NO_BASIS, (words.wording["no_such_document"],), reason="no_such_document")
    if asked.locators and not _there(asked.locators, clauses):
        return Draft(Status.NO_BASIS, (words.wording["no_such_clause"],), reason="no_such_clause")
    if searched.named and asked.locators and not _has_article(asked, searched):
        title = next(c.document_title for c in clauses.values() if c.ref.document_id == searched.named)
        text = words.wording["no_such_article"].format(title=title)
        return Draft(Status.NO_BASIS, (text,), reason="no_such_clause", vouched=(text,))
    draft = _draft(asked, searched, entitlements, words, clauses, calibration)
    if not searched.unheld or not draft.quotes:
        return draft
    warning = words.wording["unheld"].format(name=searched.unheld)
    return replace(draft, lines=(warning, *draft.lines), vouched=(*draft.vouched, warning))


def _draft(
    asked: Understanding,
    searched: Searched,
    entitlements: Sequence[Entitlement],
    words: Words,
    clauses: Mapping[str, Clause],
    calibration: Calibration,
) -> Draft:
    weighed = weigh(asked, searched, entitlements, words, calibration)
    asked, unstated, found = weighed.asked, weighed.unstated, searched.whole.found
    led = _put_first(searched, weighed.leads) if weighed.leads else searched
    if weighed.unlike in {"refused", "handed_over"}:
        return _stopped(asked, found, words, weighed.unlike)
    if asked.everything and unstated is None:
        return _family(asked, words, clauses)
    if unstated and weighed.entered:
        return _entered(asked, words, unstated, weighed.entered, clauses)
    if weighed.entitlements:
        return _benefits(asked, searched, weighed, words, clauses)
    if weighed.alone or (searched.named and unstated is None and found):
        return _lookup(asked, led, words, clauses)
    overview = next(
        (o for o in words.overviews if o.phrases.said_in(asked.text) and not o.unless.said_in(asked.text)), None
    )
    if overview is not None and all(ref in clauses for ref in overview.refs) and unstated is None:
        return _overview(asked, overview, words, clauses)
    if unstated is not None:
        return _unstated(asked, searched, words, unstated, clauses)
    if _of_another_place(asked, found):
        return Draft(Status.NO_BASIS, (words.wording["other_place"].format(place="外地"),), reason="other_place")
    if weighed.off_topic:
        return Draft(Status.OUT_OF_SCOPE, (words.wording["out_of_scope"],), reason="off_topic", vouched=_HOTLINE)
    if weighed.unlike == "no_basis" or weighed.unanswered or not found:
        return _no_basis(asked, found, words, clauses)
    return _lookup(asked, searched, words, clauses, sure=not weighed.doubtful)


def _entered(
    asked: Understanding, words: Words, unstated: Unstated, entry: OfficeEntry, clauses: Mapping[str, Clause]
) -> Draft:
    """What no document states, as the office has entered it."""
    page = Page(words)
    page.lines.append(office_line(page, entry, asked))
    page.vouched.append(page.lines[0])
    for clause in (clauses[ref] for ref in (unstated.refs or entry.clauses[:1]) if ref in clauses):
        page.show(Quote(clause, operative(clause, asked.query, asked.synonyms)))
    close(page, asked, clauses, unstated.units)
    return page.draft(Status.ANSWERED, None, unstated.units)


def _has_article(asked: Understanding, searched: Searched) -> bool:
    """Whether the document that is named has the articles that are named, or what stands in the place of them."""
    held = {ref for hit in searched.whole.found for ref in (str(hit.clause.ref), *hit.clause.ends)}
    wanted = tuple(f"{searched.named}#{one}" for one in asked.locators)
    return any(ref in wanted or ref.rpartition(".")[0] in wanted for ref in held)


def _of_another_place(asked: Understanding, found: Sequence[Found]) -> bool:
    """It names an institution elsewhere, and the bank knows no such question."""
    named = asked.facts.get("institution_in") == "elsewhere" and "institution_in" in asked.said
    return named and not (found and found[0].likeness >= _ASKED_BEFORE)


def _family(asked: Understanding, words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = Page(words)
    entitlements = write_family(page, claims(asked.facts, asked.on, asked.about), clauses)
    close(page, asked, clauses, ())
    return page.draft(Status.ANSWERED, None, ("区卫健局",), entitlements)


def _there(locators: Sequence[str], clauses: Mapping[str, Clause]) -> bool:
    """Whether any document has a clause of one of these numbers (the plan's own article 12 stands as 12.1 to 12.3)."""
    held = {clause.ref.locator for clause in clauses.values()}
    return not held or any(one in held or any(name.startswith(f"{one}.") for name in held) for one in locators)


def _overview(asked: Understanding, overview: Overview, words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = Page(words, [overview.text])
    for ref in overview.refs:
        clause = clauses[ref]
        quote = Quote(clause, operative(clause, overview.text, asked.synonyms, at_most=1))
        page.lines.append(f"{page.cite(quote)}《{clause.document_title}》{clause.label}")
    close(page, asked, clauses, ("区卫健局",))
    return page.draft(Status.ANSWERED, None, ("区卫健局",))


def _stopped(asked: Understanding, found: Sequence[Found], words: Words, reason: str) -> Draft:
    """A refusal or a handover; the prohibiting clause is cited where the search found one."""
    page = Page(words, [words.wording[reason]], vouched=list(_HOTLINE))
    for hit in found[:1] if reason == "refused" else ():
        quote = Quote(hit.clause, operative(hit.clause, asked.query, asked.synonyms))
        if words.intents["prohibits"].said_in(normalize(quote.text)):
            page.show(quote)
    return page.draft(Status(reason), f"like_{reason}", ())


def _no_basis(asked: Understanding, found: Sequence[Found], words: Words, clauses: Mapping[str, Clause]) -> Draft:
    page = Page(words, [words.wording["no_basis"]], vouched=list(_HOTLINE))
    if found:
        page.show(Quote(found[0].clause, operative(found[0].clause, asked.query, asked.synonyms)))
    units = found[0].clause.units if found else ("区卫健局",)
    close(page, asked, clauses, units)
    return page.draft(Status.NO_BASIS, "not_stated", units)


def _lookup(
    asked: Understanding, searched: Searched, words: Words, clauses: Mapping[str, Clause], *, sure: bool = True
) -> Draft:
    """What is not `sure` to answer is told as the nearest there is."""
    page = Page(words, [] if sure else [words.wording["nearest"]], vouched=list(_HOTLINE))
    first = searched.whole.found[0].clause
    conclusion = len(page.lines)
    gist = _gist(page, asked.query, first)
    for n, clause in enumerate(_clauses_to_show(searched)):
        name = "also" if n else ("lookup" if clause.verbatim else "lookup_digest")
        page.lines.append(page.say(name, title=clause.document_title, label=clause.label))
        for said in _asked_of(asked, clause, searched):
            whole = clause == first and _reads_out(asked, words)
            quote = Quote(clause, clause.text.strip() if whole else operative(clause, said, asked.synonyms))
            if quote not in page.quotes:
                page.show(quote)
        _force(page, clause, asked)
    if gist:
        page.lines[conclusion] += page.prove(page.lines[conclusion], first) or "[1]"
    close(page, asked, clauses, first.units)
    return page.draft(Status.ANSWERED, None, first.units)


def _reads_out(asked: Understanding, words: Words) -> bool:
    """Whether it only names a clause, to see what stands there."""
    return bool(asked.locators) and (len(asked.text) <= _NAME_ALONE or words.intents["read_out"].said_in(asked.text))


def _clauses_to_show(searched: Searched) -> list[Clause]:
    beside = [hit.clause for hit in _beside(searched.whole.found)]
    return list({clause.ref: clause for clause in (*beside, *(hit.clause for _, hit in searched.parts))}.values())


def _asked_of(asked: Understanding, clause: Clause, searched: Searched) -> list[str]:
    """What to read a clause with: each question of the message that it answers, or else the whole message."""
    return [part.text for part, hit in searched.parts if hit.clause == clause] or [asked.query]


def _gist(page: Page, said: str, clause: Clause) -> bool:
    """The conclusion in plain words, where the office has written one for this clause and matter."""
    for gist in page.words.gists:
        fits = gist.clause == str(clause.ref) and gist.phrases.said_in(said)
        if fits and not gist.unless.said_in(said) and gist.text not in page.lines:
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


def _force(page: Page, clause: Clause, asked: Understanding) -> None:
    if clause.effective_from and clause.effective_from > asked.on:
        page.lines.append(page.say("not_yet", title=clause.document_title, **{"from": clause.effective_from}))
        page.vouched.append(str(clause.effective_from))


def _unstated(
    asked: Understanding, searched: Searched, words: Words, unstated: Unstated, clauses: Mapping[str, Clause]
) -> Draft:
    page = Page(words, [unstated.text], vouched=[unstated.text])
    named = [clauses[ref] for ref in unstated.refs if ref in clauses]
    for clause in named or [hit.clause for hit in searched.whole.found[:1] if _speaks_of_it(hit)]:
        page.show(Quote(clause, operative(clause, asked.query, asked.synonyms)))
    _other_questions(page, searched)
    units = unstated.units or tuple(unit for quote in page.quotes for unit in quote.clause.units) or ("区卫健局",)
    page.lines.append(page.say("unstated_with_clause", units="、".join(units[:4])))
    close(page, asked, clauses, units)
    return page.draft(Status.NO_BASIS, unstated.reason, units)


def _benefits(
    asked: Understanding,
    searched: Searched,
    weighed: Weighed,
    words: Words,
    clauses: Mapping[str, Clause],
) -> Draft:
    page, entitlements, newer = Page(words), weighed.entitlements, weighed.leads
    unstated = None if newer else weighed.unstated
    if newer:
        page.lines.append(page.say("unasked", title=newer.clause.document_title, label=newer.clause.label))
        page.show(Quote(newer.clause, operative(newer.clause, asked.query, asked.synonyms)))
        page.lines.append(page.say("or_benefit", names="、".join(entitlement.name for entitlement in entitlements)))
        if all(one.eligible is None for one in entitlements):
            page.lines.extend(rate_line(page, benefits()[one.benefit], clauses) for one in entitlements)
            close(page, replace(asked, benefits=()), clauses, newer.clause.units)
            return page.draft(Status.ANSWERED, None, newer.clause.units)
    statuses = [write_benefit(page, asked, entitlement, clauses) for entitlement in entitlements]
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
    close(page, asked, clauses, units)
    missing = (
        tuple(dict.fromkeys(name for e in entitlements for name in e.missing)) if status is Status.ASKS_FOR_FACT else ()
    )
    return page.draft(status, reason, units, tuple(entitlements), missing[:ASK_AT_MOST])


def _overall(statuses: Sequence[Status]) -> Status:
    for status in (Status.ASKS_FOR_FACT, Status.ANSWERED, Status.NO_BASIS):
        if status in statuses:
            return status
    return Status.ANSWERED


def _another(page: Page, asked: Understanding, searched: Searched, entitlements: Sequence[Entitlement]) -> None:
    """What else the message asks: the clause that the search puts first, and those of its other questions."""
    shown = {benefits()[e.benefit].basis for e in entitlements} | {str(quote.clause.ref) for quote in page.quotes}
    for hit in searched.whole.found[:1]:
        if (hit.likeness >= _SURELY or len(asked.parts) > 1) and str(hit.clause.ref) not in shown:
            _also(page, Quote(hit.clause, operative(hit.clause, asked.query, asked.synonyms)))
    _other_questions(page, searched)


def _other_questions(page: Page, searched: Searched) -> None:
    for part, hit in searched.parts:
        if _speaks_of_it(hit):
            quote = Quote(hit.clause, operative(hit.clause, part.text, part.synonyms))
            if _gist(page, part.text, hit.clause):
                page.lines[-1] += page.prove(page.lines[-1], hit.clause) or page.cite(quote)
            _also(page, quote)


def _also(page: Page, quote: Quote) -> None:
    """One more clause, unless it was quoted so far already."""
    if not any(quote.clause == other.clause and _alike(quote.text, other.text) for other in page.quotes):
        page.lines.append(page.say("also", title=quote.clause.document_title, label=quote.clause.label))
        page.show(quote)


def _speaks_of_it(hit: Found) -> bool:
    return hit.support >= SUPPORT_FLOOR or hit.likeness >= _LIKE_A_BANK_QUESTION


def _put_first(searched: Searched, hit: Found) -> Searched:
    found = searched.whole.found
    others = [other for other in found if other.clause != hit.clause and other.support >= AS_MUCH * hit.support]
    first = replace(hit, score=max((other.score for other in others), default=0.0))
    return replace(searched, whole=replace(searched.whole, found=[first, *others]))


def _alike(one: str, other: str) -> bool:
    """Whether one holds the other, but for its last marks."""
    return one.rstrip("〔。〕；") in other or other.rstrip("〔。〕；") in one
