"""The kinds of columns that the data dictionary is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.vocabulary import Column

ZERO, ONE = Decimal(0), Decimal(1)
#: Longest times that a column may hold, so that no cell can ask for endless arrays.
LONGEST_MONTHS, LONGEST_YEARS = Decimal(12000), Decimal(200)
#: Most things that a column may count.
MOST = Decimal(1_000_000)


def name(header: str, meaning: str, **more: Any) -> Column:
    """Return a column of ids."""
    return Column(name=header, kind="id", meaning=meaning, **more)


def text(header: str, meaning: str, **more: Any) -> Column:
    """Return a column of any text."""
    return Column(name=header, kind="text", meaning=meaning, **more)


def number(header: str, unit: str, meaning: str, **more: Any) -> Column:
    """Return a column of numbers, not negative unless ``minimum`` says so."""
    if unit == "months":
        more.setdefault("maximum", LONGEST_MONTHS)
        if more.get("minimum", ZERO) is None:
            more["minimum"] = -LONGEST_MONTHS
    return Column(name=header, kind="number", unit=unit, meaning=meaning, **more)


def years(header: str, meaning: str, **more: Any) -> Column:
    """Return a column of whole years."""
    return Column(name=header, kind="whole", unit="years", meaning=meaning, minimum=ONE, maximum=LONGEST_YEARS, **more)


def count(header: str, unit: str, meaning: str, **more: Any) -> Column:
    """Return a column of whole numbers of things."""
    return Column(name=header, kind="whole", unit=unit, meaning=meaning, maximum=MOST, **more)


def share(header: str, meaning: str, **more: Any) -> Column:
    """Return a column of shares, from 0 to 1."""
    return Column(name=header, kind="number", unit="share", meaning=meaning, maximum=ONE, **more)


def month(header: str, meaning: str, **more: Any) -> Column:
    """Return a column of months."""
    return Column(name=header, kind="month", unit="YYYY-MM", meaning=meaning, **more)


def choice(header: str, choices: tuple[str, ...], meaning: str, **more: Any) -> Column:
    """Return a column of words from a fixed list."""
    return Column(name=header, kind="choice", choices=choices, meaning=meaning, **more)


def flag(header: str, meaning: str) -> Column:
    """Return a column of true and false, false where blank."""
    return Column(name=header, kind="flag", default=False, meaning=meaning)


def names(header: str, meaning: str) -> Column:
    """Return a column of names separated by semicolons."""
    return Column(name=header, kind="list", default=(), meaning=meaning)


NOTE = text("note", "Anything; never read by the engine.")
