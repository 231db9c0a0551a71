"""Every limit is told, and what it keeps out; what must be bought; money by sector, fund and year, and past the end."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.optimizer.solver.process import SolverProcess
from tests.support.documents import instance, level


def neighbourhood(**more: Any) -> outlay.Instance:
    """Return four ideas under a budget of 20 and two ceilings, of which one is nearly used up."""
    return instance(
        calendar={"periods": 1, "finish_inside": True},
        projects=[
            {"id": "A", "value": 9, "commitment": 4, "sector": "youth"},
            {"id": "B", "value": 8, "commitment": 3, "sector": "youth"},
            {"id": "C", "value": 5, "commitment": 2, "sector": "green", "region": "North"},
            {"id": "D", "value": 1, "commitment": 2, "sector": "green", "region": "North"},
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", 20)],
        limits=[
            {"metric": "commitment", "by": "sector", "group": "youth", "max": 6},
            {"metric": "commitment", "by": "sector", "group": "green", "basis": "share", "max": 0.5},
            {"metric": "count", "min": 1},
        ],
        settings={"money_unit": "EUR", "value_unit": "votes"},
        **more,
    )


def test_every_row_of_limits_is_told_with_what_is_used_tight_or_not(warm: SolverProcess) -> None:
    table = outlay.solve(neighbourhood(), process=warm).table("limits").set_index(["limit", "side"])
    youth = table.loc["commitment of sector youth", "at most"]
    assert (youth["used"], youth["available"], youth["unit"]) == (4, 6, "EUR")
    green = table.loc["commitment as a share of its total of sector green", "at most"]
    assert (green["used"], green["available"], green["unit"]) == (0.5, 0.5, "share")
    assert table.loc["commitments", "at most"]["used"] == 8
    assert table.loc["count", "at least"]["used"] == 3


def test_a_limit_that_is_not_used_up_keeps_out_what_would_exceed_it(warm: SolverProcess) -> None:
    table = outlay.solve(neighbourhood(), process=warm).table("keeps_out")
    (row,) = table.to_dict("records")
    assert (row["limit"], row["projects"], row["worth"], row["alone"], row["which"]) == (
        "commitment of sector youth", 1, 8, 1, "B",
    )  # fmt: skip


def test_sectors_and_regions_add_up_to_the_plan(warm: SolverProcess) -> None:
    solution = outlay.solve(neighbourhood(), process=warm)
    sectors = solution.table("sectors").set_index("sector")
    assert sectors.loc["green"].to_dict() == {
        "candidates": 2, "funded": 2, "commitment": 4, "share": 0.5, "value": 6, "contribution": 6,
    }  # fmt: skip
    for by in ("sectors", "regions"):
        assert solution.table(by)["commitment"].sum() == solution.metrics["commitment"]
        assert solution.table(by)["value"].sum() == solution.metrics["value"]


def streets(**calendar: Any) -> outlay.Instance:
    """Return a street of two years that begins in the second of three, and two that a fund pays."""
    return instance(
        calendar={"periods": 3, **calendar},
        projects=[
            {"id": "S", "value": 5, "commitment": 6, "construction_months": 24, "earliest_start": "2028-01"},
            {"id": "T", "value": 4, "commitment": 3, "construction_months": 12},
        ],
        resources=[{"resource": "crew", "kind": "labour", "unit": "workers"}],
        availability=[level("crew", 9)],
        requirements=[{"project": "S", "resource": "crew", "phase": "construction", "amount": 2}],
        funds=[{"fund": "city", "total": 9}],
        settings={"money_unit": "$M"},
    )


def test_money_and_use_past_the_calendar_are_told(warm: SolverProcess) -> None:
    table = outlay.solve(streets(), process=warm).table("beyond").set_index("what")
    assert table.loc["draws"].to_dict() == {"unit": "$M", "amount": 9, "beyond": 3}
    assert table.loc["crew"].to_dict() == {"unit": "worker-years", "amount": 4, "beyond": 2}


def test_what_must_end_inside_leaves_nothing_past_it(warm: SolverProcess) -> None:
    assert not len(outlay.solve(streets(finish_inside=True), process=warm).table("beyond"))


def test_funds_and_years_add_up_to_the_money_also_past_the_calendar(warm: SolverProcess) -> None:
    solution = outlay.solve(streets(), process=warm)
    funds, years = solution.table("funds"), solution.table("years").set_index("year")
    assert dict(zip(funds["year"], funds["amount"], strict=True)) == {"2026": 3, "2028": 3, "after the calendar": 3}
    assert years["draws"].to_dict() == {"2026": 3, "2027": 0, "2028": 3, "after the calendar": 3}
    assert years["commitment"].sum() == 9
    assert years.loc["after the calendar", "completed"] == 1


def test_what_has_to_happen_stands_by_date(warm: SolverProcess) -> None:
    table = outlay.solve(streets(), process=warm).table("todo")
    steps = list(zip(table["when"], table["what"], table["id"], strict=True))
    assert steps[:3] == [("2026", "select", "T"), ("2026", "begin to build", "T"), ("2027", "begin to operate", "T")]
    assert table["period"].is_monotonic_increasing


def test_what_is_bought_imported_and_short_is_told_with_unit_date_and_cost(warm: SolverProcess) -> None:
    case = instance(
        calendar={"periods": 2, "finish_inside": True},
        projects=[{"id": "A", "value": 100, "commitment": 1, "construction_months": 24}],
        resources=[
            {"resource": "welders", "kind": "labour", "unit": "workers"},
            {"resource": "copper", "kind": "commodity", "unit": "kt"},
            {"resource": "crane", "kind": "equipment", "unit": "cranes", "penalty": 3},
        ],
        availability=[level("welders", 2), level("copper", 1), level("crane", 1)],
        requirements=[
            {"project": "A", "resource": name, "phase": "construction", "amount": amount}
            for name, amount in (("welders", 5), ("copper", 3), ("crane", 2))
        ],
        programs=[{"program": "school", "resource": "welders", "cost_per_unit": 2}],
        imports=[{"resource": "copper", "from": "2026-01", "max_per_period": 9, "premium_per_unit": 0.5}],
    )
    table = outlay.solve(case, process=warm).table("procurement").set_index("kind")
    assert table.loc["bought", ["name", "of", "unit", "amount", "first", "cost"]].tolist() == [
        "school", "welders", "workers", 3, "2026", 6,
    ]  # fmt: skip
    assert table.loc["imported", ["amount", "most", "last", "cost"]].tolist() == [4, 2, "2027", 2]
    assert table.loc["short", ["name", "most", "unit", "cost"]].tolist() == ["crane", 1, "cranes", 6]


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("value", "votes"),
        ("commitment", "EUR"),
        ("count", "projects"),
        ("use:commitments", "EUR"),
        ("strategic", "score x EUR"),
    ],
)
def test_every_metric_has_its_own_unit(metric: str, unit: str) -> None:
    made = neighbourhood()
    made = made.replace(
        resources=[{"resource": "commitments", "kind": "finance", "unit": "EUR", "basis": "cumulative"}]
    )
    assert made.metric_unit(metric) == unit


def test_a_sum_over_periods_is_never_told_in_the_unit_of_one() -> None:
    assert streets().metric_unit("use:crew") == "worker-years"
    half = streets(months_per_period=6, periods=6)
    assert half.metric_unit("use:crew") == "worker-half-years"
