"""The resources: does each have enough, in every period, year or to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import accumulate
from typing import Literal, TypeAlias

from outlay.optimizer.verify import words
from outlay.optimizer.verify.amounts import Amounts, purchase_cost
from outlay.optimizer.verify.exact import ONE, ZERO, exact, exact_or_none, growth
from outlay.optimizer.verify.reading import Reading, Record
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.schedule import Funded
from outlay.optimizer.verify.use import supplies, uses

Column: TypeAlias = Literal["used", "given", "arriving"]
#: (resource, period of a row).
Key: TypeAlias = tuple[str, int]


@dataclass
class Balance:
    """What is taken from a resource and given to it, period by period.

    Attributes
    ----------
    used
        Use by projects and as capacity of links, outflow, and the cost of programs that count against the cap.
    given
        Supply by projects, imports and inflow.
    arriving
        Bought units by the period in which their lead has passed; they stay.
    """

    used: dict[int, Fraction] = field(default_factory=dict)
    given: dict[int, Fraction] = field(default_factory=dict)
    arriving: dict[int, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One condition of a resource.

    Attributes
    ----------
    resource
        The resource.
    period
        The period whose level is its limit, until which bought units must have arrived, and under which its shortfall
        is listed.
    first, last
        First and last period that it sums over.
    label
        Its time in words.
    """

    resource: str
    period: int
    first: int
    last: int
    label: str

    def where(self, reading: Reading) -> str:
        """Return resource and period, for machines."""
        return f"{words.name(self.resource)}, {reading.label(self.period)}"


def check_resources(reading: Reading, funded: Sequence[Funded], amounts: Amounts, ledger: Ledger) -> None:
    """Check every row of every resource whose family is on, and the shortfalls of soft ones."""
    balances = balances_of(reading, funded, amounts)
    rows_with_shortfall: set[Key] = set()
    for resource in reading.resources:
        if reading.instance.is_on(reading.instance.family_of(resource)):
            rows_with_shortfall |= _check_rows(reading, resource, balances[resource], amounts, ledger)
    for (resource, period), missing in amounts.shortfalls.items():
        if (resource, period) not in rows_with_shortfall:
            where = f"{words.name(resource)}, {reading.label(period)}"
            text = f"shortfall of {where}: {words.number(missing)} units are left short, but no soft row stands there"
            ledger.check("shortfalls", "shortfalls belong to soft rows", where).at_most(missing, ZERO, text)


class Balances(dict[str, Balance]):
    """The balance of every resource; what narrower resources use and get counts in the wider ones too."""

    def __init__(self, reading: Reading) -> None:
        super().__init__((resource, Balance()) for resource in reading.resources)
        self._lineage = reading.lineage

    def enter(self, column: Column, resource: str, period: int, amount: Fraction, *, wider: bool = True) -> None:
        """Add an amount to a column of a resource and, unless `wider` is off, of the wider resources that hold it."""
        for name in self._lineage.get(resource, ()) if wider else (resource,):
            periods: dict[int, Fraction] = getattr(self[name], column)
            periods[period] = periods.get(period, ZERO) + amount


def balances_of(reading: Reading, funded: Sequence[Funded], amounts: Amounts) -> Balances:
    """Return what is taken from every resource and given to it, period by period."""
    balances = Balances(reading)
    for option in funded:
        for entry in uses(reading, option):
            balances.enter("used", *entry)
        for entry in supplies(reading, option):
            balances.enter("given", *entry)
    for one in amounts.cancelled:
        balances.enter("used", "selections", one.period, one.load)
    for (resource, period), imported in amounts.imports.items():
        balances.enter("given", resource, period, imported)
    _enter_flows(reading, amounts, balances)
    _enter_purchases(reading, amounts, balances)
    return balances


def _enter_flows(reading: Reading, amounts: Amounts, balances: Balances) -> None:
    """Enter flows in and out at their own resources only, and as a use of the capacity they take."""
    for (link, period), flow in amounts.flows.items():
        row = reading.links[link]
        balances.enter("used", str(row["from_resource"]), period, flow, wider=False)
        balances.enter("given", str(row["to_resource"]), period, flow * (ONE - exact(row["loss"])), wider=False)
        if row["capacity_resource"] is not None:
            balances.enter("used", str(row["capacity_resource"]), period, flow)


def _enter_purchases(reading: Reading, amounts: Amounts, balances: Balances) -> None:
    """Enter bought units where their lead has passed, and costs that count against the cap where they fall."""
    for (program, period), bought in amounts.purchases.items():
        row = reading.programs[program]
        if row["resource"] is not None:
            balances.enter("arriving", str(row["resource"]), period + reading.periods_up(row["lead_months"]), bought)
        if row["counts_against_cap"]:
            for filled in ("commitments", "draws"):
                balances.enter("used", filled, period, purchase_cost(reading, program, bought))


