"""Numbers and months exactly as they are written.

A number is the decimal in the file, never its binary neighbour: the verifier recomputes an answer with rational
arithmetic and must start from what the analyst wrote.
"""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal, Inexact, InvalidOperation

import numpy as np

#: Decimal arithmetic that never rounds: it raises where a result would need more than 200 digits, which the numbers
#: that the schema admits (15 digits before the point and 30 after it) and their products do not.
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
DIGITS_BEFORE_POINT = 15
DIGITS_AFTER_POINT = 30

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?(\d+))?", re.ASCII)
_LONGEST_EXPONENT = 3
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class NotANumber(ValueError):  # noqa: N818 - reads as the sentence that the user sees
    """The text or value is not a number that an instance may hold; the message says why."""


def parse_number(value: object) -> Decimal:
    """Return `value` as an exact, normalised decimal.

    Parameters
    ----------
    value
        Text, an int, a float (its shortest decimal text is meant), a Decimal or a number of numpy's.

    Raises
    ------
    NotANumber
        If it is no finite number, or has more digits than the schema admits.

    Examples
    --------
    >>> parse_number("1.50"), parse_number(0.1), parse_number("2e3")
    (Decimal('1.5'), Decimal('0.1'), Decimal('2000'))
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, bool):
        raise NotANumber("true and false are not numbers")
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**DIGITS_BEFORE_POINT else _too_long()
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return _checked(value)
    raise NotANumber("this is not a number")


def _from_text(text: str) -> Decimal:
    match = _NUMBER.fullmatch(text)
    if match:
        return _too_long() if len(match[1] or "") > _LONGEST_EXPONENT else _checked(Decimal(text))
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        raise NotANumber("a number must be finite")
    if "," in text:
        raise NotANumber("this is not a number (the decimal sign is a point, and thousands are not separated)")
    raise NotANumber("this is not a number")


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise NotANumber("a number must be finite")
    if not number:
        return Decimal(0)
    if number.adjusted() >= DIGITS_BEFORE_POINT or number.adjusted() < -DIGITS_AFTER_POINT:
        _too_long()
    try:
        number = EXACT.normalize(number)
    except Inexact:
        _too_long()
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int):
        if exponent < -DIGITS_AFTER_POINT:
            _too_long()
        if exponent > 0:
            number = EXACT.quantize(number, Decimal(1))
    return number


def _too_long() -> Decimal:
    raise NotANumber(
        f"a number has at most {DIGITS_BEFORE_POINT} digits before the point and {DIGITS_AFTER_POINT} after it"
    )


def number_text(number: Decimal) -> str:
    """Return the plain decimal text of a number, as it is written to files.

    Examples
    --------
    >>> number_text(Decimal("1E+3")), number_text(Decimal("0.25"))
    ('1000', '0.25')
    """
    return format(number, "f")


def is_month(text: str) -> bool:
    """Return whether `text` is a month written YYYY-MM.

    Examples
    --------
    >>> is_month("2026-12"), is_month("2026-13")
    (True, False)
    """
    return _MONTH.fullmatch(text) is not None


def month_number(text: str) -> int:
    """Return the months from year 0 to a month written YYYY-MM.

    Examples
    --------
    >>> month_number("2026-03") - month_number("2026-01")
    2
    >>> month_number(month_text(-13)), month_text(-13)
    (-13, '-002-12')
    """
    year, _, month = text.rpartition("-")
    return 12 * int(year) + int(month) - 1


def month_text(number: int) -> str:
    """Return the month YYYY-MM of a count of months from year 0; the inverse of `month_number`.

    Examples
    --------
    >>> month_text(12 * 2026 + 2)
    '2026-03'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def decimal_text(value: float, digits: int = 4) -> str:
    """Return a number to so many significant digits, never fewer than its whole part, thousands apart.

    Examples
    --------
    >>> decimal_text(26941.2), decimal_text(71.00704), decimal_text(0.00012345), decimal_text(-0.0)
    ('26,941', '71.01', '0.0001234', '0')
    """
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(places, MOST_PLACES)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", "0"} else text


#: Numbers for people have no more decimals.
MOST_PLACES = 12
