"""Splitting: on which project a problem is divided into parts that are much easier to bound than the whole.

Branch and bound divides on one option at a time, and ruling out one date of a large project at one scale changes next
to nothing. Here a project is divided as a whole: funded by each of its options, or not at all. Of some dominant and
undecided ones, the relaxation is solved for every part of each; the project whose best part is worst is the one to
divide (strong branching on a choice among options; see `probing`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.tasks.bounded import WHOLE, Bounded
from outlay.optimizer.solver.tasks.task import Task

#: By this share, a value that a plan cannot reach lies beyond that of the best plan known.
BEYOND = 1e-6


@dataclass(frozen=True)
class Split(Task):
    """How to look for a project to divide.

    Attributes
    ----------
    owner
        Project of each column, -1 for none; shape (columns,).
    most_s
        Seconds after which no further project is tried.
    known
        Value of the best plan known, of which better ones are looked for; infinity: none.
    most_tried, most_options
        As of `Dividing` (`search.params`).
    """

    owner: np.ndarray
    most_s: float
    known: float = np.inf
    most_tried: int = 15
    most_options: int = 40


@dataclass(frozen=True)
class Division:
    """Where to divide a problem.

    Attributes
    ----------
    value
        What its relaxation is worth.
    lower, upper
        Bounds of the columns, without what no better plan can use.
    columns
        To divide on: a part for each, with it at 1; the last, -1, stands for the part without any of them.
    worth
        What the relaxation of each part is worth; infinity: it cannot be.
    """

    value: float
    lower: np.ndarray
    upper: np.ndarray
    columns: np.ndarray
    worth: np.ndarray


class Splitter(Bounded):
    """Looks for the project to divide; `run` returns where."""

    def __init__(self, problem: Problem, how: Split, highs: Any, *, over: Callable[[], bool]) -> None:
        super().__init__(problem, highs)
        self.how, self.over = how, over

    def run(self) -> Division | None:
        """Return where to divide; None if the problem cannot hold, or no project is divided."""
        if not self.begin() or not self._narrow():
            return None
        value, bounds = self.value(), (self.lower, self.upper)
        best: tuple[np.ndarray, np.ndarray] | None = None
        for options in self._dominant():
            worth = self._worth(options, bounds, -np.inf if best is None else best[1].min())
            if worth is not None:
                best = np.append(options, -1), worth
        return None if best is None else Division(value, *bounds, *best)

    def _narrow(self) -> bool:
        """Fix what no better plan can change, by reduced costs; whether the relaxation still holds."""
        room = self.how.known * (1.0 + math.copysign(BEYOND, self.how.known)) - self.value()
        if not np.isfinite(room) or room <= 0:  # nothing is known, or no better plan is left: the value says so
            return True
        price, point, open_ = np.array(self.highs.getSolution().col_dual, dtype=float), self.point(), self.open()
        zero = np.nonzero(open_ & (point <= WHOLE) & (price > room))[0]
        one = np.nonzero(open_ & (point >= 1.0 - WHOLE) & (-price > room))[0]
        return self.take(zero, 0.0) and self.take(one, 1.0) and self.relax()

    def _worth(self, options: np.ndarray, bounds: tuple[np.ndarray, np.ndarray], least: float) -> np.ndarray | None:
        """Return what the relaxation of each part is worth; None if unknown, or one is worth no more than the least."""
        worth = np.full(len(options) + 1, np.inf)
        for place, column in enumerate([*options.tolist(), -1]):
            if self.over():
                return None
            self.lower, self.upper = bounds
            if not (self.take(column, 1.0) if column >= 0 else self.take(options, 0.0)):
                continue  # no row allows it
            if self.relax():
                worth[place] = self.value()
            elif not self.impossible():
                return None
            if worth[place] <= least:
                return None
        return worth

    def _dominant(self) -> list[np.ndarray]:
        """Return the open options of projects that are funded in part: the weightiest and the most used ones first."""
        point, open_ = self.point(), self.open()
        _, _, project, most, undecided = self.in_part(self.how.owner)
        order = np.argsort(-most * undecided, kind="stable")[: self.how.most_tried]
        found = [np.nonzero(open_ & (self.how.owner == one))[0] for one in project[order]]
        few = [options for options in found if len(options) <= self.how.most_options]
        return [options[np.argsort(-point[options], kind="stable")] for options in few]
