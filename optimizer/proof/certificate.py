"""A cheap certificate of an answer: no project outside the plan simply fits beside it and adds to it.

Branch and bound that ends as "optimal" and leaves such a project out contradicts itself. Every option of the projects
that are not funded is tried beside the plan: first against the rows that only choices are in, then, for the few that
pass and are worth most, by deciding payments, flows, imports and the like anew for the plan with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.problem.problem import TOLERANCE, Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.solver.outcome import Outcome

#: So many options are looked at, those that add most, and for so many payments and the like are decided anew.
MOST_LOOKED_AT, MOST_DECIDED = 20_000, 8
#: Fewer where each stands in many rows, as in a long calendar: so many entries of rows are looked at.
MOST_ENTRIES = 3_000_000

#: Solves a small problem.
Solve = Callable[[Problem], Outcome]


def completed(problem: Problem, structure: Structure, point: np.ndarray, solve: Solve) -> np.ndarray | None:
    """Return a point that funds more projects than a given one and is worth more; None if none was found.

    Parameters
    ----------
    problem, point
        A problem and a point of it, shape (columns,).
    solve
        Solves what is left of the problem once everything else is decided.
    """
    if not len(point):
        return None
    chosen = np.zeros(len(point), dtype=bool)
    chosen[structure.funded.indices] = True
    open_ = ~problem.integer & ~structure.derived & ~chosen
    fitting = _fitting(problem, structure, point, open_)
    found = (_packed if not open_.any() else _paid_for)(problem, structure, point, fitting, _Rest(open_, solve))
    return found if problem.better(found, point) and problem.holds(found) else None


class _Fitting(NamedTuple):
    """Options that break no row of choices beside a point, those that add most first.

    Attributes
    ----------
    options
        Their numbers.
    change
        What each changes of the rows, shape (rows, options).
    rigid
        Which rows only choices are in.
    """

    options: np.ndarray
    change: sparse.csc_array
    rigid: np.ndarray

    def in_turn(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield each option with the rows that it changes and by how much."""
        for place, option in enumerate(self.options.tolist()):
            entries = slice(self.change.indptr[place], self.change.indptr[place + 1])
            yield option, self.change.indices[entries], self.change.data[entries]


class _Rest(NamedTuple):
    """The columns that are decided anew for each option, and who decides them."""

    open_: np.ndarray
    solve: Solve


def _packed(problem: Problem, structure: Structure, point: np.ndarray, fitting: _Fitting, _: _Rest) -> np.ndarray:
    """Return a point with one option after another, where only choices are decided."""
    found, activity, done = point.copy(), problem.matrix @ point, set[int]()
    for option, rows, more in fitting.in_turn():
        project = int(structure.option_project[option])
        if project not in done and not _broken(problem, rows, activity[rows] + more, fitting.rigid).any():
            done.add(project)
            activity[rows] += more
            _fund(found, structure, option)
    return found


def _paid_for(problem: Problem, structure: Structure, point: np.ndarray, fitting: _Fitting, rest: _Rest) -> np.ndarray:
    """Return a point with some options more, each with payments and the like decided anew."""
    best, activity, done, decided = point, problem.matrix @ point, set[int](), 0
    for option, rows, more in fitting.in_turn():
        project = int(structure.option_project[option])
        if project in done or _broken(problem, rows, activity[rows] + more, fitting.rigid).any():
            continue
        if decided == MOST_DECIDED:
            break
        decided += 1
        tried = best.copy()
        _fund(tried, structure, option)
        found = _decided(problem, tried, rest)
        if found is not None and problem.better(found, best) and problem.holds(found):
            best, activity = found, problem.matrix @ found
            done.add(project)
    return best


def _fitting(problem: Problem, structure: Structure, point: np.ndarray, open_: np.ndarray) -> _Fitting:
    present = structure.option_column >= 0
    column = np.where(present, structure.option_column, 0)
    funded = np.unique(structure.option_project[present & (point[column] > 0.5)])
    gain = -np.asarray(problem.cost @ structure.funded).reshape(-1)
    possible = present & (problem.upper[column] > 0.5) & ~np.isin(structure.option_project, funded) & (gain > 0)
    tried = np.nonzero(possible)[0]
    tried = tried[np.argsort(-gain[tried], kind="stable")][:MOST_LOOKED_AT]
    entries = structure.funded.T @ np.diff(problem.matrix.indptr).astype(float)
    tried = tried[np.cumsum(entries[tried]) <= MOST_ENTRIES]
    rigid = np.ones(problem.matrix.shape[0], dtype=bool)
    rigid[problem.matrix[:, open_].indices] = False
    change = sparse.csc_array(problem.matrix @ structure.funded[:, tried])
    activity = (problem.matrix @ point)[change.indices] + change.data
    broken = _broken(problem, change.indices, activity, rigid)
    option = np.repeat(np.arange(len(tried)), np.diff(change.indptr))
    fits = np.nonzero(np.bincount(option, weights=broken, minlength=len(tried)) == 0)[0]
    return _Fitting(tried[fits], sparse.csc_array(change[:, fits]), rigid)


def _broken(problem: Problem, rows: np.ndarray, activity: np.ndarray, rigid: np.ndarray) -> np.ndarray:
    """Return which of some rows are broken by an activity of theirs, and only choices are in them."""
    room = TOLERANCE * np.maximum(1.0, np.abs(activity))
    out = (activity > problem.row_upper[rows] + room) | (activity < problem.row_lower[rows] - room)
    broken: np.ndarray = out & rigid[rows]
    return broken


def _fund(point: np.ndarray, structure: Structure, option: int) -> None:
    """Fund an option in a point, by its own few columns: there may be thousands of options and columns."""
    funded = structure.funded
    entries = slice(funded.indptr[option], funded.indptr[option + 1])
    point[funded.indices[entries]] += funded.data[entries]


def _decided(problem: Problem, point: np.ndarray, rest: _Rest) -> np.ndarray | None:
    """Return a point with its open columns decided anew, or None if that cannot be."""
    left = restrict(problem, ~rest.open_, point)
    outcome = rest.solve(left.problem)
    return None if outcome.point is None else left.whole(outcome.point)
