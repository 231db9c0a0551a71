"""The money: by hand, and against exact fractions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.models.case import Case
from tests.brute_force.money import Loan, free_cash_by_yield, growth, waterfall
from tests.support.documents import document, parsed
from tests.support.examples import examples

#: 100 committed and built in a year, no interest, paid back in two years of level service of 50.
LOAN = {"terms": "loan", "rate": 0, "tenor_years": 2, "min_japan_npv": None}
PROJECT = {"id": "A", "commitment": 100, "life_years": 3, "cash_yield": 0.6}


def money_case(
    *, waterfall: str = "debt_service_first", loan: dict[str, Any] | None = None, finance: dict[str, Any] | None = None,
    rates: dict[str, float] | None = None, calendar: dict[str, Any] | None = None, cashflows: Any = (), **project: Any,
) -> Case:  # fmt: skip
    made = document(
        calendar=calendar,
        settings={
            "finance": {"terms": "loan", "waterfall": waterfall, **(finance or {})},
            "discount_rates": rates or {},
        },
        projects=[{**PROJECT, **project}],
        terms=[{**LOAN, **(loan or {})}],
        cashflows=list(cashflows),
    )
    return Case(parsed(made))


def years(case: Case, what: str) -> list[float]:
    assert case.cash is not None
    return [pytest.approx(amount, abs=1e-12) for amount in getattr(case.cash.money, what)[0].tolist()]


def figure(case: Case, what: str) -> float:
    assert case.cash is not None
    return float(getattr(case.cash.money, what)[0])


def test_service_first_pays_the_loan_then_shares() -> None:
    # Year 1: due 100, service 50, the other 10 in halves, 5 of which repay: 45 left. Year 2: 45, then 15 at 90/10.
    # Year 3: 60 at 90/10.
    case = money_case()
    assert years(case, "japan") == [55, 46.5, 6]
    assert years(case, "us") == [5, 13.5, 54]
    assert (figure(case, "dscr"), figure(case, "recovery_year"), figure(case, "carry")) == (1.2, 2, 0)


def test_literal_shares_all_cash_in_halves_until_the_loan_is_back() -> None:
    # 30 of 60 repay each year: 70, 40, 10 left; then 20 are shared to repay 10, and 40 at 90/10.
    case = money_case(waterfall="literal", life_years=4)
    assert years(case, "japan") == [30, 30, 30, 14]
    assert years(case, "us") == [30, 30, 30, 46]
    assert figure(case, "recovery_year") == 4


def test_other_shares_of_japan() -> None:
    # 60 with three quarters to Japan repay 45; then 55 / 0.75 > 60 again: 10 left; 10 / 0.75 = 13.33 shared.
    case = money_case(waterfall="literal", finance={"japan_share_before": 0.75, "japan_share_after": 0.2})
    third = 10 + 0.2 * (60 - 40 / 3)
    assert years(case, "japan") == [45, 45, pytest.approx(third)]


def test_interest_accrues_while_building_and_after() -> None:
    # Two years, half each: 50 x 1.21 + 50 x 1.1 = 115.5 at completion; one year of tenor: A = 115.5 x 1.1.
    case = money_case(construction_months=24, life_years=1, cash_yield=1.5, loan={"rate": 0.1, "tenor_years": 1})
    assert case.cash is not None
    assert case.cash.loans.balance[0] == pytest.approx(115.5, abs=1e-12)
    assert case.cash.loans.service[0] == pytest.approx(127.05, abs=1e-12)
    assert figure(case, "dscr") == pytest.approx(150 / 127.05, abs=1e-12)
    assert years(case, "japan") == [127.05 + 2.295]


def test_bell_draws_and_half_years_of_building() -> None:
    # Three half-years, 1/4, 1/2, 1/4, at 21 % a year = 10 % a half: 25 x 1.331 + 50 x 1.21 + 25 x 1.1.
    case = money_case(calendar={"months_per_period": 6}, construction_months=18, draw_shape="bell", loan={"rate": 0.21})
    assert case.cash is not None
    assert case.cash.loans.balance[0] == pytest.approx(33.275 + 60.5 + 27.5, abs=1e-12)


def test_a_public_credit_reduces_the_balance_but_not_below_zero() -> None:
    case = money_case(credit_share=0.4)
    assert case.cash is not None
    assert case.cash.loans.balance[0] == 60
    assert years(case, "japan")[0] == 30 + 15  # service of 30, 30 in halves
    assert money_case(credit_share=1.5).cash.loans.balance[0] == 0  # type: ignore[union-attr]


def test_no_service_no_cover() -> None:
    case = money_case(credit_share=1)
    assert math.isnan(figure(case, "dscr"))
    assert figure(case, "recovery_year") == 1
    assert years(case, "japan") == [6, 6, 6]


def test_cash_ramps_up() -> None:
    assert years(money_case(ramp_years=2), "free_cash") == [20, 40, 60]
    assert years(money_case(ramp_years=1.5), "free_cash") == [24, 48, 60]


@pytest.mark.parametrize(
    ("life", "every", "saved"),
    [
        (7, 3, [4, 4, 4, 4, 4, 4, 0]),  # due in years 3 and 6
        (6, 3, [4, 4, 4, 0, 0, 0]),  # year 6 is the end of life: due in year 3 only
        (3, 3, [0, 0, 0]),
        (3, 1, [12, 12, 0]),
        (4, None, [0, 0, 0, 0]),
    ],
)
def test_reinvestment_is_saved_for_in_equal_parts(life: int, every: int | None, saved: list[float]) -> None:
    case = money_case(life_years=life, reinvest_every_years=every, reinvest_share=0.12)
    assert years(case, "free_cash") == [60 - part for part in saved]


def test_own_cash_rows_replace_the_yield_and_count_from_operation_on() -> None:
    # Half-years: building in 0 and 1; operating year 1 = periods 2 and 3, year 2 = 4 and 5, year 3 = 6 and 7.
    rows = [
        {"project": "A", "from_month": 0, "to_month": 18, "amount": 7},  # periods 0..2: only period 2 operates
        {"project": "A", "from_month": 24, "amount": 10},  # from period 4 to the end of life
        {"project": "A", "from_month": 41, "to_month": 43, "amount": -4},  # touches periods 6 and 7
    ]
    half_years = {"periods": 4, "months_per_period": 6}
    case = money_case(calendar=half_years, construction_months=12, cashflows=rows)
    assert years(case, "free_cash") == [7, 20, 12]


def test_rows_of_one_alternative_leave_the_others_alone() -> None:
    made = document(
        settings={"finance": {"terms": "loan"}},
        projects=[PROJECT],
        alternatives=[{"project": "A", "alternative": "big"}, {"project": "A", "alternative": "small"}],
        terms=[LOAN],
        cashflows=[{"project": "A", "alternative": "big", "from_month": 12, "to_month": 24, "amount": 9}],
    )
    case = Case(parsed(made))
    assert case.cash is not None
    assert case.cash.free_cash.tolist() == [[9, 0, 0], [60, 60, 60]]


def test_shortfalls_are_carried_to_better_years() -> None:
    rows = [
        {"project": "A", "from_month": 12, "to_month": 24, "amount": -20},
        {"project": "A", "from_month": 24, "to_month": 36, "amount": 5},
        {"project": "A", "from_month": 36, "to_month": 48, "amount": 40},
    ]
    # The carry is 20, then 15; 25 are cash in year 3, beyond the tenor: all due is scheduled.
    case = money_case(cashflows=rows)
    assert years(case, "japan") == [0, 0, 25]
    assert years(case, "us") == [0, 0, 0]
    assert figure(case, "dscr") == pytest.approx(-0.4)
    assert figure(case, "carry") == 0
    assert math.isnan(figure(case, "recovery_year"))
    assert figure(money_case(cashflows=rows[:1]), "carry") == 20


def test_after_the_tenor_everything_due_is_scheduled() -> None:
    # 30 a year: 30 paid of 50, none shared; 70, 40 left; year 3 (after the tenor): 40 due, 30 paid.
    assert years(money_case(cash_yield=0.3), "japan") == [30, 30, 30]
    assert years(money_case(cash_yield=0.3, life_years=4), "japan") == [30, 30, 30, 10 + 2]


def test_present_values_by_hand() -> None:
    # At 25 %: D(12) = 0.8. Draws at 0; income at completion + 12, 24, 36 months.
    case = money_case(rates={"us_npv": 0.25, "japan_npv": 1}, credit_share=0)
    assert case.present_values is not None
    us, japan = case.present_values
    assert us[0, 0] == pytest.approx(5 * 0.64 + 13.5 * 0.512 + 54 * 0.4096)
    assert japan[0, 0] == pytest.approx(-100 + 55 / 4 + 46.5 / 8 + 6 / 16)
    assert us[0, 2] == pytest.approx(us[0, 0] * 0.64)
    assert japan[0, 2] == pytest.approx(japan[0, 0] / 4)


def test_the_credit_reaches_japan_at_completion() -> None:
    case = money_case(rates={"japan_npv": 1}, credit_share=0.4, construction_months=24)
    other = money_case(rates={"japan_npv": 1}, construction_months=24)
    assert case.present_values is not None
    assert other.present_values is not None
    # Balance 60 instead of 100, service 30: Japan gets 45, 15 + 4.5, 6; draws of 50 in years 0 and 1; 40 after 2.
    assert years(case, "japan") == [45, 15 + 4.5, 6]
    assert case.present_values[1][0, 0] == pytest.approx(-50 - 25 + 40 / 4 + 45 / 8 + 19.5 / 16 + 6 / 32)
    assert case.metric("credit").scaled[0] == 40


def test_the_internal_rate_of_return_is_blank_unless_the_signs_change_once() -> None:
    case = money_case(life_years=1, cash_yield=1.5)
    assert case.cash is not None
    # -100 now, 150 after the year of building and one of operation.
    assert case.cash.internal_rate_of_return(0) == pytest.approx(1.5**0.5 - 1)
    rows = [
        {"project": "A", "from_month": 12, "to_month": 24, "amount": 300},
        {"project": "A", "from_month": 24, "to_month": 36, "amount": -50},
    ]
    twice = money_case(cashflows=rows).cash
    assert twice is not None
    assert math.isnan(twice.internal_rate_of_return(0))


@pytest.mark.parametrize(("months", "period", "cover"), [(1, 1, 1.30), (60, 6, 1.15)])
def test_the_cover_that_the_design_promises(months: int, period: int, cover: float) -> None:
    # A 10 % yield on 20-year money at 4.5 %, built at once or over five years of capitalised interest.
    loan = {"rate": 0.045, "tenor_years": 20}
    calendar = {"months_per_period": period}
    case = money_case(calendar=calendar, construction_months=months, life_years=30, cash_yield=0.1, loan=loan)
    assert figure(case, "dscr") == pytest.approx(cover, rel=0.005)


@pytest.mark.slow
def test_literal_money_needs_the_yield_that_the_design_promises() -> None:
    recovered = {}
    for per_mille in range(140, 171):
        loan = {"rate": 0.045, "tenor_years": 20}
        case = money_case(waterfall="literal", life_years=40, cash_yield=per_mille / 1000, loan=loan)
        recovered[per_mille] = figure(case, "recovery_year")
    least = min(per_mille for per_mille, year in recovered.items() if year <= 20)
    assert 150 <= least <= 162


def reasons(case: Case) -> list[str]:
    """Return why the one alternative fails the lender's test."""
    assert case.lender is not None
    return [verdict.reason for verdict in case.lender.verdicts[0]]


