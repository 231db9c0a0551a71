"""What a repeatable search did: every request to the solver with what came of it, and the answer.

Two versions of the code that give the same trace search alike; that is the test of a change that changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from unittest import mock

import outlay
from outlay.instances.instance import Instance
from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.solver.outcome import Outcome
from outlay.optimizer.solver.process import SolverProcess

#: A line of a trace: columns, nonzeros, how it ended, objective, nodes, and a digest of the point.
Line = list[Any]


def trace_of(instance: Instance, *, work: int, seed: int = 1) -> dict[str, Any]:
    """Return the requests of ``--effort repeat``, in their order, and the answer that they led to."""
    lines: list[Line] = []
    solve = SolverProcess.solve

    def noted(self: SolverProcess, problem: Problem, *given: Any, **named: Any) -> Outcome:
        outcome = solve(self, problem, *given, **named)
        lines.append(_line(problem, outcome))
        return outcome

    with mock.patch.object(SolverProcess, "solve", noted):
        solution = outlay.solve(instance, effort="repeat", work=work, seed=seed, gap=0)
    plan = None if solution.plan is None else solution.plan.to_document()
    answer = [str(solution.status), solution.limit, repr(solution.objective), repr(solution.bound), solution.message]
    return {"requests": lines, "answer": answer, "plan": _digest(json.dumps(plan, sort_keys=True).encode())}


def _line(problem: Problem, outcome: Outcome) -> Line:
    point = None if outcome.point is None else _digest((outcome.point + 0.0).tobytes())
    size = [len(problem.cost), int(problem.matrix.nnz)]
    return [*size, outcome.status, repr(outcome.objective), outcome.nodes, point]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
