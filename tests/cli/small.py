"""Small instances for the command line, and a way to run it."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import outlay
from outlay.cli import main
from outlay.instances.formats.parsing import parse_document

HOSTILE = (
    "[bold red]evil\x1b[2J\x1b]0;owned\x07[/]\n<script>alert(1)</script> =cmd|' /C calc'!A0 \u202egnp.exe\u2066 \x9b31m"
)

SMALL: dict[str, Any] = {
    "instance": {
        "name": "small",
        "title": "Three works and nine million",
        "money_unit": "$M",
        "calendar": {"start": "2026-01", "periods": 4, "months_per_period": 12},
    },
    "projects": [
        {"id": "A", "name": "Arch bridge", "value": 8, "commitment": 5},
        {"id": "B", "name": "Bus depot", "value": 6, "commitment": 4},
        {"id": "C", "name": "Canal", "value": 7, "commitment": 6},
    ],
    "resources": [
        {"resource": "commitments", "kind": "finance", "unit": "$M", "basis": "cumulative"},
        {"resource": "crew", "kind": "labour", "unit": "crews"},
        {"resource": "forgotten", "kind": "equipment", "unit": "cranes"},
    ],
    "availability": [
        {"resource": "commitments", "from": "2026-01", "amount": 9},
        {"resource": "crew", "from": "2026-01", "amount": 2},
    ],
    "requirements": [
        {"project": project, "resource": "crew", "phase": "construction", "amount": 1} for project in ("A", "B", "C")
    ],
    "stakeholders": [{"stakeholder": "Mayor", "metric": "count", "weight": 1}],
    "sets": {
        "poor": {
            "title": "Half the money",
            "change": [{"table": "availability", "where": {"resource": "commitments"}, "set": {"amount": 4.5}}],
        },
        "must": {"title": "All three must be", "force_in": ["A", "B", "C"]},
    },
}


def changed(**parts: Any) -> dict[str, Any]:
    """Return the small document with tables or settings replaced."""
    document = copy.deepcopy(SMALL)
    for name, part in parts.items():
        document[name] = {**document[name], **part} if isinstance(part, Mapping) and name == "instance" else part
    return document


def lender_document() -> dict[str, Any]:
    """Return an instance in which one loan is served and the other is not."""
    document = changed(
        instance={"finance": {"terms": "bank"}},
        terms=[{"terms": "bank", "rate": 0.05, "tenor_years": 20, "min_dscr": 1.2, "recover_within_years": 20}],
    )
    for project, cash in zip(document["projects"], (0.14, 0.15, 0.03), strict=True):
        project |= {"cash_yield": cash, "life_years": 30}
    return document


def hard_document(projects: int = 60) -> dict[str, Any]:
    """Return a knapsack in many dimensions: a plan is found at once, its proof takes long."""
    dice = random.Random(7)
    document = changed(
        instance={"name": "hard", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}}, sets={}
    )
    document["projects"] = [{"id": f"P{number:03}", "value": dice.randint(50, 99)} for number in range(projects)]
    document["resources"] = [{"resource": f"r{place}", "kind": "other"} for place in range(8)]
    document["availability"] = [
        {"resource": f"r{place}", "from": "2026-01", "amount": 13 * projects} for place in range(8)
    ]
    document["requirements"] = [
        {"project": project["id"], "resource": f"r{place}", "phase": "construction", "amount": dice.randint(10, 99)}
        for project in document["projects"]
        for place in range(8)
    ]
    return document


def write_small(folder: Path, document: dict[str, Any] | None = None, name: str = "case") -> str:
    """Write an instance under a folder and return its path."""
    return str(outlay.write(parse_document(document or SMALL, source="test"), folder / name))


def run(*arguments: str) -> Result:
    """Run a command line in this process."""
    return CliRunner().invoke(main, list(arguments))


def solved(folder: Path, document: dict[str, Any] | None = None) -> tuple[str, str]:
    """Solve an instance and return (instance path, run file)."""
    path, run_file = write_small(folder, document), str(folder / "run.json")
    result = run("solve", path, "-o", run_file)
    assert result.exit_code == 0, result.output
    return path, run_file