def test_the_lender_s_limits_are_inclusive_within_a_hair() -> None:
    assert reasons(money_case(loan={"min_dscr": 1.2})) == []
    assert reasons(money_case(loan={"min_dscr": "1.200001"})) == ["debt service cover 1.200 is below 1.2"]
    assert reasons(money_case(loan={"recover_within_years": 2})) == []
    assert "in year 2, not within 1" in reasons(money_case(loan={"recover_within_years": 1}))[0]
    assert reasons(money_case(loan={"min_dscr": 9}, waterfall="literal")) == []


# -- against exact fractions -------------------------------------------------------------------------------------


def decimals(low: str, high: str, places: int = 3) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=low, max_value=high, places=places)


@st.composite
def deals(draw: st.DrawFn) -> dict[str, Any]:
    life = draw(st.integers(1, 40))
    return {
        "m": draw(st.sampled_from([1, 3, 6, 12])),
        "months": draw(st.integers(1, 90)),
        "bell": draw(st.booleans()),
        "commitment": draw(decimals("0.5", "90", 2)),
        "life": life,
        "yield": draw(decimals("0", "0.4")),
        "ramp": draw(decimals("0", "4", 1)),
        "every": draw(st.none() | st.integers(1, 9)),
        "reinvest": draw(decimals("0", "0.5", 2)),
        "credit": draw(decimals("0", "0.6", 2)),
        "rate": draw(st.just(Decimal(0)) | decimals("0.001", "0.3")),
        "tenor": draw(st.integers(1, 30)),
        "before": draw(decimals("0.05", "1", 2)),
        "after": draw(decimals("0", "1", 2)),
        "literal": draw(st.booleans()),
        "us_rate": draw(decimals("0", "0.2")),
        "japan_rate": draw(decimals("0", "0.2")),
        "start": draw(st.integers(0, 3)),
        "own": draw(st.lists(decimals("-3", "6", 2), max_size=life)),
    }


