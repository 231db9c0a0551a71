"""Diving: fix columns step by step, solving the relaxation after each, until little is left to decide.

The relaxation of a large portfolio decides most projects; what it leaves open is decided in the order of time. Each
step fixes a share of the options that the relaxation uses in full and rounds up a share of those that it uses in part,
those that it uses most and among these the earliest first, as long as every row allows them; then rows rule out what
no longer fits (`propagation`) and the relaxation is solved again, by a few dual simplex iterations (Berthold 2006,
"Primal heuristics for mixed integer programs", on diving; relax-and-fix in the order of time: Pochet and Wolsey 2006,
doi:10.1007/0-387-33477-7). A step that costs more than `Dive.most_lost` is taken back and made smaller; what is too
dear alone is ruled out instead. Once only `Dive.open_columns` are fractional, the rest is left to branch and bound,
which finds a plan in seconds. Where neither 0 nor 1 is left for a column, steps are taken back until one is.

On PPSSP's PI_1 six dives of about 5 s, each with 5 s of branch and bound for the rest, ended between 895,303 and
896,565 without probing before them, and two at 897,246 and 897,403 in its core (one core of two, shared).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.bounded import WHOLE, Bounded
from outlay.optimizer.solver.tasks.task import Task

#: With more of them another dive is worth more: what the first ones decide often leaves no plan at all.
MOST_DEAD_ENDS = 3
#: Steps that may be taken back at once; the bounds before each take memory.
MOST_BACK = 32


@dataclass(frozen=True)
class Dive(Task):
    """How to dive.

    Attributes
    ----------
    order
        Which binary columns are fixed first, the smallest numbers; shape (columns,).
    open_columns
        Fractional columns at which branch and bound takes over.
    share
        Of the columns in question, fixed in one step.
    sure
        What the relaxation uses to this extent goes before all that it uses less.
    cutoff
        The dive is given up once its relaxation is worse than this (of the minimisation).
    most_lost
        A step of a few columns may make the relaxation worse by this much.
    seed
        Of the order among equals.
    rest_s
        Seconds of branch and bound for the rest; None: no limit.
    most_relaxations, taken_back_twice, most_left
        As of `Diving` (`search.params`).
    """

    order: np.ndarray
    open_columns: int
    share: float
    sure: float
    cutoff: float
    most_lost: float
    seed: int
    rest_s: float | None = None
    most_relaxations: int = 300
    taken_back_twice: int = 6
    most_left: int = 500


class Diver(Bounded):
    """One dive into a problem; `run` returns the problem with the bounds that it came to."""

    def __init__(self, problem: Problem, how: Dive, highs: Any, *, over: Callable[[], bool]) -> None:
        super().__init__(problem, highs)
        self.how, self.over = how, over
        self.random = np.random.default_rng(how.seed)
        self.taken_back = 0
        self.behind: list[tuple[np.ndarray, np.ndarray]] = []  # the bounds before the last steps that hold
        self.dead_ends = 0  # columns that could be neither 0 nor 1

    def run(self) -> Problem | None:
        """Return the problem with most columns fixed; None if the dive came to nothing."""
        share: float | None = self.how.share if self.begin() else None
        while share is not None:
            value, (whole, part, use) = self.value(), self._open()
            if value > self.how.cutoff or self._over():
                return None
            if len(part) <= self.how.open_columns:
                self._leave_out_dear_ones()
                return replace(self.problem, lower=self.lower, upper=self.upper)
            share = self._step(value, whole, part, use, share)
        return None

    def _over(self) -> bool:
        return self.over() or self.relaxations > self.how.most_relaxations

    def _step(self, value: float, whole: np.ndarray, part: np.ndarray, use: np.ndarray, share: float) -> float | None:
        """Fix a share of the columns; return the share for the next step, None if there is no way on."""
        before = self.lower, self.upper
        first, rounded, fit = self._take_some(whole, part, use, share)
        times = 2.0 ** (self.taken_back / self.how.taken_back_twice)
        most = value + times * self.how.most_lost if len(rounded) else np.inf
        if fit and self.relax() and self.value() <= most:
            self.behind = [*self.behind[1 - MOST_BACK :], before]
            return min(self.how.share, 2.0 * share)
        self.taken_back += 1
        self.lower, self.upper = before
        if len(rounded) > 1 or share * len(whole) > 1.0:
            return share / 4.0 if self.relax() else None
        held = bool(len(rounded)) and self.take(first, 0.0) and self.relax()
        return share if held or self._go_back(first) else None

    def _go_back(self, column: int) -> bool:
        """Take back steps, twice as many each time, until a column that could be neither 0 nor 1 can; whether it can.

        It is decided there, before what left it no way: the last conflict first (Lecoutre and others 2009,
        doi:10.1016/j.artint.2009.09.002).
        """
        self.dead_ends, steps = self.dead_ends + 1, 1
        while self.behind and self.dead_ends <= MOST_DEAD_ENDS and not self._over():
            before = self.behind[-min(steps, len(self.behind))]
            del self.behind[-steps:]
            steps *= 2
            for value in (1.0, 0.0):
                self.lower, self.upper = before
                if self.take(column, value) and self.relax():
                    return True
        return False

    def _open(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the open columns that the relaxation uses in full, those that it uses in part, and how far these."""
        point, open_ = self.point(), self.open()
        whole = np.nonzero(open_ & (point > 1.0 - WHOLE))[0]
        part = np.nonzero(open_ & (point > WHOLE) & (point <= 1.0 - WHOLE))[0]
        return whole, part, point[part]

    def _take_some(
        self, whole: np.ndarray, part: np.ndarray, use: np.ndarray, share: float
    ) -> tuple[int, np.ndarray, bool]:
        """Fix some columns at 1 that the relaxation uses in full, and some that it uses in part.

        Returns the first one of the latter, or the one ruled out, then all of them, and whether all fit together.
        """
        in_full = whole[np.lexsort((self.random.random(len(whole)), self.how.order[whole]))]
        _, able = self.take_some(in_full, share * len(whole))
        liked = -use * self.random.uniform(0.9, 1.1, len(part))
        in_part = part[np.lexsort((liked, self.how.order[part], use < self.how.sure))]
        rounded, fit = self.take_some(in_part, max(1.0, share * len(part)))
        if not len(rounded):  # none fits: the first one is ruled out, so that there is an end
            fit = self.take(in_part[0], 0.0)
        return int(rounded[0] if len(rounded) else in_part[0]), rounded, able and fit

    def _leave_out_dear_ones(self) -> None:
        """Rule out all that the relaxation does not use but the cheapest columns, by its prices."""
        price = np.abs(np.array(self.highs.getSolution().col_dual))
        unused = np.nonzero(self.open() & (self.point() <= WHOLE))[0]
        dear = unused[np.argsort(price[unused], kind="stable")[self.how.most_left :]]
        self.upper = self.upper.copy()
        self.upper[dear] = 0.0
