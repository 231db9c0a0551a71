r"""The LP relaxation of a problem, as a guide for the search: its point, reduced costs and row duals.

Up to a million rows and columns (`Relaxing`) it is solved exactly, and its value is a bound. Above, and where calendars
are long, a first-order method (PDLP: Applegate and others, NeurIPS 2021) solves it approximately, which guides as well.
Its row duals still bound the value, as any do (`lagrangian`), if not as closely. For that, the options behind
started-by columns are substituted out: with ``S_t - S_t' - x = 0`` for the only option x of its date, x leaves the
problem and the row becomes ``S_t - S_t' >= 0``. On MineLib's zuck_small this halves the columns, and PDLP needs them
halved: 4,000 iterations come within 0.4 %, while the whole problem is far away after as many seconds. Where hardly any
rows are left then but those of precedence, as in a mine, closures solve it (`solver.tasks.precedence`): zuck_small to
0.01 % in 20 s of CPU.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import row_owner
from outlay.optimizer.relaxation.params import Relaxing
from outlay.optimizer.relaxation.precedence import split
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess

#: Without presolve, as HiGHS 1.15 returns wrong row duals if PDLP stops at a limit and what presolve did is undone.
#: It ends once rows, prices and the gap are within their tolerances, none of which a valid bound needs.
APPROXIMATELY: dict[str, Any] = {
    "solver": "pdlp",
    "presolve": "off",
    "pdlp_optimality_tolerance": 1e-3,
    "primal_feasibility_tolerance": 1e-3,
    "dual_feasibility_tolerance": 1e-3,
}
#: Where the simplex method takes too long.
INTERIOR: dict[str, Any] = {"solver": "ipm"}
#: How to solve it, unless told otherwise.
DEFAULT = Relaxing()
#: A row's place in a basis where it is not tight.
BASIC = 1
#: What summing a bound may lose of the sum of its terms' sizes.
ROUNDING = 1e-10
#: A relaxation uses a column above this.
USED = 1e-6


@dataclass(frozen=True)
class Relaxation:
    """The LP relaxation of a problem, a minimisation.

    Attributes
    ----------
    point, value, reduced_cost, row_dual
        Its point, what that is worth, reduced costs and row duals.
    bound
        No point of the problem is worth less; minus infinity: unknown.
    exact
        Whether the point is optimal and feasible to the solver's tolerance.
    seconds
        What it took.
    basis
        Of columns and rows, if it is exact.
    slow
        Whether the simplex method takes too long for it.
    """

    point: np.ndarray
    value: float
    reduced_cost: np.ndarray
    row_dual: np.ndarray
    bound: float
    exact: bool
    seconds: float = 0.0
    basis: np.ndarray | None = None
    slow: bool = False

    @property
    def quick(self) -> bool:
        """Whether it can be solved again and again, as a dive does."""
        return self.exact and not self.slow

    def can_dive(self, left_s: float | None) -> bool:
        """Whether it is quick, and there are so many seconds left (None: no limit) that dives fit into them.

        A dive takes about as long again.
        """
        return self.quick and (left_s is None or self.seconds <= left_s)

    def basis_of(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
        """Return the basis without all but these columns and rows; HiGHS makes up for what it then lacks."""
        if self.basis is None:
            return None
        return np.concatenate([self.basis[columns], self.basis[len(self.point) + rows]])

    def narrowed(self, problem: Problem, value: float) -> Problem:
        """Return its problem with the integer columns fixed that every point worth less than `value` has at one end.

        With ``bound = L(y)``, the Lagrangian value of row duals y, and their reduced costs d, a point that has column j
        a whole unit away from where ``d_j x_j`` is least is worth at least ``bound + |d_j|`` (reduced-cost fixing:
        Dantzig, Fulkerson and Johnson 1954, doi:10.1287/opre.2.4.393).
        """
        dear = problem.integer & (self.bound + np.abs(self.reduced_cost) >= value)
        lower = np.where(dear & (self.reduced_cost < 0), problem.upper, problem.lower)
        upper = np.where(dear & (self.reduced_cost > 0), problem.lower, problem.upper)
        return replace(problem, lower=lower, upper=upper)

    def unit(self, inside: np.ndarray) -> float:
        """Return what one of the projects that the relaxation funds is worth, on the average (1 if none is)."""
        return abs(self.value) / max(1, int((self.point[inside] > 0.5).sum())) or 1.0


def relax(
    process: SolverProcess,
    problem: Problem,
    derived: np.ndarray,
    *,
    options: dict[str, Any],
    time_limit_s: float | None,
    by_clock: bool,
    months: float = 0.0,
    basis: np.ndarray | None = None,
    params: Relaxing = DEFAULT,
) -> Relaxation | None:
    """Return the relaxation of a problem, or None if it could not be solved.

    Parameters
    ----------
    derived
        Started-by columns, shape (columns,).
    time_limit_s
        Seconds; None: no limit.
    by_clock
        Whether an approximate solve may end by the clock.
    months
        Started-by columns a project (`Structure.months`).
    basis
        Where the simplex method begins, if it is known.
    params
        By size and time, how it is solved.
    """
    plain = replace(problem, integer=np.zeros_like(problem.integer), tidy=None)
    large, own_s = sum(problem.matrix.shape) > params.large, params.approximately_s
    if not large and by_clock and months > params.long:
        large, own_s = True, own_s if time_limit_s is None else params.most_share * time_limit_s
    if not large:
        return _exactly(process, plain, options, time_limit_s, basis, by_clock=by_clock, params=params)
    small = substitute(plain, derived)
    most_s = own_s if by_clock else None
    found = _by_closures(process, plain, small, options=options, time_limit_s=time_limit_s, own_s=most_s, params=params)
    if found is not None:
        return found
    own = {**options, **APPROXIMATELY, **({"time_limit": own_s} if by_clock else {})}
    return _approximately(process, plain, small, own, time_limit_s)


def outline(
    process: SolverProcess,
    problem: Problem,
    derived: np.ndarray,
    *,
    options: dict[str, Any],
    time_limit_s: float | None,
    params: Relaxing = DEFAULT,
) -> Relaxation | None:
    """Return a rough relaxation from a few iterations of the first-order method, or None if nothing came of it.

    It says early what is scarce and when, and its bound is one; see `relax` for what is given.
    """
    plain = replace(problem, integer=np.zeros_like(problem.integer), tidy=None)
    few: dict[str, Any] = {"pdlp_iteration_limit": params.outline_iterations}
    if time_limit_s is not None:
        few["time_limit"] = params.outline_share * time_limit_s
    own = {**options, **APPROXIMATELY, **few}
    return _approximately(process, plain, substitute(plain, derived), own, time_limit_s)


def _approximately(
    process: SolverProcess, plain: Problem, small: Substituted, options: dict[str, Any], time_limit_s: float | None
) -> Relaxation | None:
    """Return the relaxation by a first-order method, as far as it comes."""
    outcome = process.solve(small.problem, options=options, time_limit_s=time_limit_s, approximate=True)
    duals = _duals(outcome, len(small.problem.row_lower))
    return None if outcome.point is None or duals is None else small.back(plain, outcome.point, duals)


def _duals(outcome: Outcome, rows: int) -> np.ndarray | None:
    """Return an outcome's row duals; None if it has not one for each of so many rows."""
    duals = None if outcome.row_dual is None else np.asarray(outcome.row_dual)
    return None if duals is None or duals.shape != (rows,) else duals


