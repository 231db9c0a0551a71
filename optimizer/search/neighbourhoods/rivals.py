"""Projects that compete for what is used up."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import LEAST_PRICE, Guide

#: A row is used up if no more than this share of its limit is left; it counts if it has more entries than this.
LEFT, LEAST_ENTRIES = 0.02, 20
#: So many rows are drawn.
ROWS = 2
#: What a project counts that uses none of them.
OTHERS = 1e-6


class Rivals:
    """They compete for one or two rows that the plan exhausts."""

    name = "rivals"

    def fits(self, _structure: Structure) -> bool:
        """Return True: whether rows are exhausted depends on the plan."""
        return True

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw among those that use the drawn rows, by what they lose."""
        upper, rows, owner = guide.problem.row_upper, guide.rows, guide.structure.project
        with np.errstate(invalid="ignore"):
            full = upper - rows @ plan <= LEFT * np.maximum(1.0, np.abs(upper))
        priced = np.abs(guide.relaxation.row_dual) > LEAST_PRICE
        tight = np.nonzero(full & priced & (np.diff(rows.indptr) > LEAST_ENTRIES))[0]
        score, merit = np.full(guide.structure.projects, OTHERS), guide.merit(plan)
        for _ in range(min(ROWS, len(tight))):
            row = int(tight[guide.random.randrange(len(tight))])
            members = owner[rows.indices[rows.indptr[row] : rows.indptr[row + 1]]]
            members = members[members >= 0]
            score[members] = merit[members]
        return guide.sample(score, wanted)
