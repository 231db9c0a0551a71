"""What is asked on the way to a frontier, and what an answer says in the space of the objectives, all maximised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from outlay.optimizer.answer.plans import plan_point, read_plan
from outlay.optimizer.frontier.criteria.objectives import LEAST_DIFFERENCE, LEAST_MOVE, Objective
from outlay.optimizer.frontier.criteria.points import Found, Point
from outlay.optimizer.problem.spaces import FullPoint, SolverPoint
from outlay.optimizer.variation.applying import Varied, apply
from outlay.optimizer.variation.limit import rounded_up
from outlay.optimizer.variation.solving import Question, floats
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer
from outlay.optimizer.variation.vary import Variations
from outlay.optimizer.verify.plan import verify_plan

#: Objectives in steps are asked for in one solve, not one after another, if their numbers of steps multiply to less.
MOST_STEPS = 2e6
#: Weighted sums of metrics and moves, and what each is at least.
Floors: TypeAlias = tuple[tuple[dict[str, float], float], ...]
#: Groups of weighted sums: (weights, least, how much less there can be); one of each group is at least so large.
Groups: TypeAlias = tuple[tuple[tuple[dict[str, float], float, float], ...], ...]
#: Of the tolerance of a frontier, this share may stay unproved in each of its questions, but no larger gap.
SHARE_OF_TOLERANCE, MOST_GAP = 0.2, 1e-2
#: How bad an objective can be counts for nothing but the size of large numbers.
WORST_GAP = 0.05
NO_CEILINGS: Mapping[int, float] = MappingProxyType({})


@dataclass
class Space:
    """The objectives of a frontier and the way to ask for plans.

    Attributes
    ----------
    varied, objectives
        The compiled model, and what is maximised.
    options
        seed, time_limit_s, and gap if the user gave one.
    tolerance
        Share of each objective's range, or of the hypervolume, that may stay open.
    remote
        Whether questions go to other machines.
    ideal, nadir
        The best value of each objective, and the worst among the plans best for another one; shape (objectives,).
    least
        The least difference of each objective that counts, shape (objectives,).
    """

    varied: Variations
    objectives: tuple[Objective, ...]
    options: Mapping[str, Any]
    tolerance: float
    remote: bool = False
    ideal: np.ndarray = field(default_factory=lambda: np.zeros(0))
    nadir: np.ndarray = field(default_factory=lambda: np.zeros(0))
    least: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def range(self) -> np.ndarray:
        """The range of each objective among efficient plans, as far as it is known; shape (objectives,)."""
        return self.ideal - self.nadir

    @property
    def scale(self) -> np.ndarray:
        """The range of each objective, or its size where all ends are alike; shape (objectives,)."""
        size = np.maximum(np.abs(self.ideal), 1.0)
        return np.where(self.range > 2 * self.least, self.range, size)

    def span(self, points: Sequence[Point], bounds: Sequence[float]) -> None:
        """Take the range of each objective from the plans that are best for one of them after another."""
        values = np.array([point.values for point in points])
        self.ideal = np.where(np.isfinite(bounds), np.maximum(bounds, values.max(axis=0)), values.max(axis=0))
        self.nadir = values.min(axis=0)
        size = np.abs(values).max(axis=0)
        grain = np.array([objective.grain for objective in self.objectives])
        share = [LEAST_DIFFERENCE if each.limit is None else LEAST_MOVE for each in self.objectives]
        self.least = np.where(grain > 0, grain, np.array(share) * np.maximum(size, 1e-6))

    # -- questions ---------------------------------------------------------------------------------------------------

    def lexicographic(
        self, name: str, order: Sequence[int], floors: Mapping[int, float], start: Point | None = None
    ) -> Question:
        """Return the question for the plan that is best for one objective after another, others kept above floors."""
        if self.blends(order[0], floors):
            return self._blended(name, order[0], floors, start)
        first, *rest = [dict(self.objectives[at].weights) for at in order]
        enough = self._enough(order)
        return self._question(
            name, start, order[0], objective=first, then=tuple(rest), floors=self._floors(floors), enough=enough
        )

    def single(
        self,
        name: str,
        first: int,
        floors: Mapping[int, float],
        ceilings: Mapping[int, float],
        start: Point | None = None,
    ) -> Question:
        """Return the question for a plan that is best for one objective, all kept above floors and below ceilings."""
        kept, weights = self._floors(floors) + self._lids(ceilings), dict(self.objectives[first].weights)
        return self._question(name, start, first, objective=weights, floors=kept, exact=True, proving=True)

    def blends(self, first: int, floors: Mapping[int, float]) -> bool:
        """Return whether the other objectives can be so small a part of the first one that no step of it is lost.

        All must have steps, and the others floors: then a step of the first weighs more than all that they can gain.
        """
        others = [at for at in range(len(self.objectives)) if at != first]
        grains = np.array([each.grain for each in self.objectives])
        if not len(self.ideal) or not (grains > 0).all() or any(at not in floors for at in others):
            return False
        size = np.maximum(np.abs(self.ideal), np.abs(self.nadir))[first] / grains[first]
        return bool((self._steps(others, floors) + 1) * max(1.0, size) <= MOST_STEPS)

    def _steps(self, others: Sequence[int], floors: Mapping[int, float]) -> float:
        """Return how many steps other objectives can be above their floors, together."""
        return sum((self.ideal[at] - floors[at]) / self.objectives[at].grain for at in others)

    def _blended(self, name: str, first: int, floors: Mapping[int, float], start: Point | None) -> Question:
        others = [at for at in range(len(self.objectives)) if at != first]
        share = 1.0 / (self._steps(others, floors) + 1)
        weights = {at: share / self.objectives[at].grain for at in others}
        weights[first] = 1.0 / self.objectives[first].grain
        return self._question(
            name, start, None, objective=self.sum_of(weights), floors=self._floors(floors), exact=True
        )

    def unblended(self, bound: float, first: int, floors: Mapping[int, float]) -> float:
        """Return what the first objective cannot exceed, by a bound of what `_blended` asks for."""
        if not np.isfinite(bound):
            return bound
        others = [at for at in range(len(self.objectives)) if at != first]
        share = 1.0 / (self._steps(others, floors) + 1)
        least = sum(share * floors[at] / self.objectives[at].grain for at in others)
        return float(np.floor(bound - least + 1e-6) * self.objectives[first].grain)

    def in_turn(self, name: str, first: int, floors: Mapping[int, float], start: Point | None = None) -> Question:
        """Return the question for the plan best for one objective, then for the sum of the others by their range."""
        if self.blends(first, floors):
            return self._blended(name, first, floors, start)
        others = [at for at in range(len(self.objectives)) if at != first]
        total = self.sum_of({at: 1.0 / max(self.range[at], self.least[at]) for at in others})
        weights = dict(self.objectives[first].weights)
        return self._question(name, start, first, objective=weights, then=(total,), floors=self._floors(floors))

    def towards(self, name: str, base: np.ndarray, step: np.ndarray, start: Point | None = None) -> Question:
        """Return the question how far plans reach from a base in the direction of a step, in all objectives at once."""
        goals = tuple((dict(each.weights), float(base[at]), float(step[at])) for at, each in enumerate(self.objectives))
        total = self.sum_of({at: 1.0 / float(step[at]) for at in range(len(base))})
        return self._question(name, start, None, gap=self._gap_of_total(), objective=total, then=(), goals=goals)

    def weighted(
        self,
        name: str,
        weights: Mapping[int, float],
        floors: Mapping[int, float],
        start: Point | None = None,
        *,
        enough: float = 0.0,
        ceilings: Mapping[int, float] = NO_CEILINGS,
    ) -> Question:
        """Return the question for the plan that is best for a weighted sum of the objectives, between some limits.

        `enough` is the absolute gap of the sum that is proof enough, 0: a relative one.
        """
        total, kept = self.sum_of(weights), self._floors(floors) + self._lids(ceilings)
        return self._question(name, start, None, objective=total, floors=kept, **self._absolute(enough))

    def across(self, name: str, weights: Mapping[int, float], point: Point) -> Question:
        """Return the question for the best weighted sum among the plans that decide the same as a point does."""
        then = () if len(weights) == len(self.objectives) else (self._total(),)
        decided = point.plan.to_document()
        return self._question(name, point, None, exact=True, objective=self.sum_of(weights), then=then, decided=decided)

    def along(self, name: str, order: Sequence[int], floors: Mapping[int, float], point: Point) -> Question:
        """Return the question for the plan that decides the same and is best for one objective after another."""
        first, *rest = [dict(self.objectives[at].weights) for at in order]
        kept, decided = self._floors(floors), point.plan.to_document()
        return self._question(
            name, point, None, exact=True, objective=first, then=tuple(rest), floors=kept, decided=decided
        )

    def above(
        self,
        name: str,
        floors: Mapping[int, float],
        groups: Groups = (),
        start: Point | None = None,
        *,
        enough: float = 0.0,
        ceilings: Mapping[int, float] = NO_CEILINGS,
    ) -> Question:
        """Return the question for the best sum of objectives by their range, between limits, in one row a group.

        `enough` is as in `weighted`.
        """
        kept = self._floors(floors) + self._lids(ceilings)
        more = self._absolute(enough) or {"gap": self._gap_of_total()}
        return self._question(name, start, None, objective=self._total(), floors=kept, either=groups, **more)

    def _absolute(self, enough: float) -> dict[str, Any]:
        """Return the options of a question with an absolute gap; none if it is 0 or the user gave a relative one."""
        return {"exact": True, "enough": [enough]} if enough and self.options.get("gap") is None else {}

    def beyond_one_of(self, name: str, corners: np.ndarray) -> Question:
        """Return the question for any plan strictly above one of some corners, where all objectives have steps.

        Minus infinity: no floor. There is nothing to optimise, so that a proof needs no more than to find no plan.
        """
        floors = (corners + self.least / 2).tolist()
        groups = tuple(
            tuple((dict(self.objectives[at].weights), least) for at, least in enumerate(own) if np.isfinite(least))
            for own in floors
        )
        return self._question(name, None, None, exact=True, proving=True, objective={"cost": 0.0}, one_of=groups)

    def worst(self, name: str, at: int) -> Question:
        """Return the question how bad an objective can be."""
        return self._question(name, None, None, gap=WORST_GAP, objective=self.sum_of({at: -1.0}))

    def _total(self) -> dict[str, float]:
        return self.sum_of({at: 1.0 / max(self.range[at], self.least[at]) for at in range(len(self.objectives))})

    def sum_of(self, weights: Mapping[int, float]) -> dict[str, float]:
        """Return a weighted sum of objectives as one of metrics and moves."""
        total: dict[str, float] = {}
        for at, weight in weights.items():
            for name, own in self.objectives[at].weights.items():
                total[name] = total.get(name, 0.0) + weight * own
        return total

    def _floors(self, floors: Mapping[int, float]) -> Floors:
        return tuple((dict(self.objectives[at].weights), float(least)) for at, least in sorted(floors.items()))

    def _lids(self, ceilings: Mapping[int, float]) -> Floors:
        return tuple((self.sum_of({at: -1.0}), -float(most)) for at, most in sorted(ceilings.items()))

    def variation(self, **asked: Any) -> Variation:
        """Return a variation in which the limits that objectives stretch can be stretched."""
        stretched = [each for each in self.objectives if each.limit is not None]
        names = tuple(str(each.limit) for each in stretched)
        units = tuple(str(each.limit) for each in stretched if each.units)
        return Variation(stretch=names, units=units, **asked)

    def _question(
        self,
        name: str,
        start: Point | None,
        first: int | None,
        *,
        exact: bool = False,
        gap: float | None = None,
        proving: bool = False,
        enough: Sequence[float] = (),
        **asked: Any,
    ) -> Question:
        variation = self.variation(**asked)
        options = {**self.options, "gap": 0.0 if exact else self._gap(first) if gap is None else gap}
        options |= ({"proving": True} if proving else {}) | ({"enough": list(enough)} if enough else {})
        plan = None if start is None else start.plan
        return self.varied.question(name, variation, start=plan, options=options, remote=self.remote)

    def _gap(self, first: int | None) -> float:
        """Return the relative gap of a question: the user's, or one that does not matter beside the tolerance.

        It holds for whichever objective comes next as well, so that the one that is largest beside its range decides.
        """
        given = self.options.get("gap")
        if given is not None:
            return float(given)
        if first is None or not len(self.ideal):
            return min(MOST_GAP, SHARE_OF_TOLERANCE * self.tolerance / 4)
        size = np.maximum(np.maximum(np.abs(self.ideal), np.abs(self.nadir)), 1e-9)
        return min(MOST_GAP, SHARE_OF_TOLERANCE * self.tolerance * float((self.range / size).min()))

    def _enough(self, order: Sequence[int]) -> list[float]:
        """Return absolute gaps that do not matter beside the tolerance; none while no range is known, or by request.

        A relative gap is as small as it must be where an objective is largest, and needlessly small elsewhere.
        """
        if self.options.get("gap") is not None or not len(self.ideal) or not self.tolerance:
            return []
        return (SHARE_OF_TOLERANCE * self.tolerance * self.range[list(order)]).tolist()

    def _gap_of_total(self) -> float:
        """Return the relative gap of the sum of all objectives by their range, of which each may be a small part."""
        if self.options.get("gap") is not None:
            return float(self.options["gap"])
        size = float((np.maximum(np.abs(self.ideal), np.abs(self.nadir)) / self.scale).sum())
        return min(MOST_GAP, SHARE_OF_TOLERANCE * self.tolerance / max(1.0, size))

    def gains(self) -> np.ndarray:
        """Return what each column of the solver's problem adds to objectives in steps, counted in them; whole numbers.

        Shape (objectives, columns).
        """
        levels = [self.varied.over.session.level_of(dict(each.weights)) for each in self.objectives]
        return np.round(
            [-level.cost * level.unit / each.grain for level, each in zip(levels, self.objectives, strict=True)]
        )

    # -- answers -----------------------------------------------------------------------------------------------------

    def point_at(self, decisions: np.ndarray) -> Point | None:
        """Return a point of the solver's problem as a verified plan; None if it is none."""
        variation = self.variation()
        return self.point_of(variation, apply(self.varied.over, variation), decisions)

    def point_of(self, variation: Variation, varied: Varied, decisions: np.ndarray) -> Point | None:
        """Return a point of the problem of a variation as a verified plan; None if it is none."""
        session, over = self.varied.over.session, self.varied.over
        moves = {name: rounded_up(by) for name, by in varied.moves.of(decisions, over.size).items()}
        lower, upper = (each[: over.size] for each in (varied.problem.lower, varied.problem.upper))
        own = replace(session.problem, lower=lower, upper=upper)
        plan = read_plan(session.model, session.compiled, session.from_solver(SolverPoint(decisions[: over.size]), own))
        body = over.set_of(variation, moves)
        verification = verify_plan(over.instance_with(body), plan)
        if not verification.ok:
            return None
        metrics = floats(verification.metrics)
        return Point(tuple(each.value(metrics, moves) for each in self.objectives), plan, body)

    def decisions_of(self, point: Point) -> np.ndarray:
        """Return the plan of a point as a point of the solver's problem, shape (columns,)."""
        session = self.varied.over.session
        return session.to_solver(FullPoint(plan_point(session.model, session.compiled, point.plan)))

    def read(self, answer: VariedAnswer) -> Found:
        """Return what an answer says."""
        if answer.infeasible:
            return Found(None, -np.inf, "", answer.status)
        bound = answer.stages[0][1] if answer.stages else answer.bound
        if not answer.holds:
            bound = None if answer.plan is not None else bound  # what rests on a plan that is none is not believed
            why = answer.message or "; ".join(answer.violations) or str(answer.limit or answer.status)
            return Found(None, np.inf if bound is None else bound, why, answer.status)
        assert answer.plan is not None
        values = tuple(each.value(answer.metrics, answer.moves) for each in self.objectives)
        proved = answer.status.proved
        body = {key: part for key, part in answer.body.items() if key != "title"}
        point = Point(values, answer.plan, body, proved)
        reason = "" if proved else answer.message or str(answer.limit or answer.status)
        return Found(point, np.inf if bound is None else bound, reason, answer.status)