def _by_closures(
    process: SolverProcess,
    plain: Problem,
    small: Substituted,
    *,
    options: dict[str, Any],
    time_limit_s: float | None,
    own_s: float | None,
    params: Relaxing,
) -> Relaxation | None:
    """Return the relaxation if it is one of precedence and few other rows; None if it is not, or was not solved."""
    count = small.problem.matrix.shape[0]
    chain = np.arange(len(small.rows), count)
    divided = split(small.problem, chain, most_rows=params.few_rows, gap=params.closing_gap, most_s=own_s)
    if divided is None:
        return None
    outcome = process.solve(divided.others, options=options, time_limit_s=time_limit_s, how=divided.how)
    duals = _duals(outcome, len(divided.rows) + len(divided.how.needing))
    return (
        None
        if outcome.point is None or duals is None
        else small.back(plain, outcome.point, divided.duals(duals, count))
    )


def _exactly(
    process: SolverProcess,
    plain: Problem,
    options: dict[str, Any],
    time_limit_s: float | None,
    basis: np.ndarray | None,
    *,
    by_clock: bool,
    params: Relaxing,
) -> Relaxation | None:
    """Return the relaxation by the simplex method, or by an interior-point method where that takes too long."""
    ends = None if time_limit_s is None else time.monotonic() + time_limit_s
    iterations = params.least_iterations + round(params.iterations * sum(plain.matrix.shape))
    few: dict[str, Any] = {"simplex_iteration_limit": iterations}
    if by_clock and time_limit_s is not None:
        few["time_limit"] = params.simplex_share * time_limit_s
    for how in (few, INTERIOR, {}):
        left = None if ends is None else ends - time.monotonic()
        begin = basis if how is few else None
        outcome = process.solve(plain, options={**options, **how}, time_limit_s=left, basis=begin)
        found = relaxation_of(plain, outcome)
        if found is not None:
            return replace(found, slow=how is not few)
        ended = outcome.status == "kTimeLimit" and how is few and "time_limit" in few
        if outcome.interrupted or not (ended or outcome.status in {"kIterationLimit", "kUnknown"}):
            break
    return None


