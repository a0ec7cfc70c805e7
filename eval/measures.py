"""An answer against what was expected: status, clauses, key facts, amount, and whether every number is supported."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from corpus.clause import Clause
from corpus.tokens import normalize
from eval.ask import Asked
from eval.golden import Expect
from service.dialogue import Answer

# Fixed lines say nothing of the question: they may not earn a key fact.
_FIXED = re.compile(r"^(?:方案2023年7月印发，没有写明有效期.*|本单位尚未录入：.*)$", re.MULTILINE)
_MARKS = re.compile(r"\[[0-9]+\]")
_LABELS = re.compile(r"第[0-9]+[条款项章节孩个]|〔[0-9]{4}〕[0-9]+号|令第[0-9]+号")
_SEPARATORS = re.compile(r"(?<=[0-9]),(?=[0-9]{3})")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_HOTLINES = {Decimal(n) for n in ("12345", "12366", "12333", "120", "110", "119")}
_NOTICE = {Decimal(n) for n in ("2023", "7", "20")}


@dataclass(frozen=True, slots=True)
class Grade:
    """`amount` is None where none was expected."""

    status: bool
    clauses: bool
    facts: bool
    amount: bool | None
    unsupported: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.status and self.clauses and self.facts and self.amount is not False and not self.unsupported


def grade(asked: Asked, registers: dict[str, str]) -> Grade:
    """`registers` maps a document id to its register number (L01…)."""
    expect, answer = asked.golden.expect, asked.answer
    return Grade(
        status=answer.status.value in expect.status,
        clauses=all(any(cites(c.ref, wanted, registers) for c in answer.citations) for wanted in expect.clauses),
        facts=not lacking(answer, expect) and not forbidden(answer, expect),
        amount=None if expect.amount is None else _exact(answer, expect.benefit, expect.amount),
        unsupported=unsupported(answer),
    )


def lacking(answer: Answer, expect: Expect) -> list[tuple[str, ...]]:
    """The key facts that the answer does not state in any of their wordings."""
    said = _said(answer)
    return [group for group in expect.contains if not any(plain(one) in said for one in group)]


def forbidden(answer: Answer, expect: Expect) -> list[str]:
    """What the answer says and must not say."""
    said = _said(answer)
    return [one for one in expect.excludes if plain(one) in said]


def _said(answer: Answer) -> str:
    return plain(_FIXED.sub("", answer.text))


def plain(text: str) -> str:
    return re.sub(r"\s", "", _SEPARATORS.sub("", normalize(unicodedata.normalize("NFKC", text))))


def cites(ref: str, wanted: str, registers: dict[str, str]) -> bool:
    """plan:c:12.2 · L03:7 (the article or a paragraph of it) · L10 (the document, any version) · LC-05."""
    document, _, locator = ref.partition("#")
    if wanted.startswith("plan:c:"):
        return ref == f"xianan-2023#{wanted.removeprefix('plan:c:')}"
    if wanted.startswith("LC-"):
        return locator == wanted
    register, _, article = wanted.partition(":")
    return registers.get(document) == register and (
        not article or locator == article or locator.startswith(f"{article}.")
    )


def _exact(answer: Answer, benefit: str | None, amount: Decimal) -> bool:
    return any(e.amount == amount and (benefit is None or e.benefit == benefit) for e in answer.entitlements)


def unsupported(answer: Answer) -> tuple[str, ...]:
    """Digits of the text that stand in no quote, working, input or the notice of the plan's own date."""
    text = _LABELS.sub(" ", _MARKS.sub(" ", unicodedata.normalize("NFKC", answer.text)))
    support = [c.quote + c.document_title + c.label + "".join(c.gaps) for c in answer.citations]
    support += [f"{s.sentence} {s.value}" for e in answer.entitlements for s in e.working]
    support += ["".join(e.open_points) for e in answer.entitlements]
    held = _numbers(unicodedata.normalize("NFKC", " ".join(support))) | _HOTLINES | _NOTICE
    return tuple(sorted(str(number) for number in _numbers(text) - held))


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(number) for number in _NUMBER.findall(_SEPARATORS.sub("", text))}


def registers_of(clauses: tuple[Clause, ...]) -> dict[str, str]:
    return {clause.ref.document_id: clause.register for clause in clauses}


def percentile(numbers: Sequence[float], share: float) -> float:
    """The smallest of the numbers that at least `share` of them do not exceed."""
    return sorted(numbers)[max(math.ceil(share * len(numbers)), 1) - 1]