def _rows(reading: Reading, resource: str) -> list[Row]:
    basis = reading.resources[resource]["basis"]
    if basis == "per_year":
        return [
            Row(resource, year.start, year.start, year.stop - 1, _year_label(reading, year)) for year in reading.years
        ]
    if basis == "cumulative":
        return [Row(resource, period, 0, period, f"up to {reading.label(period)}") for period in range(reading.periods)]
    return [Row(resource, period, period, period, f"in {reading.label(period)}") for period in range(reading.periods)]


def _year_label(reading: Reading, year: range) -> str:
    first, last = reading.label(year.start), reading.label(year.stop - 1)
    return f"in {first}" if first == last else f"in {first} to {last}"


def _check_rows(reading: Reading, resource: str, balance: Balance, amounts: Amounts, ledger: Ledger) -> set[Key]:
    """Check the rows of one resource and return those that may have a shortfall.

    A sum to date that has not changed since the row before is told once.
    """
    row, levels = reading.resources[resource], reading.available(resource)
    family, soft = reading.instance.family_of(resource), row["penalty"] is not None
    used, given = _Within(balance.used, reading.periods), _Within(balance.given, reading.periods)
    arrived = _Within(balance.arriving, reading.periods)
    found: set[Key] = set()
    told: tuple[Fraction, Fraction, Fraction] | None = None
    carried = ZERO
    for condition in _rows(reading, resource):
        level, key = levels[condition.period], (resource, condition.period)
        if level is None:
            carried = ZERO
            continue
        missing = amounts.shortfalls.get(key, ZERO) if soft else ZERO
        if soft:
            found.add(key)
            _check_shortfall(reading, condition, level, missing, ledger)
        taken = used.sum(condition.first, condition.last)
        offered = given.sum(condition.first, condition.last)
        more = (offered, arrived.sum(0, condition.period), missing, carried)
        limit = sum((amount for amount in more if amount), start=level)  # mostly there is nothing to add
        check = ledger.check(family, f"{row['basis']} limit", condition.where(reading))
        if row["basis"] != "cumulative" or (taken, limit, level) != told:
            check.at_most(taken, limit, partial(_too_much, reading, condition, taken, limit))
        told = (taken, limit, level)
        carried = carried_over(reading, row, level, limit - taken)
    return found


def carried_over(reading: Reading, row: Record, level: Fraction, left: Fraction) -> Fraction:
    """Return the most that what is left may be in the next period or year, with its interest."""
    if not row["carry_over_share"]:  # nearly all resources, in each of their rows
        return ZERO
    share, most = exact(row["carry_over_share"]), exact_or_none(row["carry_over_max"])
    ceilings = [share * left, *([] if most is None else [most]), *([share * level] if row["carry_over_once"] else [])]
    months = 12 if row["basis"] == "per_year" else reading.months
    return max(ZERO, min(ceilings)) * growth(exact(row["carry_over_interest"]), months)


def _too_much(reading: Reading, row: Row, taken: Fraction, limit: Fraction) -> str:
    units = reading.units(row.resource, taken)
    return f"{reading.resource_words(row.resource)} {row.label}: {units} are used, {words.number(limit)} are available"


def _check_shortfall(reading: Reading, row: Row, level: Fraction, missing: Fraction, ledger: Ledger) -> None:
    tolerance = exact_or_none(reading.resources[row.resource]["tolerance"])
    if tolerance is None:
        return
    limit = tolerance * level
    text = (
        f"{reading.resource_words(row.resource)} {row.label}: {reading.units(row.resource, missing)} are left short, "
        f"at most {words.number(limit)} may be"
    )
    check = ledger.check(reading.instance.family_of(row.resource), "tolerated shortfall", row.where(reading))
    check.at_most(missing, limit, text)


class _Within:
    """Sums of amounts by period; of one period the amount itself, so that fractions stay as short as they are."""

    def __init__(self, periods: dict[int, Fraction], horizon: int) -> None:
        self._periods, self._horizon = periods, horizon

    @cached_property
    def _to_date(self) -> list[Fraction]:
        """Item t is what periods 0..t-1 hold."""
        periods = (self._periods.get(period, ZERO) for period in range(self._horizon))
        return list(accumulate(periods, initial=ZERO))

    def sum(self, first: int, last: int) -> Fraction:
        """Return what the periods from the first to the last hold together."""
        if not self._periods:
            return ZERO
        if first == last:
            return self._periods.get(first, ZERO)
        return self._to_date[last + 1] - self._to_date[first] if first else self._to_date[last + 1]
