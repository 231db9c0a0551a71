"""Who gets the cash of a project, year by year, in exact whole units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from outlay.optimizer.verify.exact import FACTOR_UNITS, factor_units


@dataclass(frozen=True)
class Split:
    """How cash is shared.

    Attributes
    ----------
    before, after
        a and z, Japan's share until the balance is back, and afterwards.
    service_first
        Whether scheduled debt service comes before the split (`debt_service_first`) or not (`literal`).
    """

    before: Fraction
    after: Fraction
    service_first: bool


@dataclass(frozen=True)
class Waterfall:
    """What became of the cash of each year of operation.

    Attributes
    ----------
    units
        Units of money in 1: every amount below is a whole number of them.
    us, japan
        What each side receives, a number a year.
    balances
        What is owed after each year.
    cover
        Least free cash over scheduled service (DSCR), in years of the tenor with service due; None without any.
    carry
        The shortfall of cash left at the end.
    """

    units: int
    us: tuple[int, ...]
    japan: tuple[int, ...]
    balances: tuple[int, ...]
    cover: Fraction | None
    carry: int

    def present_value(self, flows: Sequence[int], rate: Fraction, months_to_operation: int) -> Fraction:
        """Return a year-end flow discounted from operation's start, so many months after the calendar's."""
        total = sum(
            flow * factor_units(rate, -(months_to_operation + 12 * year)) for year, flow in enumerate(flows, start=1)
        )
        return Fraction(total, self.units * FACTOR_UNITS)

    def recovered(self, threshold: Fraction) -> int | None:
        """Return the first year after which no more than the threshold is owed, or None if there is none."""
        for year, balance in enumerate(self.balances, start=1):
            if balance * threshold.denominator <= threshold.numerator * self.units:
                return year
        return None


def level_service(opening: Fraction, rate: Fraction, tenor: int) -> Fraction:
    """Return A = B_0 r / (1 - (1 + r)^-N), or B_0 / N without interest.

    Examples
    --------
    >>> level_service(Fraction(100), Fraction(1, 10), 1)
    Fraction(110, 1)
    """
    if rate == 0:
        return opening / tenor
    return opening * rate / (1 - (1 + rate) ** -tenor)


def run_waterfall(
    split: Split, opening: Fraction, rate: Fraction, tenor: int, free_cash: Sequence[Fraction]
) -> Waterfall:
    """Return what the free cash of each year F_1, F_2, ... pays, from an opening balance B_0.

    Fractions would need a greatest common divisor of numbers of hundreds of digits at every step. Instead all
    amounts are whole numbers of so small a unit that every division below leaves no rest: interest divides by the
    denominator of 1 + r once a year, and the shares a and z divide once in all, since the balance is gone as soon as
    cash that was divided would enter it again.
    """
    a, z, growth = split.before, split.after, 1 + rate
    service = level_service(opening, rate, tenor)
    units = math.lcm(service.denominator, opening.denominator, *(cash.denominator for cash in free_cash))
    units *= a.numerator * a.denominator * z.denominator * growth.denominator ** len(free_cash)
    balance, level = _in(units, opening), _in(units, service)
    carry, us, japan, balances = 0, [], [], []
    least: tuple[int, int] | None = None
    for year, free in enumerate((_in(units, cash) for cash in free_cash), start=1):
        cash, carry = max(0, free - carry), max(0, carry - free)
        due = _divided(balance * growth.numerator, growth.denominator)
        scheduled = min(due, level) if year <= tenor else due
        if year <= tenor and scheduled > 0 and (least is None or free * least[1] < least[0] * scheduled):
            least = (free, scheduled)
        served = min(scheduled, cash) if split.service_first else 0
        balance, rest = due - served, cash - served
        shared = min(rest, _divided(balance * a.denominator, a.numerator))
        repaid = _divided(shared * a.numerator, a.denominator)
        japan.append(served + repaid + _divided(z.numerator * (rest - shared), z.denominator))
        us.append(cash - japan[-1])
        balance -= repaid
        balances.append(balance)
    cover = None if least is None else Fraction(*least)
    return Waterfall(units, tuple(us), tuple(japan), tuple(balances), cover, carry)


def _in(units: int, amount: Fraction) -> int:
    return _divided(amount.numerator * units, amount.denominator)


def _divided(dividend: int, divisor: int) -> int:
    quotient, rest = divmod(dividend, divisor)
    if rest:
        raise ArithmeticError("the unit of the waterfall is too large; this is an error in outlay, please report it")
    return quotient
