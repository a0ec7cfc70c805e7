"""An Entitlement → its lines in the answer: conclusion, working, operative sentence, what its card leaves open."""

from collections.abc import Mapping

from corpus.clause import Clause
from service.dialogue import Quote, Status, Understanding
from service.page import Page
from service.rules.ages import MonthTold, in_words
from service.rules.benefit import Benefit, Entitlement
from service.rules.catalogue import benefits
from service.rules.facts import fact_types
from service.sentences import operative

ASK_AT_MOST = 2


def write_benefit(page: Page, asked: Understanding, entitlement: Entitlement, clauses: Mapping[str, Clause]) -> Status:
    """One benefit: its conclusion, its working, its operative sentence, what its card leaves open."""
    benefit = benefits()[entitlement.benefit]
    clause = clauses.get(benefit.basis)
    mark = page.cite(Quote(clause, benefit.quote)) if clause else ""
    status = _conclude(page, asked, benefit, entitlement, mark, clauses)
    if entitlement.eligible is True and entitlement.amount is not None:
        page.lines.append(page.say("working") + _steps(page, benefit, entitlement, clauses) + "。")
    for change in benefit.changes:
        if entitlement.missing and change.first and change.since <= asked.on:
            page.tell(change, clauses.get(change.ref))
    if clause:
        page.show(Quote(clause, benefit.quote))
    else:
        page.lines.append(page.say("quote", quote=benefit.quote))
        page.vouched.append(benefit.quote)
    if entitlement.open_points and status is not Status.NO_BASIS:
        page.lines.append(page.say("open_points") + "；".join(entitlement.open_points) + "。")
    page.vouched.extend(entitlement.open_points)
    return status


def _conclude(
    page: Page,
    asked: Understanding,
    benefit: Benefit,
    entitlement: Entitlement,
    mark: str,
    clauses: Mapping[str, Clause],
) -> Status:
    label, name = benefit.label, entitlement.name
    if entitlement.eligible is False:
        why = _steps(page, benefit, entitlement, clauses)
        page.lines.append(page.say("not_eligible", label=label, name=name, why=why) + mark)
        return Status.ANSWERED
    if entitlement.eligible and entitlement.amount is None:
        said = _steps(page, benefit, entitlement, clauses)
        page.lines.append(page.say("eligible_no_amount", name=name, said=said) + mark)
        return Status.ANSWERED
    if entitlement.eligible:
        page.lines.append(_granted(page, entitlement, label) + mark)
        return Status.ANSWERED
    if not entitlement.missing:
        page.lines.append(page.say("open", name=name, why="；".join(entitlement.open_points)) + mark)
        return Status.NO_BASIS
    page.lines.append(rate_line(page, benefit, clauses))
    wanted = entitlement.missing
    if set(wanted) & set(asked.unknown) or not asked.may_ask or not _wants_amount(asked, entitlement):
        return Status.ANSWERED
    if len(asked.benefits) > 1 and not asked.wants_total:
        return Status.ANSWERED
    questions = [benefit.question(fact) for fact in wanted[:ASK_AT_MOST]]
    asks = page.say("asks", name=name, questions="".join(questions))
    if asked.mixed:
        asks = page.say("mixed", facts="、".join(fact_types()[fact].label for fact in asked.mixed)) + asks
    page.lines.insert(-1, asks)
    page.vouched.append(asks)
    return Status.ASKS_FOR_FACT


def _wants_amount(asked: Understanding, entitlement: Entitlement) -> bool:
    """A total is asked for, numbers were given that this benefit computes with, or little is missing: a single fact, or
    the day in a month."""
    if any(isinstance(asked.facts.get(name), MonthTold) for name in entitlement.missing):
        return True
    needs = benefits()[entitlement.benefit].needs
    numbers = [name for name in asked.said if name in needs and _computed_with(name)]
    several_terms = "terms" in asked.said and asked.facts["terms"] != 1
    own_case = asked.about != asked.on
    nearly = own_case and len(entitlement.missing) == 1 and len(set(needs) & set(asked.said)) > 1
    return asked.wants_total or asked.own_case or several_terms or bool(numbers) or nearly


def _computed_with(fact: str) -> bool:
    kind = fact_types()[fact]
    return (kind.type == "decimal" and kind.unit.startswith("元")) or kind.unit in {"天", "%", "个月"}


def rate_line(page: Page, benefit: Benefit, clauses: Mapping[str, Clause]) -> str:
    """What the benefit gives in general, with marks for the operative sentence and for every number."""
    said = page.say("rate", name=benefit.name, rate=benefit.rate)
    basis = clauses.get(benefit.basis)
    marks = page.cite(Quote(basis, benefit.quote)) if basis else ""
    refs = dict.fromkeys(value.ref for parameter in benefit.parameters.values() for value in parameter.values)
    for ref in (ref for ref in refs if ref != benefit.basis and ref in clauses):
        marks += page.prove(said, clauses[ref])
    return said + marks


def _granted(page: Page, entitlement: Entitlement, label: str) -> str:
    until = page.say("until", day=in_words(entitlement.until)) if entitlement.until else ""
    kind = f"eligible_{entitlement.amount_kind}"
    return page.say(
        kind,
        label=label,
        name=entitlement.name,
        amount=entitlement.amount,
        unit=entitlement.unit,
        until=until,
        period=entitlement.period,
    )


def _steps(page: Page, benefit: Benefit, entitlement: Entitlement, clauses: Mapping[str, Clause]) -> str:
    """The sentences of the working, each with the clause it rests on where that is another than the basis."""
    steps = []
    for step in entitlement.working:
        clause = clauses.get(step.ref) if step.ref != benefit.basis else None
        steps.append(step.sentence + (page.cite(Quote(clause, operative(clause, step.sentence))) if clause else ""))
    return "；".join(steps)
