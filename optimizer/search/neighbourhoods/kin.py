"""Projects of one sector or region."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide

#: What a project of another sector or region counts.
OTHERS = 1e-6


class Kin:
    """One sector or region, of a project drawn (Shaw 1998, doi:10.1007/3-540-49481-2_30: related ones)."""

    name = "kin"

    def fits(self, structure: Structure) -> bool:
        """Whether there are several sectors or regions."""
        return bool(structure.labels)

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw among them by what they lose."""
        label = guide.structure.labels[guide.random.randrange(len(guide.structure.labels))]
        same = label == label[guide.random.randrange(len(label))]
        return guide.sample(np.where(same, guide.merit(plan), OTHERS), wanted)
