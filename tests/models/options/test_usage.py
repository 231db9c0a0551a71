"""What options use, period by period: shapes and windows, cut by the horizon or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import outlay
from outlay.models.case import Case
from outlay.models.options.usage import compute_usage
from tests.support.documents import instance, level
from tests.support.looking import ends_at_looks


def used(start: int, *, periods: int = 6, project: dict[str, Any] | None = None, **row: Any) -> list[float]:
    """Return what the option that starts then uses of a resource, by period."""
    case = Case(
        instance(
            calendar={"periods": periods},
            projects=[{"id": "A", "construction_months": 24, **(project or {})}],
            permits=[{"permit": "air", "review_months": 24}],
            resources=[{"resource": "R", "kind": "other"}],
            availability=[level("R", None)],
            requirements=[{"project": "A", "resource": "R", "amount": 12, **row}],
        )
    )
    options, usage = case.options, case.usage
    (option,) = np.nonzero(options.start == start)[0]
    amounts = np.zeros(periods)
    mine = usage.option == option
    np.add.at(amounts, usage.period[mine], usage.amount[mine])
    return amounts.tolist()


@pytest.mark.parametrize(
    ("row", "amounts"),
    [
        ({"phase": "construction"}, [0, 12, 12, 0, 0, 0]),
        ({"phase": "construction", "shape": "spread"}, [0, 6, 6, 0, 0, 0]),
        ({"phase": "construction", "role": "supplies"}, [0, -12, -12, 0, 0, 0]),
        ({"phase": "operation"}, [0, 0, 0, 12, 12, 12]),
        ({"from_month": 0, "to_month": 12}, [0, 12, 0, 0, 0, 0]),
        ({"from_month": 11, "to_month": 13}, [0, 12, 12, 0, 0, 0]),
        ({"from_month": 12, "to_month": 24}, [0, 0, 12, 0, 0, 0]),
        ({"to_month": 1}, [0, 12, 0, 0, 0, 0]),
        ({"from_month": 30}, [0, 0, 0, 12, 12, 12]),
        ({"from_month": -12, "to_month": 12, "shape": "spread"}, [6, 6, 0, 0, 0, 0]),
        ({"from_month": 0, "to_month": 36, "shape": "bell"}, [0, 6, 12, 6, 0, 0]),
        ({"from_month": 0, "to_month": 48, "shape": "bell"}, [0, 6, 12, 12, 6, 0]),
        # Eight years from a year before the start: the part outside the horizon still counts in the shape.
        ({"from_month": -24, "to_month": 72, "shape": "bell"}, [6, 9, 12, 12, 9, 6]),
        ({"from_month": -24, "to_month": 72, "shape": "spread"}, [1.5] * 6),
    ],
)
def test_a_window_covers_its_periods_in_its_shape(row: dict[str, Any], amounts: list[float]) -> None:
    assert used(1, **row) == amounts


def test_operation_lasts_as_long_as_the_life_and_shapes_count_all_of_it() -> None:
    life = {"life_years": 2}
    assert used(0, project=life, phase="operation") == [0, 0, 12, 12, 0, 0]
    assert used(3, project={"life_years": 4}, phase="operation", shape="spread") == [0, 0, 0, 0, 0, 3]
    assert used(0, project=life, from_month=36) == [0, 0, 0, 12, 0, 0]


def test_a_window_past_the_end_of_life_is_empty() -> None:
    assert used(0, project={"life_years": 2}, from_month=60) == [0] * 6


def test_life_without_end_is_spread_to_the_horizon() -> None:
    assert used(1, phase="operation", shape="spread") == [0, 0, 0, 4, 4, 4]
    assert used(4, phase="operation", shape="spread") == [0] * 6


def test_permitting_is_the_review_before_the_start() -> None:
    assert used(3, project={"permit": "air"}, phase="permitting", shape="spread") == [0, 6, 6, 0, 0, 0]
    assert used(3, phase="permitting") == [0] * 6


def test_building_past_the_horizon_is_cut() -> None:
    assert used(5, phase="construction", shape="spread") == [0, 0, 0, 0, 0, 6]


def test_parts_of_periods_count_as_whole_ones() -> None:
    case = Case(
        instance(
            calendar={"periods": 4, "months_per_period": 6},
            projects=[{"id": "A", "construction_months": 7, "life_years": 1, "latest_start": "2026-01"}],
            resources=[{"resource": "R", "kind": "other"}],
            requirements=[{"project": "A", "resource": "R", "amount": 1, "phase": "operation"}],
        )
    )
    assert case.usage.period.tolist() == [2, 3]


def test_the_engine_fills_commitments_draws_and_selections() -> None:
    names = ("commitments", "draws", "selections")
    case = Case(
        instance(
            calendar={"periods": 3, "selection_to_funding_months": 1},
            projects=[
                {
                    "id": "A", "commitment": 8, "construction_months": 36, "draw_shape": "bell", "selection_load": 3,
                    "latest_start": "2027-01",
                },
                {"id": "C", "commitment": 5, "status": "committed", "latest_start": "2026-01"},
            ],
            resources=[{"resource": name, "kind": "finance"} for name in names],
        )
    )  # fmt: skip
    usage, resources = case.usage, case.instance["resources"].texts("resource")
    found = {
        (resources[r], case.options.frame()["project"][o], int(t), float(a), bool(s))
        for r, o, t, a, s in zip(usage.resource, usage.option, usage.period, usage.amount, usage.scaled, strict=True)
    }
    assert found == {
        ("commitments", "A", 0, 8.0, True),
        ("commitments", "C", 0, 5.0, True),
        ("draws", "A", 1, 2.0, True),
        ("draws", "A", 2, 4.0, True),
        ("draws", "C", 0, 5.0, True),
        ("selections", "A", 0, 3.0, False),
    }


@pytest.mark.parametrize(
    ("months", "shape", "weights"),
    [
        (12, "flat", [1]),
        (36, "flat", [1 / 3] * 3),
        (12, "bell", [1]),
        (24, "bell", [0.5] * 2),
        (60, "bell", [1 / 9, 2 / 9, 3 / 9, 2 / 9, 1 / 9]),
    ],
)
def test_draw_weights_sum_to_one(months: int, shape: str, weights: list[float]) -> None:
    case = Case(instance(projects=[{"id": "A", "construction_months": months, "draw_shape": shape}]))
    (found,) = case.alternatives.draw_weights
    assert found.tolist() == pytest.approx(weights, abs=1e-15)
    assert found.sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    ("months", "size", "profile", "weights"),
    [
        (36, 12, "0.2;0.5;0.3", [0.2, 0.5, 0.3]),
        (12, 6, "0.25;0.75", [0.25, 0.75]),
        (12, 6, "1", [0.5, 0.5]),
        (30, 6, "0.2;0.5;0.3", [0.1, 0.1, 0.25, 0.25, 0.3]),
        (10, 5, "0;1", [0, 1]),
    ],
)
def test_a_profile_replaces_the_shape_by_period_or_by_year(
    months: int, size: int, profile: str, weights: list[float]
) -> None:
    project = {"id": "A", "construction_months": months, "draw_shape": "bell", "profile": profile}
    case = Case(instance(calendar={"months_per_period": size}, projects=[project]))
    (found,) = case.alternatives.draw_weights
    assert found.tolist() == pytest.approx(weights, abs=1e-15)


def test_summing_up_ends_between_any_two_steps_once_nobody_waits() -> None:
    options = Case(outlay.read("tutorial")).options
    ends_at_looks(lambda: compute_usage(options), more_than=5)
