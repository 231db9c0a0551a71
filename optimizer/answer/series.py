"""What a plan commits, draws and uses by period, as arrays: what charts show, and nobody else computes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from outlay.instances.plan import Choice
from outlay.instances.values.numbers import month_number
from outlay.models.case import Case
from outlay.models.projects.cashflows import CashModel
from outlay.optimizer.answer.plans import cash_of, option_of, plan_columns
from outlay.optimizer.answer.solution import Solution
from outlay.optimizer.tolerances import FULL_SHARE, NOTHING, REAL_SHARE

#: What is told of a use where nothing at all could be there.
MOST_TIGHT = 10.0
#: Money, which has series of its own.
MONEY = frozenset({"commitments", "draws"})
#: Columns of the table of resources that add to a resource's own limit.
_ADDED = ("supplied", "bought", "linked")

#: Period and amount of each step, by project.
Events = Mapping[str, Sequence[tuple[int, float]]]


class Used(NamedTuple):
    """How a resource is used.

    Attributes
    ----------
    rows
        Its rows of the table of resources.
    tightness
        Use as a share of all there could be, by row; 0 where nothing is used, at most `MOST_TIGHT`.
    binds
        Whether it is used up where nothing more could come.
    """

    rows: pd.DataFrame
    tightness: np.ndarray
    binds: bool

    @property
    def name(self) -> str:
        """The resource."""
        return str(self.rows["resource"].iloc[0])

    @property
    def unit(self) -> str:
        """Its unit, or an empty text."""
        return str(self.rows["unit"].iloc[0] or "")

    @property
    def cumulative(self) -> bool:
        """Whether amounts add up from the calendar's start."""
        return bool(self.rows["basis"].iloc[0] == "cumulative")

    @property
    def peak(self) -> tuple[str, float]:
        """The period in which it is tightest, as people write it, and the tightness there."""
        at = int(np.argmax(np.round(self.tightness, 6)))
        return str(self.rows.iloc[at]["label"]), float(self.tightness[at])

    @property
    def full(self) -> int:
        """In how many periods all there could be is used."""
        return int((self.tightness >= FULL_SHARE).sum())

    @property
    def short(self) -> tuple[float, int]:
        """The most that is missing in any period, and in how many some is; 0 and 0 if none."""
        amounts = self.rows["shortfall"].to_numpy(dtype=float)
        return max(0.0, float(amounts.max())), int((amounts > NOTHING).sum())

    def stacked(self, columns: Sequence[str]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Yield (column, what it adds, on what it stands) of those that add something, on the resource's own limit."""
        top = self.rows["limit"].to_numpy(dtype=float)
        for column in columns:
            more = added(self.rows, column)
            if more.max() > NOTHING:
                yield column, more, top
                top = top + more

    @property
    def most(self) -> float:
        """The most that is used and sent on in any period."""
        return float((self.rows["used"].to_numpy(dtype=float) + sent_on(self.rows)).max())


def used_resources(solution: Solution, case: Case) -> list[Used]:
    """Return the resources that are used, money aside; those that bind first, then the scarcest."""
    table = solution.resources
    table = table[table["on"].astype(bool) & ~table["resource"].isin(MONEY)]
    binding = set(solution.table("binding")["resource"])
    ceilings = case.dated("imports", "max_per_period")
    found: list[tuple[tuple[float, float, float, str], Used]] = []
    for name, rows in table.groupby("resource", sort=True):
        if rows["used"].abs().max() > NOTHING:
            one = Used(rows, tightness(rows, ceilings.get(str(name))), str(name) in binding)
            share = -round(float(one.tightness.max()), 6), -round(float(one.tightness.mean()), 6)
            found.append(((-float(one.binds), *share, str(name)), one))
    return [one for _, one in sorted(found, key=lambda item: item[0])]


def sent_on(rows: pd.DataFrame) -> np.ndarray:
    """Return what is sent on through links, by row of the table of resources."""
    return np.maximum(0.0, -rows["linked"].to_numpy(dtype=float))


def added(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Return what is supplied, bought, imported, linked or short, by row of the table of resources."""
    return np.maximum(0.0, rows[column].to_numpy(dtype=float))


def tightness(rows: pd.DataFrame, ceiling: np.ndarray | None) -> np.ndarray:
    """Return use as a share of all there could be: limit, supply, links, purchases, and imports up to their ceiling.

    Parameters
    ----------
    rows
        Rows of the table of resources, of one resource.
    ceiling
        Most imports in each period of the calendar; NaN: no ceiling. None where there are no imports.
    """
    used = rows["used"].to_numpy(dtype=float) + sent_on(rows)
    room = rows["limit"].to_numpy(dtype=float) + sum(added(rows, name) for name in _ADDED)
    if ceiling is not None:
        levels = np.cumsum(ceiling) if rows["basis"].iloc[0] == "cumulative" else ceiling
        room = room + np.nan_to_num(levels, nan=np.inf)[rows["period"].to_numpy(dtype=int)]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(used <= NOTHING, 0.0, used / room)
    return np.nan_to_num(share, nan=0.0, posinf=MOST_TIGHT)


def committed(solution: Solution) -> dict[str, list[tuple[int, float]]]:
    """Return what each project commits: the period of its selection, and the amount."""
    table = solution.projects
    amounts = dict(zip(table["project"], table["commitment"], strict=True))
    choices = () if solution.plan is None else solution.plan.choices
    return {choice.project: [(choice.selection, float(amounts[choice.project]))] for choice in choices}


def drawn(solution: Solution, case: Case) -> dict[str, list[tuple[int, float]]]:
    """Return what each project draws while it is built: periods, which may lie past the calendar, and amounts."""
    table, found = solution.projects, {}
    amounts = dict(zip(table["project"], table["commitment"], strict=True))
    for choice in () if solution.plan is None else solution.plan.choices:
        number = case.alternatives.number[choice.project, choice.alternative]
        amount = float(amounts[choice.project])
        weights = case.alternatives.draw_weights[number].tolist()
        found[choice.project] = [(choice.start + k, amount * weight) for k, weight in enumerate(weights)]
    return found


def by_sector(solution: Solution, events: Events, *, most: int, rest: str) -> dict[str, np.ndarray]:
    """Return the amounts of each sector in each period of the calendar, the largest sector first.

    Parameters
    ----------
    most
        So many sectors are told apart.
    rest
        What the others are called together.
    """
    table, periods = solution.projects, solution.instance.periods
    sector = dict(zip(table["project"], table["sector"].fillna("").astype(str), strict=True))
    sizes: dict[str, float] = {}
    for project, steps in events.items():
        sizes[sector[project]] = sizes.get(sector[project], 0.0) + sum(amount for _, amount in steps)
    kept = [name for name, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])) if size > NOTHING]
    shown = {name: name if place < most else rest for place, name in enumerate(kept)}
    series = {name: np.zeros(periods) for name in dict.fromkeys(shown.values())}
    for project, steps in events.items():
        for period, amount in steps:
            if 0 <= period < periods and sector[project] in shown:
                series[shown[sector[project]]][period] += amount
    return series


def blocked(series: Mapping[str, np.ndarray], block: int) -> dict[str, np.ndarray]:
    """Return series over blocks of so many periods: the sums within each."""
    size = len(next(iter(series.values()))) if series else 0
    return {name: np.add.reduceat(amounts, range(0, size, block)) for name, amounts in series.items()}


def counted_beside(series: Mapping[str, np.ndarray], rows: pd.DataFrame, block: int) -> np.ndarray | None:
    """Return what a limit's rows count beyond the projects (programs that count against the cap), or None: nothing.

    Parameters
    ----------
    series
        What projects use in each block.
    rows
        Rows of the table of resources, of the limit.
    """
    total = np.sum(list(series.values()), axis=0)
    rest = np.zeros_like(total)
    for period, used in zip(rows["period"], rows["used"], strict=True):
        rest[int(period) // block] = float(used) - total[int(period) // block]
    return np.maximum(rest, 0.0) if rest.max(initial=0.0) > REAL_SHARE * max(1.0, float(total.max())) else None


@dataclass
class CashStream:
    """Money of a project, or of all, by calendar year; each year of operation under the year it begins in.

    Attributes
    ----------
    drawn, owner, lender
        Year to amount, money, not discounted: lent while building; cash to each side.
    recovery
        Calendar year in which the balance is back, or None.
    """

    drawn: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    owner: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    lender: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    recovery: int | None = None

    def add(self, other: CashStream) -> None:
        """Add another stream to this one; when its balance is back says nothing of both."""
        for own, more in ((self.drawn, other.drawn), (self.owner, other.owner), (self.lender, other.lender)):
            for year, amount in more.items():
                own[year] += amount


def cash_streams(solution: Solution, case: Case) -> dict[str, CashStream]:
    """Return what is lent and what flows back of each funded project; nothing where no loan is modelled."""
    if case.cash is None or solution.plan is None:
        return {}
    point, found = plan_columns(case, solution.plan), dict[str, CashStream]()
    for choice in solution.plan.choices:
        option = option_of(case, choice)
        cash = None if option is None else cash_of(case, option, point)
        found[choice.project] = _cash_stream(case, cash or case.cash.at(choice.start), choice)
    return found


def _cash_stream(case: Case, cash: CashModel, choice: Choice) -> CashStream:
    alternatives, instance, found = cash.alternatives, case.instance, CashStream()
    number = alternatives.number[choice.project, choice.alternative]
    scale = alternatives.share_of_loan(number, choice.scale)
    weights = alternatives.draw_weights[number].tolist()
    start = month_number(instance.settings.calendar.start)
    months = [start + (choice.start + place) * instance.months_per_period for place in range(len(weights) + 1)]
    for month, weight in zip(months, weights, strict=False):
        found.drawn[month // 12] += float(cash.spent[number]) * scale * weight
    opening = months[-1]
    for place in range(int(cash.lives[number])):
        year = opening // 12 + place
        found.owner[year] += float(cash.money.us[number, place]) * scale
        found.lender[year] += float(cash.money.japan[number, place]) * scale
    back = float(cash.money.recovery_year[number])
    if math.isfinite(back):
        found.recovery = opening // 12 + round(back) - 1
    return found
