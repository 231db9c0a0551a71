"""What the plans reach that decide the same of all that is discrete: small linear problems, solved where they arise.

Of a portfolio in which all options are decided a thousandth of the problem is left: shares of projects, purchases,
imports. It is compiled once for each set of decisions, and then asked for the best of many weighted sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.variation.applying import apply

#: What is best for a sum in which some objectives do not count is kept within this share of the ranges.
AS_GOOD = 1e-9


@dataclass(frozen=True)
class Reached:
    """A corner of what is reached: what the objectives are there, shape (objectives,), and the solver's point."""

    values: np.ndarray
    decisions: np.ndarray


class Reach:
    """The plans that decide the same of all that is discrete as a point does.

    Parameters
    ----------
    space
        The objectives.
    point
        The plan whose decisions are kept.
    """

    def __init__(self, space: Space, point: Point) -> None:
        self._space = space
        first, *rest = [dict(each.weights) for each in space.objectives]
        variation = space.variation(objective=first, then=tuple(rest), decided=point.plan.to_document())
        self._variation, self._varied = variation, apply(space.varied.over, variation)
        problem, levels = self._varied.problem, self._varied.levels
        self._part = restrict(problem, problem.lower == problem.upper, problem.lower)
        gains = np.array([-level.cost * level.unit for level in levels])
        self._gains = gains[:, self._part.kept]
        self._constant = gains @ self._part.rest - [level.offset * level.unit for level in levels]
        small = self._part.problem
        above, below = np.isfinite(small.row_upper), np.isfinite(small.row_lower)
        rows = sparse.csr_array(small.matrix)
        self._rows = sparse.csr_array(sparse.vstack([rows[above], -rows[below]]))
        self._limits = np.concatenate([small.row_upper[above], -small.row_lower[below]])
        self._bounds = np.column_stack([small.lower, small.upper])

    def best(self, normal: np.ndarray, above: float = -np.inf) -> Reached | None:
        """Return the corner that is best for a sum of the objectives, each by its range.

        Among those as good, it is best for the sum of all of them. None if there is none above a level.
        """
        weights = normal / self._space.scale
        found = self._solved(weights @ self._gains, self._rows, self._limits)
        if found is None or float(weights @ found.values) <= above:
            return None
        if (normal > 0).all():
            return found
        kept = sparse.csr_array(-(weights @ self._gains)[None, :])
        least = float(weights @ (found.values - self._constant)) - AS_GOOD
        rows = sparse.csr_array(sparse.vstack([self._rows, kept]))
        return self._solved((1 / self._space.scale) @ self._gains, rows, np.append(self._limits, -least)) or found

    def _solved(self, gains: np.ndarray, rows: sparse.csr_array, limits: np.ndarray) -> Reached | None:
        if not len(gains):
            return Reached(self._constant, self._part.rest)
        found = linprog(-gains, A_ub=rows, b_ub=limits, bounds=self._bounds)  # type: ignore[call-overload]
        if found.status != 0:
            return None
        return Reached(self._constant + self._gains @ found.x, self._part.whole(found.x))

    def plan(self, reached: Reached) -> Point | None:
        """Return a corner as a verified plan; None if it does not verify."""
        return self._space.point_of(self._variation, self._varied, reached.decisions)
