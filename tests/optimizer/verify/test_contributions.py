"""What each part of a plan adds to the objective: the parts add up to it, exactly."""

from __future__ import annotations

import math

import pytest

import outlay
from outlay.instances.errors import NoOptionError
from outlay.instances.formats.parsing import parse_document
from outlay.optimizer.solver.process import SolverProcess
from outlay.optimizer.verify.plan import contributions, verify_plan
from tests.brute_force.generator import case_of
from tests.support.choosing import some


@pytest.mark.parametrize("seed", some(range(1, 25), 0, 8))
def test_the_parts_add_up_to_the_objective(seed: int, warm: SolverProcess) -> None:
    instance = case_of(seed).instance()
    try:
        solution = outlay.solve(instance, process=warm)
    except NoOptionError:
        return  # a project that must be funded has no option, so there is no plan
    if solution.plan is None:
        assert solution.status in {"infeasible", "unbounded"}
        return
    parts = contributions(instance, solution.plan)
    worth = verify_plan(instance, solution.plan).objective[0]
    assert sum(part.amount for part in parts) == worth
    table = solution.table("contributions")
    assert math.fsum(table["amount"]) == pytest.approx(float(worth))
    assert set(table.loc[table["kind"] == "project", "id"]) == {choice.project for choice in solution.plan.choices}


@pytest.mark.slow
def test_savings_synergies_programs_and_costs_have_rows_of_their_own(warm: SolverProcess) -> None:
    document = {
        "instance": {
            "name": "parts",
            "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12},
            "objective": {"value": 1, "commitment": -0.5},
        },
        "projects": [{"id": "A", "value": 9, "commitment": 4}, {"id": "B", "value": 8, "commitment": 4}],
        "resources": [
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "crew", "kind": "labour"},
        ],
        "availability": [
            {"resource": "commitments", "from": "2026-01", "amount": 20},
            {"resource": "crew", "from": "2026-01", "amount": 1},
        ],
        "requirements": [{"project": "A", "resource": "crew", "phase": "construction", "amount": 2}],
        "imports": [{"resource": "crew", "from": "2026-01", "max_per_period": 5, "premium_per_unit": 0.25}],
        "dependencies": [
            {"project": "A", "needs": "B", "kind": "synergy", "bonus": 3},
            {"project": "A", "needs": "B", "kind": "synergy", "metric": "commitment", "bonus": -1},
        ],
    }
    table = outlay.solve(parse_document(document, source="parts"), process=warm).table("contributions")
    found = {(row["kind"], row["id"]): row["amount"] for row in table.to_dict("records")}
    assert found == pytest.approx(
        {
            ("project", "A"): 7.0,
            ("project", "B"): 6.0,
            ("saving", "A"): 0.5,
            ("synergy", "A + B"): 3.0,
            ("import", "crew"): -0.25,
        }
    )
