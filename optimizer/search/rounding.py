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

from outlay.models.arrays.ending import look
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure, row_owner
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.ledgers.growing import TOLERANCE, Growing, helpers_of, nothing

#: So many options of a project are tried at once, after the first one alone.
AT_ONCE = 32


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

    Each project of the point as it stands there, as long as there is room; then what is worth most for what it uses. Of
    a point that is a plan all stays as it is.
    """
    column, plan = structure.option_column, problem.holds(point)
    stays = (column >= 0) & (point[np.maximum(column, 0)] > 0.5)
    start = np.full(structure.projects, np.inf)
    start[structure.option_project[stays]] = structure.option_start[stays]
    options = np.lexsort((_prices(problem, structure), ~stays))
    return schedule(problem, structure, start, options, over=over, begin=point if plan else None)


def _prices(problem: Problem, structure: Structure) -> np.ndarray:
    """Return what each option costs for the sum of its shares of the limits, half of each synergy counted for it."""
    matrix, upper = problem.matrix, problem.row_upper
    helper, _ = helpers_of(problem, structure)
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
    begin: np.ndarray | None = None,
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
    begin
        A plan to which projects are added; None: the empty one.

    Raises
    ------
    EndedError
        If it is over before anything is made ready (`look`), which takes seconds of millions of rows.
    """
    look()
    column = structure.option_column[options]
    fixed = problem.lower[column] > 0
    options = np.append(options[fixed & (column >= 0)], options[~fixed & (column >= 0)])
    project = structure.option_project[options]
    best = np.full(structure.projects, len(options))
    np.minimum.at(best, project, np.arange(len(options)))
    must = must_be_funded(problem, structure)
    order = np.lexsort((best, start, ~must))
    harmless = (must | np.isfinite(start))[project] | (structure.funded.T @ problem.cost <= 0)[options]
    room = Growing(problem, structure, begin)
    for allowed in (harmless, np.ones_like(harmless)):
        _fill(room, order[~room.taken[order]], options[allowed], project[allowed], over)
        if room.holds():
            return room.point
    return None


def _fill(room: Growing, order: np.ndarray, options: np.ndarray, project: np.ndarray, over: Callable[[], bool]) -> None:
    """Take options, the best first, in the order of their projects; of what had to wait, as soon as there is room.

    At any time it is the first project of those that there is room for whose best option that fits is taken.
    """
    place = np.full(len(room.taken), len(order))
    place[order] = np.arange(len(order))
    ready: list[list[int]] = [[] for _ in order]  # numbers in `options`, by place
    for number in np.nonzero(~room.taken[project])[0].tolist():
        ready[place[project[number]]].append(number)
    queue, waits = list(range(len(order))), _Waits(room)
    room.expect(place)
    while queue and not over():
        first = heappop(queue)
        numbers, ready[first] = sorted(ready[first]), []
        if room.taken[order[first]] or not _take_one(room, waits, options, numbers):
            continue
        room.taken[order[first]] = True
        for woken in waits.woken():
            other = int(place[project[woken]])
            if not ready[other]:
                heappush(queue, other)
            ready[other].append(woken)


def _take_one(room: Growing, waits: _Waits, options: np.ndarray, numbers: list[int]) -> bool:
    """Take the first of a project's options that there is room for; those before it wait. Whether there is one."""
    at, size = 0, 1  # mostly it is one of the first ones
    while at < len(numbers):
        some = numbers[at : at + size]
        stopped = room.stopped(options[some]) if len(some) > 1 else {}
        for each, number in enumerate(some):
            stop = stopped.get(each)
            if stop is None and room.take(int(options[number])):
                return True
            waits.add(number, stop or room.stopped_by)
        at, size = at + size, AT_ONCE
    return False


class _Waits:
    """Options that wait for room at the end of a row, by what they need there.

    An option that several rows stop waits at one of them, and once there is room, perhaps at the next.
    """

    def __init__(self, room: Growing) -> None:
        self.room = room
        self._by_end: dict[int, list[tuple[float, int]]] = {}
        self._any = np.zeros(2 * len(room.upper), dtype=bool)

    def add(self, number: int, stop: tuple[int, float] | None) -> None:
        """Let an option wait for an end of a row and the room that it needs there; None: no room helps it."""
        if stop is not None:
            end, need = stop
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


def must_be_funded(problem: Problem, structure: Structure) -> np.ndarray:
    """Return which projects the empty plan lacks: by a row of theirs alone, or by a column at 1; shape (projects,)."""
    point = nothing(problem, structure)
    lacking = problem.matrix[problem.matrix @ point < problem.row_lower - TOLERANCE]
    found = np.append(row_owner(sparse.csr_array(lacking), structure.project), structure.project[problem.lower > point])
    must = np.zeros(structure.projects, dtype=bool)
    must[found[found >= 0]] = True
    return must
