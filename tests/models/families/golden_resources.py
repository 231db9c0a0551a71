"""The cases of `golden_cases` about draws and scarce resources."""

from __future__ import annotations

from typing import Any

from tests.support.documents import Document, document, level

TWO_YEARS = {"periods": 2}
THREE_YEARS = {"periods": 3}
HALF_YEARS = {"periods": 4, "months_per_period": 6}


def uses(project: str, resource: str, amount: float, **cells: Any) -> dict[str, Any]:
    """Return a row of requirements, of the construction phase unless told otherwise."""
    when = {} if {"from_month", "to_month", "phase"} & set(cells) else {"phase": "construction"}
    return {"project": project, "resource": resource, "amount": amount, **when, **cells}


def draws() -> Document:
    """A draws 3 + 3; B draws 2 + 4 + 2 (bell), in part beyond the horizon."""
    return document(
        calendar=THREE_YEARS,
        projects=[
            {"id": "A", "value": 5, "commitment": 6, "construction_months": 24},
            {
                "id": "B", "value": 2, "commitment": 8, "construction_months": 36, "draw_shape": "bell",
                "min_scale": 0.5, "latest_start": "2027-01",
            },
        ],
        resources=[{"resource": "draws", "kind": "finance"}, {"resource": "welders", "kind": "labour"}],
        availability=[level("draws", 4), level("draws", None, "2028-01"), level("welders", None)],
        programs=[
            {"program": "school", "resource": "welders", "cost_per_unit": 0.5, "counts_against_cap": True}
        ],
    )  # fmt: skip


def profiles() -> Document:
    """A draws 1 + 2 + 5 by year, halved by half-year; B 1 + 3 + 0 by half-year."""
    return document(
        calendar={"periods": 6, "months_per_period": 6},
        projects=[
            {"id": "A", "value": 5, "commitment": 8, "construction_months": 30, "profile": "0.125;0.25;0.625",
             "latest_start": "2026-07"},
            {"id": "B", "value": 2, "commitment": 4, "construction_months": 18, "profile": "0.25; 0.75; 0",
             "latest_start": "2026-01", "min_scale": 0.5},
        ],
        resources=[{"resource": "draws", "kind": "finance"}],
        availability=[level("draws", 4)],
        funds=[{"fund": "bonds", "per_year": 5}],
    )  # fmt: skip


def prices() -> Document:
    """A costs 8 in 2026-07, 10 a year later, 6.4 a year earlier; B has one price; value falls with operation."""
    return document(
        calendar={"periods": 3, "start": "2025-07", "price_date": "2026-07", "label": "FY{end}"},
        settings={"discount_rates": {"value": 1}, "value_discount": True},
        projects=[
            {"id": "A", "value": 4, "commitment": 8, "escalation_per_year": 0.25},
            {"id": "B", "value": 2, "commitment": 4, "construction_months": 24, "latest_start": "2025-07"},
        ],
        resources=[{"resource": "draws", "kind": "finance", "basis": "per_year"}],
        availability=[level("draws", 9, "2025-07")],
        funds=[{"fund": "state"}],
        fund_amounts=[{"project": "A", "fund": "state", "max": 8}],
    )  # fmt: skip


def carried() -> Document:
    """Half of what a year leaves of 6 stays, 2 at most, and earns a quarter; of the paving money all, once, with 1.1 at
    half-years, but over no unlimited period.
    """
    return document(
        calendar=HALF_YEARS,
        projects=[
            {"id": "A", "value": 5, "commitment": 4, "latest_start": "2026-01"},
            {"id": "B", "value": 2, "commitment": 9, "earliest_start": "2027-01", "latest_start": "2027-01"},
        ],
        resources=[
            {"resource": "draws", "kind": "finance", "basis": "per_year", "carry_over_share": 0.5, "carry_over_max": 2,
             "carry_over_interest": 0.25},
            {"resource": "paving", "kind": "other", "carry_over_share": 1, "carry_over_once": True,
             "carry_over_interest": 0.21},
        ],
        availability=[
            level("draws", 6), level("draws", 8, "2027-01"), level("paving", 3), level("paving", None, "2027-01"),
            level("paving", 1, "2027-07"),
        ],
        requirements=[uses("A", "paving", 5, from_month=6, to_month=24)],
    )  # fmt: skip


def labour() -> Document:
    """A parent counts its child; a school adds to the child after a year; its rows are soft; a project supplies."""
    return document(
        calendar=THREE_YEARS,
        settings={"discount_rates": {"cost": 0.25}},
        projects=[
            {"id": "A", "value": 3, "construction_months": 36, "latest_start": "2027-01"},
            {"id": "B", "value": 2, "earliest_start": "2027-01", "latest_start": "2027-01", "min_scale": 0.5},
            {"id": "S", "value": 0, "latest_start": "2026-01", "life_years": 1},
        ],
        resources=[
            {"resource": "craft", "kind": "labour"},
            {"resource": "craft/electrical", "kind": "labour", "parent": "craft", "penalty": 2, "tolerance": 0.5},
        ],
        availability=[level("craft", 6), level("craft", 8, "2027-02"), level("craft/electrical", 3, "2027-01")],
        requirements=[
            uses("A", "craft/electrical", 4, shape="bell"),
            uses("B", "craft", 5),
            uses("S", "craft/electrical", 1, phase="operation", role="supplies"),
        ],
        programs=[
            {
                "program": "school", "resource": "craft/electrical", "cost_per_unit": 0.1, "lead_months": 12,
                "max_per_period": 2,
            }
        ],
    )  # fmt: skip


