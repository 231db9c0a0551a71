from __future__ import annotations

from typing import Any

import pytest

from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_support import build, plan, take, the_one


def test_a_programme_is_worth_something_and_kept_up() -> None:
    instance = build(
        calendar={"periods": 2, "months_per_period": 12},
        settings={"discount_rates": {"value": 1}},
        projects=[{"id": "A", "value": 4}],
        programs=[{"program": "paving", "value_per_unit": 3, "cost_per_unit": 1, "min_per_period": 2}],
        limits=[{"metric": "value", "max": 9, "every": "year"}],
    )
    kept = plan(purchases={("paving", 0): 3.0, ("paving", 1): 2.0})
    found = verify_plan(instance, kept)
    assert found.ok
    assert (found.metrics["value"], found.metrics["cost"]) == (12, 5)
    missed = the_one(verify_plan(instance, plan(purchases={("paving", 0): 3.0})))
    assert missed.sentence == "paving in 2027: 0 are bought, at least 2 are due"
    assert not verify_plan(instance, plan(take("A"), purchases={("paving", 0): 3.0, ("paving", 1): 2.0})).ok


def test_a_flow_may_cost() -> None:
    instance = build(
        projects=[{"id": "A"}],
        resources=[{"resource": name, "kind": "energy"} for name in ("gas", "power")],
        availability=[{"resource": "gas", "from": "2026-01", "amount": 9}],
        links=[{"link": "plant", "from_resource": "gas", "to_resource": "power", "cost_per_unit": 0.5}],
    )
    assert verify_plan(instance, plan(flows={("plant", 0): 4.0})).metrics["cost"] == 2


@pytest.mark.parametrize(
    ("rule", "most"),
    [
        ({"carry_over_share": 1}, 16),  # 10 - 4 + 10
        ({"carry_over_share": 0.5}, 13),
        ({"carry_over_share": 1, "carry_over_max": 2}, 12),
        ({}, 10),
    ],
)
def test_what_a_year_leaves_is_carried_over(rule: dict[str, Any], most: float) -> None:
    for last in (most, most + 0.01):
        instance = build(
            calendar={"periods": 4, "months_per_period": 6},
            projects=[{"id": "A", "commitment": 4}, {"id": "B", "commitment": last}],
            resources=[{"resource": "draws", "kind": "finance", "basis": "per_year", **rule}],
            availability=[{"resource": "draws", "from": "2026-01", "amount": 10}],
        )
        assert verify_plan(instance, plan(take("A", 1), take("B", 3))).ok is (last == most)


@pytest.mark.parametrize(("once", "most"), [(True, 20), (False, 26)])
def test_what_was_carried_over_is_carried_on_unless_once(once: bool, most: float) -> None:
    # Of 10 a year 4 are used in the first, nothing in the second: 6 + 10 are left, of which 10 are its own.
    for last in (most, most + 0.01):
        instance = build(
            calendar={"periods": 3, "months_per_period": 12},
            projects=[{"id": "A", "commitment": 4}, {"id": "B", "commitment": last}],
            resources=[{"resource": "draws", "kind": "finance", "carry_over_share": 1, "carry_over_once": once}],
            availability=[{"resource": "draws", "from": "2026-01", "amount": 10}],
        )
        assert verify_plan(instance, plan(take("A", 0), take("B", 2))).ok is (last == most)


@pytest.mark.parametrize(
    ("months", "basis", "rule", "most"),
    [
        (12, "per_period", {}, 10 + 1.25 * (10 + 1.25 * 6)),
        (12, "per_period", {"carry_over_max": 4}, 15),  # the ceiling is of what moves on, before interest
        (12, "per_year", {"carry_over_once": True}, 22.5),
        (6, "per_period", {"carry_over_interest": 0.21}, 10 + 1.1 * (10 + 1.1 * 6)),  # half a year earns 0.1
    ],
)
def test_what_is_carried_over_earns_interest(months: int, basis: str, rule: dict[str, Any], most: float) -> None:
    for last in (most, most + 0.01):
        instance = build(
            calendar={"periods": 3, "months_per_period": months},
            projects=[{"id": "A", "commitment": 4}, {"id": "B", "commitment": round(last, 6)}],
            resources=[
                {
                    "resource": "draws", "kind": "finance", "basis": basis, "carry_over_share": 1,
                    "carry_over_interest": 0.25, **rule,
                }
            ],
            availability=[{"resource": "draws", "from": "2026-01", "amount": 10}],
        )  # fmt: skip
        assert verify_plan(instance, plan(take("A", 0), take("B", 2))).ok is (last == most)


def test_a_year_of_half_years_earns_the_interest_of_a_year() -> None:
    for last in (17.5, 17.51):  # 1.25 x 6 + 10
        resource = {"resource": "draws", "kind": "finance", "basis": "per_year"}
        instance = build(
            calendar={"periods": 4, "months_per_period": 6},
            projects=[{"id": "A", "commitment": 4}, {"id": "B", "commitment": last}],
            resources=[resource | {"carry_over_share": 1, "carry_over_interest": 0.25}],
            availability=[{"resource": "draws", "from": "2026-01", "amount": 10}],
        )
        assert verify_plan(instance, plan(take("A", 1), take("B", 3))).ok is (last == 17.5)


def test_what_is_left_is_not_carried_over_a_year_without_a_limit() -> None:
    levels = (("2026-01", 10), ("2027-01", None), ("2028-01", 10))
    for last in (10, 10.01):
        instance = build(
            calendar={"periods": 3, "months_per_period": 12},
            projects=[{"id": "A", "commitment": 4}, {"id": "B", "commitment": last}],
            resources=[{"resource": "draws", "kind": "finance", "carry_over_share": 1}],
            availability=[{"resource": "draws", "from": month, "amount": amount} for month, amount in levels],
        )
        assert verify_plan(instance, plan(take("A", 0), take("B", 2))).ok is (last == 10)
