"""The verification as a whole: independent, quick, and kept in a run file."""

from __future__ import annotations

import json
import pickle
import sys
from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.plan import Plan
from outlay.optimizer.verify.plan import Verification, Violation, verify_plan
from outlay.optimizer.verify.report import as_float
from tests.optimizer.verify.test_support import build, plan, take


def test_a_verification_survives_json_and_pickle() -> None:
    instance = build(
        projects=[{"id": "A", "value": 3, "commitment": 2.5}],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[{"resource": "commitments", "from": "2026-01", "amount": 2}],
        stakeholders=[{"stakeholder": "town", "metric": "count", "weight": 1}],
    )
    verification = verify_plan(instance, plan(take("A", 3, scale=0.5)))
    assert not verification.ok
    document = json.loads(json.dumps(verification.to_document(), allow_nan=False))
    assert document["ok"] is False
    assert Verification.from_document(document) == verification
    assert pickle.loads(pickle.dumps(verification)) == verification
    assert str(verification.violations[0]) == verification.violations[0].sentence


def test_numbers_beyond_floats_are_kept_out_of_json() -> None:
    assert as_float(Fraction(10) ** 400) == sys.float_info.max
    assert as_float(-(Fraction(10) ** 400)) == -sys.float_info.max
    instance = build(projects=[{"id": "A", "value": 10**14}])
    verification = verify_plan(instance, plan(take("A", scale=1e308)))
    assert not verification.ok
    json.dumps(verification.to_document(), allow_nan=False)


def test_names_cannot_act_on_the_terminal() -> None:
    verification = verify_plan(build(projects=[{"id": "A"}]), plan(take("\x1b[2J")))
    assert "\x1b" not in verification.violations[0].sentence


def test_violations_are_plain_facts() -> None:
    violation = Violation("labour", "rule", "here", Fraction(2), Fraction(1), Fraction(1), "two is more than one")
    assert not Verification(violations=(violation,)).ok
    assert repr(Verification(violations=(violation,) * 3)).endswith("3 violated\n two is more than one (and 2 more)>")
    assert Verification().ok


def test_the_tolerance_can_be_chosen() -> None:
    instance = build(projects=[{"id": "A", "value": 1}])
    assert not verify_plan(instance, plan(take("A")), metrics={"value": 1.01}).ok
    assert verify_plan(instance, plan(take("A")), metrics={"value": 1.01}, tolerance=Fraction(1, 10)).ok


def large(count: int) -> tuple[Any, Plan]:
    """Return `count` projects over 16 half-years with 10 resources, loans, funds, ties and limits, all funded."""
    ids = [f"P{number:04d}" for number in range(count)]
    resources = [f"labour/trade{number}" for number in range(8)]
    instance = build(
        calendar={"periods": 16, "months_per_period": 6},
        settings={
            "finance": {"terms": "bank"},
            "discount_rates": {"us_npv": 0.07, "japan_npv": 0.0425},
            "objective": {"us_npv": 1},
        },
        projects=[
            {"id": name, "commitment": 1 + number / 7, "sector": f"sector{number % 9}", "cash_yield": 0.11,
             "construction_months": 12 + number % 30, "life_years": 30 + number % 21, "min_scale": 0.25,
             "draw_shape": "bell", "reinvest_every_years": 6, "reinvest_share": 0.05}
            for number, name in enumerate(ids)
        ],
        terms=[{"terms": "bank", "rate": 0.0475, "tenor_years": 20, "min_japan_npv": None}],
        resources=[
            *({"resource": name, "kind": "labour"} for name in resources),
            {"resource": "commitments", "kind": "finance", "basis": "cumulative"},
            {"resource": "draws", "kind": "finance"},
        ],
        availability=[
            {"resource": name, "from": "2026-01", "amount": 10**6} for name in (*resources, "commitments", "draws")
        ],
        requirements=[
            {"project": name, "resource": resource, "phase": "construction", "amount": 10 + number, "shape": "bell"}
            for number, name in enumerate(ids)
            for resource in resources[: 1 + number % 5]
        ],
        funds=[{"fund": "bank"}],
        limits=[{"metric": "us_npv", "by": "sector", "every": "period", "max": 10**9}],
        dependencies=[
            {"project": ids[number], "needs": ids[number + 1], "kind": "together"} for number in range(count - 1)
        ],
    )  # fmt: skip
    choices = [take(name, number % 16, scale=0.3 + number / (2 * count)) for number, name in enumerate(ids)]
    commitments = instance["projects"].raw("commitment")
    payments = {
        ("bank", choice.project): float(commitment) * choice.scale  # type: ignore[arg-type]
        for choice, commitment in zip(choices, commitments, strict=True)
    }
    return instance, plan(*choices, payments=payments)


@pytest.mark.slow
def test_a_thousand_projects_are_verified() -> None:
    instance, everything = large(1000)
    verification = verify_plan(instance, everything)
    assert verification.ok, [str(item) for item in verification.violations[:5]]
