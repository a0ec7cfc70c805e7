"""An answer → what an operator reads aloud, and what is pasted into the ticket: its own lines, picked and shortened."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

from corpus.clause import Clause
from service.dialogue import Answer, Citation
from service.rules.benefit import Entitlement
from service.rules.catalogue import benefits
from service.rules.facts import fact_types
from service.tables import said

_MARK = re.compile(r"\[[0-9]+\]")
_EVEN = re.compile(r"(?<=[0-9])\.00(?![0-9])")
_KINDS = {
    "payable": "可领",
    "ceiling": "最高不超过",
    "reduction": "减免",
    "difference": "一年少付利息",
    "deduction": "扣除额（不是发的钱）",
    "duration": "共",
}


class SpokenLine(BaseModel):
    """`kind`: conclusion, amount, ask, whom or validity."""

    kind: str
    text: str


def script(answer: Answer, wording: Mapping[str, str]) -> list[SpokenLine]:
    """What is said first, the amounts, what to ask the caller, whom the caller may turn to."""
    lines = [_MARK.sub("", line) for line in answer.text.split("\n")]
    spoken = [("conclusion", _conclusion(lines))]
    spoken += [
        ("amount", f"{one.name}：{amount_of(one)}")
        for one in answer.entitlements
        if one.eligible and one.amount is not None
    ]
    spoken += [("ask", _question(fact, answer)) for fact in answer.missing]
    spoken += [("whom", _beginning(lines, "、".join(answer.units)))] if answer.units else []
    opening = wording["validity"].partition("{")[0]
    spoken += [("validity", line) for line in lines if line.startswith(opening)]
    return [SpokenLine(kind=kind, text=_EVEN.sub("", text)) for kind, text in spoken]


def _conclusion(lines: list[str]) -> str:
    """The first line; one that only announces a quote is read with the quote."""
    announces = lines[0].endswith("：") and len(lines) > 1
    return lines[0] + lines[1] if announces else lines[0]


def amount_of(entitlement: Entitlement) -> str:
    """Its amount in words of its kind; it has one."""
    period = f"{entitlement.period} " if entitlement.period else ""
    return f"{period}{_KINDS[entitlement.amount_kind]} {entitlement.amount} {entitlement.unit}"


def _question(fact: str, answer: Answer) -> str:
    """As the benefit that wants it asks."""
    asking = (benefits()[one.benefit] for one in answer.entitlements if fact in one.missing)
    benefit = next(asking, None)
    return benefit.question(fact) if benefit else fact_types()[fact].question


def _beginning(lines: list[str], units: str) -> str:
    """The answer's own line about the units, without what stands in brackets behind."""
    line = next((line for line in lines if units in line), units)
    return line.partition("（")[0].rstrip("。") + "。"


def paste_citation(citation: Citation) -> str:
    return _paste(citation.quote, citation.verbatim, f"《{citation.document_title}》{citation.label}", citation.url)


def paste_clause(clause: Clause) -> str:
    return _paste(clause.text, clause.verbatim, f"《{clause.document_title}》{clause.label}", clause.source_url)


def _paste(text: str, verbatim: bool, place: str, url: str) -> str:
    """A digest is never pasted as if it were the words of the document."""
    quoted = f"「{said(text)}」" if verbatim else f"摘要（不是原文）：{said(text)}"
    return "\n".join(filter(None, (quoted, f"——{place}", url)))
