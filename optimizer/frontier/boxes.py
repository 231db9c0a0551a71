"""Two objectives: the region between two efficient points is a box; each box is halved, or proved empty.

Objectives are maximised. Between two neighbours that are known, better plans can only lie in the open box that they
span. The largest box is taken first. Its upper half is searched for the plan best in the first objective (then in the
second); what is left of the lower half is searched for the plan best in the second one. What both solves leave are
boxes between known points again, so boxes are independent of each other, and the result is the same in whatever order
they are taken. If both corners of a box decide the same of what is discrete, everything on the line between them can be
had, and one solve in the direction across it proves that nothing lies beyond: then the line is a segment of the
frontier.

Sources: Hamacher, Pedersen and Ruzika, Finding representative systems for discrete bicriterion optimization problems,
Operations Research Letters 35, 2007, doi:10.1016/j.orl.2006.03.019 (boxes); Boland, Charkhgard and Savelsbergh, A
criterion space search algorithm for biobjective integer programming: the balanced box method, INFORMS Journal on
Computing 27(4), 2015, doi:10.1287/ijoc.2015.0657 (the second solve).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from outlay.optimizer.frontier.criteria.space import Found, Point, Space
from outlay.optimizer.variation.solving import Question, VariedAnswer

#: Plans beyond a line by less than this share of a box are on it.
ON_LINE = 1e-6
#: Boxes of at most this share of the second objective's range are searched from their lower end, not halved.
SMALL = 0.15


@dataclass(frozen=True)
class Box:
    """Where efficient points may still lie: strictly between `low` and `high` in both objectives.

    Attributes
    ----------
    low, high
        The corners, one number an objective.
    first, second
        The known points at its ends: the better one in the first objective, and the better one in the second.
    half
        Whether its upper half is done already.
    crossed
        Whether the line between its corners is known not to be the frontier.
    reason
        Why it is not searched any further; empty if it is.
    """

    low: tuple[float, float]
    high: tuple[float, float]
    first: Point = field(compare=False)
    second: Point = field(compare=False)
    half: bool = False
    crossed: bool = False
    reason: str = ""

    @property
    def sides(self) -> np.ndarray:
        """Its length in each objective, shape (2,)."""
        return np.array(self.high) - np.array(self.low)


@dataclass
class Boxes:
    """The search of all boxes: a source of questions.

    Attributes
    ----------
    points, segments, open
        What was found so far: points, (first, second) of lines that are the frontier, and boxes that stay open.
    facts
        (number of an objective, its bound, floor of the other one): no plan above the floor is better than the bound.
    """

    space: Space
    points: list[Point] = field(default_factory=list)
    segments: list[tuple[Point, Point]] = field(default_factory=list)
    open: list[Box] = field(default_factory=list)
    facts: list[tuple[int, float, float]] = field(default_factory=list)
    _heap: list[tuple[float, tuple[float, ...], int, Box]] = field(default_factory=list)
    _asked: dict[str, Box] = field(default_factory=dict)
    _number: int = 0

    def begin(self, first: Point, second: Point) -> None:
        """Start with the two ends of the frontier."""
        self.points.append(first)
        if second.values[1] <= first.values[1] + self.space.least[1] / 4:
            return
        self.points.append(second)
        self._add(Box((second.values[0], first.values[1]), (first.values[0], second.values[1]), first, second))

    def resume(self, points: list[Point], corners: Iterable[Sequence[float]]) -> None:
        """Go on from efficient points where only the zones above some corners are left, objectives having steps.

        Zones next to each other become one box: a plan that dominates a point between them lies in both.
        """
        self.points, self._heap = points, []
        left = {tuple(corner) for corner in corners}
        edge = [each.grain for each in self.space.objectives]
        run: list[Point] = []
        for first, second in zip(points, [*points[1:], None], strict=True):
            if second is not None and (second.values[0], first.values[1]) in left:
                run += [first, second]
            elif run:
                low, high = (run[-1].values[0], run[0].values[1]), (run[0].values[0], run[-1].values[1])
                self._add(Box(low, (high[0] + edge[0], high[1] + edge[1]), run[0], run[-1]))
                run = []

    @property
    def waiting(self) -> int:
        """How many boxes are still to be searched."""
        return len(self._heap)

    @property
    def left(self) -> list[Box]:
        """The boxes that were not searched to the end, whatever the reason."""
        return [*self.open, *(box for *_, box in self._heap), *self._asked.values()]

    def could_beat(self, box: Box, point: Point) -> bool:
        """Return whether a plan in a box could be better than a point by more than the tolerance in both objectives."""
        more = np.array(box.high) - point.values
        if not (more > self.space.least / 2).all():
            return False
        close = np.maximum(self.space.tolerance * self.space.scale, self.space.least / 2)
        known = any(
            floor <= point.values[1 - at] and bound <= point.values[at] + close[at] for at, bound, floor in self.facts
        )
        return not known and bool((more > close).all())

    def size(self, box: Box) -> float:
        """Return by which share of an objective's range a point in a box may be better than a known one."""
        return float((box.sides / self.space.range).min())

    def _add(self, box: Box) -> None:
        if (box.sides <= self.space.least * (1 + 1e-9)).any():
            return  # nothing fits between
        if box.reason or self.size(box) <= self.space.tolerance:
            self.open.append(box)
            return
        self._number += 1
        heapq.heappush(self._heap, (-self.size(box), box.low, self._number, box))

    # -- questions ---------------------------------------------------------------------------------------------------

    def next(self) -> Question | None:
        """Return the question of the largest box."""
        if not self._heap:
            return None
        *_, number, box = heapq.heappop(self._heap)
        name = f"box {number}"
        self._asked[name] = box
        if self._is_line(box):
            across = {at: 1.0 / float(side) for at, side in enumerate(box.sides)}
            return self.space.weighted(name, across, dict(enumerate(box.low)), box.first)
        order, floors = self._order(box)
        start = box.first if box.half else box.second
        if self.in_steps:
            return self.space.single(name, order[0], floors, self._ceilings(box), start)
        return self.space.lexicographic(name, order, floors, start)

    def _order(self, box: Box) -> tuple[tuple[int, int], dict[int, float]]:
        """Return which objective is the first one in a box, and where the other one has its floor."""
        if box.half:
            return (1, 0), {0: box.low[0] + float(self.space.least[0]) / 2}
        return (0, 1), {1: self._middle(box)}

    @property
    def in_steps(self) -> bool:
        """Whether both objectives have steps, none so small that a box of a few of them is left open.

        Then one objective is asked for alone: to prove which of the plans that are as good in it is best in the other
        one takes longer than to find that in the next box, which holds its edge.
        """
        grains = np.array([each.grain for each in self.space.objectives])
        return bool((grains > self.space.tolerance * self.space.range).all())

    def _edge(self, at: int, edge: float) -> float:
        """Return below what a box stays that ends at a point: as good in that objective there may be a better one."""
        return edge + self.space.objectives[at].grain * self.in_steps

    def _ceilings(self, box: Box) -> dict[int, float]:
        """Return what objectives that have steps are at most inside a box; it halves the work of a proof."""
        return {at: box.high[at] - each.grain / 4 for at, each in enumerate(self.space.objectives)}

    def _is_line(self, box: Box) -> bool:
        return not box.half and not box.crossed and box.first.choices == box.second.choices

    def _middle(self, box: Box) -> float:
        """Return the middle of the second objective; between two steps of one that has steps.

        In a small box that has few steps it is the least one that counts: then one solve finds the neighbour of the
        first corner, or that there is none.
        """
        side, grain = float(box.sides[1]), self.space.objectives[1].grain
        if not grain:
            return box.low[1] + side / 2
        whole = float(self.space.range[1])
        if side <= SMALL * whole and grain >= self.space.tolerance * whole / 4:
            return box.low[1] + grain / 2
        steps = max(1, round(side / grain))
        return box.low[1] + (steps // 2 + 0.5 if steps > 1 else 0.5) * grain

    # -- answers -----------------------------------------------------------------------------------------------------

    def take(self, question: Question, answer: VariedAnswer) -> None:
        """Draw what an answer says from the box it was asked of."""
        box, found = self._asked.pop(question.name), self.space.read(answer)
        order, floors = self._order(box)
        if not self._is_line(box) and not self.in_steps and self.space.blends(order[0], floors):
            found = replace(found, bound=self.space.unblended(found.bound, order[0], floors))
        if not self._is_line(box) and not self.in_steps:  # with steps the question has ceilings as well
            self.facts.append((order[0], found.bound, floors[order[1]]))
        if self._is_line(box):
            self._line(box, found)
        elif found.point is None and not np.isneginf(found.bound):
            self._add(_stuck(box, found.reason))
        elif box.half:
            self._lower(box, found)
        else:
            self._upper(box, found)

    def _line(self, box: Box, found: Found) -> None:
        beyond = found.bound - float((np.array(box.first.values) - box.low) @ (1 / box.sides)) - self._base(box)
        scale = 1e-9 * float((np.abs(box.high) / box.sides).max())
        if beyond <= ON_LINE + scale + float((self.space.least / box.sides).max()) * 0.01:
            self.segments.append((box.first, box.second))
            return
        point = found.point
        inside = point is not None and (np.array(point.values) - box.low > self.space.least / 4).all()
        if point is None or not inside or not self._above(box, point):
            self._add(Box(box.low, box.high, box.first, box.second, crossed=True))
            return
        self.points.append(point)
        a, b = point.values
        self._add(Box((a, box.low[1]), (box.high[0], b), box.first, point))
        self._add(Box((box.low[0], b), (a, box.high[1]), point, box.second))

    def _base(self, box: Box) -> float:
        """Return what the lower corner is worth in the direction across the line."""
        return float(np.array(box.low) @ (1 / box.sides))

    def _above(self, box: Box, point: Point) -> bool:
        share = (np.array(point.values) - box.low) / box.sides
        return float(share.sum()) > 1 + ON_LINE

    def _upper(self, box: Box, found: Found) -> None:
        """Draw what the best of the first objective says, the second kept in the upper half."""
        middle, least, point = self._middle(box), self.space.least, found.point
        edge = box.low[0]
        if point is not None and point.values[0] > box.low[0] + least[0] / 4:
            self.points.append(point)
            edge, reached = point.values
            self._add(Box((box.low[0], reached), (self._edge(0, edge), box.high[1]), point, box.second))
        top = min(found.bound, box.high[0])
        if top > edge + least[0] * 0.999:
            self._add(_stuck(Box((edge, middle), (top, box.high[1]), box.first, box.second), found.reason or "gap"))
        self._add(Box((edge, box.low[1]), (box.high[0], middle), box.first, point or box.second, half=True))

    def _lower(self, box: Box, found: Found) -> None:
        """Draw what the best of the second objective says, the first kept above all that is known there."""
        least, point = self.space.least, found.point
        edge = box.low[1]
        if point is not None and point.values[1] > box.low[1] + least[1] / 4:
            self.points.append(point)
            reached, edge = point.values
            self._add(Box((reached, box.low[1]), (box.high[0], self._edge(1, edge)), box.first, point))
        top = min(found.bound, box.high[1])
        if top > edge + least[1] * 0.999:
            self._add(_stuck(Box((box.low[0], edge), (box.high[0], top), box.first, box.second), found.reason or "gap"))


def _stuck(box: Box, reason: str) -> Box:
    return Box(box.low, box.high, box.first, box.second, box.half, box.crossed, reason or "not answered")
