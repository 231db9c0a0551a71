"""Plans that are best for some weights: incomplete information about what counts, as in Robust Portfolio Modelling.

Weights w lie in a polytope W: between a low and a high one each, in an order if one is given. V(w) = max w m(x) over
plans x with metrics m(x) is convex and piecewise linear; each of its pieces is one extreme supported plan, best for all
weights of a cell of W. V is bounded from below by the plans that are known. At each vertex of that lower bound the best
plan is asked for: either it is a new piece, or the bound is proved there; where all vertices are proved V is known
everywhere, because a convex function that is no larger than a linear one at all vertices of a cell is so in the cell.

Sources: Liesio, Mild and Salo, Preference programming for robust portfolio modeling and project selection, EJOR 181,
2007, doi:10.1016/j.ejor.2005.12.041 (incomplete information, core indices); Przybylski, Gandibleux and Ehrgott, A
recursive algorithm for finding all nondominated extreme points in the outcome set of a multiobjective integer
programme, INFORMS Journal on Computing 22(3), 2010, doi:10.1287/ijoc.1090.0342 (decomposition of the set of weights).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import HalfspaceIntersection

from outlay.instances.errors import Fault, InfeasibleError, InputError
from outlay.instances.instance import Instance
from outlay.instances.values.text import did_you_mean
from outlay.optimizer.frontier.criteria.objectives import Objective
from outlay.optimizer.frontier.criteria.points import Point
from outlay.optimizer.frontier.criteria.space import Space
from outlay.optimizer.sharing.pool import QuestionPool
from outlay.optimizer.status import Status
from outlay.optimizer.variation.varied_answer import VariedAnswer

#: Metrics whose weights may be uncertain.
MOST_METRICS = 4
#: Values agree within this share of the largest one.
CLOSE = 1e-6
#: Weights agree within this share of their range.
SAME = 1e-7


@dataclass(frozen=True)
class Weights:
    """What is known of a stakeholder's weights.

    Attributes
    ----------
    stakeholder, metrics
        Whose they are, and of what.
    low, high
        Bounds, shape (metrics,).
    order
        (a, b): the weight of metric a is no less than that of b, by number.
    """

    stakeholder: str
    metrics: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    order: tuple[tuple[int, int], ...] = ()

    @property
    def free(self) -> np.ndarray:
        """The metrics whose weight is not known exactly."""
        return np.nonzero(self.high > self.low)[0]

    def halfspaces(self) -> np.ndarray:
        """Return W over shares u of the free weights' ranges, w = low + u (high - low), as rows of a u + b <= 0."""
        free, count = self.free.tolist(), len(self.free)
        rows = [
            np.append(sign * np.eye(count)[at], [-1.0 if sign > 0 else 0.0]) for at in range(count) for sign in (1, -1)
        ]
        for more, less in self.order:
            row = np.zeros(count + 1)
            for metric, sign in ((less, 1.0), (more, -1.0)):
                row[-1] += sign * self.low[metric]
                if metric in free:
                    row[free.index(metric)] += sign * (self.high[metric] - self.low[metric])
            rows.append(row)
        return np.array(rows).reshape(-1, count + 1)

    def at(self, share: np.ndarray) -> np.ndarray:
        """Return the weights at shares of the free ones' ranges, shape (metrics,)."""
        weights = self.low.copy()
        weights[self.free] += share * (self.high - self.low)[self.free]
        return weights


def weights_of(instance: Instance, stakeholder: str, order: Sequence[str]) -> Weights:
    """Return what is known of a stakeholder's weights.

    Raises
    ------
    InputError
        If there is no such stakeholder, too much is unknown, or an order names what is not weighed.
    """
    rows = [row for row in instance["stakeholders"].records() if row["stakeholder"] == stakeholder]
    if not rows:
        people = set(instance["stakeholders"].texts("stakeholder"))
        raise _wrong("there is no such stakeholder", did_you_mean(stakeholder, people), stakeholder)
    metrics = tuple(str(row["metric"]) for row in rows)
    low, high = (np.array([_bound(row, side) for row in rows]) for side in ("low", "high"))
    pairs, faults = _pairs(order, metrics)
    found = Weights(stakeholder, metrics, low, high, tuple(pairs))
    if len(found.free) > MOST_METRICS:
        problem = f"{len(found.free)} of its weights are not known; at most {MOST_METRICS} can be"
        faults += _wrong(problem, "give the others one weight (low = high)", stakeholder).faults
    if not len(found.free):
        remedy = "give `low` and `high` in stakeholders, or solve with the objective @" + stakeholder
        faults += _wrong("all its weights are known exactly", remedy, stakeholder).faults
    if faults:
        raise InputError(faults)
    return found


