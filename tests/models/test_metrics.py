"""Metrics as coefficients of options, worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from outlay.models.case import Case
from tests.support.documents import document, instance, level, parsed


def coefficients(name: str, **parts: Any) -> tuple[list[float], list[float]]:
    """Return (scaled, fixed) of a metric for project A starting in periods 0, 1, 2."""
    row = {"id": "A", "commitment": 8, "value": -3, "strategic_score": 2, "life_years": 1, **parts.pop("project", {})}
    case = Case(instance(calendar={"periods": 3}, projects=[row], **parts))
    terms = case.metric(name)
    return terms.scaled.tolist(), terms.fixed.tolist()


@pytest.mark.parametrize(
    ("name", "cells", "amount"),
    [
        ("value", {}, -3),
        ("commitment", {}, 8),
        ("strategic", {}, 16),
        ("japan_content", {"japan_content_share": 0.25}, 2),
        ("credit", {"credit_share": 0.5}, 4),
        ("us_npv", {}, 0),
    ],
)
def test_built_in_metrics_follow_the_scale(name: str, cells: dict[str, Any], amount: float) -> None:
    assert coefficients(name, project=cells) == ([amount] * 3, [0] * 3)


def test_a_count_is_a_count_at_any_scale() -> None:
    assert coefficients("count", project={"min_scale": 0.1}) == ([0] * 3, [1] * 3)


def test_cost_belongs_to_no_project() -> None:
    assert coefficients("cost") == ([0] * 3, [0] * 3)


def test_the_credit_is_discounted_from_completion() -> None:
    settings = {"discount_rates": {"us_npv": 1}}
    found = coefficients("credit", project={"credit_share": 0.5, "construction_months": 24}, settings=settings)
    assert found[0] == [1, 0.5, 0.25]


@pytest.mark.parametrize(("declared", "place"), [({}, 0), ({"scaled": False}, 1)])
def test_a_declared_metric_follows_the_scale_unless_told_otherwise(declared: dict[str, Any], place: int) -> None:
    found = coefficients("jobs", project={"jobs": 5}, settings={"metrics": {"jobs": declared}})
    assert found[place] == [5] * 3
    assert found[1 - place] == [0] * 3


def test_alternatives_take_the_project_s_number_where_theirs_is_blank() -> None:
    made = document(
        settings={"metrics": {"jobs": {}}},
        projects=[{"id": "A", "jobs": 5, "latest_start": "2026-01"}],
        alternatives=[
            {"project": "A", "alternative": "big", "jobs": 7},
            {"project": "A", "alternative": "small"},
        ],
    )
    assert Case(parsed(made)).metric("jobs").scaled.tolist() == [7, 5]


def test_cash_rows_of_a_metric_are_discounted_at_its_rate_period_by_period() -> None:
    # Amount 8 in [-12, 18) months: periods s-1, s, s+1; at 100 % a year: 16, 8, 4 from s = 0.
    rows = [{"project": "A", "metric": "jobs", "from_month": -12, "to_month": 18, "amount": 8}]
    settings = {"metrics": {"jobs": {}}, "discount_rates": {"jobs": 1, "value": 9}}
    assert coefficients("jobs", cashflows=rows, settings=settings)[0] == [28, 14, 7]


def test_cash_rows_run_to_the_end_of_life_also_past_the_horizon() -> None:
    rows = [{"project": "A", "metric": "taxes", "from_month": 12, "amount": 4}]
    # Built in s, two years of operation: s+1, s+2.
    assert coefficients("taxes", project={"life_years": 2}, cashflows=rows)[0] == [8, 8, 8]
    # Without a life: to the horizon.
    assert coefficients("taxes", project={"life_years": None}, cashflows=rows)[0] == [8, 4, 0]


def test_cash_rows_add_to_built_in_metrics() -> None:
    rows = [{"project": "A", "metric": "value", "from_month": 0, "to_month": 24, "amount": 5}]
    assert coefficients("value", cashflows=rows)[0] == [7, 7, 7]


def test_use_is_summed_inside_the_horizon_over_descendants_and_counts_no_supply() -> None:
    found = coefficients(
        "use:craft",
        project={"construction_months": 24, "permit": "air", "min_scale": 0.5},
        permits=[{"permit": "air", "agency": "agency", "review_months": 12}],
        resources=[
            {"resource": "agency", "kind": "permit", "parent": "craft"},
            {"resource": "craft", "kind": "labour"},
            {"resource": "craft/electrical", "kind": "labour", "parent": "craft"},
        ],
        requirements=[
            {"project": "A", "resource": "craft", "phase": "construction", "amount": 5},
            {"project": "A", "resource": "craft/electrical", "phase": "construction", "amount": 2},
            {"project": "A", "resource": "craft", "phase": "construction", "amount": 1, "role": "supplies"},
        ],
    )
    # Starts 1 and 2 (a year of review): two periods of building inside, then one.
    assert found == ([14, 7], [1, 1])


def test_use_of_engine_filled_resources() -> None:
    parts: dict[str, Any] = {
        "resources": [{"resource": name, "kind": "finance"} for name in ("commitments", "draws", "selections")],
        "project": {"construction_months": 24, "selection_load": 3},
    }
    assert coefficients("use:commitments", **dict(parts)) == ([8] * 3, [0] * 3)
    assert coefficients("use:draws", **dict(parts)) == ([8, 8, 4], [0] * 3)
    assert coefficients("use:selections", **dict(parts)) == ([0] * 3, [3] * 3)


def test_the_objective_adds_weights_bonuses_and_cost() -> None:
    case = Case(
        instance(
            calendar={"periods": 2},
            settings={
                "objective": {"value": 2, "count": 10, "cost": -3},
                "discount_rates": {"cost": 1},
            },
            projects=[
                {"id": "A", "value": 5, "min_scale": 0.5, "latest_start": "2026-01"},
                {"id": "B", "value": 7, "latest_start": "2026-01"},
            ],
            resources=[{"resource": "R", "kind": "labour", "penalty": 4}],
            availability=[level("R", 1)],
            programs=[{"program": "P", "resource": "R", "cost_per_unit": 0.5}],
            imports=[{"resource": "R", "from": "2026-01", "max_per_period": 1, "premium_per_unit": 8}],
            dependencies=[
                {"project": "A", "needs": "B", "kind": "synergy", "bonus": 1.5},
                {"project": "A", "needs": "B", "kind": "synergy", "bonus": 9, "metric": "strategic"},
            ],
        )
    )
    weights = case.weights(0)
    told = {
        "fund": [10, 24], "scale": [10], "buy": [-1.5, -0.75], "import_": [-24, -12], "shortfall": [-12, -6],
        "both": [3, 0],
    }  # fmt: skip
    for name, amounts in told.items():
        found = weights[case.block(name).columns].tolist()
        assert (sorted(found) if name == "both" else found) == (sorted(amounts) if name == "both" else amounts)
    assert np.count_nonzero(weights) == 10


def test_cost_weighs_minus_one_where_nothing_else_is_said() -> None:
    made = instance(
        projects=[{"id": "A"}], settings={"objective": [{"weights": {"count": 1}}, {"weights": {"cost": 0}}]}
    )
    assert [dict(item.weights)["cost"] for item in made.objective_levels] == [-1, 0]
