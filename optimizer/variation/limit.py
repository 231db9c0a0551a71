"""One limit under the name that a person would call it, or several under one, and the numbers by which it is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from outlay.instances.errors import InputError
from outlay.instances.values.text import did_you_mean
from outlay.models.arrays.residue import without_residue
from outlay.models.families.limits import ShareRow

#: A limit is stretched by at most so many times its level.
MOST_SHARE = 10.0
#: Significant digits of a move that is proposed, rounded to the side that allows it.
DIGITS = 6
#: Of a name that stands for several limits.
_SIGNS = frozenset("*?[")


@dataclass(frozen=True)
class Place:
    """A row that a limit stands in.

    Attributes
    ----------
    block, key
        The block of rows, and its key there.
    level
        The level.
    moves
        Whether units are added to it.
    share
        Of a limit on a share: what counts, and what it is a share of.
    """

    block: str
    key: Any
    level: float
    moves: bool = True
    share: ShareRow | None = field(default=None, compare=False, repr=False)

    @property
    def size(self) -> float:
        """What a move by a share is a share of: its level, without its sign."""
        return abs(self.level)


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
    greatest
        Level above which it means nothing: 1 of a share of its own total; infinity: there is none.
    signed
        Whether what it limits may be negative, so that a least amount can give way beyond 0.
    parts
        The limits that it stands for, if its name is a pattern (`joint_limit`).
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
    greatest: float = np.inf
    signed: bool = False
    parts: tuple[Limit, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it limits a share, or shares: then how far it moves is no column, as it is multiplied by the plan."""
        return any(place.share is not None for place in self.places)

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
        if not self.least or self.signed:
            return np.inf
        return max((place.level for place in self.places), default=0.0)

    def most(self, *, units: bool) -> float:
        """Return how far it is stretched at most: by ten times its level; a least amount of nothing negative to 0.

        A share by 10 where it is moved by units, and no further than to the whole where it is one of its own total.
        """
        if self.parts:
            return max(part.most(units=units) for part in self.parts)
        if self.least and not self.signed:
            return self.most_units if units else 1.0
        if not self.is_share:
            return np.inf if units else MOST_SHARE
        level = self.places[0].level
        return min(MOST_SHARE, max(0.0, self.greatest - level) / (1.0 if units else level))

    def changes(self, by: float, *, units: bool) -> list[dict[str, Any]]:
        """Return the changes of a constraint set that move it, outwards for a positive `by`."""
        return self.write(decimal_of(by), units)


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
    given
        Limits on shares whose columns say that they give way, behind those.
    """

    limits: tuple[Limit, ...] = ()
    by_units: tuple[bool, ...] = ()
    units: tuple[float, ...] = ()
    released: tuple[str, ...] = ()
    given: tuple[Limit, ...] = ()

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

    def given_way(self, point: np.ndarray, first: int) -> list[Limit]:
        """Return the limits on shares that give way at a point."""
        first += len(self.limits) + len(self.released)
        flags = point[first : first + len(self.given)]
        return [limit for limit, flag in zip(self.given, flags, strict=True) if flag > 0.5]


def moved_share(limit: Limit, level: float, by: float, *, units: bool) -> float:
    """Return what a level is moved to."""
    step = by if units else by * abs(level)
    return level - step if limit.least else level + step


def share_row(counted: np.ndarray, whole: np.ndarray, level: float, *, least: bool) -> np.ndarray:
    """Return the row of a limit on a share, as what is at most 0."""
    row = without_residue(counted - level * whole, np.abs(counted) + np.abs(level * whole))
    return (-row if least else row) / (float(np.abs(row).max(initial=0.0)) or 1.0)


#: No row of a share whose largest coefficient is 1 is larger than this.
LARGE_ROW = 1e5


def most_of(row: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Return the most that a row of a share can be."""
    used = np.nonzero(row)[0]
    most = float(np.maximum(row[used] * lower[used], row[used] * upper[used]).sum())
    return min(most, LARGE_ROW)


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


def is_pattern(name: str) -> bool:
    """Return whether a name stands for several limits."""
    return bool(_SIGNS & set(name))


def joint_limit(name: str, known: Iterable[Limit]) -> Limit:
    """Return the limits that a pattern fits, as one; those that cannot be moved are left out.

    All are moved together, by one share or the same units. A resource and its regions are different limits:
    ``labour/*`` holds both. As in constraint sets, ``*`` crosses ``/``.

    Raises
    ------
    InputError
        If it fits none that can be moved, or most and least amounts together.
    """
    whole = [limit for limit in known if limit.whole is None]
    fits = [limit for limit in whole if fnmatchcase(limit.name, name)]
    members = [limit for limit in fits if not limit.fixed]
    if not members:
        problem = "no limit that can be moved fits this pattern" if fits else "no limit fits this pattern"
        remedy = fits[0].fixed if fits else did_you_mean(name, [limit.name for limit in whole])
        raise InputError.single("limits", problem, remedy, column="limit", value=name)
    if len({limit.least for limit in members}) > 1:
        names = ", ".join(limit.name for limit in members[:6])
        problem = f"most and least amounts cannot be moved together: {names}"
        raise InputError.single("limits", problem, "name them one by one", column="limit", value=name)
    units = {limit.unit for limit in members}

    def write(by: Decimal, as_units: bool) -> list[dict[str, Any]]:
        return [change for limit in members for change in limit.write(by, as_units)]

    return Limit(
        name=name,
        title=f"all of {name}",
        unit=units.pop() if len(units) == 1 else "",
        family=members[0].family,
        places=tuple(place for limit in members for place in limit.places),
        write=write,
        least=members[0].least,
        parts=tuple(members),
    )
