"""Every benefit as a form: one fact changed, and which steps of the working that changes."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from corpus.clause import Clause
from service.accounts import Role, Seat
from service.channels.console.gate import Console, gate
from service.channels.console.pages import page
from service.channels.console.script import amount_of
from service.channels.errors import NotFound
from service.channels.schema import Day, FactsIn, StepOut
from service.rules.benefit import Entitlement, assess
from service.rules.catalogue import benefits
from service.rules.facts import fact_types, parse_facts

_VERDICTS = {True: "符合条件", False: "不符合条件"}


class WhatIfIn(BaseModel):
    """`previous`: the facts of the result on the screen, where there is one."""

    model_config = ConfigDict(extra="forbid")
    facts: FactsIn = FactsIn()
    previous: FactsIn | None = None
    on: Day | None = None


class ComparedStepOut(StepOut):
    """`changed`: it did not stand so in the previous result; `place`: its clause as people call it."""

    changed: bool
    place: str


class WhatIfOut(BaseModel):
    """`gone`: sentences of the previous result that no longer hold; `questions`: what is still to be asked."""

    verdict: str
    outcome: str
    outcome_changed: bool
    steps: list[ComparedStepOut]
    gone: list[str]
    questions: list[str]
    open_points: tuple[str, ...]
    units: tuple[str, ...]


def router(console: Console) -> APIRouter:
    what_if = APIRouter(include_in_schema=False)
    operator = gate(console, Role.OPERATOR)

    @what_if.get("/what-if")
    def form(benefit: Annotated[str | None, Query(max_length=100)] = None, seat: Seat = Depends(operator)) -> Response:
        chosen = benefits().get(benefit or "") or next(iter(benefits().values()))
        needs = sorted((fact_types()[name] for name in chosen.needs), key=lambda fact: fact.default is not None)
        facts = [(fact, chosen.question(fact.name)) for fact in needs]
        today = console.now().date()
        return page("what-if", seat, benefits=list(benefits().values()), chosen=chosen, facts=facts, today=today)

    @what_if.post("/benefits/{slug}/what-if")
    def compute(slug: str, body: WhatIfIn, seat: Seat = Depends(operator)) -> WhatIfOut:
        if slug not in benefits():
            raise NotFound("没有这项待遇", "slug")
        day = body.on or console.now().date()
        now = _assess(slug, body.facts, day)
        before = _assess(slug, body.previous, day) if body.previous else None
        console.note(seat, "what_if", slug)
        with console.desk.parts.live.lease() as (snapshot, _):
            return compare(now, before, snapshot.by_ref if snapshot else {})

    return what_if


def _assess(slug: str, given: BaseModel, day: date) -> Entitlement:
    return assess(benefits()[slug], parse_facts(given.model_dump(exclude_none=True)), day, day)


def compare(now: Entitlement, before: Entitlement | None, clauses: Mapping[str, Clause]) -> WhatIfOut:
    """What holds now, against what held before; without that, nothing has changed."""
    earlier = {(step.sentence, step.value) for step in before.working} if before else set()
    current = {step.sentence for step in now.working}
    steps = [
        ComparedStepOut(
            sentence=step.sentence,
            value=_readable(step.value, now.benefit),
            ref=step.ref,
            place=_place(step.ref, now.benefit, clauses),
            changed=before is not None and (step.sentence, step.value) not in earlier,
        )
        for step in now.working
    ]
    benefit = benefits()[now.benefit]
    return WhatIfOut(
        verdict=_verdict(now),
        outcome=_outcome(now),
        outcome_changed=before is not None and (_verdict(before), _outcome(before)) != (_verdict(now), _outcome(now)),
        steps=steps,
        gone=[step.sentence for step in before.working if step.sentence not in current] if before else [],
        questions=[benefit.question(fact) for fact in now.missing],
        open_points=now.open_points,
        units=now.units,
    )


def _readable(value: str, slug: str) -> str:
    """A choice by its label; numbers and days as they are."""
    labels = {key: label for fact in benefits()[slug].needs for key, label in fact_types()[fact].choices.items()}
    return value if value.isdecimal() else {"true": "是", "false": "否", **labels}.get(value, value)


def _place(ref: str, slug: str, clauses: Mapping[str, Clause]) -> str:
    """The label; with the title, where it is another document than the benefit's own."""
    clause = clauses.get(ref)
    if clause is None:
        return ref
    own = benefits()[slug].basis.partition("#")[0] == clause.ref.document_id
    return clause.label if own else f"《{clause.document_title}》{clause.label}"


def _verdict(entitlement: Entitlement) -> str:
    if entitlement.eligible is None:
        return "还差情况，算不出来" if entitlement.missing else "文本没有写清，不能下结论"
    return _VERDICTS[entitlement.eligible]


def _outcome(entitlement: Entitlement) -> str:
    """The amount with its kind; "" where there is none."""
    if entitlement.amount is None:
        return ""
    until = f"，最后一天 {entitlement.until}" if entitlement.until else ""
    return amount_of(entitlement) + until
