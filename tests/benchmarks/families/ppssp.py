"""Project portfolio selection and scheduling (PPSSP): ``PI_1`` with 1,000 projects, ``PI_2`` with 2,000."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from tests.benchmarks.data import benchmarks_folder

START = 2000
#: Gurobi 11 in 600 s.
PUBLISHED = {"PI_1": 893_555.8159}


def names() -> list[str]:
    """Return the two instances."""
    return ["PI_1", "PI_2"]


def read(name: str) -> Instance | None:
    """Return an instance by the beginning of its file's name."""
    if name not in names():
        return None
    path = next((benchmarks_folder() / "ppssp").glob(f"{name}_*.json"))
    return parse_document(read_ppssp(path), source=name)


def published(name: str) -> float | None:
    """Return the published value."""
    return PUBLISHED.get(name)


def _year(index: int) -> str:
    return f"{START + index}-01"


def read_ppssp(path: Path) -> dict[str, Any]:
    """Return a PPSSP file as an instance: years are periods, costs and values are rows by year after the start."""
    data = json.loads(path.read_text())
    window, years = data["planning_window"], data["budget_window"]
    streams = len(data["capability_stream_budgets"])
    resources = [{"resource": "budget", "kind": "finance"}, {"resource": "ongoing", "kind": "finance"}]
    resources += [{"resource": "initiation", "kind": "finance"}, {"resource": "starts", "kind": "committee"}]
    resources += [{"resource": f"stream{s}", "kind": "finance", "basis": "cumulative"} for s in range(streams)]
    availability: list[dict[str, Any]] = []
    for name in ("budget", "ongoing"):
        series = data["budget" if name == "budget" else "ongoing_budget"]
        availability += [{"resource": name, "from": _year(t), "amount": series[t]} for t in range(years)]
    availability += [
        {"resource": "initiation", "from": _year(t), "amount": data["initiation_budget"][t]} for t in range(window)
    ]
    availability.append({"resource": "starts", "from": _year(0), "amount": data["initiation_range"][1]})
    for stream, budget in enumerate(data["capability_stream_budgets"]):
        availability.append({"resource": f"stream{stream}", "from": _year(0), "amount": budget})
        availability.append({"resource": f"stream{stream}", "from": _year(window)})
    projects, requirements, cashflows, dependencies = [], [], [], []
    for number, project in enumerate(data["projects"]):
        name = f"p{number:05d}"
        projects.append({"id": name, "construction_months": 12 * project["duration"]})
        for k, cost in enumerate(project["cost"]):
            span = {"project": name, "from_month": 12 * k, "to_month": 12 * k + 12, "amount": cost}
            used = ["budget", f"stream{project['stream']}", "initiation" if k == 0 else "ongoing"]
            requirements += [{**span, "resource": resource} for resource in used]
        requirements.append({"project": name, "from_month": 0, "to_month": 12, "amount": 1, "resource": "starts"})
        cashflows += [
            {"project": name, "from_month": 12 * k, "to_month": 12 * k + 12, "amount": value, "metric": "value"}
            for k, value in enumerate(project["value"])
            if value
        ]
        dependencies += [
            {"project": name, "needs": f"p{other:05d}", "kind": "requires"} for other in project["prerequisites"]
        ]
        dependencies += [
            {"project": name, "needs": f"p{other:05d}", "kind": "excludes"}
            for other in project["exclusions"]
            if other > number
        ]
    return {
        "instance": {
            "name": data["name"],
            "calendar": {
                "start": _year(0),
                "periods": years,
                "months_per_period": 12,
                "last_selection": _year(window - 1),
            },
            "discount_rates": {"value": data["discount_rate"]},
        },
        "projects": projects,
        "resources": resources,
        "availability": availability,
        "requirements": [row for row in requirements if row["amount"]],
        "cashflows": cashflows,
        "dependencies": dependencies,
    }
