"""The words of violations: numbers, projects, resources and periods as people say them."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

from outlay.instances.instance import Instance
from outlay.instances.values.text import shown

_FIFTEEN_DIGITS = Context(prec=15)
_LONGEST_PLAIN_NUMBER = 18
#: Kinds that complete a name: electrical labour, but copper, not copper commodity.
KINDS_THAT_ARE_SAID = frozenset({"labour", "energy", "permit"})


def number(value: Fraction) -> str:
    """Return a number in plain decimals, to 15 digits.

    Examples
    --------
    >>> number(Fraction(1625, 2)), number(Fraction(1, 3)), number(Fraction(800))
    ('812.5', '0.333333333333333', '800')
    """
    rounded = _FIFTEEN_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    if abs(rounded.adjusted()) > _LONGEST_PLAIN_NUMBER:
        return str(_FIFTEEN_DIGITS.normalize(rounded))
    return format(_FIFTEEN_DIGITS.normalize(rounded), "f")


def amount(value: Fraction, unit: object) -> str:
    """Return a number with its unit, if it has one."""
    return f"{number(value)} {shown(str(unit))}" if unit else number(value)


def name(value: object) -> str:
    """Return an id, safe to print."""
    return shown(str(value))


def period(instance: Instance, value: int) -> str:
    """Return the name of a period, also of one outside the calendar, as a note says."""
    if 0 <= value < instance.periods:
        return instance.period_label(value)
    return f"period {value} (the calendar has 0 to {instance.periods - 1})"


def resource(resource_id: str, kind: str, region: str) -> str:
    """Return a resource as people say it, where its id is built from its kind and region.

    Examples
    --------
    >>> resource("labour/electrical/PJM", "labour", "PJM"), resource("labour/electrical", "labour", "")
    ('electrical labour in PJM', 'electrical labour')
    >>> resource("commodity/copper", "commodity", ""), resource("cranes", "equipment", "")
    ('copper', 'cranes')
    """
    parts = [part for part in resource_id.split("/") if part]
    first_is_kind = len(parts) > 1 and parts[0] == kind
    last_is_region = len(parts) > 1 + first_is_kind and parts[-1] == region
    if not first_is_kind and not last_is_region:
        return shown(resource_id)
    said = parts[first_is_kind : len(parts) - last_is_region]
    said += [kind] if first_is_kind and kind in KINDS_THAT_ARE_SAID else []
    return shown(" ".join(said) + (f" in {region}" if last_is_region else ""))
