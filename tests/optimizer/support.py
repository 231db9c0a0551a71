"""What the tests of the search share."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from outlay.optimizer.engine.settings import Settings
from outlay.optimizer.search.search import Search
from outlay.optimizer.session import Session

OPTIONS: dict[str, Any] = Settings().options(retry=False)


def level_problem(session: Session) -> Any:
    """Return the solver's problem with the first objective."""
    level = session.levels()[0]
    return replace(session.problem, cost=level.cost, offset=level.offset)


def holds(problem: Any, point: np.ndarray) -> bool:
    """Whether a point keeps the rows, to the solver's tolerance."""
    activity = problem.matrix @ point
    room = 1e-6 * np.maximum(1.0, np.abs(activity))
    return bool((activity <= problem.row_upper + room).all() and (activity >= problem.row_lower - room).all())


def copied(search: Search) -> Search:
    """Return a search for a test to change; what never changes is shared."""
    state, plans, plan = search.state, search.plans, search.plan
    shared = (state.process, state.stopped, state.problem, plan, plan.structure, plans.accept, plans._lock)
    (other,) = deepcopy((search,), {id(part): part for part in shared})
    return other
