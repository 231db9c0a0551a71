"""A growing plan: the room that it leaves at the ends of rows, and which options fit into it."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure

TOLERANCE = 1e-9
#: What is closer to a whole number, in a plan of a solver's, is one.
NEARLY = 1e-6


class Growing:
    """A growing plan and what each row has left, up to its upper end (2 i for row i) and its lower one (2 i + 1).

    Attributes
    ----------
    point
        The plan.
    taken
        Projects in it, shape (projects,).
    wider
        The ends where the last option taken made room.
    stopped_by
        An end that stopped the last option that was not taken, and the room that it needs there; None: no room helps.
    """

    def __init__(self, problem: Problem, structure: Structure, begin: np.ndarray | None = None) -> None:
        self.problem, self.structure, self.funded = problem, structure, structure.funded
        self.point = nothing(problem, structure)
        self.taken = np.zeros(structure.projects, dtype=bool)
        self.wider = np.zeros(0, dtype=int)
        self.stopped_by: tuple[int, float] | None = None
        self.activity = problem.matrix @ self.point
        scale = np.maximum(1.0, np.abs(np.where(np.isfinite(problem.row_upper), problem.row_upper, 0.0)))
        self.upper = problem.row_upper + TOLERANCE * scale
        self.lower = problem.row_lower - TOLERANCE * scale
        if begin is not None:
            self._begin_from(begin)
        self.helper, self.help = helpers_of(problem, structure)
        self.after, self.asked = _rows_after(problem, self.helper)
        self._change_of = np.zeros(len(self.upper))
        self._number_of = np.zeros(len(self.upper), dtype=int)
        self._expected = np.zeros(2 * len(self.upper), dtype=int)

    def _begin_from(self, plan: np.ndarray) -> None:
        """Begin with a plan; what it breaks by as little as a solver may is no reason to refuse it."""
        column = self.structure.option_column
        self.taken[self.structure.option_project[(column >= 0) & (plan[np.maximum(column, 0)] > 0.5)]] = True
        self.point = np.clip(plan, self.problem.lower, self.problem.upper)
        whole = self.funded.indices[np.abs(self.point[self.funded.indices] % 1.0 - 0.5) > 0.5 - NEARLY]
        self.point[whole] = np.round(self.point[whole])
        self.activity = self.problem.matrix @ self.point
        self.upper = np.maximum(self.upper, self.activity)
        self.lower = np.minimum(self.lower, self.activity)

    def expect(self, place: np.ndarray) -> None:
        """Take note of when projects come, shape (projects,): an option waits for the last one that makes it room."""
        matrix, project = self.problem.matrix, self.structure.project
        comes = np.append(place, -1)[np.repeat(project, np.diff(matrix.indptr))]  # -1: what belongs to no project
        self._expected[:] = len(place)
        np.minimum.at(self._expected, 2 * matrix.indices + (matrix.data > 0), comes)

    def stopped(self, options: np.ndarray) -> dict[int, tuple[int, float]]:
        """Return, of several options by number, those that have no room, and what stops each; see `stopped_by`."""
        place, option = _places(self.funded, options)
        place, which = _places(self.problem.matrix, self.funded.indices[place])
        rows, option = self.problem.matrix.indices[place], option[which]
        if not len(rows):
            return {}
        self._number_of[rows] = np.arange(len(rows))
        kept = rows[self._number_of[rows] == np.arange(len(rows))]
        self._number_of[kept] = np.arange(len(kept))
        cells = option * len(kept) + self._number_of[rows]
        shape = len(options), len(kept)
        change = np.bincount(cells, weights=self.problem.matrix.data[place], minlength=shape[0] * shape[1]).reshape(
            shape
        )
        broken = self._broken(kept, change) & (self.helper[kept] < 0)
        number = np.nonzero(broken.any(axis=1))[0]
        end = 2 * kept + (change[number] < 0)
        last = np.where(broken[number], self._expected[end], -2).argmax(axis=1)
        found = zip(number, end[np.arange(len(number)), last], change[number, last], strict=True)
        return {int(one): (int(at), abs(float(need))) for one, at, need in found}

    def take(self, option: int) -> bool:
        """Add an option if every row allows it, perhaps with what makes room for it and costs nothing."""
        self.stopped_by = None
        columns = self.funded.indices[self.funded.indptr[option] : self.funded.indptr[option + 1]]
        if (self.point[columns] != 0.0).any() or (self.problem.upper[columns] < 1.0).any():
            return False
        amounts = np.ones(len(columns))
        rows, values = self._change(columns, amounts)
        broken = self._broken(rows, values)
        if broken.any():
            alone = broken & (self.helper[rows] < 0)
            if alone.any():
                self.stopped_by = self._end(rows, values, alone)
                return False
            helpers, raised = self._help(rows, values, broken)
            if not self._may_rise(helpers, raised):
                return False
            columns, amounts = np.append(columns, helpers), np.append(amounts, raised)
            rows, values = self._change(columns, amounts)
            broken = self._broken(rows, values)
            if broken.any():
                self.stopped_by = self._end(rows, values, broken)[0], 0.0
                return False
        self.activity[rows] += values
        self.point[columns] += amounts
        self.wider = 2 * rows + (values > 0)
        return True

    def _end(self, rows: np.ndarray, values: np.ndarray, broken: np.ndarray) -> tuple[int, float]:
        """Return the end of a row that a change breaks and that is expected to have room last; and what it needs."""
        rows, values = rows[broken], values[broken]
        ends = 2 * rows + (values < 0)
        last = int(self._expected[ends].argmax())
        return int(ends[last]), abs(float(values[last]))

    def slack(self, end: int) -> float:
        """Return how much room there is at the end of a row."""
        row, lower = divmod(end, 2)
        room = self.activity[row] - self.lower[row] if lower else self.upper[row] - self.activity[row]
        return float(room)

    def _change(self, columns: np.ndarray, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows that a change of columns changes, perhaps more than once, and by how much in all."""
        matrix = self.problem.matrix
        if len(columns) == 1:
            span = slice(matrix.indptr[columns[0]], matrix.indptr[columns[0] + 1])
            return matrix.indices[span], amounts[0] * matrix.data[span]
        place, which = _places(matrix, columns)
        rows = matrix.indices[place]
        np.add.at(self._change_of, rows, amounts[which] * matrix.data[place])
        values = self._change_of[rows]
        self._change_of[rows] = 0.0
        return rows, values

    def _broken(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return which rows such a change breaks."""
        after = self.activity[rows] + values
        broken: np.ndarray = ((after > self.upper[rows]) & (values > 0)) | ((after < self.lower[rows]) & (values < 0))
        return broken

    def _help(self, rows: np.ndarray, values: np.ndarray, broken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns that would make room in broken rows, each once, and by how much to raise them.

        One that asks for room in another row (what is used so far, in the row after) has that one's column raised too.
        """
        change, raised = dict(zip(rows.tolist(), values.tolist(), strict=True)), dict[int, float]()
        for first in np.unique(rows[broken]).tolist():
            row, seen = first, set[int]()
            while row >= 0 and self.helper[row] >= 0 and row not in seen:
                seen.add(row)
                helper = int(self.helper[row])
                used = self.activity[row] + change.get(row, 0.0) - self.problem.row_upper[row]
                more = used / self.help[row] - raised.get(helper, 0.0)
                if more <= 0:
                    break
                raised[helper] = raised.get(helper, 0.0) + more
                row = int(self.after[row])
                if row >= 0:
                    change[row] = change.get(row, 0.0) + more * self.asked[helper]
        return np.array(list(raised), dtype=int), np.array(list(raised.values()), dtype=float)

    def _may_rise(self, columns: np.ndarray, raised: np.ndarray) -> bool:
        """Whether columns may be raised by so much; what rounding adds beyond their bounds is taken off."""
        most = self.problem.upper[columns] - self.point[columns]
        allowed = raised <= most + TOLERANCE * np.maximum(1.0, np.abs(self.problem.upper[columns]))
        np.minimum(raised, most, out=raised)
        return bool(allowed.all())

    def holds(self) -> bool:
        """Whether the plan is one."""
        activity = self.problem.matrix @ self.point
        rows = (activity <= self.upper) & (activity >= self.lower)
        columns = (self.point <= self.problem.upper) & (self.point >= self.problem.lower)
        return bool(rows.all() and columns.all())


def _places(matrix: sparse.csc_array, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the entries of columns in a matrix, one column after another, and whose each is."""
    begin, size = matrix.indptr[columns], matrix.indptr[columns + 1] - matrix.indptr[columns]
    which = np.repeat(np.arange(len(columns)), size)
    return (begin - np.cumsum(size) + size)[which] + np.arange(len(which)), which


def nothing(problem: Problem, structure: Structure) -> np.ndarray:
    """Return the empty plan: what must be funded is taken like all others, with all it entails."""
    nothing = np.clip(0.0, problem.lower, problem.upper)
    point = np.where(problem.integer, np.ceil(nothing), nothing)
    point[structure.funded.indices] = 0.0
    return point


def helpers_of(problem: Problem, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
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


def _rows_after(problem: Problem, helper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row one that its helper uses up and that has a helper itself, -1 for none; and how much it uses.

    Shapes (rows,) and (columns,).
    """
    matrix = problem.matrix
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    place = np.nonzero((matrix.data > 0) & (helper[matrix.indices] >= 0))[0]
    next_row, asked = np.full(matrix.shape[1] + 1, -1), np.zeros(matrix.shape[1])
    next_row[column[place]], asked[column[place]] = matrix.indices[place], matrix.data[place]
    return next_row[helper], asked
