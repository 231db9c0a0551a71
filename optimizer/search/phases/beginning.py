"""Beginning a plan: by breeding or exchanging where the problem only packs, else by a dive into the core."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from outlay.optimizer.relaxation.relaxation import relaxation_of
from outlay.optimizer.search.drawing import Neighbourhoods
from outlay.optimizer.search.genetic import breed
from outlay.optimizer.search.phases.state import State
from outlay.optimizer.search.phases.sub_problem import solve_sub_problem


def begun(state: State) -> Neighbourhoods | None:
    """Begin another plan; return where to go on from it, None if nothing better came."""
    since = time.monotonic()
    drawn = state.whole if _bred(state) or _exchanged(state) else _dived(state)
    state.beginning_s = time.monotonic() - since
    return drawn


def _bred(state: State) -> bool:
    """Breed plans until they no longer get better; False if none came of it."""
    how, sub_problems, whole = state.params.breeding, state.plan.sub_problems, state.whole
    if state.problem.matrix.nnz > state.params.small:
        return False
    most = np.inf if sub_problems is None else state.params.scheduling.a_sub_problem * sub_problems * how.children
    project, keep, over = state.plan.structure.project, state.plans.keep, state.over
    if not breed(
        state.problem, project, whole.relaxation, random=whole.random, keep=keep, over=over, most=most,
        most_idle=state.params.patience.sub_problems, params=how,
    ):  # fmt: skip
        return False
    state.count_plans()
    return state.plans.current is not None


def _exchanged(state: State) -> bool:
    """Exchange projects until plans no longer get better; False if that is not done here, or none came of it."""
    if state.schedules is None or not state.schedules.anew(state.params.patience.sub_problems):
        return False
    state.count_plans()
    return state.plans.current is not None


def _dived(state: State) -> Neighbourhoods | None:
    """Decide what is dominant, and dive; return where to go on, None if nothing better came."""
    how, whole, drawn = state.params.diving, state.whole, None
    if not whole.relaxation.can_dive(state.deadline.left()):
        return None
    rest_s = min(state.params.sub_problems.most_s, whole.dive_s)
    for _ in range(how.first_dives):
        if state.over():
            break
        drawn = drawn or core(state) or whole
        dive = drawn.dive(how.first_open, rest_s if state.by_clock else None)
        outcome = solve_sub_problem(state, drawn, drawn.cheapest, None, rest_s, dive=dive)
        if state.plans.is_as_good(state.found):
            return drawn
        if outcome is None or (outcome.status == "kOptimal" and drawn is whole):
            break
        short = outcome.status == "kTimeLimit"  # then more time helps, and costs less than another core
        drawn, rest_s = (drawn, 2.0 * rest_s) if short else (None, rest_s)
    return None


def core(state: State) -> Neighbourhoods | None:
    """Return the neighbourhoods of the problem with its dominant projects decided; None if that came to nothing."""
    how, whole = state.params.probing, state.whole
    left = how.share * (state.deadline.left() or np.inf)
    most_s = max(how.least_s, min(left, how.times * whole.relaxation.seconds))
    outcome = state.process.solve(
        state.problem,
        options=state.options,
        time_limit_s=most_s + whole.dive_s if state.by_clock else state.deadline.left(),
        how=whole.probe(most_s if state.by_clock else None),
        basis=whole.relaxation.basis,
    )
    state.interrupted = state.interrupted or outcome.interrupted
    if state.over() or outcome.bounds is None:
        return None
    lower, upper = outcome.bounds
    if (lower == state.problem.lower).all() and (upper == state.problem.upper).all():
        return None  # nothing is dominant
    problem = replace(state.problem, lower=lower, upper=upper)
    relaxation = relaxation_of(problem, outcome)
    return None if relaxation is None else whole.within(problem, relaxation)
