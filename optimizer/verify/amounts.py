"""What the plan buys, moves, imports, pays and leaves short: read exactly, and within its own bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from outlay.instances.plan import Plan
from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ZERO, exact, exact_or_none, finite, whole
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger

#: (name, period) -> amount.
ByPeriod = dict[tuple[str, int], Fraction]


class Cancelled(NamedTuple):
    """A selection that is given up: whose, when it was made, what that costs and what it used of `selections`."""

    project: str
    period: int
    fee: Fraction
    load: Fraction


@dataclass(frozen=True)
class Amounts:
    """The amounts of a plan that name things that exist, as exact numbers.

    Attributes
    ----------
    purchases, flows, imports, shortfalls
        By program, link or resource, and period.
    payments
        By fund and project.
    cancelled
        What was selected and is given up.
    """

    purchases: ByPeriod
    flows: ByPeriod
    imports: ByPeriod
    shortfalls: ByPeriod
    payments: dict[tuple[str, str], Fraction]
    cancelled: tuple[Cancelled, ...] = ()


def read_amounts(reading: Reading, plan: Plan, ledger: Ledger) -> Amounts:
    """Return the amounts that make sense; each of the others is a violation and counts no further."""
    return Amounts(
        purchases=_by_period(reading, plan.purchases, _Subject("programs", "program", reading.programs), ledger),
        flows=_by_period(reading, plan.flows, _Subject("links", "link", reading.links), ledger),
        imports=_by_period(reading, plan.imports, _Subject("imports", "resource", reading.resources), ledger),
        shortfalls=_by_period(reading, plan.shortfalls, _Subject("shortfalls", "resource", reading.resources), ledger),
        payments=_payments(reading, plan.payments, ledger),
    )


class _Subject(NamedTuple):
    """What a kind of amounts is entered under, and the names it may use."""

    family: str
    noun: str
    known: Collection[str]

    def exists(self, name: object, where: str, ledger: Ledger) -> bool:
        text = f"{self.family} of {where}: there is no {self.noun} {words.name(name)}"
        return ledger.check(self.family, f"the {self.noun} exists", where).holds(name in self.known, text)


def _by_period(reading: Reading, given: Mapping[Any, object], subject: _Subject, ledger: Ledger) -> ByPeriod:
    found: ByPeriod = {}
    for key, value in given.items():
        name, period = _pair(key)
        number = whole(period)
        inside = number is not None and 0 <= number < reading.periods
        where = f"{words.name(name)}, {reading.label(number) if number is not None and inside else words.name(period)}"
        text = f"{subject.family} of {where}: periods are the whole numbers 0 to {reading.periods - 1}"
        exists = subject.exists(name, where, ledger)
        exists &= ledger.check(subject.family, "the period exists", where).holds(inside, text)
        amount = _amount(value, subject.family, where, ledger)
        if exists and amount is not None and number is not None:
            found[name, number] = found.get((name, number), ZERO) + amount
    return found


def _payments(reading: Reading, given: Mapping[Any, object], ledger: Ledger) -> dict[tuple[str, str], Fraction]:
    funds, projects = _Subject("funds", "fund", reading.funds), _Subject("funds", "project", reading.projects)
    found: dict[tuple[str, str], Fraction] = {}
    for key, value in given.items():
        fund, project = _pair(key)
        where = f"{words.name(fund)}, {words.name(project)}"
        exists = funds.exists(fund, where, ledger)
        exists &= projects.exists(project, where, ledger)
        amount = _amount(value, "funds", where, ledger)
        if exists and amount is not None:
            found[fund, project] = amount
    return found


def _pair(key: Any) -> tuple[Any, Any]:
    """Return the two parts of a key; one that has not two is taken for a name without a second part."""
    return key if isinstance(key, tuple) and len(key) == 2 else (key, None)


def _amount(value: object, family: str, where: str, ledger: Ledger) -> Fraction | None:
    amount = finite(value)
    text = f"{family} of {where}: {words.name(value)} is no finite number"
    ledger.check(family, "amounts are finite numbers", where).holds(amount is not None, text)
    if amount is not None:
        text = f"{family} of {where}: {words.number(amount)} is negative"
        ledger.check(family, "amounts are not negative", where).at_least(amount, ZERO, text)
    return amount


def check_amounts(reading: Reading, amounts: Amounts, ledger: Ledger) -> None:
    """Check purchases, flows and imports against their own ceilings."""
    _check_purchases(reading, amounts.purchases, ledger)
    _check_flows(reading, amounts.flows, ledger)
    _check_imports(reading, amounts.imports, ledger)


def _check_purchases(reading: Reading, purchases: ByPeriod, ledger: Ledger) -> None:
    for program, row in reading.programs.items():
        least = exact(row["min_per_period"])
        for period in range(reading.periods) if least else ():
            bought, label = purchases.get((program, period), ZERO), reading.label(period)
            found = reading.units(str(row["resource"]), bought)
            text = f"{words.name(program)} in {label}: {found} are bought, at least {words.number(least)} are due"
            check = ledger.check("programs", "least bought in a period", f"{words.name(program)}, {label}")
            check.at_least(bought, least, text)
    totals: dict[str, Fraction] = {}
    for (program, period), bought in purchases.items():
        totals[program] = totals.get(program, ZERO) + bought
        row, label = reading.programs[program], reading.label(period)
        most = exact_or_none(row["max_per_period"])
        if most is not None:
            text = f"{words.name(program)} in {label}: {_more(reading, row['resource'], bought, 'bought', most)}"
            check = ledger.check("programs", "most bought in a period", f"{words.name(program)}, {label}")
            check.at_most(bought, most, text)
    for program, bought in totals.items():
        row = reading.programs[program]
        most = exact_or_none(row["max_total"])
        if most is not None:
            text = f"{words.name(program)} in all: {_more(reading, row['resource'], bought, 'bought', most)}"
            ledger.check("programs", "most bought in all", words.name(program)).at_most(bought, most, text)


def _check_flows(reading: Reading, flows: ByPeriod, ledger: Ledger) -> None:
    for (link, period), flow in flows.items():
        row, label = reading.links[link], reading.label(period)
        capacity = exact_or_none(row["capacity"])
        if capacity is not None:
            text = f"{words.name(link)} in {label}: {_more(reading, row['from_resource'], flow, 'moved', capacity)}"
            check = ledger.check("links", "capacity of the link", f"{words.name(link)}, {label}")
            check.at_most(flow, capacity, text)


def _check_imports(reading: Reading, imports: ByPeriod, ledger: Ledger) -> None:
    for (resource, period), imported in imports.items():
        most = reading.imports[resource][0][period] if resource in reading.imports else ZERO
        if most is not None:
            label, name = reading.label(period), reading.resource_words(resource)
            text = f"{name} in {label}: {_more(reading, resource, imported, 'imported', most)}"
            check = ledger.check("imports", "most imported in a period", f"{words.name(resource)}, {label}")
            check.at_most(imported, most, text)


def _more(reading: Reading, resource: object, found: Fraction, verb: str, most: Fraction) -> str:
    return f"{reading.units(str(resource), found)} are {verb}, at most {words.number(most)} can be"


def purchase_cost(reading: Reading, program: str, bought: Fraction) -> Fraction:
    """Return what units of a program cost, undiscounted."""
    return bought * exact(reading.programs[program]["cost_per_unit"])


def costs_by_period(reading: Reading, amounts: Amounts) -> list[Fraction]:
    """Return the metric `cost` of each period: programs, links, imports, cancellations and penalties."""
    costs = [ZERO] * reading.periods
    for _, _, period, cost in costs_of(reading, amounts):
        costs[period] += cost
    months = reading.months
    return [cost * reading.worth("cost", months * period) if cost else cost for period, cost in enumerate(costs)]


def worth_by_period(reading: Reading, amounts: Amounts) -> list[Fraction]:
    """Return what programs add to the metric `value` in each period, discounted from it."""
    worth = [ZERO] * reading.periods
    for (program, period), bought in amounts.purchases.items():
        each = exact(reading.programs[program]["value_per_unit"])
        worth[period] += bought * each * reading.worth("value", reading.months * period)
    return worth


def costs_of(reading: Reading, amounts: Amounts) -> Iterator[tuple[str, str, int, Fraction]]:
    """Yield what makes up the metric `cost`: kind, name, period, money of that period."""
    for (program, period), bought in amounts.purchases.items():
        yield "program", program, period, purchase_cost(reading, program, bought)
    for (link, period), flow in amounts.flows.items():
        yield "link", link, period, flow * exact(reading.links[link]["cost_per_unit"])
    for (resource, period), imported in amounts.imports.items():
        premium = reading.imports[resource][1][period] if resource in reading.imports else None
        yield "import", resource, period, imported * (premium or ZERO)
    for one in amounts.cancelled:
        yield "cancellation", one.project, one.period, one.fee
    for (resource, period), missing in amounts.shortfalls.items():
        yield "shortfall", resource, period, missing * exact(reading.resources[resource]["penalty"])
