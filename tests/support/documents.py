"""Small documents: four years from 2026, a period each, unless told otherwise."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from outlay.instances.formats.parsing import parse_document
from outlay.instances.instance import Instance

Document = dict[str, Any]


def document(
    *, calendar: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None, **tables: Any
) -> Document:
    """Return a document with defaults for the calendar, without empty tables; `from_` stands for the column `from`."""
    full = {"start": "2026-01", "periods": 4, "months_per_period": 12, **(calendar or {})}
    rows = {
        name: table if name == "sets" else [{key.rstrip("_"): cell for key, cell in row.items()} for row in table]
        for name, table in tables.items()
        if table
    }
    return copy.deepcopy({"instance": {"name": "case", "calendar": full, **(settings or {})}, **rows})


def instance(**parts: Any) -> Instance:
    """Return the instance of `document`."""
    return parse_document(document(**parts), source="case")


def parsed(made: Mapping[str, Any]) -> Instance:
    """Return the instance of a document."""
    return parse_document(made, source="case")


def level(resource: str, amount: float | None, from_: str = "2026-01") -> dict[str, Any]:
    """Return a row of availability."""
    return {"resource": resource, "from": from_, "amount": amount}


def knapsack(values: list[float], weights: list[list[float]], limits: list[float], **more: Any) -> Document:
    """Return a one-period document: projects with values, resources with limits, weights[resource][project]."""
    names = [f"P{number:02d}" for number in range(len(values))]
    resources = [f"R{number}" for number in range(len(limits))]
    return document(
        calendar={"periods": 1},
        projects=[{"id": name, "value": value} for name, value in zip(names, values, strict=True)],
        resources=[{"resource": name, "kind": "other"} for name in resources],
        availability=[level(name, limit) for name, limit in zip(resources, limits, strict=True)],
        requirements=[
            {"project": name, "resource": resource, "phase": "construction", "amount": amount}
            for resource, row in zip(resources, weights, strict=True)
            for name, amount in zip(names, row, strict=True)
        ],
        **more,
    )


def small_plan() -> Document:
    """Return a capital plan of five projects that touches most families; the default guinea pig.

    Six half-years, a constant cap, yearly draws, two kinds of labour under a parent, a permit with a fast track,
    a need, a synergy and a program that trains people.
    """
    return document(
        calendar={"periods": 6, "months_per_period": 6},
        projects=[
            {"id": "dam", "value": 9, "commitment": 6, "construction_months": 18, "permit": "water"},
            {"id": "grid", "value": 4, "commitment": 2, "construction_months": 6, "tags": "green"},
            {"id": "mill", "value": 5, "commitment": 3, "construction_months": 12, "min_scale": 0.5},
            {"id": "port", "value": 7, "commitment": 4, "construction_months": 12, "draw_shape": "bell"},
            {"id": "rail", "value": 3, "commitment": 2, "construction_months": 6},
        ],
        permits=[
            {
                "permit": "water",
                "agency": "agency",
                "review_months": 12,
                "fast_track_factor": 0.5,
                "fast_track_slots": 1,
            }
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance", "basis": "per_year"},
            {"resource": "craft", "kind": "labour"},
            {"resource": "craft/electrical", "kind": "labour", "parent": "craft", "penalty": 0.5, "tolerance": 0.5},
            {"resource": "agency", "kind": "permit"},
        ],
        availability=[
            level("commitments", 12),
            level("draws", 6),
            level("craft", 8),
            level("craft/electrical", 2),
            level("craft/electrical", 3, "2027-01"),
            level("agency", 1),
        ],
        requirements=[
            {"project": "dam", "resource": "craft", "phase": "construction", "amount": 4, "shape": "bell"},
            {"project": "grid", "resource": "craft/electrical", "phase": "construction", "amount": 3},
            {"project": "mill", "resource": "craft", "phase": "construction", "amount": 5},
            {"project": "port", "resource": "craft/electrical", "phase": "construction", "amount": 2},
            {"project": "rail", "resource": "craft", "from_month": 0, "to_month": 6, "amount": 3},
        ],
        programs=[
            {"program": "school", "resource": "craft", "cost_per_unit": 0.2, "lead_months": 6, "max_per_period": 2}
        ],
        dependencies=[
            {"project": "mill", "needs": "grid", "kind": "requires"},
            {"project": "port", "needs": "rail", "kind": "synergy", "bonus": 1.5},
        ],
    )


def hard_knapsack(size: int = 200, rows: int = 8, seed: int = 7) -> Document:
    """Return a knapsack that no solver proves within seconds but for which it finds plans at once."""
    from random import Random

    random = Random(seed)
    weights = [[random.randint(100, 1000) for _ in range(size)] for _ in range(rows)]
    values = [
        sum(weights[row][column] for row in range(rows)) // rows + random.randint(0, 500) for column in range(size)
    ]
    return knapsack(values, weights, [sum(row) // 2 for row in weights])
