"""Spending profiles as they are written: shares separated by semicolons, exactly."""

from __future__ import annotations

from decimal import Decimal

from outlay.instances.values.numbers import NotANumber, parse_number


def profile_shares(text: str) -> tuple[Decimal, ...]:
    """Return the shares of a profile.

    Raises
    ------
    NotANumber
        If one of them is no number, or is negative.

    Examples
    --------
    >>> profile_shares("0.2; 0.5; 0.3")
    (Decimal('0.2'), Decimal('0.5'), Decimal('0.3'))
    """
    shares = tuple(parse_number(part) for part in text.split(";"))
    if any(share < 0 for share in shares):
        raise NotANumber("a share is negative")
    return shares
