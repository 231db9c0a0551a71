"""Exact numbers for the verifier: cells and floats as fractions, discount factors, sums."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from outlay.instances.dictionary.vocabulary import Cell

ZERO = Fraction(0)
ONE = Fraction(1)

#: Discount factors are whole numbers of this unit.
FACTOR_UNITS = 10**15
_FIFTY_DIGITS = Context(prec=50, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)


@lru_cache(maxsize=100_000, typed=True)
def exact(cell: Cell) -> Fraction:
    """Return the number in a cell; a blank cell is 0. The same cells are read for plan after plan."""
    return Fraction(cell) if isinstance(cell, Decimal | int) else ZERO


def exact_or_none(cell: Cell) -> Fraction | None:
    """Return the number in a cell, or None where it is blank."""
    return None if cell is None else exact(cell)


def finite(value: object) -> Fraction | None:
    """Return a number of a plan exactly as it is held, or None if it is no finite number.

    Examples
    --------
    >>> finite(0.5), finite(float("nan")), finite("one")
    (Fraction(1, 2), None, None)
    """
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, numbers.Rational | Decimal | float):
            return Fraction(value)
        return Fraction(float(value)) if isinstance(value, numbers.Real) else None
    except (ValueError, OverflowError):
        return None


def whole(value: object) -> int | None:
    """Return a whole number of a plan (a period), or None if it is none."""
    try:
        return None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """Return a sum; like denominators are added first, which keeps long sums of long fractions fast."""
    numerators: dict[int, int] = {}
    for value in values:
        numerators[value.denominator] = numerators.get(value.denominator, 0) + value.numerator
    parts = [Fraction(numerator, denominator) for denominator, numerator in sorted(numerators.items())]
    while len(parts) > 1:
        parts = [sum(parts[first : first + 2], ZERO) for first in range(0, len(parts), 2)]
    return parts[0] if parts else ZERO


@lru_cache(maxsize=200_000)
def factor_units(rate: Fraction, months: int) -> int:
    """Return G(rate, months) = (1 + rate)^(months / 12) in units of 1e-15; D is that of minus the months.

    Both are defined as the power to 50 digits, rounded half-even to 15 decimals.

    Examples
    --------
    >>> factor_units(Fraction(1, 4), -12)
    800000000000000
    """
    base = _FIFTY_DIGITS.add(1, _FIFTY_DIGITS.divide(rate.numerator, rate.denominator))
    power = _FIFTY_DIGITS.power(base, _FIFTY_DIGITS.divide(months, 12))
    if power.is_zero() or power.adjusted() < -20:
        return 0
    wide = Context(prec=max(50, power.adjusted() + 20), rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return int(wide.scaleb(wide.quantize(power, Decimal("1e-15")), 15))


def growth(rate: Fraction, months: int) -> Fraction:
    """Return G(rate, months), what 1 has grown to after so many months."""
    return Fraction(factor_units(rate, months), FACTOR_UNITS)


def discount(rate: Fraction, months: int) -> Fraction:
    """Return D(rate, months), what 1 after so many months is worth at the calendar's start."""
    return Fraction(factor_units(rate, -months), FACTOR_UNITS)
