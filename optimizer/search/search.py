"""A large-neighbourhood search beside branch and bound, for instances too large to be proved in the time there is.

One HiGHS process proves; another improves the best plan. The search solves the LP relaxation and rounds it to a plan
(`rounding`). Then it decides the dominant projects (`tasks.probe`), dives into what is left, the core, to a better plan
(`tasks.dive`), and again and again sets some projects free while the others stay as they are, and solves the
sub-problem by branch and bound or a dive (`drawing`): first in the core, then, where that stalls, anywhere. Where that
stalls too, another core is begun, its plan crossed with the best one, and sub-problems get more time. Where the problem
only packs, plans are bred (`genetic`) instead. The prover takes the search's plans as user solutions, and the search
the prover's plans and cutting planes. The bound is HiGHS's, from tree or relaxation (before: `choice_bound`).

Each of these is a phase (`phases.registry`), which says which one is next. A plan counts only after the verifier has
passed it. By the clock (`outlay.optimizer.engine.combined`) two runs may differ; the repeatable form solves so many
sub-problems, each limited by nodes, with nothing else going on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from outlay.models.arrays.ending import EndedError, ended_by
from outlay.optimizer.problem.problem import Problem, Rows
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.phases.registry import PHASES
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.phases.trace import PhaseRecord
from outlay.optimizer.search.pool import Incumbents
from outlay.optimizer.search.settings import SUB_OPTIONS, SearchPlan
from outlay.optimizer.solver.deadline import NEVER, Deadline
from outlay.optimizer.solver.memory import LARGE, give_back
from outlay.optimizer.solver.process import SolverProcess


class Search:
    """Improves a plan in a solver process of its own.

    Attributes
    ----------
    state
        Where it stands: the plans, what is known of the problem, and the trace of what was done.
    trouble
        What ended the search early, if something did.
    """

    def __init__(
        self,
        problem: Problem,
        plan: SearchPlan,
        options: dict[str, Any],
        *,
        on_better: Callable[[np.ndarray], None],
        process: SolverProcess | None = None,
        deadline: Deadline = NEVER,
    ) -> None:
        plans = Incumbents(
            problem,
            plan.accept,
            on_better=self._tell,
            by_clock=plan.sub_problems is None,
            aside_share=plan.params.aside_share,
        )
        self._own, self._first = process is None, Step.PREPARE
        self.state = State(problem, plan, {**options, **SUB_OPTIONS}, process or SolverProcess(), plans, deadline)
        self.trouble = ""
        self._on_better = on_better

    @property
    def plan(self) -> SearchPlan:
        """What it was told."""
        return self.state.plan

    @property
    def plans(self) -> Incumbents:
        """The plans known so far."""
        return self.state.plans

    @property
    def problem(self) -> Problem:
        """The problem, with what the search has added to it."""
        return self.state.problem

    @property
    def relaxation(self) -> Relaxation | None:
        """The relaxation of the problem without cutting planes, once it is solved."""
        return self.state.relaxation

    def stop(self) -> None:
        """End the search and its process; the best plan stays."""
        self.state.stopped.set()
        if self._own:
            self.state.process.end()

    def _tell(self, point: np.ndarray) -> None:
        if not self.state.stopped.is_set():  # afterwards the prover may be at work on something else
            self._on_better(point)

    def companion(self, seed: int) -> Search:
        """Return a second search, to be run beside this one once its relaxation is solved, from its plan on.

        What it finds counts here; what this one finds is to be offered to it (`plans`).
        """
        known = getattr(self.state, "whole", self.state)  # with the planes that were taken over
        plan, ends = replace(self.plan, seed=seed), self.state.deadline
        other = Search(known.problem, plan, self.state.options, on_better=self.plans.adopt, deadline=ends)
        other.state.relaxation, other._first = known.relaxation, Step.JOIN
        best = self.plans.point_to_start_from()
        if best is not None:
            other.plans.offer(best)
        return other

    def known(self) -> tuple[float, float]:
        """Return (value of the best plan, bound of the relaxation or before it); NaN where there is none yet."""
        relaxation, bound = self.state.relaxation, self.state.bound
        bound = bound if relaxation is None else max(bound, relaxation.bound)
        return self.plans.value(), bound if np.isfinite(bound) else np.nan

    def basis(self) -> np.ndarray | None:
        """Return a basis of the relaxation, once it is solved exactly."""
        relaxation = self.state.relaxation
        return None if relaxation is None else relaxation.basis

    def slow(self) -> bool:
        """Whether the relaxation is solved, and was too much for the simplex method."""
        relaxation = self.state.relaxation
        return relaxation is not None and relaxation.slow

    def relaxed(self) -> bool:
        """Whether the relaxation is solved as well as it will be, so that a second search can begin from it.

        One of a size at which it is solved approximately is, once the simplex method has had its share of the time in
        branch and bound as well, and plans were rounded from it, which takes this process long if a second search is at
        work in it.
        """
        state, how = self.state, self.plan.params.relaxing
        if state.relaxation is None or state.relaxation.basis is not None:
            return state.relaxation is not None
        left, spent = state.deadline.left(), time.monotonic() - state.begun_at
        beyond = sum(state.problem.matrix.shape) > how.large and Step.ROUND in state.trace.steps
        return beyond and left is not None and spent > how.proving_share * (spent + left)

    def take_cuts(self, cuts: Rows) -> None:
        """Take cutting planes that no plan better than the best one known breaks; may be called from another thread."""
        self.state.cuts = cuts

    def run(self) -> None:
        """Search until stopped, or as many sub-problems as the plan says."""
        small = self._first == Step.PREPARE and self.state.problem.matrix.nnz <= self.state.params.small
        if self.state.by_clock and small and self.state.stopped.wait(self.state.params.head_start_s):
            return
        for work in (self._until_over, self.state.count_plans):
            try:
                work()
            except Exception as error:  # the prover goes on by itself; its answer tells of this
                self.trouble = f"the search ended early: {type(error).__name__}: {error}"

    def _until_over(self) -> None:
        """Go from phase to phase; what a phase is at ends where that is over, if it looks."""
        with contextlib.suppress(EndedError), ended_by(self.state.over):
            self._search()

    def _search(self) -> None:
        state, step = self.state, self._first
        while True:
            begun = time.monotonic()
            following = PHASES[step](state)
            state.trace.phases.append(PhaseRecord(step, time.monotonic() - begun))
            if state.problem.matrix.nnz > LARGE:
                give_back()
            if following is None or state.over():
                return
            step = following
