"""The loan of each funded project: balance, cash, shares, and the lender's test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ZERO, exact, exact_or_none, exact_sum, growth
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded, window
from outlay.optimizer.verify.waterfall import Split, Waterfall, run_waterfall

#: Threshold tests pass within this (money: times K).
CLOSE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Loan:
    """The money of one funded option at scale 1.

    Attributes
    ----------
    opening
        B_0, the balance when operation begins.
    waterfall
        What each year's cash pays.
    recovered
        Year of operation in which the balance is back, or None.
    us_npv, japan_npv
        Present values at the calendar's start.
    """

    opening: Fraction
    waterfall: Waterfall
    recovered: int | None
    us_npv: Fraction
    japan_npv: Fraction


def compute_loans(reading: Reading, funded: Sequence[Funded]) -> dict[Funded, Loan]:
    """Return the loan of every funded option; none where no loan is modelled."""
    loans = {option: compute_loan(reading, option) for option in funded}
    return {option: loan for option, loan in loans.items() if loan is not None}


def compute_loan(reading: Reading, funded: Funded) -> Loan | None:
    """Return the loan of a funded option; None where no loan is modelled."""
    terms = terms_of(reading, funded)
    if terms is None:
        return None
    finance = reading.settings.finance
    assert finance is not None  # terms_of returned a row
    split = Split(
        before=Fraction(finance.japan_share_before),
        after=Fraction(finance.japan_share_after),
        service_first=finance.waterfall == "debt_service_first",
    )
    rate = exact(terms["rate"])
    opening = opening_balance(reading, funded, rate)
    waterfall = run_waterfall(split, opening, rate, int(exact(terms["tenor_years"])), free_cash(reading, funded))
    to_operation = funded.operation * reading.months
    at = to_operation + reading.months_before
    return Loan(
        opening=opening,
        waterfall=waterfall,
        recovered=waterfall.recovered(CLOSE * funded.full_commitment),
        us_npv=waterfall.present_value(_ahead(funded, waterfall.us, to_operation), reading.rate("us_npv"), at),
        japan_npv=waterfall.present_value(_ahead(funded, waterfall.japan, to_operation), reading.rate("japan_npv"), at)
        + _credit_ahead(funded) * reading.worth("japan_npv", to_operation)
        - _discounted_draws(reading, funded),
    )


def _ahead(funded: Funded, flows: Sequence[int], to_operation: int) -> Sequence[int]:
    """Return the flows of years that count: of what has started, years that end after the calendar's start."""
    if funded.first is None:
        return flows
    return [flow if to_operation + 12 * year > 0 else 0 for year, flow in enumerate(flows, start=1)]


def terms_of(reading: Reading, funded: Funded) -> Record | None:
    """Return the loan terms of an option: its own or those of [finance]; None where no loan is modelled."""
    finance = reading.settings.finance
    if finance is None:
        return None
    return reading.terms.get(str(funded.row["terms"] or finance.terms))


def credit_metric(reading: Reading, funded: Funded) -> Fraction:
    """Return the metric `credit` at scale 1: the public credit at completion, discounted at the U.S. rate."""
    return _credit_ahead(funded) * reading.worth("us_npv", funded.operation * reading.months)


def _credit_ahead(funded: Funded) -> Fraction:
    """Return the credit unless it was received before the calendar."""
    return ZERO if funded.first is not None and funded.operation < funded.first else _credit(funded)


def _credit(funded: Funded) -> Fraction:
    return exact(funded.row["credit_share"]) * funded.full_commitment


def opening_balance(reading: Reading, funded: Funded, rate: Fraction) -> Fraction:
    """Return B_0: the draws with capitalised interest, less the public credit, never below 0."""
    drawn = exact_sum(
        weight * growth(rate, (funded.building - k) * reading.months) for k, weight in enumerate(funded.draw_weights)
    )
    return max(ZERO, _spent(funded) * drawn - _credit(funded))


def _spent(funded: Funded) -> Fraction:
    """Return what is drawn and lent for each unit of scale: K less joint savings."""
    saved = funded.saved * funded.prices / funded.scale if funded.saved and funded.scale else ZERO
    return funded.full_commitment - saved


def _discounted_draws(reading: Reading, funded: Funded) -> Fraction:
    return _spent(funded) * exact_sum(
        weight * reading.worth("japan_npv", (funded.start + k) * reading.months)
        for k, weight in enumerate(funded.draw_weights)
        if funded.first is None or funded.start + k >= funded.first
    )


