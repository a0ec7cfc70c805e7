"""Numbers as people write them, and what is none."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numerals import read_number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2400", "2400"),
        ("2,400", "2400"),
        ("1,234,567.5", "1234567.5"),
        ("２４００", "2400"),
        ("两千四", "2400"),
        ("两千四百", "2400"),
        ("两千零四", "2004"),
        ("2千4", "2400"),
        ("1千2百", "1200"),
        ("两万五", "25000"),
        ("2万5", "25000"),
        ("10万5千", "105000"),
        ("4.5万", "45000"),
        ("四点五万", "45000"),
        ("四十万", "400000"),
        ("1w", "10000"),
        ("1.5W", "15000"),
        ("一百零五万", "1050000"),
        ("一百五", "150"),
        ("十", "10"),
        ("十一", "11"),
        ("二十", "20"),
        ("零", "0"),
        ("三点一四", "3.14"),
        ("二〇二三", "2023"),
        ("伍佰", "500"),
        ("半", "0.5"),
    ],
)
def test_a_number_is_read_exactly(written: str, value: str) -> None:
    assert read_number(written) == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "abc", "万", "w", "点", ".", ",", "1.2.3", "2,4", "12,34", "1ww", "万万", "半万"),
        *("一半", "几百", "二十多", "2024年", "NaN", "Infinity", "1e5", "1_000", "-5", "+", "٣"),
    ],
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert read_number(written) is None


@given(st.integers(0, 99_999_999))
def test_every_whole_number_is_read_back_in_both_scripts(number: int) -> None:
    assert read_number(cn2an.an2cn(number, "low")) == number
    assert read_number(f"{number:,}") == number


@given(st.integers(1, 99_999), st.sampled_from([("万", 10_000), ("w", 10_000), ("千", 1_000), ("亿", 10**8)]))
def test_a_decimal_before_a_unit_loses_nothing(hundredths: int, unit: tuple[str, int]) -> None:
    amount = Decimal(hundredths) / 100

    assert read_number(f"{amount}{unit[0]}") == amount * unit[1]


@given(st.text(alphabet="0123456789零一二两三十百千万亿半点.,w-负 ", max_size=12))
def test_any_mixture_is_a_finite_number_or_none(text: str) -> None:
    number = read_number(text)

    assert number is None or number.is_finite()
