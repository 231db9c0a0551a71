"""The ends of a frontier: the plans that are best for one objective after another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations

from outlay.instances.errors import InfeasibleError, InputError, NoPlanError
from outlay.optimizer.frontier.box import Box
from outlay.optimizer.frontier.boxes import Boxes
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.sharing.pool import QuestionPool
from outlay.optimizer.status import Status
from outlay.optimizer.variation.solving import Question
from outlay.optimizer.variation.varied_answer import VariedAnswer


@dataclass
class Ends:
    """The plans that are best for one objective after another: the ends of the frontier."""

    space: Space
    bounds: list[float] = field(default_factory=list)

    def find(self, pool: QuestionPool) -> list[Point]:
        """Return them: of two objectives both, of three all six orders.

        Raises
        ------
        InputError
            If an objective has no end.
        InfeasibleError
            If no plan is possible.
        NoPlanError
            If one was not found in time.
        """
        space, count = self.space, len(self.space.objectives)
        orders = list(permutations(range(count)))
        asked: list[Question] = []
        for order in orders:
            name = "best " + ", then ".join(space.objectives[at].name for at in order)
            asked.append(space.lexicographic(name, order, {}))
        answers = pool.ask(asked)
        if pool.interrupted:
            raise KeyboardInterrupt
        bounds = [math.inf] * count
        points = []
        for order, question in zip(orders, asked, strict=True):
            answer = answers[question.name]
            self._refuse(order, answer)
            found = space.read(answer)
            if found.point is None:
                problem = f"the plan that is {question.name} was not found ({found.reason})"
                raise NoPlanError(f"frontier: {problem}; give each question more time (time_limit)")
            points.append(found.point)
            bounds[order[0]] = min(bounds[order[0]], found.bound)
        self.bounds = bounds
        space.span(points, bounds)
        return points

    def _refuse(self, order: Sequence[int], answer: VariedAnswer) -> None:
        if answer.infeasible:
            raise InfeasibleError("no plan is possible, so there is no frontier; `outlay explain INSTANCE` tells why")
        if answer.status == Status.UNBOUNDED:
            name = self.space.objectives[order[max(0, len(answer.stages) - 1)]].name
            problem = "it can be made better without end"
            raise InputError.single("frontier", problem, "limit what it counts", column="objective", value=name)

    def beyond(self, boxes: Boxes) -> None:
        """Leave open what the bounds of the ends do not exclude."""
        space = self.space
        first, second = boxes.points[0], boxes.points[-1]
        boxes.facts += [(at, float(bound), -math.inf) for at, bound in enumerate(self.bounds)]
        for at, end in enumerate((first, second)):
            if self.bounds[at] > end.values[at] + space.least[at] * 0.999:
                low, high = list(end.values), [float(self.bounds[0]), float(self.bounds[1])]
                low[1 - at] = -math.inf
                why = "not proved" if math.isinf(self.bounds[at]) else "gap"
                boxes.open.append(Box((low[0], low[1]), (high[0], high[1]), first, second, reason=why))
