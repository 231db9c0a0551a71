"""How much each row could still give if imports, purchases, links and shortfalls moved, each row by itself."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.models.case import Case

#: Blocks of columns that can relieve a row without changing what is funded.
HELPERS = ("buy", "flow", "import_", "shortfall")
UNLIMITED = 1e15


def extra_room(case: Case, matrix: sparse.csr_array, point: np.ndarray) -> np.ndarray:
    """Return by how much each row's sum could fall by moving the helping columns to their bounds; shape (rows,)."""
    raise_by = np.zeros(case.book.size)
    lower_by = np.zeros(case.book.size)
    for name in HELPERS:
        block = case.block(name)
        raise_by[block.columns] = np.minimum(block.upper - point[block.columns], UNLIMITED)
        lower_by[block.columns] = point[block.columns]
    falling = sparse.csr_array(matrix.minimum(0)) @ raise_by
    rising = sparse.csr_array(matrix.maximum(0)) @ lower_by
    return np.asarray(rising - falling)
