"""A bound where projects are worth more, or less, together: tangents of a concave function above all plans.

Where a problem packs projects in pairs (`search.pairing`), branch and bound has a column for each synergy and a weak
relaxation. A solver process finds a concave function of the projects alone that no plan is worth more than
(`solver.tasks.bounding`, with its formula and sources), and tangents of it. Each is a row that every plan keeps, and
so is their mean, weighted by what each counts: from that row branch and bound, and its own cutting planes, go on. The
best of the relaxation within it is a bound, reckoned here from the rows and their prices, as for any relaxation:
whatever the prices are, it holds. With all tangents as rows, not their mean, hardly more was proved.

The function also bounds what plans with, or without, each option are worth (`solver.tasks.faces`). What no plan better
than the best one known can do is decided so; if that is much, the function is looked for anew, of what is left: it is
sooner there and lower. Of 300 items with 11,000 pairs in a knapsack (a plan of 179,876) the bound falls from 180,034 to
179,876.01 in three rounds, each shorter than the one before, and eight items are left to branch and bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import LEAST_GAIN, Problem, Rows
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.relaxation.params import Convexing
from outlay.optimizer.relaxation.relaxation import lagrangian
from outlay.optimizer.search.pairing import Pairs, pairs_of
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.solver.tasks.concave import Concave

#: A limit below this counts as none at all: rows are divided by their limits.
LEAST_ROOM = 1e-6
#: Above this share of the options that are left, to be decided is worth looking for the function anew.
ENOUGH = 0.1


@dataclass(frozen=True)
class Tangents:
    """What a concave function tells of a problem.

    Attributes
    ----------
    rows
        That every plan keeps, or at least every better one than the one known, over the problem's columns.
    bound
        No plan is worth less, of the minimisation; minus infinity: unknown.
    lower, upper
        Bounds of the problem's columns that every better plan than the one known keeps.
    value
        What that one is worth, infinity if nothing was decided by it.
    open, faces
        Columns of options that are not decided, and what no plan without each of them, and with it, is worth less
        than; shapes (options,) and (2, options).
    interrupted
        Whether the user asked to stop.
    """

    rows: Rows
    bound: float
    lower: np.ndarray
    upper: np.ndarray
    value: float
    open: np.ndarray
    faces: np.ndarray
    interrupted: bool = False

    def within(self, problem: Problem) -> Problem:
        """Return the problem with what is told of it."""
        return replace(problem.with_rows(self.rows), lower=self.lower, upper=self.upper)

    def decided(self, value: float) -> tuple[np.ndarray, np.ndarray]:
        """Return which options better plans than one of this value are without, and with; each of shape (options,)."""
        if not np.isfinite(value):
            none = np.zeros(len(self.open), dtype=bool)
            return none, none
        without, with_it = self.faces > value + LEAST_GAIN * max(1.0, abs(value))
        return with_it, without

    def whole(self, outcome: Outcome) -> Outcome:
        """Return an outcome of the problem within as one of the problem itself."""
        if outcome.status == "kInfeasible" and np.isfinite(self.value):
            return replace(outcome, status="kOptimal", bound=self.value)
        return replace(outcome, bound=float(np.fmax(np.minimum(outcome.bound, self.value), self.bound)))

    def decides(self, value: float) -> bool:
        """Whether so many options are decided by a plan of this value that it is worth beginning anew."""
        out, in_ = self.decided(value)
        return bool((out | in_).sum() > ENOUGH * len(self.open))


def tangents(
    process: SolverProcess,
    problem: Problem,
    structure: Structure,
    params: SearchParams,
    *,
    options: dict[str, Any],
    time_limit_s: float | None,
    by_clock: bool,
    known: Callable[[], float] = lambda: np.nan,
    before: Tangents | None = None,
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
    known
        Asked for the value, of the minimisation, of the best plan known, NaN if there is none: a bound that comes to
        it is enough, and it decides options.
    before
        What was found for a plan that was worth less.
    on_progress
        Called about once a second, without any numbers of the problem's.
    """
    how = params.convexing
    pairs = pairs_of(problem, structure, params.exchanging)
    if pairs is None or len(pairs.helpers) < how.least_pairs or len(pairs.columns) > how.most_options:
        return None
    if not (_excluded(pairs) and _costs_kept(problem, pairs)):
        return None
    ends = Deadline.after(time_limit_s, process.clock)
    most_s = params.relaxing.most_share * time_limit_s if by_clock and time_limit_s is not None else None
    due, found, tick_s = Deadline.after(most_s, process.clock), before, None if on_progress is None else 1.0
    while True:
        value = known()
        left = _Left.whole(problem, pairs) if found is None else _Left.of(found, pairs, value)
        if found is not None and (left is None or not len(left.pairs.columns)):
            return _narrowed(found, left, value)
        assert left is not None
        packing = _packing(left.pairs, params.exchanging.most_entries)
        outcome = process.solve(
            packing,
            options=options,
            time_limit_s=ends.left(),
            how=_task(left.pairs, how, due.left(), problem.offset - left.worth - value),
            on_progress=on_progress,
            tick_s=tick_s,
        )
        if outcome.cuts is None or outcome.row_dual is None or outcome.faces is None:
            if found is None:
                return _nothing(problem) if outcome.interrupted else None
            # With less, what is decided would be taken up again and again, for nothing.
            return replace(_narrowed(found, left, value), interrupted=outcome.interrupted)
        bound = problem.offset - left.worth + lagrangian(packing.with_rows(outcome.cuts), np.asarray(outcome.row_dual))
        found = Tangents(
            _over(problem, left.pairs, outcome.cuts, left.worth),
            bound if found is None else max(found.bound, min(bound, left.value)),
            left.lower,
            left.upper,
            left.value,
            left.pairs.columns,
            problem.offset - left.worth - outcome.faces,
            outcome.interrupted,
        )
        if found.interrupted or due.passed() or not found.decides(known()):
            return found


