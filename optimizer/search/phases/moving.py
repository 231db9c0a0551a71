"""Moving on: what is next, from the core to the whole, to another plan and back, and to more time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from outlay.optimizer.search.phases.beginning import begun
from outlay.optimizer.search.phases.state import State, Step
from outlay.optimizer.search.phases.stop import work_is_done
from outlay.optimizer.search.phases.turns import repeated_beside
from outlay.optimizer.search.rounding import near, rounded

#: Seconds to wait for a plan from outside before looking again.
WAIT_S = 1.0
#: Share of the time that filling up may take where it has come to nothing again and again.
LEAST_SHARE = 0.01


def turn(state: State) -> Step | None:
    """Take over a better plan from outside; then planes, a sub-problem, or nothing but waiting for a plan."""
    if work_is_done(state):
        return None
    state.count += 1
    if state.plans.take_over():
        state.gains.clear()
    if state.by_clock:
        fill_up(state)
    if state.plans.current is None:
        return Step.WAIT
    return Step.IMPROVE if state.cuts is None else Step.TAKE_CUTS


def fill_up(state: State) -> None:
    """Add to a new plan what there is room for, if that takes a small part of the time.

    It takes a moment where a sub-problem takes seconds: with 3,000 projects the first plans lack a twentieth of their
    worth that simply fits. That part is halved whenever nothing fits, as beside the plans of sub-problems: on MineLib's
    zuck_small a fifth of the search's CPU time came to nothing so.
    """
    current, begun, how = state.plans.current, time.monotonic(), state.params
    if current is None or current is state.filled or state.filling_s > state.filling_share * (begun - state.begun_at):
        return
    ends = begun + how.sub_problems.least_s
    fuller = near(state.problem, state.plan.structure, current, lambda: state.over() or time.monotonic() > ends)
    state.plans.keep(fuller)
    state.filled = state.plans.current
    gained = state.filled is not current
    state.filling_share = how.aside_share if gained else max(LEAST_SHARE, 0.5 * state.filling_share)
    state.filling_s += time.monotonic() - begun


def filling_beside(state: State) -> AbstractContextManager[None]:
    """Return what is done in another thread beside the relaxation, unless it depends on the clock and must not.

    Where there is an outline of the relaxation, it is rounded to a plan there first, which may take seconds.
    """

    def take_over() -> None:
        if state.plans.take_over():
            fill_up(state)
            state.count_plans()

    def round_outline(over: Callable[[], bool]) -> None:
        assert state.outline is not None
        state.plans.keep(next(rounded(state.problem, state.plan.structure, state.outline, over)))

    outlined = state.outline is not None and state.relaxation is None
    if state.schedules is not None:
        return state.schedules.beside(take_over, round_outline if outlined else None)
    before = [round_outline] if outlined else []

    def fill(over: Callable[[], bool]) -> None:
        while before:
            before.pop()(over)
        take_over()

    return repeated_beside(fill, state.over) if state.by_clock else nullcontext()


def wait(state: State) -> Step | None:
    """Wait for a plan from outside; in the repeatable search none comes."""
    return None if not state.by_clock or state.stopped.wait(WAIT_S) else Step.TURN


def leave_core(state: State) -> Step:
    """Go on in the whole problem."""
    state.gains.clear()
    state.drawn = state.whole
    return Step.TURN


def restart(state: State) -> Step:
    """Begin another plan, the best one put aside; where nothing better comes, go on from that one with more time."""
    return Step.TURN if begin_another(state) else Step.CROSS


def begin_another(state: State) -> bool:
    """Begin another plan, or stay if there is none; whether there is."""
    state.gains.clear()
    state.plans.leave()
    drawn = begun(state)
    if drawn is None:
        go_back(state)
        return False
    state.drawn = drawn
    return True


def cross(state: State) -> Step:
    """Go on from the better one of two plans, the other one remembered to be crossed; by dives, or with more time."""
    state.gains.clear()
    go_back(state)
    state.drawn = state.whole
    if not state.whole.allow_dives():
        state.limit_s = min(state.params.sub_problems.most_s, 2.0 * state.limit_s)
    return Step.TURN


def go_back(state: State) -> None:
    """Go on from the best plan, and remember the other one."""
    if state.plans.aside is not None:
        worse, better = state.plans.take_better(), state.plans.current
        if worse is not None and better is not None:
            state.whole.remember(worse, better)
