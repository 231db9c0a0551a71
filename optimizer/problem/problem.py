"""A mixed-integer linear problem as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

#: Rows hold within this, times max(1, |activity|); bounds within this.
TOLERANCE = 1e-6
#: One point is better than another above this share of the objective.
LEAST_GAIN = 1e-9


@dataclass(frozen=True)
class Rows:
    """Rows ``lower <= A x <= upper``; A of shape (rows, columns), limits of shape (rows,)."""

    matrix: sparse.csr_array
    lower: np.ndarray
    upper: np.ndarray

    def kept_by(self, point: np.ndarray) -> Rows:
        """Return those of the rows that a point keeps."""
        activity = self.matrix @ point
        room = TOLERANCE * np.maximum(1.0, np.abs(activity))
        kept = np.nonzero((activity <= self.upper + room) & (activity >= self.lower - room))[0]
        return Rows(sparse.csr_array(self.matrix[kept]), self.lower[kept], self.upper[kept])

    def and_(self, others: Rows) -> Rows:
        """Return these rows and others."""
        matrix = sparse.csr_array(sparse.vstack([self.matrix, others.matrix]))
        return Rows(matrix, np.append(self.lower, others.lower), np.append(self.upper, others.upper))


@dataclass(frozen=True)
class Problem:
    """Minimise ``cost x + offset`` with ``row_lower <= A x <= row_upper`` and ``lower <= x <= upper``.

    Attributes
    ----------
    cost, lower, upper, integer
        Shape (columns,); infinity: no bound.
    matrix
        A, shape (rows, columns), by columns.
    row_lower, row_upper
        Shape (rows,).
    offset
        Constant of the objective.
    tidy
        Columns that should be as small as equally good points allow (weights, shape (columns,)), or None.
    """

    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    matrix: sparse.csc_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    tidy: np.ndarray | None = None

    def value(self, point: np.ndarray) -> float:
        """Return the objective at a point."""
        # No product of BLAS: its threads get in each other's way where processes share cores, and sum differently.
        return float((self.cost * point).sum()) + self.offset

    def better(self, point: np.ndarray, over: np.ndarray | None) -> bool:
        """Whether a point is worth more than another one by more than rounding; anything is better than None."""
        if over is None:
            return True
        value = self.value(over)
        return self.value(point) < value - LEAST_GAIN * max(1.0, abs(value))

    def rounded(self, point: np.ndarray) -> np.ndarray:
        """Return a point with whole integers."""
        return np.where(self.integer, np.round(point), point)

    def holds(self, point: np.ndarray) -> bool:
        """Whether a point keeps rows, bounds and integrality."""
        bounds = (point >= self.lower - TOLERANCE) & (point <= self.upper + TOLERANCE)
        whole = point[self.integer] == np.round(point[self.integer])
        return bool(bounds.all() and whole.all() and not len(self.broken(self.matrix @ point)))

    def broken(self, activity: np.ndarray) -> np.ndarray:
        """Return the numbers of the rows that an activity, shape (rows,), breaks by more than any solver may."""
        within = (activity <= self.row_upper) & (activity >= self.row_lower)
        beyond = np.nonzero(~within)[0]  # few of perhaps millions
        activity, upper, lower = activity[beyond], self.row_upper[beyond], self.row_lower[beyond]
        room = TOLERANCE * np.maximum(1.0, np.abs(activity))
        return beyond[~((activity <= upper + room) & (activity >= lower - room))]

    def arrays(self) -> dict[str, Any]:
        """Return the problem as named arrays and numbers, as a solver process is handed it; A by columns."""
        tidy = {} if self.tidy is None else {"tidy": self.tidy}
        return tidy | {
            "cost": self.cost,
            "offset": self.offset,
            "lower": self.lower,
            "upper": self.upper,
            "integer": self.integer,
            "row_lower": self.row_lower,
            "row_upper": self.row_upper,
            "starts": self.matrix.indptr.astype(np.int32, copy=False),
            "rows": self.matrix.indices.astype(np.int32, copy=False),
            "values": self.matrix.data.astype(float, copy=False),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, Any]) -> Problem:
        """Return the problem behind what `arrays` returned."""
        shape = (len(arrays["row_lower"]), len(arrays["cost"]))
        matrix = sparse.csc_array((arrays["values"], arrays["rows"], arrays["starts"]), shape=shape)
        names = ("cost", "offset", "lower", "upper", "integer", "row_lower", "row_upper")
        return cls(matrix=matrix, tidy=arrays.get("tidy"), **{name: arrays[name] for name in names})

    def with_columns(
        self, upper: np.ndarray, whole: np.ndarray, entries: Sequence[tuple[int, int, float]] = ()
    ) -> Problem:
        """Return the problem with more columns, from 0 to `upper`, with (row, new column, coefficient) in its rows."""
        count = len(upper)
        row, column, value = (np.array(cells) for cells in zip(*entries, strict=True)) if entries else ([], [], [])
        shape = (self.matrix.shape[0], count)
        more = sparse.coo_array((np.array(value, dtype=float), (np.array(row, int), np.array(column, int))), shape)
        return replace(
            self,
            cost=np.append(self.cost, np.zeros(count)),
            lower=np.append(self.lower, np.zeros(count)),
            upper=np.append(self.upper, upper),
            integer=np.append(self.integer, whole),
            matrix=sparse.csc_array(sparse.hstack([self.matrix, sparse.csc_array(more)], format="csc")),
            tidy=None if self.tidy is None else np.append(self.tidy, np.zeros(count)),
        )

    def with_row(self, coefficients: np.ndarray, upper: float) -> Problem:
        """Return the problem with one more row ``coefficients x <= upper``."""
        row = sparse.csr_array(coefficients[None, :])
        return self.with_rows(Rows(row, np.array([-np.inf]), np.array([upper])))

    def with_rows(self, rows: Rows) -> Problem:
        """Return the problem with more rows."""
        return replace(
            self,
            matrix=sparse.csc_array(sparse.vstack([self.matrix, rows.matrix])),
            row_lower=np.append(self.row_lower, rows.lower),
            row_upper=np.append(self.row_upper, rows.upper),
        )
