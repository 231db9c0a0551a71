"""Loans of what joint savings make cheaper: each set of savings has a loan of its own."""

from __future__ import annotations

from typing import Any

import pytest

import outlay
from outlay.instances.errors import InputError
from tests.support.documents import Document, document, level, parsed

pytestmark = pytest.mark.usefixtures("always_warm")


def shared(*savings: dict[str, Any], least_cover: float = 0, budget: float = 100) -> Document:
    """A of 10 earns 5 a year for four years on a loan without interest; B and D, of 1 each, earn nothing.

    Of K the lender gets a quarter of what was lent each year while something is owed, half of the rest until it is
    back, a tenth from then on: of 10 the owner gets 9.25. Of 8, 1.5 + 1.5 + 3.6 + 4.5 = 11.1, and so on.
    """
    return document(
        calendar={"periods": 1},
        settings={"finance": {"terms": "bank"}, "objective": {"us_npv": 1}},
        terms=[
            {"terms": "bank", "rate": 0, "tenor_years": 4, "min_dscr": least_cover, "min_japan_npv": 0},
            {"terms": "gift", "rate": 0, "tenor_years": 4, "min_japan_npv": None},
        ],
        projects=[
            {"id": "A", "commitment": 10, "cash_yield": 0.5, "life_years": 4},
            {"id": "B", "commitment": 1, "life_years": 4, "terms": "gift"},
            {"id": "D", "commitment": 1, "life_years": 4, "terms": "gift"},
        ],
        resources=[{"resource": "commitments", "kind": "finance", "basis": "cumulative"}],
        availability=[level("commitments", budget)],
        dependencies=[{"kind": "synergy", "metric": "commitment", "project": "A", **row} for row in savings],
    )


def with_b(**more: Any) -> dict[str, Any]:
    return {"needs": "B", "bonus": -2, **more}


def test_what_is_saved_is_not_lent() -> None:
    answer = outlay.solve(parsed(shared(with_b())))
    assert answer.objective == pytest.approx(11.1)
    assert sorted(choice.project for choice in answer.plan.choices) == ["A", "B"]
    loan = answer.finance.set_index("project").loc["A"]
    assert (loan["commitment"], loan["opening_balance"], loan["us_npv"]) == pytest.approx((8, 8, 11.1))
    assert loan["dscr"] == pytest.approx(2.5)
    assert outlay.verify(answer).ok


def test_two_savings_are_one_loan() -> None:
    # Of 7: 1.625 + 1.625 (balance 7 - 2 x 3.375 = 0.25), then 0.9 x 4.75 and 4.5.
    answer = outlay.solve(parsed(shared(with_b(), {"needs": "D", "bonus": -1})))
    assert answer.objective == pytest.approx(1.625 * 2 + 0.9 * 4.75 + 4.5)
    assert answer.metrics["commitment"] == pytest.approx(9)


def test_the_lender_accepts_with_a_saving_what_it_refuses_without() -> None:
    made = shared(with_b(), least_cover=2.2)
    assert outlay.solve(parsed(made)).objective == pytest.approx(11.1)
    made["availability"] = [level("commitments", 8)]  # A needs B, 9 in all
    answer = outlay.solve(parsed(made))
    assert answer.plan.choices == ()
    reason = answer.projects.set_index("project").loc["A", "reason"]
    assert reason


def test_no_set_of_savings_is_enough_for_the_lender() -> None:
    answer = outlay.solve(parsed(shared(with_b(), least_cover=3)))
    assert answer.plan.choices == ()
    assert "debt service cover 2.000 is below 3" in answer.projects.set_index("project").loc["A", "reason"]


def test_too_many_savings_for_a_loan_each_are_told() -> None:
    rows = [{"needs": "B", "bonus": -0.1, "note": str(number)} for number in range(7)]
    with pytest.raises(InputError, match="at most 6 savings"):
        parsed(shared(*rows))
