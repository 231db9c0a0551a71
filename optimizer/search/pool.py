"""The plans that a search knows: its own, which count once the verifier has passed them, and those from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.search.accept import accept

#: A plan that is better by this share of the best one's worth is verified at once.
MUCH = 0.1


class Incumbents:
    """Plans, as points of a problem; may be asked and told from two threads.

    Attributes
    ----------
    best
        The best point of our own that has been accepted.
    external
        The best point of the prover or the user.
    current
        The point to improve, perhaps not yet verified.
    aside
        The best point of our own, while another one is improved.

    Parameters
    ----------
    accept
        Whether a point, as a plan, passes the verifier.
    on_better
        Told of each better point that has been accepted.
    by_clock
        Whether verifying may wait, if it would take too much of the time.
    aside_share
        A plan is verified at once if that has cost less than this share of the time since the last time.
    """

    def __init__(
        self,
        problem: Problem,
        accept: Callable[[np.ndarray], bool],
        *,
        on_better: Callable[[np.ndarray], None],
        by_clock: bool,
        aside_share: float = 0.2,
    ) -> None:
        self.aside_share = aside_share
        self.problem, self.accept, self.on_better, self.by_clock = problem, accept, on_better, by_clock
        self.best: np.ndarray | None = None
        self.external: np.ndarray | None = None
        self.current: np.ndarray | None = None
        self.aside: np.ndarray | None = None
        self._verified_at, self._verifying_s = time.monotonic(), 0.0
        self._lock = threading.Lock()

    def offer(self, point: np.ndarray) -> None:
        """Take a point found elsewhere, to go on from it if it holds and is better."""
        point = self.rounded(point)
        if self.problem.better(point, self.external) and self.problem.holds(point):
            with self._lock:
                self.external = point

    def adopt(self, point: np.ndarray) -> None:
        """Let a better point of another search count, which has been accepted there, and go on from it."""
        self.offer(point)
        with self._lock:
            if self.problem.better(point, self.best):
                self.best = point

    def rounded(self, point: np.ndarray) -> np.ndarray:
        """Return a point with whole integers."""
        return self.problem.rounded(point)

    def value(self) -> float:
        """Return the value of the best point of our own, NaN without one."""
        with self._lock:
            return np.nan if self.best is None else self.problem.value(self.best)

    def point_to_start_from(self) -> np.ndarray | None:
        """Return the best point, ours or from outside."""
        with self._lock:
            ours_first = self.external is None or self.beats(self.external)
            return self.best if ours_first else self.external

    def beats(self, point: np.ndarray | None) -> bool:
        """Whether our best point is better than another one."""
        return self.best is not None and self.problem.better(self.best, point)

    @property
    def outside_is_better(self) -> bool:
        """Whether the best point of outside is better than ours."""
        ours = self.current if self.aside is None else self.aside
        return self.external is not None and self.problem.better(self.external, ours)

    def take_over(self) -> bool:
        """Go on from the best point of outside, if it is better than ours; whether it is."""
        with self._lock:
            better = self.outside_is_better
            if better:
                self.current, self.aside = self.external, None
        return better

    def is_as_good(self, point: np.ndarray | None) -> bool:
        """Whether a point is as good as the one to improve."""
        return point is not None and self.current is not None and not self.problem.better(self.current, point)

    def leave(self) -> None:
        """Go on from another point, and put the current one aside."""
        self.count(self.current, at_once=True)
        self.aside, self.current = self.current, None

    def take_better(self) -> np.ndarray | None:
        """Go on from the better one of the current point and that put aside; return the other one, or None."""
        aside, current, self.aside = self.aside, self.current, None
        better = aside is None or (current is not None and self.problem.better(current, aside))
        self.current = current if better else aside
        return aside if better else current

    def keep(self, point: np.ndarray | None) -> bool:
        """Whether a point of our own holds and is not refused; if it is better, go on from it."""
        if point is None or not self.problem.holds(point):
            return False
        if not accept(self.problem, current=self.current, candidate=point):
            return True
        self.current = point
        self.count(point)
        return self.current is point

    def _much_better(self, point: np.ndarray) -> bool:
        if self.best is None:
            return True
        value = self.problem.value(self.best)
        return self.problem.value(point) < value - MUCH * abs(value)

    def count(self, point: np.ndarray | None, *, at_once: bool = False) -> None:
        """Let a better point count, if the verifier passes it; later, if verifying would take too much of the time."""
        if point is None or point is self.external or not self.problem.better(point, self.best):
            return
        begun = time.monotonic()
        rare = self._verifying_s <= self.aside_share * (begun - self._verified_at)
        if self.by_clock and not (at_once or rare or self._much_better(point)):
            return
        accepted = self.accept(point)
        self._verified_at = time.monotonic()
        self._verifying_s = self._verified_at - begun
        if accepted:
            with self._lock:
                self.best = point
            self.on_better(point)
        else:
            self.current = self.best
