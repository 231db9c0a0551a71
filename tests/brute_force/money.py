"""Discounting and the waterfall, in exact fractions, written from DESIGN section 4 alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cache

_WORKING = Context(prec=70, rounding=ROUND_HALF_EVEN)
_FIFTY_DIGITS = Context(prec=50, rounding=ROUND_HALF_EVEN)
_FIFTEEN_PLACES = Decimal("1e-15")


@cache
def growth(rate: Decimal, months: int) -> Fraction:
    """Return G(r, n) = (1+r)^(n/12), computed to 50 digits and rounded half-even to 15 decimals."""
    if not rate or not months:
        return Fraction(1)
    exponent = _WORKING.divide(Decimal(months), Decimal(12))
    power = _WORKING.exp(_WORKING.multiply(_WORKING.ln(_WORKING.add(rate, 1)), exponent))
    return Fraction(_WORKING.quantize(_FIFTY_DIGITS.plus(power), _FIFTEEN_PLACES))


def discount(rate: Decimal, months: int) -> Fraction:
    """Return D(r, n) = G(r, -n)."""
    return growth(rate, -months)


@dataclass(frozen=True)
class Loan:
    """What the waterfall starts from; ``free_cash`` holds F_y for y = 1..life."""

    commitment: Fraction
    opening_balance: Fraction
    free_cash: tuple[Fraction, ...]
    rate: Fraction
    tenor: int
    share_before: Fraction
    share_after: Fraction
    literal: bool


@dataclass(frozen=True)
class Returns:
    """What it gives each side in years 1..life, and the figures that the lender tests."""

    us: tuple[Fraction, ...]
    japan: tuple[Fraction, ...]
    dscr: Fraction | None
    recovered: int | None


def free_cash_by_yield(
    *, full_year: Fraction, ramp: Fraction, life: int, every: int | None, reinvestment: Fraction
) -> tuple[Fraction, ...]:
    """Return F_y of the yield formula, net of what is saved for reinvestment in years e, 2e, ... < life."""
    times = 0 if every is None else (life - 1) // every
    cash = []
    for year in range(1, life + 1):
        gross = full_year * min(Fraction(1), year / (ramp + 1))
        saving = reinvestment / every if every and year <= times * every else 0
        cash.append(gross - saving)
    return tuple(cash)


def level_service(balance: Fraction, rate: Fraction, tenor: int) -> Fraction:
    """Return A, the level yearly service that repays a balance over the tenor."""
    return balance * rate / (1 - (1 + rate) ** -tenor) if rate else balance / tenor


def waterfall(loan: Loan) -> Returns:
    """Return who gets what, year by year."""
    balance, carry = loan.opening_balance, Fraction(0)
    level = level_service(balance, loan.rate, loan.tenor)
    us, japan, covers, recovered = [], [], [], None
    for year, free in enumerate(loan.free_cash, start=1):
        cash = max(Fraction(0), free - carry)
        carry = max(Fraction(0), carry - free)
        due = balance * (1 + loan.rate)
        scheduled = min(due, level) if year <= loan.tenor else due
        if year <= loan.tenor and scheduled > 0:
            covers.append(free / scheduled)
        service = Fraction(0) if loan.literal else min(scheduled, cash)
        after_service, rest = due - service, cash - service
        shared = min(rest, after_service / loan.share_before)
        japan.append(service + loan.share_before * shared + loan.share_after * (rest - shared))
        us.append(cash - japan[-1])
        balance = after_service - loan.share_before * shared
        if recovered is None and balance <= loan.commitment / 10**9:
            recovered = year
    return Returns(tuple(us), tuple(japan), min(covers, default=None), recovered)
