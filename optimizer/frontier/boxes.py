"""Two objectives: the region between two efficient points is a box; each box is halved, or proved empty.

Objectives are maximised. Between two neighbours that are known, better plans can only lie in the open box that they
span. The largest box is taken first. Its upper half is searched for the plan best in the first objective (then in the
second); what is left of the lower half is searched for the plan best in the second one. What both solves leave are
boxes between known points again, so boxes are independent of each other, and the result is the same in whatever order
they are taken. If both corners of a box decide the same of what is discrete, everything on the line between them can be
had, and one solve in the direction across it proves that nothing lies beyond: then the line is a segment of the
frontier. Where the plan that is best above a middle lies right at it, the frontier goes on there, and the next plan
would be next to it. Instead the plans that decide the same are followed to either side, to the next corner of what they
reach, by linear problems, and the line to that corner is held against all plans.

Sources: Hamacher, Pedersen and Ruzika, Finding representative systems for discrete bicriterion optimization problems,
Operations Research Letters 35, 2007, doi:10.1016/j.orl.2006.03.019 (boxes); Boland, Charkhgard and Savelsbergh, A
criterion space search algorithm for biobjective integer programming: the balanced box method, INFORMS Journal on
Computing 27(4), 2015, doi:10.1287/ijoc.2015.0657 (the second solve); Perini, Boland, Pecin and Savelsbergh, A criterion
space method for biobjective mixed integer programming: the boxed line method, INFORMS Journal on Computing 32(1), 2020,
doi:10.1287/ijoc.2019.0887 (lines from a plan).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from outlay.optimizer.frontier.box import Box, Line
from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.frontier.criteria.space import SHARE_OF_TOLERANCE, Space
from outlay.optimizer.variation.solving import Question
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Plans beyond a line by less than this share of a box are on it.
ON_LINE = 1e-6
#: A plan this close to the middle of a box, as a share of its side, lies right at it.
RIGHT_AT = 1e-3
#: Corners that are passed on the way back to the one next to a plan, at most.
MOST_CORNERS = 8
#: Boxes of at most this share of the second objective's range are searched from their lower end, not halved.
SMALL = 0.15


@dataclass
class Boxes:
    """The search of all boxes: a source of questions.

    Attributes
    ----------
    points, segments, open
        What was found so far: points, (first, second) of lines that are the frontier, and boxes that stay open.
    slivers
        For each line of which it is not proved that nothing lies beyond: by which share of the ranges a plan may be
        better than one on the line, and the area.
    facts
        (number of an objective, its bound, floor of the other one): no plan above the floor is better than the bound.
    """

    space: Space
    points: list[Point] = field(default_factory=list)
    segments: list[tuple[Point, Point]] = field(default_factory=list)
    open: list[Box] = field(default_factory=list)
    slivers: list[tuple[float, float]] = field(default_factory=list)
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
        if box.anchor is not None and not box.straight:
            return self._following(name, box)
        line = box.line
        if line is not None:
            enough = self.space.tolerance * SHARE_OF_TOLERANCE / float((line.sides / self.space.range).max())
            return self.space.weighted(name, line.across, dict(enumerate(line.low.tolist())), line.first, enough=enough)
        order, floors = self._order(box)
        start = box.first if box.half else box.second
        if self.in_steps:
            return self.space.single(name, order[0], floors, self._ceilings(box), start)
        return self.space.lexicographic(name, order, floors, start)

    def _following(self, name: str, box: Box) -> Question:
        """Return how far plans that decide the same as an end reach, or what of them lies beyond the line to there."""
        line = box.line
        if line is not None:
            return self.space.across(name, line.across, box.followed)
        at = 1 - int(box.anchor or 0)
        return self.space.along(name, (at, 1 - at), {1 - at: box.low[1 - at]}, box.followed)

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
        if box.anchor is not None and not box.straight:
            self._follow(box, found)
            return
        line = box.line
        if line is not None:
            self._line(box, line, found)
            return
        order, floors = self._order(box)
        if not self.in_steps:  # with steps the question has ceilings as well
            if self.space.blends(order[0], floors):
                found = replace(found, bound=self.space.unblended(found.bound, order[0], floors))
            self.facts.append((order[0], found.bound, floors[order[1]]))
        if found.point is None and not np.isneginf(found.bound):
            self._add(_stuck(box, found.reason))
        elif box.half:
            self._lower(box, found)
        else:
            self._upper(box, found)

    def _follow(self, box: Box, found: Found) -> None:
        """Draw where the line from an end of a box leads: to the corner next to it of what the same decisions reach."""
        line, point = box.line, found.point
        if line is None:
            box = replace(box, far=point)
        elif point is None or line.passed(point) <= ON_LINE:
            box = replace(box, straight=True)
        else:
            box = replace(box, far=point, corners=box.corners + 1)
        line = box.line
        # A line that is no longer than the tolerance is not worth the proof.
        short = line is None or (line.sides <= 2 * max(self.space.tolerance, ON_LINE) * self.space.range).any()
        if short or box.corners > MOST_CORNERS:
            box = Box(box.low, box.high, box.first, box.second, crossed=True)
        self._add(box)

    def _line(self, box: Box, line: Line, found: Found) -> None:
        beyond, size = line.beyond(found.bound), float((line.sides / self.space.range).max())
        scale = 1e-9 * float(((line.low + line.sides) / line.sides).max())
        exact = ON_LINE + scale + float((self.space.least / line.sides).max()) * 0.01
        if beyond <= exact or (beyond - exact) * size <= self.space.tolerance:
            self.segments.append((line.first, line.second))
            self._leave(line, beyond - exact)
            self._beside(box)
            return
        point = found.point
        if point is None or line.passed(point) <= ON_LINE or not (point.values - line.low > self.space.least / 4).all():
            self._add(Box(box.low, box.high, box.first, box.second, crossed=True))
            return
        self.points.append(point)
        self._leave(line, beyond - line.passed(point) - exact)
        self._split(box, point)

    def _leave(self, line: Line, beyond: float) -> None:
        """Remember what is not proved empty beyond what was found, as a share of the line's length."""
        if beyond > 0:
            size = float((line.sides / self.space.range).max())
            self.slivers.append((beyond * size, beyond * float(np.prod(line.sides))))

    def _beside(self, box: Box) -> None:
        """Go on from the far end of a line that was followed."""
        if box.anchor is None or box.far is None:
            return
        self.points.append(box.far)
        a, b = box.far.values
        if box.anchor:
            self._add(Box((a, box.low[1]), (box.high[0], b), box.first, box.far, anchor=1))
        else:
            self._add(Box((box.low[0], b), (a, box.high[1]), box.far, box.second, anchor=0))

    def _split(self, box: Box, point: Point) -> None:
        """Go on to either side of a point through which the frontier may go on."""
        a, b = point.values
        self._add(Box((a, box.low[1]), (box.high[0], b), box.first, point, anchor=1))
        self._add(Box((box.low[0], b), (a, box.high[1]), point, box.second, anchor=0))

    def _upper(self, box: Box, found: Found) -> None:
        """Draw what the best of the first objective says, the second kept in the upper half."""
        middle, least, point = self._middle(box), self.space.least, found.point
        edge, goes_on = box.low[0], False
        if point is not None and point.values[0] > box.low[0] + least[0] / 4:
            self.points.append(point)
            edge, reached = point.values
            goes_on = not self.space.objectives[1].grain and reached - middle <= RIGHT_AT * box.sides[1]
        if point is not None and goes_on:
            self._split(box, point)
        elif point is not None and edge > box.low[0]:
            self._add(Box((box.low[0], reached), (self._edge(0, edge), box.high[1]), point, box.second))
        top = min(found.bound, box.high[0])
        if top > edge + least[0] * 0.999:
            self._add(_stuck(Box((edge, middle), (top, box.high[1]), box.first, box.second), found.reason or "gap"))
        if not goes_on:
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
    return replace(box, reason=reason or "not answered")
