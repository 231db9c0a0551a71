"""Steps of scale: alternatives of one project that together are one piecewise-linear curve of money.

An alternative with ``from_scale`` f and ``to_scale`` t holds for scales in [f, t]; its commitment, value and columns of
scaled metrics are what there is in all at t. In between they lie on the straight line from what there is at f: that of
the step that ends there, or, of the first step, its own in proportion. Since one alternative of a project is chosen,
curves may bend either way: the multiple-choice form (Balakrishnan and Graves, Networks 19, 1989,
doi:10.1002/net.3230190202), whose relaxation is the convex hull of each curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from outlay.instances.table import Table
from outlay.models.arrays.cells import decimals


@dataclass(frozen=True)
class Steps:
    """The steps among merged alternatives, by row.

    Attributes
    ----------
    table
        The merged table.
    """

    table: Table

    @cached_property
    def ends(self) -> tuple[tuple[Fraction, Fraction] | None, ...]:
        """(from, to) of each step; None of other alternatives."""
        pairs = zip(decimals(self.table, "from_scale"), decimals(self.table, "to_scale"), strict=True)
        return tuple(None if to is None or low is None else (Fraction(low), Fraction(to)) for low, to in pairs)

    @cached_property
    def before(self) -> tuple[int | None, ...]:
        """Row of the step at whose end each step begins; None where it begins the curve."""
        projects = self.table.texts("project")
        ended = {
            (project, ends[1]): row
            for row, (project, ends) in enumerate(zip(projects, self.ends, strict=True))
            if ends is not None and ends[0] < ends[1]
        }
        points = {
            (project, ends[1]): row
            for row, (project, ends) in enumerate(zip(projects, self.ends, strict=True))
            if ends is not None and ends[0] == ends[1]
        }
        return tuple(
            None if ends is None or ends[0] == ends[1] else {**points, **ended}.get((project, ends[0]))
            for project, ends in zip(projects, self.ends, strict=True)
        )

    def amount(self, column: str, row: int, scale: Fraction) -> Fraction:
        """Return what a column comes to at a scale of the alternative, exactly."""
        cells: tuple[Decimal | None, ...] = decimals(self.table, column)
        whole, ends, before = Fraction(cells[row] or 0), self.ends[row], self.before[row]
        if ends is None:
            return whole * scale
        low, high = ends
        if low == high:
            return whole
        first = whole * low / high if before is None else Fraction(cells[before] or 0)
        return first + (whole - first) * (scale - low) / (high - low)
