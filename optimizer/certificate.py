"""A cheap certificate of an answer: no project outside the plan simply fits beside it and adds to it.

Branch and bound that ends as "optimal" and leaves such a project out contradicts itself. Every option of the projects
that are not funded is tried beside the plan: first against the rows that only choices are in, then, for the few that
pass and are worth most, by deciding payments, flows, imports and the like anew for the plan with it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from outlay.optimizer.outcome import Outcome
from outlay.optimizer.problem import TOLERANCE, Problem
from outlay.optimizer.restriction import restrict
from outlay.optimizer.structure import Structure

#: So many projects are tried whole, those that add most.
MOST_TRIED = 8

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
    best = point
    while (more := _best_with_one_more(problem, structure, best, open_, solve)) is not best:
        best = more
    return None if best is point else best


def _best_with_one_more(
    problem: Problem, structure: Structure, point: np.ndarray, open_: np.ndarray, solve: Solve
) -> np.ndarray:
    """Return the best point found that funds a project more than a given one, or the given one if none is better."""
    best = point
    for option in _fitting(problem, structure, point, open_):
        found = _decided(problem, point + _column(structure.funded, option), open_, solve)
        if found is not None and problem.holds(found) and problem.better(found, best):
            best = found
    return best


def _fitting(problem: Problem, structure: Structure, point: np.ndarray, open_: np.ndarray) -> list[int]:
    """Return the options that break no row of choices beside a point, one a project, those worth most first."""
    present = structure.option_column >= 0
    column = np.where(present, structure.option_column, 0)
    funded = np.unique(structure.option_project[present & (point[column] > 0.5)])
    gain = -np.asarray(problem.cost @ structure.funded).reshape(-1)
    possible = present & (problem.upper[column] > 0.5) & ~np.isin(structure.option_project, funded) & (gain > 0)
    tried = np.nonzero(possible)[0]
    flexible = np.zeros(problem.matrix.shape[0], dtype=bool)
    flexible[problem.matrix[:, open_].indices] = True
    change = sparse.csc_array(problem.matrix @ structure.funded[:, tried])
    rows, activity = change.indices, problem.matrix @ point
    sum_ = activity[rows] + change.data
    room = TOLERANCE * np.maximum(1.0, np.abs(sum_))
    broken = ~flexible[rows] & ((sum_ > problem.row_upper[rows] + room) | (sum_ < problem.row_lower[rows] - room))
    option = np.repeat(np.arange(len(tried)), np.diff(change.indptr))
    fits = tried[np.bincount(option, weights=broken, minlength=len(tried)) == 0]
    order = fits[np.argsort(-gain[fits], kind="stable")]
    _, first = np.unique(structure.option_project[order], return_index=True)
    return [int(found) for found in order[np.sort(first)][:MOST_TRIED]]


def _column(matrix: sparse.csc_array, number: int) -> np.ndarray:
    return np.asarray(matrix[:, [number]].todense()).reshape(-1)


def _decided(problem: Problem, point: np.ndarray, open_: np.ndarray, solve: Solve) -> np.ndarray | None:
    """Return a point with its open columns decided anew, or None if that cannot be."""
    if not open_.any():
        return point
    small, kept, _ = restrict(problem, ~open_, point)
    outcome = solve(small)
    if outcome.point is None:
        return None
    found = point.copy()
    found[kept] = outcome.point
    return found
