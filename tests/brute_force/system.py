"""Rows over options and continuous amounts, kept by name first and as arrays once all are there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from tests.brute_force.options import Option


@dataclass
class Expression:
    """A linear form: a constant per funded option, a coefficient per column, a constant per synergy that is had."""

    options: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    columns: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    synergies: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def add(self, other: Expression, factor: Fraction | int = 1) -> Expression:
        """Add a multiple of another form, in place, and return self."""
        for mine, theirs in (
            (self.options, other.options),
            (self.columns, other.columns),
            (self.synergies, other.synergies),
        ):
            for key, amount in theirs.items():
                mine[key] += factor * amount
        return self


@dataclass(frozen=True)
class Column:
    """A continuous amount; ``owner`` is the option it belongs to and without which it is zero."""

    key: tuple[object, ...]
    lower: float
    upper: float
    owner: int | None


@dataclass(frozen=True)
class Row:
    """``form <= limit``; a row with an owner exists only if that option is funded."""

    key: tuple[object, ...]
    form: Expression
    limit: Fraction
    owner: int | None


class System:
    """Every option, continuous amount and row of an instance."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.options = list(options)
        self.columns: list[Column] = []
        self.rows: list[Row] = []
        #: Joint savings: the synergy's place among those that can be had, the option whose K falls, and by how much.
        self.savings: list[tuple[int, int, Fraction]] = []
        self.scale_of = {
            o: self.column(("scale", o), *option.of.scales, owner=o)
            for o, option in enumerate(self.options)
            if option.of.divisible
        }

    def column(
        self, key: tuple[object, ...], lower: Fraction | int, upper: Fraction | None, owner: int | None = None
    ) -> int:
        """Add a continuous amount and return its number; ``upper`` None = no bound."""
        self.columns.append(Column(key, float(lower), math.inf if upper is None else float(upper), owner))
        return len(self.columns) - 1

    def take(self, form: Expression, o: int, *, scaled: Fraction | int = 0, fixed: Fraction | int = 0) -> None:
        """Add to a form what option o takes, in proportion to its scale and regardless of it."""
        if o in self.scale_of:
            if scaled:
                form.columns[self.scale_of[o]] += scaled
        else:
            fixed = fixed + scaled
        if fixed:
            form.options[o] += fixed

    def take_commitment(self, form: Expression, o: int, factor: Fraction | int = 1) -> None:
        """Add to a form what option o asks for, less what it saves with others."""
        option = self.options[o]
        self.take(form, o, scaled=option.commitment * factor, fixed=option.base * factor)
        for place, owner, amount in self.savings:
            if owner == o:
                form.synergies[place] += amount * factor

    def at_most(
        self, key: tuple[object, ...], form: Expression, limit: Fraction | int, owner: int | None = None
    ) -> None:
        """Add the row ``form <= limit``."""
        self.rows.append(Row(key, form, Fraction(limit), owner))

    def at_least(
        self, key: tuple[object, ...], form: Expression, limit: Fraction | int, owner: int | None = None
    ) -> None:
        """Add the row ``form >= limit``."""
        self.at_most(key, Expression().add(form, -1), -Fraction(limit), owner)


class Arrays:
    """A system as arrays. Shapes: O options, C columns, R rows, Y synergies; owners are -1 for none."""

    def __init__(self, system: System, synergies: int) -> None:
        sizes = len(system.options), len(system.columns), synergies
        self.constants, self.coefficients, self.bonuses = (np.zeros((len(system.rows), size)) for size in sizes)
        for r, row in enumerate(system.rows):
            fill(self.constants[r], row.form.options)
            fill(self.coefficients[r], row.form.columns)
            fill(self.bonuses[r], row.form.synergies)
        self.limits = np.array([float(row.limit) for row in system.rows])
        self.row_owner = np.array([-1 if row.owner is None else row.owner for row in system.rows], dtype=int)
        self.lower = np.array([column.lower for column in system.columns])
        self.upper = np.array([column.upper for column in system.columns])
        self.column_owner = np.array([-1 if c.owner is None else c.owner for c in system.columns], dtype=int)


def fill(vector: np.ndarray, amounts: dict[int, Fraction]) -> None:
    """Write amounts into a vector of zeros."""
    for position, amount in amounts.items():
        vector[position] = float(amount)
