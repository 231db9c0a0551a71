"""Projects about which plan and relaxation disagree (RINS)."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide

#: What a project counts about which they agree.
AGREED = 0.02


class Disagree:
    """The plan and the LP relaxation differ (Danna, Rothberg and Le Pape 2005, doi:10.1007/s10107-004-0518-7)."""

    name = "disagree"

    def fits(self, _structure: Structure) -> bool:
        """Return True: there is a relaxation of any problem."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw by how much they differ."""
        return guide.sample(guide.difference(plan) + AGREED, wanted)
