"""A bound where projects are worth more, or less, together: tangents of a concave function above all plans.

Where a problem packs projects in pairs (`search.pairing`), branch and bound has a column for each synergy and a weak
relaxation. A solver process finds a concave function of the projects alone that no plan is worth more than
(`solver.tasks.bounding`, with its formula and sources), and tangents of it. Each is a row that every plan keeps, and
so is their mean, weighted by what each counts: from that row branch and bound, and its own cutting planes, go on. The
best of the relaxation within it is a bound, reckoned here from the rows and their prices, as for any relaxation:
whatever the prices are, it holds. With all tangents as rows, not their mean, hardly more was proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.relaxation.params import Convexing
from outlay.optimizer.relaxation.relaxation import lagrangian
from outlay.optimizer.search.pairing import Pairs, pairs_of
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.concave import Concave

#: A limit below this counts as none at all: rows are divided by their limits.
LEAST_ROOM = 1e-6


@dataclass(frozen=True)
class Tangents:
    """What a concave function tells of a problem.

    Attributes
    ----------
    rows
        That every plan keeps, over the problem's columns.
    bound
        No plan is worth less, of the minimisation; minus infinity: unknown.
    interrupted
        Whether the user asked to stop.
    """

    rows: Rows
    bound: float
    interrupted: bool = False


def tangents(
    process: SolverProcess,
    problem: Problem,
    structure: Structure,
    params: SearchParams,
    *,
    options: dict[str, Any],
    time_limit_s: float | None,
    by_clock: bool,
    enough: float = np.nan,
    on_progress: Callable[[Progress], None] | None = None,
) -> Tangents | None:
    """Return tangents above the value of all plans; None if the problem does not pack in pairs, or none were found.

    Parameters
    ----------
    options
        HiGHS's.
    time_limit_s
        Seconds that are left; None: no limit.
    by_clock
        Whether it may end by the clock, after a share of these.
    enough
        Value, of the minimisation, of a plan that is known, NaN if none is; a bound that comes to it is enough.
    on_progress
        Called about once a second, without any numbers of the problem's.
    """
    how = params.convexing
    pairs = pairs_of(problem, structure, params.exchanging)
    if pairs is None or len(pairs.helpers) < how.least_pairs or len(pairs.columns) > how.most_options:
        return None
    if not (_excluded(pairs) and _costs_kept(problem, pairs)):
        return None
    most_s = params.relaxing.most_share * time_limit_s if by_clock and time_limit_s is not None else None
    packing, task = _packing(pairs, params.exchanging.most_entries), _task(pairs, how, most_s, problem.offset - enough)
    tick_s = None if on_progress is None else 1.0
    outcome = process.solve(
        packing, options=options, time_limit_s=time_limit_s, how=task, on_progress=on_progress, tick_s=tick_s
    )
    if outcome.cuts is None or outcome.row_dual is None:
        return Tangents(_nothing(problem), -np.inf, interrupted=True) if outcome.interrupted else None
    bound = problem.offset + lagrangian(packing.with_rows(outcome.cuts), np.asarray(outcome.row_dual))
    return Tangents(_over(problem, pairs, outcome.cuts), bound, outcome.interrupted)


def _task(pairs: Pairs, how: Convexing, most_s: float | None, enough: float) -> Concave:
    enough = -np.inf if np.isnan(enough) else enough
    one, other = np.nonzero(np.triu(pairs.together))
    return Concave(pairs.value, one, other, pairs.together[one, other], how.evaluations, most_s, enough)


def _packing(pairs: Pairs, most_entries: int) -> Problem:
    """Return the packing of options, without pairs, and a last column, to be as large as it can: the value.

    Rows are squared, so of those with more pairs of options the largest are left out.
    """
    use = sparse.csr_array(pairs.use)
    sizes = np.diff(use.indptr).astype(float)
    order = np.argsort(sizes, kind="stable")
    few = order[np.cumsum(sizes[order] ** 2) <= most_entries]
    kept = np.sort(few[pairs.room[few] >= LEAST_ROOM])
    options = len(pairs.columns)
    most = float(np.maximum(pairs.value, 0.0).sum() + np.maximum(pairs.together, 0.0).sum())
    return Problem(
        cost=np.append(np.zeros(options), -1.0),
        offset=0.0,
        lower=np.zeros(options + 1),  # nothing at all is worth 0, so the best plan is worth no less
        upper=np.append(np.ones(options), most),
        integer=np.zeros(options + 1, dtype=bool),
        matrix=sparse.csc_array(sparse.hstack([use[kept], sparse.csr_array((len(kept), 1))])),
        row_lower=np.full(len(kept), -np.inf),
        row_upper=pairs.room[kept],
    )


def _nothing(problem: Problem) -> Rows:
    return Rows(sparse.csr_array((0, len(problem.cost))), np.zeros(0), np.zeros(0))


def _over(problem: Problem, pairs: Pairs, cuts: Rows) -> Rows:
    """Return tangents ``value - gradient x <= constant`` as rows of the problem, whose cost is less the value."""
    gradient = -cuts.matrix[:, :-1]
    spread = sparse.csr_array(
        (np.ones(len(pairs.columns)), (np.arange(len(pairs.columns)), pairs.columns)),
        shape=(len(pairs.columns), len(problem.cost)),
    )
    cost = sparse.csr_array(np.tile(problem.cost, (len(cuts.upper), 1)))
    matrix = sparse.csr_array(cost + sparse.csr_array(gradient) @ spread)
    return Rows(matrix, -cuts.upper, np.full(len(cuts.upper), np.inf))


def _excluded(pairs: Pairs) -> bool:
    """Whether of the options of a project at most one can be chosen: only so do pairs of them not count."""
    owners, number, count = np.unique(pairs.owner, return_inverse=True, return_counts=True)
    large = pairs.use > pairs.room[:, None] / 2.0  # two of these do not fit
    of_owner = sparse.csr_array(
        (np.ones(len(number)), (np.arange(len(number)), number)), shape=(len(number), len(owners))
    )
    most = (large.astype(float) @ of_owner).max(axis=0, initial=0.0)
    return bool((most >= count)[count > 1].all())


def _costs_kept(problem: Problem, pairs: Pairs) -> bool:
    """Whether each pair that costs something has its row ``one side + other side - both <= 1``, or a tighter one."""
    costly = np.nonzero(problem.cost[pairs.helpers] > 0)[0]
    if not len(costly):
        return True
    place = np.full(len(problem.cost), -1)
    place[pairs.helpers[costly]] = costly
    rows = sparse.csr_array(problem.matrix)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    entry = np.nonzero(place[rows.indices] >= 0)[0]
    entry = entry[np.bincount(row[entry], minlength=rows.shape[0])[row[entry]] == 1]
    pair, scale = place[rows.indices[entry]], -1.0 / rows.data[entry]
    limit = np.where(scale > 0, problem.row_upper[row[entry]], problem.row_lower[row[entry]]) * scale
    told = sparse.csr_array(sparse.diags_array(scale) @ rows[row[entry]])[:, pairs.columns]
    wanted = pairs.sides[0][pair] + pairs.sides[1][pair]
    exact = abs(sparse.csr_array(told - wanted)).sum(axis=1) == 0
    kept = pair[np.asarray(exact).ravel() & (limit <= 1.0)]
    return len(np.unique(kept)) == len(costly)
