"""Projects about which two plans differ."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide


class Cross:
    """The plan and one found from elsewhere differ (Rothberg 2007, doi:10.1287/ijoc.1060.0189).

    Their options alone are free, or with the cheapest others. Drawn once there is such a plan.
    """

    name = "cross"

    def fits(self, _structure: Structure) -> bool:
        """Return True, once there are two plans."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw among those about which they differ."""
        differ = guide.by_project(np.abs(np.round(plan) - np.round(other))) > 0.5
        return guide.sample(differ.astype(float), min(wanted, int(differ.sum())))
