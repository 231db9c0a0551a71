"""Projects that lose most by the relaxation's prices."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide


class Priced:
    """What the plan does with the project loses most by the relaxation's prices."""

    name = "priced"

    def fits(self, _structure: Structure) -> bool:
        """Return True: any relaxation has prices."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw by what they lose."""
        return guide.sample(guide.merit(plan), wanted)
