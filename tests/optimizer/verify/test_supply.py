"""Shortfalls, supply and what is bought, imported or carried: verified from the instance alone."""

from __future__ import annotations

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
