"""Improving a plan: a neighbourhood is drawn, its sub-problem solved, and what came of it is learned from."""

from __future__ import annotations

import time

import numpy as np

from outlay.optimizer.search.drawing import Neighbourhood
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.phases.stop import stalled
from outlay.optimizer.search.phases.sub_problem import solve_sub_problem
from outlay.optimizer.search.phases.trace import SubProblemRecord
from outlay.optimizer.solver.outcome import Outcome


def improve(state: State) -> Step:
    """Solve a sub-problem around the plan, draw schedules, and say where to go on."""
    current = state.plans.current
    assert current is not None
    if state.drawn is not state.whole and not state.drawn.problem.holds(current):
        state.drawn = state.whole
    improve_once(state, current)
    if state.schedules is not None:
        state.schedules.turn(state.limit_s, other_gained=state.plans.current is not current)
    return following(state)


def improve_once(state: State, start: np.ndarray) -> None:
    """Solve one sub-problem around a plan, and learn from it."""
    drawn, sizes = state.drawn, state.params.sub_problems
    part, begun = drawn.draw(start), time.monotonic()
    nodes = round(sizes.nodes * state.limit_s / sizes.least_s)
    limit_s, dive = _limit_s(state, part), None
    if part.repair.share is not None:
        dive = drawn.dive(drawn.open_columns[part.way], limit_s if state.by_clock else None, start=start)
    outcome = solve_sub_problem(state, drawn, part.free, start, limit_s, nodes=nodes, dive=dive)
    if outcome is None:
        return
    current = state.plans.current
    if dive is not None and state.found is not None and current is not None:
        drawn.remember(state.found, current)
    seconds, before = time.monotonic() - begun, state.problem.value(start)
    value = before if current is None else state.problem.value(current)
    _learn(state, part, outcome, gain=max(0.0, before - value), seconds=seconds, nodes=nodes)
    state.trace.sub_problems.append(
        SubProblemRecord(
            drawn.known[part.kind].name, part.repair.name, drawn.in_core, int(part.free.sum()), limit_s,
            outcome.status, outcome.nodes, seconds, max(0.0, before - value), value,
        )
    )  # fmt: skip


def _limit_s(state: State, part: Neighbourhood) -> float:
    """Return the seconds of a sub-problem; of a dive those of what it leaves."""
    if part.repair.share is None:
        return state.limit_s
    how, sizes = state.params.diving, state.params.sub_problems
    return min(sizes.most_s, how.least_s * part.repair.share * state.limit_s / sizes.least_s)


def _learn(state: State, part: Neighbourhood, outcome: Outcome, *, gain: float, seconds: float, nodes: int) -> None:
    """Take note of a sub-problem: of its gain, and whether it was too large or too small."""
    drawn = state.drawn
    if state.by_clock:
        cut_short = outcome.status == "kTimeLimit"
        quick = outcome.seconds < state.params.sub_problems.quick * state.limit_s
    else:  # whatever is learned must not depend on the clock
        cut_short, quick = outcome.nodes >= nodes, outcome.nodes < nodes // 2
        seconds = 1.0 + outcome.nodes
    if part.repair.share is not None:
        quick = outcome.status == "kOptimal"
    if outcome.broken:  # perhaps it was too large for the memory
        cut_short, quick = True, False
    # A quick one that finds nothing was too small, which is no sign of anything where there are larger ones; in the
    # core, waiting for these is not worth it.
    if gain or not quick or drawn.in_core or drawn.at_its_largest(part):
        state.gains.append(gain)
    drawn.learn(part, gain=gain, seconds=seconds, cut_short=cut_short, quick=quick)


def following(state: State) -> Step:
    """Return where to go on: from the core to the whole once a plan no longer gets better.

    Where that stalls, another plan is begun; once that one stalls, both are crossed and sub-problems get more time.
    """
    current = state.plans.current
    if current is None or not stalled(state, current):
        return Step.TURN
    if state.drawn is not state.whole:
        return Step.LEAVE_CORE
    return Step.RESTART if state.whole.relaxation.quick and state.plans.aside is None else Step.CROSS