@dataclass(frozen=True)
class _Left:
    """What is left to decide for a plan that is better than one of a value.

    Attributes
    ----------
    pairs
        The packing of the options that are left.
    worth
        What those that are chosen already are worth.
    lower, upper
        Bounds of the problem's columns.
    value
        Infinity: nothing was decided.
    """

    pairs: Pairs
    worth: float
    lower: np.ndarray
    upper: np.ndarray
    value: float

    @classmethod
    def whole(cls, problem: Problem, pairs: Pairs) -> _Left:
        """Return all of it."""
        return cls(pairs, 0.0, problem.lower, problem.upper, np.inf)

    @classmethod
    def of(cls, found: Tangents, pairs: Pairs, value: float) -> _Left | None:
        """Return what is left of the packing for a better plan than one of this value; None: there is none."""
        lower, upper = found.lower.copy(), found.upper.copy()
        out, in_ = found.decided(value)
        upper[found.open[out]], lower[found.open[in_]] = 0.0, 1.0
        chosen, there = lower[pairs.columns] > 0.5, upper[pairs.columns] > 0.5
        room = pairs.room - pairs.use[:, chosen].sum(axis=1)
        if (out & in_).any() or (room < 0).any():
            return None
        kept = there & ~chosen & (pairs.use <= room[:, None]).all(axis=0)
        binding = pairs.use[:, kept].sum(axis=1) > room
        part = replace(
            pairs,
            columns=pairs.columns[kept],
            owner=pairs.owner[kept],
            value=pairs.value[kept] + pairs.together[np.ix_(kept, chosen)].sum(axis=1),
            together=pairs.together[np.ix_(kept, kept)],
            use=pairs.use[np.ix_(binding, kept)],
            room=room[binding],
        )
        worth = float(pairs.value[chosen].sum() + pairs.together[np.ix_(chosen, chosen)].sum() / 2.0)
        return cls(part, worth, lower, upper, min(value, found.value))


def _narrowed(found: Tangents, left: _Left | None, value: float) -> Tangents:
    """Return what was told, within what is left for a better plan than one of this value; None: there is none."""
    if left is None:
        none, worth = np.zeros(len(found.open), dtype=bool), min(value, found.value)
        return replace(
            found, open=found.open[none], faces=found.faces[:, none], value=worth, bound=max(found.bound, worth)
        )
    still = np.isin(found.open, left.pairs.columns)
    return replace(
        found,
        lower=left.lower,
        upper=left.upper,
        value=left.value,
        open=found.open[still],
        faces=found.faces[:, still],
    )


def _task(part: Pairs, how: Convexing, most_s: float | None, enough: float) -> Concave:
    enough = -np.inf if np.isnan(enough) else enough
    one, other = np.nonzero(np.triu(part.together))
    return Concave(part.value, one, other, part.together[one, other], how.evaluations, most_s, enough)


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


def _nothing(problem: Problem) -> Tangents:
    rows = Rows(sparse.csr_array((0, len(problem.cost))), np.zeros(0), np.zeros(0))
    none = np.zeros(0, dtype=int)
    return Tangents(rows, -np.inf, problem.lower, problem.upper, np.inf, none, np.zeros((2, 0)), interrupted=True)


def _over(problem: Problem, pairs: Pairs, cuts: Rows, worth: float) -> Rows:
    """Return tangents ``value - gradient x <= constant`` as rows of the problem, whose cost is less the value.

    Besides these options, others are chosen that are worth so much.
    """
    gradient = -cuts.matrix[:, :-1]
    spread = sparse.csr_array(
        (np.ones(len(pairs.columns)), (np.arange(len(pairs.columns)), pairs.columns)),
        shape=(len(pairs.columns), len(problem.cost)),
    )
    cost = sparse.csr_array(np.tile(problem.cost, (len(cuts.upper), 1)))
    matrix = sparse.csr_array(cost + sparse.csr_array(gradient) @ spread)
    return Rows(matrix, -cuts.upper - worth, np.full(len(cuts.upper), np.inf))


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
