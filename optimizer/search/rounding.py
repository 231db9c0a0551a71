"""A first plan by rounding: projects one after another, each by the first of its options that every row still allows.

The serial schedule generation scheme (Kolisch 1996, doi:10.1016/0377-2217(95)00357-6), led by the LP relaxation: those
that the relaxation starts first come first (by the mean of their starts, as of Chicoisne and others 2012,
doi:10.1287/opre.1120.1050, where what it leaves out of them starts at the end). Rows are the problem's own, so every
family is respected, and rules of the user's own too. A project that waits for another, or for room, is tried again once
there is some. What must be funded comes first; what the relaxation does not use and only costs something comes last,
and only if rows ask for more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure, row_owner
from outlay.optimizer.relaxation.relaxation import Relaxation

TOLERANCE = 1e-9


def rounded(
    problem: Problem, structure: Structure, relaxation: Relaxation, over: Callable[[], bool]
) -> Iterator[np.ndarray | None]:
    """Yield plans by rounding the relaxation: by the options that it uses most, and each project as soon as possible.

    The latter is better where the relaxation spreads projects over many dates: on MineLib's newman1 it is worth 23.7
    million, instead of 21.6. See `schedule`.
    """
    column, projects, own = np.maximum(structure.option_column, 0), structure.projects, structure.option_project
    weight = np.where(structure.option_column < 0, 0.0, relaxation.point[column])
    price = relaxation.reduced_cost[column]
    total = np.bincount(own, weights=weight, minlength=projects)
    moment = np.bincount(own, weights=weight * structure.option_start, minlength=projects)
    never = structure.option_start.max(initial=0) + 1
    start = np.where(total > TOLERANCE, moment + never * np.maximum(0.0, 1.0 - total), np.inf)
    for options in (np.lexsort((price, -weight)), np.lexsort((price, -weight, structure.option_start))):
        yield schedule(problem, structure, start, options, over=over)


def greedy(
    problem: Problem,
    structure: Structure,
    over: Callable[[], bool],
    *,
    limit_s: float = np.inf,
    must_s: float = np.inf,
) -> np.ndarray | None:
    """Return a plan without a relaxation, in so many seconds: what is worth most for what it uses comes first.

    What it uses is the sum of its shares of the limits (Senju and Toyoda 1968, doi:10.1287/mnsc.15.4.B196). Half of
    each synergy counts for either side. What must be funded operates, or else starts, as soon as possible; of it, what
    can wait least comes first (the latest start, as of Kolisch 1996); half a plan is none then, and it gets `must_s`.
    See `schedule`.
    """
    price, must = _prices(problem, structure), must_be_funded(problem, structure)
    own, begins, column = structure.option_project, structure.option_start, structure.option_column
    latest = np.zeros(structure.projects)
    np.maximum.at(latest, own, np.where((column >= 0) & (problem.upper[column] > 0), begins, 0))
    start, ends = np.where(must, latest, np.inf), time.monotonic() + (must_s if must.any() else limit_s)
    for soonest in (structure.option_operation, begins) if must.any() else (begins,):
        options = np.lexsort((price, np.where(must[own], soonest, 0)))
        point = schedule(problem, structure, start, options, over=lambda: over() or time.monotonic() > ends)
        if point is not None:
            return point
    return None


def near(
    problem: Problem, structure: Structure, point: np.ndarray, over: Callable[[], bool] = lambda: False
) -> np.ndarray | None:
    """Return a plan near a point that is none, or None: what must be funded comes first, then what the point funds.

    Each project of the point as it stands there, as long as there is room; then what is worth most for what it uses.
    """
    column = structure.option_column
    stays = (column >= 0) & (point[np.maximum(column, 0)] > 0.5)
    start = np.full(structure.projects, np.inf)
    start[structure.option_project[stays]] = structure.option_start[stays]
    options = np.lexsort((_prices(problem, structure), ~stays))
    return schedule(problem, structure, start, options, over=over)


def _prices(problem: Problem, structure: Structure) -> np.ndarray:
    """Return what each option costs for the sum of its shares of the limits, half of each synergy counted for it."""
    matrix, upper = problem.matrix, problem.row_upper
    helper, _ = _helpers(problem, structure)
    half = np.where(helper >= 0, 0.5 * problem.cost[helper], 0.0)  # of a synergy, a row of which is no limit
    limit = np.isfinite(upper) & (upper > 0) & (half == 0)
    share = np.where(limit, 1.0 / np.where(limit, upper, 1.0), 0.0)
    uses = sparse.csc_array((np.maximum(matrix.data, 0.0), matrix.indices, matrix.indptr), shape=matrix.shape).T
    funded = structure.funded.T
    return (funded @ (problem.cost + uses @ half)) / np.maximum(funded @ (uses @ share), 1e-9)


def schedule(
    problem: Problem,
    structure: Structure,
    start: np.ndarray,
    options: np.ndarray,
    *,
    over: Callable[[], bool] = lambda: False,
) -> np.ndarray | None:
    """Return a plan as a point, or None where rows ask for more than options in full can give.

    Parameters
    ----------
    start
        When each project should start, shape (projects,); the earliest come first. Infinity: it need not be funded.
    options
        The options, the best first, shape (options,). Of one project the best that there is room for is taken, and of
        projects that start together that with the best option comes first.
    over
        Asked before each project; no more are added once it says so.
    """
    column = structure.option_column[options]
    fixed = problem.lower[column] > 0
    options = np.append(options[fixed & (column >= 0)], options[~fixed & (column >= 0)])
    project = structure.option_project[options]
    best = np.full(structure.projects, len(options))
    np.minimum.at(best, project, np.arange(len(options)))
    must = must_be_funded(problem, structure)
    order = np.lexsort((best, start, ~must))
    harmless = (must | np.isfinite(start))[project] | (structure.funded.T @ problem.cost <= 0)[options]
    room = _Room(problem, structure)
    for allowed in (harmless, np.ones_like(harmless)):
        _fill(room, order[~room.taken[order]], options[allowed], project[allowed], over)
        if room.holds():
            return room.point
    return None


def _fill(room: _Room, order: np.ndarray, options: np.ndarray, project: np.ndarray, over: Callable[[], bool]) -> None:
    """Take options, the best first, in the order of their projects; of what had to wait, as soon as there is room.

    At any time it is the first project of those that there is room for whose best option that fits is taken.
    """
    place = np.empty(len(room.taken), dtype=int)
    place[order] = np.arange(len(order))
    ready: list[list[int]] = [[] for _ in order]  # numbers in `options`, by place
    for number in np.nonzero(~room.taken[project])[0].tolist():
        ready[place[project[number]]].append(number)
    queue, waits = list(range(len(order))), _Waits(room)
    while queue and not over():
        first = heappop(queue)
        numbers, ready[first] = sorted(ready[first]), []
        for number in numbers if not room.taken[order[first]] else []:
            if not room.take(int(options[number])):
                waits.add(number)
                continue
            room.taken[order[first]] = True
            for woken in waits.woken():
                other = int(place[project[woken]])
                if not ready[other]:
                    heappush(queue, other)
                ready[other].append(woken)
            break


class _Waits:
    """Options that wait for room at the end of a row, by what they need there.

    An option that several rows stop waits at one of them, and once there is room, perhaps at the next.
    """

    def __init__(self, room: _Room) -> None:
        self.room = room
        self._by_end: dict[int, list[tuple[float, int]]] = {}
        self._any = np.zeros(2 * len(room.upper), dtype=bool)

    def add(self, number: int) -> None:
        """Let the option of this number wait that could not be taken just now, unless no room helps it."""
        if self.room.stopped_by is not None:
            end, need = self.room.stopped_by
            heappush(self._by_end.setdefault(end, []), (need, number))
            self._any[end] = True

    def woken(self) -> list[int]:
        """Return the numbers of options that there may be room for after what was taken just now."""
        found = []
        for end in self.room.wider[self._any[self.room.wider]].tolist():
            queue = self._by_end[end]
            while queue and queue[0][0] <= self.room.slack(end):
                found.append(heappop(queue)[1])
        return found


class _Room:
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

    def __init__(self, problem: Problem, structure: Structure) -> None:
        self.problem, self.funded = problem, structure.funded
        self.point = nothing(problem, structure)
        self.taken = np.zeros(structure.projects, dtype=bool)
        self.wider = np.zeros(0, dtype=int)
        self.stopped_by: tuple[int, float] | None = None
        self.activity = problem.matrix @ self.point
        scale = np.maximum(1.0, np.abs(np.where(np.isfinite(problem.row_upper), problem.row_upper, 0.0)))
        self.upper = problem.row_upper + TOLERANCE * scale
        self.lower = problem.row_lower - TOLERANCE * scale
        self.helper, self.help = _helpers(problem, structure)
        self.after, self.asked = _rows_after(problem, self.helper)
        self._change_of = np.zeros(len(self.upper))

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
                self.stopped_by = _end(rows, values, alone)
                return False
            helpers, raised = self._help(rows, values, broken)
            if not self._may_rise(helpers, raised):
                return False
            columns, amounts = np.append(columns, helpers), np.append(amounts, raised)
            rows, values = self._change(columns, amounts)
            broken = self._broken(rows, values)
            if broken.any():
                self.stopped_by = _end(rows, values, broken)[0], 0.0
                return False
        self.activity[rows] += values
        self.point[columns] += amounts
        self.wider = 2 * rows + (values > 0)
        return True

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
        begin, size = matrix.indptr[columns], matrix.indptr[columns + 1] - matrix.indptr[columns]
        place = np.repeat(begin - np.cumsum(size) + size, size) + np.arange(size.sum())
        rows = matrix.indices[place]
        np.add.at(self._change_of, rows, np.repeat(amounts, size) * matrix.data[place])
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


def _end(rows: np.ndarray, values: np.ndarray, broken: np.ndarray) -> tuple[int, float]:
    """Return the end of a row that a change breaks, and the room that it needs there."""
    first = int(np.argmax(broken))
    return 2 * int(rows[first]) + int(values[first] < 0), abs(float(values[first]))


def nothing(problem: Problem, structure: Structure) -> np.ndarray:
    """Return the empty plan: what must be funded is taken like all others, with all it entails."""
    nothing = np.clip(0.0, problem.lower, problem.upper)
    point = np.where(problem.integer, np.ceil(nothing), nothing)
    point[structure.funded.indices] = 0.0
    return point


def must_be_funded(problem: Problem, structure: Structure) -> np.ndarray:
    """Return which projects the empty plan lacks: by a row of theirs alone, or by a column at 1; shape (projects,)."""
    point = nothing(problem, structure)
    lacking = problem.matrix[problem.matrix @ point < problem.row_lower - TOLERANCE]
    found = np.append(row_owner(sparse.csr_array(lacking), structure.project), structure.project[problem.lower > point])
    must = np.zeros(structure.projects, dtype=bool)
    must[found[found >= 0]] = True
    return must


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
