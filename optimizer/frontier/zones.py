"""Three objectives: the region where better points may lie is a union of zones; each is asked for a point, or closed.

Objectives are maximised. A zone is everything strictly above a corner l in all objectives; with the zones of n points
the search region is exactly what no known point dominates. Each answer is a fact: an orthant above which there is no
plan. A zone inside such an orthant is closed. Zones are taken by the volume that may still hold something, a fixed
number at a time, so that the result depends neither on their order nor on the number of jobs. Without a tolerance a
zone is asked for its best plan in the first objective; with one, how far plans reach from its corner towards the best
values, which says most about the volume that is open. Where an objective has no steps, mixtures of plans count as
well (`patches`), and a zone is asked for a plan that is better than all of them by the tolerance in every objective: if
there is none, the zone is done. A corner of a face is best among the plans of its choices only, and another plan may be
as good in one objective and far better in the others, in no zone that is left: so each corner is held against all plans
at the end, some of them at a time, since what beats one often beats others as well.

Sources: Kirlik and Sayin, A new algorithm for generating all nondominated solutions of multiobjective discrete
optimization problems, EJOR 232, 2014, doi:10.1016/j.ejor.2013.08.001; Klamroth, Lacour and Vanderpooten, On the
representation of the search region in multi-objective optimization, EJOR 245, 2015, doi:10.1016/j.ejor.2015.03.031;
Daechert and Klamroth, A linear bound on the number of scalarizations needed to solve discrete tricriteria optimization
problems, Journal of Global Optimization 61, 2015, doi:10.1007/s10898-014-0205-z.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from outlay.optimizer.frontier.criteria.points import Found, Point, efficient
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.frontier.criteria.volume import open_volume, reached_volume
from outlay.optimizer.frontier.faces.heights import Heights
from outlay.optimizer.frontier.faces.mapped import Mapped
from outlay.optimizer.frontier.faces.patches import Patches
from outlay.optimizer.variation.solving import Question
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Zones that are asked at a time, and corners that are held at a time, whatever the number of jobs.
AT_A_TIME, HELD_AT_A_TIME = 4, 16
#: What differs by less than this share of the ranges is the same where an objective has no steps.
SAME = 1e-5


@dataclass
class Zones:
    """The search of all zones.

    Attributes
    ----------
    points
        What was found so far.
    corners
        The lower corners of the zones, shape (zones, objectives); minus infinity: no bound.
    closed
        Whether a fact says that a zone holds nothing, shape (zones,); once so, it stays so.
    facts
        Corners above which there is no plan, shape (facts, objectives).
    stuck
        Corners that are asked no more, with the reason.
    patches
        What mixtures of plans reach, where an objective has no steps; else None.
    mapped
        What a map says to ask of zones, where mixtures count and there is a tolerance; else None.
    done
        Corners above which no plan beats all plans and mixtures, shape (done, objectives).
    assumed
        Values of the plans of which nothing is known but that no known one dominates.
    doubted
        Values of the plans that are known to be best among some plans only: of the same choices, in a box, or by a sum
        that is proved to a gap in which there is room for a better one.
    unsure
        Values of those of them that were held against all plans in vain.
    behind
        Values of those of them that another plan beats.
    """

    space: Space
    points: list[Point] = field(default_factory=list)
    corners: np.ndarray = field(init=False)
    closed: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=bool))
    facts: np.ndarray = field(init=False)
    stuck: dict[tuple[float, ...], str] = field(default_factory=dict)
    patches: Patches | None = None
    mapped: Mapped | None = None
    done: np.ndarray = field(init=False)
    assumed: set[tuple[float, ...]] = field(default_factory=set)
    doubted: set[tuple[float, ...]] = field(default_factory=set)
    unsure: set[tuple[float, ...]] = field(default_factory=set)
    behind: set[tuple[float, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        count = len(self.space.objectives)
        self.corners = np.full((1, count), -np.inf)
        self.facts, self.done = np.zeros((0, count)), np.zeros((0, count))

    @property
    def within(self) -> float:
        """The share of each objective's range by which plans may beat what is reported."""
        return max(self.space.tolerance, SAME)

    @property
    def step(self) -> np.ndarray:
        """That in each objective, or as much as it takes to reach its next step; shape (objectives,)."""
        return np.maximum(self.within * self.space.scale, self.space.least / 2)

    def begin(self, points: list[Point]) -> None:
        """Start with the plans that are best for one objective after another; no plan is beyond the best values."""
        for at, best in enumerate(self.space.ideal.tolist()):
            fact = np.full(len(self.space.objectives), -np.inf)
            fact[at] = best
            self.learn(fact)
        if not all(each.grain for each in self.space.objectives):
            self.patches = Patches(self.space, self.within)
        for point in points:
            self.add(point)

    # -- questions ---------------------------------------------------------------------------------------------------

    def rest(self) -> np.ndarray:
        """Return the corners of the zones that may hold points, shape (rest, objectives)."""
        return self.corners[~self.closed]

    def _closes(self, facts: np.ndarray, corners: np.ndarray) -> np.ndarray:
        """Return for each corner whether one of some facts says that there is nothing above it; shape (corners,)."""
        above = (corners + 0.999 * self.space.least)[:, None, :]
        closes = np.isneginf(facts) | (facts < above)
        return np.asarray(np.any(np.all(closes, axis=2), axis=1))

    def open(self) -> np.ndarray:
        """Return the corners of those zones in which what is found may be beaten by more than the tolerance."""
        rest = self.rest()
        if self.patches is None:
            return rest
        above = rest + self.step * (1 + 1e-9)
        if len(self.done):
            left = [not bool((self.done <= corner).all(axis=1).any()) for corner in above]
            rest, above = rest[left], above[left]
        return rest if self.mapped is None or not len(rest) else rest[self.mapped.open(rest)]

    def map(self, heights: Heights) -> None:
        """Take a map, and draw into it what is known."""
        assert self.patches is not None
        self.mapped = Mapped(self.space, heights, self.patches, self.step)
        for fact in self.facts:
            heights.close(fact / self.space.scale)

    def take_sum(self, normal: np.ndarray, found: Found) -> None:
        """Learn from the best plan of a weighted sum by the ranges."""
        if self.mapped is not None and np.isfinite(found.bound):
            self.mapped.heights.lower(normal, found.bound)
        if found.point is not None:
            self.add(found.point)
            slack = found.bound - float(normal @ (np.array(found.point.values) / self.space.scale))
            if self.mapped is not None and not (slack <= self.within * normal).all():
                self.doubted.add(found.point.values)

    def missing(self) -> float:
        """Return by which share of each range a plan may beat all that is found at most; infinity: it is not known."""
        zones = self.rest() if self.patches is None else self.open()
        if not len(zones):
            return self.space.tolerance if self.patches is not None else 0.0
        worst = 0.0
        for corner in zones:
            with np.errstate(invalid="ignore"):
                beyond = np.where(np.isneginf(self.facts), -np.inf, (self.facts - corner) / self.space.scale)
            worst = max(worst, float(beyond.max(axis=1).min()))
        if self.mapped is not None:
            worst = min(worst, self.mapped.heights.missing())
        return max(0.0, worst)

    def left(self) -> float:
        """Return the volume that is open, inside the box from the worst to the best values."""
        return open_volume(self.rest(), self.facts, self.space.nadir, self.space.ideal)

    def is_enough(self) -> bool:
        """Return whether the volume that is open is within the tolerance."""
        left = self.left()
        reached = reached_volume(np.array([point.values for point in self.points]), self.space.nadir)
        return left <= self.space.tolerance * (reached + left)

    def largest(self, corners: np.ndarray) -> np.ndarray:
        """Return corners in the order of the volume of their zones, those that hold most first."""
        volumes = [self._volume(corner) for corner in corners]
        return corners[sorted(range(len(corners)), key=lambda at: (-volumes[at], tuple(corners[at])))]

    def ask(self) -> dict[str, tuple[np.ndarray, Question]]:
        """Return questions of the largest zones by name, none if nothing is to be asked."""
        corners = [corner for corner in self.open() if tuple(corner) not in self.stuck]
        volumes = [self._volume(corner) for corner in corners]
        order = sorted(range(len(corners)), key=lambda at: (-volumes[at], tuple(corners[at])))
        if self.space.tolerance > 0 and self.patches is None:
            order = [at for at in order if volumes[at] > 0]
        asked: dict[str, tuple[np.ndarray, Question]] = {}
        for at in order:
            question = self._question(f"zone {len(asked)}", corners[at])
            if all(question.key != other.key for _, other in asked.values()):
                asked[question.name] = (corners[at], question)
            if len(asked) == AT_A_TIME:
                break
        return asked

    def _question(self, name: str, corner: np.ndarray) -> Question:
        if self.patches is not None:
            return self._beating(name, corner) if self.mapped is None else self.mapped.question(name, corner)
        if self.space.tolerance > 0:
            base = self._base(corner)
            return self.space.towards(name, base, self.space.ideal - base, self._start(base, (0, 1, 2)))
        floors = self._floors(corner)
        return self.space.in_turn(name, 0, floors, self._start(corner, (1, 2)))

    def _beating(self, name: str, corner: np.ndarray) -> Question:
        """Return the question for a plan above a corner that beats all plans and mixtures by the tolerance."""
        assert self.patches is not None
        groups = self.patches.groups(corner, self.step)
        above = {at: least for at, least in enumerate((corner + self.step).tolist()) if np.isfinite(least)}
        return self.space.above(name, {**self.patches.cut, **above}, groups)

    def _volume(self, corner: np.ndarray) -> float:
        """Return the volume of a zone: what facts leave of it if there is a tolerance, else all of it."""
        if self.mapped is not None:
            return self.mapped.left(corner)
        if self.space.tolerance > 0:
            return open_volume(corner[None, :], self.facts, self.space.nadir, self.space.ideal)
        return float(np.prod((self.space.ideal - np.maximum(corner, self.space.nadir)) / self.space.range))

    def _base(self, corner: np.ndarray) -> np.ndarray:
        """Return where to start from in a zone: nothing is measured below the worst values that are known."""
        return np.maximum(corner, self.space.nadir)

    def _floors(self, corner: np.ndarray) -> Mapping[int, float]:
        return {at: corner[at] + self.space.least[at] / 2 for at in (1, 2) if np.isfinite(corner[at])}

    def _start(self, corner: np.ndarray, which: tuple[int, ...]) -> Point | None:
        able = [point for point in self.points if all(point.values[at] > corner[at] for at in which)]
        return max(able, key=lambda point: point.values, default=None)

    # -- answers -----------------------------------------------------------------------------------------------------

    def take(self, corner: np.ndarray, answer: VariedAnswer) -> None:
        """Learn from the answer of a zone."""
        found = self.space.read(answer)
        if self.patches is not None and self.mapped is None:
            self._take_above(corner, found)
        elif self.patches is None and self.space.tolerance > 0:
            self._take_reach(corner, found)
        elif self.patches is None:
            self._take_best(corner, found)
        new = found.point is not None and self.add(found.point)
        if self.mapped is not None:
            if found.point is not None and new:
                self.doubted.add(found.point.values)  # best in a box: a plan beyond its ends may be better
            reason = self.mapped.take(corner, found, new=new)
        else:
            again = bool((self.open() == corner).all(axis=1).any())  # nothing more can be learned by asking again
            reason = found.reason or ("gap" if again else "")
        if reason:
            self.stuck[tuple(corner)] = reason

    def _take_above(self, corner: np.ndarray, found: Found) -> None:
        assert self.patches is not None
        if not np.isneginf(found.bound):
            return
        self.done = np.vstack([self.done, corner + self.step])
        if not self.patches.groups(corner, self.step):
            self.learn(corner + self.step)

    def explore(self) -> bool:
        """Find what the plans of some choices reach together; return whether there were any left."""
        assert self.patches is not None
        found = self.patches.explore()
        for point in found or []:
            self.doubted.add(point.values)
            self._split(point)
        return found is not None

    def efficient(self) -> list[Point]:
        """Return the points that no known plan beats, without mixtures of others."""
        out = self.behind | (set() if self.patches is None else self.patches.mixed())
        points = [point for point in efficient(self.points) if point.values not in out]
        unsure = self.doubted | self.unsure
        unsure |= {values for values in self.assumed if not self._unbeaten(values)}
        return [replace(point, proved=point.proved and point.values not in unsure) for point in points]

    def _unbeaten(self, values: tuple[float, ...]) -> bool:
        """Return whether the facts say of each zone that nothing in it dominates a point, where all have steps."""
        above = np.maximum(self.rest(), np.array(values) - self.space.least)
        return bool(self._closes(self.facts, above).all())

    def held(self) -> dict[str, tuple[Point, Question]]:
        """Return a question for some corners of faces that may lie behind a plan of other choices, far from each other.

        A plan that beats one by less than the tolerance, in each objective, need not be found.
        """
        doubted = [point for point in self.efficient() if point.values in self.doubted]
        if self.mapped is not None:
            sure = {point.values for point in doubted if not self.mapped.may_be_behind(point)}
            self.doubted -= sure
            doubted = [point for point in doubted if point.values not in sure]
        asked: dict[str, tuple[Point, Question]] = {}
        for point in doubted[:: max(1, len(doubted) // HELD_AT_A_TIME)][:HELD_AT_A_TIME]:
            name = f"corner {len(asked)}"
            floors = dict(enumerate((np.array(point.values) - self.space.least / 4).tolist()))
            asked[name] = point, self.space.above(name, floors, start=point, enough=self.space.tolerance)
        return asked

    def take_held(self, point: Point, answer: VariedAnswer) -> None:
        """Learn from the answer to a corner of a face."""
        found = self.space.read(answer)
        self.doubted.discard(point.values)
        if found.point is None or found.reason:
            self.unsure.add(point.values)
        if found.point is not None and (np.array(found.point.values) > point.values + 0.999 * self.space.least).any():
            self.behind.add(point.values)
            self.add(found.point, explored=self.space.tolerance > 0)

    def _take_best(self, corner: np.ndarray, found: Found) -> None:
        floors = self._floors(corner)
        bound = self.space.unblended(found.bound, 0, floors) if self.space.blends(0, floors) else found.bound
        if not np.isposinf(bound):
            self.learn(np.array([bound, corner[1], corner[2]]))

    def _take_reach(self, corner: np.ndarray, found: Found) -> None:
        base = self._base(corner)
        if np.isneginf(found.bound):
            self.learn(base)
        elif np.isfinite(found.bound):
            self.learn(base + max(0.0, found.bound) * (self.space.ideal - base))

    def learn(self, fact: np.ndarray) -> None:
        """Keep a fact, and drop those that it says as well."""
        if len(self.facts) and (self.facts <= fact).all(axis=1).any():
            return
        kept = self.facts[~(fact <= self.facts).all(axis=1)]
        self.facts = np.vstack([kept, fact])
        if self.mapped is not None:
            self.mapped.heights.close(fact / self.space.scale)
        self.closed |= self._closes(fact[None, :], self.corners)

    def add(self, point: Point, *, explored: bool = False) -> bool:
        """Take a point that was found; return whether it adds to what is reached.

        `explored`: what else the plans of its choices reach is not looked for.
        """
        reaches = self.patches is not None and self.patches.add(point, explored=explored)
        return self._split(point) or reaches

    def _split(self, point: Point) -> bool:
        """Split the zones that a point lies in; return whether there are any."""
        values = np.array(point.values)
        inside = (values > self.corners + self.space.least / 4).all(axis=1)
        if not inside.any():
            return False  # it is known, or as good as one that is
        self.points.append(point)
        kept, split = self.corners[~inside], self.corners[inside]
        parts = []
        for at in range(values.size):
            part = split.copy()
            part[:, at] = values[at]
            parts.append(part)
        new = _largest(kept, np.unique(np.vstack(parts), axis=0))
        self.corners = np.vstack([kept, new])
        self.closed = np.concatenate([self.closed[~inside], self._closes(self.facts, new)])
        return True


def _largest(kept: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Return new corners without those whose zone lies in another one; those kept lie in none of each other."""
    every = np.vstack([kept, new])
    redundant = [
        bool(((every <= corner).all(axis=1) & (every < corner).any(axis=1)).any()) for corner in new
    ]  # fmt: skip
    return new[~np.array(redundant, dtype=bool)]
