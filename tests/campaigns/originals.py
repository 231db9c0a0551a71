"""Honest run files of every kind, and an honest comparison, for those who tamper with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyomo.environ as pyo

import outlay
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.record.run_file import run_text, to_run_document
from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.generator import case_of
from tests.campaigns.resuming import Resuming
from tests.support.documents import hard_knapsack, instance, knapsack, level, parsed, small_plan

#: So many instances are generated, with funds, links, imports and whatever else there is.
GENERATED = 4


def run_documents(seed: int) -> dict[str, dict[str, Any]]:
    """Return run documents by kind; those of generated instances depend on the seed."""
    with SolverProcess() as process:
        return {name: json.loads(run_text(to_run_document(found))) for name, found in _solutions(seed, process)}


def _solutions(seed: int, process: SolverProcess) -> Iterator[tuple[str, Solution]]:
    yield "tutorial", outlay.solve(outlay.read("tutorial"), process=process)
    yield "many families", outlay.solve(parsed(small_plan()), gap=0, process=process)
    yield "strict levels", outlay.solve(parsed(_with_levels()), gap=0, process=process)
    yield "own objective", outlay.solve(_own_objective(pyo.maximize), process=process)
    yield "own objective, minimised", outlay.solve(_own_objective(pyo.minimize), process=process)
    yield "rules of one's own", outlay.solve(_own_rule(), process=process)
    yield "infeasible", outlay.solve(_infeasible(), process=process)
    stopped = parsed(hard_knapsack(size=40, rows=3))
    yield "stopped", outlay.solve(stopped, gap=0, effort="repeat", work=1, process=process)
    for number in range(GENERATED):
        yield f"generated {number}", _generated(seed + 1000 * number, process)


def _with_levels() -> dict[str, Any]:
    document = small_plan()
    document["instance"]["objective"] = [{"weights": {"value": 1}, "tolerance": 0.1}, {"weights": {"commitment": -1}}]
    return document


def _own_objective(sense: Any) -> Any:
    model: Any = outlay.build(parsed(knapsack([3, 2, 4, 1], [[1, 1, 1, 1]], [2])))
    model.objective.deactivate()
    sign = 1 if sense == pyo.maximize else -1
    model.mine = pyo.Objective(expr=sign * sum((at + 1) * model.fund[at] for at in range(4)), sense=sense)
    return model


def _own_rule() -> Any:
    model: Any = outlay.build(parsed(knapsack([3, 2, 4, 1], [[1, 1, 1, 1]], [2])))
    model.mine = pyo.Constraint(expr=model.fund[0] + model.fund[2] <= 1)
    return model


def _infeasible() -> Instance:
    return instance(
        projects=[{"id": "A", "status": "mandatory", "commitment": 3}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 2)],
    )


def _generated(seed: int, process: SolverProcess) -> Solution:
    while True:
        try:
            found = outlay.solve(case_of(seed).instance(), gap=0, process=process)
        except InputError:  # a mandatory project without options
            seed += 1
            continue
        if found.plan is not None and found.plan.choices:
            return found
        seed += 1


def folder_of_comparison(folder: Path, resuming: Resuming) -> Path:
    """Return the folder of a comparison."""
    resuming.compare(folder)
    return folder
