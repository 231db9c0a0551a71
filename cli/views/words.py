"""Numbers, shares and times as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from outlay.instances.values.numbers import decimal_text

NOTHING = "–"
#: What a share of something may be off by because floats are rounded.
ROUNDING = 1e-12


def exists(value: float | None) -> bool:
    """Return whether there is a finite number."""
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number to so many significant digits, never fewer than its whole part.

    Examples
    --------
    >>> number(15000.0), number(71.00704), number(0.00012345), number(None)
    ('15,000', '71.01', '0.0001234', '–')
    """
    return NOTHING if value is None or not math.isfinite(value) else decimal_text(value, digits)


def money(value: float | None, unit: str, digits: int = 4) -> str:
    """Return an amount of money with its unit, a currency sign in front.

    Examples
    --------
    >>> money(150.0, "$B"), money(12.5, "million EUR")
    ('$150B', '12.5 million EUR')
    """
    amount = number(value, digits)
    if unit[:1] in set("$€£¥") and amount != NOTHING:
        sign, rest = unit[:1], unit[1:]
        minus = "-" if amount.startswith("-") else ""
        return f"{minus}{sign}{amount.removeprefix('-')}{' ' if len(rest) > 2 else ''}{rest}"
    return f"{amount} {unit}".strip()


def places_for(values: Iterable[float | None]) -> int:
    """Return how many decimals a column of numbers needs, so that all of them line up."""
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if all(abs(size - round(size)) < 1e-9 * max(1.0, size) for size in sizes) or largest >= 1e4:
        return 0
    return 1 if largest >= 1e3 else 2 if largest >= 1 else 4


def fixed(value: float | None, places: int) -> str:
    """Return a number with so many decimals."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if not any(sign in "123456789" for sign in text) else text


def share(value: float | None) -> str:
    """Return a share as a percentage; 100 % means no less.

    Examples
    --------
    >>> share(0.5), share(0.9996), share(1.0)
    ('50 %', '99.96 %', '100 %')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    near = value != 1 and abs(value - 1) < 5e-3
    if near and abs(value - 1) > 1e-6:
        return f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"
    return f"{100 * value + 0.0:,.0f} %"


def gap(value: float | None) -> str:
    """Return a gap as a percentage to two significant digits; of a plan that is worth next to nothing it says nothing.

    What is no more than the rounding of floats is none.

    Examples
    --------
    >>> gap(0.0123), gap(4.2e6), gap(None), gap(1e-14)
    ('1.2 %', 'over 1,000 %', 'unknown', '0 %')
    """
    if value is None or not math.isfinite(value):
        return "unknown"
    if value < ROUNDING:
        return "0 %"
    return "over 1,000 %" if value > 10 else f"{number(100 * value, 2)} %"


def seconds(value: float | None) -> str:
    """Return a time.

    Examples
    --------
    >>> seconds(0.63), seconds(58.79), seconds(125.0)
    ('0.6 s', '59 s', '2 min 05 s')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def count(amount: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "project"), count(1200, "project")
    ('1 project', '1,200 projects')
    """
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def listed(names: list[str], most: int = 6) -> str:
    """Return names joined by commas, the first few only."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
