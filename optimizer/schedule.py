"""A first plan by rounding: projects one after another, each by the first of its options that every row still allows.

The serial schedule generation scheme (Kolisch 1996, doi:10.1016/0377-2217(95)00357-6), led by the LP relaxation: those
that the relaxation starts first come first, with the options that it uses most. Rows are the problem's own, so every
family is respected, and rules of the user's own too. A project that waits for another is tried again after it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from outlay.optimizer.problem import Problem
from outlay.optimizer.structure import Structure

#: Options tried a project.
MOST_TRIED = 12
TOLERANCE = 1e-9


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
        Its reduced cost, shape (options,); of equal weight, the cheapest comes first.
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
    room = _Room(problem, structure)
    pending = np.lexsort((-total, soonest)).tolist()
    while pending:
        left = [project for project in pending if stopped() or not any(room.take(option) for option in tried[project])]
        if len(left) == len(pending):
            break
        pending = left
    return room.point if room.holds() else None


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

    def take(self, option: int) -> bool:
        """Add an option if every row allows it."""
        matrix = self.problem.matrix
        columns = self.funded.indices[self.funded.indptr[option] : self.funded.indptr[option + 1]]
        if (self.point[columns] != 0.0).any() or (self.problem.upper[columns] < 1.0).any():
            return False
        spans = [slice(matrix.indptr[column], matrix.indptr[column + 1]) for column in columns.tolist()]
        rows = np.concatenate([matrix.indices[span] for span in spans])
        values = np.concatenate([matrix.data[span] for span in spans])
        if len(spans) > 1:
            rows, place = np.unique(rows, return_inverse=True)
            values = np.bincount(place, weights=values)
        after = self.activity[rows] + values
        if (((after > self.upper[rows]) & (values > 0)) | ((after < self.lower[rows]) & (values < 0))).any():
            return False
        self.activity[rows] = after
        self.point[columns] = 1.0
        return True

    def holds(self) -> bool:
        """Whether the plan is one."""
        activity = self.problem.matrix @ self.point
        rows = (activity <= self.upper) & (activity >= self.lower)
        return bool(rows.all() and (self.point <= self.problem.upper).all())