def _bound(row: Mapping[str, Any], side: str) -> float:
    """Return an end of a weight's range: the weight itself where it is blank."""
    return float(row["weight"] if row[side] is None else row[side])


def _pairs(order: Sequence[str], metrics: Sequence[str]) -> tuple[list[tuple[int, int]], list[Fault]]:
    """Return (more, less) of texts such as ``a>b>c``, and what is wrong with them."""
    pairs, faults = [], list[Fault]()
    for text in order:
        names = [name.strip() for name in str(text).split(">")]
        for name in names:
            if name not in metrics:
                faults += _wrong("it is not weighed by the stakeholder", did_you_mean(name, metrics), name).faults
        if len(names) < 2 or len(set(names)) < len(names):
            faults += _wrong("this is no order", "write us_npv>jobs", text).faults
        if not faults:
            pairs += [(metrics.index(more), metrics.index(less)) for more, less in pairwise(names)]
    return pairs, faults


def _wrong(problem: str, remedy: str, value: object) -> InputError:
    return InputError.single("frontier", problem, remedy, column="weights", value=value)


def objectives_of(instance: Instance, weights: Weights) -> tuple[Objective, ...]:
    """Return an objective for each metric that is weighed."""
    return tuple(
        Objective(f"max:{name}", name, instance.metric_unit(name), {"cost": 0.0, name: 1.0}) for name in weights.metrics
    )


