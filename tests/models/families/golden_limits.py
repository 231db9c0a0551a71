"""Golden cases of limits on what a plan comes to; see `golden_cases`."""

from __future__ import annotations

from tests.support.documents import Document, document, level

THREE_YEARS = {"periods": 3}
HALF_YEARS = {"periods": 4, "months_per_period": 6}


def limits() -> Document:
    """Amounts, shares with and without `of`, groups given or not, years, a bonus and a cost that count for all."""
    return document(
        calendar={**HALF_YEARS, "last_selection": "2026-12", "max_wait_months": 6},
        settings={"discount_rates": {"cost": 3}, "metrics": {"jobs": {"scaled": False}, "tons": {}}},
        projects=[
            {"id": "A", "value": 3, "commitment": 4, "sector": "grid", "tags": "new;green", "jobs": 7, "tons": 2,
             "earliest_start": "2027-01", "latest_start": "2027-01", "min_scale": 0.5},
            {"id": "B", "value": 2, "commitment": 2, "sector": "port", "tags": "green", "jobs": 5,
             "latest_start": "2026-01"},
        ],
        resources=[{"resource": "welders", "kind": "labour"}],
        availability=[level("welders", None)],
        programs=[{"program": "school", "resource": "welders", "cost_per_unit": 2}],
        dependencies=[{"project": "A", "needs": "B", "kind": "synergy", "bonus": 5}],
        limits=[
            {"metric": "commitment", "by": "sector", "max": 3},
            {"metric": "count", "by": "tag", "group": "green", "min": 1, "max": 1},
            {"metric": "cost", "max": 6},
            {"metric": "cost", "max": 4, "every": "year"},
            {"metric": "jobs", "min": 1, "every": "period"},
            {"metric": "tons", "of": "commitment", "by": "project", "basis": "share", "min": 0.25, "max": 0.75},
            {"metric": "value", "by": "sector", "group": "grid", "basis": "share", "max": 0.5},
            {"metric": "value", "max": 9},
            {"metric": "tons", "max": -1, "min": -3},
        ],
    )  # fmt: skip


def growth() -> Document:
    """Draws of roads grow by a tenth and 2 a year, from 5; what is chosen by half as much at most; cost by 3 a year."""
    return document(
        calendar=THREE_YEARS,
        projects=[
            {"id": "A", "value": 3, "commitment": 8, "sector": "roads", "construction_months": 24, "min_scale": 0.5},
            {"id": "B", "value": 2, "commitment": 6, "earliest_start": "2027-01"},
        ],
        programs=[{"program": "paving", "cost_per_unit": 2, "value_per_unit": 3}],
        limits=[
            {"metric": "draws", "by": "sector", "every": "year", "max_growth_share": 0.1, "max_growth": 2,
             "growth_from": 5},
            {"metric": "commitment", "every": "period", "max_growth_share": 0.5, "max": 9},
            {"metric": "cost", "every": "period", "max_growth": 3},
        ],
    )  # fmt: skip


def use_over_time() -> Document:
    """The crew, and the welders in it, may grow by 2 a year from 4 and be used 5 a year for roads; A may be halved."""
    return document(
        calendar=THREE_YEARS,
        projects=[
            {"id": "A", "value": 3, "sector": "roads", "construction_months": 24, "min_scale": 0.5},
            {"id": "B", "value": 2, "earliest_start": "2027-01"},
        ],
        resources=[
            {"resource": "crew", "kind": "labour"},
            {"resource": "welders", "kind": "labour", "parent": "crew"},
        ],
        availability=[level("crew", None), level("welders", None)],
        requirements=[
            {"project": "A", "resource": "crew", "phase": "construction", "amount": 4},
            {"project": "B", "resource": "welders", "phase": "construction", "amount": 3},
        ],
        limits=[
            {"metric": "in_use:crew", "every": "year", "max_growth": 2, "growth_from": 4},
            {"metric": "in_use:crew", "by": "sector", "every": "period", "max": 5},
            {"metric": "in_use:welders", "of": "in_use:crew", "basis": "share", "max": 0.5},
        ],
    )


def spending() -> Document:
    """Draws limited when they are drawn: A builds for two years, half of B falls after the calendar."""
    return document(
        calendar=HALF_YEARS,
        projects=[
            {"id": "A", "value": 3, "commitment": 8, "sector": "roads", "construction_months": 18, "draw_shape": "bell",
             "latest_start": "2026-07", "min_scale": 0.5},
            {"id": "B", "value": 2, "commitment": 6, "sector": "water", "construction_months": 12,
             "earliest_start": "2027-07"},
        ],
        limits=[
            {"metric": "draws", "by": "sector", "max": 5, "every": "year"},
            {"metric": "draws", "min": 1, "every": "period"},
            {"metric": "draws", "of": "value", "basis": "share", "max": 2},
        ],
    )  # fmt: skip
