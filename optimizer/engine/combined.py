"""Solvers that search: beside branch and bound, by the clock, or before it, repeatably.

Beside it, the search has a process of its own; with one core the operating system interleaves the two. Where the bound
hardly gets ahead any more (`proof.pace`), the prover's core goes to a second search, which has another seed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from outlay.optimizer.presolve.reduction import reduced
from outlay.optimizer.presolve.steps import reduction
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.spaces import ReducedPoint, SolverPoint
from outlay.optimizer.proof.narrowing import Narrowing
from outlay.optimizer.proof.pairs import Tangents, tangents
from outlay.optimizer.proof.parts import PartsProver
from outlay.optimizer.search.params import SearchParams
from outlay.optimizer.search.search import Search
from outlay.optimizer.search.settings import SearchPlan
from outlay.optimizer.solver.deadline import Deadline
from outlay.optimizer.solver.outcome import Outcome, Progress
from outlay.optimizer.solver.process import SolverProcess

#: How a solve of the prover may have ended when its bound, or the relaxation's, is one.
ENDED = frozenset({"kOptimal", "kTimeLimit", "kInterrupt", "kSolutionLimit", "crashed", "hung", "overran", "garbage"})
#: Here no plan is the best one.
ENDLESS = frozenset({"kUnbounded", "kUnboundedOrInfeasible"})
#: Seconds that a search which was told to stop gets to count its last plan: the most, and the least after the deadline.
MOST_JOIN_S, LEAST_JOIN_S = 10.0, 0.5


#: Added to the seed of a second search; and seconds between looks at it.
SECOND_SEED, TICK_S = 1000, 0.5

#: Beside the search, branch and bound says every second how far it is (`parts`).
BESIDE: dict[str, Any] = {"mip_min_logging_interval": 1.0}
#: Above a size it leaves heuristics to the search.
NO_HEURISTICS: dict[str, Any] = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
#: Above another one it also branches strongly only once a column.
BRANCH_QUICKLY: dict[str, Any] = {"mip_pscost_minreliable": 1}


class SearchingSolver:
    """A solver process with a search beside it; use as a context manager.

    It solves as `SolverProcess` does, and the two exchange plans while it does. The better plan of both is returned.
    """

    def __init__(self, process: SolverProcess, problem: Problem, plan: SearchPlan, *, options: dict[str, Any]) -> None:
        self._process, self._reduction = process, reduced(problem)
        self._step = reduction(self._reduction)
        self._search = Search(
            self._reduction.problem,
            replace(plan, structure=self._reduction.structure(plan.structure), accept=self._accepting(plan)),
            options,
            on_better=self._share,
        )
        self._thread = threading.Thread(target=self._search.run, daemon=True)
        self._second: Search | None = None

    def _share(self, point: np.ndarray) -> None:
        """Hand a plan of the search to the prover, and to the second search if there is one."""
        self._process.offer(point)
        if self._second is not None:
            self._second.plans.offer(point)

    def _accepting(self, plan: SearchPlan) -> Callable[[np.ndarray], bool]:
        return lambda point: plan.accept(self._step.to_original(ReducedPoint(point)))

    def _search_meanwhile(self, told: Callable[[Progress], None]) -> Callable[[PartsProver], None]:
        """Return what the prover's core does while the bound would hardly get ahead: a second search."""

        def rest(prover: PartsProver) -> None:
            search = self._search
            self._process.close()  # what it holds of the proof is not needed any more, and the second search needs room
            second = self._second = search.companion(search.plan.seed + SECOND_SEED)
            thread = threading.Thread(target=second.run, daemon=True)
            thread.start()
            try:
                while thread.is_alive() and not search.state.over() and not prover.ends_rest():
                    thread.join(TICK_S)
                    told(prover.state())
            except KeyboardInterrupt:
                prover.found.interrupted = True
            finally:
                self._second = None
                second.stop()
                if search.state.over():
                    search.stop()  # both come to an end together
                self._join(thread)
                if second.plans.best is not None:  # perhaps it was counted last of all
                    search.plans.adopt(second.plans.best)

        return rest

    def __enter__(self) -> SearchingSolver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self._search.stop()
        self._join(self._thread)

    def _join(self, thread: threading.Thread) -> None:
        deadline = self._process.deadline
        left = deadline.left()
        most = MOST_JOIN_S if left is None else min(MOST_JOIN_S, max(LEAST_JOIN_S, left + 2.0 * deadline.overrun_s))
        thread.join(most)

    def solve(
        self,
        problem: Problem,
        *,
        options: dict[str, Any],
        time_limit_s: float | None,
        start: np.ndarray | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Outcome:
        """Solve the problem that this was made for; see `SolverProcess.solve`."""
        search, problem, params = self._search, self._step.problem, self._search.plan.params
        search.state.deadline = Deadline.after(time_limit_s, self._process.clock)
        if start is not None:
            start = self._step.to_reduced(SolverPoint(start))
            search.plans.offer(start)

        def told(state: Progress) -> None:
            if on_progress is not None:
                value, bound = search.known()
                better = replace(
                    state, objective=float(np.fmin(state.objective, value)), bound=float(np.fmax(state.bound, bound))
                )
                on_progress(better)

        def concave(before: Tangents | None = None) -> Tangents | None:
            return tangents(
                self._process, problem, search.plan.structure, params, options=options,
                time_limit_s=search.state.deadline.left(), by_clock=True, known=lambda: search.known()[0],
                before=before, on_progress=told,
            )  # fmt: skip

        found, narrowing = concave(), None
        if found is not None:
            best = search.plans.point_to_start_from
            narrowing = Narrowing(problem, found, anew=concave, value=lambda: search.known()[0], best=best)
            start = best()
            search.take_cuts(found.rows)
        prover = PartsProver(
            self._process,
            problem if found is None else found.within(problem),
            np.where(search.plan.structure.derived, -1, search.plan.structure.project),
            options=options | proving(problem, params) if self._thread.is_alive() else options,
            params=params,
            large=problem.matrix.nnz > params.large and sum(problem.matrix.shape) <= params.relaxing.large,
            known=search.known,
            basis=search.basis,
            slow=search.slow,
            relaxed=search.relaxed,
            on_incumbent=search.plans.offer,
            on_cuts=search.take_cuts,
            rest=self._search_meanwhile(told) if problem.matrix.nnz > params.small else None,
            narrowing=narrowing,
            bound=-np.inf if found is None else found.bound,
        )
        if found is not None and found.interrupted:
            outcome = Outcome("kInterrupt", bound=found.bound, interrupted=True)
        else:
            outcome = prover.solve(time_limit_s=search.state.deadline.left(), start=start, on_progress=told)
        self._stop()
        outcome = with_plan(outcome, problem, search)
        if outcome.point is not None:
            outcome.point = self._step.to_original(ReducedPoint(outcome.point))
        return outcome


def proving(problem: Problem, params: SearchParams) -> dict[str, Any]:
    """Return the options of branch and bound beside the search."""
    size = problem.matrix.nnz
    return BESIDE | (NO_HEURISTICS if size > params.small else {}) | (BRANCH_QUICKLY if size > params.large else {})


def with_plan(outcome: Outcome, problem: Problem, search: Search) -> Outcome:
    """Return an outcome with the search's plan and bound where they are better."""
    if outcome.status in ENDED:
        outcome.bound = float(np.fmax(outcome.bound, search.known()[1]))
    if outcome.status not in ENDLESS and search.plans.beats(outcome.point):
        best = search.plans.best  # read once: a search that was told to stop may still be at it
        assert best is not None
        outcome.point, outcome.objective, outcome.polished = best, problem.value(best), True
    outcome.message = outcome.message or search.trouble
    return outcome


class RepeatableSolver:
    """A solver process that searches first and then proves, each for a fixed amount of work.

    The answer depends on the problem, the seed and the versions alone, unless a time limit ends it earlier.
    """

    def __init__(self, process: SolverProcess, plan: SearchPlan) -> None:
        self._process, self._plan = process, plan

    def solve(
        self,
        problem: Problem,
        *,
        options: dict[str, Any],
        time_limit_s: float | None,
        start: np.ndarray | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Outcome:
        """Solve a problem; see `SolverProcess.solve`."""
        deadline = Deadline.after(time_limit_s, self._process.clock)
        search = Search(
            problem, self._plan, options, on_better=lambda _: None, process=self._process, deadline=deadline
        )
        if start is not None:
            search.plans.offer(start)
        try:
            search.run()
        except KeyboardInterrupt:
            search.state.interrupted = True
        if search.state.interrupted:
            return with_plan(Outcome("kInterrupt", interrupted=True), problem, search)
        assert self._plan.sub_problems is not None
        found = search.plans.point_to_start_from()
        told = tangents(
            self._process, problem, self._plan.structure, self._plan.params, options=options,
            time_limit_s=deadline.left(), by_clock=False, known=search.plans.value,
        )  # fmt: skip
        if told is not None and told.interrupted:
            return with_plan(Outcome("kInterrupt", bound=told.bound, interrupted=True), problem, search)
        outcome = self._process.solve(
            problem if told is None else told.within(problem),
            options={**options, "mip_max_nodes": self._plan.params.sub_problems.nodes * self._plan.sub_problems},
            time_limit_s=deadline.left(),
            start=start if found is None else found,
            on_progress=on_progress,
        )
        if told is not None and outcome.status in ENDED | {"kInfeasible"}:
            outcome = told.whole(outcome)
        return with_plan(outcome, problem, search)
