"""Which plan the search goes on from."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.problem import Problem


def accept(problem: Problem, *, current: np.ndarray | None, candidate: np.ndarray) -> bool:
    """Whether to go on from a candidate instead of the current plan: only if it is better by more than rounding.

    A worse plan is never gone on from (hill climbing): what that may lose, restarts from another core and crossing make
    up for. Both are points of the problem, shape (columns,); anything is better than no plan.
    """
    return problem.better(candidate, current)
