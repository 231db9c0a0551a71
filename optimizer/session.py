"""A model made ready for the solver once, and solved as often as needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from outlay.instances.plan import Plan
from outlay.models.arrays.ending import look
from outlay.models.arrays.pausing import collection_paused
from outlay.optimizer.answer.headroom import HELPERS
from outlay.optimizer.answer.plans import plan_point, read_plan, spread
from outlay.optimizer.checked import Checked
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.level import Level
from outlay.optimizer.engine.levels import solve_levels, with_finals
from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.presolve.aggregation import aggregate
from outlay.optimizer.presolve.steps import grouping, units
from outlay.optimizer.problem.plain import compiled, has_own_objective, rows_of
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.scaling import scaled
from outlay.optimizer.problem.spaces import FullPoint, SolverPoint
from outlay.optimizer.problem.structure import Structure, structure_of
from outlay.optimizer.proof.certificate import completed
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import OPTIMAL_GAP, improved
from outlay.optimizer.verify.plan import verify_plan

#: Tolerance of the second try after an answer that does not verify.
FINE_FEASIBILITY = 1e-9
#: Amounts below this share of their unit are rounding errors of the solver, not decisions.
NEGLIGIBLE = 1e-11
#: Seconds that deciding payments and the like for one project more may take; it takes milliseconds.
COMPLETING_S = 5.0

OnProgress = Callable[[Progress], None] | None


class Session:
    """A model, Pyomo's or plain, compiled to arrays, with its objective levels and group columns.

    Attributes
    ----------
    model, case, compiled
        The model, what it was built from, and its arrays.
    """

    def __init__(self, model: Any) -> None:
        self.model, self.case = model, model.case
        with collection_paused():
            self._compile()

    def _compile(self) -> None:
        model = self.model
        weighed = sum(np.abs(self.case.weights(level)) for level in range(len(self.case.instance.objective_levels)))
        self.compiled = compiled(model, also=np.nonzero(weighed)[0])
        look()  # here and below: each step may take long
        groups = spread(self.compiled, model.columns, self.case.column_groups, absent=-1)
        look()
        self._small = aggregate(self.compiled.problem, groups)
        look()
        tidy = self._small.extend_cost(spread(self.compiled, model.columns, self._helpers()))
        self._scaling = scaled(replace(self._small.problem, tidy=tidy))
        look()
        self._stack = grouping(self._small).then(units(self._scaling))

    @property
    def problem(self) -> Problem:
        """The problem that the solver gets: with group columns, in its own units."""
        return self._stack.problem

    def to_solver(self, point: FullPoint) -> SolverPoint:
        """Return a point of the compiled problem as one of the solver's."""
        return self._stack.to_reduced(point)

    def from_solver(self, point: SolverPoint, problem: Problem | None = None) -> FullPoint:
        """Return a point of the solver's problem as one of the compiled problem, without rounding errors.

        Of a problem that is another one by bounds of columns only, if it is given.
        """
        problem = problem or self.problem
        inside = np.clip(point, problem.lower, problem.upper)
        inside[~problem.integer & (np.abs(inside) < NEGLIGIBLE)] = 0.0
        return self._stack.to_original(SolverPoint(inside))

    @cached_property
    def structure(self) -> Structure:
        """The projects behind the columns of the solver's problem, for the search."""
        place = self.compiled.columns_of(self.model.columns)
        present = np.nonzero(place >= 0)[0]
        own = sparse.csr_array(
            (np.ones(len(present)), (place[present], present)), shape=(len(self.compiled.variables), len(place))
        )
        column_of = sparse.csr_array(sparse.vstack([own, self._small.groups @ own]))
        return structure_of(self.case, column_of, self.problem.integer)

    def search_plan(
        self, *, seed: int, sub_problems: int | None = None, params: SearchParams | None = None
    ) -> SearchPlan:
        """Return how to search: by the clock, or repeatably for so many sub-problems."""
        return SearchPlan(self.structure, self._accepts, seed, sub_problems, params or SearchParams())

    def _accepts(self, point: np.ndarray) -> bool:
        """Whether a point of the solver's problem keeps all its rows and, as a plan, passes the verifier."""
        if not self.problem.holds(point):
            return False
        plan = read_plan(self.model, self.compiled, self.from_solver(SolverPoint(point)))
        return verify_plan(self.case.instance, plan).ok

    def _helpers(self) -> np.ndarray:
        """Return weights of the columns that no plan should use for nothing: flows, imports, purchases, shortfalls."""
        weights = np.zeros(self.case.book.size)
        for name in HELPERS:
            weights[self.case.block(name).columns] = 1.0
        return weights

    def rows_of(self, block: str, key: Hashable) -> list[int]:
        """Return the rows of the compiled problem that a key of a block of the model's rows has, if any."""
        return rows_of(self.model, self.compiled, block, key)

    @property
    def has_own_objective(self) -> bool:
        """Whether the user replaced the objective that `build` wrote."""
        return has_own_objective(self.model)

    def levels(self) -> list[Level]:
        """Return the objectives; one of the user's own is one level."""
        return list(self._levels)

    @cached_property
    def _levels(self) -> tuple[Level, ...]:
        if self.has_own_objective:
            problem = self.compiled.problem
            return (self._level({}, self._small.extend_cost(problem.cost), problem.offset),)
        found = []
        for number, level in enumerate(self.case.instance.objective_levels):
            cost, tolerance = -self.case.weights(number), float(level.tolerance)
            names = {name: float(weight) for name, weight in level.weights.items()}
            found.append(self._level(names, self.extended(cost), float(cost @ self._constants), tolerance))
        return tuple(found)

    def level_of(self, weights: Mapping[str, float]) -> Level:
        """Return an objective of other metrics, maximised; `cost` counts -1 unless it is weighed."""
        cost = -self.case.weighted({"cost": -1.0, **weights})
        return self._level(dict(weights), self.extended(cost), float(cost @ self._constants))

    @cached_property
    def _constants(self) -> np.ndarray:
        return self.compiled.constants_of(self.model.columns)

    @cached_property
    def place(self) -> np.ndarray:
        """The column of the compiled problem of each of the model's columns; -1 for one that it does not have."""
        return self.compiled.columns_of(self.model.columns)

    def row_of(self, coefficients: np.ndarray) -> np.ndarray:
        """Return coefficients of the model's columns as those of a row of the solver's problem, not scaled itself."""
        return self.extended(coefficients) * self._scaling.column

    @property
    def row_factors(self) -> np.ndarray:
        """What each row of the solver's problem was multiplied by, those of the compiled problem first."""
        return self._scaling.row

    @property
    def column_units(self) -> np.ndarray:
        """What 1 of each column of the solver's problem is."""
        return self._scaling.column

    def _level(self, names: dict[str, float], cost: np.ndarray, offset: float, tolerance: float = 0.0) -> Level:
        own, unit = self._scaling.cost(cost)
        return Level(names, own, offset / unit, tolerance, unit, float(np.abs(cost).max(initial=0.0)))

    def cost_of(self, weights: np.ndarray) -> np.ndarray:
        """Return weights of the model's columns, to be minimised, as costs of the solver's problem."""
        cost, _ = self._scaling.cost(self.extended(weights))
        return cost

    def extended(self, weights: np.ndarray) -> np.ndarray:
        """Return weights of the model's columns as costs of the solver's problem, before scaling."""
        return self._small.extend_cost(spread(self.compiled, self.model.columns, weights))

    def solve(
        self,
        engine: SolverProcess,
        settings: Settings,
        *,
        deadline: Deadline,
        start: Plan | None,
        on_progress: OnProgress,
        search: SearchPlan | None = None,
    ) -> Checked:
        """Solve and verify; an answer that does not verify is solved anew with finer tolerances, once."""
        checked = Checked(Answer(None, []))
        begin = None if start is None else FullPoint(plan_point(self.model, self.compiled, start))
        for feasibility in (settings.feasibility, FINE_FEASIBILITY):
            begun = time.monotonic()
            fine = replace(settings, feasibility=feasibility, deadline=deadline)
            point = None if begin is None else self.to_solver(begin)
            answer = solve_levels(
                engine,
                self.problem,
                self.levels(),
                fine,
                start=point,
                search=search,
                on_progress=on_progress,
            )
            checked.times_s["solve"] += time.monotonic() - begun
            if answer.point is None and checked.plan is not None:
                break  # no time to mend it: the answer that does not verify is reported as such
            self.check(checked, answer)
            with engine.until(deadline):
                sound = self._complete(checked, engine, fine, on_progress)
            if sound and not answer.broken and (checked.verification is None or checked.verification.ok):
                break
            begin, search = checked.answer.point, None  # a mistake of the search or its reductions is not made twice
        return checked

    def check(self, checked: Checked, answer: Answer[SolverPoint]) -> None:
        """Take an answer in the solver's space as that of `checked`, read its plan and verify it."""
        begun = time.monotonic()
        point = None if answer.point is None else self.from_solver(answer.point)
        checked.answer = answer.at(point)
        if point is not None:
            checked.plan = read_plan(self.model, self.compiled, point)
            checked.verify(self.case.instance)
        checked.times_s["verify"] += time.monotonic() - begun

    def _complete(self, checked: Checked, engine: SolverProcess, settings: Settings, on_progress: OnProgress) -> bool:
        """Add what simply fits beside a verified plan and adds to it (`certificate`); False if that beats the bound."""
        point, levels = checked.answer.point, checked.answer.levels
        if point is None or checked.verification is None or not checked.verification.ok:
            return True
        objectives = self.levels()
        first = objectives[0]
        problem = replace(self.problem, cost=first.cost, offset=first.offset, tidy=None)
        options = settings.options(retry=False)

        def solve(small: Problem) -> Outcome:
            return engine.solve(small, options=options, time_limit_s=COMPLETING_S)

        begun = time.monotonic()
        found = completed(problem, self.structure, self.to_solver(point), solve)
        checked.times_s["solve"] += time.monotonic() - begun
        if found is None:
            return True
        value, bound = first.value(found), levels[0].bound
        beaten = bound is not None and value > bound + OPTIMAL_GAP * max(first.size, abs(bound))
        if not beaten and len(objectives) > 1:
            return True  # a later level may rather have it so
        better = Checked(checked.answer, times_s=checked.times_s)
        level = improved(levels[0], value, proved=not beaten)
        finals = with_finals([level, *levels[1:]], objectives, found)
        self.check(better, checked.answer.at(SolverPoint(found), finals))
        if better.verification is not None and better.verification.ok:
            checked.answer, checked.plan, checked.verification = better.answer, better.plan, better.verification
            seconds = checked.times_s["solve"]
            checked.answer.trace = [*checked.answer.trace, (seconds, value, level.bound)]
            if on_progress is not None:
                on_progress(Progress(-value, np.nan if level.bound is None else -level.bound, level.nodes, seconds))
        return not beaten
