"""A small instance that uses every table, and the faults of documents made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

#: The parts of the least instance, as files.
LEAST_FILES: Mapping[str, str] = {
    "instance.toml": 'name = "least"\n[calendar]\nstart = "2026-01"\nperiods = 1\nmonths_per_period = 12\n',
    "projects.csv": "id,value,commitment\nA,3,2\n",
    "resources.csv": "resource,kind,basis\ncommitments,finance,cumulative\n",
    "availability.csv": "resource,from,amount\ncommitments,2026-01,2\n",
}


def small() -> dict[str, Any]:
    """Return a valid document with a row or two in every table; periods are half-years."""
    return {
        "instance": {
            "name": "small",
            "calendar": {"start": "2026-01", "periods": 8, "months_per_period": 6, "last_selection": "2028-06"},
            "finance": {"terms": "usual"},
            "discount_rates": {"us_npv": 0.05},
            "objective": {"value": 1, "jobs": 0.1},
            "metrics": {"jobs": {"unit": "jobs"}},
            "applied": {"disable": ["labour"], "force_in": ["A"], "force_out": ["B@large"]},
        },
        "projects": [
            {
                "id": "A",
                "sector": "energy",
                "region": "north",
                "tags": ["x", "y"],
                "life_years": 20,
                "permit": "air",
                "commitment": 5,
                "jobs": 4,
                "earliest_start": "2026-07",
                "latest_start": "2028-01",
            },
            {"id": "B", "sector": "water", "life_years": 10},
            {"id": "C", "sector": "water", "life_years": 10},
        ],
        "alternatives": [
            {"project": "B", "alternative": "large", "commitment": 4},
            {"project": "B", "alternative": "small", "commitment": 2},
        ],
        "permits": [
            {"permit": "air", "agency": "agency", "review_months": 6, "fast_track_pool": "p", "fast_track_slots": 2},
            {"permit": "soil", "mode": 12, "fast_track_pool": "p", "fast_track_slots": 2},
        ],
        "resources": [
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "agency", "kind": "permit"},
            {"resource": "crew", "kind": "labour", "unit": "people"},
            {"resource": "crew/north", "kind": "labour", "unit": "people", "parent": "crew", "penalty": 1},
        ],
        "availability": [
            {"resource": "commitments", "from": "2026-01", "amount": 10},
            {"resource": "crew", "from": "2026-01", "amount": 100},
            {"resource": "bank", "from": "2026-01", "amount": 9},
        ],
        "requirements": [
            {"project": "A", "resource": "crew", "phase": "construction", "amount": 10},
            {"project": "B", "alternative": "small", "resource": "crew", "from_month": 0, "to_month": 6, "amount": 2},
        ],
        "programs": [{"program": "train", "resource": "crew", "cost_per_unit": 0.1}],
        "links": [{"link": "l", "from_resource": "crew", "to_resource": "crew/north"}],
        "imports": [{"resource": "crew", "from": "2026-01", "max_per_period": 3}],
        "terms": [{"terms": "usual", "rate": 0.04, "tenor_years": 10, "min_japan_npv": None}],
        "funds": [{"fund": "bank", "total": 20, "min_share": 0.5, "max_share": 1}],
        "fund_amounts": [{"project": "A", "fund": "bank", "max": 12}],
        "limits": [
            {"metric": "commitment", "by": "sector", "group": "water", "max": 6},
            {"metric": "jobs", "of": "commitment", "basis": "share", "min": 0.1, "max": 5},
        ],
        "dependencies": [
            {"project": "B@large", "needs": "A", "kind": "requires"},
            {"project": "C", "needs": "B", "kind": "synergy", "bonus": 1},
        ],
        "cashflows": [{"project": "A", "from_month": 0, "to_month": 12, "amount": 1, "metric": "taxes"}],
        "approved": [{"project": "A", "change_cost": 1}],
        "stakeholders": [{"stakeholder": "city", "metric": "value", "weight": 1}],
        "provenance": [{"table": "projects", "kind": "assumed", "text": "for a test"}],
        "sets": {"tight": {"change": [{"table": "availability", "scale": {"amount": 0.8}}]}},
    }


def changed(**tables: Any) -> dict[str, Any]:
    """Return the small document with some of its parts replaced."""
    return {**small(), **tables}


def parsed(document: Any) -> Instance:
    return parse_document(document, source="test")


def faults_of(document: Any) -> tuple[Fault, ...]:
    """Return the faults for which a document is refused."""
    with pytest.raises(InputError) as caught:
        parsed(document)
    return tuple(caught.value.faults)


def only_fault(document: Any) -> Fault:
    """Return the one fault for which a document is refused."""
    faults = faults_of(document)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write an instance's folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    return folder
