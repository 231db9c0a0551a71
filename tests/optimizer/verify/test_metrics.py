from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one

PROJECT = {
    "id": "A",
    "value": 0.1,
    "commitment": 10,
    "strategic_score": 3,
    "japan_content_share": 0.25,
    "min_scale": 0.5,
}


def scored(**more: Any) -> Instance:
    settings = {
        "metrics": {"jobs": {"unit": "jobs"}, "votes": {"scaled": False}},
        "objective": {"value": 2, "jobs": 0.5},
        "discount_rates": {"value": 0.25},
        **more.pop("settings", {}),
    }
    return build(projects=[{**PROJECT, "jobs": 7, "votes": 5}], settings=settings, **more)


def test_metrics_follow_the_scale_unless_told_otherwise() -> None:
    metrics = verify_plan(scored(), plan(take("A", scale=0.5))).metrics
    assert {name: str(value) for name, value in metrics.items() if value} == {
        "value": "1/20",
        "commitment": "5",
        "strategic": "15",
        "japan_content": "5/4",
        "count": "1",
        "jobs": "7/2",
        "votes": "5",
    }


def test_every_known_metric_is_reported() -> None:
    instance = scored(
        resources=[{"resource": "water", "kind": "other"}],
        cashflows=[{"project": "A", "amount": 1, "metric": "carbon"}],
    )
    assert tuple(verify_plan(instance, plan()).metrics) == instance.known_metrics


def test_cash_flow_rows_add_to_their_metric_discounted_also_beyond_the_horizon() -> None:
    flows = [
        {"project": "A", "from_month": 12, "to_month": 36, "amount": 8, "metric": "value"},
        {"project": "A", "from_month": -12, "to_month": 12, "amount": 1, "metric": "carbon"},
        {"project": "A", "from_month": 0, "to_month": 12, "amount": 1, "metric": "votes"},
    ]
    rates = {"discount_rates": {"value": 0.25, "carbon": 1}}
    metrics = verify_plan(scored(cashflows=flows, settings=rates), plan(take("A", 3, scale=0.5))).metrics
    assert metrics["value"] == Fraction("0.05") + 4 * (Fraction("0.8") ** 4 + Fraction("0.8") ** 5)
    assert metrics["carbon"] == (Fraction("0.25") + Fraction("0.125")) / 2
    assert metrics["votes"] == 6


def test_the_objective_is_weighed_and_cost_counts_against_it() -> None:
    tables: dict[str, Any] = {
        "resources": [{"resource": "crews", "kind": "labour"}],
        "programs": [{"program": "train", "resource": "crews", "cost_per_unit": 0.7}],
    }
    instance = scored(**tables)
    bought = plan(take("A"), purchases={("train", 0): 1})
    assert verify_plan(instance, bought).objective == (Fraction("0.2") + Fraction("3.5") - Fraction("0.7"),)
    levels = [{"weights": {"jobs": 1, "cost": -2}}, {"weights": {"value": 1}, "tolerance": 0.1}]
    ordered = scored(**tables, settings={"objective": levels})
    assert verify_plan(ordered, bought).objective == (Fraction("5.6"), Fraction("-0.6"))


def test_stakeholders_have_their_weighted_sums() -> None:
    stakeholders = [
        {"stakeholder": "town", "metric": "jobs", "weight": 2},
        {"stakeholder": "town", "metric": "commitment", "weight": -0.1},
        {"stakeholder": "state", "metric": "count", "weight": 1},
    ]
    instance = scored(stakeholders=stakeholders, settings={"objective": "@town"})
    verification = verify_plan(instance, plan(take("A")))
    assert verification.stakeholders == {"town": 13, "state": 1}
    assert verification.objective == (13,)


def test_true_claims_are_accepted() -> None:
    verification = verify_plan(scored(), plan(take("A")), metrics={"value": 0.1, "jobs": 7.000001}, objective=[3.7])
    assert verification.ok
    assert verification.checks["claims"] == 9


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"metrics": {"jobs": 7.00001}}, "metric jobs: the engine reports 7.00001, it is 7"),
        ({"metrics": {"joy": 1}}, "the engine reports a metric joy, which the instance does not have"),
        ({"metrics": {"jobs": float("nan")}}, "metric jobs: the engine reports nan, which is no finite number"),
        ({"objective": [3.6]}, "objective: the engine reports 3.6, it is 3.7"),
        ({"objective": [3.7, 0]}, "the engine reports 2 objective levels, the instance has 1"),
        ({"objective": []}, "the engine reports 0 objective levels, the instance has 1"),
    ],
)
def test_false_claims_are_violations(claims: dict[str, Any], sentence: str) -> None:
    found = the_one(verify_plan(scored(), plan(take("A")), **claims))
    assert found.family == "claims"
    assert found.sentence.startswith(sentence)


def test_prices_rise_with_the_start_and_value_falls_with_operation() -> None:
    instance = build(
        calendar={"periods": 4, "price_date": "2027-01"},
        settings={"value_discount": True, "discount_rates": {"value": 1}},
        projects=[{"id": "A", "value": 8, "commitment": 8, "escalation_per_year": 0.25, "strategic_score": 2}],
    )
    for start, commitment, value in ((0, Fraction(32, 5), 4), (1, 8, 2), (2, 10, 1)):
        found = verify_plan(instance, plan(take("A", start))).metrics
        assert (found["commitment"], found["strategic"], found["value"]) == (commitment, 2 * commitment, value)
