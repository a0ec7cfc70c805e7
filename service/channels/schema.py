"""The bodies of the HTTP contract: what comes in, what goes out, and what an error looks like."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model
from pydantic.json_schema import JsonSchemaValue

from corpus.clause import Clause, Document
from corpus.index import Found
from service.desk import Reply
from service.dialogue import Citation
from service.rules.benefit import Benefit, Entitlement
from service.rules.facts import FactType, fact_types
from service.rules.family import Claim

QUESTION_LIMIT = 500
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def _clean(text: str) -> str:
    """Raises ValueError for control characters; line breaks and tabs become spaces, invisible characters go."""
    flat = _printable(" ".join(text.split()))
    seen = "".join(character for character in flat if unicodedata.category(character) not in {"Cf", "Co", "Cn"}).strip()
    if not seen:
        raise ValueError("不能为空")
    return seen


def _printable(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("含有控制字符")
    return text


def _written_as_day(value: object) -> object:
    """Or else a number would be read as seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return value
    raise ValueError("不是真实的日期，应为 YYYY-MM-DD")


def _asked_in_range(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"应在 {EARLIEST} 到 {LATEST} 之间")
    return day


QuestionText = Annotated[str, Field(min_length=1, max_length=QUESTION_LIMIT, strict=True), AfterValidator(_clean)]
Day = Annotated[
    date, BeforeValidator(_written_as_day), AfterValidator(_asked_in_range), Field(description="YYYY-MM-DD")
]


AnswerId = Annotated[str, Field(max_length=64), AfterValidator(_printable)]


def _as_text(value: object) -> object:
    """JSON numbers with a fraction come in as text, so that no float is ever made of money."""
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    if value is None or isinstance(value, str | int):
        return value
    raise ValueError("应为文字、数字或是否")


_JSON_TYPES = {"int": "integer", "decimal": "number", "date": "string", "bool": "boolean", "choice": "string"}


def _described(kind: FactType) -> JsonSchemaValue:
    """As it stands in /openapi.json; what is no choice may also come as text."""
    described: JsonSchemaValue = {"type": _JSON_TYPES[kind.type]}
    if kind.type == "choice":
        return described | {"enum": list(kind.choices)}
    limits = {"minimum": kind.minimum, "maximum": kind.maximum}
    described |= {name: float(limit) for name, limit in limits.items() if limit is not None}
    return {"anyOf": [described, {"type": "string"}, {"type": "null"}]}


_FACT_FIELDS = {
    name: (
        Annotated[str | int | float | bool | None, BeforeValidator(_as_text), WithJsonSchema(_described(kind))],
        Field(None, description=kind.question),
    )
    for name, kind in fact_types().items()
}
FactsIn = create_model("FactsIn", __config__=ConfigDict(extra="forbid"), **_FACT_FIELDS)  # type: ignore[call-overload]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskIn(_In):
    question: QuestionText
    conversation_id: Annotated[str, Field(max_length=100), AfterValidator(_printable)] | None = None
    on: Day | None = None
    facts: FactsIn = FactsIn()


class CalculateIn(_In):
    facts: FactsIn = FactsIn()
    on: Day | None = None


class FeedbackIn(_In):
    verdict: Literal["helpful", "unhelpful"]
    reason: Literal["wrong", "unclear", "incomplete", "outdated", "other"] | None = None
    comment: Annotated[str, Field(max_length=500), AfterValidator(_clean)] | None = None


class HandoverOut(BaseModel):
    message: str


class CitationOut(BaseModel):
    mark: int
    ref: str
    document_title: str
    document_number: str
    label: str
    position: str
    quote: str
    url: str
    verbatim: bool
    in_force: bool
    gaps: tuple[str, ...]

    @staticmethod
    def of(citation: Citation) -> "CitationOut":
        return CitationOut.model_validate(citation, from_attributes=True)


class StepOut(BaseModel):
    sentence: str
    value: str
    ref: str


class EntitlementOut(BaseModel):
    benefit: str
    name: str
    eligible: bool | None
    amount: str | None
    unit: str
    amount_kind: str
    until: date | None
    working: list[StepOut]
    open_points: tuple[str, ...]
    missing: tuple[str, ...]

    @staticmethod
    def of(entitlement: Entitlement) -> "EntitlementOut":
        return EntitlementOut(
            benefit=entitlement.benefit,
            name=entitlement.name,
            eligible=entitlement.eligible,
            amount=None if entitlement.amount is None else str(entitlement.amount),
            unit=entitlement.unit,
            amount_kind=entitlement.amount_kind,
            until=entitlement.until,
            working=[StepOut(sentence=s.sentence, value=s.value, ref=s.ref) for s in entitlement.working],
            open_points=entitlement.open_points,
            missing=entitlement.missing,
        )


class ChangeOut(BaseModel):
    since: date
    ref: str
    text: str


class ClaimOut(EntitlementOut):
    """One benefit of the family's list: what it gives in general, its clause, whom to ask, what changed since."""

    stage: str
    clause: str
    rate: str
    units: tuple[str, ...]
    changes: list[ChangeOut]

    @staticmethod
    def of_claim(claim: Claim) -> "ClaimOut":
        benefit = claim.benefit
        return ClaimOut(
            **EntitlementOut.of(claim.entitlement).model_dump(),
            stage=benefit.stage,
            clause=benefit.basis,
            rate=benefit.rate,
            units=benefit.units,
            changes=[ChangeOut(since=c.since, ref=c.ref, text=c.text) for c in claim.changes],
        )


class StageOut(BaseModel):
    stage: str
    benefits: tuple[str, ...]


