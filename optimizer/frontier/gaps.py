"""Objectives in steps: a local search finds plans, and then the zones between them are proved empty, several at once.

A question is asked of a group of zones: any plan in one of them. Most answers are that there is none, which closes all
zones of the group; their proofs have much in common, so that one of several takes little longer than one of each. A
plan that is found is one more to search around, and splits the zones that it lies in. What is not answered in time is
asked zone by zone, and then left to the search of boxes or zones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from outlay.optimizer.frontier.criteria.local_search import LocalSearch
from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.zones import AT_A_TIME, Zones
from outlay.optimizer.sharing.pool import QuestionPool
from outlay.optimizer.variation.solving import Question

#: Zones of a group. Of a knapsack of 50 with two objectives, proofs of each zone, of 4, 7 and 12 took 2.3, 1.4, 1.1 and
#: 1.4 s of CPU time.
TOGETHER = 7


@dataclass
class Gaps:
    """Zones between known plans that are closed in groups.

    Attributes
    ----------
    alone
        Corners of zones that were in a group that was not answered.
    left
        Corners of zones of which nothing is known although they were asked alone.
    """

    space: Space
    zones: Zones
    search: LocalSearch
    alone: set[tuple[float, ...]] = field(default_factory=set)
    left: set[tuple[float, ...]] = field(default_factory=set)
    _tried: set[tuple[float, ...]] = field(default_factory=set)
    _round: int = 0

    @classmethod
    def between(cls, space: Space, zones: Zones) -> Gaps | None:
        """Return the gaps of zones; None where they are not for this search."""
        problem = space.varied.over.session.problem
        if not all(each.grain for each in space.objectives) or not LocalSearch.fits(problem):
            return None
        search = LocalSearch(problem, space.gains(), seed=int(space.options["seed"]))
        search.begin()
        search.add(np.array([space.decisions_of(point) for point in zones.points]))
        return cls(space, zones, search)

    def fill(self, pool: QuestionPool) -> None:
        """Close the zones, as far as that is answered before an interrupt."""
        pool.unless_stopped(self._look)
        while not pool.interrupted and (asked := self._ask()):
            answers = pool.ask([question for _, question in asked])
            for corners, question in asked:
                if question.name in answers:
                    self._take(corners, self.space.read(answers[question.name]))
            pool.unless_stopped(self._look)

    def _look(self) -> None:
        """Search around the plans that are known, and take those that were found and verify."""
        self.search.run()
        for decisions, values in zip(self.search.points, self.search.values, strict=True):
            if tuple(values) not in self._tried:
                self._tried.add(tuple(values))
                point = self.space.point_at(decisions)
                if point is not None:
                    self._add(point)

    def _add(self, point: Point) -> None:
        self.zones.assumed.add(point.values)
        self.zones.add(point)

    def _ask(self) -> list[tuple[np.ndarray, Question]]:
        """Return groups of open zones, with what is asked of each."""
        self._round += 1
        if self._to_tolerance and self.zones.is_enough():
            return []
        open_ = [corner for corner in self.zones.rest() if tuple(corner) not in self.left]
        single = [corner for corner in open_ if tuple(corner) in self.alone]
        several = [corner for corner in open_ if tuple(corner) not in self.alone]
        groups = [np.array([corner]) for corner in single]
        if several:
            most = AT_A_TIME * TOGETHER if self._to_tolerance else len(several)
            chosen = self.zones.largest(np.array(several))[:most] if most < len(several) else np.array(several)
            groups += _grouped(chosen, self.space.nadir)
        return [
            (group, self.space.beyond_one_of(f"gaps {self._round}.{number}", group))
            for number, group in enumerate(groups, start=1)
        ]

    @property
    def _to_tolerance(self) -> bool:
        """Whether a share of the volume may stay open."""
        return self.space.tolerance > 0 and len(self.space.objectives) == 3

    def _take(self, corners: np.ndarray, found: Found) -> None:
        """Learn from the answer of a group."""
        if np.isneginf(found.bound):
            for corner in corners:
                self.zones.learn(corner)
        elif found.point is not None:
            self.search.add(self.space.decisions_of(found.point)[None, :])
            self._add(found.point)
        else:
            (self.alone if len(corners) > 1 else self.left).update(tuple(corner) for corner in corners)


def _grouped(corners: np.ndarray, nadir: np.ndarray) -> list[np.ndarray]:
    """Return corners in groups of those that are close to each other: halved where they differ most."""
    if len(corners) <= TOGETHER:
        return [corners]
    place = np.maximum(corners, nadir)
    axis = int(np.argmax(np.ptp(place, axis=0)))
    order = np.argsort(place[:, axis], kind="stable")
    half = len(corners) // 2
    return [*_grouped(corners[order[:half]], nadir), *_grouped(corners[order[half:]], nadir)]
