r"""What has been used so far, as columns: each row to date adds to the one before, instead of repeating it.

A cumulative row spells out everything used up to its period, so a resource with many rows and many options holds their
product. With one continuous column a row it holds each use once::

    so_far_{r,t'} + (what columns use in the periods after t' up to t) <= so_far_{r,t},     so_far_{r,t} <= level_{r,t}

(t' the row before t). Summed up, the first kind says that so_far is at least what is used to date, so the same plans
are feasible, and the linear relaxation is as tight: so_far can be as low as what is used to date, and asks for nothing.
That holds only where nothing brings the sum down (no supply, import, link, program or shortfall): so_far is never
negative then. Inequalities, not equalities: an option that uses less than another still dominates it.

The form is taken for a resource whose rows would hold more than `LARGE` terms, where it saves half of them or more:
solvers see more in rows that say all. Size: one column, two rows and three terms a row to date, and one term a use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from outlay.models.arrays.rows import not_implied_later
from outlay.models.options.to_date import count_summed

if TYPE_CHECKING:
    from outlay.models.case import Case

#: Terms of a resource's rows to date above which each adds to the one before; as for started-by columns.
LARGE = 3_000_000
#: So many times fewer terms they have then, at least.
SAVING = 2
#: Columns that name the resources of which something is brought, or taken, by others than projects.
BROUGHT = (
    ("links", "from_resource"), ("links", "to_resource"), ("links", "capacity_resource"), ("programs", "resource"),
    ("imports", "resource"),
)  # fmt: skip


class Standing:
    """Which rows of a resource stand, and what its options use.

    Attributes
    ----------
    members
        The resource and its descendants, by name.
    basis
        Its basis.
    entries
        Which entries of `Usage` count in its rows.
    periods, limits
        Under which period each row stands, and what is available, shape (rows,).

    Parameters
    ----------
    every_row
        Whether rows that a later row implies are kept (for reports).
    """

    def __init__(self, case: Case, name: str, *, every_row: bool = False) -> None:
        self.case, self.name = case, name
        rows = case.instance["resources"]
        names, tree = rows.texts("resource"), case.resource_tree[rows.index[(name,)]]
        self.members = frozenset(names[row] for row in tree)
        self.basis = case.basis(name)
        self.entries = np.sort(np.concatenate([case.usage.by_resource.of(row) for row in tree]))
        level = case.levels.get(name, np.zeros(case.instance.periods))
        periods = case.row_periods(name)
        if self.basis == "cumulative" and len(periods) and not every_row and not self._can_fall():
            periods = periods[not_implied_later(level[periods])]
        self.periods, self.limits = periods, level[periods]

    def _can_fall(self) -> bool:
        """Return whether the sum to date may go down, or rows carry a shortfall of their own."""
        tables = self.case.instance
        rows = tables["resources"]
        soft = rows.raw("penalty")[rows.index[(self.name,)]] is not None
        if soft or any(tables[table].rows_with(column, self.members) for table, column in BROUGHT):
            return True
        return bool((self.case.usage.amount[self.entries] < 0).any())

    def adds_up(self) -> bool:
        """Return whether each row shall add to the one before."""
        if self.basis != "cumulative" or len(self.periods) < 2 or self._can_fall():
            return False
        if len(self.case.savings) and self.members & {"commitments", "draws"}:
            return False
        place, usage = np.searchsorted(self.periods, self.case.usage.period[self.entries]), self.case.usage
        whole = count_summed(place, usage.option[self.entries], len(self.periods))
        return whole > LARGE and whole > SAVING * (len(self.entries) + 3 * len(self.periods))


@dataclass(frozen=True)
class SoFar:
    """The resources whose rows to date add to each other.

    Attributes
    ----------
    standing
        Their rows, by name.
    """

    case: Case
    standing: dict[str, Standing]

    @property
    def keys(self) -> list[tuple[str, int]]:
        """(resource, period) of each column."""
        return [(name, period) for name, rows in self.standing.items() for period in rows.periods.tolist()]

    @cached_property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns of each resource, row by row."""
        ends = np.cumsum([0, *(len(rows.periods) for rows in self.standing.values())])
        first = self.case.block("so_far").first
        return {name: first + np.arange(ends[n], ends[n + 1]) for n, name in enumerate(self.standing)}

    def raised(self, option: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns that funding an option in full raises, and by how much each."""
        columns, amounts = [np.zeros(0, dtype=int)], [np.zeros(0)]
        usage = self.case.usage
        for name, rows in self.standing.items():
            order, first = self._by_option[name]
            own = order[first[option] : first[option + 1]]
            place = np.searchsorted(rows.periods, usage.period[own])
            inside = place < len(rows.periods)
            uses = np.bincount(place[inside], weights=usage.amount[own][inside], minlength=len(rows.periods))
            columns.append(self.columns[name])
            amounts.append(np.cumsum(uses))
        column, amount = np.concatenate(columns), np.concatenate(amounts)
        return column[amount > 0], amount[amount > 0]

    @cached_property
    def _by_option(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        usage, options = self.case.usage, np.arange(len(self.case.options) + 1)
        found = {}
        for name, rows in self.standing.items():
            order = rows.entries[np.argsort(usage.option[rows.entries], kind="stable")]
            found[name] = order, np.searchsorted(usage.option[order], options)
        return found


def so_far(case: Case) -> SoFar:
    """Return the resources whose rows to date add to each other."""
    instance = case.instance
    names = [name for name in instance["resources"].texts("resource") if instance.is_on(instance.family_of(name))]
    rows = {name: Standing(case, name) for name in names}
    return SoFar(case, {name: standing for name, standing in rows.items() if standing.adds_up()})
