"""When to stop: the search, and with a plan that no longer gets better."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.search.phases.state import State


def work_is_done(state: State) -> bool:
    """Whether a repeatable search has taken all its turns."""
    most = state.plan.sub_problems
    return most is not None and state.count >= most


def stalled(state: State, current: np.ndarray) -> bool:
    """Whether the last sub-problems have closed next to nothing of a plan's gap."""
    patience = state.params.patience
    recent, gap = state.gains[-patience.sub_problems :], state.problem.value(current) - state.drawn.relaxation.value
    return len(recent) == patience.sub_problems and sum(recent) <= patience.stalled * gap and not state.over()
