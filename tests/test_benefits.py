"""Every benefit: its worked examples come out, its name and quoted phrases stand in the clauses they cite."""

import inspect
import re
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.clause import Clause
from corpus.load import load_documents
from ingest.split import split
from service.rules.benefit import Benefit, Example, assess
from service.rules.catalogue import benefits
from service.rules.facts import fact_types
from service.rules.working import evaluate

PLAIN_VALUE = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2})?")
DEFAULTS = [kind.default for kind in fact_types().values() if kind.default]
DOCUMENTS = Path(__file__).parents[1] / "corpus" / "documents"
ALL = list(benefits().values())
EXAMPLES = [pytest.param(b, e, id=f"{b.name}：{e.name}") for b in ALL for e in b.examples]


@pytest.fixture(scope="module")
def stored() -> dict[str, Clause]:
    documents, problems = load_documents(DOCUMENTS)
    assert problems == []
    return {str(clause.ref): clause for document in documents for clause in split(document)}


@pytest.fixture(scope="module")
def clauses(stored: dict[str, Clause]) -> dict[str, str]:
    return {ref: clause.text for ref, clause in stored.items()}


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_worked_example_comes_out_as_signed(benefit: Benefit, example: Example) -> None:
    entitlement = assess(benefit, example.facts, example.on, example.about)

    assert (entitlement.eligible, entitlement.amount, entitlement.missing, entitlement.until) == (
        example.eligible,
        example.amount,
        example.missing,
        example.until,
    )


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_operative_sentence_stands_word_for_word_in_its_clause(benefit: Benefit, clauses: dict[str, str]) -> None:
    assert benefit.quote in clauses[benefit.basis]


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_label_is_that_of_its_clause_or_the_title_of_its_digest(benefit: Benefit, stored: dict[str, Clause]) -> None:
    clause = stored[benefit.basis]

    assert benefit.label == (clause.label if benefit.verbatim else f"《{clause.document_title}》")


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_every_parameter_quotes_its_clause_word_for_word(benefit: Benefit, clauses: dict[str, str]) -> None:
    values = [value for parameter in benefit.parameters.values() for value in parameter.values]

    assert [value.phrase for value in values if value.phrase not in clauses[value.ref]] == []


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_every_condition_asks_for_a_known_fact(benefit: Benefit) -> None:
    assert [name for name in benefit.needs if name not in fact_types()] == []


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_every_responsible_unit_is_named_by_the_clause(benefit: Benefit, clauses: dict[str, str]) -> None:
    document = benefit.basis.partition("#")[0]
    whole = "".join(text for ref, text in clauses.items() if ref.partition("#")[0] == document)
    held = clauses[benefit.basis] if benefit.verbatim else whole

    assert [unit for unit in benefit.units if unit not in held] == []


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_every_clause_named_by_a_rule_exists(benefit: Benefit, clauses: dict[str, str]) -> None:
    instead = [condition.instead.step.ref for condition in benefit.conditions if condition.instead]
    named = [condition.ref for condition in benefit.conditions] + [change.ref for change in benefit.changes]

    assert [ref for ref in (*named, *instead) if ref not in clauses] == []


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_every_step_of_the_working_stands_in_a_clause_and_computes_to_its_value(
    benefit: Benefit, example: Example, clauses: dict[str, str]
) -> None:
    working = assess(benefit, example.facts, example.on, example.about).working

    assert [step for step in working if step.ref not in clauses] == []
    assert [step for step in working if step.expression and str(evaluate(step.expression)) != step.value] == []


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_worked_example_says_what_it_must_and_no_more(benefit: Benefit, example: Example) -> None:
    entitlement = assess(benefit, example.facts, example.on, example.about)
    said = "\n".join([*(step.sentence for step in entitlement.working), *entitlement.open_points])

    assert [phrase for phrase in example.says if phrase not in said] == []
    assert [phrase for phrase in example.silent if phrase in said] == []


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_value_of_a_step_is_a_number_a_day_or_the_fact_that_was_judged(benefit: Benefit, example: Example) -> None:
    working = assess(benefit, example.facts, example.on, example.about).working
    given = {str(value).lower() for value in (*example.facts.values(), *DEFAULTS)}

    assert [step for step in working if not PLAIN_VALUE.fullmatch(step.value) and step.value not in given] == []


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_an_amount_is_the_value_of_a_step_of_its_working(benefit: Benefit, example: Example) -> None:
    entitlement = assess(benefit, example.facts, example.on, example.about)

    if entitlement.amount is not None:
        assert str(entitlement.amount) in {step.value for step in entitlement.working}
    if entitlement.until is not None:
        assert str(entitlement.until) in {step.value for step in entitlement.working}


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_open_statement_never_gives_an_amount(benefit: Benefit) -> None:
    opened = [assess(benefit, e.facts, e.on, e.about) for e in benefit.examples if e.eligible is not True]

    assert [e.amount for e in opened if e.amount is not None] == []


@pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
def test_no_float_enters_or_leaves_a_rule(benefit: Benefit) -> None:
    assert "float" not in inspect.getsource(inspect.getmodule(benefit.formula))  # type: ignore[arg-type]
    for example in benefit.examples:
        amount = assess(benefit, example.facts, example.on, example.about).amount
        places = Decimal("1") if benefit.amount_kind == "duration" else Decimal("0.01")
        assert amount is None or (isinstance(amount, Decimal) and str(amount) == str(amount.quantize(places)))


@pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
def test_whatever_a_citizen_reads_is_chinese_and_complete(benefit: Benefit, example: Example) -> None:
    entitlement = assess(benefit, example.facts, example.on, example.about)
    read = [*(step.sentence for step in entitlement.working), *entitlement.open_points]

    assert [sentence for sentence in read if re.search(r"[A-Za-z{}]|None", sentence)] == []
    assert entitlement.working or entitlement.open_points or entitlement.missing
