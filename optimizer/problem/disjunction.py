"""Binary columns that say which rows hold, and which columns are more than 0."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.problem import Problem


def with_one_row(problem: Problem, rows: np.ndarray, upper: np.ndarray, lack: np.ndarray) -> Problem:
    """Return a problem in which at least one of some rows holds.

    Parameters
    ----------
    rows, upper
        ``rows x <= upper``, shapes (rows, columns) and (rows,).
    lack
        By how much no point exceeds the limit of a row, shape (rows,).
    """
    before, count = len(problem.cost), len(rows)
    problem = problem.with_columns(np.ones(count), np.ones(count, dtype=bool))
    for number in range(count):
        row = np.append(rows[number], np.zeros(count))
        row[before + number] = lack[number]
        problem = problem.with_row(row, float(lack[number] + upper[number]))
    return problem.with_row(np.append(np.zeros(before), -np.ones(count)), -1.0)


def with_one_corner(problem: Problem, rows: np.ndarray, corners: np.ndarray) -> Problem:
    """Return a problem in which all rows keep the limits of one of some corners.

    Each row is at most the sum of its limits weighted by the new columns: the convex hull of the corners, no large
    numbers.

    Parameters
    ----------
    rows, corners
        ``rows x <= corner``, shapes (rows, columns) and (corners, rows); infinity: no limit.

    Raises
    ------
    ValueError
        If a corner sets no limit to a row that has none by its columns either.
    """
    before, count = len(problem.cost), len(corners)
    used = rows != 0
    ends = (np.multiply(rows, end, where=used, out=np.zeros_like(rows)) for end in (problem.lower, problem.upper))
    largest = np.maximum(*ends)
    limits = np.where(np.isposinf(corners), largest.sum(axis=1), corners)
    if not np.isfinite(limits).all():
        raise ValueError("a row without any limit")
    problem = problem.with_columns(np.ones(count), np.ones(count, dtype=bool))
    for row, limit in zip(rows, limits.T, strict=True):
        problem = problem.with_row(np.append(row, -limit), 0.0)
    chosen = np.append(np.zeros(before), np.ones(count))
    return problem.with_row(chosen, 1.0).with_row(-chosen, -1.0)


def with_flags(problem: Problem, columns: np.ndarray, most: np.ndarray) -> Problem:
    """Return a problem with a binary column for each of some columns, 1 where that one is more than 0.

    Parameters
    ----------
    columns, most
        The columns, and what each is at most; shapes (columns,).
    """
    before, count = len(problem.cost), len(columns)
    problem = problem.with_columns(np.ones(count), np.ones(count, dtype=bool))
    for number, (column, largest) in enumerate(zip(columns.tolist(), most.tolist(), strict=True)):
        row = np.zeros(before + count)
        row[column], row[before + number] = 1.0, -largest
        problem = problem.with_row(row, 0.0)
    return problem