def with_more_rows(basis: np.ndarray | None, rows: int) -> np.ndarray | None:
    """Return a basis with so many more rows, none of them tight; None if there is none."""
    return None if basis is None else np.append(basis, np.full(rows, BASIC, dtype=basis.dtype))


def relaxation_of(problem: Problem, outcome: Outcome) -> Relaxation | None:
    """Return the exact relaxation of a problem from what its solve came to; None if it was not solved."""
    if outcome.point is None or outcome.row_dual is None or outcome.status != "kOptimal":
        return None
    reduced = problem.cost - problem.matrix.T @ outcome.row_dual
    value = problem.value(outcome.point)
    seconds, basis = outcome.seconds, outcome.basis
    dual = outcome.row_dual
    return Relaxation(outcome.point, value, reduced, dual, value, exact=True, seconds=seconds, basis=basis)


def lagrangian(problem: Problem, row_dual: np.ndarray) -> float:
    """Return a bound of a problem: no point within its rows and bounds is worth less, whatever the row duals are.

    ``min c x`` with ``l <= A x <= u`` is at least ``sum_i min over [l_i, u_i] of y_i s + sum_j min over the bounds of
    (c - A' y)_j x_j`` for every y. A dual whose row has no such limit counts as 0. Less what summing may have lost;
    minus infinity if a column without limit would pay.
    """
    known = np.where(row_dual > 0, np.isfinite(problem.row_lower), np.isfinite(problem.row_upper))
    dual = np.where(known, row_dual, 0.0)
    reduced = problem.cost - problem.matrix.T @ dual
    sides = np.where(dual > 0, problem.row_lower, problem.row_upper)
    ends = np.where(reduced > 0, problem.lower, problem.upper)
    rows, columns = dual != 0, reduced != 0
    terms = np.concatenate([dual[rows] * sides[rows], reduced[columns] * ends[columns]])
    return problem.offset + float(terms.sum() - ROUNDING * np.abs(terms).sum())


