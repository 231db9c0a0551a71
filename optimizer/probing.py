"""Probing: what is weighty in a portfolio is decided first, one project after another, each as it costs least.

A few projects are so large, beside what they share with others, that the relaxation can only fund them in pieces, on
several dates or at several scales at once. Whatever is rounded or fixed before them leaves no room for them later, and
no small neighbourhood brings them back. So they are decided first: of the project that is worth most and is least
decided, each option that the relaxation uses, and none at all, is tried by solving the relaxation anew, and what costs
least stays (strong branching on a choice among options: Applegate and others 1995; Achterberg, Koch and Martin 2005,
doi:10.1016/j.orl.2004.04.002). What costs next to nothing stays at once, and then more projects are decided together.
The problem that is left is the heart in which the search begins.

On three instances of 1,000 generated projects the search alone found plans better by 0.3 to 0.4 % in 60 s with it (one
core, one run each): 103.84 instead of 103.54, 107.05 instead of 106.64, 107.57 instead of 107.15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from outlay.optimizer.bounded import WHOLE, Bounded
from outlay.optimizer.problem import Problem

#: Relaxations that are solved, at most.
MOST_RELAXATIONS = 150
#: Options of a project that are tried, the most used ones.
MOST_TRIED = 4
#: Projects decided in one step, at most.
MOST_AT_ONCE = 32
#: The order among projects, and what an option seems to cost, vary by this.
NOISE = 0.3


@dataclass(frozen=True)
class Probe:
    """How to probe.

    Attributes
    ----------
    owner
        Project of each column, -1 for none; shape (columns,).
    least
        Projects with an option in use that costs or gains less than this stay undecided.
    cheap
        What deciding a project may cost (of the minimisation) without another option being tried.
    seed
        Of the order among projects.
    most_s
        Seconds after which what is undecided stays so; None: no limit.
    """

    owner: np.ndarray
    least: float
    cheap: float
    seed: int
    most_s: float | None = None


class Prober(Bounded):
    """Decides the weighty projects of a problem; `run` returns the problem with the bounds that this comes to."""

    def __init__(self, problem: Problem, how: Probe, highs: Any, *, stopped: Callable[[], bool]) -> None:
        super().__init__(problem, highs)
        self.how, self.stopped = how, stopped
        self.random = np.random.default_rng(how.seed)
        self.left: set[int] = set()  # projects of which no option that was tried fits

    def run(self) -> Problem | None:
        """Return the problem with weighty projects decided and its relaxation solved; None if there is no way."""
        at_once = 1 if self.begin() else 0
        while at_once:
            options, project = self._weighty()
            if not len(project) or self.relaxations >= MOST_RELAXATIONS or self.stopped():
                return replace(self.problem, lower=self.lower, upper=self.upper)
            at_once = self._step(options, project, at_once)
        return None

    def _weighty(self) -> tuple[np.ndarray, np.ndarray]:
        """Return options that the relaxation uses in part, and their projects; the weightiest, most used first."""
        point, worth = self.point(), np.abs(self.problem.cost)
        ours = (self.how.owner >= 0) & ~np.isin(self.how.owner, list(self.left))
        part = np.nonzero(self.open() & (point > WHOLE) & (point <= 1.0 - WHOLE) & ours)[0]
        project, place = np.unique(self.how.owner[part], return_inverse=True)
        most, undecided = np.zeros(len(project)), np.zeros(len(project))
        np.maximum.at(most, place, worth[part])
        np.add.at(undecided, place, np.minimum(point[part], 1.0 - point[part]))
        weight = most * undecided * self.random.uniform(1.0 - NOISE, 1.0 + NOISE, len(project))
        part, place = part[most[place] >= self.how.least], place[most[place] >= self.how.least]
        order = np.lexsort((-point[part], place, -weight[place]))
        return part[order], self.how.owner[part[order]]

    def _step(self, options: np.ndarray, project: np.ndarray, at_once: int) -> int:
        """Decide the first projects; return how many to decide in the next step, 0 if there is no way on."""
        before = self.value(), self.lower, self.upper
        _, first = np.unique(project, return_index=True)
        some = options[np.sort(first)[:at_once]]
        if len(some) > 1:
            taken, fit = self.take_some(some, len(some))
            if len(taken) and fit and self.relax() and self.value() <= before[0] + len(taken) * self.how.cheap:
                return min(MOST_AT_ONCE, 2 * at_once)
        return self._decide(before, options[project == project[0]], int(project[0]))

    def _decide(self, before: tuple[float, np.ndarray, np.ndarray], options: np.ndarray, project: int) -> int:
        """Take one of a project's most used options, or none, whatever costs least; see `_step`."""
        value, self.lower, self.upper = before
        others = np.nonzero((self.how.owner == project) & self.open())[0]
        found: list[tuple[float, int, np.ndarray, np.ndarray]] = []
        for column in [*options[:MOST_TRIED].tolist(), -1]:
            _, self.lower, self.upper = before
            if (self.take(column, 1.0) if column >= 0 else self.take(others, 0.0)) and self.relax():
                if self.value() <= value + self.how.cheap:
                    return 2
                lost = (self.value() - value) * self.random.uniform(1.0 - NOISE, 1.0 + NOISE)
                found.append((lost, len(found), self.lower, self.upper))
        if found:
            _, _, self.lower, self.upper = min(found)
        else:
            _, self.lower, self.upper = before
            self.left.add(project)
        return int(self.relax())
