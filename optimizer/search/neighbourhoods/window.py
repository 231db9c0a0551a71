"""Projects that start around the same time."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide

#: What the relaxation uses by more than this starts then.
STARTS = 0.1
#: What a project counts besides what it loses, and one that starts long before or after.
EVEN, AWAY = 0.2, 1e-9


class Window:
    """They start, in the plan or the relaxation, around one period."""

    name = "window"

    def fits(self, _structure: Structure) -> bool:
        """Return True: in a calendar of one period it is as `priced`."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw by how close to a random start they start, and by what they lose."""
        structure = guide.structure
        present = structure.option_column >= 0
        column, project, start = (
            array[present] for array in (structure.option_column, structure.option_project, structure.option_start)
        )
        middle = start[guide.random.randrange(len(start))]
        away = np.full(structure.projects, np.inf)
        for used in (plan[column] > 0.5, guide.relaxation.point[column] > STARTS):
            np.minimum.at(away, project[used], np.abs(start[used] - middle).astype(float))
        return guide.sample(np.exp(-away) * (EVEN + guide.merit(plan)) + AWAY, wanted)