class EntitlementsOut(BaseModel):
    """All that one family may claim, by the order of its life; `stages` groups the slugs."""

    on: date
    stages: list[StageOut]
    entitlements: list[ClaimOut]

    @staticmethod
    def of(claims: Sequence[Claim], on: date) -> "EntitlementsOut":
        grouped: dict[str, list[str]] = {}
        for claim in claims:
            grouped.setdefault(claim.benefit.stage, []).append(claim.benefit.slug)
        return EntitlementsOut(
            on=on,
            stages=[StageOut(stage=stage, benefits=tuple(slugs)) for stage, slugs in grouped.items()],
            entitlements=[ClaimOut.of_claim(claim) for claim in claims],
        )


class OptionOut(BaseModel):
    value: str
    label: str


class MissingOut(BaseModel):
    fact: str
    question: str
    options: list[OptionOut]

    @staticmethod
    def of(fact: str) -> "MissingOut":
        kind = fact_types()[fact]
        choices = kind.choices or ({"true": "是", "false": "否"} if kind.type == "bool" else {})
        return MissingOut(
            fact=fact,
            question=kind.question,
            options=[OptionOut(value=value, label=label) for value, label in choices.items()],
        )


class AskOut(BaseModel):
    answer_id: str
    conversation_id: str
    status: str
    reason: str | None
    text: str
    citations: list[CitationOut]
    entitlements: list[EntitlementOut]
    missing: list[MissingOut]
    units: tuple[str, ...]
    on: date
    about: date
    snapshot: str
    level: str
    took_ms: int

    @staticmethod
    def of(reply: Reply) -> "AskOut":
        answer = reply.answer
        return AskOut(
            answer_id=reply.saved.answer_id,
            conversation_id=reply.saved.conversation_id,
            status=answer.status.value,
            reason=answer.reason,
            text=answer.text,
            citations=[CitationOut.of(citation) for citation in answer.citations],
            entitlements=[EntitlementOut.of(entitlement) for entitlement in answer.entitlements],
            missing=[MissingOut.of(fact) for fact in answer.missing],
            units=answer.units,
            on=answer.on,
            about=answer.about,
            snapshot=answer.snapshot,
            level=answer.level.value,
            took_ms=reply.took_ms,
        )


class HitOut(BaseModel):
    ref: str
    document_title: str
    label: str
    text: str
    matched: tuple[str, ...]
    score: float
    in_force: bool

    @staticmethod
    def of(found: Found, on: date) -> "HitOut":
        clause = found.clause
        return HitOut(
            ref=str(clause.ref),
            document_title=clause.document_title,
            label=clause.label,
            text=clause.text,
            matched=found.matched,
            score=found.score,
            in_force=clause.in_force(on),
        )


class SearchOut(BaseModel):
    hits: list[HitOut]
    took_ms: int


class ClauseOut(BaseModel):
    ref: str
    document_title: str
    document_number: str
    label: str
    position: str
    headings: tuple[str, ...]
    text: str
    gaps: tuple[str, ...]
    units: tuple[str, ...]
    url: str
    verbatim: bool
    certainty: str
    published_on: date
    effective_from: date | None
    effective_until: date | None
    in_force: bool
    affects: tuple[str, ...]
    previous: str | None
    next: str | None

    @staticmethod
    def of(clause: Clause, on: date, previous: Clause | None, following: Clause | None) -> "ClauseOut":
        return ClauseOut(
            ref=str(clause.ref),
            document_title=clause.document_title,
            document_number=clause.document_number,
            label=clause.label,
            position=clause.position,
            headings=clause.headings,
            text=clause.text,
            gaps=clause.gaps,
            units=clause.units,
            url=clause.source_url,
            verbatim=clause.verbatim,
            certainty=clause.certainty,
            published_on=clause.published_on,
            effective_from=clause.effective_from,
            effective_until=clause.effective_until,
            in_force=clause.in_force(on),
            affects=clause.affects,
            previous=str(previous.ref) if previous else None,
            next=str(following.ref) if following else None,
        )


class DocumentOut(BaseModel):
    id: str
    title: str
    number: str
    issuer: str
    published_on: date
    effective_from: date | None
    effective_note: str
    effective_until: date | None
    scope: str
    authority: str
    source_url: str
    verbatim: bool
    checked_on: date
    register_number: str
    clauses: int

    @staticmethod
    def of(document: Document, clauses: int) -> "DocumentOut":
        own = {"clauses", "register_number"}
        fields = {name: getattr(document, name) for name in DocumentOut.model_fields if name not in own}
        return DocumentOut(**fields, register_number=document.register, clauses=clauses)


class FactOut(BaseModel):
    name: str
    label: str
    type: str
    unit: str
    choices: list[OptionOut]
    question: str

    @staticmethod
    def of(fact: str) -> "FactOut":
        kind = fact_types()[fact]
        choices = [OptionOut(value=value, label=label) for value, label in kind.choices.items()]
        return FactOut(
            name=kind.name, label=kind.label, type=kind.type, unit=kind.unit, choices=choices, question=kind.question
        )


class BenefitOut(BaseModel):
    benefit: str
    name: str
    clause: str
    rate: str
    unit: str
    amount_kind: str
    units: tuple[str, ...]
    facts: list[FactOut]

    @staticmethod
    def of(benefit: Benefit) -> "BenefitOut":
        return BenefitOut(
            benefit=benefit.slug,
            name=benefit.name,
            clause=benefit.basis,
            rate=benefit.rate,
            unit=benefit.unit,
            amount_kind=benefit.amount_kind,
            units=benefit.units,
            facts=[FactOut.of(fact) for fact in benefit.needs],
        )


class Error(BaseModel):
    code: str
    message: str
    field: str | None


class ErrorOut(BaseModel):
    error: Error
