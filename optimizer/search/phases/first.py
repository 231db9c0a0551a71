"""Before there is a plan: what can be had without a relaxation, beside it, by rounding it, and at any price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.presolve.propagation import tightened
from outlay.optimizer.relaxation.relaxation import choice_bound
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.pairing import pairing
from outlay.optimizer.search.phases.beginning import begun
from outlay.optimizer.search.phases.moving import fill_up, filling_beside
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.phases.sub_problem import solve_sub_problem
from outlay.optimizer.search.phases.turns import Turns
from outlay.optimizer.search.rescheduling import rescheduling
from outlay.optimizer.search.rounding import greedy, must_be_funded, rounded


def prepare(state: State) -> Step | None:
    """Tighten the problem, take the greedy plan, and solve the relaxation, schedules being drawn beside it."""
    structure, most = state.plan.structure, state.plan.sub_problems
    if not (structure.option_column >= 0).any():
        return None
    state.problem = tightened(state.problem)
    state.bound = choice_bound(state.problem, structure.project)
    seed, params = state.plan.seed, state.params
    # In a long calendar, or where much must be funded, the greedy plan takes its time and comes to little, or nothing.
    long = len(state.problem.cost) > params.scheduling.many_columns and structure.derived.any()
    late = bool(long or must_be_funded(state.problem, structure).any())
    if most is None and not late:
        _take_greedy(state)
    drawing = rescheduling(state.problem, structure, seed=seed, params=params.scheduling)
    if drawing is not None:
        state.schedules = Turns(drawing, state.plans, state.over, most, params.scheduling)
    elif (pairs := pairing(state.problem, structure, seed=seed, params=params.exchanging)) is not None:
        turns = replace(params.scheduling, least_share=params.scheduling.first_share)
        state.schedules = Turns(pairs, state.plans, state.over, most, turns, restart=pairs.restart)
    if most is None and late:
        _first_plan(state)
    if state.takes_long:
        _look_at_outline(state)
    with filling_beside(state):
        state.relaxation = state.relaxed(state.problem)
    return None if state.relaxation is None else Step.ROUND


def _look_at_outline(state: State) -> None:
    """Solve the relaxation roughly first: plans that it leads to are there long before the exact one is."""
    with filling_beside(state):
        state.outline = state.outlined()
    if state.outline is not None:
        state.bound = max(state.bound, state.outline.bound)
        if state.schedules is not None:
            state.schedules.lead_by(state.outline)


def _first_plan(state: State) -> None:
    """Take the first schedule there is, or else the greedy plan."""
    if state.schedules is not None:
        state.schedules.first()
    if state.plans.current is None:
        _take_greedy(state)


def _take_greedy(state: State) -> None:
    sizes, structure = state.params.sub_problems, state.plan.structure
    state.plans.keep(greedy(state.problem, structure, state.over, limit_s=sizes.least_s, must_s=sizes.most_s))


def round_relaxation(state: State) -> Step:
    """Round the relaxation to plans; where it is exact, dives may begin from it."""
    assert state.relaxation is not None
    look_from(state, Neighbourhoods(
        state.problem, state.plan.structure, state.relaxation, state.params, seed=state.plan.seed
    ))  # fmt: skip
    if state.schedules is not None:
        if state.outline is not None:
            state.schedules.lead_by(state.relaxation)
        state.schedules.follow(state.relaxation.point)
    for point in rounded(state.problem, state.plan.structure, state.relaxation, state.over):
        state.plans.keep(point)
        if state.by_clock:
            fill_up(state)
    return Step.BEGIN if state.relaxation.exact else Step.TURN


def join(state: State) -> Step:
    """Look from the relaxation that another search has solved; its plans come from outside."""
    assert state.relaxation is not None
    look_from(state, Neighbourhoods(
        state.problem, state.plan.structure, state.relaxation, state.params, seed=state.plan.seed
    ))  # fmt: skip
    return Step.TURN


def look_from(state: State, whole: Neighbourhoods) -> None:
    """Draw from the neighbourhoods of the whole problem."""
    state.whole = state.drawn = whole


def begin(state: State) -> Step:
    """Begin a first plan by breeding, or by a dive into the core."""
    drawn = begun(state)
    if drawn is None:
        return Step.FIND_ANY
    state.drawn = drawn
    return Step.TURN


def find_any(state: State) -> Step:
    """Look for any plan in the whole problem, by branch and bound, for longer and longer; or take one from outside."""
    state.plans.take_over()
    limit_s, everything = state.params.diving.least_s, np.ones(len(state.problem.cost), dtype=bool)
    while state.plans.current is None and not state.over():
        outcome = solve_sub_problem(state, state.whole, everything, None, limit_s)
        state.plans.take_over()
        if not state.by_clock or outcome is None or outcome.status != "kTimeLimit":
            break
        limit_s *= 2.0
    return Step.TURN
