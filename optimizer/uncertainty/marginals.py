"""The distribution of one factor: its inverse distribution function, and how a drawn value is written down."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from scipy import stats

from outlay.instances.uncertainty.schema import DIGITS, Factor
from outlay.instances.values.numbers import EXACT, NotANumber, parse_number

#: Weight of the mode of a PERT distribution (Malcolm et al. 1959, doi:10.1287/opre.7.5.646).
PERT_WEIGHT = 4.0


def quantiles(factor: Factor, probability: np.ndarray) -> np.ndarray:
    """Return the values that a factor stays below with some probabilities, each in (0, 1); same shape.

    A lognormal has the mean m and the standard deviation s that are given, so ln X is normal with variance
    v = ln(1 + s² / m²) and mean ln m - v / 2. Truncation is to [low, high] of the untruncated distribution.
    """
    kind = factor.distribution
    if kind in {"discrete", "empirical"}:
        return _of_values(factor, probability)
    if kind in {"normal", "lognormal"}:
        return _bell(factor, probability)
    low, mode, high = _number(factor.low), _number(factor.mode), _number(factor.high)
    width = high - low
    if width == 0:
        return np.full_like(probability, low)
    if kind == "uniform":
        return low + width * probability
    if kind == "triangular":
        return np.asarray(stats.triang.ppf(probability, (mode - low) / width, loc=low, scale=width))
    first = 1 + PERT_WEIGHT * (mode - low) / width
    second = 1 + PERT_WEIGHT * (high - mode) / width
    return np.asarray(stats.beta.ppf(probability, first, second, loc=low, scale=width))


def _of_values(factor: Factor, probability: np.ndarray) -> np.ndarray:
    """Return values by cumulated probability, the smallest first, so that ranks mean something."""
    assert factor.values is not None
    values = np.array([float(value) for value in factor.values])
    share = factor.probabilities or (Decimal(1) / len(values),) * len(values)
    weights = np.array([float(one) for one in share])
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    below = np.cumsum(weights[order])
    place = np.searchsorted(below, probability * below[-1], side="left")
    return values[order[np.minimum(place, len(order) - 1)]]


def _number(given: Decimal | None, other: float = np.nan) -> float:
    return other if given is None else float(given)


def _bell(factor: Factor, probability: np.ndarray) -> np.ndarray:
    """Return values of a normal or lognormal distribution, truncated where it is bounded."""
    mean, sd = _number(factor.mean), _number(factor.sd)
    low, high = _number(factor.low, -np.inf), _number(factor.high, np.inf)
    if sd == 0:
        return np.full_like(probability, mean)
    lognormal = factor.distribution == "lognormal"
    if lognormal:
        spread = float(np.sqrt(np.log1p((sd / mean) ** 2)))
        center = float(np.log(mean)) - spread**2 / 2
        low, high = (float(np.log(end)) if end > 0 else -np.inf for end in (low, high))
    else:
        center, spread = mean, sd
    first, last = (low - center) / spread, (high - center) / spread
    found = np.asarray(stats.truncnorm.ppf(probability, first, last, loc=center, scale=spread))
    return np.exp(found) if lognormal else found


def written(factor: Factor, value: float) -> Decimal:
    """Return a drawn value as the decimal that stands in the draw: rounded, and within `low` and `high`.

    Raises
    ------
    NotANumber
        If it has more digits than an instance may hold.
    """
    if not np.isfinite(value):
        raise NotANumber("a drawn value must be finite")
    if factor.decimals is None:
        number = Decimal(f"{value:.{DIGITS}g}")
    else:
        number = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-factor.decimals), rounding=ROUND_HALF_EVEN)
    if factor.low is not None:
        number = max(number, factor.low)
    if factor.high is not None:
        number = min(number, factor.high)
    return parse_number(number)


def as_written(form: str | Decimal, value: Decimal) -> Decimal:
    """Return what stands for ``@``, ``-@`` or ``1/@`` in a change, or the number that is written there.

    Raises
    ------
    NotANumber
        If it is one divided by zero.

    Examples
    --------
    >>> as_written("-@", Decimal("1.5")), as_written("1/@", Decimal("1.5"))
    (Decimal('-1.5'), Decimal('0.666667'))
    """
    if isinstance(form, Decimal):
        return form
    if form == "1/@":
        if not value:
            raise NotANumber("1/@ of 0")
        return parse_number(Decimal(f"{Decimal(1) / value:.{DIGITS}g}"))
    return EXACT.minus(value) if form == "-@" else value
