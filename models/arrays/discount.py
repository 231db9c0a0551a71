"""Discount and growth factors with a fixed, exact meaning.

``D(r, n) = (1 + r) ** (-n / 12)`` and ``G(r, n) = (1 + r) ** (n / 12)`` for n months are *defined* as their values
rounded half-even to 15 decimals, computed to 50 digits, so that a verifier with rational arithmetic gets the very
same numbers.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

import numpy as np

_CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("1e-15")


@lru_cache(maxsize=200_000)
def growth(rate: Decimal, months: int) -> float:
    """Return G(rate, months); D(rate, n) is G(rate, -n).

    Parameters
    ----------
    rate
        Yearly rate as a share, greater than -1.
    months
        Any whole number of months.

    Examples
    --------
    >>> growth(Decimal("0.21"), 6)
    1.1
    """
    return float(exact_growth(rate, months))


@lru_cache(maxsize=200_000)
def exact_growth(rate: Decimal, months: int) -> Decimal:
    """Return G(rate, months) as the decimal that it is defined to be."""
    if not rate or not months:
        return Decimal(1)
    exponent = _CONTEXT.divide(Decimal(months), Decimal(12))
    power = _CONTEXT.power(_CONTEXT.add(Decimal(1), rate), exponent)
    whole_digits = max(0, power.adjusted() + 1)
    wide = Context(prec=whole_digits + 20, rounding=ROUND_HALF_EVEN)
    return wide.quantize(power, _PLACES)


def discount_factors(rate: Decimal, months: np.ndarray) -> np.ndarray:
    """Return D(rate, n) for an array of whole months, as floats of the same shape."""
    if not rate:
        return np.ones(months.shape)
    different, place = np.unique(months, return_inverse=True)
    factors = np.array([growth(rate, -int(month)) for month in different])
    return factors[place].reshape(months.shape)
