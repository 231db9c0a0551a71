"""One limit under the name that a person would call it, and the numbers by which it is moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import numpy as np

#: A limit is stretched by at most so many times its level.
MOST_SHARE = 10.0
#: Significant digits of a move that is proposed, rounded to the side that allows it.
DIGITS = 6


@dataclass(frozen=True)
class Place:
    """A row that a limit stands in: the block of rows, its key there, the level, and whether units are added to it."""

    block: str
    key: Any
    level: float
    moves: bool = True


@dataclass(frozen=True)
class Limit:
    """A limit as a person would call it.

    Attributes
    ----------
    name, title, unit
        Its name, what it is in words, and the unit of its level.
    family
        The constraint family.
    places
        The rows it stands in.
    least
        Whether it is a least amount, which gives way downwards.
    whole
        Name of the limit that it is a row of; None for a whole one.
    fixed
        Why it cannot be moved; empty if it can.
    resource
        The resource whose shortfalls follow it, or None.
    period
        Of one row.
    parts
        The limits that it stands for, if its name is a pattern (`outlay.optimizer.variation.joint`).
    write
        From (share or units, by units) to the changes of a constraint set.
    """

    name: str
    title: str
    unit: str
    family: str
    places: tuple[Place, ...]
    write: Callable[[Decimal, bool], list[dict[str, Any]]] = field(compare=False, repr=False)
    least: bool = False
    whole: str | None = None
    fixed: str = ""
    resource: str | None = None
    period: int | None = None
    parts: tuple[Limit, ...] = ()

    @property
    def each(self) -> tuple[Limit, ...]:
        """The limits that it stands for: itself, or its parts."""
        return self.parts or (self,)

    @property
    def by_units(self) -> bool:
        """Whether it can be moved by units only, as all its levels are 0."""
        return not any(place.level for place in self.places)

    @property
    def most_units(self) -> float:
        """By how many units it can be moved down if it is a least amount."""
        return max((place.level for place in self.places), default=0.0) if self.least else np.inf

    def changes(self, by: float, *, units: bool) -> list[dict[str, Any]]:
        """Return the changes of a constraint set that move it, outwards for a positive `by`."""
        return self.write(decimal_of(by), units)


def decimal_of(value: float) -> Decimal:
    """Return a number as a decimal of at most 12 significant digits."""
    return Context(prec=12, rounding=ROUND_HALF_EVEN).create_decimal(repr(float(value))).normalize()


def rounded_up(value: float) -> float:
    """Return a move rounded up to `DIGITS` significant digits; what is next to nothing is nothing.

    Examples
    --------
    >>> rounded_up(0.02601234501), rounded_up(1e-12)
    (0.0260124, 0.0)
    """
    if value <= 1e-9:
        return 0.0
    return float(Context(prec=DIGITS, rounding=ROUND_CEILING).create_decimal(decimal_of(value)))


@dataclass(frozen=True)
class Moves:
    """The columns of moves behind those of the session's problem.

    Attributes
    ----------
    limits
        The limit of each stretch column.
    units
        What 1 of each column is: a share of the limit's level, or so many units of it.
    released
        Projects whose columns say that they are let go, behind the stretch columns.
    """

    limits: tuple[Limit, ...] = ()
    by_units: tuple[bool, ...] = ()
    units: tuple[float, ...] = ()
    released: tuple[str, ...] = ()

    def of(self, point: np.ndarray, first: int) -> dict[str, float]:
        """Return by how much each limit is moved at a point, in shares or units."""
        amounts = point[first : first + len(self.limits)] * np.array(self.units)
        return {limit.name: float(amount) for limit, amount in zip(self.limits, amounts, strict=True)}

    def let_go(self, point: np.ndarray, first: int) -> list[str]:
        """Return the projects that are let go at a point."""
        first += len(self.limits)
        return [
            name
            for name, flag in zip(self.released, point[first : first + len(self.released)], strict=True)
            if flag > 0.5
        ]
