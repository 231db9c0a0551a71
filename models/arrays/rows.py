"""Constraint rows as sparse arrays, before they become Pyomo constraints."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import overload

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.models.arrays.residue import without_residue


@dataclass(frozen=True, eq=False)
class Pairs(Sequence[tuple[int, int]]):
    """Keys that are pairs of whole numbers: of millions of rows tuples take more memory than the rows themselves.

    Attributes
    ----------
    first, second
        The numbers, shape (keys,).
    """

    first: np.ndarray
    second: np.ndarray

    def __len__(self) -> int:
        return len(self.first)

    @overload
    def __getitem__(self, at: int) -> tuple[int, int]: ...

    @overload
    def __getitem__(self, at: slice) -> Pairs: ...

    def __getitem__(self, at: int | slice) -> tuple[int, int] | Pairs:
        if isinstance(at, slice):
            return Pairs(self.first[at], self.second[at])
        return int(self.first[at]), int(self.second[at])

    def taken(self, rows: np.ndarray) -> Pairs:
        """Return the keys of some rows."""
        return Pairs(self.first[rows], self.second[rows])

    def order(self) -> np.ndarray:
        """Return the places of the keys as they are sorted."""
        return np.lexsort((self.second, self.first))


@dataclass(frozen=True)
class RowBlock:
    """The rows of one rule.

    Attributes
    ----------
    name
        Name of the Pyomo constraint, which states the rule (``cap_not_exceeded``).
    family
        The constraint family it belongs to.
    keys
        Index of each row.
    matrix
        Coefficients, shape (rows, columns of the model).
    lower, upper
        Bounds, shape (rows,); infinity: none.
    sentence
        From a row number to what it is in domain words ("electrical labour in PJM, 2028H1").
    defines
        Whether the rows only say what columns of their own stand for, and limit nothing.
    limit
        From a row number to the name of its limit where no key holds it: the sentence without its date of selection.
    """

    name: str
    family: str
    keys: Sequence[Hashable]
    matrix: sparse.csr_array
    lower: np.ndarray
    upper: np.ndarray
    sentence: Callable[[int], str]
    defines: bool = False
    limit: Callable[[int], str] | None = None


@dataclass
class Entries:
    """Collects coefficients (row, column, value) and turns them into a matrix; equal places add up."""

    rows: list[np.ndarray] = field(default_factory=list)
    columns: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)

    def add(self, row: np.ndarray, column: np.ndarray, value: np.ndarray | float) -> None:
        """Add coefficients; arrays of one shape, or a value for all."""
        look()
        row = np.atleast_1d(np.asarray(row))
        self.rows.append(row)
        self.columns.append(np.broadcast_to(np.asarray(column), row.shape))
        self.values.append(np.broadcast_to(np.asarray(value, dtype=float), row.shape))

    def matrix(self, rows: int, columns: int) -> sparse.csr_array:
        """Return the matrix, without zeros and without what rounding has left of them."""
        if not self.rows:
            return sparse.csr_array((rows, columns))
        look()
        values = np.concatenate([np.zeros(0), *self.values])
        # Of 32 bits where they fit, as a solver wants them: of millions of entries long ones take as much as values.
        short = np.int32 if max(rows, columns, len(values)) <= np.iinfo(np.int32).max else np.int64
        row, column = (
            np.concatenate([np.zeros(0, dtype=short), *parts], dtype=short, casting="same_kind")
            for parts in (self.rows, self.columns)
        )
        coordinates = row, column
        matrix = _summed(values, coordinates, (rows, columns))
        if matrix.nnz < len(values):
            matrix.data = without_residue(matrix.data, _summed(np.abs(values), coordinates, (rows, columns)).data)
        matrix.eliminate_zeros()
        return matrix


def _summed(values: np.ndarray, coordinates: tuple[np.ndarray, np.ndarray], shape: tuple[int, int]) -> sparse.csr_array:
    matrix = sparse.coo_array((values, coordinates), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


@lru_cache
def _no_rows(columns: int) -> sparse.csr_array:
    return sparse.csr_array((0, columns))


def block(
    name: str,
    family: str,
    keys: Sequence[Hashable],
    entries: Entries,
    columns: int,
    *,
    lower: np.ndarray | float = -np.inf,
    upper: np.ndarray | float = np.inf,
    sentence: Callable[[int], str],
    limit: Callable[[int], str] | None = None,
) -> RowBlock:
    """Return a block of rows, leaving out those that hold whatever is decided."""
    size = len(keys)
    if not size:  # most families of a small instance; building matrices of nothing takes a good part of its time
        nothing = np.zeros(0)
        return RowBlock(name, family, [], _no_rows(columns), nothing, nothing, sentence, limit=limit)
    low = np.broadcast_to(np.asarray(lower, dtype=float), (size,))
    high = np.broadcast_to(np.asarray(upper, dtype=float), (size,))
    matrix = entries.matrix(size, columns)
    filled = np.diff(matrix.indptr) > 0
    # An empty row that cannot hold (a least amount of nothing) stays: the instance is infeasible.
    keep = np.nonzero((filled & (np.isfinite(low) | np.isfinite(high))) | (low > 0) | (high < 0))[0]
    if len(keep) == size:
        own = keys if isinstance(keys, Pairs) else list(keys)
        return RowBlock(name, family, own, matrix, low, high, sentence, limit=limit)
    return RowBlock(
        name,
        family,
        keys.taken(keep) if isinstance(keys, Pairs) else [keys[row] for row in keep.tolist()],
        matrix[keep],
        low[keep],
        high[keep],
        lambda row: sentence(int(keep[row])),
        limit=None if limit is None else lambda row: limit(int(keep[row])),
    )


def not_implied_later(levels: np.ndarray) -> np.ndarray:
    """Return which ceilings of a sum that never falls are not implied by a later one, shape (ceilings,).

    Examples
    --------
    >>> not_implied_later(np.array([5.0, 5.0, 9.0, 7.0])).tolist()
    [False, True, False, True]
    """
    later = np.minimum.accumulate(np.append(levels, np.inf)[::-1])[::-1][1:]
    return levels < later
