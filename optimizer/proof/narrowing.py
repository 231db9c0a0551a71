"""What of a problem is left to prove, as better plans become known while the proof is at it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.proof.pairs import Tangents


class Narrowing:
    """A problem that packs in pairs, within what tangents decide of it by the best plan known (`pairs`).

    Parameters
    ----------
    found
        What they told so far.
    anew
        Looks for them again, of what is left; None: it comes to nothing.
    value, best
        Asked for what the best plan known is worth, NaN if there is none, and for the plan itself.
    """

    def __init__(
        self,
        problem: Problem,
        found: Tangents,
        *,
        anew: Callable[[Tangents], Tangents | None],
        value: Callable[[], float],
        best: Callable[[], np.ndarray | None],
    ) -> None:
        self._problem, self.found = problem, found
        self._anew, self._value, self.best = anew, value, best

    def wanted(self) -> bool:
        """Whether the best plan known decides so much more that it is worth beginning anew."""
        return self.found.decides(self._value())

    def take(self) -> tuple[Problem, float, bool]:
        """Return what is left of the problem by now, a bound of the whole, and whether the user asked to stop."""
        self.found = self._anew(self.found) or self.found
        return self.found.within(self._problem), self.found.bound, self.found.interrupted
