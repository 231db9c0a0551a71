"""Projects that depend on each other."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.guide import Guide


class Linked:
    """They depend on each other, directly or through others."""

    name = "linked"

    def fits(self, structure: Structure) -> bool:
        """Whether any project depends on another."""
        return bool(structure.links.nnz)

    def projects(self, guide: Guide, plan: np.ndarray, _other: np.ndarray, wanted: int) -> np.ndarray:
        """Draw some by what they lose, and walk from each to what it is linked with, breadth first."""
        links, chosen = guide.structure.links, np.zeros(guide.structure.projects, dtype=bool)
        seeds = np.nonzero(guide.sample(guide.merit(plan), wanted))[0].tolist()
        guide.random.shuffle(seeds)
        count = 0
        for seed in seeds:
            front = [seed]
            for project in front:
                if count >= wanted:
                    return chosen
                if not chosen[project]:
                    chosen[project] = True
                    count += 1
                    if len(front) <= wanted:
                        front += links.indices[links.indptr[project] : links.indptr[project + 1]].tolist()
        return chosen
