"""HiGHS alone, with its own defaults, on all cores."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from outlay.optimizer.solver.highs import highs_model
from tests.benchmarks.peers import Task, Teller


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Solve the arrays."""
    problem = task.problem
    highs = highspy.Highs()
    highs.setOptionValue("log_to_console", False)
    settings = {"time_limit": task.seconds, "mip_rel_gap": task.gap, "threads": task.threads, "random_seed": task.seed}
    for name, setting in settings.items():
        highs.setOptionValue(name, setting)
    highs.passModel(highs_model(problem.arrays()))

    def told(_kind: Any, _message: str, data: Any, _reply: Any, _user: Any) -> None:
        if abs(data.mip_dual_bound) < highspy.kHighsInf:
            value = -data.mip_primal_bound if abs(data.mip_primal_bound) < highspy.kHighsInf else float("nan")
            tell(value, -data.mip_dual_bound)

    highs.setCallback(told, None)
    for kind in ("kCallbackMipImprovingSolution", "kCallbackMipLogging"):
        highs.startCallback(getattr(highspy.cb.HighsCallbackType, kind))
    tell.begin()
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != 2:
        return None
    tell(-info.objective_function_value, -info.mip_dual_bound)
    return np.array(highs.getSolution().col_value)
