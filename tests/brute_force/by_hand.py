"""Tiny instances for tests, written as tables. Periods are years unless said otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.instances.formats.parsing import parse_document
from tests.brute_force.enumerator import Best, best

START = "2026-01"


def solve(
    projects: list[dict[str, Any]],
    *,
    periods: int = 1,
    m: int = 12,
    settings: dict[str, Any] | None = None,
    **tables: Any,
) -> Best:
    calendar = {"start": START, "periods": periods, "months_per_period": m}
    settings = dict(settings or {})
    calendar |= settings.pop("calendar", {})
    instance = {"name": "by hand", "calendar": calendar, **settings}
    return best(parse_document({"instance": instance, "projects": projects, **tables}, source="by hand"))


def capped(amount: float, resource: str = "commitments", **more: Any) -> dict[str, Any]:
    """Return the tables of one resource with one level from the start."""
    row = {"resource": resource, "kind": "finance", "basis": "cumulative", **more}
    return {"resources": [row], "availability": [{"resource": resource, "from": START, "amount": amount}]}


def crew(amount: float, **more: Any) -> dict[str, Any]:
    return capped(amount, "crew", **{"kind": "labour", "basis": "per_period", **more})


def value_of(result: Best) -> float:
    assert result.status == "optimal"
    return pytest.approx(result.levels[0])
