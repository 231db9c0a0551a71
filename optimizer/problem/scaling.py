r"""A problem in units that floating-point numbers can hold: columns, rows and objectives scaled by powers of two.

A solver's tolerances are absolute (a row holds within 1e-7), and doubles carry 16 digits: 1e-7 of twelve billion
dollars cannot be told from nothing. So continuous columns (payments, flows, imports, purchases, shortfalls) are counted
in units of their own size, and rows and objectives multiplied so that their largest coefficient lies between 1 and
`LARGEST`; what is in this range already stays as it is. The same instance in dollars and in billions of dollars then
gives the solver nearly the same numbers.

Column units: with ``a_ij`` the coefficients, rho_i and gamma_j the logarithms of the factors of rows and columns, and
gamma_j = 0 for integer columns and shares, the sum of ``(log |a_ij| + rho_i + gamma_j)^2`` is made small by setting
rows and columns to their best in turn (Curtis and Reid 1972, doi:10.1093/imamat/10.1.118). Limits and bounds take part
with a small weight, for columns that no integer one is in a row with. Powers of two: scaling loses nothing, in either
direction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem

#: The largest coefficient of a row or an objective is brought between 1 and this; 2**13.
LARGEST = 8192.0
#: Passes over rows and columns; each halves what is missing, at least.
PASSES = 20
#: What a limit or bound counts beside a coefficient.
LIMIT_WEIGHT = 0.25


@dataclass(frozen=True)
class Scaling:
    """A problem in the solver's units, and the way there and back.

    Attributes
    ----------
    problem
        The scaled problem: ``x = column * x'``, rows multiplied by `row`; its objective is that of the original in
        scaled columns, see `cost`.
    column, row
        Units of the columns, shape (columns,), and factors of the rows, shape (rows,): powers of two, 1 for integer
        columns and shares.
    """

    problem: Problem
    column: np.ndarray
    row: np.ndarray

    def there(self, point: np.ndarray) -> np.ndarray:
        """Return a point of the original problem in the solver's units."""
        return point / self.column

    def back(self, point: np.ndarray) -> np.ndarray:
        """Return a point of the scaled problem in the original units."""
        return point * self.column

    def cost(self, cost: np.ndarray) -> tuple[np.ndarray, float]:
        """Return an objective over scaled columns, and its unit: what 1 of it is worth in the original's units."""
        own = cost * self.column
        unit = 1.0 / _factor(np.array([np.abs(own).max(initial=0.0)]))[0]
        return own / unit, float(unit)


def scaled(problem: Problem) -> Scaling:
    """Return a problem in units that suit the solver."""
    column = np.exp2(np.round(_column_units(problem)))
    matrix = problem.matrix if problem.matrix.has_sorted_indices else problem.matrix.sorted_indices()
    matrix = _times(matrix, np.repeat(column, np.diff(matrix.indptr)))
    row = _factor(largest_of_rows(matrix))
    matrix = _times(matrix, row[matrix.indices])
    return Scaling(
        replace(
            problem,
            cost=problem.cost * column,
            lower=problem.lower / column,
            upper=problem.upper / column,
            matrix=matrix,
            row_lower=problem.row_lower * row,
            row_upper=problem.row_upper * row,
        ),
        column,
        row,
    )


def _times(matrix: sparse.csc_array, factors: np.ndarray) -> sparse.csc_array:
    """Return a matrix with each entry times its factor; the same one where all are 1."""
    if (factors == 1.0).all():
        return matrix
    return sparse.csc_array((matrix.data * factors, matrix.indices, matrix.indptr), shape=matrix.shape)


def largest_of_rows(matrix: sparse.csc_array) -> np.ndarray:
    """Return the largest size of a coefficient in each row, 0 for empty ones; shape (rows,)."""
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, matrix.indices, np.abs(matrix.data))
    return largest


def _factor(largest: np.ndarray) -> np.ndarray:
    """Return the power of two that brings numbers between 1 and `LARGEST`; 1 for those that are there, and for 0."""
    factor = np.ones(len(largest))
    small, large = (largest > 0) & (largest < 1.0), largest > LARGEST
    factor[small] = np.exp2(-np.floor(np.log2(largest[small])))
    factor[large] = np.exp2(np.log2(LARGEST) - np.ceil(np.log2(largest[large])))
    return factor


def _column_units(problem: Problem) -> np.ndarray:
    """Return the logarithms (base 2) of the columns' units, shape (columns,)."""
    units = np.zeros(len(problem.cost))
    shares = (problem.lower == 0) & (problem.upper == 1)  # of a whole; the search sets such columns to 1
    free = ~problem.integer & ~shares
    if not free.any():
        return units
    entries = sparse.coo_array(problem.matrix)
    row, column = entries.coords
    touched = np.zeros(problem.matrix.shape[0], dtype=bool)
    touched[row[free[column]]] = True
    used = touched[row] & (entries.data != 0)
    row, column, size = row[used], column[used], np.log2(np.abs(entries.data[used]))
    limit, has_limit = _sizes(problem.row_lower, problem.row_upper)
    bound, has_bound = _sizes(problem.lower, problem.upper)
    row_weight = np.bincount(row, minlength=len(limit)) + LIMIT_WEIGHT * has_limit
    column_weight = np.bincount(column, minlength=len(bound)) + LIMIT_WEIGHT * has_bound
    factor = np.zeros(len(limit))
    for _ in range(PASSES):
        sums = np.bincount(row, weights=size + units[column], minlength=len(limit)) + LIMIT_WEIGHT * limit
        factor = -sums / np.maximum(row_weight, LIMIT_WEIGHT)
        sums = np.bincount(column, weights=size + factor[row], minlength=len(bound)) - LIMIT_WEIGHT * bound
        units = np.where(free, -sums / np.maximum(column_weight, LIMIT_WEIGHT), 0.0)
    return units


def _sizes(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the logarithm of the larger finite, non-zero limit of each (0 without one), and which have one."""
    low, high = (np.where(np.isfinite(limit), np.abs(limit), 0.0) for limit in (lower, upper))
    size = np.maximum(low, high)
    known = size > 0
    return np.where(known, np.log2(np.where(known, size, 1.0)), 0.0), known
