"""A first plan by rounding: projects one after another, each by the first of its options that every row still allows.

The serial schedule generation scheme (Kolisch 1996, doi:10.1016/0377-2217(95)00357-6), led by the LP relaxation: those
that the relaxation starts first come first, with the options that it uses most. Rows are the problem's own, so every
family is respected, and rules of the user's own too. A project that waits for another is tried again after it. What the
relaxation does not use and only costs something is tried last, and only if rows ask for more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse

from outlay.optimizer.problem import Problem
from outlay.optimizer.relaxation import Relaxation
from outlay.optimizer.structure import Structure

#: Seconds for a plan before the relaxation.
GREEDY_S = 2.0
#: Options tried a project.
MOST_TRIED = 12
TOLERANCE = 1e-9


def rounded(
    problem: Problem, structure: Structure, relaxation: Relaxation, stopped: Callable[[], bool]
) -> Iterator[np.ndarray | None]:
    """Yield plans by rounding the relaxation: by the options that it uses most, and what it funds as soon as possible.

    The latter is better where the relaxation spreads projects over many dates: on MineLib's newman1 it is worth 23.1
    million, instead of 21.0. See `schedule`.
    """
    column = np.maximum(structure.option_column, 0)
    weight, price = (
        np.where(structure.option_column < 0, 0.0, relaxation.point[column]),
        relaxation.reduced_cost[column],
    )
    yield schedule(problem, structure, weight, price, stopped=stopped)
    funded = np.bincount(structure.option_project, weights=weight, minlength=structure.projects) > 0.5
    soon = np.where(funded[structure.option_project], 1.0 / (2.0 + structure.option_start), 0.0)
    yield schedule(problem, structure, soon, price, stopped=stopped)


def greedy(problem: Problem, structure: Structure, stopped: Callable[[], bool]) -> np.ndarray | None:
    """Return a plan without a relaxation, in `GREEDY_S`: what is worth most for what it uses comes first.

    What it uses is the sum of its shares of the limits (Senju and Toyoda 1968, doi:10.1287/mnsc.15.4.B196). Half of
    each synergy counts for either side. See `schedule`.
    """
    matrix, upper = problem.matrix, problem.row_upper
    helper, _ = _helpers(problem, structure)
    half = np.where(helper >= 0, 0.5 * problem.cost[helper], 0.0)  # of a synergy, a row of which is no limit
    limit = np.isfinite(upper) & (upper > 0) & (half == 0)
    share = np.where(limit, 1.0 / np.where(limit, upper, 1.0), 0.0)
    uses = sparse.csc_array((np.maximum(matrix.data, 0.0), matrix.indices, matrix.indptr), shape=matrix.shape).T
    funded = structure.funded.T
    price = (funded @ (problem.cost + uses @ half)) / np.maximum(funded @ (uses @ share), 1e-9)
    nothing, ends = np.zeros(len(structure.option_column)), time.monotonic() + GREEDY_S
    return schedule(
        problem,
        structure,
        nothing,
        price,
        stopped=lambda: stopped() or time.monotonic() > ends,
    )


def schedule(
    problem: Problem,
    structure: Structure,
    weight: np.ndarray,
    price: np.ndarray,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> np.ndarray | None:
    """Return a plan as a point, or None where rows ask for more than options in full can give.

    Parameters
    ----------
    weight
        How much of each option the relaxation uses, shape (options,).
    price
        Its reduced cost, or another measure of what it is worth, shape (options,); of equal weight, the cheapest comes
        first.
    stopped
        Asked before each project; no more are added once it says so.
    """
    projects = structure.projects
    total = np.bincount(structure.option_project, weights=weight, minlength=projects)
    moment = np.bincount(structure.option_project, weights=weight * structure.option_start, minlength=projects)
    used = total > TOLERANCE
    soonest = np.where(used, moment / np.where(used, total, 1.0), np.inf)
    tried: list[list[int]] = [[] for _ in range(projects)]
    for option in np.lexsort((price, -weight)).tolist():
        mine = tried[structure.option_project[option]]
        if len(mine) < MOST_TRIED and structure.option_column[option] >= 0:
            mine.append(option)
    best = np.full(projects, np.inf)
    np.minimum.at(best, structure.option_project, price)
    pending = np.lexsort((best, -total, soonest)).tolist()
    harmless = used[structure.option_project] | (structure.funded.T @ problem.cost <= 0)
    room = _Room(problem, structure)
    for allowed in (harmless, np.ones(len(weight), dtype=bool)):
        some = [[option for option in mine if allowed[option]] for mine in tried]
        more = True
        while more:
            left = [project for project in pending if stopped() or not any(room.take(each) for each in some[project])]
            more, pending = len(left) < len(pending), left
        if room.holds():
            return room.point
    return None


class _Room:
    """A growing plan and what each row has left."""

    def __init__(self, problem: Problem, structure: Structure) -> None:
        self.problem, self.funded = problem, structure.funded
        nothing = np.clip(0.0, problem.lower, problem.upper)
        self.point = np.where(problem.integer, np.ceil(nothing), nothing)
        self.point[structure.funded.indices] = 0.0  # what must be funded is taken like all others, with all it entails
        self.activity = problem.matrix @ self.point
        scale = np.maximum(1.0, np.abs(np.where(np.isfinite(problem.row_upper), problem.row_upper, 0.0)))
        self.upper = problem.row_upper + TOLERANCE * scale
        self.lower = problem.row_lower - TOLERANCE * scale
        self.helper, self.help = _helpers(problem, structure)

    def take(self, option: int) -> bool:
        """Add an option if every row allows it, perhaps with what makes room for it and costs nothing."""
        columns = self.funded.indices[self.funded.indptr[option] : self.funded.indptr[option + 1]]
        if (self.point[columns] != 0.0).any() or (self.problem.upper[columns] < 1.0).any():
            return False
        amounts = np.ones(len(columns))
        rows, values = self._change(columns, amounts)
        broken = self._broken(rows, values)
        if broken.any():
            helpers, raised = self._help(rows[broken], values[broken])
            columns, amounts = np.append(columns, helpers), np.append(amounts, raised)
            rows, values = self._change(columns, amounts)
            if self._broken(rows, values).any():
                return False
        self.activity[rows] += values
        self.point[columns] += amounts
        return True

    def _change(self, columns: np.ndarray, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that a change of columns changes, and by how much."""
        matrix = self.problem.matrix
        spans = [slice(matrix.indptr[column], matrix.indptr[column + 1]) for column in columns.tolist()]
        rows = np.concatenate([matrix.indices[span] for span in spans])
        values = np.concatenate([amount * matrix.data[span] for amount, span in zip(amounts, spans, strict=True)])
        if len(spans) > 1:
            rows, place = np.unique(rows, return_inverse=True)
            values = np.bincount(place, weights=values)
        return rows, values

    def _broken(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return which rows such a change breaks."""
        after = self.activity[rows] + values
        broken: np.ndarray = ((after > self.upper[rows]) & (values > 0)) | ((after < self.lower[rows]) & (values < 0))
        return broken

    def _help(self, rows: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns that would make room in rows, each once, and by how much to raise them."""
        helped = self.helper[rows] >= 0
        rows, values = rows[helped], values[helped]
        needed = (self.activity[rows] + values - self.problem.row_upper[rows]) / self.help[rows]
        helpers, place = np.unique(self.helper[rows], return_inverse=True)
        raised = np.zeros(len(helpers))
        np.maximum.at(raised, place, needed)
        return helpers, raised

    def holds(self) -> bool:
        """Whether the plan is one."""
        activity = self.problem.matrix @ self.point
        rows = (activity <= self.upper) & (activity >= self.lower)
        return bool(rows.all() and (self.point <= self.problem.upper).all())


def _helpers(problem: Problem, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row a column that costs nothing and makes room in it, -1 for none, and how much one unit makes.

    Such is a synergy: where both sides are funded, a row asks for it.
    """
    matrix = problem.matrix
    free = (structure.project < 0) & ~problem.integer & (problem.cost <= 0)
    free[structure.funded.indices] = False
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    place = np.nonzero(free[column] & (matrix.data < 0))[0][::-1]
    helper, room = np.full(matrix.shape[0], -1), np.ones(matrix.shape[0])
    helper[matrix.indices[place]], room[matrix.indices[place]] = column[place], -matrix.data[place]
    return helper, room
