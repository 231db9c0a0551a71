"""Taking over the prover's cutting planes, where they make the relaxation stronger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outlay.optimizer.problem.problem import Rows
from outlay.optimizer.relaxation.relaxation import with_more_rows
from outlay.optimizer.search.phases.moving import begin_another
from outlay.optimizer.search.phases.state import State, Step


def take_cuts(state: State) -> Step:
    """Take the planes that no plan in hand breaks, if they pay; begin another plan with them if there is time."""
    cuts, state.cuts, current = state.cuts, None, state.plans.current
    if cuts is not None and current is not None:
        _take(state, cuts, current)
    return Step.TURN


def _take(state: State, cuts: Rows, current: np.ndarray) -> None:
    aside, whole, params = state.plans.aside, state.whole, state.params
    cuts = cuts.kept_by(current if aside is None else aside).kept_by(current)
    problem, before = state.problem.with_rows(cuts), whole.relaxation.value
    relaxation = state.relaxed(problem, with_more_rows(whole.relaxation.basis, len(cuts.lower)))
    least = params.resting.closes * (problem.value(current) - before)
    if relaxation is None or relaxation.value - before < least or state.over():
        return
    narrow, in_core = state.drawn, state.drawn.in_core
    state.problem, state.whole = problem, whole.under(problem, relaxation)
    state.drawn, left_s = state.whole, state.deadline.left()
    if left_s is not None and state.beginning_s <= params.patience.anew_share * left_s and aside is None:
        begin_another(state)
    elif in_core:
        bounded = replace(problem, lower=narrow.problem.lower, upper=narrow.problem.upper)
        inner = state.relaxed(bounded, relaxation.basis)
        state.drawn = state.whole if inner is None else narrow.under(bounded, inner)
