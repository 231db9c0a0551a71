"""Sums to date: what is used in a period counts in every row from there on.

A use of a column at place p of a resource's rows stands in all rows p, p + 1, ... Spelling that out term by term would
take uses x rows, the cube of the periods for what is used as long as a project operates; here each column is summed up
once, which takes columns x rows.
"""

from __future__ import annotations

import numpy as np

from outlay.models.arrays.ragged import spans

#: Rows, columns and coefficients of terms.
Triple = tuple[np.ndarray, np.ndarray, np.ndarray]
#: So many cells of the table columns x rows are summed at a time.
CELLS_AT_ONCE = 4_000_000


def summed(place: np.ndarray, column: np.ndarray, value: np.ndarray, rows: int) -> Triple:
    """Return the terms of rows to date, each row and column once.

    Parameters
    ----------
    place
        From which row on a use counts, shape (uses,); `rows` and beyond: in none.
    column, value
        Which column uses how much.
    rows
        Number of rows.

    Examples
    --------
    Column 7 uses 2 from row 0 on and 3 more from row 2 on:

    >>> row, column, value = summed(np.array([0, 2]), np.array([7, 7]), np.array([2.0, 3.0]), 3)
    >>> row.tolist(), column.tolist(), value.tolist()
    ([0, 1, 2], [7, 7, 7], [2.0, 2.0, 5.0])
    """
    place, column, value = _inside(place, column, value, rows)
    columns, number, first = _first_places(place, column, rows)
    parts = [(np.zeros(0, dtype=int), np.zeros(0, dtype=int), np.zeros(0))]
    step = max(1, CELLS_AT_ONCE // max(1, rows))
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(len(columns) + 1))
    for begin in range(0, len(columns), step):
        end = min(begin + step, len(columns))
        chosen = order[ends[begin] : ends[end]]
        table = np.zeros((end - begin, rows))
        np.add.at(table, (number[chosen] - begin, place[chosen]), value[chosen])
        owner, row = spans(first[begin:end], rows - first[begin:end])
        parts.append((row, columns[begin:end][owner], np.cumsum(table, axis=1)[owner, row]))
    row, column, value = (np.concatenate(cells) for cells in zip(*parts, strict=True))
    return row, column, value


def count_summed(place: np.ndarray, column: np.ndarray, rows: int) -> int:
    """Return how many terms `summed` would return."""
    place, column = _inside(place, column, None, rows)[:2]
    return int((rows - _first_places(place, column, rows)[2]).sum())


def _inside(
    place: np.ndarray, column: np.ndarray, value: np.ndarray | None, rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept = place < rows
    return place[kept], column[kept], np.zeros(0) if value is None else value[kept]


def _first_places(place: np.ndarray, column: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the columns, the number of each use's column among them, and the first place of each column."""
    columns, number = np.unique(column, return_inverse=True)
    first = np.full(len(columns), rows)
    np.minimum.at(first, number, place)
    return columns, number, first
