r"""Linear programs of precedence and a few other rows, by closures, in the solver process.

``min c x`` with ``x_i <= x_j`` for needs (i, j), x within 0 and 1, and a few other rows ``l <= H x <= u``. With row
duals y of the others,

    L(y) = min over needs of (c - H' y) x + sum of y at the ends of its rows

is a bound, and the minimum is a closure (`problem.closure`), which is found in a moment where the simplex method takes
minutes. The best y comes from the program itself with columns of a cell set equal (Bienstock and Zuckerberg, 2010,
doi:10.1007/978-3-642-13036-6_1; Munoz and others 2018, doi:10.1007/s10589-017-9946-1): each closure divides the cells
that it cuts through, and the small program of the cells gives the next y, until it is worth no more than the bound.

On MineLib's zuck_small (188,000 columns, 3 million needs, 40 rows) it ends with 854.18 million, the published value of
the relaxation, where a first-order method is at 855 to 858 after as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.closure import maximum_closure
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.task import Task

#: Above so many cells, those that are worth the same share are one again.
MOST_CELLS = 2_000
#: Rounds after which it ends anyway.
MOST_ROUNDS = 500
#: What it costs to break a row by its least entry, in what all columns together are worth; and by how much of that all
#: rows may be broken.
BROKEN, KEPT = 10.0, 1e-7
#: Entries below this share of the greatest one of a row count as much as that.
LEAST = 1e-4
#: Values that differ by less are the same.
SAME = 1e-9


@dataclass(frozen=True)
class Precedence(Task):
    """The needs of a linear program, whose problem holds the other rows; and how to begin and end.

    Attributes
    ----------
    needing, needed
        Pairs of columns, none twice, of which the one is at most the other; shape (needs,).
    cell
        Numbers of the cells to begin with, shape (columns,).
    gap
        It ends where the bound lacks no more than this share.
    most_s
        Seconds after which it ends; None: there is no limit.
    """

    needing: np.ndarray
    needed: np.ndarray
    cell: np.ndarray
    gap: float
    most_s: float | None = None


@dataclass(frozen=True)
class Relaxed:
    """A point of the program, what it is worth, and row duals: of the other rows, then of the needs."""

    point: np.ndarray
    value: float
    row_dual: np.ndarray


class Decomposition:
    """Finds the point and the duals of such a program.

    Parameters
    ----------
    problem, highs
        The other rows, all columns being within 0 and 1; and HiGHS, whose model is replaced.
    over
        Whether to end now.
    """

    def __init__(self, problem: Problem, how: Precedence, highs: Any, *, over: Callable[[], bool]) -> None:
        self.problem, self.how, self.highs, self.over = problem, how, highs, over
        self._rows = sparse.csr_array(problem.matrix)
        self._transposed = sparse.csr_array(self._rows.T)
        #: What all columns are worth together, and what breaking a row costs.
        self._worth = float(np.abs(problem.cost).sum()) or 1.0
        self._dear = BROKEN * self._worth / _least(self._rows)
        self._dual, self._price = np.zeros(len(problem.row_lower)), np.zeros(len(how.needing))
        self._bound, self._point, self._value = -np.inf, np.zeros(0), np.inf

    def run(self) -> Relaxed | None:
        """Return the point with the least value and the duals of the best bound; None if there is no point yet."""
        problem, most = self.problem, MOST_CELLS
        cell = np.unique(np.stack([self.how.cell, problem.lower, problem.upper]), axis=1, return_inverse=True)[1]
        cell, dual = self._numbered(cell), np.zeros(len(problem.row_lower))
        for _ in range(MOST_ROUNDS):
            share, dual = self._of_cells(cell)
            known = len(self._point) > 0
            if (known and self._value - self._bound <= self.how.gap * abs(self._value)) or self.over():
                break
            if cell.max(initial=0) > most:
                cell = self._numbered(np.round(share / SAME).astype(np.int64)[cell])
                most = max(most, 2 * int(cell.max(initial=0)))
            chosen, count = self._bounded(dual), int(cell.max(initial=0))
            cell = self._numbered(2 * cell + chosen)
            if int(cell.max(initial=0)) == count or self.over():
                break  # the program of the cells is the whole one
        return Relaxed(self._point, self._value, np.append(self._dual, -self._price)) if len(self._point) else None

    @staticmethod
    def _numbered(cell: np.ndarray) -> np.ndarray:
        return np.unique(cell, return_inverse=True)[1].ravel()

    def _bounded(self, dual: np.ndarray) -> np.ndarray:
        """Return the best closure with row duals, and keep the duals if their bound is the best one."""
        problem, how = self.problem, self.how
        reduced = problem.cost - self._transposed @ dual
        worth = np.where(problem.lower > 0, np.inf, np.where(problem.upper < 1, -np.inf, -reduced))
        found = maximum_closure(worth, how.needing, how.needed)
        sides = np.where(dual > 0, problem.row_lower, problem.row_upper)
        bound = problem.offset + float(reduced[found.chosen].sum() + dual[dual != 0] @ sides[dual != 0])
        if bound > self._bound:
            self._bound, self._dual, self._price = bound, dual, found.price
        return found.chosen

    def _of_cells(self, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Solve the program of the cells; return the share of each, and row duals that have limits.

        Rows may be broken, at a cost that no point is worth: there may be none yet that keeps them all.
        """
        problem, highs = self.problem, self.highs
        columns, cells, rows = len(cell), int(cell.max(initial=0)) + 1, len(problem.row_lower)
        inside = sparse.csr_array((np.ones(columns), (np.arange(columns), cell)), shape=(columns, cells))
        together, needs = sparse.csr_array(self._rows @ inside), self._needs(cell, cells)
        cost = np.bincount(cell, weights=problem.cost, minlength=cells)
        lower, upper = np.zeros(cells), np.ones(cells)
        np.maximum.at(lower, cell, problem.lower)
        np.minimum.at(upper, cell, problem.upper)
        below, above = (np.nonzero(np.isfinite(side))[0] for side in (problem.row_lower, problem.row_upper))
        broken, sign = np.append(below, above), np.append(np.ones(len(below)), -np.ones(len(above)))
        slack = sparse.csr_array((sign, (broken, np.arange(len(broken)))), shape=(rows, len(broken)))
        dear = self._dear[broken]
        matrix = sparse.csr_array(sparse.block_array([[together, slack], [needs, None]], format="csr"))
        none = np.zeros(0, dtype=np.int32)
        highs.clearModel()
        highs.addCols(
            cells + len(dear), np.append(cost, dear), np.append(lower, np.zeros(len(dear))),
            np.append(upper, np.full(len(dear), np.inf)), 0, none, none, np.zeros(0),
        )  # fmt: skip
        highs.addRows(
            matrix.shape[0], np.append(problem.row_lower, np.full(needs.shape[0], -np.inf)),
            np.append(problem.row_upper, np.zeros(needs.shape[0])), matrix.nnz,
            matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
        )  # fmt: skip
        highs.run()
        if highs.getModelStatus().name != "kOptimal":
            return np.zeros(cells), np.zeros(rows)
        solution = highs.getSolution()
        found = np.array(solution.col_value, dtype=float)
        share = np.clip(found[:cells], 0.0, 1.0)
        value = problem.offset + float(cost @ share)
        if found[cells:] @ dear <= KEPT * self._worth and value < self._value:
            self._value, self._point = value, share[cell]
        dual = np.array(solution.row_dual[:rows], dtype=float)
        return share, np.where(np.isfinite(np.where(dual > 0, problem.row_lower, problem.row_upper)), dual, 0.0)

    def _needs(self, cell: np.ndarray, cells: int) -> sparse.csr_array:
        """Return the rows ``z_k - z_l <= 0`` of cells that need each other."""
        one, other = cell[self.how.needing], cell[self.how.needed]
        apart = one != other
        pairs = np.unique(one[apart].astype(np.int64) * cells + other[apart])
        count = len(pairs)
        entries = np.tile([1.0, -1.0], count)
        places = np.repeat(np.arange(count), 2), np.stack([pairs // cells, pairs % cells], axis=1).ravel()
        return sparse.csr_array((entries, places), shape=(count, cells))


def _least(rows: sparse.csr_array) -> np.ndarray:
    """Return the least size of the entries of each row, or nearly; shape (rows,)."""
    row, size = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), np.abs(rows.data)
    least, most = np.full(rows.shape[0], np.inf), np.zeros(rows.shape[0])
    np.minimum.at(least, row, size)
    np.maximum.at(most, row, size)
    return np.maximum(np.where(np.isfinite(least), least, 0.0), np.where(most > 0, LEAST * most, 1.0))
