r"""Funds: who pays for what.

Rule: every commitment is paid in full by eligible funds, each within its shares, its amounts for the project, its match
of what others pay, its total or dated ceiling and its yearly limit, and within its bounds on the whole portfolio.

Formula, with p = pay, x = fund, K the commitment and y the scale::

    sum_f p_{f,o} = K_o y_o (less joint savings, here and wherever K_o y_o stands);
        min_share_f K_o y_o <= p_{f,o} <= max_share_f K_o y_o
    min_{f,project} x_o <= p_{f,o} <= max_{f,project} x_o;     p_{f,o} <= match_share_f (K_o y_o - p_{f,o})
    sum_{o: q_o >= 0} p_{f,o} <= total_f;    sum_{o: 0 <= q_o <= t} p_{f,o} <= ceiling_{f,t}
    sum_o (draw weights of o in the year) p_{f,o} <= per_year_f
    portfolio_min_share_f sum K y <= sum_o p_{f,o} <= portfolio_max_share_f sum K y

What was selected before the calendar (q < 0) is paid for, and its draws count in each year, but total and ceilings are
of what is left.

Why this form: shares are multiplied out, so all rows are linear; a share bound of 0 or 1 is already implied and gets no
row.

Size: one variable an eligible (fund, option), up to five rows each; the rest are a few rows a fund.

Source: the financing rows of Weingartner 1963 (above), with sources of finance told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from outlay.models.arrays.ragged import join
from outlay.models.arrays.rows import Entries, RowBlock, block, not_implied_later
from outlay.models.case import Case
from outlay.models.options.usage import draw_entries

NAME = "funds"


def rows(case: Case) -> Iterator[RowBlock]:
    """Yield fully_paid, the share rows, and the ceilings of each fund."""
    if not case.funds_on:
        return
    funds = _Funds(case)
    yield funds.fully_paid()
    yield from funds.shares()
    yield from funds.amounts()
    yield funds.matches()
    yield funds.totals()
    yield funds.ceilings()
    yield funds.yearly()
    yield from funds.portfolio()


class _Funds:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.table = case.instance["funds"]
        self.names = self.table.texts("fund")
        number = {name: row for row, name in enumerate(self.names)}
        pay = case.block("pay")
        self.pay = pay.columns
        self.keys = pay.keys
        self.fund = np.array([number[name] for name, _ in pay.keys], dtype=int)
        self.option = np.array([option for _, option in pay.keys], dtype=int)
        self.commitment = case.options.commitment
        self.size = case.book.size

    def _project(self, option: int) -> str:
        return self.case.alternatives.projects[self.case.options.project[option]]

    def _add_commitments(self, entries: Entries, row: np.ndarray, option: np.ndarray, factor: np.ndarray) -> None:
        """Add to rows a multiple of what options ask for: K at their scale, less joint savings."""
        least = self.case.options.least_commitment[option]
        entries.add(row, self.case.scale_column[option], factor * (self.commitment[option] - least))
        entries.add(row, self.case.block("fund").columns[option], factor * least)
        savings = self.case.savings
        owner, entry = join(option, savings.by_option)
        saved = self.case.block("saved").columns[entry]
        entries.add(row[owner], saved, factor[owner] * savings.amount[entry])

    def fully_paid(self) -> RowBlock:
        options = np.unique(self.option)
        entries = Entries()
        entries.add(np.searchsorted(options, self.option), self.pay, 1.0)
        self._add_commitments(entries, np.arange(len(options)), options, np.full(len(options), -1.0))
        return block(
            "fully_paid", NAME, options.tolist(), entries, self.size, lower=0.0, upper=0.0,
            sentence=lambda row: f"the funds pay for {self._project(int(options[row]))}",
        )  # fmt: skip

    def shares(self) -> Iterator[RowBlock]:
        for name, column, sign, idle in (
            ("share_at_least", "min_share", -1.0, 0.0),
            ("share_at_most", "max_share", 1.0, 1.0),
        ):
            share = self.table.floats(column)[self.fund]
            rows_at = np.nonzero(share != idle)[0].tolist()
            entries = Entries()
            place = np.arange(len(rows_at))
            entries.add(place, self.pay[rows_at], sign)
            option = self.option[rows_at]
            self._add_commitments(entries, place, option, -sign * share[rows_at])
            yield block(
                name, NAME, [self.keys[row] for row in rows_at], entries, self.size, upper=0.0,
                sentence=partial(self._share, rows_at),
            )  # fmt: skip

    def _share(self, at: list[int], row: int) -> str:
        return f"{self.names[self.fund[at[row]]]}'s share of {self._project(int(self.option[at[row]]))}"

    def amounts(self) -> Iterator[RowBlock]:
        """Yield the rows of ``fund_amounts``, on `fund`: an amount does not follow the scale."""
        project, known = self.case.options.project[self.option], self.case.funding.amounts
        bounds = [known.get(key, (None, None)) for key in zip(self.fund.tolist(), project.tolist(), strict=True)]
        for name, place, sign in (("amount_at_least", 1, -1.0), ("amount_at_most", 0, 1.0)):
            amount = np.array([np.nan if bound[place] is None else float(bound[place] or 0) for bound in bounds])
            idle = np.isnan(amount) if sign > 0 else ~(amount > 0)
            rows_at = np.nonzero(~idle)[0].tolist()
            entries, row = Entries(), np.arange(len(rows_at))
            entries.add(row, self.pay[rows_at], sign)
            fund = self.case.block("fund").columns[self.option[rows_at]]
            entries.add(row, fund, -sign * amount[rows_at])
            yield block(
                name, NAME, [self.keys[row] for row in rows_at], entries, self.size, upper=0.0,
                sentence=partial(self._amount, rows_at),
            )  # fmt: skip

    def _amount(self, at: list[int], row: int) -> str:
        return f"{self.names[self.fund[at[row]]]} pays for {self._project(int(self.option[at[row]]))}"

    def matches(self) -> RowBlock:
        match = self.table.floats("match_share")[self.fund]
        rows_at = np.nonzero(~np.isnan(match))[0].tolist()
        entries, row, option = Entries(), np.arange(len(rows_at)), self.option[rows_at]
        entries.add(row, self.pay[rows_at], 1.0 + match[rows_at])
        self._add_commitments(entries, row, option, -match[rows_at])
        return block(
            "match_kept", NAME, [self.keys[row] for row in rows_at], entries, self.size, upper=0.0,
            sentence=lambda row: f"{self._amount(rows_at, row)} what others match",
        )  # fmt: skip

    def totals(self) -> RowBlock:
        total = self.table.floats("total")
        entries, here = Entries(), self.case.options.selection[self.option] >= 0
        entries.add(self.fund[here], self.pay[here], 1.0)
        return block(
            "fund_total_kept", NAME, self.names, entries, self.size, upper=np.where(np.isnan(total), np.inf, total),
            sentence=lambda row: f"{self.names[row]} pays in all",
        )  # fmt: skip

    def ceilings(self) -> RowBlock:
        entries = Entries()
        keys: list[tuple[str, int]] = []
        upper: list[float] = []
        selection = self.case.options.selection[self.option]
        for number, name in enumerate(self.names):
            level = self.case.levels.get(name)
            if level is None:
                continue
            limited = np.nonzero(~np.isnan(level))[0]
            # Payments only add up, so a ceiling that a later one implies gets no row.
            for period in limited[not_implied_later(level[limited])].tolist():
                chosen = (self.fund == number) & (selection >= 0) & (selection <= period)
                entries.add(np.full(int(chosen.sum()), len(keys)), self.pay[chosen], 1.0)
                keys.append((name, period))
                upper.append(float(level[period]))
        label = self.case.instance.period_label
        return block(
            "fund_ceiling_kept", NAME, keys, entries, self.size, upper=np.array(upper, dtype=float),
            sentence=lambda row: f"{keys[row][0]} pays up to {label(keys[row][1])}",
        )  # fmt: skip

    def yearly(self) -> RowBlock:
        limit = self.table.floats("per_year")
        size = self.case.instance.periods_per_year or 1
        years = -(-self.case.instance.periods // size)
        keys = [(name, year * size) for name in self.names for year in range(years)]
        entries = Entries()
        if not np.isnan(limit).all():
            option, period, weight = draw_entries(self.case.options)
            inside = (period >= 0) & (period < self.case.instance.periods)
            option, period, weight = option[inside], period[inside], weight[inside]
            first = np.searchsorted(option, np.arange(len(self.case.options) + 1))
            for fund, at, one in zip(self.fund, self.pay, self.option, strict=True):
                if not np.isnan(limit[fund]):
                    draws = slice(first[one], first[one + 1])
                    entries.add(fund * years + period[draws] // size, at, weight[draws])
        label = self.case.instance.period_label
        return block(
            "fund_yearly_limit_kept", NAME, keys, entries, self.size,
            upper=np.repeat(np.where(np.isnan(limit), np.inf, limit), years),
            sentence=lambda row: f"{keys[row][0]} pays in the year from {label(keys[row][1])}",
        )  # fmt: skip

    def portfolio(self) -> Iterator[RowBlock]:
        for name, column, sign in (
            ("portfolio_share_at_least", "portfolio_min_share", -1.0),
            ("portfolio_share_at_most", "portfolio_max_share", 1.0),
        ):
            share = self.table.floats(column)
            entries = Entries()
            chosen = ~np.isnan(share[self.fund])
            entries.add(self.fund[chosen], self.pay[chosen], sign)
            for number in np.nonzero(~np.isnan(share))[0]:
                everyone = np.arange(len(self.commitment))
                factor = np.full(len(everyone), -sign * share[number])
                self._add_commitments(entries, np.full(len(everyone), number), everyone, factor)
            yield block(
                name, NAME, self.names, entries, self.size, upper=np.where(np.isnan(share), np.inf, 0.0),
                sentence=lambda row: f"{self.names[row]}'s share of all commitments",
            )  # fmt: skip
