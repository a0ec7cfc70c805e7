"""All that a family may claim → the lines of an answer, in the order of a family's life."""

from collections.abc import Mapping, Sequence

from corpus.clause import Clause
from service.blocks import rate_line
from service.dialogue import Quote
from service.page import Page
from service.rules.benefit import Entitlement
from service.rules.facts import fact_types
from service.rules.family import OTHER, Claim


def write_family(page: Page, claims: Sequence[Claim], clauses: Mapping[str, Clause]) -> tuple[Entitlement, ...]:
    """One line a benefit: certain, depending on facts, or not for this family. Those of another kind of family are
    left out unless something was said of them."""
    common = {fact for claim in claims if claim.benefit.stage != OTHER for fact in claim.benefit.needs}
    shown = [claim for claim in claims if claim.benefit.stage != OTHER or claim.entitlement.inputs.keys() - common]
    page.lines.append(page.say("family"))
    told: set[str] = set()
    for stage in dict.fromkeys(claim.benefit.stage for claim in shown):
        page.lines.append(page.say(f"stage {stage}"))
        for claim in (claim for claim in shown if claim.benefit.stage == stage):
            page.lines.append(_line(page, claim, clauses) + _changes(page, claim, told, clauses))
    page.vouched.extend(claim.benefit.rate for claim in shown)
    return tuple(claim.entitlement for claim in shown)


def _line(page: Page, claim: Claim, clauses: Mapping[str, Clause]) -> str:
    benefit, entitlement = claim.benefit, claim.entitlement
    if entitlement.eligible is False:
        why = "；".join(step.sentence for step in entitlement.working)
        basis = clauses.get(benefit.basis)
        return page.say("family_not", name=benefit.name, why=why) + (
            page.cite(Quote(basis, benefit.quote)) if basis else ""
        )
    said = rate_line(page, benefit, clauses)
    if entitlement.missing:
        labels = "、".join(fact_types()[fact].label for fact in entitlement.missing)
        said += page.say("family_depends", facts=labels)
    return said


def _changes(page: Page, claim: Claim, told: set[str], clauses: Mapping[str, Clause]) -> str:
    """What changed since, each later rule once in the list."""
    fresh = [change for change in claim.changes if change.ref not in told]
    told.update(change.ref for change in fresh)
    page.vouched.extend(change.text for change in fresh)
    said = "；".join(
        change.text + (page.prove(change.text, clauses[change.ref]) if change.ref in clauses else "")
        for change in fresh
    )
    return page.say("family_changed", changes=said) if fresh else ""