def choice_bound(problem: Problem, project: np.ndarray) -> float:
    """Return a bound without a relaxation: each project by the best of its options, as if nothing else were limited.

    That is the Lagrangian value where only one row a project has a dual, the one with most of its columns.

    Parameters
    ----------
    project
        Project of each column, -1 for none; shape (columns,).
    """
    rows = sparse.csr_array(problem.matrix)
    owner, size = row_owner(rows, project), np.diff(rows.indptr)
    place = np.lexsort((-size, owner))
    row = place[(owner[place] >= 0) & (np.diff(owner[place], prepend=-1) != 0)]
    entries = sparse.coo_array(rows[row])
    number, column = entries.coords
    used = entries.data > 0
    least = np.full(len(row), np.inf)
    np.minimum.at(least, number[used], problem.cost[column[used]] / entries.data[used])
    dual = np.zeros(len(owner))
    dual[row] = np.where((least < 0) | ((least < np.inf) & (problem.row_lower[row] > 0)), least, 0.0)
    return lagrangian(problem, dual)


@dataclass(frozen=True)
class Substituted:
    """A problem without the columns that definitions give, and the way back.

    Attributes
    ----------
    problem
        The smaller problem: the rows that are no definitions, then ``x >= lower`` for every column substituted.
    whole
        From its points to those of the problem it comes from; shape (columns, columns left).
    kept, gone
        Columns left and substituted.
    rows
        Rows that are no definitions.
    """

    problem: Problem
    whole: sparse.csr_array
    kept: np.ndarray
    gone: np.ndarray
    rows: np.ndarray

    def back(self, problem: Problem, point: np.ndarray, row_dual: np.ndarray) -> Relaxation:
        """Return the relaxation of the problem it comes from; definitions get no dual, their columns the rows' one."""
        found = np.maximum(self.whole @ point, problem.lower)
        dual = np.zeros(problem.matrix.shape[0])
        dual[self.rows] = row_dual[: len(self.rows)]
        reduced = np.zeros(problem.matrix.shape[1])
        reduced[self.kept] = self.problem.cost - self.problem.matrix.T @ row_dual
        reduced[self.gone] = row_dual[len(self.rows) :]
        bound = lagrangian(self.problem, row_dual)
        return Relaxation(found, problem.value(found), reduced, dual, bound, exact=False)


def substitute(problem: Problem, derived: np.ndarray) -> Substituted:
    """Return an LP without the columns x of rows ``a z + b x = 0`` with z derived, and x the only one that is not."""
    matrix = sparse.csr_array(problem.matrix)
    size = np.diff(matrix.indptr)
    row_of = np.repeat(np.arange(matrix.shape[0]), size)
    plain = ~derived[matrix.indices]
    others = np.bincount(row_of[plain], minlength=matrix.shape[0])
    definition = (problem.row_lower == 0) & (problem.row_upper == 0) & (others == 1) & (size > 1)
    # A column that two rows define is substituted by the first.
    place = np.nonzero(plain & definition[row_of])[0]
    gone, first = np.unique(matrix.indices[place], return_index=True)
    rows_gone, pivot = row_of[place[first]], matrix.data[place[first]]
    kept = np.nonzero(~np.isin(np.arange(matrix.shape[1]), gone))[0]
    rows = np.nonzero(~np.isin(np.arange(matrix.shape[0]), rows_gone))[0]
    given = sparse.csr_array(sparse.diags_array(-1.0 / pivot) @ matrix[rows_gone][:, kept])
    order = np.argsort(np.concatenate([kept, gone]), kind="stable")
    whole = sparse.csr_array(sparse.vstack([sparse.eye_array(len(kept)), given], format="csr")[order])
    small = replace(
        problem,
        cost=whole.T @ problem.cost,
        lower=problem.lower[kept],
        upper=problem.upper[kept],
        integer=problem.integer[kept],
        matrix=sparse.csc_array(sparse.vstack([matrix[rows] @ whole, given])),
        row_lower=np.concatenate([problem.row_lower[rows], problem.lower[gone]]),
        row_upper=np.concatenate([problem.row_upper[rows], problem.upper[gone]]),
    )
    return Substituted(small, whole, kept, gone, rows)
