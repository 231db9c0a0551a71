r"""Fewer nonzeros for the solver: one column for options that differ only in their date of selection or track.

Options of one alternative and start use the same labour, power and money; only their selection period and permit track
differ. Where every option of such a group g has the same coefficient in a row, the row gets that coefficient once, on a
new column ``z_g = sum_{o in g} x_o``.

Why this is exact: in each row ``sum c x_o = c z_g``, so both problems have the same points, duals of the old rows
included. z_g is integral because the x_o are, and telling the solver so lets it branch on "this alternative starts then"
before it branches on dates of selection. On the flagship it cuts the nonzeros to about a quarter.

Rows of the user's own are treated like any other, since only coefficients are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outlay.optimizer.problem import Problem


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
        together = _shared(sparse.csr_array(cost[None, :]), self.groups)
        return np.asarray((_replaced(sparse.csr_array(cost[None, :]), together, self.groups)).todense()).reshape(-1)

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
    useful = np.unique(together.indices) if together.nnz else np.zeros(0, dtype=int)
    groups, together = sparse.csr_array(groups[useful]), sparse.csr_array(together[:, useful])
    count = groups.shape[0]
    tall = sparse.vstack(
        [_replaced(matrix, together, groups), sparse.hstack([groups, -sparse.eye_array(count)])], format="csc"
    )
    whole = problem.integer
    integral = np.array([whole[groups.indices[groups.indptr[g] : groups.indptr[g + 1]]].all() for g in range(count)], dtype=bool)
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
    members = sparse.csc_array(groups.T)
    size = np.diff(members.indptr)
    pattern = sparse.csr_array((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)
    count = sparse.coo_array(pattern @ members)
    total = sparse.csr_array(matrix @ members)
    squares = sparse.csr_array((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape) @ members
    rows, columns = count.coords
    full = count.data == size[columns]
    rows, columns = rows[full], columns[full]
    mean = np.asarray(total[rows, columns]).reshape(-1) / size[columns]
    square = np.asarray(sparse.csr_array(squares)[rows, columns]).reshape(-1) / size[columns]
    # Equal coefficients have no spread; the exact comparison below decides.
    near = np.abs(square - mean**2) <= 1e-9 * np.maximum(mean**2, 1e-300)
    rows, columns = rows[near], columns[near]
    first = members.indices[members.indptr[columns]]
    value = np.asarray(matrix[rows, first]).reshape(-1)
    exact = _all_equal(matrix, members, rows, columns, value)
    return sparse.csr_array((value[exact], (rows[exact], columns[exact])), shape=(matrix.shape[0], members.shape[1]))


def _all_equal(
    matrix: sparse.csr_array, members: sparse.csc_array, rows: np.ndarray, columns: np.ndarray, value: np.ndarray
) -> np.ndarray:
    """Return whether every member's coefficient is exactly the value, for pairs (row, group)."""
    size = np.diff(members.indptr)[columns]
    owner = np.repeat(np.arange(len(rows)), size)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    member = members.indices[members.indptr[columns][owner] + offset]
    same = np.asarray(matrix[rows[owner], member]).reshape(-1) == value[owner]
    return np.bincount(owner, weights=same, minlength=len(rows)) == size


def _replaced(matrix: sparse.csr_array, together: sparse.csr_array, groups: sparse.csr_array) -> sparse.csr_array:
    """Return the matrix with shared coefficients moved to group columns, shape (rows, columns + groups)."""
    old = sparse.csr_array(matrix - together @ groups)
    old.eliminate_zeros()
    return sparse.csr_array(sparse.hstack([old, together], format="csr"))
