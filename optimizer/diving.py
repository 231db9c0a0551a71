"""Diving: fix columns step by step, solving the relaxation after each, until little is left to decide.

The relaxation of a large portfolio decides most projects; what it leaves open is decided in the order of time. Each
step fixes a share of the options that the relaxation uses in full and rounds up a share of those that it uses in part,
those that it uses most and among these the earliest first, as long as every row allows them; then rows rule out what
no longer fits (`propagation`) and the relaxation is solved again, by a few dual simplex iterations (Berthold 2006,
"Primal heuristics for mixed integer programs", on diving; relax-and-fix in the order of time: Pochet and Wolsey 2006,
doi:10.1007/0-387-33477-7). A step that costs more than `Dive.most_lost` is taken back and made smaller; what is too
dear alone is ruled out instead. Once only `Dive.open_columns` are fractional, the rest is left to branch and bound,
which finds a plan in seconds.

On PPSSP's PI_1, four dives of about 5 s, each with 5 s of branch and bound for the rest, ended between 895,578 and
896,565 (one core of two, shared); HiGHS alone is far below after a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlay.optimizer.problem import Problem
from outlay.optimizer.propagation import Propagation

#: What the relaxation uses within this of 0 or 1 counts as whole.
WHOLE = 1e-6
#: Relaxations that a dive may solve, and steps that it may take back.
MOST_RELAXATIONS, MOST_TAKEN_BACK = 300, 60
#: Columns that the last relaxation does not use and that are left to branch and bound, at most.
MOST_LEFT = 1000


@dataclass(frozen=True)
class Dive:
    """How to dive.

    Attributes
    ----------
    order
        Which binary columns are fixed first, the smallest numbers; shape (columns,).
    open_columns
        Fractional columns at which branch and bound takes over.
    share
        Of the columns in question, fixed in one step.
    sure
        What the relaxation uses to this extent goes before all that it uses less.
    cutoff
        The dive is given up once its relaxation is worse than this (of the minimisation).
    most_lost
        A step may make the relaxation worse by this much.
    seed
        Of the order among equals.
    rest_s
        Seconds of branch and bound for the rest; None: no limit.
    """

    order: np.ndarray
    open_columns: int
    share: float
    sure: float
    cutoff: float
    most_lost: float
    seed: int
    rest_s: float | None = None


class Diver:
    """One dive into a problem; `run` returns the problem with the bounds that it came to.

    Parameters
    ----------
    highs
        HiGHS with the relaxation of the problem.
    stopped
        Asked before each relaxation.
    """

    def __init__(
        self,
        problem: Problem,
        how: Dive,
        *,
        highs: Any,
        stopped: Callable[[], bool],
    ) -> None:
        self.problem, self.how, self.stopped = problem, how, stopped
        self.rows = Propagation(problem)
        self.random = np.random.default_rng(how.seed)
        self.lower, self.upper = problem.lower.copy(), problem.upper.copy()
        self._told = problem.lower, problem.upper  # the bounds that the solver has
        self.relaxations = self.taken_back = 0
        self.highs = highs

    def run(self) -> Problem | None:
        """Return the problem with most columns fixed; None if the dive came to nothing."""
        if not self._relax():
            return None
        self.highs.setOptionValue("presolve", "off")  # from now on each relaxation begins where the last one ended
        share: float | None = self.how.share
        while share is not None:
            value, (whole, part, use) = self._value(), self._open()
            if value > self.how.cutoff or self._over():
                return None
            if len(part) <= self.how.open_columns:
                self._leave_out_dear_ones()
                return replace(self.problem, lower=self.lower, upper=self.upper)
            share = self._step(value, whole, part, use, share)
        return None

    def _over(self) -> bool:
        return self.stopped() or self.relaxations > MOST_RELAXATIONS or self.taken_back > MOST_TAKEN_BACK

    def _step(self, value: float, whole: np.ndarray, part: np.ndarray, use: np.ndarray, share: float) -> float | None:
        """Fix a share of the columns; return the share for the next step, None if there is no way on."""
        lower, upper = self.lower.copy(), self.upper.copy()
        rounded = self._take_some(whole, part, use, share)
        most = value + self.how.most_lost if len(rounded) else np.inf
        if self._relax() and self._value() <= most:
            return min(self.how.share, 2.0 * share)
        self.taken_back += 1
        self.lower, self.upper = lower, upper
        if len(rounded) > 1 or share * len(whole) > 1.0:
            share /= 4.0
        elif len(rounded):
            self.upper[rounded] = 0.0
        else:
            return None
        return share if self._relax() else None

    def _open(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the open columns that the relaxation uses in full, those that it uses in part, and how far these."""
        point = np.array(self.highs.getSolution().col_value)
        open_ = self.rows.binary & (self.lower < self.upper)
        whole = np.nonzero(open_ & (point > 1.0 - WHOLE))[0]
        part = np.nonzero(open_ & (point > WHOLE) & (point <= 1.0 - WHOLE))[0]
        return whole, part, point[part]

    def _take_some(self, whole: np.ndarray, part: np.ndarray, use: np.ndarray, share: float) -> np.ndarray:
        """Fix some columns at 1, and return those among them that the relaxation uses in part only."""
        low, high = self.rows.activity(self.lower, self.upper)
        first = whole[np.lexsort((self.random.random(len(whole)), self.how.order[whole]))]
        for column in first[: int(np.ceil(share * len(whole)))].tolist():
            self._take(column, low, high)
        liked = -use * self.random.uniform(0.9, 1.1, len(part))
        rounded: list[int] = []
        part_in_order = part[np.lexsort((liked, self.how.order[part], use < self.how.sure))]
        for column in part_in_order.tolist():
            if len(rounded) >= max(1.0, share * len(part)):
                break
            if self._take(column, low, high):
                rounded.append(column)
        if not rounded:  # none fits: the first one is ruled out, so that there is an end
            self.upper[part_in_order[0]] = 0.0
        return np.array(rounded, dtype=int)

    def _take(self, column: int, low: np.ndarray, high: np.ndarray) -> bool:
        """Fix a column at 1 if every row allows it; `low` and `high` are the rows' activities, changed in place."""
        span = slice(self.rows.start[column], self.rows.start[column + 1])
        row, value = self.rows.row[span], self.rows.value[span]
        up, down = np.maximum(value, 0.0), np.minimum(value, 0.0)
        if (low[row] + up > self.rows.upper[row]).any() or (high[row] + down < self.rows.lower[row]).any():
            return False
        low[row] += up
        high[row] += down
        self.lower[column] = 1.0
        return True

    def _leave_out_dear_ones(self) -> None:
        """Rule out all that the relaxation does not use but the cheapest columns, by its prices."""
        solution = self.highs.getSolution()
        point, price = np.array(solution.col_value), np.abs(np.array(solution.col_dual))
        unused = np.nonzero(self.rows.binary & (self.lower < self.upper) & (point <= WHOLE))[0]
        dear = unused[np.argsort(price[unused], kind="stable")[MOST_LEFT:]]
        self.upper[dear] = 0.0

    def _value(self) -> float:
        return float(self.highs.getInfo().objective_function_value)

    def _relax(self) -> bool:
        """Whether rows and relaxation can hold under the bounds as they are."""
        if not self.rows.fix(self.lower, self.upper):
            return False
        lower, upper = self._told
        changed = np.nonzero((lower != self.lower) | (upper != self.upper))[0].astype(np.int32)
        if len(changed):
            self.highs.changeColsBounds(len(changed), changed, self.lower[changed], self.upper[changed])
            self._told = self.lower.copy(), self.upper.copy()
        self.relaxations += 1
        self.highs.run()
        return bool(self.highs.getModelStatus().name == "kOptimal")
