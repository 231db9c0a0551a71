"""Shortfalls, supply and what is bought, imported or carried: verified from the instance alone."""

from __future__ import annotations

from typing import Any

import pytest

from outlay.optimizer.verify.plan import verify_plan
from tests.optimizer.verify.test_resources import IMPORTS, crews
from tests.optimizer.verify.test_support import build, families, plan, take, the_one


def test_a_hard_row_cannot_be_left_short() -> None:
    where = "labour/electrical/PJM"
    found = verify_plan(crews(), plan(take("A"), take("B", 2), shortfalls={(where, 0): 20}))
    assert families(found) == {"shortfalls"}
    yearly = crews(1600, resource={"basis": "per_year", "penalty": 1})
    found = verify_plan(yearly, plan(shortfalls={(where, 1): 20}))
    assert the_one(found).rule == "shortfalls belong to soft rows"


@pytest.mark.parametrize("kind", ["purchases", "flows", "imports", "shortfalls", "payments"])
@pytest.mark.parametrize(
    "key", [("nobody", 0), ("nobody", 99), ("nobody", -1), ("nobody", "A"), "nobody", (), ("a", "b", "c")]
)
def test_amounts_of_unknown_names_are_violations_and_no_crash(kind: str, key: object) -> None:
    instance = crews(funds=[{"fund": "bank"}])
    verification = verify_plan(instance, plan(**{kind: {key: 1.0}}))
    family = {"purchases": "programs", "flows": "links", "payments": "funds"}.get(kind, kind)
    assert families(verification) == {family}


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "much", None, True])
def test_amounts_that_are_no_numbers_are_violations(amount: object) -> None:
    instance = build(**IMPORTS)
    found = the_one(verify_plan(instance, plan(imports={("commodity/copper", 1): amount})))
    assert found.rule == "amounts are finite numbers"


def test_a_negative_amount_is_refused_however_small() -> None:
    instance = build(**IMPORTS)
    found = verify_plan(instance, plan(imports={("commodity/copper", 1): -0.5})).violations
    assert found[0].sentence == "imports of commodity/copper, 2027: -0.5 is negative"
    assert not verify_plan(instance, plan(imports={("commodity/copper", 1): -1e-9})).ok


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
