"""The report of every instance that the schema allows can be drawn: generated ones that use every feature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import outlay
from outlay.cli.report.write import write_report
from outlay.instances.dictionary.names import ENGINE_RESOURCES
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.models.supply.graph import graph
from outlay.optimizer.solver.process import SolverProcess
from tests.brute_force.generator import case_of
from tests.support.choosing import some
from tests.support.documents import instance, level
from tests.support.solving import warm  # noqa: F401


@pytest.mark.parametrize("seed", some(range(120), 0, 6))
def test_the_report_of_a_generated_instance_can_be_drawn(
    seed: int,
    warm: SolverProcess,  # noqa: F811
    tmp_path: Path,
) -> None:
    try:
        solution = outlay.solve(case_of(seed).instance(), gap=0.01, time_limit=20, process=warm)
    except InputError:
        return
    if solution.plan is not None:
        assert write_report(solution, tmp_path / "page.html").stat().st_size > 10_000


PARTS: list[dict[str, Any]] = [
    {"links": [{"link": "L", "from_resource": "crew", "to_resource": "FILLED", "capacity": 1}]},
    {"links": [{"link": "L", "from_resource": "FILLED", "to_resource": "crew", "capacity": 1}]},
    {"imports": [{"resource": "FILLED", "from": "2026-01", "max_per_period": 1}]},
    {"programs": [{"program": "P", "resource": "FILLED", "cost_per_unit": 0.1}]},
    {"parent_of": "crew"},
    {"parent_of": "FILLED"},
]


def filled_with(filled: str, parts: dict[str, Any]) -> Instance:
    """Return one project and a resource that the engine fills, which takes part in what `parts` says."""
    resources = [{"resource": name, "kind": "other"} for name in ("crew", filled)]
    tables = {
        table: [{key: filled if cell == "FILLED" else cell for key, cell in row.items()} for row in rows]
        for table, rows in parts.items()
        if table != "parent_of"
    }
    if "parent_of" in parts:
        child = 0 if parts["parent_of"] == "crew" else 1
        resources[child]["parent"] = resources[1 - child]["resource"]
    return instance(
        projects=[{"id": "A", "value": 1, "commitment": 1}],
        resources=resources,
        availability=[level("crew", 5), level(filled, 5)],
        requirements=[{"project": "A", "resource": "crew", "phase": "construction", "amount": 1}],
        **tables,
    )


@pytest.mark.parametrize("filled", some(ENGINE_RESOURCES, 1))
@pytest.mark.parametrize("parts", PARTS)
def test_what_the_engine_fills_may_be_linked_imported_bought_and_nested(
    filled: str,
    parts: dict[str, Any],
    warm: SolverProcess,  # noqa: F811
) -> None:
    made = filled_with(filled, parts)
    assert outlay.solve(made, process=warm).objective == pytest.approx(1)
    nodes = graph(made).nodes(data=True)
    assert all(facts.get("kind") for _, facts in nodes)
    assert (f"resource:{filled}" in dict(nodes)) == ("links" in parts or "parent_of" in parts)


@pytest.mark.parametrize("filled", some(ENGINE_RESOURCES, 1, 1))
@pytest.mark.parametrize("parts", some(PARTS, 1))
def test_a_report_draws_what_the_engine_fills(
    filled: str,
    parts: dict[str, Any],
    warm: SolverProcess,  # noqa: F811
    tmp_path: Path,
) -> None:
    solution = outlay.solve(filled_with(filled, parts), process=warm)
    assert write_report(solution, tmp_path / "page.html").exists()
