"""What rounding has left of 0: sums in floats whose exact value is nothing, such as 0.1 + 0.2 - 0.3.

A row that holds nothing else would be scaled up by the solver to a limit that nobody has set.
"""

from __future__ import annotations

import numpy as np

#: Share of what was added up below which a sum is what rounding has left of 0.
RESIDUE = 1e-12


def without_residue(sums: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return sums, 0 where they are nothing but rounding beside `size`, the sum of what was added up without signs.

    Examples
    --------
    >>> without_residue(np.array([0.1 + 0.2 - 0.3, 0.5]), np.array([0.6, 0.5])).tolist()
    [0.0, 0.5]
    """
    return np.where(np.abs(sums) <= RESIDUE * np.abs(size), 0.0, sums)
