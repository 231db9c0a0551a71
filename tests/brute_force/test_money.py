"""The oracle's waterfalls and lender test, against arithmetic that a person can follow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.brute_force.by_hand import solve, value_of

MONEY = {"id": "A", "commitment": 10, "cash_yield": 0.6, "life_years": 3, "value": 0}
FREE_LOAN = {"terms": "t", "rate": 0, "tenor_years": 2, "min_japan_npv": None}


def financed(project: dict[str, Any], metric: str, waterfall: str = "debt_service_first", **terms: Any) -> float:
    settings = {"finance": {"terms": "t", "waterfall": waterfall}, "objective": {metric: 1}}
    return value_of(solve([project], settings=settings, terms=[FREE_LOAN | terms]))


def test_debt_service_first_by_hand() -> None:
    # B0 = 10, A = 5, F = 6. Year 1: S 5, R 1 shared, B 4.5; year 2: S 4.5, R 1.5 at 90/10; year 3: 6 at 90/10.
    assert financed(MONEY, "us_npv") == 0.5 + 1.35 + 5.4
    assert financed(MONEY, "japan_npv") == -10 + 5.5 + 4.65 + 0.6


def test_the_literal_split_by_hand() -> None:
    # 6 is split in halves until 10 is back: 7, 4, 1, then X = 2 and the other 4 at 90/10.
    project = MONEY | {"life_years": 4}
    assert financed(project, "us_npv", "literal") == 9 + 1 + 3.6
    assert financed(project, "japan_npv", "literal") == -10 + 9 + 1.4


def test_interest_while_building_is_capitalised() -> None:
    # Two years of building, half drawn in each: B0 = 5 x 1.21 + 5 x 1.1 = 11.55; literal, one year, all cash shared.
    project = {"id": "A", "commitment": 10, "construction_months": 24, "life_years": 1, "cash_yield": 3}
    # cash 30, due 12.705, X = 25.41: Japan 12.705 + 0.1 x 4.59
    assert financed(project, "japan_npv", "literal", rate=0.1) == -10 + 12.705 + 0.459


def test_reinvestment_credit_and_ramp_change_the_cash() -> None:
    # K 10, credit 5: B0 = 5. F: full 4, half in year 1 (ramp 1); reserve 0.2 x 10 / 2 = 1 in years 1 and 2 of 3.
    project = MONEY | {"cash_yield": 0.4, "ramp_years": 1, "reinvest_every_years": 2, "reinvest_share": 0.2}
    project |= {"credit_share": 0.5}
    # F = 1, 3, 4. A = 2.5. Year 1: S 1, B 4. Year 2: sched 2.5, R 0.5 shared, B 1.25. Year 3: due 1.25 all scheduled
    # as it lies after the tenor, R 2.75 at 90/10.
    assert financed(project, "us_npv") == 0.25 + 2.475
    assert financed(project, "japan_npv") == -10 + 5 + 1 + 2.75 + 1.25 + 0.275
    assert financed(project, "credit") == 5


def test_own_cash_replaces_the_yield_and_losses_are_carried() -> None:
    settings = {"finance": {"terms": "t"}, "objective": {"us_npv": 1}}
    rows = [
        {"project": "A", "from_month": 12, "to_month": 24, "amount": -2},
        {"project": "A", "from_month": 24, "amount": 8},
    ]
    # F = -2, 8, 8; B0 10, A 5. Year 1: no cash, carry 2. Year 2: cash 6, S 5, R 1, B 4.5. Year 3: due 4.5, R 3.5.
    tables = {"terms": [FREE_LOAN], "cashflows": rows}
    assert value_of(solve([MONEY | {"status": "committed"}], settings=settings, **tables)) == 0.5 + 3.15
    assert value_of(solve([MONEY], settings=settings, **tables)) == 0  # a cover of -2/5 is below the default of 0


@pytest.mark.parametrize(
    ("terms", "passes"),
    [
        ({"min_dscr": 1.2}, True),  # 6 / 5
        ({"min_dscr": 1.21}, False),
        ({"recover_within_years": 2}, True),
        ({"recover_within_years": 1}, False),
        ({"min_japan_npv": 0.75}, True),
        ({"min_japan_npv": 0.76}, False),
        ({"min_japan_content_share": 0.1}, False),
    ],
)
def test_the_lender_test(terms: dict[str, Any], passes: bool) -> None:
    assert (financed(MONEY, "count", **terms) == 1) is passes


def test_a_left_out_column_of_japans_npv_means_zero() -> None:
    project = MONEY | {"cash_yield": 0.3}
    terms = {"terms": "t", "rate": 0, "tenor_years": 2}
    settings = {"finance": {"terms": "t"}, "objective": {"count": 1}}
    assert value_of(solve([project], settings=settings, terms=[terms])) == 0
    assert value_of(solve([project], settings=settings, terms=[terms | {"min_japan_npv": None}])) == 1
    assert value_of(solve([project | {"status": "committed"}], settings=settings, terms=[terms])) == 1
