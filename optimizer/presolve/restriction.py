"""A problem with some of its columns fixed: without them, and without the rows that then say nothing any more.

A row with one column left is a bound of it. A row that holds whatever its columns are within their bounds is left out;
one that the fixed columns alone break stays, without columns, so that the solver says that there is no plan. Most rows
of a portfolio end so once most projects are fixed: on MineLib's zuck_small, with a tenth of the projects free, 120,000
of 600,000 are left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.presolve.propagation import activity
from outlay.optimizer.problem.problem import TOLERANCE, Problem

#: A bound that a row gives is this loose, times max(1, |bound|), as summing what is fixed may have lost something.
LOOSE = 1e-12


@dataclass(frozen=True)
class Restriction:
    """A problem without its fixed columns.

    Attributes
    ----------
    problem
        What is left.
    kept, rows
        Numbers of the columns and rows that are left.
    rest
        The fixed columns' values, 0 for the others; shape (columns of the whole,).
    """

    problem: Problem
    kept: np.ndarray
    rows: np.ndarray
    rest: np.ndarray

    def part(self, point: np.ndarray) -> np.ndarray:
        """Return what is left of a point of the whole problem."""
        return point[self.kept]

    def whole(self, point: np.ndarray) -> np.ndarray:
        """Return a point of what is left as one of the whole problem."""
        found = self.rest.copy()
        found[self.kept] = point
        return found


def restrict(problem: Problem, fixed: np.ndarray, values: np.ndarray) -> Restriction:
    """Return the problem without the fixed columns, which stay at their values."""
    kept = np.nonzero(~fixed)[0]
    rest = np.where(fixed, values, 0.0)
    used, part = problem.matrix @ rest, problem.matrix
    if len(kept) < part.shape[1]:
        part = part[:, kept]
    look()  # here and below: there may be millions of entries
    stored = np.bincount(part.indices, minlength=part.shape[0])
    size = stored if part.data.all() else np.bincount(part.indices[part.data != 0], minlength=part.shape[0])
    broken = np.zeros(part.shape[0], dtype=bool)
    broken[problem.broken(used)] = True
    # Few rows are left of many: what is done with them below is done with these alone.
    rows = np.nonzero((stored > 0) | broken)[0]
    size, least, most = size[rows], problem.row_lower, problem.row_upper
    if len(rows) < part.shape[0]:
        part, least, most, used = _some_rows(part, rows), least[rows], most[rows], used[rows]
    small = Problem(
        problem.cost[kept],
        problem.offset + float(problem.cost @ rest),
        problem.lower[kept],
        problem.upper[kept],
        problem.integer[kept],
        part,
        least - used if used.any() else least,
        most - used if used.any() else most,
        None if problem.tidy is None else problem.tidy[kept],
    )
    look()
    small = _bounded(small, size == 1)
    look()
    needed = np.union1d(_needed(small, size > 1), np.nonzero((size == 0) & broken[rows])[0])
    look()
    if len(needed) < len(rows):  # what stays whole shares its arrays: large problems stand beside what they come from
        matrix = sparse.csc_array(small.matrix[needed])
        small = replace(small, matrix=matrix, row_lower=small.row_lower[needed], row_upper=small.row_upper[needed])
    return Restriction(small, kept, rows[needed], rest)


def _some_rows(matrix: sparse.csc_array, rows: np.ndarray) -> sparse.csc_array:
    """Return some rows of a matrix, in their order, among which are all that have entries."""
    place = np.empty(matrix.shape[0], dtype=matrix.indices.dtype)
    place[rows] = np.arange(len(rows), dtype=place.dtype)
    return sparse.csc_array((matrix.data, place[matrix.indices], matrix.indptr), shape=(len(rows), matrix.shape[1]))


def _bounded(problem: Problem, single: np.ndarray) -> Problem:
    """Return the problem with what rows of one column say as bounds, too."""
    matrix = problem.matrix
    place = np.nonzero(single[matrix.indices] & (matrix.data != 0))[0]
    column = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))[place]
    row, value = matrix.indices[place], matrix.data[place]
    low, high = problem.row_lower[row] / value, problem.row_upper[row] / value
    low, high = np.where(value > 0, low, high), np.where(value > 0, high, low)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    whole = problem.integer[column]
    np.maximum.at(lower, column, np.where(whole, np.ceil(low - TOLERANCE), -_loose(-low)))
    np.minimum.at(upper, column, np.where(whole, np.floor(high + TOLERANCE), _loose(high)))
    touching = (lower > upper) & (lower - upper <= TOLERANCE * np.maximum(1.0, np.abs(upper)))
    lower[touching] = upper[touching]
    return replace(problem, lower=lower, upper=upper)


def _loose(limit: np.ndarray) -> np.ndarray:
    """Return upper limits with some room; those just below a whole number are this number."""
    near = np.round(limit)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        whole = (near >= limit) & (near - limit <= LOOSE)
    return np.where(whole, near, limit + LOOSE * np.maximum(1.0, np.abs(limit)))


def _needed(problem: Problem, wanted: np.ndarray) -> np.ndarray:
    """Return those of the wanted rows that the bounds of their columns do not keep anyhow, by number."""
    by_row = sparse.csr_array(problem.matrix)
    look()
    low, high = activity(by_row, problem.lower, problem.upper)
    above = high > problem.row_upper + LOOSE * np.maximum(1.0, np.abs(problem.row_upper))
    below = low < problem.row_lower - LOOSE * np.maximum(1.0, np.abs(problem.row_lower))
    needed: np.ndarray = np.nonzero(wanted & (above | below))[0]
    return needed
