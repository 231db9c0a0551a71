"""How fast a bound gets ahead, and whether that is worth a core for the time that is left."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from outlay.optimizer.search.params import Resting


class Pace:
    """Follows a bound, by the seconds that are worked on it, which on a busy machine are fewer than those of the clock.

    Parameters
    ----------
    params
        When it hardly gets ahead.
    """

    def __init__(self, params: Resting) -> None:
        self._params = params
        self._worked: list[float] = []
        self._bounds: list[float] = []
        self._clock: list[float] = []

    def note(self, seconds: float, worked_s: float, bound: float) -> None:
        """Take note of a bound after so many seconds, also of work; without a bound there is nothing to judge."""
        if np.isfinite(bound):
            self._clock.append(seconds)
            self._worked.append(worked_s)
            self._bounds.append(bound)

    def is_idle(self, left_s: float, gap: float) -> bool:
        """Whether the bound would, as it gets ahead now, close next to nothing of a gap in the seconds left."""
        how = self._params
        if not self._worked or left_s < how.least_s:
            return False
        now, bound = self._worked[-1], self._bounds[-1]
        if gap <= how.least_gap * abs(bound):
            return False
        window = max(how.least_s, how.window * (now - self._worked[0]))
        at = bisect_right(self._worked, now - window) - 1
        if at < 0:
            return False
        closed, seconds = bound - self._bounds[at], self._clock[-1] - self._clock[at]
        return bool(closed * left_s <= how.closes * gap * seconds)
