from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.instances.values.numbers import NotANumber, is_month, month_number, month_text, number_text, parse_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("1.50", "1.5"),
        (" 7 ", "7"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("2e3", "2000"),
        ("1E-30", "1E-30"),
        ("-0.0", "0"),
        (0.1, "0.1"),
        (10**15 - 1, "999999999999999"),
        (np.float64(0.1), "0.1"),
        (np.int64(3), "3"),
        ("123456789012345.123456789012345678901234567890", "123456789012345.12345678901234567890123456789"),
        ("1." + "0" * 5000, "1"),
    ],
)
def test_a_number_is_the_decimal_that_is_written(value: object, number: str) -> None:
    assert parse_number(value) == Decimal(number)
    assert str(parse_number(value)) == str(Decimal(number))


@pytest.mark.parametrize(
    "value",
    ["nan", "-inf", "Infinity", float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity")],
)
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(NotANumber, match="finite"):
        parse_number(value)


@pytest.mark.parametrize(
    "value",
    [
        "1e999999",
        "1e15",
        "1e-31",
        "1e99999999999999999999",
        10**15,
        pytest.param(10**5000, id="huge"),
        Decimal("1E+999999999"),
        1e300,
        "0." + "0" * 250 + "1",
        "1." + "0" * 250 + "1",
        "1.0000000000000000000000000000001",
    ],
)
def test_a_number_has_a_limited_length(value: object) -> None:
    with pytest.raises(NotANumber, match="at most 15 digits before the point and 30 after it"):
        parse_number(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "1_000",
        "１２",
        "٣",
        "0x10",
        "1,5",
        "1 000",
        "--1",
        "1e",
        "1e5.0",
        None,
        [],
        {},
        b"1",
        1j,
        Fraction(1, 3),
    ],
)
def test_other_things_are_no_numbers(value: object) -> None:
    with pytest.raises(NotANumber, match="not a number"):
        parse_number(value)


@pytest.mark.parametrize("value", [True, False, np.True_])
def test_true_is_no_number(value: object) -> None:
    with pytest.raises(NotANumber, match="true and false"):
        parse_number(value)


@pytest.mark.slow
@given(st.decimals(min_value=-(10**14), max_value=10**14, places=30, allow_nan=False))
def test_writing_and_reading_a_number_is_the_identity(number: Decimal) -> None:
    assert parse_number(number_text(parse_number(number))) == number


@pytest.mark.slow
@given(
    st.floats(min_value=-1e14, max_value=1e14, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-9)
)
def test_a_float_is_its_shortest_text(number: float) -> None:
    assert float(parse_number(number)) == number


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "２０２６-01", "2026/01", ""])
def test_other_things_are_no_months(text: str) -> None:
    assert not is_month(text)


@given(st.integers(min_value=0, max_value=12 * 10_000 - 1))
def test_months_count_from_the_year_zero(number: int) -> None:
    assert is_month(month_text(number))
    assert month_number(month_text(number)) == number
