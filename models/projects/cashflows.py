r"""The money: loans, both waterfalls and what each side receives.

Formula, for commitment K, rate r, tenor N, Japan's share a before and z after recovery, draw weights w_k over the b
building periods of m months, ``G`` as in `outlay.models.arrays.discount`::

    B_0   = max(0, K sum_k w_k G(r, (b-k) m) - credit_share K)
    A     = B_0 r / (1 - (1+r)^-N)          (r = 0: B_0 / N)
    F_y   = cash_yield K min(1, y / (ramp_years + 1)) - reserve_y
    for y = 1..life:
        cash  = max(0, F_y - carry);  carry = max(0, carry - F_y)
        due   = B (1 + r)
        sched = min(due, A) for y <= N, due after
        S     = 0 (literal) or min(sched, cash) (debt_service_first)
        X     = min(cash - S, (due - S) / a)
        japan = S + a X + z (cash - S - X);  us = cash - japan;  B = due - S - a X

Joint savings lower what is drawn and lent, not the credit nor free cash.

Where prices rise, K is what a start really costs in draws, balance, credit and recovery; free cash and reserves stay
those of the date of prices, as cash flows of the user's own do: a dearer building earns no more.

Interest while building is capitalised. Reinvestment due in years e, 2e, ... < life is saved for in equal parts:
``reserve_y = reinvest_share K / e`` in the years before the last of them. DSCR is the least ``F_y / sched`` over
``y <= N`` with ``sched > 0``, and is not tested under the literal waterfall.

Source: U.S.-Japan memorandum of understanding of 4 September 2025, paragraph 13 (50/50 until the deemed allocation
amount is back, then 90/10); level debt service and DSCR as in Yescombe, Principles of Project Finance, 2nd ed., 2013,
chapter 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals, wholes
from outlay.models.arrays.discount import discount_factors, growth
from outlay.models.arrays.ragged import join, spans
from outlay.models.projects.alternatives import FOREVER, Alternatives, periods_down, periods_up
from outlay.models.projects.windows import rows_by_alternative

RECOVERED = 1e-9


@dataclass(frozen=True)
class Loans:
    """The loan terms of each alternative, shape (alternatives,) each.

    Attributes
    ----------
    row
        Row in ``terms``.
    rate, tenor, balance, service
        r; N in years; B_0 at completion; A, the level service.
    """

    row: np.ndarray
    rate: np.ndarray
    tenor: np.ndarray
    balance: np.ndarray
    service: np.ndarray


@dataclass(frozen=True)
class Money:
    """What the waterfall gives, one row an alternative at scale 1.

    Attributes
    ----------
    loans
        Terms and opening balance.
    free_cash, us, japan
        F, us and japan by year of operation, shape (alternatives, longest life), money; 0 after the life.
    dscr
        Least debt service cover; NaN where no service is due.
    recovery_year
        First year with the balance back; NaN if never.
    carry
        Shortfall of free cash still carried at the end, money.
    """

    loans: Loans
    free_cash: np.ndarray
    us: np.ndarray
    japan: np.ndarray
    dscr: np.ndarray
    recovery_year: np.ndarray
    carry: np.ndarray


@dataclass(frozen=True)
class CashModel:
    """Computes `Money` and present values for an instance with ``[finance]``.

    Attributes
    ----------
    alternatives
        The alternatives.
    start
        The period in which building starts, in whose prices K stands; of no matter where nothing escalates.
    saved
        What joint savings take off K of each at the date of prices, shape (alternatives,); None: nothing.
    """

    alternatives: Alternatives
    start: int = 0
    saved: np.ndarray | None = None

    def at(self, start: int) -> CashModel:
        """Return the money of what starts in a period."""
        if start == self.start or not self.alternatives.escalates:
            return self
        if start not in self._others:
            self._others[start] = CashModel(self.alternatives, start, self.saved)
        return self._others[start]

    @cached_property
    def _others(self) -> dict[int, CashModel]:
        return {}

    @cached_property
    def commitment(self) -> np.ndarray:
        """K of each alternative that starts in the period, shape (alternatives,)."""
        return self._in_prices(self.alternatives.commitment)

    @cached_property
    def spent(self) -> np.ndarray:
        """What is really spent, and lent: K less joint savings, shape (alternatives,)."""
        return self.commitment if self.saved is None else self.commitment - self._in_prices(self.saved)

    def _in_prices(self, money: np.ndarray) -> np.ndarray:
        """Return money at the date of prices in those of the start."""
        factors = self.alternatives.price_factors(np.arange(len(money)), np.full(len(money), self.start))
        return money if factors is None else money * factors

    @property
    def _instance(self) -> Instance:
        return self.alternatives.instance

    @cached_property
    def lives(self) -> np.ndarray:
        """Years of operation, shape (alternatives,)."""
        return np.array([life or 0 for life in wholes(self.alternatives.table, "life_years")], dtype=int)

    @cached_property
    def loans(self) -> Loans:
        """Terms and opening balances."""
        instance, table = self._instance, self.alternatives.table
        finance = instance.settings.finance
        assert finance is not None
        terms = instance["terms"]
        row_of = {name: row for row, name in enumerate(terms.texts("terms"))}
        row = np.array([row_of[str(name or finance.terms)] for name in table.raw("terms")], dtype=int)
        rates: list[Decimal] = [decimals(terms, "rate")[number] for number in row]
        size = instance.months_per_period
        grown = np.array(
            [
                sum(weight * growth(rate, (len(weights) - k) * size) for k, weight in enumerate(weights))
                for rate, weights in zip(rates, self.alternatives.draw_weights, strict=True)
            ]
        )
        commitment = self.commitment
        balance = np.maximum(0.0, self.spent * grown - table.floats("credit_share") * commitment)
        rate = np.array([float(rate) for rate in rates])
        tenor = np.array([int(wholes(terms, "tenor_years")[number]) for number in row], dtype=int)
        with np.errstate(divide="ignore", invalid="ignore"):
            annuity = np.where(rate > 0, rate / -np.expm1(-tenor * np.log1p(rate)), 1.0 / tenor)
        return Loans(row, rate, tenor, balance, balance * annuity)

    @cached_property
    def free_cash(self) -> np.ndarray:
        """F_y by year, shape (alternatives, longest life)."""
        table = self.alternatives.table
        years = np.arange(1, self.lives.max(initial=0) + 1)
        ramp = np.minimum(1.0, years[None, :] / (table.floats("ramp_years")[:, None] + 1.0))
        cash = (table.floats("cash_yield") * self.alternatives.commitment)[:, None] * ramp
        cash -= self._reserves(years)
        own, amounts = self._own_cash(len(years))
        cash[own] = amounts[own]
        cash[years[None, :] > self.lives[:, None]] = 0.0
        return cash

    def _reserves(self, years: np.ndarray) -> np.ndarray:
        table = self.alternatives.table
        years_between = wholes(table, "reinvest_every_years")
        every = np.array([years or 0 for years in years_between], dtype=int)
        step = np.maximum(every, 1)
        times = np.where(every > 0, (self.lives - 1) // step, 0)
        yearly = table.floats("reinvest_share") * self.alternatives.commitment / step
        return np.where(years[None, :] <= (times * step)[:, None], yearly[:, None], 0.0)

    def _own_cash(self, years: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (has own rows, sums by operating year) of the cash-flow rows with blank metric."""
        instance, building = self._instance, self.alternatives.building
        rows = instance["cashflows"]
        own = np.zeros(len(building), dtype=bool)
        sums = np.zeros((len(building), years))
        blank = np.array([metric is None for metric in rows.raw("metric")], dtype=bool)
        grouped = rows_by_alternative(self.alternatives, rows, blank)
        alternative, row = join(np.arange(len(building)), grouped)
        own[alternative] = True
        size = instance.months_per_period
        start = np.array([periods_down(cell, size) for cell in rows.column("from_month")], dtype=int)
        ends = [FOREVER if cell is None else periods_up(cell, size) for cell in rows.raw("to_month")]
        end = np.minimum(np.array(ends, dtype=int)[row], (building + self.alternatives.operating)[alternative])
        first = np.maximum(start[row], building[alternative])
        owner, period = spans(first, end - first)
        year = (period - building[alternative[owner]]) * size // 12
        inside = year < years
        amounts = rows.floats("amount")[row][owner]
        np.add.at(sums, (alternative[owner][inside], year[inside]), amounts[inside])
        return own, sums * self.alternatives.full_scale[:, None]

    @cached_property
    def money(self) -> Money:
        """The waterfall of every alternative."""
        finance = self._instance.settings.finance
        assert finance is not None
        literal = finance.waterfall == "literal"
        before, after = float(finance.japan_share_before), float(finance.japan_share_after)
        loans, cash_by_year = self.loans, self.free_cash
        commitment = self.commitment
        us, japan = np.zeros_like(cash_by_year), np.zeros_like(cash_by_year)
        balance, carry = loans.balance.copy(), np.zeros(len(commitment))
        dscr = np.full(len(commitment), np.nan)
        recovery = np.full(len(commitment), np.nan)
        for index in range(cash_by_year.shape[1]):
            year = index + 1
            alive = year <= self.lives
            free = cash_by_year[:, index]
            cash = np.maximum(0.0, free - carry)
            carry = np.where(alive, np.maximum(0.0, carry - free), carry)
            due = balance * (1.0 + loans.rate)
            scheduled = np.where(year <= loans.tenor, np.minimum(due, loans.service), due)
            paid = np.zeros_like(due) if literal else np.minimum(scheduled, cash)
            rest = cash - paid
            shared = np.minimum(rest, (due - paid) / before)
            tested = alive & (year <= loans.tenor) & (scheduled > 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                dscr = np.where(tested, np.fmin(dscr, free / scheduled), dscr)
            to_japan = paid + before * shared + after * (rest - shared)
            japan[:, index] = np.where(alive, to_japan, 0.0)
            us[:, index] = np.where(alive, cash - to_japan, 0.0)
            # In exact arithmetic a balance that is paid off is zero, not a rounding error that still draws service.
            left = np.where(shared < (due - paid) / before, due - paid - before * shared, 0.0)
            balance = np.where(alive, left, balance)
            back = alive & np.isnan(recovery) & (balance <= RECOVERED * commitment)
            recovery = np.where(back, float(year), recovery)
        return Money(loans, cash_by_year, us, japan, dscr, recovery, carry)

    def internal_rate_of_return(self, alternative: int) -> float:
        """Return the yearly IRR of draws and free cash, for reports; NaN unless the signs change once."""
        size = self._instance.months_per_period
        weights = self.alternatives.draw_weights[alternative]
        commitment = float(self.spent[alternative])
        life = int(self.lives[alternative])
        amounts = np.concatenate([-commitment * weights, self.free_cash[alternative, :life]])
        months = np.arange(len(weights)) * size
        times = np.concatenate([months, len(weights) * size + 12 * np.arange(1, life + 1)]) / 12.0
        signs = np.sign(amounts[amounts != 0])
        if np.count_nonzero(np.diff(signs)) != 1:
            return float("nan")

        def value(rate: float) -> float:
            return float(amounts @ (1.0 + rate) ** -times)

        if value(-0.99) * value(10.0) > 0:
            return float("nan")
        from scipy.optimize import brentq  # noqa: PLC0415 - only an answer with loans needs it

        return float(brentq(value, -0.99, 10.0))

    def present_values(self, starts: int) -> tuple[np.ndarray, np.ndarray]:
        """Return (us_npv, japan_npv) at scale 1 by alternative and start, shape (alternatives, starts) each."""
        if not self.alternatives.escalates:
            return self._present_values(np.arange(starts))
        sides = [self.at(start)._present_values(np.array([start])) for start in range(starts)]
        us, japan = (np.concatenate(values, axis=1) for values in zip(*sides, strict=True))
        return us, japan

    def _present_values(self, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        us_rate = self._instance.discount_rate("us_npv")
        japan_rate = self._instance.discount_rate("japan_npv")
        us = self._income(self.money.us, us_rate, start)
        japan = self._income(self.money.japan, japan_rate, start)
        size, base = self._instance.months_per_period, self._instance.months_of_value(0)
        commitment, credit = self.commitment, self.alternatives.table.floats("credit_share")
        completion = (start[None, :] + self.alternatives.building[:, None]) * size + base
        japan += (credit * commitment)[:, None] * discount_factors(japan_rate, completion)
        for number, weights in enumerate(self.alternatives.draw_weights):
            months = (start[:, None] + np.arange(len(weights))[None, :]) * size + base
            japan[number] -= self.spent[number] * (discount_factors(japan_rate, months) @ weights)
        return us, japan

    def still_to_come(self, alternative: int, start: int) -> tuple[float, float]:
        """Return (us_npv, japan_npv) in full of what has started, without what lies before the calendar.

        A draw and a credit count from period 0 on, the cash of a year of operation if the year ends after the
        calendar's start.
        """
        size, instance = self._instance.months_per_period, self._instance
        base = instance.months_of_value(0)
        weights, commitment = self.alternatives.draw_weights[alternative], self.commitment[alternative]
        operation = start + int(self.alternatives.building[alternative])
        years = operation * size + 12 * np.arange(1, int(self.lives[alternative]) + 1)
        ahead, sides = np.nonzero(years > 0)[0], []
        for name, cash in (("us_npv", self.money.us), ("japan_npv", self.money.japan)):
            factors = discount_factors(instance.discount_rate(name), years[ahead] + base)
            sides.append(float(cash[alternative, ahead] @ factors))
        rate = instance.discount_rate("japan_npv")
        periods = np.arange(max(start, 0), operation)
        drawn = discount_factors(rate, periods * size + base) @ weights[periods - start]
        credit = self.alternatives.table.floats("credit_share")[alternative] if operation >= 0 else 0.0
        received = credit * discount_factors(rate, np.array([operation * size + base]))[0]
        return sides[0], float(sides[1] + commitment * received - self.spent[alternative] * drawn)

    def _income(self, by_year: np.ndarray, rate: Decimal, start: np.ndarray) -> np.ndarray:
        size, building = self._instance.months_per_period, self.alternatives.building
        years = 12 * np.arange(1, by_year.shape[1] + 1)
        values = np.zeros((len(building), len(start)))
        for length in np.unique(building):
            rows = building == length
            months = (start[None, :] + length) * size + years[:, None] + self._instance.months_of_value(0)
            values[rows] = by_year[rows] @ discount_factors(rate, months)
        return values
