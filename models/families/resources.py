r"""Scarce resources: cap, draws, pace, labour, energy, agencies, equipment, commodity, finance, committee, other.

Rule: in every period (or year, or to date) what a resource and its descendants use is at most what is available,
supplied, bought, imported and brought by links.

Formula, for resource r with descendants D(r) (itself included) and row t::

    sum_{o, d in D(r)} (use - supply) y_o + sum capacity_use flow - sum_{d} import_d - sum_{p} bought_p
        <= available_{r,t} + sum_{k to r} (1 - loss_k) flow_k - sum_{k from r} flow_k + shortfall_{r,t} + g c_{r,t-1}
    c_{r,t} <= share (available_{r,t} + g c_{r,t-1} - net use_{r,t})
    c_{r,t} <= most, and share available_{r,t} if once

per_period: terms of period t. per_year: terms of the block of 12/m periods, level of its first period. cumulative:
terms up to t against the level at t. Units bought in t' serve every row at or after t' + lead, once each; in a year
block they must be there in its first period. Reviews and selection loads use ``fund`` instead of ``scale``. Program
costs that count against the cap stand in `commitments` and `draws` in the period of buying.

Why this form: amounts are totals a row, so no big-M is needed. A cumulative row is left out where the same resource has
a later row with no higher level and nothing that could bring the sum down in between (no supply, import, link or
program), because the later row implies it: a constant cap is one row.

Where cumulative rows would be long in all, each adds to the one before (`outlay.models.options.so_far`).

Size: at most one row a resource and period; one nonzero an option and covered period, in a cumulative row one an option
that has begun to use the resource by then. The terms are counted first, and too many are refused.

Source: the capacity rows of resource-constrained project scheduling, Pritsker, Watters and Wolfe, Management Science
16(1), 1969, doi:10.1287/mnsc.16.1.93, in their time-indexed form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from outlay.instances.instance import Instance
from outlay.models.arrays.rows import Entries, RowBlock, block
from outlay.models.case import Case
from outlay.models.options.size import few, refuse_too_many
from outlay.models.options.so_far import Standing
from outlay.models.options.to_date import Triple, count_summed, summed

ROW_NAMES = {
    "cap": "cap_not_exceeded",
    "draws": "draws_within_limit",
    "pace": "pace_of_selection_kept",
    "permits": "agency_capacity_kept",
}


#: Family of the rows that say what is left for the next period; each stands while those of its resource do.
CARRY_OVER = "carry_over"
#: Kinds of terms, as reports tell them apart.
KINDS = ("used", "supplied", "imported", "linked", "bought", "shortfall", "carried")


@dataclass(frozen=True)
class Part:
    """Terms of one kind in the rows of a resource.

    Attributes
    ----------
    kind
        One of `KINDS`.
    place, column, value
        In which row which column stands with which coefficient; shape (terms,).
    lasting
        Whether each also stands in every later row.
    """

    kind: str
    place: np.ndarray
    column: np.ndarray
    value: np.ndarray
    lasting: bool

    def size(self, rows: int) -> int:
        """Return how many terms there are, without spelling them out."""
        return count_summed(self.place, self.column, rows) if self.lasting else len(self.place)

    def terms(self, rows: int) -> Triple:
        """Return (row, column, coefficient) of the rows."""
        return (
            summed(self.place, self.column, self.value, rows) if self.lasting else (self.place, self.column, self.value)
        )

    def totals(self, point: np.ndarray, rows: int) -> np.ndarray:
        """Return what they come to in each row at a point."""
        inside = self.place < rows
        amounts = (self.value * point[self.column])[inside]
        total = np.bincount(self.place[inside], weights=amounts, minlength=rows)
        return np.cumsum(total) if self.lasting else total


@dataclass(frozen=True)
class ResourceFamily:
    """The rows of all resources of one family."""

    name: str

    def rows(self, case: Case) -> Iterator[RowBlock]:
        """Yield one block with the rows of every resource of the family, and one with what is used so far."""
        instance = case.instance
        names = [name for name in instance["resources"].texts("resource") if instance.family_of(name) == self.name]
        if not names:
            return
        entries = Entries()
        keys: list[tuple[str, int]] = []
        upper: list[np.ndarray] = []
        for name in names:
            rule = resource_rows(case, name)
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
        yield from self._so_far(case, [name for name in names if name in case.so_far.columns])

    def _so_far(self, case: Case, names: list[str]) -> Iterator[RowBlock]:
        if not names:
            return
        entries, keys, instance = Entries(), list[tuple[str, int]](), case.instance
        for name in names:
            rule = resource_rows(case, name)
            rule.fill_so_far(entries, len(keys))
            keys.extend((name, int(period)) for period in rule.periods)
        rows = block(
            f"{self.name}_used_so_far", self.name, keys, entries, case.book.size, upper=0.0,
            sentence=lambda row: f"what is used of {describe(instance, *keys[row])}",
        )  # fmt: skip
        yield replace(rows, defines=True)


def carried_rows(case: Case) -> Iterator[RowBlock]:
    """Yield left_carried_over, for every resource that carries over and whose rows stand."""
    entries, keys, upper = Entries(), list[tuple[str, int]](), [np.zeros(0)]
    for name in case.carry_overs:
        rule = resource_rows(case, name)
        if len(rule.periods) > 1:
            upper.append(rule.fill_carried(entries, len(keys)))
            keys.extend((name, int(period)) for period in rule.periods[:-1])
    left = block(
        "left_carried_over", CARRY_OVER, keys, entries, case.book.size, upper=np.concatenate(upper),
        sentence=lambda row: f"what is left of {describe(case.instance, *keys[row])}",
    )  # fmt: skip
    yield replace(left, defines=True)


def describe(instance: Instance, resource: str, period: int) -> str:
    """Return a resource row in words: "labour/electrical, 2028H1", "draws in 2028", "commitments to 2030H2"."""
    rows, title = instance["resources"], instance.resource_title(resource)
    basis = rows.texts("basis")[rows.index[(resource,)]]
    label = instance.period_label(period)
    if basis == "per_year":
        return f"{title} in {instance.year_label(period)}"
    if basis == "cumulative":
        return f"{title} up to {label}"
    return f"{title} in {label}"


class ResourceRows(Standing):
    """The rows of one resource, term by term; see `Standing` for which there are."""

    def __init__(self, case: Case, name: str, *, every_row: bool = False) -> None:
        super().__init__(case, name, every_row=every_row)
        self.so_far = None if every_row else case.so_far.columns.get(name)

    @property
    def size(self) -> int:
        """How many terms the rows have, at most."""
        if self.so_far is not None:
            return sum(len(part.place) for part in self.parts()) + 3 * len(self.periods)
        return sum(part.size(len(self.periods)) for part in self.parts())

    def fill(self, entries: Entries, first: int) -> None:
        """Add the coefficients of all rows; the resource's first row has number `first`."""
        if self.so_far is not None:
            entries.add(first + np.arange(len(self.periods)), self.so_far, 1.0)
            return
        for part in self.parts():
            row, column, value = part.terms(len(self.periods))
            entries.add(first + row, column, value)

    def fill_so_far(self, entries: Entries, first: int) -> None:
        """Add the coefficients of the rows that say what is used so far, where there are such."""
        if self.so_far is None:
            return
        row = first + np.arange(len(self.periods))
        entries.add(row[1:], self.so_far[:-1], 1.0)
        entries.add(row, self.so_far, -1.0)
        for part in self.parts():
            inside = part.place < len(row)
            entries.add(row[part.place[inside]], part.column[inside], part.value[inside])

    def amounts(self, point: np.ndarray) -> dict[str, np.ndarray]:
        """Return what each kind of term comes to in each row at a point, by kind; shape (rows,) each.

        What uses the resource is positive. Kinds: `KINDS`.
        """
        found = {kind: np.zeros(len(self.periods)) for kind in KINDS}
        for part in self.parts():
            found[part.kind] += part.totals(point, len(self.periods))
        return found

    def parts(self) -> Iterator[Part]:
        """Yield what stands in the rows, kind by kind; what uses the resource has a positive coefficient."""
        case, usage = self.case, self.case.usage
        fund = case.block("fund").columns
        for kind, chosen in (
            ("used", self.entries[usage.amount[self.entries] > 0]),
            ("supplied", self.entries[usage.amount[self.entries] < 0]),
        ):
            if len(chosen):
                option = usage.option[chosen]
                column = np.where(usage.scaled[chosen], case.scale_column[option], fund[option])
                yield self._counted(kind, usage.period[chosen], column, usage.amount[chosen])
        for name in sorted({"commitments", "draws"} & self.members):
            entry, period, amount = self.case.savings.of_resource(name)
            yield self._counted("used", period, self.case.block("saved").columns[entry], amount)
        if "selections" in self.members:
            given_up = self.case.cancelling_rules
            yield self._counted("used", given_up.selection, self.case.block("cancelled").columns, given_up.load)
        yield from self._columns("imported", "import_", dict.fromkeys(self.members, -1.0))
        yield from self._columns("linked", "flow", self._link_shares())
        yield from self._bought()
        yield from self._columns("used", "buy", self._program_costs())
        yield from self._carried()
        yield from self._short()

    def _columns(self, kind: str, name: str, coefficients: Mapping[str, float]) -> Iterator[Part]:
        """Yield the columns of a block with keys (name, period) that have a coefficient by name, if there are any."""
        columns = self.case.block(name)
        at, period, owner = columns.of([key for key, coefficient in coefficients.items() if coefficient])
        if len(at):
            values = np.array([coefficients[key] for key in owner])
            yield self._counted(kind, period, at, values)

    def _link_shares(self) -> dict[str, float]:
        """Return what a unit that flows through a link takes from this resource; of links that touch it."""
        links = self.case.instance["links"]
        names, loss, shares = links.texts("link"), links.column("loss"), dict[str, float]()
        leaving, coming = links.rows_with("from_resource", [self.name]), links.rows_with("to_resource", [self.name])
        for row in leaving:
            shares[names[row]] = 1.0
        for row in coming:
            shares[names[row]] = shares.get(names[row], 0.0) - (1.0 - float(loss[row]))  # type: ignore[arg-type]
        for row in links.rows_with("capacity_resource", self.members):
            shares[names[row]] = shares.get(names[row], 0.0) + 1.0
        return shares

    def _bought(self) -> Iterator[Part]:
        """Yield the units of programs, in every row from their arrival on."""
        programs = self.case.instance["programs"]
        names, months = programs.texts("program"), programs.column("lead_months")
        lead = {names[row]: self.case.periods_up(months[row]) for row in programs.rows_with("resource", self.members)}
        column, period, owner = self.case.block("buy").of(lead)
        if len(column):
            arrival = period + np.array([lead[name] for name in owner])
            place = np.searchsorted(self.periods, arrival)
            yield Part("bought", place, column, np.full(len(place), -1.0), lasting=True)

    def _short(self) -> Iterator[Part]:
        """Yield what is short in each row, if it may be."""
        column, period, _ = self.case.block("shortfall").of([self.name])
        if len(column):
            row = np.searchsorted(self.periods, period)
            yield Part("shortfall", row, column, np.full(len(row), -1.0), lasting=False)

    def _program_costs(self) -> dict[str, float]:
        """Return what a bought unit uses of this resource: its cost, if it counts against the cap."""
        times = len(self.members & {"commitments", "draws"})
        if not times:
            return {}
        programs = self.case.instance["programs"]
        return {
            name: times * price
            for name, price, counted in zip(
                programs.texts("program"),
                programs.floats("cost_per_unit").tolist(),
                programs.column("counts_against_cap"),
                strict=True,
            )
            if counted
        }

    @property
    def follows(self) -> np.ndarray:
        """Whether each row follows the one before without a gap, so that something can be carried over to it."""
        size = (self.case.instance.periods_per_year or 1) if self.basis == "per_year" else 1
        return np.diff(self.periods, prepend=-size - 1) == size

    def _carried(self) -> Iterator[Part]:
        """Yield what the block before passes on, with its interest."""
        column, period, _ = self.case.block("carried").of([self.name])
        own = dict(zip(period.tolist(), column.tolist(), strict=True))
        if own:
            rows = np.nonzero(self.follows)[0]
            at = np.array([own[int(self.periods[row - 1])] for row in rows.tolist()], dtype=int)
            growth = self.case.carry_overs[self.name].growth
            yield Part("carried", rows, at, np.full(len(rows), -growth), lasting=False)

    def fill_carried(self, entries: Entries, first: int) -> np.ndarray:
        """Add the rows that say what may be carried over, all but the last of the resource; return their limits."""
        share, last = self.case.carry_overs[self.name].share, len(self.periods) - 1
        own, _, _ = self.case.block("carried").of([self.name])
        entries.add(first + np.arange(last), own, 1.0)
        for part in self.parts():
            row, column, value = part.terms(len(self.periods))
            inside = row < last
            entries.add(first + row[inside], column[inside], share * value[inside])
        return share * self.limits[:last]

    def _counted(self, kind: str, period: np.ndarray, column: np.ndarray, value: np.ndarray) -> Part:
        """Return terms of periods as terms of the rows that count them."""
        if self.basis == "cumulative":
            return Part(kind, np.searchsorted(self.periods, period), column, value, lasting=True)
        size = (self.case.instance.periods_per_year or 1) if self.basis == "per_year" else 1
        place = np.full(self.case.instance.periods, -1)
        place[self.periods] = np.arange(len(self.periods))
        row = place[period // size * size]
        kept = row >= 0
        return Part(kind, row[kept], column[kept], value[kept], lasting=False)


def resource_rows(case: Case, name: str, *, every_row: bool = False) -> ResourceRows:
    """Return the rows of a resource."""
    return ResourceRows(case, name, every_row=every_row)


def refuse_too_many_terms(case: Case) -> None:
    """Raise if the rows of all resources together would not fit in memory.

    Raises
    ------
    InputError
        If they have more than `outlay.models.options.size.MAX_TERMS` terms.
    """
    instance, usage = case.instance, case.usage
    # Every amount and every column that belongs to no option in every row: counting is for what may be too much.
    uses = sum(len(usage.by_resource.of(row)) for tree in case.resource_tree for row in tree)
    others = (case.book.size - len(case.options)) * len(case.resource_tree)
    if few((uses + others) * instance.periods):
        return
    names = [name for name in instance["resources"].texts("resource") if instance.is_on(instance.family_of(name))]
    sizes = {name: resource_rows(case, name).size for name in names}
    refuse_too_many(sizes, instance, "terms in the rows of resources")
