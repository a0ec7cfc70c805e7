"""Amounts that anybody can check: the working as JSON, its check from the working alone, and each number re-read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from corpus.load import load_documents
from corpus.settings import DOCUMENTS
from ingest.split import split
from service.numbers import numbers_in
from service.rules.__main__ import main
from service.rules.benefit import Benefit, Example
from service.rules.catalogue import benefits
from service.rules.facts import parse_facts
from service.rules.lint import Checked, lint
from service.rules.parameters import DatedValue, Parameter
from service.rules.trace import Trace, TracedParameter, TracedStep, trace, verify

TODAY = date(2026, 11, 23)
ALL = list(benefits().values())
EXAMPLES = [pytest.param(b, e, id=f"{b.name}：{e.name}") for b in ALL for e in b.examples]
ENROLMENT = benefits()["childcare-enrolment-subsidy"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def clauses() -> dict[str, str]:
    documents, problems = load_documents(DOCUMENTS)
    assert problems == []
    return {str(clause.ref): clause.text for document in documents for clause in split(document)}


@pytest.fixture
def three_terms() -> Trace:
    """The working of 500 × 1 × 3: four steps that state, and a fifth that computes."""
    facts = parse_facts({"birth_order": 2, "institution_in": "district", "registered": True, "terms": 3})
    return trace(ENROLMENT, facts, TODAY, TODAY)


@pytest.fixture
def leave() -> Trace:
    """158 days from 1 March 2026; the last day is the fourth step."""
    facts = parse_facts({"babies": 1, "difficult_birth": False, "leave_start": "2026-03-01"})
    return trace(benefits()["maternity-leave"], facts, TODAY, TODAY)


def changed(traced: Trace, **fields: object) -> Trace:
    return traced.model_copy(update=fields)


def with_step(traced: Trace, number: int, **fields: object) -> Trace:
    """Steps are counted from one, as the check counts them."""
    steps = list(traced.working)
    steps[number - 1] = steps[number - 1].model_copy(update=fields)
    return changed(traced, working=tuple(steps))


def traced_examples(benefit: Benefit) -> list[Trace]:
    return [trace(benefit, example.facts, example.on, example.about) for example in benefit.examples]


class TestTrace:
    def test_it_holds_all_that_the_amount_rests_on(self, three_terms: Trace) -> None:
        basis = "xianan-2023#7"

        assert three_terms == Trace(
            version=1,
            benefit="childcare-enrolment-subsidy",
            on=TODAY,
            about=TODAY,
            facts={"birth_order": "2", "institution_in": "district", "registered": "True", "terms": "3"},
            parameters=(
                TracedParameter(
                    name="amount_per_term",
                    value="500",
                    ref=basis,
                    phrase="每学期发放500元入托补贴",
                    effective_from=date(2023, 7, 20),
                ),
            ),
            working=(
                TracedStep(sentence="孩子登记为第二个（二孩），属于二孩及以上", value="2", ref=basis, expression=""),
                TracedStep(sentence="托育机构在咸安区内", value="district", ref=basis, expression=""),
                TracedStep(sentence="托育机构已登记备案", value="true", ref=basis, expression=""),
                TracedStep(sentence="每个孩子每学期定额500.00元", value="500.00", ref=basis, expression=""),
                TracedStep(
                    sentence="500.00元 × 1个孩子 × 3个学期 = 1500.00元",
                    value="1500.00",
                    ref=basis,
                    expression="yuan(500.00 * 1 * 3)",
                ),
            ),
            eligible=True,
            amount="1500.00",
            unit="元",
            until=None,
        )

    @pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
    def test_it_says_what_the_worked_example_says(self, benefit: Benefit, example: Example) -> None:
        traced = trace(benefit, example.facts, example.on, example.about)

        assert (traced.eligible, traced.amount, traced.until) == (
            example.eligible,
            None if example.amount is None else str(example.amount),
            example.until,
        )

    @pytest.mark.parametrize(("benefit", "example"), EXAMPLES)
    def test_the_check_has_no_complaint(self, benefit: Benefit, example: Example) -> None:
        assert verify(trace(benefit, example.facts, example.on, example.about)) == []

    @pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
    def test_written_as_json_and_read_again_it_is_the_same(self, benefit: Benefit) -> None:
        for traced in traced_examples(benefit):
            assert Trace.model_validate_json(traced.model_dump_json()) == traced

    def test_day_that_the_facts_give_is_the_day_of_the_parameters(self) -> None:
        facts = parse_facts({"tax_year": 2022, "child_birth_date": "2021-05-20"})

        traced = trace(benefits()["infant-care-tax-deduction"], facts, TODAY, TODAY)

        held = {parameter.name: parameter.value for parameter in traced.parameters}
        assert (traced.about, held) == (date(2022, 1, 1), {"amount_per_month": "1000", "age_limit": "3", "half": "0.5"})

    def test_before_the_plan_was_issued_no_parameter_holds(self) -> None:
        traced = trace(ENROLMENT, parse_facts({"terms": 3}), date(2023, 7, 19), date(2023, 7, 19))

        assert (traced.parameters, traced.working, traced.eligible, traced.amount) == ((), (), None, None)


class TestVerify:
    def test_another_version_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(changed(three_terms, version=2)) == ["版本是 2，这里只会核对版本 1"]

    def test_changed_amount_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(changed(three_terms, amount="1500.01")) == ["结果 1500.01 不是最后一步算出来的"]

    def test_amount_that_is_only_a_step_on_the_way_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(changed(three_terms, amount="500.00")) != []

    def test_changed_value_of_a_step_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(with_step(three_terms, 5, value="1500.01")) == [
            "第5步：yuan(500.00 * 1 * 3) 应为 1500.00，写的是 1500.01",
            "结果 1500.00 不是最后一步算出来的",
        ]

    def test_value_and_amount_changed_together_are_complained_of(self, three_terms: Trace) -> None:
        forged = changed(with_step(three_terms, 5, value="2000.00"), amount="2000.00")

        assert verify(forged) == ["第5步：yuan(500.00 * 1 * 3) 应为 1500.00，写的是 2000.00"]

    def test_value_written_otherwise_is_complained_of(self, three_terms: Trace) -> None:
        forged = changed(with_step(three_terms, 5, value="1500"), amount="1500")

        assert verify(forged) == ["第5步：yuan(500.00 * 1 * 3) 应为 1500.00，写的是 1500"]

    def test_changed_expression_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(with_step(three_terms, 5, expression="yuan(500.00 * 1 * 2)")) == [
            "第5步：yuan(500.00 * 1 * 2) 应为 1000.00，写的是 1500.00"
        ]

    @pytest.mark.parametrize("expression", ["yuan(500.00 * 3", "__import__('os')", "2 ** 3", "'1500.00'", "三乘五百"])
    def test_expression_that_is_no_arithmetic_is_complained_of(self, three_terms: Trace, expression: str) -> None:
        assert verify(with_step(three_terms, 5, expression=expression)) == [f"第5步：算式 {expression} 读不懂"]

    def test_number_from_nowhere_is_complained_of(self, three_terms: Trace) -> None:
        assert verify(with_step(three_terms, 5, expression="yuan(750.00 * 2)")) == ["第5步：750.00 没有来处"]

    def test_number_from_nowhere_is_complained_of_also_where_it_comes_to_nothing(self, three_terms: Trace) -> None:
        assert verify(with_step(three_terms, 5, expression="yuan(500.00 * 1 * 3 + 7 * (1 - 1))")) == [
            "第5步：7 没有来处"
        ]

    def test_number_of_a_later_step_is_not_known_before_it(self, three_terms: Trace) -> None:
        assert verify(with_step(three_terms, 4, value="1500.00", expression="1500.00")) == ["第4步：1500.00 没有来处"]

    def test_fact_that_was_not_given_leaves_its_number_without_a_source(self, three_terms: Trace) -> None:
        facts = {name: value for name, value in three_terms.facts.items() if name != "terms"}

        assert verify(changed(three_terms, facts=facts)) == ["第5步：3 没有来处"]

    @pytest.mark.parametrize("terms", ["4", "三", "", "NaN", "sNaN", "Infinity"])
    def test_fact_that_says_something_else_leaves_its_number_without_a_source(
        self, three_terms: Trace, terms: str
    ) -> None:
        assert verify(changed(three_terms, facts={**three_terms.facts, "terms": terms})) == ["第5步：3 没有来处"]

    def test_number_that_a_stating_step_brings_from_nowhere_is_complained_of(self, three_terms: Trace) -> None:
        """600 yuan a term: neither the clause nor the citizen gives that number."""
        stated = with_step(three_terms, 4, value="600.00")

        assert (
            verify(changed(with_step(stated, 5, value="1800.00", expression="yuan(600.00 * 1 * 3)"), amount="1800.00"))
            != []
        )

    def test_changed_last_day_is_complained_of(self, leave: Trace) -> None:
        assert verify(changed(leave, until=date(2026, 8, 6))) == ["最后一天 2026-08-06 不是最后一步算出来的"]

    def test_changed_value_of_the_last_day_is_complained_of(self, leave: Trace) -> None:
        assert verify(with_step(leave, 4, value="2026-08-06")) == [
            '第4步：day("2026-03-01") + (158 - 1) 应为 2026-08-05，写的是 2026-08-06',
            "最后一天 2026-08-05 不是最后一步算出来的",
        ]

    def test_day_from_nowhere_is_complained_of(self, leave: Trace) -> None:
        assert verify(with_step(leave, 4, expression='day("2026-02-28") + 158')) == ["第4步：2026-02-28 没有来处"]

    @pytest.mark.parametrize("benefit", [b for b in ALL if any(e.amount for e in b.examples)], ids=lambda b: b.name)
    def test_no_amount_of_a_worked_example_can_be_a_fen_or_a_day_more(self, benefit: Benefit) -> None:
        paid = [traced for traced in traced_examples(benefit) if traced.amount is not None]
        place = Decimal("1") if benefit.amount_kind == "duration" else Decimal("0.01")
        steps = {id(traced): {step.value for step in traced.working} for traced in paid}
        more = [(traced, str(Decimal(str(traced.amount)) + place)) for traced in paid]

        assert [
            t.facts for t, amount in more if amount not in steps[id(t)] and not verify(changed(t, amount=amount))
        ] == []

    @pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
    def test_no_computed_value_of_a_worked_example_can_be_changed(self, benefit: Benefit) -> None:
        computed = [
            (traced, number, step.value)
            for traced in traced_examples(benefit)
            for number, step in enumerate(traced.working, start=1)
            if step.expression
        ]

        missed = [(t.facts, n) for t, n, value in computed if not verify(with_step(t, n, value=other(value)))]
        assert missed == []

    @pytest.mark.parametrize("benefit", ALL, ids=lambda b: b.name)
    def test_no_expression_of_a_worked_example_can_be_changed(self, benefit: Benefit) -> None:
        computed = [
            (traced, number, step.expression)
            for traced in traced_examples(benefit)
            for number, step in enumerate(traced.working, start=1)
            if step.expression
        ]

        missed = [(t.facts, n) for t, n, said in computed if not verify(with_step(t, n, expression=f"{said} + 1"))]
        assert missed == []


def other(value: str) -> str:
    """The next day, or the next number."""
    if value.count("-") == 2:
        return str(date.fromisoformat(value) + timedelta(days=1))
    return str(Decimal(value) + 1)


class TestLint:
    def test_every_number_of_every_rule_is_said_by_its_clause(self, clauses: dict[str, str]) -> None:
        assert [checked for checked in lint(ALL, clauses, numbers_in) if checked.problem] == []

    def test_every_value_of_every_parameter_is_read_once(self, clauses: dict[str, str]) -> None:
        held = [value for benefit in ALL for parameter in benefit.parameters.values() for value in parameter.values]

        checked = lint(ALL, clauses, numbers_in)

        assert [(one.ref, one.value, one.effective_from) for one in checked] == [
            (value.ref, value.value, value.effective_from) for value in held
        ]

    def test_missing_clause_is_complained_of(self) -> None:
        assert problems(ENROLMENT, {}) == ["没有这一条"]

    def test_phrase_that_the_clause_does_not_have_is_complained_of(self, clauses: dict[str, str]) -> None:
        text = clauses["xianan-2023#7"].replace("500元", "600元")

        assert problems(ENROLMENT, {"xianan-2023#7": text}) == ["条款里没有「每学期发放500元入托补贴」"]

    def test_number_that_the_phrase_does_not_state_is_complained_of(self, clauses: dict[str, str]) -> None:
        assert lint([with_value(ENROLMENT, value=Decimal("600"))], clauses, numbers_in) == [
            Checked(
                benefit="入托补贴",
                parameter="amount_per_term",
                value=Decimal("600"),
                ref="xianan-2023#7",
                effective_from=date(2023, 7, 20),
                problem="「每学期发放500元入托补贴」写的不是 600",
            )
        ]

    @pytest.mark.parametrize(
        ("phrase", "value", "problem"),
        [
            ("减免10%", "0.10", ""),
            ("减免10%", "10", ""),
            ("减免10%", "0.01", "「减免10%」写的不是 0.01"),
            ("发放500元", "5", "「发放500元」写的不是 5"),
            ("发放500元", "500.00", ""),
            ("发放五百元", "500", ""),
            ("满3周岁", "3", ""),
            ("满三周岁", "3", ""),
            ("第7条规定", "7", "「第7条规定」写的不是 7"),
        ],
    )
    def test_percent_words_and_places_are_read_as_the_number_they_are(
        self, phrase: str, value: str, problem: str
    ) -> None:
        read = with_value(ENROLMENT, value=Decimal(value), phrase=phrase)

        assert problems(read, {"xianan-2023#7": f"对婴幼儿{phrase}。"}) == [problem]

    @pytest.mark.parametrize(
        ("word", "problem"), [("入托补贴", ""), ("不予退还", "「每学期发放500元入托补贴」里没有「不予退还」")]
    )
    def test_word_that_stands_for_a_number_must_be_in_the_phrase(
        self, clauses: dict[str, str], word: str, problem: str
    ) -> None:
        assert problems(with_value(ENROLMENT, value=Decimal(0), word=word), clauses) == [problem]


def problems(benefit: Benefit, clauses: Mapping[str, str]) -> list[str]:
    return [checked.problem for checked in lint([benefit], clauses, numbers_in)]


def with_value(benefit: Benefit, **fields: object) -> Benefit:
    """The benefit with its only value changed."""
    [(name, parameter)] = benefit.parameters.items()
    held: DatedValue = replace(parameter.values[0], **fields)
    return replace(benefit, parameters={name: Parameter(name, (held,))})


class TestCommandLine:
    @pytest.fixture
    def run(self, capsys: pytest.CaptureFixture[str]) -> Run:
        """run(*arguments) → exit code, output, errors of `python -m service.rules`."""

        def run(*arguments: str | Path) -> tuple[int, str, str]:
            code = main([*map(str, arguments)])
            return code, *capsys.readouterr()

        return run

    def test_lint_agrees_with_the_published_corpus(
        self, run: Run, published: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATA_DIR", str(published))

        code, said, wrong = run("lint")

        assert (code, wrong) == (0, "")
        assert said.splitlines()[-1].endswith("个值，0 个不一致")

    def test_lint_without_a_snapshot_says_what_to_do(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATA_DIR", str(tmp_path))

        code, said, wrong = run("lint")

        assert (code, said) == (2, "")
        assert wrong.startswith("读不到快照：")
        assert wrong.endswith("先 python -m ingest\n")

    def test_lint_over_a_damaged_snapshot_says_what_to_do(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: Path
    ) -> None:
        current = (published / "CURRENT").read_text(encoding="utf-8")
        (tmp_path / "CURRENT").write_text(current, encoding="utf-8")
        folder = tmp_path / "snapshots" / current.strip()
        folder.mkdir(parents=True)
        (folder / "corpus.sqlite").write_bytes(b"no database")
        monkeypatch.setenv("DATA_DIR", str(tmp_path))

        code, said, wrong = run("lint")

        assert (code, said) == (2, "")
        assert wrong.startswith("读不到快照：")

    def test_trace_is_written_as_json_that_verify_accepts(self, run: Run, tmp_path: Path, three_terms: Trace) -> None:
        given = ("birth_order=2", "institution_in=district", "registered=是", "terms=3")
        file = tmp_path / "trace.json"

        code, said, wrong = run("trace", "childcare-enrolment-subsidy", *given, "--on", "2026-11-23")

        assert (code, Trace.model_validate_json(said), wrong) == (0, three_terms, "")
        file.write_text(said, encoding="utf-8")
        assert run("verify", file) == (0, "一致：1500.00\n", "")

    def test_verify_of_a_trace_without_an_amount(self, run: Run, tmp_path: Path) -> None:
        traced = trace(ENROLMENT, {}, TODAY, TODAY)
        (tmp_path / "trace.json").write_text(traced.model_dump_json(), encoding="utf-8")

        assert run("verify", tmp_path / "trace.json") == (0, "一致：没有金额\n", "")

    def test_verify_of_a_changed_amount_says_what_is_wrong(self, run: Run, tmp_path: Path, three_terms: Trace) -> None:
        forged = changed(three_terms, amount="1500.01")
        (tmp_path / "trace.json").write_text(forged.model_dump_json(), encoding="utf-8")

        assert run("verify", tmp_path / "trace.json") == (1, "结果 1500.01 不是最后一步算出来的\n不一致\n", "")

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"version": 1}', b"null", b"[" * 20_000],
        ids=["empty", "half", "list", "no fields", "no UTF-8", "one field", "null", "deep"],
    )
    def test_verify_of_a_broken_file_stops(self, run: Run, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "trace.json"
        file.write_bytes(content)

        code, said, wrong = run("verify", file)

        assert (code, said) == (2, "")
        assert wrong.startswith(f"{file} 读不出来：")
        assert len(wrong.splitlines()) == 1

    def test_verify_of_a_file_with_an_unknown_field_stops(self, run: Run, tmp_path: Path, three_terms: Trace) -> None:
        file = tmp_path / "trace.json"
        file.write_text('{"model": "x",' + three_terms.model_dump_json()[1:], encoding="utf-8")

        assert run("verify", file)[0] == 2

    def test_verify_of_a_file_that_is_not_there_stops(self, run: Run, tmp_path: Path) -> None:
        code, said, wrong = run("verify", tmp_path / "nothing.json")

        assert (code, said) == (2, "")
        assert wrong.startswith(f"{tmp_path / 'nothing.json'} 读不出来：")

    def test_trace_of_an_unknown_benefit_names_those_there_are(self, run: Run) -> None:
        slugs = "、".join(benefits())

        assert run("trace", "no-such-benefit", "--on", "2026-11-23") == (
            2,
            "",
            f"没有名为 no-such-benefit 的待遇，有：{slugs}\n",
        )

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ("shoe_size=43", "没有名为 shoe_size 的情况，可用的见 /api/v1/benefits"),
            ("terms=许多", "学期数应为数字（小数请写成文本）"),
            ("terms=13", "学期数应在 1 到 12 之间"),
            ("registered=也许", "机构是否登记备案应为 true 或 false"),
            ("institution_in=武汉", "机构（房子）在哪里只能是 district、city、elsewhere 之一"),
            ("birth_date=2023-02-30", "分娩日期应为 年-月-日 的真实日期，只知道月份的写 年-月"),
        ],
    )
    def test_trace_of_a_bad_fact_names_it(self, run: Run, given: str, why: str) -> None:
        assert run("trace", "childcare-enrolment-subsidy", given, "--on", "2026-11-23") == (
            2,
            "",
            f"情况应写作 名称=值：{why}\n",
        )

    def test_trace_of_a_fact_without_a_value_says_how_to_write_it(self, run: Run) -> None:
        code, said, wrong = run("trace", "childcare-enrolment-subsidy", "terms", "--on", "2026-11-23")

        assert (code, said) == (2, "")
        assert wrong.startswith("情况应写作 名称=值")
        assert len(wrong.splitlines()) == 1
