"""A plan at its instance, exactly: what it has used, given and earned, for what is left of it to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from outlay.instances.dictionary.projects import UNDER_WAY
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.instances.values.numbers import DIGITS_AFTER_POINT
from outlay.optimizer.verify.amounts import Amounts, read_amounts
from outlay.optimizer.verify.choice import read_choices
from outlay.optimizer.verify.dependencies import with_savings
from outlay.optimizer.verify.metrics import Scores, compute_scores
from outlay.optimizer.verify.money import compute_loans
from outlay.optimizer.verify.reading import Reading
from outlay.optimizer.verify.report import Ledger
from outlay.optimizer.verify.resources import Balances, balances_of, carried_over
from outlay.optimizer.verify.schedule import Funded

_FIFTEEN_DIGITS = Context(prec=15)
ZERO = Fraction(0)


def rounded(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of 15 digits, of which none is beyond those that a cell may have.

    Examples
    --------
    >>> rounded(Fraction(1, 3)), rounded(Fraction(5, 2))
    (Decimal('0.333333333333333'), Decimal('2.5'))
    >>> rounded(Fraction(1, 3 * 10**17))
    Decimal('3.333333333333E-18')
    """
    found = _FIFTEEN_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    if found == found.to_integral_value():
        return found.quantize(Decimal(1))
    places = min(DIGITS_AFTER_POINT, -int(found.as_tuple().exponent))
    return found.quantize(Decimal(1).scaleb(-places))


@dataclass(frozen=True)
class Stock:
    """A plan and its instance, read by the verifier's own code; what is wrong with the plan is not its matter."""

    instance: Instance
    plan: Plan

    @cached_property
    def reading(self) -> Reading:
        """The instance, indexed."""
        return Reading(self.instance)

    @cached_property
    def funded(self) -> tuple[Funded, ...]:
        """The funded options."""
        return with_savings(self.reading, read_choices(self.reading, self.plan, Ledger(ZERO)))

    @cached_property
    def amounts(self) -> Amounts:
        """Purchases, flows, imports, payments and shortfalls."""
        return read_amounts(self.reading, self.plan, Ledger(ZERO))

    @cached_property
    def balances(self) -> Balances:
        """What is taken from each resource and given to it, by period."""
        return balances_of(self.reading, self.funded, self.amounts)

    @cached_property
    def scores(self) -> Scores:
        """Every metric."""
        return compute_scores(self.reading, self.funded, compute_loans(self.reading, self.funded), self.amounts)

    def levels_after(self, resource: str, periods: int) -> list[Fraction | None]:
        """Return the levels of a resource that are left, by period from so many on; None where there is no limit.

        Of a cumulative resource what was used before is taken off; units bought before serve on; what was carried over
        into the first period is added there.
        """
        row, levels = self.reading.resources[resource], self.reading.available(resource)
        balance, cumulative = self.balances[resource], row["basis"] == "cumulative"
        taken = _before(balance.used, periods) - _before(balance.given, periods) if cumulative else ZERO
        found: list[Fraction | None] = []
        for period in range(periods, self.reading.periods):
            level = levels[period]
            arrived = sum((self._from_before(resource, at, periods) for at in range(period + 1)), ZERO)
            found.append(None if level is None else level + arrived - taken)
        if found and found[0] is not None and row["carry_over_share"]:
            found[0] += self._carried_into(resource, periods)
        return found

    def _from_before(self, resource: str, period: int, periods: int) -> Fraction:
        """Return the units that arrive in a period and were bought in the first so many."""
        total = ZERO
        for (program, bought), amount in self.amounts.purchases.items():
            row = self.reading.programs[program]
            lead = self.reading.periods_up(row["lead_months"])
            line = self.reading.lineage.get(str(row["resource"]), ())
            if bought < periods and bought + lead == period and resource in line:
                total += amount
        return total

    def _carried_into(self, resource: str, periods: int) -> Fraction:
        """Return what the block before a period, which begins one, passes on to it."""
        row, levels, balance = (
            self.reading.resources[resource],
            self.reading.available(resource),
            self.balances[resource],
        )
        size = (self.instance.periods_per_year or 1) if row["basis"] == "per_year" else 1
        carried = ZERO
        for first in range(0, periods, size):
            level = levels[first]
            if level is None:
                carried = ZERO
                continue
            block = range(first, first + size)
            net = sum((balance.used.get(at, ZERO) - balance.given.get(at, ZERO) for at in block), ZERO)
            arrived = sum((amount for at, amount in balance.arriving.items() if at <= first), ZERO)
            carried = carried_over(self.reading, row, level, level + carried + arrived - net)
        return carried


def _before(amounts: dict[int, Fraction], periods: int) -> Fraction:
    return sum((amount for period, amount in amounts.items() if period < periods), ZERO)


def shifted(plan: Plan, periods: int, later: Instance, keep_fast: Sequence[str]) -> Plan:
    """Return a plan so many periods later: what lay before is gone; of `keep_fast` alone the fast track is ahead."""
    reading = Reading(later)

    def selection(choice: Choice) -> int:
        decided = reading.projects[choice.project]["status"] in UNDER_WAY
        return reading.selected(choice.project) if decided else choice.selection - periods

    choices = tuple(
        choice._replace(
            selection=selection(choice),
            start=choice.start - periods,
            fast_track=choice.fast_track and choice.project in keep_fast,
        )
        for choice in plan.choices
    )
    dated: dict[str, Any] = {
        name: {(key, at - periods): value for (key, at), value in getattr(plan, name).items() if at >= periods}
        for name in ("purchases", "flows", "imports", "shortfalls")
    }
    return Plan(choices=choices, payments=plan.payments, **dated)
