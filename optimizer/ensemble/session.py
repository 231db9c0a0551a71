"""A model of several scenarios made ready for the solver, and its answers as one verified plan a scenario."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from scipy import sparse

from outlay.instances.plan import Plan, Selection
from outlay.instances.stages import Linking, Scenario
from outlay.models.arrays.ending import look
from outlay.models.arrays.pausing import collection_paused
from outlay.models.risk import Risk
from outlay.optimizer.answer.headroom import HELPERS
from outlay.optimizer.answer.plans import plan_columns, read_plan
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.judging import CONTRADICTION
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.levels import solve_levels
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.ensemble.starting import auxiliary_values
from outlay.optimizer.ensemble.structure import ensemble_structure
from outlay.optimizer.presolve.aggregation import aggregate
from outlay.optimizer.problem.compiling import compile_model
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.scaling import scaled
from outlay.optimizer.problem.structure import Structure, structure_of
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.session import FINE_FEASIBILITY, NEGLIGIBLE
from outlay.optimizer.solver.outcome import Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import OPTIMAL_GAP, Status, relative_gap
from outlay.optimizer.verify.linking import verify_linking
from outlay.optimizer.verify.plan import TOLERANCE, verify_plan
from outlay.optimizer.verify.report import Verification, Violation


@dataclass(frozen=True)
class Together:
    """What was found for several scenarios together.

    Attributes
    ----------
    status, limit, message
        As of a `Solution`.
    objective, bound, gap
        Of the measure of risk, maximised: what the verifier computes from the plans, and what is proved. None: none.
    plans, verifications
        By scenario; each plan verified by itself.
    linking
        How the plans break what they must have in common; empty where they keep it.
    seconds, nodes
        Of the solver.
    """

    status: Status
    limit: str | None = None
    message: str = ""
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict)
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    linking: tuple[Violation, ...] = ()
    seconds: float = 0.0
    nodes: int = 0

    @property
    def worths(self) -> dict[str, float]:
        """What the plan of each scenario is worth by itself, as the verifier computes it."""
        return {name: float(each.objective[0]) for name, each in self.verifications.items()}

    @property
    def violations(self) -> tuple[tuple[str, Violation], ...]:
        """(scenario, violation) of all plans; of what is between them the scenario is empty."""
        found = [(name, one) for name, each in self.verifications.items() for one in each.violations]
        return (*found, *(("", one) for one in self.linking))

    @property
    def verified(self) -> bool:
        """Whether there are plans, and all of them and what is between them hold."""
        return bool(self.plans) and not self.violations

    def at_most(self, most: float, size: float, gap: float) -> Together:
        """Return the same with a bound that is known otherwise, where it is lower.

        Parameters
        ----------
        most
            What no decision is worth more than; infinity: nothing is known.
        size, gap
            The largest coefficient of the objective, and the relative gap that is proof enough.
        """
        if self.status != Status.STOPPED or not math.isfinite(most):
            return self
        if self.bound is not None and self.bound <= most:
            return self
        if self.objective is None:
            return replace(self, bound=most)
        if most < self.objective and relative_gap(self.objective, most, size) > CONTRADICTION:
            return self  # a plan is worth more, so it is no bound
        bound = max(most, self.objective)
        left = relative_gap(self.objective, bound, size)
        if left > max(OPTIMAL_GAP, gap):
            return replace(self, bound=bound, gap=left)
        status = Status.OPTIMAL if left <= OPTIMAL_GAP else Status.WITHIN_GAP
        return replace(self, bound=bound, gap=left, status=status, limit=None)


class EnsembleSession:
    """A model of `outlay.build_ensemble`, compiled.

    Attributes
    ----------
    model, scenarios, compiled
        The model, what it is made of, and its arrays.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.scenarios: tuple[Scenario, ...] = model.scenarios
        self.risk: Risk = model.risk
        with collection_paused():
            self._compile()

    def _compile(self) -> None:
        look()
        self.compiled = compile_model(self.model)
        size, first = len(self.compiled.variables), 0
        groups, helping = np.full(size, -1), np.zeros(size)
        for one in self.scenarios:
            look()
            block = self.model.scenario[one.name]
            place = self.compiled.columns_of(block.columns)
            there, own, helpers = place >= 0, block.case.column_groups, np.zeros(block.case.book.size)
            groups[place[there]] = np.where(own >= 0, own + first, -1)[there]
            first += int(own.max(initial=-1)) + 1
            for name in HELPERS:
                helpers[block.case.block(name).columns] = 1.0
            helping[place[there]] = helpers[there]
        self._small = aggregate(self.compiled.problem, groups)
        tidy = self._small.extend_cost(helping)
        self._scaling = scaled(replace(self._small.problem, tidy=tidy))

    @property
    def problem(self) -> Problem:
        """The problem that the solver gets."""
        return self._scaling.problem

    @property
    def nonzeros(self) -> int:
        """Nonzeros of the problem that the solver gets."""
        return int(self.problem.matrix.nnz)

    @cached_property
    def _now(self) -> tuple[list[Selection], np.ndarray]:
        """What may be selected now, and the columns of the solver's problem that say so."""
        now = self.model.now
        place = self.compiled.columns_of(list(now.values()))
        keys = [Selection(*key) for key in now]
        return [key for key, at in zip(keys, place.tolist(), strict=True) if at >= 0], place[place >= 0]

    @property
    def decides(self) -> np.ndarray:
        """Which columns of the solver's problem say what is selected now, in all scenarios alike; shape (columns,)."""
        found = np.zeros(len(self.problem.cost), dtype=bool)
        found[self._now[1]] = True
        return found

    def selected_in(self, point: np.ndarray) -> tuple[Selection, ...]:
        """Return what a point of the solver's problem selects now."""
        keys, place = self._now
        values = self._small.shorten(self._scaling.back(point))[place]
        return tuple(key for key, value in zip(keys, values.tolist(), strict=True) if value > 0.5)

    def level(self) -> Level:
        """Return what is minimised: the negative of what the scenarios are worth together."""
        problem = self.compiled.problem
        cost, unit = self._scaling.cost(self._small.extend_cost(problem.cost))
        largest = max(
            float(np.abs(self.model.scenario[one.name].case.weights(0)).max(initial=0.0)) for one in self.scenarios
        )
        return Level({}, cost, problem.offset / unit, 0.0, unit, largest or 1.0)

    def point_of(self, plans: Mapping[str, Plan]) -> np.ndarray:
        """Return a plan a scenario as a point of the solver's problem, to start from; need not be feasible."""
        point = np.zeros(len(self.compiled.variables))
        worths = {}
        for one in self.scenarios:
            block = self.model.scenario[one.name]
            values = plan_columns(block.case, plans[one.name])
            place = self.compiled.columns_of(block.columns)
            point[place[place >= 0]] = values[place >= 0]
            worths[one.name] = float(block.case.weights(0) @ values)
        pairs = auxiliary_values(self.model, plans, worths)
        place = self.compiled.columns_of([variable for variable, _ in pairs])
        there = place >= 0
        point[place[there]] = np.array([amount for _, amount in pairs])[there]
        return self._scaling.there(self._small.extend(point))

    def solve(
        self,
        engine: SolverProcess,
        settings: Settings,
        *,
        start: Mapping[str, Plan] | None = None,
        best: Mapping[str, float] | None = None,
        search: SearchPlan | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Together:
        """Solve and verify; an answer that does not verify is solved anew with finer tolerances, once.

        With a search (`search_plan`), which frees a project in all scenarios together.
        """
        level, begun = self.level(), time.monotonic()
        told = None if on_progress is None else partial(_tell, on_progress)
        begin = None if start is None else self.point_of(start)
        found = Together(Status.FAILED)
        for feasibility in (settings.feasibility, FINE_FEASIBILITY):
            fine = replace(settings, feasibility=feasibility)
            answer = solve_levels(engine, self.problem, [level], fine, start=begin, search=search, on_progress=told)
            if answer.point is None and found.plans:
                break
            found = replace(self._read(answer, best), seconds=time.monotonic() - begun)
            if answer.point is None or (found.verified and not answer.broken):
                break
            begin, search = answer.point, None  # a mistake of the search or its reductions is not made twice
        return found

    @cached_property
    def structure(self) -> Structure:
        """The projects behind the columns of the solver's problem, each scenario's apart."""
        parts = []
        for one in self.scenarios:
            block = self.model.scenario[one.name]
            place = self.compiled.columns_of(block.columns)
            there = np.nonzero(place >= 0)[0]
            shape = (len(self.compiled.variables), len(place))
            own = sparse.csr_array((np.ones(len(there)), (place[there], there)), shape=shape)
            column_of = sparse.csr_array(sparse.vstack([own, self._small.groups @ own]))
            parts.append(structure_of(block.case, column_of, self.problem.integer))
        return ensemble_structure(parts)

    def search_plan(self, *, seed: int, sub_problems: int | None = None) -> SearchPlan:
        """Return how to search: by the clock, or repeatably for so many sub-problems."""
        return SearchPlan(self.structure, self._accepts, seed, sub_problems)

    def _accepts(self, point: np.ndarray) -> bool:
        """Whether a point keeps all rows, and its plans pass the verifier and agree."""
        if not self.problem.holds(point):
            return False
        plans = self.plans_of(point)
        members = [(one.name, one.instance, plans[one.name]) for one in self.scenarios]
        if verify_linking(members, self.model.linking):
            return False
        return all(verify_plan(instance, plan).ok for _, instance, plan in members)

    def _read(self, answer: Answer[Any], best: Mapping[str, float] | None) -> Together:
        level = answer.levels[0] if answer.levels else None
        if level is None or answer.point is None:
            status = Status.STOPPED if level is None else level.status
            limit = "time" if level is None else level.limit
            bound = None if level is None else level.bound
            return Together(status, limit, answer.message, bound=bound)
        told = self.told(self.plans_of(answer.point), level.limit, best)
        worth, linking = told.objective, told.linking
        assert worth is not None
        if level.objective is not None and abs(worth - level.objective) > float(TOLERANCE) * max(
            abs(worth), level.size
        ):
            sentence = f"the engine says that the plans are worth {level.objective:.9g} together, they are {worth:.9g}"
            linking = (*linking, Violation("claims", "claims are true", "objective", None, None, None, sentence))
        return replace(
            told,
            status=level.status,
            message=answer.message,
            bound=level.bound,
            gap=level.gap,
            linking=linking,
            nodes=level.nodes,
        )

    def told(self, plans: Mapping[str, Plan], limit: str | None, best: Mapping[str, float] | None = None) -> Together:
        """Return what is found of a plan a scenario, and that nothing is proved of them."""
        return told(self.scenarios, plans, limit, risk=self.risk, linking=self.model.linking, best=best)

    def plans_of(self, point: np.ndarray) -> dict[str, Plan]:
        """Return the plan of each scenario that a point of the solver's problem stands for."""
        inside = np.clip(point, self.problem.lower, self.problem.upper)
        inside[~self.problem.integer & (np.abs(inside) < NEGLIGIBLE)] = 0.0
        own = self._small.shorten(self._scaling.back(inside))
        return {one.name: read_plan(self.model.scenario[one.name], self.compiled, own) for one in self.scenarios}


def _tell(on_progress: Callable[[Progress], None], state: Progress) -> None:
    """Tell of the progress as what is maximised."""
    on_progress(Progress(-state.objective, -state.bound, state.nodes, state.seconds))


def together(
    risk: Risk,
    scenarios: tuple[Scenario, ...],
    verifications: Mapping[str, Verification],
    best: Mapping[str, float] | None,
) -> float:
    """Return what the verified plans of scenarios are worth by a measure of risk."""
    worths = [float(verifications[one.name].objective[0]) for one in scenarios]
    ideal = None if best is None else [best[one.name] for one in scenarios]
    return risk.value(worths, [one.probability for one in scenarios], ideal)


def told(
    scenarios: tuple[Scenario, ...],
    plans: Mapping[str, Plan],
    limit: str | None,
    *,
    risk: Risk,
    linking: Linking = Linking.NOW,
    best: Mapping[str, float] | None = None,
) -> Together:
    """Return what is found of a plan a scenario, each verified, and that nothing is proved of them."""
    verifications = {one.name: verify_plan(one.instance, plans[one.name]) for one in scenarios}
    broken = verify_linking([(one.name, one.instance, plans[one.name]) for one in scenarios], linking)
    worth = together(risk, scenarios, verifications, best)
    return Together(Status.STOPPED, limit, objective=worth, plans=plans, verifications=verifications, linking=broken)
