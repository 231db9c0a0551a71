"""SCIP through PySCIPOpt, with its own defaults (branch and bound of SCIP runs on one core)."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model, quicksum

from tests.benchmarks.peers import NAN, Task, Teller

EVERY_S = 0.5


class _Watch(Eventhdlr):  # type: ignore[misc]
    """Tells value and bound when a plan is found and, at most twice a second, when an LP is solved."""

    def __init__(self, tell: Teller) -> None:
        self.tell, self.last = tell, 0.0

    def eventinit(self) -> None:
        for kind in (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.LPSOLVED):
            self.model.catchEvent(kind, self)

    def eventexit(self) -> None:
        for kind in (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.LPSOLVED):
            self.model.dropEvent(kind, self)

    def eventexec(self, event: Any) -> None:
        now = time.monotonic()
        if event.getType() == SCIP_EVENTTYPE.BESTSOLFOUND or now - self.last > EVERY_S:
            self.last = now
            self.tell(*_state(self.model))


def _state(model: Any) -> tuple[float, float]:
    value, bound = -model.getPrimalbound(), -model.getDualbound()
    return (value if abs(value) < 1e19 else NAN), (bound if abs(bound) < 1e19 else NAN)


def solve(task: Task, tell: Teller) -> np.ndarray | None:
    """Solve the arrays."""
    problem, model = task.problem, Model()
    model.hideOutput()
    infinite = model.infinity()
    columns = [
        model.addVar(
            vtype="I" if integer else "C",
            lb=None if low == -np.inf else low,
            ub=None if high == np.inf else high,
            obj=cost,
        )
        for cost, low, high, integer in zip(
            *(array.tolist() for array in (problem.cost, problem.lower, problem.upper, problem.integer)), strict=True
        )
    ]
    model.addObjoffset(problem.offset)
    matrix = problem.matrix.tocsr()
    for row, (low, high) in enumerate(zip(problem.row_lower.tolist(), problem.row_upper.tolist(), strict=True)):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        terms = zip(matrix.data[span].tolist(), matrix.indices[span].tolist(), strict=True)
        total = quicksum(value * columns[column] for value, column in terms)
        if low == high:
            model.addCons(total == high)
            continue
        if high < np.inf:
            model.addCons(total <= high)
        if low > -np.inf:
            model.addCons(total >= low)
    for name, setting in (
        ("limits/time", min(task.seconds, infinite)),
        ("limits/gap", task.gap),
        ("randomization/randomseedshift", task.seed),
    ):
        model.setParam(name, setting)
    watch = _Watch(tell)  # SCIP does not keep it alive
    model.includeEventhdlr(watch, "watch", "tells value and bound")
    tell.begin()
    model.optimize()
    tell(*_state(model))
    if not model.getNSols():
        return None
    best = model.getBestSol()
    return np.array([model.getSolVal(best, column) for column in columns])
