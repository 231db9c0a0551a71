"""When plans are drawn without a relaxation: beside it, and between sub-problems for a share that is learned."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing_params import Scheduling
from outlay.optimizer.search.pool import Incumbents

#: Seconds between looks for something to do, while something else is done.
LOOK_S = 0.25


@contextmanager
def repeated_beside(do: Callable[[Callable[[], bool]], None], over: Callable[[], bool]) -> Iterator[None]:
    """Do something in another thread, again and again, while something else is done; it is told when to end."""
    done = threading.Event()

    def repeat() -> None:
        while not (done.is_set() or over()):
            do(lambda: done.is_set() or over())
            done.wait(LOOK_S)

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Drawing(Protocol):
    """Draws plans without a relaxation."""

    def begin_from(self, point: np.ndarray | None) -> None:
        """Draw around a plan from now on, if it is better than what was drawn."""

    def lead_by(self, relaxation: Relaxation) -> None:
        """Draw by a relaxation too from now on."""

    def follow(self, point: np.ndarray) -> int:
        """Draw next as a relaxation has it; return how many draws that takes."""

    def search(self, over: Callable[[], bool], keep: Callable[[np.ndarray], object], most: float = ...) -> None:
        """Draw until `over` says so, at most so many; hand over each plan that is better than all before it."""


class Turns:
    """Draws plans around the best one, schedules say, and hands over those that are better.

    Attributes
    ----------
    share
        Of the time of a sub-problem that the next turn takes, as learned.

    Parameters
    ----------
    sub_problems
        Of the repeatable search; None: by the clock.
    restart
        Lets the drawing begin another plan from nothing; None: plans are not begun this way.
    """

    def __init__(
        self,
        drawing: Drawing,
        plans: Incumbents,
        over: Callable[[], bool],
        sub_problems: int | None,
        params: Scheduling,
        *,
        restart: Callable[[], None] | None = None,
    ) -> None:
        self._restart = restart
        self._drawing, self._plans, self._over, self._sub_problems = drawing, plans, over, sub_problems
        self._params, self.share = params, params.first_share

    def first(self) -> None:
        """Draw until there is a plan, for a few times."""
        self._drawing.search(
            lambda: self._over() or self._plans.current is not None, self._plans.keep, self._params.most_before
        )

    def anew(self, idle: int) -> bool:
        """Draw until so many draws in a row come to nothing better, from nothing where no plan is in hand.

        False: this is no way to begin a plan here, or none came of it.
        """
        if self._restart is None:
            return False
        if self._plans.current is None:
            self._restart()
        self._drawing.begin_from(self._plans.current)
        gained = self._plans.current is not None
        left = idle
        while left > 0 and not self._over():
            before, left = self._plans.current, left - 1
            self._drawing.search(self._over, self._plans.keep, 1)
            if self._plans.current is not before:
                gained, left = True, idle
        return gained

    def lead_by(self, relaxation: Relaxation) -> None:
        """Draw by a relaxation too from now on."""
        self._drawing.lead_by(relaxation)

    def follow(self, point: np.ndarray) -> None:
        """Draw next as a relaxation has it, at once where nothing depends on how many are drawn."""
        many = self._drawing.follow(point)
        if many and self._sub_problems is None:
            self._drawing.begin_from(self._plans.current)
            self._drawing.search(self._over, self._plans.keep, many)

    @contextmanager
    def beside(
        self, take_over: Callable[[], None], first: Callable[[Callable[[], bool]], None] | None = None
    ) -> Iterator[None]:
        """Draw in another thread while something else is done; in the repeatable search, so many before it.

        `take_over` is called when there is a better plan from outside, to go on from; `first` once, in that thread,
        before the draws.
        """
        self._drawing.begin_from(self._plans.current)
        if self._sub_problems is not None:
            self._drawing.search(self._over, self._plans.keep, self._before(self._sub_problems))
            yield
            return

        before = [] if first is None else [first]

        def draw(over: Callable[[], bool]) -> None:
            while before:
                before.pop()(over)
                self._drawing.begin_from(self._plans.current)
            while not (over() or self._plans.outside_is_better):
                self._drawing.search(lambda: over() or self._plans.outside_is_better, self._plans.keep, 1)
                self._plans.count(self._plans.current)  # what was too soon to be verified when it was found
            if self._plans.outside_is_better:
                take_over()
                self._drawing.begin_from(self._plans.current)

        with repeated_beside(draw, self._over):
            yield

    def turn(self, limit_s: float, *, other_gained: bool) -> None:
        """Draw for a share of the time that a sub-problem has.

        The share is doubled if the draws gain, and halved if the sub-problem did and they do not.
        """
        now = self._plans.current
        if now is None or self._over():
            return
        self._drawing.begin_from(now)
        if self._sub_problems is not None:
            self._drawing.search(self._over, self._plans.keep, self._params.a_sub_problem)
            return
        ends = time.monotonic() + self.share * limit_s
        self._drawing.search(lambda: self._over() or time.monotonic() > ends, self._plans.keep)
        gained = self._plans.current is not now
        factor = 2.0 if gained else 0.5 if other_gained else 1.0
        self.share = min(1.0, max(self._params.least_share, factor * self.share))

    def _before(self, sub_problems: int) -> int:
        """Return how many schedules the repeatable search draws before the relaxation."""
        return min(self._params.most_before, self._params.a_sub_problem * sub_problems)
