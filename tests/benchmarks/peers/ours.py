"""`outlay.solve` as a user calls it; the time of compiling and of verifying counts as solving, that of loading not."""

from __future__ import annotations

import numpy as np

import outlay
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.problem.compiling import compile_model
from tests.benchmarks.families import read
from tests.benchmarks.peers import NAN, Task, Teller


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Solve with the search beside branch and bound."""
    model, solve_model = outlay.build(read(task.instance)), outlay.solve  # which is loaded when it is named
    tell.begin()
    solution = solve_model(
        model,
        time_limit=task.seconds,
        gap=task.gap,
        seed=task.seed,
        params=outlay.SearchParams.from_toml(task.params) if task.params else None,
        on_progress=lambda state: tell(state.objective, state.bound),
    )
    tell(*(NAN if value is None else value for value in (solution.objective, solution.bound)))
    tell.end()
    if solution.plan is None:
        return None
    return plan_point(model, compile_model(model), solution.plan)
