"""Any projects."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide


class Anywhere:
    """Any projects: what no other kind thinks of."""

    name = "any"

    def fits(self, _structure: Structure) -> bool:
        """Return True."""
        return True

    def projects(self, guide: Guide, _plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw with equal chances."""
        return guide.sample(np.ones(guide.structure.projects), wanted)
