r"""The least stretch of a limit on a share: a ratio that is minimised by a few mixed-integer problems.

How far a share moves, x, is multiplied by what the plan has of the whole, so it is no column of a linear problem. With
M what counts in a row, S >= 0 what it is a share of, s its level and L what x moves it by (s itself, or 1 by units)::

    minimise x   subject to   all other rows,  M(y) - (s + x L) S(y) <= 0  in each row of the limit

At a given x the rows are linear. A plan there, with as much room in these rows as there can be, says how much it needs:
that is the next x (Newton's method on the ratio: Dinkelbach, Management Science 13(7), 1967,
doi:10.1287/mnsc.13.7.492), and a little below it the next plan is looked for. None there: proved. Where a step brings
less than half of what is open, as may be with many rows, the next one is in the middle. Rows of a least share have the
other sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import SolverPoint
from outlay.optimizer.session import FINE_FEASIBILITY
from outlay.optimizer.status import OPTIMAL_GAP, Status, relative_gap
from outlay.optimizer.variation.applying import apply
from outlay.optimizer.variation.limit import Limit, moved_share, share_row
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation

#: Steps after which the least stretch is told as far as it is proved; a handful is usual.
MOST_STEPS = 60
#: How little below a stretch another plan is looked for, as a share of it, beside the gap that is asked for; and the
#: share at which it is given up where the solver's tolerance hides the difference.
CLOSE, FAR = 5e-7, 1e-2
#: A stretch that is smaller is none, and a plan with less of the whole than this share of one decision has none of it.
NOTHING = 1e-9
#: The plan with the most room need not be found exactly.
ROUGH = 1e-3

#: Solves a problem for levels, from a point.
Run = Callable[[Problem, list[Level], Settings, "np.ndarray | None"], Answer[SolverPoint]]


@dataclass(frozen=True)
class _Row:
    """A row of a limit on a share: what counts, the whole, its level, and what 1 of the stretch moves it by."""

    counted: np.ndarray
    whole: np.ndarray
    level: float
    by: float


def least_share(
    over: Variable, variation: Variation, limit: Limit, settings: Settings, run: Run, *, start: np.ndarray | None
) -> tuple[Answer[SolverPoint], float]:
    """Return the answer with the least stretch of a limit on a share, as what is minimised, and that stretch."""
    units = limit.name in variation.units
    rows, fine = _rows(over, limit, units=units), min(settings.feasibility, FINE_FEASIBILITY)
    rough = replace(settings, gap=max(settings.gap, ROUGH), feasibility=fine)
    at, low, close = limit.most(units=units), 0.0, max(settings.gap / 2, CLOSE)
    stretch, best = at, None
    for _ in range(MOST_STEPS):
        answer = _roomiest(run, _with_room(over, variation, limit, rows, at), rough, start)
        start = None  # no plan that is known is one with less
        open_ = stretch - low
        if answer.point is not None:
            needed = _needed(rows, answer.point, least=limit.least)
            if best is not None and needed >= stretch:
                close *= 10  # what the solver allows hides the difference
            else:
                stretch, best, found = needed, answer.point, answer
        elif best is None or not answer.levels or answer.levels[-1].status != Status.INFEASIBLE:
            break  # no stretch would do, or nothing more is known in time
        else:
            low = at
        if stretch - low <= close * stretch + NOTHING or close > FAR:
            break
        slow = stretch - low > open_ / 2 and at < limit.most(units=units)
        at = (stretch + low) / 2 if slow else max(low, stretch - close * stretch)
    return (answer, stretch) if best is None else (_told(found, stretch, low, settings.gap), stretch)


def _roomiest(
    run: Run, asked: tuple[Problem, Level], settings: Settings, start: np.ndarray | None
) -> Answer[SolverPoint]:
    """Return a plan with as much room as there can be; any plan if there is no end to it."""
    problem, level = asked
    answer = run(problem, [level], settings, start)
    if answer.levels and answer.levels[-1].status == Status.UNBOUNDED:
        return run(problem, [replace(level, cost=np.zeros_like(level.cost))], settings, start)
    return answer


def _told(answer: Answer[SolverPoint], stretch: float, low: float, enough: float) -> Answer[SolverPoint]:
    """Return an answer as that to the question for the least stretch."""
    gap = relative_gap(stretch, low, 1.0)
    status = Status.OPTIMAL if gap <= OPTIMAL_GAP else Status.WITHIN_GAP if gap <= enough else Status.STOPPED
    limit = answer.levels[-1].limit or "solver tolerance" if status == Status.STOPPED else None
    told = replace(
        answer.levels[-1], status=status, limit=limit, objective=0.0 - stretch, bound=0.0 - low, gap=gap, final=None
    )
    return replace(answer, levels=[told])


def needed_share(over: Variable, limit: Limit, point: np.ndarray, *, units: bool) -> float:
    """Return by how much a limit on a share must be stretched for a plan."""
    return _needed(_rows(over, limit, units=units), point, least=limit.least)


def _rows(over: Variable, limit: Limit, *, units: bool) -> list[_Row]:
    return [
        _Row(counted, whole, level, 1.0 if units else abs(level))
        for part in limit.each
        for counted, whole, level in over.share_rows(part)
    ]


def _with_room(
    over: Variable, variation: Variation, limit: Limit, rows: list[_Row], stretch: float
) -> tuple[Problem, Level]:
    """Return the problem with a limit stretched so far, and the room in its rows as what is maximised."""
    at = replace(variation, stretch=(), level={**variation.level, limit.name: stretch})
    problem, units = apply(over, at).problem, limit.name in variation.units
    cost = np.zeros(len(problem.cost))
    for row in rows:
        level = moved_share(limit, row.level, stretch, units=units)
        cost[: over.size] += share_row(row.counted, row.whole, level, least=limit.least)
    return problem, Level({}, cost)


def _needed(rows: list[_Row], point: np.ndarray, *, least: bool) -> float:
    """Return the stretch that a plan needs."""
    needed = 0.0
    for row in rows:
        own = point[: len(row.counted)]
        whole = float(row.whole @ own)
        over = float(row.counted @ own) - row.level * whole
        if row.by and whole > NOTHING * float(row.whole.max(initial=0.0)):
            needed = max(needed, (-over if least else over) / (row.by * whole))
    return needed
