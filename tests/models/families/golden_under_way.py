"""Golden instances of plans under way, of steps of scale, of what cannot be; see `golden_cases`."""

from __future__ import annotations

from tests.support.documents import Document, document, level

TWO_YEARS = {"periods": 2}


def under_way() -> Document:
    """A has drawn half of its 8 before the calendar, B was selected then at half its scale, C was approved."""
    return document(
        calendar=TWO_YEARS,
        projects=[
            {
                "id": "A",
                "status": "started",
                "started": "2025-07",
                "construction_months": 24,
                "commitment": 8,
                "value": 5,
            },
            {"id": "B", "status": "committed", "selected": "2025-07", "scale": 0.5, "min_scale": 0.5, "commitment": 6},
            {"id": "C", "value": 3, "commitment": 4},
            {"id": "D", "value": 2, "commitment": 1},
        ],
        resources=[{"resource": name, "kind": "finance", "basis": "cumulative"} for name in ("commitments", "draws")],
        availability=[level("commitments", 5), level("draws", 9)],
        funds=[{"fund": "bank", "total": 5, "per_year": 8}],
        approved=[{"project": "A"}, {"project": "C", "start": "2026-01", "change_cost": 0.5}],
        limits=[{"metric": name, "max": 1} for name in ("changed_projects", "changed_starts", "change_cost")],
    )


def steps() -> Document:
    """A curve of two steps: of the first a half begins it, the second asks for 6 more; the crew follows the scale."""
    return document(
        calendar=TWO_YEARS,
        projects=[{"id": "A", "latest_start": "2026-12", "construction_months": 24, "strategic_score": 2}],
        alternatives=[
            {"project": "A", "alternative": "half", "from_scale": 0.25, "to_scale": 0.5, "commitment": 4, "value": 6},
            {"project": "A", "alternative": "whole", "from_scale": 0.5, "to_scale": 1, "commitment": 10, "value": 8},
        ],
        resources=[
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance"},
            {"resource": "crew", "kind": "labour"},
        ],
        availability=[level("commitments", 7), level("draws", 3), level("crew", 8)],
        requirements=[{"project": "A", "resource": "crew", "phase": "construction", "amount": 8}],
        funds=[{"fund": "bank", "max_share": 0.75}, {"fund": "town", "total": 4}],
        limits=[{"metric": "strategic", "max": 9}, {"metric": "draws", "every": "period", "max": 4}],
    )


def impossible() -> Document:
    """A least amount of what no project has: the row stays, so that the solver proves it."""
    return document(calendar=TWO_YEARS, projects=[{"id": "A", "value": 1}], limits=[{"metric": "strategic", "min": 2}])
