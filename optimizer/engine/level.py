"""An objective, as the engine minimises it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.status import LevelResult


@dataclass(frozen=True)
class Level:
    """One objective to minimise: the negative of what the instance maximises.

    Attributes
    ----------
    weights
        Metric to weight, for the record; empty for an objective of the user's own.
    cost, offset
        Coefficient of each column, and the constant (from variables that the user fixed), in the level's unit.
    tolerance
        Share of |best| that later levels may give up.
    unit
        What 1 is worth in the instance's terms (`scaling`).
    size
        The largest coefficient, in the instance's terms.
    enough
        Absolute gap that is proof enough of this level, in the instance's terms; 0: that of the settings.
    """

    weights: dict[str, float]
    cost: np.ndarray
    offset: float = 0.0
    tolerance: float = 0.0
    unit: float = 1.0
    size: float = 1.0
    enough: float = 0.0

    def value(self, point: np.ndarray) -> float:
        """Return what a point is worth, as maximised and as the instance states it."""
        return 0.0 - (float(self.cost @ point) + self.offset) * self.unit

    def stated(self, state: Progress) -> Progress:
        """Return a state of the solver in the instance's terms, still as minimised."""
        return replace(state, objective=state.objective * self.unit, bound=state.bound * self.unit)


def as_good(problem: Problem, levels: Sequence[Level], results: Sequence[LevelResult], share: float) -> Problem:
    """Return a problem whose points are as good as an answer: each level at least its value, less so much of it.

    Parameters
    ----------
    results
        What the answer is worth, level by level.
    share
        Of the value, or of the level's unit where it is worth less than one; >= 0.
    """
    for level, result in zip(levels, results, strict=False):
        value = -float(result.final or 0.0) / level.unit
        problem = problem.with_row(level.cost, value + share * max(1.0, abs(value)) - level.offset)
    return problem
