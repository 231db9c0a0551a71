"""What is asked of `bounding`: a concave bound of what options are worth alone and in pairs, and a tangent of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.optimizer.solver.tasks.task import Task


@dataclass(frozen=True)
class Concave(Task):
    """How to look for a concave bound of a packing problem, whose last column stands for the value.

    Attributes
    ----------
    value
        What each option adds by itself; shape (options,).
    one, other, bonus
        The two options of each pair, and what it adds besides; shape (pairs,).
    evaluations
        Of the dual function, at most: each takes the eigenvalues of a matrix of the options.
    most_s
        Seconds after which it ends; None: there is no limit.
    enough
        A bound as low as this needs not be lowered.
    """

    value: np.ndarray
    one: np.ndarray
    other: np.ndarray
    bonus: np.ndarray
    evaluations: int
    most_s: float | None = None
    enough: float = -np.inf
