"""MineLib's constrained pit-limit problems (CPIT): ``newman1`` and ``zuck_small``; blocks are projects of a period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance
from tests.benchmarks.data import benchmarks_folder

START = 2000
#: The heuristic of Espinoza and others, 2012.
PUBLISHED = {"newman1": 23_483_671.0, "zuck_small": 788_652_600.0}


def names() -> list[str]:
    """Return the two mines."""
    return list(PUBLISHED)


def read(name: str) -> Instance | None:
    """Return a mine by name."""
    if name not in PUBLISHED:
        return None
    return parse_document(read_minelib(benchmarks_folder() / "minelib" / name), source=name)


def published(name: str) -> float | None:
    """Return the published value."""
    return PUBLISHED.get(name)


def read_minelib(stem: Path) -> dict[str, Any]:
    """Return the CPIT of ``stem.prec``, ``stem.upit`` and ``stem.cpit``: blocks are projects of one period."""
    head, sections = _parse(stem.with_suffix(".cpit"))
    values = _parse(stem.with_suffix(".upit"))[1]["OBJECTIVE_FUNCTION"]
    periods = int(head["NPERIODS"])
    projects = [{"id": _block(row[0])} for row in values]
    cashflows = [
        {"project": _block(row[0]), "from_month": 0, "to_month": 12, "amount": float(row[1]), "metric": "value"}
        for row in values
    ]
    resources: dict[str, dict[str, Any]] = {}
    availability = []
    for resource, period, kind, *bounds in sections["RESOURCE_CONSTRAINT_LIMITS"]:
        if kind != "L":
            raise ValueError(f"limit of kind {kind} is not an upper bound")
        resources[resource] = {"resource": f"r{resource}", "kind": "other"}
        availability.append(
            {"resource": f"r{resource}", "from": f"{START + int(period)}-01", "amount": float(bounds[0])}
        )
    requirements = [
        {"project": _block(block), "resource": f"r{resource}", "phase": "construction", "amount": float(amount)}
        for block, resource, amount in sections["RESOURCE_CONSTRAINT_COEFFICIENTS"]
    ]
    dependencies = []
    for line in _lines(stem.with_suffix(".prec")):
        block, _, *needed = line.split()
        dependencies += [
            {"project": _block(block), "needs": _block(other), "kind": "requires", "lag_months": -12}
            for other in needed
        ]
    return {
        "instance": {
            "name": stem.name,
            "calendar": {"start": f"{START}-01", "periods": periods, "months_per_period": 12},
            "discount_rates": {"value": float(head["DISCOUNT_RATE"])},
        },
        "projects": projects,
        "cashflows": cashflows,
        "resources": list(resources.values()),
        "availability": availability,
        "requirements": [row for row in requirements if row["amount"]],
        "dependencies": dependencies,
    }


def _block(number: str) -> str:
    return f"b{int(number):05d}"


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text().splitlines() if line.strip() and not line.startswith("%")]


def _parse(path: Path) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    head: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in _lines(path):
        key, colon, rest = line.partition(":")
        if colon and rest.strip():
            head[key.strip()] = rest.strip()
        elif colon:
            rows = sections.setdefault(key.strip(), [])
        elif line != "EOF":
            rows.append(line.split())
    return head, sections
