r"""Scarce resources: cap, draws, pace, labour, energy, permit agencies, equipment, commodity, finance, committee, other.

Rule: in every period (or year, or to date) what a resource and its descendants use is at most what is available,
supplied, bought, imported and brought by links.

Formula, for resource r with descendants D(r) (itself included) and row t::

    sum_{o, d in D(r)} (use - supply) y_o + sum capacity_use flow - sum_{d} import_d - sum_{p} bought_p
        <= available_{r,t} + sum_{k to r} (1 - loss_k) flow_k - sum_{k from r} flow_k + shortfall_{r,t}

per_period: terms of period t. per_year: terms of the block of 12/m periods, level of its first period. cumulative: terms
up to t against the level at t. Units bought in t' serve every row at or after t' + lead, once each; in a year block they
must be there in its first period. Reviews and selection loads use ``fund`` instead of ``scale``. Program costs that
count against the cap stand in `commitments` and `draws` in the period of buying.

Why this form: amounts are totals a row, so no big-M is needed. A cumulative row is left out where the same resource has
a later row with no higher level and nothing that could bring the sum down in between (no supply, import, link or
program), because the later row implies it: a constant cap is one row.

Size: at most one row a resource and period; one nonzero an option and covered period.

Source: the capacity rows of resource-constrained project scheduling, Pritsker, Watters and Wolfe, Management Science
16(1), 1969, doi:10.1287/mnsc.16.1.93, in their time-indexed form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.case import Case
from outlay.models.ragged import spans
from outlay.models.rows import Entries, RowBlock, block
from outlay.models.usage import resource_tree

ROW_NAMES = {
    "cap": "cap_not_exceeded",
    "draws": "draws_within_limit",
    "pace": "pace_of_selection_kept",
    "permits": "agency_capacity_kept",
}


@dataclass(frozen=True)
class ResourceFamily:
    """The rows of all resources of one family."""

    name: str

    def rows(self, case: Case) -> Iterator[RowBlock]:
        """Yield one block with the rows of every resource of the family."""
        instance = case.instance
        names = [name for name in instance["resources"].texts("resource") if instance.family_of(name) == self.name]
        if not names:
            return
        entries, keys, upper = Entries(), [], []
        trees = resource_tree(instance)
        index = instance["resources"].index
        for name in names:
            rule = _Rule(case, name, trees[index[(name,)]])
            rule.fill(entries, len(keys))
            keys.extend((name, int(period)) for period in rule.periods)
            upper.append(rule.limits)
        yield block(
            ROW_NAMES.get(self.name, f"{self.name}_available"),
            self.name,
            keys,
            entries,
            case.book.size,
            upper=np.concatenate([np.zeros(0), *upper]),
            sentence=lambda row: describe(instance, *keys[row]),
        )


def describe(instance: Instance, resource: str, period: int) -> str:
    """Return a resource row in words: "labour/electrical, 2028H1", "draws in 2028", "commitments to 2030H2"."""
    rows = instance["resources"]
    basis = rows.texts("basis")[rows.index[(resource,)]]
    label = instance.period_label(period)
    if basis == "per_year":
        first = instance.month_of(period)
        return f"{resource} in {first[:4]}" if first.endswith("-01") else f"{resource} in the year from {first}"
    if basis == "cumulative":
        return f"{resource} up to {label}"
    return f"{resource} in {label}"


class _Rule:
    """The rows of one resource."""

    def __init__(self, case: Case, name: str, tree: list[int]) -> None:
        self.case, self.name, self.tree = case, name, tree
        instance = case.instance
        names = instance["resources"].texts("resource")
        self.members = frozenset(names[row] for row in tree)
        self.basis = case.basis(name)
        entries = np.concatenate([case.usage.by_resource.of(row) for row in tree])
        self.entries = np.sort(entries)
        level = case.levels.get(name, np.zeros(instance.periods))
        periods = case.row_periods(name)
        if self.basis == "cumulative" and not self._can_fall():
            later = np.minimum.accumulate(level[periods][::-1])[::-1]
            keep = np.append(level[periods][:-1] < later[1:], True) if len(periods) else np.zeros(0, dtype=bool)
            periods = periods[keep]
        self.periods, self.limits = periods, level[periods]

    def _can_fall(self) -> bool:
        """Return whether the sum to date may go down, or rows carry a shortfall of their own."""
        case = self.case
        links = case.instance["links"]
        touched = {*links.texts("from_resource"), *links.texts("to_resource"), *links.texts("capacity_resource")}
        bought = set(case.instance["programs"].texts("resource"))
        imported = {resource for resource, _ in case.block("import_").keys}  # type: ignore[misc]
        soft = {resource for resource, _ in case.block("shortfall").keys}  # type: ignore[misc]
        if self.name in soft or self.members & (touched | bought | imported):
            return True
        return bool((case.usage.amount[self.entries] < 0).any())

    def fill(self, entries: Entries, first: int) -> None:
        """Add the coefficients of all rows; the resource's first row has number `first`."""
        case, usage = self.case, self.case.usage
        fund = case.block("fund").columns
        column = np.where(usage.scaled[self.entries], case.scale_column[usage.option[self.entries]], fund[usage.option[self.entries]])
        self._add(entries, first, usage.period[self.entries], column, usage.amount[self.entries])
        self._add_block(entries, first, "import_", lambda key: -1.0 if key in self.members else 0.0)
        self._add_links(entries, first)
        self._add_programs(entries, first)
        shortfall = case.block("shortfall")
        place = {int(period): row for row, period in enumerate(self.periods)}
        for (resource, period), at in zip(shortfall.keys, shortfall.columns, strict=True):  # type: ignore[misc]
            if resource == self.name:
                entries.add(np.array([first + place[period]]), at, -1.0)

    def _add_block(self, entries: Entries, first: int, name: str, coefficient: Any) -> None:
        """Add a block of columns with keys (name, period)."""
        columns = self.case.block(name)
        values = {key: coefficient(key) for key in dict.fromkeys(key for key, _ in columns.keys)}  # type: ignore[misc]
        chosen = [
            (int(at), period, values[key])
            for (key, period), at in zip(columns.keys, columns.columns, strict=True)  # type: ignore[misc]
            if values[key]
        ]
        if chosen:
            at, period, value = (np.array(column) for column in zip(*chosen, strict=True))
            self._add(entries, first, period, at, value)

    def _add_links(self, entries: Entries, first: int) -> None:
        links = self.case.instance["links"]
        share = {}
        for link, source, target, loss, capacity in zip(
            *(links.texts(name) for name in ("link", "from_resource", "to_resource")),
            links.floats("loss").tolist(),
            links.texts("capacity_resource"),
            strict=True,
        ):
            leaves = float(source == self.name) - (1.0 - loss) * float(target == self.name)
            share[link] = leaves + float(capacity in self.members)
        if any(share.values()):
            self._add_block(entries, first, "flow", lambda key: share[key])

    def _add_programs(self, entries: Entries, first: int) -> None:
        case, programs = self.case, self.case.instance["programs"]
        lead = {
            name: case.periods_up(months) if resource in self.members else None
            for name, resource, months in zip(
                programs.texts("program"), programs.texts("resource"), programs.column("lead_months"), strict=True
            )
        }
        for (name, period), at in zip(case.block("buy").keys, case.block("buy").columns, strict=True):  # type: ignore[misc]
            after = lead[name]
            if after is not None:
                row = np.nonzero(self.periods >= period + after)[0]
                entries.add(first + row, np.full(len(row), at), -1.0)
        if self.members & {"commitments", "draws"}:
            times = len(self.members & {"commitments", "draws"})
            counts = zip(
                programs.texts("program"), programs.floats("cost_per_unit"), programs.column("counts_against_cap"), strict=True
            )
            cost = {name: times * price if counted else 0.0 for name, price, counted in counts}
            self._add_block(entries, first, "buy", lambda key: cost[key])

    def _add(self, entries: Entries, first: int, period: np.ndarray, column: np.ndarray, value: np.ndarray) -> None:
        """Add terms of periods to the rows that count them."""
        if self.basis == "cumulative":
            begin = np.searchsorted(self.periods, period)
            owner, row = spans(begin, len(self.periods) - begin)
        else:
            block_of = period
            if self.basis == "per_year":
                size = self.case.instance.periods_per_year or 1
                block_of = period // size * size
            place = np.full(self.case.instance.periods, -1)
            place[self.periods] = np.arange(len(self.periods))
            row = place[block_of]
            owner = np.nonzero(row >= 0)[0]
            row = row[owner]
        entries.add(first + row, np.asarray(column)[owner], np.asarray(value)[owner])
