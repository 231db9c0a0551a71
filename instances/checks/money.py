"""Checks of money: loans, the metrics that need one, profiles of spending, prices, and funds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import EXACT, NotANumber, number_text
from outlay.instances.values.profiles import profile_shares
from outlay.instances.values.text import did_you_mean

#: Metrics that exist only where a loan is modelled.
LOAN_METRICS = frozenset({"us_npv", "japan_npv"})


def loans(scope: Scope) -> Iterator[Fault]:
    """Yield alternatives without terms or life where a loan is modelled."""
    settings = scope.instance.settings.finance
    if settings is None:
        return
    if settings.terms is not None and settings.terms not in scope.ids("terms"):
        hint = did_you_mean(settings.terms, scope.ids("terms"))
        yield scope.settings_fault("finance.terms", settings.terms, "there is no such row in terms", hint)
    merged = scope.instance.alternatives
    columns = (merged.raw(name) for name in ("project", "alternative", "terms", "life_years"))
    for project, name, terms, life in zip(*columns, strict=True):
        if terms is None and settings.terms is None:
            yield from _missing(scope, (project, name), "terms", "it has no loan terms", "give terms, or finance.terms")
        if life is None:
            yield from _missing(scope, (project, name), "life_years", "a loan needs years of operation", "give them")


def _missing(scope: Scope, who: tuple[Cell, Cell], column: str, problem: str, remedy: str) -> Iterator[Fault]:
    """Yield a fault of an alternative, where it or its project stands, unless a cell that it may inherit is wrong."""
    places = [
        (table, scope.instance[table].index.get(key)) for table, key in (("alternatives", who), ("projects", who[:1]))
    ]
    faults = [
        replace(scope.fault(table, row, column, problem, remedy), value="@".join(map(str, who)))
        for table, row in places
        if row is not None
    ]
    if not any(map(scope.is_doubtful, faults)):
        yield from faults[:1]


def profiles(scope: Scope) -> Iterator[Fault]:
    """Yield profiles that are no shares, do not add up to 1, or do not fit the time of building."""
    merged = scope.instance.alternatives
    columns = (merged.raw(name) for name in ("project", "alternative", "profile", "construction_months"))
    for project, name, profile, months in zip(*columns, strict=True):
        problem = None if profile is None else _profile_problem(scope.instance, str(profile), months)
        if problem is not None:
            yield from _missing(scope, (project, name), "profile", *problem)


def _profile_problem(instance: Instance, profile: str, months: Cell) -> tuple[str, str] | None:
    """Return (problem, remedy) of a profile, or None if it is right."""
    try:
        shares = profile_shares(profile)
    except NotANumber as problem:
        return f"'{profile}' is no profile: {problem}", "write shares separated by ;, such as 0.2;0.5;0.3"
    total = reduce(EXACT.add, shares)
    if total != 1:
        return f"the shares of '{profile}' add up to {number_text(total)}", "let them add up to 1"
    size = instance.months_per_period
    periods = math.ceil(Fraction(months) / size) if isinstance(months, Decimal) else 1
    lengths = {periods: f"{periods} (one for each period of building)"}
    if instance.periods_per_year is not None:
        years = math.ceil(Fraction(periods, instance.periods_per_year))
        lengths.setdefault(years, f"{years} (one for each year of it)")
    if len(shares) in lengths:
        return None
    return f"'{profile}' has {len(shares)} shares", f"give {' or '.join(lengths.values())}"


#: No commitment may grow to more than the schema admits.
LARGEST = 10.0**15


def escalation(scope: Scope) -> Iterator[Fault]:
    """Yield commitments that grow beyond all numbers."""
    instance, merged = scope.instance, scope.instance.alternatives
    years = instance.months_of_prices(instance.periods - 1) / 12
    columns = (merged.raw(name) for name in ("project", "alternative", "escalation_per_year", "commitment"))
    for project, name, rate, commitment in zip(*columns, strict=True):
        if not isinstance(rate, Decimal) or not rate or not isinstance(commitment, Decimal):
            continue
        who = (project, name)
        if commitment and years * math.log1p(rate) + math.log(commitment) > math.log(LARGEST):
            problem = f"the commitment of {commitment} grows beyond {LARGEST:.0e} within the calendar"
            yield from _missing(scope, who, "escalation_per_year", problem, "use a lower rate or a shorter calendar")


def value_discount(scope: Scope) -> Iterator[Fault]:
    """Yield a discount of value without a rate."""
    settings = scope.instance.settings
    if settings.value_discount and "value" not in settings.discount_rates:
        remedy = "give discount_rates.value (0 is allowed), or leave value_discount out"
        yield scope.settings_fault("value_discount", True, "there is no rate to discount value by", remedy)


def loan_metrics(scope: Scope) -> Iterator[Fault]:
    """Yield what weighs, limits or adds to a metric of the loan where none is modelled."""
    instance = scope.instance
    if instance.settings.finance is not None:
        return
    problem, remedy = "no loan is modelled", "add [finance], or name another metric"
    weights = instance["stakeholders"].raw("weight")
    for table, column in (
        ("limits", "metric"),
        ("limits", "of"),
        ("dependencies", "metric"),
        ("stakeholders", "metric"),
    ):
        for row, cell in enumerate(instance[table].raw(column)):
            if cell in LOAN_METRICS and (table != "stakeholders" or weights[row]):
                yield scope.fault(table, row, column, problem, remedy)
    if isinstance(instance.settings.objective, str):
        return
    weighed = {name for level in instance.objective_levels for name, weight in level.weights.items() if weight}
    for name in sorted(weighed & LOAN_METRICS):
        yield scope.settings_fault(f"objective.{name}", None, problem, remedy)


def fund_shares(scope: Scope) -> Iterator[Fault]:
    """Yield funds whose least share exceeds the greatest."""
    for row, record in enumerate(scope.instance["funds"].records()):
        for low, high in (("min_share", "max_share"), ("portfolio_min_share", "portfolio_max_share")):
            least, greatest = record[low], record[high]
            if isinstance(least, Decimal) and isinstance(greatest, Decimal) and least > greatest:
                yield scope.fault("funds", row, low, f"it exceeds {high} ({greatest})", "swap them")


def weight_bounds(scope: Scope) -> Iterator[Fault]:
    """Yield weights of stakeholders that lie outside of their own bounds."""
    for row, record in enumerate(scope.instance["stakeholders"].records()):
        weight, low, high = record["weight"], record["low"], record["high"]
        if isinstance(weight, Decimal) and isinstance(low, Decimal) and low > weight:
            yield scope.fault("stakeholders", row, "low", f"it exceeds the weight ({weight})", "lower it")
        if isinstance(weight, Decimal) and isinstance(high, Decimal) and high < weight:
            yield scope.fault("stakeholders", row, "high", f"it is below the weight ({weight})", "raise it")


def fund_amounts(scope: Scope) -> Iterator[Fault]:
    """Yield amounts that contradict each other, and those for projects that the fund may not pay for."""
    projects, funds = scope.instance["projects"], scope.instance["funds"]
    for row, record in enumerate(scope.instance["fund_amounts"].records()):
        least, greatest = record["min"], record["max"]
        if isinstance(least, Decimal) and isinstance(greatest, Decimal) and least > greatest:
            yield scope.fault("fund_amounts", row, "min", f"it exceeds max ({greatest})", "swap them")
        fund, project = funds.index.get((record["fund"],)), projects.index.get((record["project"],))
        if fund is None or project is None:
            continue
        for column, own in (("eligible_sectors", "sector"), ("eligible_regions", "region")):
            allowed, mine = funds.column(column)[fund], projects.column(own)[project]
            if isinstance(allowed, tuple) and allowed and mine not in allowed:
                problem = f"{record['fund']} may not pay for this project: its {own} is not in {column}"
                yield scope.fault("fund_amounts", row, "project", problem, "delete the row, or change the fund")
