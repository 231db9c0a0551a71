"""Steps of scale: alternatives of one project that are one curve of money, bending either way."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from tests.support.documents import Document, document, level, parsed

pytestmark = pytest.mark.usefixtures("always_warm")


def curve(*steps: tuple[float, float, float, float], budget: float = 100, **cells: Any) -> Document:
    """A project A of steps (from, to, commitment, value) under a budget."""
    return document(
        calendar={"periods": 1},
        projects=[{"id": "A", **cells}],
        alternatives=[
            {"project": "A", "alternative": f"s{n}", "from_scale": low, "to_scale": high, "commitment": k, "value": v}
            for n, (low, high, k, v) in enumerate(steps)
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", budget)],
    )


CHEAPER = ((0.2, 0.5, 10, 10), (0.5, 1, 15, 30))  # economies of scale: the second half costs half as much
DEARER = ((0.2, 0.5, 5, 20), (0.5, 1, 25, 30))  # the first half is best


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "budget", "scale", "value"),
    [
        (CHEAPER, 12, 0.7, 18),  # 10 for half of it, 2 of the 5 that the rest costs: 10 + 0.4 x 20
        (CHEAPER, 5, 0.25, 5),  # from nothing at scale 0
        (DEARER, 15, 0.75, 25),
        (DEARER, 25, 1.0, 30),
    ],
)
def test_money_and_value_lie_on_the_curve(steps: Any, budget: float, scale: float, value: float) -> None:
    answer = outlay.solve(parsed(curve(*steps, budget=budget)))
    (choice,) = answer.plan.choices
    assert (choice.scale, answer.objective) == (pytest.approx(scale), pytest.approx(value))
    assert answer.metrics["commitment"] == pytest.approx(budget)
    assert answer.projects["commitment"].tolist() == [pytest.approx(budget)]
    assert answer.tables["sectors"].empty or answer.tables["sectors"]["value"].sum() == pytest.approx(value)


def test_a_step_that_is_a_point_begins_the_curve() -> None:
    fixed = curve((0.5, 0.5, 8, 9), (0.5, 1, 10, 12), budget=9)  # 8 to begin at all
    answer = outlay.solve(parsed(fixed))
    assert (answer.plan.choices[0].scale, answer.objective) == (pytest.approx(0.75), pytest.approx(10.5))
    fixed["availability"] = [level("commitments", 7)]
    assert outlay.solve(parsed(fixed)).plan.choices == ()


def test_requirements_follow_the_scale() -> None:
    made = curve(*CHEAPER)
    made["resources"].append({"resource": "crew", "kind": "labour"})
    made["availability"].append(level("crew", 6))
    made["requirements"] = [{"project": "A", "resource": "crew", "phase": "construction", "amount": 10}]
    assert outlay.solve(parsed(made)).plan.choices[0].scale == pytest.approx(0.6)


def lent(**cells: Any) -> Document:
    """The curve with a loan without interest: a yearly half of K for four years gives the owner 0.925 K.

    A quarter of K is repaid each year and a quarter shared, evenly while the loan lasts: 1/8, 1/8, 0.9/4, 0.9/2.
    """
    made = curve(*CHEAPER, budget=12, cash_yield=0.5, life_years=4, **cells)
    made["instance"] |= {"finance": {"terms": "bank"}, "objective": {"us_npv": 1}}
    return made | {"terms": [{"terms": "bank", "rate": 0, "tenor_years": 4, "min_japan_npv": 0}]}


def test_a_loan_and_what_it_gives_follow_the_commitment_along_the_curve() -> None:
    answer = outlay.solve(parsed(lent()))
    assert (answer.plan.choices[0].scale, answer.objective) == (pytest.approx(0.7), pytest.approx(0.925 * 12))
    loan = answer.finance.set_index("project").loc["A"]
    assert (loan["commitment"], loan["us_npv"]) == (pytest.approx(12), pytest.approx(0.925 * 12))
    assert outlay.verify(answer).ok


def test_the_lender_looks_at_a_step_as_a_whole() -> None:
    made = lent()  # the lender gets 0.075 K beyond its money: 0.75 of s0 with 10, 1.125 of s1 with 15
    made["terms"][0]["min_japan_npv"] = 1
    answer = outlay.solve(parsed(made))
    assert (answer.plan.choices[0].alternative, answer.plan.choices[0].scale) == ("s1", pytest.approx(0.7))
    made["terms"][0]["min_japan_npv"] = 1.2
    assert outlay.solve(parsed(made)).plan.choices == ()


def test_own_free_cash_beside_a_loan_is_no_curve() -> None:
    made = lent() | {"cashflows": [{"project": "A", "from_month": 12, "amount": 3}]}
    with pytest.raises(InputError, match="use cash_yield instead of the cash flows"):
        parsed(made)


def test_a_decided_scale_lies_on_the_curve_too() -> None:
    made = curve(*CHEAPER, status="started", started="2025-01", alternative="s1", scale=0.75, construction_months=24)
    answer = outlay.solve(parsed(made))
    assert (answer.metrics["commitment"], answer.objective) == (12.5, 20)


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (((0.2, 0.5, 1, 1), (0.6, 1, 2, 2)), "ends at 0.5"),
        (((0.2, 0.5, 3, 1), (0.5, 1, 2, 2)), "cannot cost less"),
        (((0.5, 0.2, 3, 1),), "exceeds to_scale"),
    ],
)
def test_steps_that_are_no_curve_are_told(steps: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parsed(curve(*steps))


def test_half_a_step_and_what_contradicts_one_are_told() -> None:
    made = curve(*CHEAPER, min_scale=0.5)
    del made["alternatives"][1]["to_scale"]
    with pytest.raises(InputError) as found:
        parsed(made)
    assert {fault.column for fault in found.value.faults} >= {"to_scale", "min_scale"}
