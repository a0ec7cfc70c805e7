"""An Entitlement → its lines in the answer: conclusion, working, operative sentence, what its card leaves open."""

from collections.abc import Mapping
from datetime import date

from corpus.clause import Clause
from service.dialogue import Quote, Status, Understanding
from service.page import Page
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


def _conclude(page: Page, asked: Understanding, benefit: Benefit, entitlement: Entitlement, mark: str) -> Status:
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
    page.lines.append(page.say("rate", name=name, rate=benefit.rate) + mark)
    wanted = [fact for fact in entitlement.missing if fact not in asked.unknown]
    if not wanted or not asked.may_ask or not _wants_amount(asked, entitlement):
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
    """A total is asked for, numbers were given that this benefit computes with, or a single fact is missing."""
    needs = benefits()[entitlement.benefit].needs
    numbers = [name for name in asked.said if name in needs and _computed_with(name)]
    several_terms = "terms" in asked.said and asked.facts["terms"] != 1
    own_case = asked.about != asked.on or "terms" in asked.said
    nearly = own_case and len(entitlement.missing) == 1 and len(set(needs) & set(asked.said)) > 1
    return asked.wants_total or asked.own_case or several_terms or bool(numbers) or nearly


def _computed_with(fact: str) -> bool:
    kind = fact_types()[fact]
    return (kind.type == "decimal" and kind.unit.startswith("元")) or kind.unit in {"天", "%", "个月"}


def _granted(page: Page, entitlement: Entitlement, label: str) -> str:
    if entitlement.amount is None:
        said = "；".join(step.sentence for step in entitlement.working)
        return page.say("eligible_no_amount", label=label, name=entitlement.name, said=said)
    until = page.say("until", day=_in_words(entitlement.until)) if entitlement.until else ""
    kind = f"eligible_{entitlement.amount_kind}"
    return page.say(
        kind, label=label, name=entitlement.name, amount=entitlement.amount, unit=entitlement.unit, until=until
    )


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _working(page: Page, entitlement: Entitlement, clauses: Mapping[str, Clause]) -> None:
    if entitlement.eligible is not True:
        return
    basis = benefits()[entitlement.benefit].basis
    steps = []
    for step in entitlement.working:
        clause = clauses.get(step.ref) if step.ref != basis else None
        steps.append(step.sentence + (page.cite(Quote(clause, operative(clause, step.sentence))) if clause else ""))
    page.lines.append(page.say("working") + "；".join(steps) + "。")
