"""The funds: is every commitment paid, by those that may pay it and can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ONE, ZERO, exact, exact_or_none, exact_sum
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded, inside

FAMILY = "funds"
#: (fund, project) -> money.
Payments: TypeAlias = Mapping[tuple[str, str], Fraction]
#: The funded options that one fund pays for, with the money.
Paid: TypeAlias = Sequence[tuple[Funded, Fraction]]


def check_funds(reading: Reading, funded: Sequence[Funded], payments: Payments, ledger: Ledger) -> None:
    """Check each commitment's payments, then each fund's ceilings; nothing without funds or with the family off."""
    if not reading.funds or not reading.instance.is_on(FAMILY):
        return
    _check_known(funded, payments, ledger)
    for option in funded:
        eligible = [fund for fund, row in reading.funds.items() if _is_eligible(reading, fund, row, option)]
        _check_coverage(reading, option, eligible, payments, ledger)
        _check_shares(reading, option, eligible, payments, ledger)
        _check_amounts(reading, option, payments, ledger)
        _check_matches(reading, option, payments, ledger)
    committed = exact_sum(option.commitment for option in funded)
    for fund, row in reading.funds.items():
        paid = [(option, payments.get((fund, option.project), ZERO)) for option in funded]
        paid = [(option, amount) for option, amount in paid if amount]
        now = [(option, amount) for option, amount in paid if option.selection >= 0]
        _check_total(reading, fund, row, now, ledger)
        _check_to_date(reading, fund, now, ledger)
        _check_years(reading, fund, row, paid, ledger)
        _check_portfolio(reading, fund, paid, committed, ledger)


def _is_eligible(reading: Reading, fund: str, row: Record, option: Funded) -> bool:
    if row["listed_only"] and (option.project, fund) not in reading.fund_amounts:
        return False
    return all(
        not row[column] or option.project_row[attribute] in row[column]  # type: ignore[operator]
        for column, attribute in (("eligible_sectors", "sector"), ("eligible_regions", "region"))
    )


def _check_known(funded: Sequence[Funded], payments: Payments, ledger: Ledger) -> None:
    projects = {option.project for option in funded}
    for (fund, project), paid in payments.items():
        if project not in projects:
            text = f"{words.name(fund)} pays {words.number(paid)} for {words.name(project)}, which is not funded"
            where = f"{words.name(fund)}, {words.name(project)}"
            ledger.check(FAMILY, "only funded projects are paid", where).at_most(paid, ZERO, text)


def _check_coverage(
    reading: Reading, option: Funded, eligible: Sequence[str], payments: Payments, ledger: Ledger
) -> None:
    if option.full_commitment > 0:
        least = exact_sum(exact(reading.funds[fund]["min_share"]) for fund in eligible)
        most = exact_sum(exact(reading.funds[fund]["max_share"]) for fund in eligible)
        text = (
            f"{option.name} asks for money, but the funds that may pay for it can bear only "
            f"{words.number(least)} to {words.number(most)} of it"
            if eligible
            else f"{option.name} asks for money, but no fund may pay for it"
        )
        ledger.check(FAMILY, "there are funds that may pay", option.name).holds(least <= ONE <= most, text)
    paid = exact_sum(payments.get((fund, option.project), ZERO) for fund in eligible)
    text = f"{option.name} asks for {reading.money(option.commitment)}, its funds pay {reading.money(paid)}"
    ledger.check(FAMILY, "every commitment is paid", option.name).equal(paid, option.commitment, text)


def _check_shares(
    reading: Reading, option: Funded, eligible: Sequence[str], payments: Payments, ledger: Ledger
) -> None:
    for fund, row in reading.funds.items():
        paid, where = payments.get((fund, option.project), ZERO), f"{words.name(fund)}, {option.name}"
        pays = f"{words.name(fund)} pays {reading.money(paid)} for {option.name}"
        if fund not in eligible:
            text = f"{pays}, which it may not pay for"
            ledger.check(FAMILY, "only eligible projects are paid", where).at_most(paid, ZERO, text)
            continue
        least, most = (exact(row[column]) * option.commitment for column in ("min_share", "max_share"))
        ledger.check(FAMILY, "least share", where).at_least(
            paid, least, f"{pays}, its least share is {words.number(least)}", size=option.commitment
        )
        text = f"{pays}, its greatest share is {words.number(most)}"
        ledger.check(FAMILY, "greatest share", where).at_most(paid, most, text, size=option.commitment)


def _check_amounts(reading: Reading, option: Funded, payments: Payments, ledger: Ledger) -> None:
    """Check what each fund may and must pay for the project, whatever its scale."""
    for fund in reading.funds:
        row = reading.fund_amounts.get((option.project, fund))
        if row is None or not option.full_commitment:
            continue
        paid, where = payments.get((fund, option.project), ZERO), f"{words.name(fund)}, {option.name}"
        pays = f"{words.name(fund)} pays {reading.money(paid)} for {option.name}"
        least, most = exact(row["min"]), exact_or_none(row["max"])
        text = f"{pays}, at least {words.number(least)} is due"
        ledger.check(FAMILY, "least amount for the project", where).at_least(paid, least, text)
        if most is not None:
            text = f"{pays}, at most {words.number(most)} is granted"
            ledger.check(FAMILY, "greatest amount for the project", where).at_most(paid, most, text)


def _check_matches(reading: Reading, option: Funded, payments: Payments, ledger: Ledger) -> None:
    """Check that a matching fund pays no more than its share of what the others pay."""
    for fund, row in reading.funds.items():
        match = exact_or_none(row["match_share"])
        if match is not None:
            paid = payments.get((fund, option.project), ZERO)
            others = exact_sum(payments.get((other, option.project), ZERO) for other in reading.funds if other != fund)
            text = (
                f"{words.name(fund)} pays {reading.money(paid)} for {option.name}, the others pay "
                f"{reading.money(others)}, of which it matches {words.number(match * others)}"
            )
            check = ledger.check(FAMILY, "matching share", f"{words.name(fund)}, {option.name}")
            check.at_most(paid, match * others, text, size=option.commitment)


def _size(paid: Paid) -> Fraction:
    """Return the largest commitment that a fund pays for, wholly or in part."""
    return max((option.commitment for option, _ in paid), default=ZERO)


def _check_total(reading: Reading, fund: str, row: Record, paid: Paid, ledger: Ledger) -> None:
    total = exact_or_none(row["total"])
    if total is not None:
        found = exact_sum(amount for _, amount in paid)
        text = f"{words.name(fund)} pays {reading.money(found)} in all, its total is {words.number(total)}"
        ledger.check(FAMILY, "total of the fund", words.name(fund)).at_most(found, total, text, size=_size(paid))


def _check_to_date(reading: Reading, fund: str, paid: Paid, ledger: Ledger) -> None:
    """Check the dated ceiling; a sum to date that has not changed since the row before is told once."""
    if not reading.is_dated(fund):
        return
    told: tuple[Fraction, Fraction] | None = None
    for period, level in enumerate(reading.available(fund)):
        if level is not None:
            found = exact_sum(amount for option, amount in paid if option.selection <= period)
            label = reading.label(period)
            check = ledger.check(FAMILY, "dated ceiling of the fund", f"{words.name(fund)}, {label}")
            if (found, level) != told:
                text = (
                    f"{words.name(fund)} pays {reading.money(found)} up to {label}, {words.number(level)} are available"
                )
                check.at_most(found, level, text, size=_size(paid))
            told = (found, level)


def _check_years(reading: Reading, fund: str, row: Record, paid: Paid, ledger: Ledger) -> None:
    limit = exact_or_none(row["per_year"])
    if limit is None:
        return
    drawn: dict[int, Fraction] = {}
    for option, amount in paid:
        for period in inside(reading, range(option.start, option.operation)):
            drawn[period] = drawn.get(period, ZERO) + amount * option.draw_weights[period - option.start]
    for year in reading.years:
        found = exact_sum(drawn.get(period, ZERO) for period in year)
        label = f"the year from {reading.label(year.start)}"
        text = f"{words.name(fund)} pays {reading.money(found)} in {label}, its yearly limit is {words.number(limit)}"
        where = f"{words.name(fund)}, {reading.label(year.start)}"
        ledger.check(FAMILY, "yearly limit of the fund", where).at_most(found, limit, text, size=_size(paid))


def _check_portfolio(reading: Reading, fund: str, paid: Paid, committed: Fraction, ledger: Ledger) -> None:
    found = exact_sum(amount for _, amount in paid)
    row = reading.funds[fund]
    least, most = exact_or_none(row["portfolio_min_share"]), exact_or_none(row["portfolio_max_share"])
    pays = f"{words.name(fund)} pays {reading.money(found)} of {reading.money(committed)} committed in all"
    if least is not None:
        text = f"{pays}, its least share of the portfolio is {words.number(least)}"
        check = ledger.check(FAMILY, "least share of the portfolio", words.name(fund))
        check.at_least(found, least * committed, text, size=committed)
    if most is not None:
        text = f"{pays}, its greatest share of the portfolio is {words.number(most)}"
        check = ledger.check(FAMILY, "greatest share of the portfolio", words.name(fund))
        check.at_most(found, most * committed, text, size=committed)
