"""Which relaxations are of precedence and few other rows, and what their decomposition comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.precedence import Precedence


@dataclass(frozen=True)
class Split:
    """A linear program whose rows are needs and others.

    Attributes
    ----------
    others
        The program without its needs.
    how
        The needs.
    rows, need
        The rows that are left; and for each need the row that says it, the first one where several do, and its dual for
        a price of 1: in units of its entries, and negative where it stands the other way round.
    """

    others: Problem
    how: Precedence
    rows: np.ndarray
    need: tuple[np.ndarray, np.ndarray]

    def duals(self, found: np.ndarray, rows: int) -> np.ndarray:
        """Return the row duals of the whole program from those of the other rows and of the needs."""
        dual, kept = np.zeros(rows), len(self.rows)
        dual[self.rows] = found[:kept]
        row, factor = self.need
        dual[row] += found[kept:] * factor
        return dual


def split(problem: Problem, chain: np.ndarray, *, most_rows: int, gap: float, most_s: float | None) -> Split | None:
    """Return a linear program split into needs and others; None if it has other columns, or too many other rows.

    Parameters
    ----------
    chain
        Rows by which columns of one side follow each other in time: cells to begin with are of one date each.
    most_rows
        Other rows, at most.
    gap, most_s
        As of `Precedence`.
    """
    ends = np.isin(problem.lower, (0.0, 1.0)) & np.isin(problem.upper, (0.0, 1.0)) & (problem.lower <= problem.upper)
    if not ends.all():
        return None
    matrix = sparse.csr_array(problem.matrix)
    size = np.diff(matrix.indptr)
    pair = np.nonzero(size == 2)[0]
    first = matrix.indptr[pair]
    one, other = matrix.data[first], matrix.data[first + 1]
    equal = (one == -other) & (one != 0)
    pair, first, one = pair[equal], first[equal], one[equal]
    lower, upper = problem.row_lower[pair], problem.row_upper[pair]
    less, more = (upper == 0) & (lower <= -np.abs(one)), (lower == 0) & (upper >= np.abs(one))
    pair, first, one, less = (part[less | more] for part in (pair, first, one, less))
    # a x_i - a x_j <= 0 says that i needs j where a > 0, and so does a x_j - a x_i >= 0.
    columns = np.stack([matrix.indices[first], matrix.indices[first + 1]], axis=1)
    ahead = (one > 0) == less
    needing, needed = np.where(ahead, columns[:, 0], columns[:, 1]), np.where(ahead, columns[:, 1], columns[:, 0])
    said = np.ones(matrix.shape[0], dtype=bool)
    said[pair] = False
    alone = np.nonzero(size <= 1)[0]
    said[alone] = ~_idle(problem, matrix, alone)
    rows = np.nonzero(said)[0]
    if not len(pair) or len(rows) > most_rows:
        return None
    key = needing.astype(np.int64) * matrix.shape[1] + needed
    _, place = np.unique(key, return_index=True)
    others = replace(
        problem, matrix=sparse.csc_array(matrix[rows]), row_lower=problem.row_lower[rows],
        row_upper=problem.row_upper[rows],
    )  # fmt: skip
    chained = np.isin(pair[place], chain)
    cell = _dates(needing[place][chained], needed[place][chained], matrix.shape[1])
    how = Precedence(needing[place], needed[place], cell, gap, most_s)
    # The dual of a row ``<= 0`` is none above 0, that of one ``>= 0`` none below; in units of its entries.
    factor = np.where(less, 1.0, -1.0)[place] / np.abs(one[place])
    return Split(others, how, rows, (pair[place], factor))


def _idle(problem: Problem, matrix: sparse.csr_array, rows: np.ndarray) -> np.ndarray:
    """Return which rows of at most one entry no point within the bounds of columns breaks."""
    column = np.zeros(len(rows), dtype=int)
    filled = np.diff(matrix.indptr)[rows] == 1
    column[filled] = matrix.indices[matrix.indptr[rows[filled]]]
    factor = np.zeros(len(rows))
    factor[filled] = matrix.data[matrix.indptr[rows[filled]]]
    ends = np.stack([factor * problem.lower[column], factor * problem.upper[column]])
    return np.asarray((ends.min(axis=0) >= problem.row_lower[rows]) & (ends.max(axis=0) <= problem.row_upper[rows]))


def _dates(earlier: np.ndarray, later: np.ndarray, columns: int) -> np.ndarray:
    """Return the place of each column in its chain of columns that follow each other."""
    before, place = np.full(columns, -1), np.zeros(columns, dtype=np.int64)
    before[later] = earlier
    for _ in range(columns):
        now = np.where(before >= 0, place[before] + 1, 0)
        if (now == place).all():
            break
        place = now
    return place
