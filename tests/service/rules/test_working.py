"""One line of the working: arithmetic of exact decimals and days, and nothing else, so that anybody can compute it."""

from datetime import date
from decimal import Decimal

import pytest

from service.rules.working import BadExpression, Step, compute, evaluate, literals

REF = "xianan-2023#7"


class TestEvaluate:
    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("500", "500"),
            ("98 + 60", "158"),
            ("10 - 0.1", "9.9"),
            ("5 - 8", "-3"),
            ("500.00 * 1 * 3", "1500.00"),
            ("6000 / 30", "2E+2"),
            ("6000 / 30 * 98", "19600"),
            ("15 * (3 - 1)", "30"),
            ("98 + 60 * 2", "218"),
            ("(98 + 60) * 2", "316"),
            ("12 / 4 / 3", "1"),
            ("1_000 + 1", "1001"),
        ],
    )
    def test_numbers_are_added_taken_away_multiplied_and_divided(self, expression: str, value: str) -> None:
        assert evaluate(expression) == Decimal(value)

    @pytest.mark.parametrize(
        ("expression", "value"),
        [("0.1 + 0.2", "0.3"), ("3 * 0.1", "0.3"), ("1.1 * 1.1", "1.21"), ("0.30", "0.30"), ("2.50 * 2", "5.00")],
    )
    def test_decimals_are_exact_and_keep_their_places(self, expression: str, value: str) -> None:
        assert str(evaluate(expression)) == value

    @pytest.mark.parametrize("expression", ["1", "0.1 + 0.2", "1 / 3", "yuan(2.675)", "min(0.5, 2)", "1e3"])
    def test_a_number_is_never_a_float(self, expression: str) -> None:
        assert type(evaluate(expression)) is Decimal

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("yuan(0.005)", "0.01"),
            ("yuan(0.015)", "0.02"),
            ("yuan(0.025)", "0.03"),
            ("yuan(1.005)", "1.01"),
            ("yuan(2.675)", "2.68"),
            ("yuan(0.0049)", "0.00"),
            ("yuan(0.00499999999999999)", "0.00"),
            ("yuan(100.00466)", "100.00"),
            ("yuan(3000.15 * 1 / 30)", "100.01"),
            ("yuan(500)", "500.00"),
            ("yuan(0 - 0.005)", "-0.01"),
        ],
    )
    def test_yuan_rounds_half_up_to_the_fen(self, expression: str, value: str) -> None:
        assert str(evaluate(expression)) == value

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("min(900000.00, 800000.00)", "800000.00"),
            ("max(900000.00, 800000.00)", "900000.00"),
            ("min(3, 1, 2)", "1"),
            ("max(3, 1, 2)", "3"),
            ("min(5)", "5"),
            ("min(2 * 3, 10 - 5)", "5"),
            ("min(1.50, 1.5)", "1.50"),
        ],
    )
    def test_the_lower_or_the_higher_is_taken(self, expression: str, value: str) -> None:
        assert str(evaluate(expression)) == value

    @pytest.mark.parametrize(
        ("expression", "value"),
        [("yuan(min(1.005, 2))", "1.01"), ("min(yuan(1.005), 1.02)", "1.01"), ("max(min(1, 2), min(3, 4))", "3")],
    )
    def test_one_function_stands_in_another(self, expression: str, value: str) -> None:
        assert str(evaluate(expression)) == value

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ('day("2026-03-01")', date(2026, 3, 1)),
            ('day("2026-03-01") + (158 - 1)', date(2026, 8, 5)),
            ('day("2026-03-01") + (173 - 1)', date(2026, 8, 20)),
            ('day("2026-03-01") + 0', date(2026, 3, 1)),
            ('day("2026-03-01") + (1 - 2)', date(2026, 2, 28)),
            ('day("2024-02-28") + 1', date(2024, 2, 29)),
            ('day("2026-02-28") + 1', date(2026, 3, 1)),
            ('day("2026-12-31") + 1', date(2027, 1, 1)),
            ("day('2026-03-01') + 1", date(2026, 3, 2)),
        ],
    )
    def test_days_are_added_to_a_day(self, expression: str, value: date) -> None:
        assert evaluate(expression) == value

    @pytest.mark.parametrize(
        "expression",
        [
            "x",
            "yuan",
            "amount * 2",
            "(1).real",
            "Decimal(1)",
            "abs(1)",
            "round(1.5)",
            "sum(1, 2)",
            "eval('1')",
            "__import__('os')",
            "().__class__",
            "min.__class__(1)",
            "yuan(1)(2)",
            "yuan(amount=1)",
            "min(*[1, 2])",
            "min(**{})",
        ],
    )
    def test_names_attributes_and_other_functions_are_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize(
        "expression",
        ["2 ** 3", "9 ** 9 ** 9", "7 // 2", "7 % 2", "1 << 9", "1 | 2", "1 & 2", "1 ^ 2", "1 @ 2", "-5", "+5", "~5"],
    )
    def test_other_operators_are_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize(
        "expression",
        ["'500'", "'a' + 'b'", "'a' * 3", "f'{1}'", "b'1'", "True", "yuan(True)", "None", "...", "1j", "nan", "１"],
    )
    def test_what_is_no_number_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize(
        "expression",
        ["1 if 1 else 2", "1 < 2", "1 and 2", "not 1", "[1]", "(1, 2)", "{1}", "[1][0]", "lambda: 1", "(x := 1)"],
    )
    def test_what_is_no_arithmetic_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize("expression", ["", " ", "1 +", "(1", "1 2", "1; 2", "x = 1", "1\n2", "500元", "\0", "="])
    def test_what_cannot_be_read_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize("expression", ["yuan()", "yuan(1, 2)", "min()", "max()", "day()"])
    def test_a_wrong_number_of_arguments_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize(
        "expression",
        [
            'day("2026-02-30")',
            'day("2026-02-29")',
            'day("tomorrow")',
            "day(5)",
            "day(True)",
            'day("2026-03-01", 1)',
            'day("2026-03-01") - 1',
            'day("2026-03-01") * 2',
            '1 + day("2026-03-01")',
            'day("2026-03-01") + day("2026-03-02")',
            'day("2026-03-02") - day("2026-03-01")',
            'yuan(day("2026-03-01"))',
            'min(day("2026-03-01"), day("2026-03-02"))',
            'min(5, day("2026-03-01"))',
            'max(day("2026-03-01"), 5)',
        ],
    )
    def test_of_days_only_the_sum_of_a_day_and_a_number_is_known(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize("expression", ['day("2026-03-01") + 1.5', 'day("2026-03-01") + 1 / 3'])
    def test_a_part_of_a_day_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize("expression", ["1 / 0", "0 / 0", "yuan(1 / (2 - 2))", "5 / 0.00"])
    def test_division_by_zero_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    @pytest.mark.parametrize(
        "expression",
        [
            pytest.param("9" * 5000, id="5000 digits"),
            pytest.param("1e999999999 * 1e999999999", id="past every exponent"),
            pytest.param("yuan(1e30)", id="more yuan than have two places"),
            pytest.param('day("9999-12-31") + 1', id="past the last day"),
            pytest.param('day("2026-03-01") + 1e20', id="more days than a calendar has"),
            pytest.param("+".join(["1"] * 5000), id="5000 terms"),
            pytest.param("(" * 300 + "1" + ")" * 300, id="300 brackets"),
            pytest.param("min(" * 3000 + "1" + ")" * 3000, id="3000 functions"),
            pytest.param("-" * 20_000 + "1", id="20000 signs"),
        ],
    )
    def test_what_is_huge_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            evaluate(expression)

    def test_the_longest_expression_has_five_hundred_characters(self) -> None:
        assert evaluate("1 + 1".ljust(500)) == Decimal("2")
        with pytest.raises(BadExpression):
            evaluate("1 + 1".ljust(501))


class TestCompute:
    def test_the_value_stands_in_the_sentence_and_comes_from_the_expression(self) -> None:
        assert compute("500元 × 3个学期 = {value}元", "yuan(500 * 3)", REF) == Step(
            "500元 × 3个学期 = 1500.00元", "1500.00", REF, "yuan(500 * 3)"
        )

    def test_a_day_stands_in_the_sentence_as_it_is_written(self) -> None:
        assert compute("最后一天是{value}", 'day("2026-03-01") + 157', REF) == Step(
            "最后一天是2026-08-05", "2026-08-05", REF, 'day("2026-03-01") + 157'
        )

    def test_a_step_is_worth_its_number(self) -> None:
        assert compute("{value}", "yuan(0.1 + 0.2)", REF).number == Decimal("0.30")

    def test_a_bad_expression_makes_no_step(self) -> None:
        with pytest.raises(BadExpression):
            compute("{value}", "500 ** 3", REF)


class TestLiterals:
    @pytest.mark.parametrize(
        ("expression", "written"),
        [
            ("500", ["500"]),
            ("yuan(500.00 * 1 * 3)", ["1", "3", "500.00"]),
            ("6000 / 30 * 98", ["30", "6000", "98"]),
            ("min(0.10, 0.1)", ["0.1", "0.10"]),
            ('day("2026-03-01") + (158 - 1)', ["1", "158", "2026-03-01"]),
            ("day('2026-03-01')", ["2026-03-01"]),
            ("98 + 98", ["98", "98"]),
        ],
    )
    def test_numbers_and_days_are_given_as_they_stand_there(self, expression: str, written: list[str]) -> None:
        assert sorted(literals(expression)) == written

    @pytest.mark.parametrize(
        "expression",
        [
            "",
            "1 +",
            "500元",
            "\0",
            pytest.param("+".join(["1"] * 20_000), id="20000 terms"),
            pytest.param("-" * 20_000 + "1", id="20000 signs"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, expression: str) -> None:
        with pytest.raises(BadExpression):
            literals(expression)
