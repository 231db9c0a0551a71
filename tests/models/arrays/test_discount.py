from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.models.arrays.discount import discount_factors, growth

RATES = ["0.005", "0.04", "0.045", "0.21", "0.333333333", "1", "12.5"]
MONTHS = [-1200, -241, -12, -7, -1, 1, 5, 6, 12, 13, 120, 1199]


def rounded(rate: Decimal, months: int) -> Decimal:
    """(1 + r)^(n/12) by way of the logarithm, to far more digits than needed, then half-even to 15 decimals."""
    with localcontext() as context:
        context.prec = 250
        power = ((1 + rate).ln() * months / 12).exp()
        return power.quantize(Decimal("1e-15"), rounding=ROUND_HALF_EVEN)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("months", MONTHS)
def test_growth_is_the_value_rounded_to_15_decimals(rate: str, months: int) -> None:
    assert growth(Decimal(rate), months) == float(rounded(Decimal(rate), months))


@pytest.mark.slow
@given(st.decimals(min_value="0", max_value="3", places=6), st.integers(-600, 600))
def test_growth_is_the_value_rounded_to_15_decimals_for_any_rate(rate: Decimal, months: int) -> None:
    assert growth(rate, months) == float(rounded(rate, months))


def test_growth_by_hand() -> None:
    assert growth(Decimal("0.21"), 6) == 1.1
    assert growth(Decimal("0.25"), -12) == 0.8
    assert growth(Decimal("0.44"), -6) == 0.833333333333333
    assert growth(Decimal(0), 500) == 1.0
    assert growth(Decimal("0.3"), 0) == 1.0


def test_factors_keep_the_shape_of_the_months() -> None:
    months = np.array([[0, 12], [24, 12]])
    assert discount_factors(Decimal(1), months).tolist() == [[1.0, 0.5], [0.25, 0.5]]
    assert discount_factors(Decimal(0), months).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_months_before_the_calendar_grow() -> None:
    assert discount_factors(Decimal(1), np.array([-12])).tolist() == [2.0]
