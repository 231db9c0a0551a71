"""`outlay.solve` as a user calls it; the time of compiling and of verifying counts as solving, that of loading not."""

from __future__ import annotations

import numpy as np

import outlay
from outlay.models.plain import model_of
from outlay.optimizer.answer.plans import plan_point
from outlay.optimizer.problem.plain import compile_rows
from tests.benchmarks.families import read
from tests.benchmarks.peers import NAN, Task, Teller


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Solve with the search beside branch and bound."""
    instance, solve_instance = read(task.instance), outlay.solve  # which is loaded when it is named
    tell.begin()
    solution = solve_instance(
        instance,
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
    plan = solution.plan
    del solution
    model = model_of(instance)
    return plan_point(model, compile_rows(model, also=np.arange(0)), plan)