def free_cash(reading: Reading, funded: Funded) -> list[Fraction]:
    """Return F_1, F_2, ...: free cash of each year of operation over the whole life, whatever prices have risen to."""
    life = int(exact(funded.row["life_years"]))
    own = [row for row in reading.cashflows(funded.project, funded.alternative) if row["metric"] is None]
    return (
        _own_cash(reading, funded, own, life)
        if own
        else _yielded_cash(funded.row, funded.per_scale("commitment"), life)
    )


def _own_cash(reading: Reading, funded: Funded, rows: Sequence[Record], life: int) -> list[Fraction]:
    """Sum cash-flow rows over the periods op+k of each year y, those with floor(k m / 12) = y - 1."""
    cash = [ZERO] * life
    for row in rows:
        periods = window(reading, funded, row)
        for period in range(max(periods.start, funded.operation), periods.stop):
            year = (period - funded.operation) * reading.months // 12
            if year >= life:
                break
            cash[year] += exact(row["amount"])
    return cash


def _yielded_cash(row: Record, commitment: Fraction, life: int) -> list[Fraction]:
    """Cash yield with its ramp, less what is saved for reinvestment in years e, 2e, ... below life."""
    full, ramp = exact(row["cash_yield"]) * commitment, exact(row["ramp_years"]) + 1
    every = int(exact(row["reinvest_every_years"]))
    reserve = exact(row["reinvest_share"]) * commitment / every if every else ZERO
    saving_years = (life - 1) // every * every if every else 0
    return [
        full * min(Fraction(1), year / ramp) - (reserve if year <= saving_years else ZERO)
        for year in range(1, life + 1)
    ]


def check_lender(reading: Reading, loans: Mapping[Funded, Loan], ledger: Ledger) -> None:
    """Check each funded loan by the lender's test; committed projects are exempt."""
    if not reading.instance.is_on("lender"):
        return
    for funded, loan in loans.items():
        terms = terms_of(reading, funded)
        if terms is not None and not funded.committed:
            _check_cover(reading, funded, loan, terms, ledger)
            _check_benefit(reading, funded, loan, terms, ledger)


def _check_cover(reading: Reading, funded: Funded, loan: Loan, terms: Record, ledger: Ledger) -> None:
    finance, name = reading.settings.finance, funded.name
    least, cover = exact(terms["min_dscr"]), loan.waterfall.cover
    if finance is not None and finance.waterfall != "literal" and cover is not None:
        text = (
            f"{name} fails the lender test: in its worst year free cash is {words.number(cover)} of the debt service, "
            f"at least {words.number(least)} is asked"
        )
        ledger.check("lender", "debt service cover", name).holds(cover >= least - CLOSE, text, found=cover, limit=least)
    within = terms["recover_within_years"]
    if within is not None:
        years = exact(within)
        when = "never back" if loan.recovered is None else f"back only in year {loan.recovered}"
        text = f"{name} fails the lender test: the balance is {when}, it must be by year {words.number(years)}"
        ledger.check("lender", "recovery", name).holds(loan.recovered is not None and loan.recovered <= years, text)


def _check_benefit(reading: Reading, funded: Funded, loan: Loan, terms: Record, ledger: Ledger) -> None:
    name, called = funded.name, reading.settings.finance
    assert called is not None
    least, content = exact(terms["min_japan_content_share"]), exact(funded.row["japan_content_share"])
    text = (
        f"{name} fails the lender test: {words.number(content)} of it is {called.content}, "
        f"at least {words.number(least)} is asked"
    )
    ledger.check("lender", "content", name).holds(content >= least - CLOSE, text, found=content, limit=least)
    column_given = "min_japan_npv" in reading.instance["terms"].cells
    least_npv = exact_or_none(terms["min_japan_npv"]) if column_given else ZERO
    if least_npv is not None:
        tested = _tested(funded)
        found = loan.japan_npv * tested
        text = (
            f"{name} fails the lender test: {called.lender}'s net present value is {reading.money(found)}, "
            f"at least {reading.money(least_npv)} is asked"
        )
        enough = found >= least_npv - CLOSE * funded.full_commitment * tested
        ledger.check("lender", "the lender's net present value", name).holds(enough, text, found=found, limit=least_npv)


def _tested(funded: Funded) -> Fraction:
    """Return how many units of scale the lender looks at: 1; of a step so many that they ask for all at its end."""
    if funded.row["to_scale"] is None or not funded.full_commitment:
        return Fraction(1)
    return exact(funded.row["commitment"]) * funded.prices / funded.full_commitment