@dataclass
class Cells:
    """The search for all extreme supported plans.

    Attributes
    ----------
    points
        The plans found so far, as points in the metrics.
    unproved
        Weights at which the best value is not proved, with the reason.
    """

    space: Space
    weights: Weights
    points: list[Point] = field(default_factory=list)
    unproved: list[tuple[np.ndarray, str]] = field(default_factory=list)
    _done: list[np.ndarray] = field(default_factory=list)

    def work(self, pool: QuestionPool) -> None:
        """Ask at vertices until none is left, or until an interrupt.

        Raises
        ------
        InputError
            If the weights have no room, or there is no best plan for some.
        InfeasibleError
            If no plan is possible.
        """
        vertices = self._corners()
        while len(vertices) and not pool.interrupted:
            asked = {}
            for number, share in enumerate(vertices):
                w = self.weights.at(share)
                best = max(self.points, key=lambda point: float(w @ point.values), default=None)
                asked[f"weights {number}"] = self.space.weighted(
                    f"weights {number}", dict(enumerate(w.tolist())), {}, best
                )
            answers = pool.ask(list(asked.values()))
            for number, share in enumerate(vertices):
                answer = answers.get(f"weights {number}")
                if answer is not None:
                    self._done.append(share)
                    self._take(share, answer)
            vertices = [share for share, _ in self.vertices() if not self._known(share)]
        if pool.interrupted:
            self.unproved += [(self.weights.at(share), "interrupted") for share in vertices if not self._known(share)]

    def _take(self, share: np.ndarray, answer: VariedAnswer) -> None:
        found = self.space.read(answer)
        if answer.infeasible and not self.points:
            raise InfeasibleError("no plan is possible, so there is no best one; `outlay explain INSTANCE` tells why")
        if answer.status == Status.UNBOUNDED:
            problem = "for some weights a plan can be made better without end"
            raise _wrong(problem, "limit what the metrics count", self.weights.stakeholder)
        w = self.weights.at(share)
        known = max((float(w @ point.values) for point in self.points), default=-np.inf)
        if found.point is not None and float(w @ found.point.values) > known + self._slack():
            self.points.append(found.point)
            known = float(w @ found.point.values)
        if found.reason or found.bound > known + 2 * self._slack():
            self.unproved.append((w, found.reason or "gap"))

    def _slack(self) -> float:
        worth = [
            abs(float(self.weights.at(share) @ point.values)) for share in self._done[-1:] for point in self.points
        ]
        return CLOSE * max([1e-6, *worth])

    def _known(self, share: np.ndarray) -> bool:
        return any(bool((np.abs(share - other) <= SAME).all()) for other in self._done)

    def _corners(self) -> list[np.ndarray]:
        """Return the vertices of W.

        Raises
        ------
        InputError
            If bounds and order leave nothing, or no room.
        """
        rows = self.weights.halfspaces()
        inside = _inside(rows)
        if inside is None:
            problem = "the bounds and the order leave no weights with any room"
            raise _wrong(problem, "widen the bounds, or fix weights that are equal", self.weights.stakeholder)
        if len(self.weights.free) == 1:
            ends = [-row[1] / row[0] for row in rows]
            low = max(end for end, row in zip(ends, rows, strict=True) if row[0] < 0)
            high = min(end for end, row in zip(ends, rows, strict=True) if row[0] > 0)
            return [np.array([low]), np.array([high])]
        found = HalfspaceIntersection(rows, inside).intersections
        return [np.array(each) for each in np.unique(np.round(found, 12), axis=0)]

    def vertices(self) -> list[tuple[np.ndarray, list[int]]]:
        """Return the vertices of the lower bound of V: shares of the free weights' ranges, and the plans best there."""
        free, rows = self.weights.free, self.weights.halfspaces()
        values = np.array([point.values for point in self.points])
        slope = values[:, free] * (self.weights.high - self.weights.low)[free]
        level = values @ self.weights.low
        corners = np.array(self._corners())
        most = (corners @ slope.T + level).max()
        least = (corners @ slope.T + level).min()
        unit = max(most - least, CLOSE * max(1.0, abs(most)))
        count = len(free)
        above = np.hstack([slope / unit, -np.ones((len(values), 1)), ((level - least) / unit)[:, None]])
        bounds = np.hstack([rows[:, :count], np.zeros((len(rows), 1)), rows[:, count:]])
        lid = np.append(np.zeros(count), [1.0, -3.0])
        start = _inside(rows)
        assert start is not None
        inside = np.append(start, 2.0)
        found = HalfspaceIntersection(np.vstack([above, bounds, lid]), inside).intersections
        found = found[np.isfinite(found).all(axis=1)]
        found = np.unique(np.round(found[found[:, -1] < 2.5], 10), axis=0)
        result = []
        for vertex in found:
            worth = above[:, :count] @ vertex[:count] + above[:, -1]
            result.append((vertex[:count], np.nonzero(worth >= worth.max() - 1e-7)[0].tolist()))
        return result

    def extreme(self) -> list[tuple[Point, np.ndarray]]:
        """Return the plans that are best in a cell with room, and weights from the midst of it."""
        vertices, found = self.vertices(), []
        count = len(self.weights.free)
        for number, point in enumerate(self.points):
            own = np.array([share for share, best in vertices if number in best]).reshape(-1, count)
            if len(own) > count and np.linalg.matrix_rank(own - own.mean(axis=0), tol=1e-6) == count:
                midst = self.weights.at(own.mean(axis=0)).tolist()
                found.append((point, np.array([float(f"{each:.9g}") for each in midst])))
        return sorted(found, key=lambda each: each[0].values, reverse=True)


def _inside(rows: np.ndarray) -> np.ndarray | None:
    """Return the point farthest inside of halfspaces, or None if there is none with room around it."""
    matrix, limits = rows[:, :-1], -rows[:, -1]
    norms = np.linalg.norm(matrix, axis=1)
    if (limits[norms == 0] < 0).any():
        return None
    matrix, limits, norms = matrix[norms > 0], limits[norms > 0], norms[norms > 0]
    cost = np.append(np.zeros(matrix.shape[1]), -1.0)
    solved = linprog(cost, A_ub=np.hstack([matrix, norms[:, None]]), b_ub=limits, bounds=(None, None))
    found = np.zeros(1) if solved.status != 0 or solved.x is None else np.asarray(solved.x)
    return found[:-1] if found[-1] > SAME else None
