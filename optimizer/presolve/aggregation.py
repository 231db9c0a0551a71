r"""Fewer nonzeros for the solver: one column for options that differ only in their date of selection or track.

Options of one alternative and start use the same labour, power and money; only their selection period and permit track
differ. Where every option of such a group g has the same coefficient in a row, the row gets that coefficient once, on a
new column ``z_g = sum_{o in g} x_o``.

Why this is exact: in each row ``sum c x_o = c z_g``, so both problems have the same points, duals of the old rows
included. z_g is integral because the x_o are, and telling the solver so lets it branch on "this alternative starts
then" before it branches on dates of selection. On the flagship it cuts the nonzeros to about a quarter.

Rows of the user's own are treated like any other, since only coefficients are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.problem.problem import Problem


@dataclass(frozen=True)
class Aggregated:
    """A problem with group columns appended, and the way there and back for points.

    Attributes
    ----------
    problem
        Old columns first, then one a group; old rows first, then one a group that defines its column.
    groups
        Matrix of shape (groups, old columns) with ones: z = groups x.
    """

    problem: Problem
    groups: sparse.csr_array

    def extend(self, point: np.ndarray) -> np.ndarray:
        """Return an old point with its group columns."""
        return np.concatenate([point, self.groups @ point])

    def extend_cost(self, cost: np.ndarray) -> np.ndarray:
        """Return an objective over the old columns as one over all."""
        columns, begins = self.groups.indices, self.groups.indptr[:-1]
        if not len(begins):
            return cost
        values = cost[columns]
        least, most = np.minimum.reduceat(values, begins), np.maximum.reduceat(values, begins)
        together = np.where(least == most, least, 0.0)
        own = cost.astype(float)
        own[columns[np.repeat(least == most, np.diff(self.groups.indptr))]] = 0.0
        return np.concatenate([own, together])

    def shorten(self, point: np.ndarray) -> np.ndarray:
        """Return the old columns of a point."""
        return point[: self.groups.shape[1]]


def aggregate(problem: Problem, group_of_column: np.ndarray) -> Aggregated:
    """Return a problem with group columns where they save nonzeros.

    Parameters
    ----------
    group_of_column
        Group number of each column, -1 for none; shape (columns,).
    """
    groups = _group_matrix(group_of_column)
    matrix = sparse.csr_array(problem.matrix)
    together = _shared(matrix, groups)
    look()
    if not together.nnz and problem.matrix.data.all():
        return Aggregated(problem, sparse.csr_array((0, groups.shape[1])))
    useful = np.unique(together.indices) if together.nnz else np.zeros(0, dtype=int)
    groups, together = sparse.csr_array(groups[useful]), sparse.csr_array(together[:, useful])
    count = groups.shape[0]
    tall = sparse.vstack(
        [_replaced(matrix, together, groups), sparse.hstack([groups, -sparse.eye_array(count)])], format="csc"
    )
    whole = problem.integer
    integral = np.array(
        [whole[groups.indices[groups.indptr[g] : groups.indptr[g + 1]]].all() for g in range(count)], dtype=bool
    )
    extended = replace(
        problem,
        cost=np.concatenate([problem.cost, np.zeros(count)]),
        lower=np.concatenate([problem.lower, np.zeros(count)]),
        upper=np.concatenate([problem.upper, groups @ np.minimum(problem.upper, 1e30)]),
        integer=np.concatenate([problem.integer, integral]),
        matrix=sparse.csc_array(tall),
        row_lower=np.concatenate([problem.row_lower, np.zeros(count)]),
        row_upper=np.concatenate([problem.row_upper, np.zeros(count)]),
    )
    return Aggregated(extended, groups)


def _group_matrix(group_of_column: np.ndarray) -> sparse.csr_array:
    """Return the groups of two columns or more as a matrix of ones, shape (groups, columns)."""
    columns = np.nonzero(group_of_column >= 0)[0]
    _, number, size = np.unique(group_of_column[columns], return_inverse=True, return_counts=True)
    wanted = size > 1
    place = np.cumsum(wanted) - 1
    keep = wanted[number]
    rows, columns = place[number[keep]], columns[keep]
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(int(wanted.sum()), len(group_of_column)))


def _shared(matrix: sparse.csr_array, groups: sparse.csr_array) -> sparse.csr_array:
    """Return, for each row and group, the coefficient that all columns of the group share there; else nothing."""
    size = np.diff(groups.indptr)
    group_of = np.full(matrix.shape[1], -1)
    group_of[groups.indices] = np.repeat(np.arange(groups.shape[0]), size)
    entries = sparse.coo_array(matrix)
    row, column = entries.coords
    inside = np.nonzero(group_of[column] >= 0)[0]
    row, group, value = row[inside], group_of[column[inside]], entries.data[inside]
    # Every (row, group) with entries, and whether all of the group is there with one coefficient.
    place, number, count = np.unique(
        row.astype(np.int64) * max(groups.shape[0], 1) + group, return_inverse=True, return_counts=True
    )
    least, most = np.full(len(place), np.inf), np.full(len(place), -np.inf)
    np.minimum.at(least, number, value)
    np.maximum.at(most, number, value)
    row, group = np.divmod(place, max(groups.shape[0], 1))
    equal = (count == size[group]) & (least == most)
    shape = (matrix.shape[0], groups.shape[0])
    return sparse.csr_array((least[equal], (row[equal], group[equal])), shape=shape)


def _replaced(matrix: sparse.csr_array, together: sparse.csr_array, groups: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix with shared coefficients moved to group columns, shape (rows, columns + groups)."""
    old = sparse.csr_array(matrix - together @ groups)
    old.eliminate_zeros()
    return sparse.csr_array(sparse.hstack([old, together], format="csr"))
