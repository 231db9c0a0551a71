"""A model made ready for the solver once, and solved as often as needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from outlay.instances.plan import Plan
from outlay.models.arrays.ending import look
from outlay.models.modelling import PauseGC
from outlay.models.plain import PlainModel
from outlay.optimizer.answer.dates import dates_open, lateness_weights, open_options, scale_rows
from outlay.optimizer.answer.distance import distance, distance_weights
from outlay.optimizer.answer.headroom import HELPERS
from outlay.optimizer.answer.plans import plan_point, read_plan, spread
from outlay.optimizer.checked import Checked, dated
from outlay.optimizer.engine.answer import Answer
from outlay.optimizer.engine.levels import Level, Settings, solve_levels, with_finals
from outlay.optimizer.presolve.aggregation import aggregate
from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.presolve.steps import Step, grouping, restriction, units
from outlay.optimizer.problem.compiling import has_own_objective
from outlay.optimizer.problem.plain import compiled
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.problem.scaling import scaled
from outlay.optimizer.problem.spaces import FullPoint, PartPoint, SolverPoint
from outlay.optimizer.problem.structure import Structure, structure_of
from outlay.optimizer.proof.certificate import completed
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.status import OPTIMAL_GAP, DatesFound, improved, raised
from outlay.optimizer.verify.plan import verify_plan

#: Tolerance of the second try after an answer that does not verify.
FINE_FEASIBILITY = 1e-9
#: Plans whose objective is this close (as a share of it, or of its unit) count as equally good; of this share the
#: solver gets all but a little, which is left for rounding.
TIE, NEARLY = 1e-6, 0.98
#: Amounts below this share of their unit are rounding errors of the solver, not decisions.
NEGLIGIBLE = 1e-11
#: Seconds that deciding payments and the like for one project more may take; it takes milliseconds.
COMPLETING_S = 5.0
#: Of a time limit this share is kept for those dates, at most so many seconds.
DATES_SHARE, DATES_S = 0.1, 6.0
#: So many nodes of branch and bound go into the dates that the objective leaves open, to this gap.
DATES_NODES, DATES_GAP = 500, 1e-6

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
        with PauseGC():
            self._compile()

    def _compile(self) -> None:
        model = self.model
        weighed = sum(np.abs(self.case.weights(level)) for level in range(len(self.case.instance.objective_levels)))
        self.compiled = compiled(model, also=np.nonzero(weighed)[0])
        look()
        groups = spread(self.compiled, model.columns, self.case.column_groups, absent=-1)
        self._small = aggregate(self.compiled.problem, groups)
        tidy = self._small.extend_cost(spread(self.compiled, model.columns, self._helpers()))
        self._scaling = scaled(replace(self._small.problem, tidy=tidy))
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

    @property
    def has_own_objective(self) -> bool:
        """Whether the user replaced the objective that `build` wrote."""
        return not isinstance(self.model, PlainModel) and has_own_objective(self.model)

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
            found.append(self._level(names, self._extended(cost), float(cost @ self._constants), tolerance))
        return tuple(found)

    def level_of(self, weights: Mapping[str, float]) -> Level:
        """Return an objective of other metrics, maximised; `cost` counts -1 unless it is weighed."""
        cost = -self.case.weighted({"cost": -1.0, **weights})
        return self._level(dict(weights), self._extended(cost), float(cost @ self._constants))

    @cached_property
    def _constants(self) -> np.ndarray:
        return self.compiled.constants_of(self.model.columns)

    @cached_property
    def place(self) -> np.ndarray:
        """The column of the compiled problem of each of the model's columns; -1 for one that it does not have."""
        return self.compiled.columns_of(self.model.columns)

    def row_of(self, coefficients: np.ndarray) -> np.ndarray:
        """Return coefficients of the model's columns as those of a row of the solver's problem, not scaled itself."""
        return self._extended(coefficients) * self._scaling.column

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

    def _extended(self, weights: np.ndarray) -> np.ndarray:
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
            self._check(checked, answer)
            with engine.until(deadline):
                sound = self._complete(checked, engine, fine, on_progress)
            if sound and not answer.broken and (checked.verification is None or checked.verification.ok):
                break
            begin, search = checked.answer.point, None  # a mistake of the search or its reductions is not made twice
        return checked

    def _check(self, checked: Checked, answer: Answer[SolverPoint]) -> None:
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
        self._check(better, checked.answer.at(SolverPoint(found), finals))
        if better.verification is not None and better.verification.ok:
            checked.answer, checked.plan, checked.verification = better.answer, better.plan, better.verification
            seconds = checked.times_s["solve"]
            checked.answer.trace = [*checked.answer.trace, (seconds, value, level.bound)]
            if on_progress is not None:
                on_progress(Progress(-value, np.nan if level.bound is None else -level.bound, level.nodes, seconds))
        return not beaten

    def nearest(self, engine: SolverProcess, settings: Settings, own: Checked, reference: Plan) -> Checked:
        """Return, among the plans as good as an answer, the one nearest to a reference plan.

        As good: every objective level at least its value in the answer less 1e-6 of it. Nearest: fewest
        changed projects, then fewest changed starts (`outlay.optimizer.answer.distance`). The answer itself is returned
        if the second solve ends without a verified plan.
        """
        if own.answer.point is None or own.plan is None:
            return own
        if distance(own.plan, reference) == (0, 0):
            own.proved_nearest = True
            return own
        problem = self.problem
        for level, result in zip(self.levels(), own.answer.levels, strict=False):
            value = -float(result.final or 0.0) / level.unit
            problem = problem.with_row(level.cost, value + NEARLY * TIE * max(1.0, abs(value)) - level.offset)
        far = self._extended(distance_weights(self.case, reference))
        exact = replace(settings, gap=0.0, absolute_gap=0.5, confirming=True)
        start = self.to_solver(own.answer.point)
        begun = time.monotonic()
        answer = solve_levels(engine, problem, [Level({}, far)], exact, start=start)
        own.times_s["nearest"] = time.monotonic() - begun
        if answer.point is None:
            return own
        near = Checked(own.answer, times_s=own.times_s)
        levels = with_finals(own.answer.levels, self.levels(), answer.point)
        self._check(near, own.answer.at(answer.point, levels))
        near.proved_nearest = answer.levels[0].status.proved
        return near if near.verification is not None and near.verification.ok else own

    def earliest(
        self, engine: SolverProcess, settings: Settings, own: Checked, *, reference: Plan | None = None
    ) -> Checked:
        """Return, among the plans of the same alternatives that are worth as much, the one with the earliest dates.

        Worth as much: every level of the objective at least its value less its tolerance, as for a further level. With
        a reference the plan stays as near to it as it is. The answer itself is returned where its dates are decided,
        where the instance has no tie-break, or where no verified plan is found; `Checked.dates` says which.
        """
        if own.answer.point is None or own.plan is None or own.verification is None or not own.verification.ok:
            return own
        open_ = open_options(self.case, own.plan)
        if self.case.instance.settings.tie_break == "none":
            return dated(own, DatesFound.OPEN, "tie_break is none")
        if not dates_open(self.case, own.plan, open_):
            could = dates_open(self.case, own.plan, np.ones(len(open_), dtype=bool))
            return dated(own, DatesFound.DECIDED if could else DatesFound.EARLIEST)
        if own.answer.levels[0].limit == "interrupt" or settings.deadline.passed():
            return dated(own, DatesFound.OPEN, "no time was left")
        begun = time.monotonic()
        outcome, point = self._earliest_point(engine, settings, own, open_, reference)
        early = Checked(own.answer, times_s=own.times_s, proved_nearest=own.proved_nearest)
        own.times_s["dates"] = time.monotonic() - begun
        if point is not None:
            objectives = self.levels()
            first = objectives[0]
            levels = with_finals(raised(own.answer.levels, first.value(point), first.size), objectives, point)
            self._check(early, own.answer.at(SolverPoint(point), levels))
        if early.verification is None or not early.verification.ok:
            return dated(own, DatesFound.OPEN, "the solver found none that holds in its time")
        return dated(early, DatesFound.EARLIEST if outcome.status == "kOptimal" else DatesFound.EARLY)

    def before_dates(self, deadline: Deadline) -> Deadline:
        """Return the deadline of the objective, which leaves a little of the time for the dates."""
        asked = self.case.instance.settings.tie_break != "none" and self.case.instance.periods > 1
        return replace(deadline, at=deadline.at - min(DATES_SHARE * deadline.limit_s, DATES_S)) if asked else deadline

    def _earliest_point(
        self, engine: SolverProcess, settings: Settings, own: Checked, open_: np.ndarray, reference: Plan | None
    ) -> tuple[Outcome, np.ndarray | None]:
        """Return the solver's word, and the point with the earliest dates; its columns are the solver's."""
        assert own.plan is not None
        assert own.answer.point is not None
        begin = self.to_solver(own.answer.point)
        problem = self._as_good(own, begin)
        if reference is not None:
            far = self._extended(distance_weights(self.case, reference))
            problem = problem.with_row(far, float(far @ begin) + 0.5)
        problem = self._same_scales(problem, own.plan, open_)
        cost, _ = self._scaling.cost(self._extended(lateness_weights(self.case, own.plan)))
        problem = replace(problem, cost=cost, offset=0.0)
        fixed = self._not_open(open_, len(cost))
        step: Step[SolverPoint, PartPoint] = restriction(restrict(problem, fixed, np.zeros(len(fixed))))
        options = settings.options(retry=False) | {"mip_max_nodes": DATES_NODES, "mip_rel_gap": DATES_GAP}
        with engine.until(settings.deadline):
            left_s, near = settings.deadline.left(), step.to_reduced(begin)
            outcome = engine.solve(step.problem, options=options, time_limit_s=left_s, start=near)
        if outcome.point is None:
            return outcome, None
        found = outcome.point if outcome.polished else step.problem.rounded(outcome.point)
        point = step.to_original(PartPoint(found))
        return outcome, point if problem.holds(point) else None

    def _not_open(self, open_: np.ndarray, columns: int) -> np.ndarray:
        """Return which of the solver's columns fund an option that is not open; group columns follow from these."""
        closed = np.zeros(self.case.book.size, dtype=bool)
        closed[self.case.block("fund").columns[~open_]] = True
        closed[self.case.scale_column[~open_]] = True
        own = spread(self.compiled, self.model.columns, closed, absent=False)
        return np.append(own, np.zeros(columns - len(own), dtype=bool))

    def _same_scales(self, problem: Problem, plan: Plan, open_: np.ndarray) -> Problem:
        """Return the problem with a row that keeps each scale what it is in the plan, whenever it begins."""
        place = self.compiled.columns_of(self.model.columns)
        found = [
            (place[part], place[fund], size)
            for part, fund, size in scale_rows(self.case, plan, open_)
            if min(place[part], place[fund]) >= 0
        ]
        if not found:
            return problem
        part, fund, size = (np.array(column) for column in zip(*found, strict=True))
        unit, row = self._scaling.column, np.arange(len(found))
        entries = np.concatenate([unit[part], -size * unit[fund]])
        places = np.concatenate([row, row]), np.concatenate([part, fund])
        matrix = sparse.csr_array((entries, places), shape=(len(found), len(problem.cost)))
        nothing = np.zeros(len(found))
        return problem.with_rows(Rows(matrix, nothing, nothing))

    def _as_good(self, own: Checked, begin: np.ndarray) -> Problem:
        """Return the problem with a row that keeps each level within its tolerance, as a further level would have."""
        problem = self.problem
        for level, result in zip(self.levels(), own.answer.levels, strict=False):
            here = float(level.cost @ begin)
            best = here if result.objective is None else -result.objective / level.unit - level.offset
            given_up = level.tolerance * abs(best + level.offset)
            ceiling = max(here, best + given_up + 1e-9 * max(1.0, abs(best)))
            problem = problem.with_row(level.cost, ceiling)
        return problem
