"""Weighted sums of metrics and of moves: what a variation asks of them, as rows and as what is minimised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from outlay.instances.errors import InputError
from outlay.optimizer.engine.level import Level
from outlay.optimizer.problem.disjunction import with_flags, with_one_corner, with_one_row
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.variation.limit import Moves
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import STRETCH, Variation

#: So many times the largest use by one decision is more than any plan needs of a limit whose levels are 0.
LARGE_MOVE = 1000.0


@dataclass(frozen=True)
class Sums:
    """The sums of a variation, over the columns of the session and then those of the moves.

    Attributes
    ----------
    over, variation
        What is varied, and how.
    move_upper, whole
        Of each column of the moves: the most that it can be, and whether it is a yes or no.
    stretched
        Limit to its column of moves, and what 1 of it is.
    goal
        The column that says how far the goals are reached, if there are goals.
    """

    over: Variable
    variation: Variation
    move_upper: Sequence[float]
    whole: Sequence[bool]
    stretched: Mapping[str, tuple[int, float]]
    goal: int | None

    def constrained(self, problem: Problem) -> Problem:
        """Return a problem with the rows that keep the sums where they are to be."""
        for weights, least in self.variation.floors:
            problem = self._kept(problem, weights, least)
        for goal, begin, step in self.variation.goals:
            problem = self._kept(problem, goal, begin, step)
        for group in self.variation.either:
            problem = self._either(problem, group)
        if self.variation.one_of:
            problem = self._one_of(problem)
        if self.variation.count_first:
            problem = self._counted(problem)
        if self.variation.at_least is not None:
            level = self.over.session.levels()[0]
            cost = np.append(level.cost, np.zeros(len(problem.cost) - len(level.cost)))
            problem = problem.with_row(cost, -self.variation.at_least / level.unit - level.offset)
        return problem

    def _kept(self, problem: Problem, weights: Mapping[str, float], least: float, step: float = 0.0) -> Problem:
        """Add a row: a weighted sum is at least so large, and by a step larger for 1 of the goals' column."""
        level = self._level(weights)
        if self.goal is not None:
            level.cost[self.over.size + self.goal] = step / level.unit
        return problem.with_row(level.cost, -least / level.unit - level.offset)

    def _either(self, problem: Problem, group: Sequence[tuple[Mapping[str, float], float, float]]) -> Problem:
        """Add rows that say that one of some sums is large enough."""
        levels = [self._level(weights) for weights, *_ in group]
        units = np.array([level.unit for level in levels])
        least, lack = (np.array(numbers) / units for numbers in list(zip(*group, strict=True))[1:])
        upper = -least - np.array([level.offset for level in levels])
        return with_one_row(problem, self._padded(problem, levels), upper, lack)

    def _one_of(self, problem: Problem) -> Problem:
        """Add rows by which all floors of one group hold."""
        groups = [{tuple(sorted(weights.items())): least for weights, least in one} for one in self.variation.one_of]
        levels = {key: self._level(dict(key)) for key in dict.fromkeys(key for group in groups for key in group)}
        corners = np.full((len(groups), len(levels)), np.inf)
        for corner, group in zip(corners, groups, strict=True):
            for at, (key, level) in enumerate(levels.items()):
                corner[at] = -group[key] / level.unit - level.offset if key in group else np.inf
        try:
            return with_one_corner(problem, self._padded(problem, list(levels.values())), corners)
        except ValueError:
            wrong = "a group says nothing of a sum that can be as small as one likes"
            raise InputError.single("vary", wrong, "give a floor of it in every group", column="one_of") from None

    def _padded(self, problem: Problem, levels: Sequence[Level]) -> np.ndarray:
        """Return the costs of levels over the columns of a problem, shape (levels, columns)."""
        costs = np.zeros((len(levels), len(problem.cost)))
        for row, level in zip(costs, levels, strict=True):
            row[: len(level.cost)] = level.cost
        return costs

    def _level(self, weights: Mapping[str, float]) -> Level:
        """Return a weighted sum of metrics and of moves, maximised, over the columns of the session and the moves."""
        moved = {name.removeprefix(STRETCH): by for name, by in weights.items() if name.startswith(STRETCH)}
        own = {name: by for name, by in weights.items() if not name.startswith(STRETCH)}
        level = self.over.session.level_of({"cost": 0.0, **own} if moved else own)
        cost = np.append(level.cost, np.zeros(len(self.move_upper)))
        unit = level.unit
        if moved and not level.cost.any():
            unit = max(abs(by) * self.stretched[name][1] for name, by in moved.items()) or 1.0
        for name, by in moved.items():
            number, size = self.stretched[name]
            cost[self.over.size + number] = -by * size / unit
        return replace(level, cost=cost, unit=unit, size=max(level.size, unit) if moved else level.size)

    def _counted(self, problem: Problem) -> Problem:
        """Add a binary column a stretch that is 1 where it moves."""
        stretches = np.array([move for move, whole in enumerate(self.whole) if not whole], dtype=int)
        most = np.array(self.move_upper)[stretches]
        return with_flags(problem, self.over.size + stretches, np.where(np.isfinite(most), most, LARGE_MOVE))

    def levels(self, moves: Moves) -> list[Level]:
        """Return what is minimised, over the columns of the session and the moves."""
        session, count = self.over.session, len(self.move_upper)
        flags = len(moves.limits) if self.variation.count_first else 0
        flags += sum(len(group) for group in self.variation.either) + len(self.variation.one_of)

        def padded(level: Level) -> Level:
            return replace(level, cost=np.append(level.cost, np.zeros(count + flags)))

        if self.variation.objective is not None:
            levels = [self._level(weights) for weights in (self.variation.objective, *self.variation.then)]
            if self.goal is not None:
                far = np.zeros(self.over.size + count)
                far[self.over.size + self.goal] = -1.0
                levels.insert(0, Level({}, far))
            return [replace(level, cost=np.append(level.cost, np.zeros(flags))) for level in levels]
        if not count:
            return [padded(session.levels()[0])]
        sums = np.append(np.zeros(self.over.size), np.append(~np.array(self.whole), np.zeros(flags)).astype(float))
        unit = moves.units[0] if len(moves.units) == 1 else 1.0
        sum_ = Level({}, sums, unit=unit)
        if not self.variation.count_first:
            return [sum_]
        number = np.append(np.zeros(self.over.size), np.append(np.array(self.whole), np.ones(flags)).astype(float))
        counts = [Level({}, number)]
        if moves.given:
            shares = np.zeros(len(number))
            end = self.over.size + count
            shares[end - len(moves.given) : end] = 1.0
            counts.append(Level({}, shares))
        return [*counts, sum_]
