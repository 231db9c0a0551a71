"""The same rows as a user writes them in plain Pyomo (sums of products), solved by Pyomo's own ``highs``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import pyomo.environ as pyo

from tests.benchmarks.peers import NAN, Task, Teller

#: A line of HiGHS's table: ..., best bound, best solution, gap, ..., seconds.
LINE = re.compile(r"\|\s*(\S+)\s+(\S+)\s+(?:\S+%|inf|Large)\s*\|.*?([\d.]+)s\s*$")


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Build the model row by row and solve it."""
    model = _model(task)
    solver = pyo.SolverFactory("highs")
    tell.begin()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        options = {
            "time_limit": task.seconds,
            "mip_rel_gap": task.gap,
            "threads": task.threads,
            "random_seed": task.seed,
            "log_file": str(log),
        }
        try:
            found = solver.solve(model, options=options)
        except RuntimeError:  # how it says that it has no plan
            found = None
        for line in log.read_text().splitlines():
            match = LINE.search(line)
            if match:
                bound, value, seconds = match.groups()
                tell(_number(value), _number(bound), seconds=float(seconds))
    if found is None:
        return None
    tell(pyo.value(model.best), float(found.problem.upper_bound))
    return np.array([pyo.value(variable, exception=False) or 0.0 for variable in model.x.values()])


def _model(task: Task) -> pyo.ConcreteModel:
    problem = task.problem
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(len(problem.cost)))
    for column, variable in model.x.items():
        low, high = problem.lower[column], problem.upper[column]
        variable.setlb(None if low == -np.inf else float(low))
        variable.setub(None if high == np.inf else float(high))
        variable.domain = pyo.Integers if problem.integer[column] else pyo.Reals
    matrix = problem.matrix.tocsr()

    def rule(model: pyo.ConcreteModel, row: int) -> object:
        span = range(matrix.indptr[row], matrix.indptr[row + 1])
        total = sum(float(matrix.data[at]) * model.x[int(matrix.indices[at])] for at in span)
        low, high = float(problem.row_lower[row]), float(problem.row_upper[row])
        if low == high:
            return total == high
        return pyo.inequality(None if low == -np.inf else low, total, None if high == np.inf else high)

    model.rows = pyo.Constraint(range(matrix.shape[0]), rule=rule)
    used = np.nonzero(problem.cost)[0].tolist()
    model.best = pyo.Objective(
        expr=sum(-float(problem.cost[column]) * model.x[column] for column in used) - problem.offset,
        sense=pyo.maximize,
    )
    return model


def _number(text: str) -> float:
    return NAN if "inf" in text else float(text)