def energy() -> Document:
    """Two grids in year blocks of two half-years, a lossy link between them, and a line that it uses."""
    return document(
        calendar=HALF_YEARS,
        projects=[
            {"id": "A", "value": 3, "latest_start": "2026-07", "life_years": 1},
            {"id": "L", "value": 0, "earliest_start": "2026-07", "latest_start": "2026-07"},
        ],
        resources=[
            {"resource": "east", "kind": "energy", "basis": "per_year", "unit": "GWh"},
            {"resource": "line", "kind": "energy", "unit": "GWh"},
            {"resource": "west", "kind": "energy", "basis": "per_year", "unit": "GWh"},
        ],
        availability=[
            level("east", 10), level("line", 1), level("west", 2), level("west", 4, "2026-07"),
            level("west", None, "2027-07"),
        ],
        requirements=[
            uses("A", "west", 3, phase="operation"),
            uses("L", "line", 5, role="supplies", from_month=6, to_month=12),
        ],
        links=[
            {
                "link": "tie", "from_resource": "east", "to_resource": "west", "loss": 0.1, "capacity": 6,
                "capacity_resource": "line",
            }
        ],
    )  # fmt: skip


def equipment() -> Document:
    """Cumulative with purchases: each unit counts once, after its lead; a blank level gives no row."""
    return document(
        calendar=THREE_YEARS,
        projects=[{"id": "A", "value": 3}],
        resources=[{"resource": "turbines", "kind": "equipment", "basis": "cumulative"}],
        availability=[level("turbines", 2), level("turbines", None, "2027-01"), level("turbines", 5, "2028-01")],
        requirements=[uses("A", "turbines", 4)],
        programs=[{"program": "order", "resource": "turbines", "cost_per_unit": 1, "lead_months": 18, "max_total": 7}],
    )


def commodity() -> Document:
    """Imports, a window that begins before the building and one that the horizon cuts, spread over all its periods."""
    return document(
        calendar=THREE_YEARS,
        settings={"discount_rates": {"cost": 1}},
        projects=[{"id": "A", "value": 3, "latest_start": "2027-12"}],
        resources=[
            {"resource": "copper", "kind": "commodity"},
            {"resource": "steel", "kind": "commodity", "basis": "cumulative"},
        ],
        availability=[level("copper", 1), level("steel", 3, "2027-01"), level("steel", 6, "2028-01")],
        requirements=[
            uses("A", "copper", 8, from_month=-12, to_month=36, shape="spread"),
            uses("A", "steel", 2, from_month=0, to_month=13),
        ],
        imports=[
            {"resource": "copper", "from": "2027-01", "max_per_period": 4, "premium_per_unit": 0.5},
            {"resource": "copper", "from": "2028-01", "max_per_period": 2, "premium_per_unit": 0.25},
        ],
    )


def finance() -> Document:
    """A guarantee that A uses by its scale while it operates; its shortfall is unbounded and soft to date."""
    return document(
        calendar=TWO_YEARS,
        projects=[{"id": "A", "value": 3, "min_scale": 0.5}],
        resources=[{"resource": "guarantee", "kind": "finance", "basis": "cumulative", "penalty": 0}],
        availability=[level("guarantee", 1)],
        requirements=[uses("A", "guarantee", 2, phase="operation"), uses("A", "guarantee", 3)],
    )


def committee() -> Document:
    """Reading a file takes the committee a tenth of a year in each period of the review."""
    return document(
        calendar=THREE_YEARS,
        projects=[{"id": "A", "value": 3, "permit": "air"}],
        permits=[{"permit": "air", "mode": 13}],
        resources=[{"resource": "board", "kind": "committee"}],
        availability=[level("board", 0.1)],
        requirements=[uses("A", "board", 0.1, phase="permitting")],
    )


def other() -> Document:
    """Flat use in [6, 18) months, which touches years 0 and 1; one alternative only."""
    return document(
        calendar=THREE_YEARS,
        projects=[{"id": "A", "value": 3}],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        resources=[{"resource": "cranes", "kind": "other"}, {"resource": "nothing", "kind": "other"}],
        availability=[level("cranes", 1)],
        requirements=[
            uses("A", "cranes", 2, from_month=6, to_month=18, alternative="big"),
            uses("A", "nothing", 1, alternative="small"),
        ],
    )
