"""Solving one sub-problem: some columns free, the others as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.presolve.restriction import restrict
from outlay.optimizer.presolve.steps import Step, restriction
from outlay.optimizer.problem.spaces import PartPoint, ReducedPoint
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.phases.state import State
from outlay.optimizer.search.settings import BRANCH_OPTIONS, DIVE_OPTIONS
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.tasks.dive import Dive


def solve_sub_problem(
    state: State,
    drawn: Neighbourhoods,
    free: np.ndarray,
    start: np.ndarray | None,
    limit_s: float,
    *,
    nodes: int | None = None,
    dive: Dive | None = None,
) -> Outcome | None:
    """Solve the sub-problem over the free columns and keep what is better; None if the search was stopped.

    The bounds are those of `drawn`, and the other columns stay as in `start`. Limited by the clock, or by nodes in the
    repeatable search (None: as usual). What a first dive comes to counts at once. What came of it is `State.found`.
    """
    base = np.zeros(len(free)) if start is None else start
    fixed = ~free & (state.problem.integer | state.plan.structure.derived)
    left = restrict(drawn.problem, fixed, base)
    step: Step[ReducedPoint, PartPoint] = restriction(left)
    nodes = state.params.sub_problems.nodes if nodes is None else nodes

    def keep(found: np.ndarray) -> None:
        point = state.plans.rounded(step.to_original(PartPoint(found)))
        state.found = point if state.plans.keep(point) else None

    state.found = None
    at_once = dive is not None and start is None
    if dive is not None:
        dive, start = replace(dive, order=dive.order[left.kept]), None
        limit_s += drawn.dive_s
    options = state.options | ({} if state.by_clock else {"mip_max_nodes": nodes})
    outcome = state.process.solve(
        step.problem,
        options=options | (BRANCH_OPTIONS if dive is None else DIVE_OPTIONS),
        time_limit_s=limit_s if state.by_clock else state.deadline.left(),
        start=None if start is None else step.to_reduced(ReducedPoint(start)),
        on_incumbent=keep if at_once else None,
        how=dive,
        basis=None if dive is None else drawn.relaxation.basis_of(left.kept, left.rows),
        proves=False,
    )
    state.interrupted = state.interrupted or outcome.interrupted
    if outcome.point is not None and not state.stopped.is_set():
        keep(outcome.point)
    return None if state.stopped.is_set() else outcome
