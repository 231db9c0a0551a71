"""The money, against numbers worked by hand.

The loan of every case: K = 100 is drawn in one year, so with 10 % interest B_0 = 100 x 1.1 = 110; the tenor is one
year, so A = 110 x 0.1 / (1 - 1 / 1.1) = 121; the yield of 1.3 pays 130 a year for two years.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from outlay.instances.instance import Instance
from outlay.optimizer.verify.exact import discount, exact_sum, factor_units, growth
from outlay.optimizer.verify.money import Loan, compute_loan
from outlay.optimizer.verify.plan import verify_plan
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.schedule import schedule
from tests.optimizer.verify.test_support import build, families, plan, take, the_one

PROJECT = {"id": "A", "commitment": 100, "cash_yield": 1.3, "life_years": 2, "japan_content_share": 0.2}
TERMS = {"terms": "bank", "rate": 0.1, "tenor_years": 1}


def case(
    waterfall: str = "debt_service_first",
    *,
    project: dict[str, Any] | None = None,
    terms: dict[str, Any] | None = None,
    **more: Any,
) -> Instance:
    settings = {
        "finance": {"waterfall": waterfall, "terms": "bank"},
        "discount_rates": {"us_npv": 0.25},
        **more.pop("settings", {}),
    }
    return build(
        projects=[{**PROJECT, **(project or {})}], terms=[{**TERMS, **(terms or {})}], settings=settings, **more
    )


def loan_of(instance: Instance) -> Loan:
    reading = Reading(instance)
    loan = compute_loan(reading, schedule(reading, take("A"), Fraction(1)))
    assert loan is not None
    return loan


def yearly(loan: Loan, flows: tuple[int, ...]) -> list[str]:
    return [str(Decimal(flow) / Decimal(loan.waterfall.units)) for flow in flows]


def test_debt_service_first_by_hand() -> None:
    """Year 1: 121 serve the debt, Japan gets a tenth of the other 9; year 2: a tenth of 130."""
    loan = loan_of(case())
    assert loan.opening == 110
    assert yearly(loan, loan.waterfall.japan) == ["121.9", "13"]
    assert yearly(loan, loan.waterfall.us) == ["8.1", "117"]
    assert loan.waterfall.cover == Fraction(130, 121)
    assert loan.recovered == 1
    assert loan.us_npv == Fraction("8.1") * Fraction("0.64") + 117 * Fraction("0.512")
    assert loan.japan_npv == Fraction("-100") + Fraction("121.9") + 13


def test_the_literal_split_by_hand() -> None:
    """Year 1: 130 are halved, 121 - 65 = 56 stay owed; year 2: 61.6 are due, twice that is halved, 6.8 split 1 : 9."""
    loan = loan_of(case("literal"))
    assert yearly(loan, loan.waterfall.japan) == ["65", "62.28"]
    assert yearly(loan, loan.waterfall.us) == ["65", "67.72"]
    assert yearly(loan, loan.waterfall.balances) == ["56", "0"]
    assert loan.recovered == 2


def test_a_public_credit_reduces_the_balance_and_is_counted() -> None:
    """A credit of 10 leaves B_0 = 100; discounted over a year at 25 % it costs 8."""
    instance = case(project={"credit_share": 0.1})
    loan = loan_of(instance)
    assert loan.opening == 100
    assert loan.waterfall.cover == Fraction(130, 110)
    metrics = verify_plan(instance, plan(take("A"))).metrics
    assert metrics["credit"] == 8
    assert metrics["japan_npv"] == -100 + 10 + (110 + Fraction(20, 10)) + 13


def test_draws_in_a_bell_over_three_years_capitalise_interest() -> None:
    """A quarter grows for three years, half for two, a quarter for one: 25 x 1.331 + 50 x 1.21 + 25 x 1.1 = 121.275."""
    loan = loan_of(case(project={"construction_months": 36, "draw_shape": "bell"}))
    assert loan.opening == Fraction("121.275")


def test_the_loan_finances_what_is_really_spent_a_year_later() -> None:
    """What costs 100 in 2026 costs 110 in 2027: B_0 = 121 and A = 133.1, served from the same 130 a year."""
    instance = case(project={"escalation_per_year": 0.1, "credit_share": 0.1})
    reading = Reading(instance)
    loan = compute_loan(reading, schedule(reading, take("A", 1), Fraction(1)))
    assert loan is not None
    assert loan.opening == 121 - 11
    assert loan.waterfall.cover == Fraction(130, 121)
    # -110 of draws, +11 of credit, then 121 and a tenth of 9, a tenth of 130.
    assert loan.japan_npv == Fraction("-110") + 11 + Fraction("121.9") + 13
    found = verify_plan(instance, plan(take("A", 1)))
    assert found.metrics["commitment"] == 110
    failing = case(project={"escalation_per_year": 0.1}, terms={"min_dscr": 1.05, "min_japan_npv": None})
    assert verify_plan(failing, plan(take("A", 0))).ok
    assert families(verify_plan(failing, plan(take("A", 1)))) == {"lender"}


def test_level_service_without_interest_is_the_balance_by_years() -> None:
    loan = loan_of(case(terms={"rate": 0, "tenor_years": 2}))
    assert loan.opening == 100
    assert loan.waterfall.cover == Fraction(130, 50)
    assert yearly(loan, loan.waterfall.balances) == ["10", "0"]


def test_reinvestment_is_saved_for_and_cash_ramps_up() -> None:
    """Half cash in year 1 (ramp of a year); 20 fall due in years 2 and 4 of 5, so 10 are saved in years 1 to 4."""
    more = {"life_years": 5, "ramp_years": 1, "reinvest_every_years": 2, "reinvest_share": 0.2, "cash_yield": 1}
    loan = loan_of(case(project=more, terms={"rate": 0, "tenor_years": 5}))
    assert loan.waterfall.cover == Fraction(40, 20)
    literal = loan_of(case("literal", project={**more, "commitment": 100}, terms={"rate": 0, "tenor_years": 5}))
    assert [
        Fraction(us + japan, literal.waterfall.units)
        for us, japan in zip(literal.waterfall.us, literal.waterfall.japan, strict=True)
    ] == [40, 90, 90, 90, 100]


def test_a_loss_is_carried_before_cash_is_paid_out() -> None:
    """Own cash of -30, then 200: nothing is paid in year 1, 170 in year 2."""
    flows = [
        {"project": "A", "from_month": 12, "to_month": 24, "amount": -30},
        {"project": "A", "from_month": 24, "to_month": 36, "amount": 200},
        {"project": "A", "from_month": 0, "to_month": 12, "amount": 999},
    ]
    loan = loan_of(case(cashflows=flows))
    assert yearly(loan, loan.waterfall.us)[0] == "0"
    assert Fraction(loan.waterfall.us[1] + loan.waterfall.japan[1], loan.waterfall.units) == 170
    assert loan.waterfall.cover == Fraction(-30, 121)
    unpaid = loan_of(case(cashflows=flows[:1]))
    assert Fraction(unpaid.waterfall.carry, unpaid.waterfall.units) == 30
    assert unpaid.recovered is None


def test_money_follows_the_scale() -> None:
    whole = verify_plan(case(project={"min_scale": 0.1}), plan(take("A")))
    half = verify_plan(case(project={"min_scale": 0.1}), plan(take("A", scale=0.5)))
    for metric in ("us_npv", "japan_npv", "commitment"):
        assert half.metrics[metric] * 2 == whole.metrics[metric]


@pytest.mark.parametrize(
    ("terms", "ok"),
    [
        ({"min_dscr": 1.0743}, True),  # 130 / 121 = 1.07438...
        ({"min_dscr": 1.0744}, False),
        ({"recover_within_years": 1}, True),
        ({"min_japan_content_share": 0.2}, True),
        ({"min_japan_content_share": 0.2001}, False),
        ({"min_japan_npv": 34.9}, True),
        ({"min_japan_npv": 34.901}, False),
    ],
)
def test_the_lender_test_has_thresholds(terms: dict[str, Any], ok: bool) -> None:
    verification = verify_plan(case(terms=terms), plan(take("A")))
    assert verification.ok is ok
    assert families(verification) <= {"lender"}


def test_the_figure_of_a_failed_test_is_told() -> None:
    found = the_one(verify_plan(case("literal", terms={"recover_within_years": 1}), plan(take("A"))))
    assert found.sentence == "A@base fails the lender test: the balance is back only in year 2, it must be by year 1"
    found = the_one(verify_plan(case(project={"cash_yield": 0.8}, terms={"min_dscr": 1}), plan(take("A"))))
    assert found.sentence == (
        "A@base fails the lender test: in its worst year free cash is 0.661157024793388 of the debt service, "
        "at least 1 is asked"
    )


def test_the_literal_split_has_no_cover_test() -> None:
    assert verify_plan(case("literal", terms={"min_dscr": 9}), plan(take("A"))).ok


def test_japans_npv_must_be_positive_where_its_column_is_left_out_but_not_where_its_cell_is_blank() -> None:
    poor = {"cash_yield": 0.4}
    found = the_one(verify_plan(case(project=poor), plan(take("A"))))
    assert found.rule == "the lender's net present value"
    assert verify_plan(case(project=poor, terms={"min_japan_npv": None}), plan(take("A"))).ok


@pytest.mark.parametrize(
    "way", [{"project": {"status": "committed"}}, {"settings": {"applied": {"disable": ["lender"]}}}]
)
def test_committed_projects_and_a_switched_off_lender_are_not_tested(way: dict[str, Any]) -> None:
    assert verify_plan(case(terms={"min_dscr": 9}, **way), plan(take("A"))).ok


def test_without_finance_there_is_no_loan() -> None:
    instance = build(projects=[{"id": "A", "commitment": 5, "credit_share": 0.5}])
    verification = verify_plan(instance, plan(take("A")))
    assert verification.ok
    assert verification.metrics["us_npv"] == verification.metrics["japan_npv"] == 0
    assert verification.metrics["credit"] == Fraction(5, 2)


# -- factors ---------------------------------------------------------------------------------------------------------


def test_factors_have_fifteen_decimals_rounded_half_to_even() -> None:
    assert discount(Fraction("0.25"), 24) == Fraction("0.64")
    assert growth(Fraction("0.21"), 6) == Fraction("1.1")
    assert discount(Fraction("0.05"), 12) == Fraction("0.952380952380952")
    assert factor_units(Fraction(1), -16 * 12) == 15258789062  # 2^-16 = 0.0000152587890625: the tie goes to even
    assert discount(Fraction("0.07"), 0) == growth(Fraction(0), 777) == 1
    assert discount(Fraction(1), 12 * 1000) == 0
    assert growth(Fraction(1), 12 * 100) == 2**100


def test_long_sums_are_exact() -> None:
    values = [Fraction(1, divisor) for divisor in (3, 7, 3, 11, 10**15)] + [Fraction(0.1)]
    assert exact_sum(values) == sum(values)
    assert exact_sum([]) == 0
