"""Projects whose next option is nearly as good."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide

#: What a project counts that has an option as good as its own, beside one about which plan and relaxation differ; and
#: any other.
AS_GOOD, OTHERS = 0.3, 0.001


class Near:
    """Plan and relaxation disagree, or the project has another option that costs little more."""

    name = "near"

    def fits(self, _structure: Structure) -> bool:
        """Return True: any relaxation has reduced costs."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw by how close they are to another decision."""
        return guide.sample(guide.difference(plan) + AS_GOOD * guide.nearest + OTHERS, wanted)