@pytest.mark.slow
@examples(400, derandomize=True)
@given(deals())
def test_floats_agree_with_exact_fractions(deal: dict[str, Any]) -> None:
    m, size = deal["m"], -(-deal["months"] // deal["m"])
    shape = "bell" if deal["bell"] else "flat"
    own = deal["own"] if deal["m"] in {6, 12} else []
    case = money_case(
        waterfall="literal" if deal["literal"] else "debt_service_first",
        finance={"japan_share_before": deal["before"], "japan_share_after": deal["after"]},
        loan={"rate": deal["rate"], "tenor_years": deal["tenor"]},
        rates={"us_npv": deal["us_rate"], "japan_npv": deal["japan_rate"]},
        calendar={"periods": 4, "months_per_period": m},
        cashflows=[
            # An amount once a year: in the first period of the operating year.
            {"project": "A", "from_month": size * m + 12 * year, "to_month": size * m + 12 * year + m, "amount": amount}
            for year, amount in enumerate(own)
        ],
        commitment=deal["commitment"], construction_months=deal["months"], draw_shape=shape,
        life_years=deal["life"], cash_yield=deal["yield"], ramp_years=deal["ramp"], reinvest_every_years=deal["every"],
        reinvest_share=deal["reinvest"], credit_share=deal["credit"],
    )  # fmt: skip
    k = Fraction(deal["commitment"])
    steps = [min(i + 1, size - i) if deal["bell"] else 1 for i in range(size)]
    weights = [Fraction(step, sum(steps)) for step in steps]
    grown = sum(weight * growth(deal["rate"], (size - i) * m) for i, weight in enumerate(weights))
    credit = Fraction(deal["credit"]) * k
    if own:
        free = tuple([Fraction(amount) for amount in own] + [Fraction(0)] * (deal["life"] - len(own)))
    else:
        free = free_cash_by_yield(
            full_year=Fraction(deal["yield"]) * k, ramp=Fraction(deal["ramp"]), life=deal["life"], every=deal["every"],
            reinvestment=Fraction(deal["reinvest"]) * k,
        )  # fmt: skip
    told = waterfall(
        Loan(
            k, max(Fraction(0), k * grown - credit), free, Fraction(deal["rate"]), deal["tenor"],
            Fraction(deal["before"]), Fraction(deal["after"]), deal["literal"],
        )
    )  # fmt: skip
    assert case.cash is not None
    assert case.present_values is not None
    close = 1e-9 * max(1.0, float(k), *(abs(float(cash)) for cash in free))
    assert case.cash.money.us[0].tolist() == pytest.approx([float(cash) for cash in told.us], abs=close)
    assert case.cash.money.japan[0].tolist() == pytest.approx([float(cash) for cash in told.japan], abs=close)
    dscr = case.cash.money.dscr[0]
    assert math.isnan(dscr) if told.dscr is None else dscr == pytest.approx(float(told.dscr), rel=1e-6, abs=1e-9)
    start = deal["start"]
    paid = [growth(deal["us_rate"], -((start + size) * m + 12 * year)) for year in range(1, deal["life"] + 1)]
    us_npv = sum(cash * factor for cash, factor in zip(told.us, paid, strict=True))
    paid = [growth(deal["japan_rate"], -((start + size) * m + 12 * year)) for year in range(1, deal["life"] + 1)]
    japan_npv = sum(cash * factor for cash, factor in zip(told.japan, paid, strict=True))
    japan_npv -= k * sum(w * growth(deal["japan_rate"], -(start + i) * m) for i, w in enumerate(weights))
    japan_npv += credit * growth(deal["japan_rate"], -(start + size) * m)
    assert case.present_values[0][0, start] == pytest.approx(float(us_npv), abs=40 * close)
    assert case.present_values[1][0, start] == pytest.approx(float(japan_npv), abs=40 * close)


def test_the_loan_finances_what_is_really_spent() -> None:
    """Built a year later 100 costs 110, is served by 55 a year, and still earns 60 a year."""
    loan = {"min_dscr": 1.1, "min_japan_npv": None}
    case = money_case(loan=loan, calendar={"periods": 2}, escalation_per_year=0.1)
    assert case.cash is not None
    later = case.cash.at(1)
    assert (case.cash.loans.balance[0], later.loans.balance[0]) == (100, pytest.approx(110, abs=1e-12))
    assert later.free_cash[0].tolist() == [60, 60, 60]
    assert (case.cash.money.dscr[0], later.money.dscr[0]) == (1.2, pytest.approx(60 / 55, abs=1e-12))
    assert case.present_values is not None
    # Service of 50, 50, half of 10 and of what is owed, a tenth of the rest; of 110 with 55, 55 and half of 5.
    assert [side[0].tolist() for side in case.present_values] == [
        [pytest.approx(72.5, abs=1e-12), pytest.approx(63.25, abs=1e-12)],
        [pytest.approx(7.5, abs=1e-12), pytest.approx(6.75, abs=1e-12)],
    ]
    assert case.lender is not None
    ((verdict,),) = case.lender.verdicts
    assert (verdict.starts.tolist(), verdict.reason) == ([False, True], "debt service cover 1.091 is below 1.1")
