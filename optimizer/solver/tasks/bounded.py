"""The relaxation of a problem under bounds that change step by step, in the solver process."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.optimizer.presolve.propagation import Propagation, activity
from outlay.optimizer.problem.problem import Problem

#: What the relaxation uses within this of 0 or 1 counts as whole.
WHOLE = 1e-6


class Bounded:
    """A relaxation and the bounds that its columns have by now; rows rule out what no longer fits (`propagation`).

    Bounds are replaced, never changed in place, so that going back is setting them anew.

    Parameters
    ----------
    highs
        HiGHS with the relaxation of the problem.
    """

    def __init__(self, problem: Problem, highs: Any) -> None:
        self.problem, self.highs = problem, highs
        self.rows = Propagation(problem)
        self.lower, self.upper = problem.lower, problem.upper
        self.relaxations = 0
        self._told = problem.lower, problem.upper  # the bounds that the solver has

    def begin(self) -> bool:
        """Whether rows and relaxation can hold at all."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if not self.rows.fix(lower, upper):
            return False
        self.lower, self.upper = lower, upper
        able = self.relax()
        self.highs.setOptionValue("presolve", "off")  # from now on each relaxation begins where the last one ended
        return able

    def take(self, columns: int | np.ndarray, value: float) -> bool:
        """Fix columns at 0 or 1 with all that this entails, unless bounds or rows forbid it; whether they do not."""
        changed = np.atleast_1d(columns)
        if (self.lower[changed] > value).any() or (self.upper[changed] < value).any():
            return False
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[changed] = upper[changed] = value
        if not self.rows.fix(lower, upper, changed):
            return False
        self.lower, self.upper = lower, upper
        return True

    def take_some(self, columns: np.ndarray, most: float) -> tuple[np.ndarray, bool]:
        """Fix columns at 1, in this order and so many at most, leaving out what does not fit beside those before it.

        Returns them, and whether they and all that they entail fit together.
        """
        low, high = activity(self.rows.by_row, self.lower, self.upper)
        taken: list[int] = []
        by_column = self.rows.by_column
        for column in columns.tolist():
            if len(taken) >= most:
                break
            span = slice(by_column.indptr[column], by_column.indptr[column + 1])
            row, value = by_column.indices[span], by_column.data[span]
            up, down = np.maximum(value, 0.0), np.minimum(value, 0.0)
            fits = (low[row] + up <= self.rows.upper[row]).all() and (high[row] + down >= self.rows.lower[row]).all()
            if fits and self.lower[column] == 0.0 and self.upper[column] == 1.0:
                low[row] += up
                high[row] += down
                taken.append(column)
        some = np.array(taken, dtype=int)
        return some, not len(some) or self.take(some, 1.0)

    def relax(self) -> bool:
        """Solve the relaxation under the bounds as they are; whether it can hold."""
        lower, upper = self._told
        changed = np.nonzero((lower != self.lower) | (upper != self.upper))[0].astype(np.int32)
        if len(changed):
            self.highs.changeColsBounds(len(changed), changed, self.lower[changed], self.upper[changed])
            self._told = self.lower, self.upper
        self.relaxations += 1
        self.highs.run()
        return bool(self.highs.getModelStatus().name == "kOptimal")

    def impossible(self) -> bool:
        """Whether the last relaxation is proved not to hold; False: it may have come to nothing for another reason."""
        return bool(self.highs.getModelStatus().name == "kInfeasible")

    def value(self) -> float:
        """Return the value of the last relaxation."""
        return float(self.highs.getInfo().objective_function_value)

    def point(self) -> np.ndarray:
        """Return the point of the last relaxation."""
        return np.array(self.highs.getSolution().col_value, dtype=float)

    def in_part(self, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the open columns that the last relaxation uses in part, and whose they are, for owners of at least 0.

        That is: the columns and the place of each one's owner, and the owners, what the weightiest of the columns of
        each is worth, and how undecided each is (the sum of how far its columns are from a whole).
        """
        point, worth = self.point(), np.abs(self.problem.cost)
        part = np.nonzero(self.open() & (point > WHOLE) & (point <= 1.0 - WHOLE) & (owner >= 0))[0]
        owners, place = np.unique(owner[part], return_inverse=True)
        most, undecided = np.zeros(len(owners)), np.zeros(len(owners))
        np.maximum.at(most, place, worth[part])
        np.add.at(undecided, place, np.minimum(point[part], 1.0 - point[part]))
        return part, place, owners, most, undecided

    def open(self) -> np.ndarray:
        """Return which columns are binary and still to be decided."""
        open_: np.ndarray = self.rows.binary & (self.lower < self.upper)
        return open_
