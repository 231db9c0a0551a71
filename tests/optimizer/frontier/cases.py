"""Small cases of which frontiers are known by hand."""

from __future__ import annotations

from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance


def two_parts(*, cap: float) -> Instance:
    """Return two projects of which half and a quarter can be built at least, under a cap on money."""
    document: dict[str, Any] = {
        "instance": {
            "name": "parts",
            "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12},
            "metrics": {"jobs": {}},
        },
        "projects": [
            {"id": "A", "value": 6, "commitment": 2, "jobs": 1, "min_scale": 0.5},
            {"id": "B", "value": 4, "commitment": 4, "jobs": 5, "min_scale": 0.25},
        ],
        "resources": [{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        "availability": [{"resource": "commitments", "from": "2026-01", "amount": cap}],
    }
    return parse_document(document, source="test")
