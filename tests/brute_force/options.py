"""Every option of every project, generated anew from DESIGN section 3: alternative, track, selection and start."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from outlay.instances.instance import Instance
from tests.brute_force.money import growth
from tests.brute_force.reading import (
    Record,
    exact,
    last_selection,
    merged_alternatives,
    period_at_or_after,
    period_that_holds,
    periods_of,
    records,
)


@dataclass(frozen=True, eq=False)
class Alternative:
    """One way to build a project, with what follows from it before a start is chosen."""

    instance: Instance
    project: Record
    name: str
    cells: Record

    @property
    def id(self) -> str:
        return str(self.project["id"])

    @property
    def committed(self) -> bool:
        return self.project["status"] == "committed"

    @property
    def begun(self) -> bool:
        return self.project["status"] == "started"

    @cached_property
    def commitment(self) -> Fraction:
        return exact(self.cells["commitment"])

    @cached_property
    def _lines(self) -> dict[str, tuple[Fraction, Fraction]]:
        return {}

    def line(self, column: str) -> tuple[Fraction, Fraction]:
        """Return (per unit of scale, besides) of a column: the straight line on which a step lies."""
        if column not in self._lines:
            self._lines[column] = self._line(column)
        return self._lines[column]

    def _line(self, column: str) -> tuple[Fraction, Fraction]:
        amount = exact(self.cells[column])
        if self.cells["to_scale"] is None:
            return amount, Fraction(0)
        low, high = exact(self.cells["from_scale"]), exact(self.cells["to_scale"])
        if low == high:
            return amount / high, Fraction(0)
        found = [
            (exact(cells["to_scale"]) - exact(cells["from_scale"]), exact(cells[column]))
            for project, name, cells in merged_alternatives(self.instance)
            if project["id"] == self.id and name != self.name and cells["to_scale"] == self.cells["from_scale"]
        ]
        begins = max(found)[1] if found else amount * low / high
        slope = (amount - begins) / (high - low)
        return slope, amount - slope * high

    @cached_property
    def scales(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest scale."""
        row = self.project
        if self.begun or row["selected"] or row["scale"] is not None:
            decided = Fraction(1) if row["scale"] is None else exact(row["scale"])
            return decided, decided
        approved = decided_by_approval(self.instance, self.id)
        if approved is not None and approved["scale"] is not None:
            return exact(approved["scale"]), exact(approved["scale"])
        if self.cells["to_scale"] is not None:
            return exact(self.cells["from_scale"]), exact(self.cells["to_scale"])
        return exact(self.cells["min_scale"]), Fraction(1)

    @cached_property
    def divisible(self) -> bool:
        return self.scales != (1, 1)

    @cached_property
    def building(self) -> int:
        """b, the periods of building."""
        months = self.cells["construction_months"]
        return 1 if months is None else periods_of(months, self.instance.months_per_period)

    @cached_property
    def operating(self) -> int | None:
        """Return the periods of operation; None = to the horizon."""
        life = self.cells["life_years"]
        return None if life is None else periods_of(12 * exact(life), self.instance.months_per_period)

    @cached_property
    def draw_weights(self) -> tuple[Fraction, ...]:
        b = self.building
        if self.cells["profile"] is not None:
            shares = [Fraction(share) for share in self.cells["profile"].split(";")]
            if len(shares) == b:
                return tuple(shares)
            years = [k * self.instance.months_per_period // 12 for k in range(b)]
            return tuple(shares[year] / years.count(year) for year in years)
        raw = [min(k + 1, b - k) if self.cells["draw_shape"] == "bell" else 1 for k in range(b)]
        return tuple(Fraction(weight, sum(raw)) for weight in raw)

    def rows(self, table: str) -> list[Record]:
        """Return the rows of requirements or cashflows that concern this alternative."""
        return [
            row
            for row in records(self.instance, table)
            if row["project"] == self.id and row["alternative"] in {None, self.name}
        ]


@dataclass(frozen=True, eq=False)
class Option:
    """One option. Periods may lie beyond the horizon, except selection and start."""

    of: Alternative
    fast: bool
    review: int
    selection: int
    start: int
    metrics: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    fixed_metrics: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    uses: dict[tuple[str, int], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    fixed_uses: dict[tuple[str, int], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    supplies: dict[tuple[str, int], Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    @property
    def project(self) -> str:
        return self.of.id

    @property
    def alternative(self) -> str:
        return self.of.name

    @cached_property
    def price(self) -> Fraction:
        """What 1 at the date of prices costs at the start."""
        rate, instance = self.of.cells["escalation_per_year"], self.of.instance
        first, base = (
            int(month[:4]) * 12 + int(month[5:])
            for month in (
                instance.settings.calendar.start,
                instance.settings.calendar.price_date or instance.settings.calendar.start,
            )
        )
        return growth(rate, first + self.start * instance.months_per_period - base)

    @cached_property
    def commitment(self) -> Fraction:
        """K for each unit of scale, in the prices of the start."""
        return self.of.line("commitment")[0] * self.price

    @cached_property
    def base(self) -> Fraction:
        """What is added to K x scale, in the prices of the start."""
        return self.of.line("commitment")[1] * self.price

    def asks(self, scale: Fraction) -> Fraction:
        """Return the commitment at a scale."""
        return self.commitment * scale + self.base

    @property
    def ready(self) -> int:
        """The first operating period."""
        return self.start + self.of.building

    def window(self, row: Record) -> tuple[int, int]:
        """Return the first and last period that a requirement or cash-flow row covers (last < first: none)."""
        m = self.of.instance.months_per_period
        horizon, operating = self.of.instance.periods, self.of.operating
        end = horizon - 1 if operating is None else self.ready + operating - 1
        phase = row.get("phase")
        if phase == "permitting":
            return self.start - self.review, self.start - 1
        if phase == "construction":
            return self.start, self.ready - 1
        if phase == "operation":
            return self.ready, end
        first = self.start + math.floor(exact(row["from_month"]) / m)
        to = row["to_month"]
        return first, end if to is None else self.start + math.ceil(exact(to) / m) - 1


def frozen(instance: Instance) -> int:
    """Return how many periods are decided by the plan that stands."""
    until = instance.settings.calendar.frozen_until
    return 0 if until is None else period_at_or_after(instance, until)


def decided_by_approval(instance: Instance, project: str) -> Record | None:
    """Return the row of `approved` of a project that it selects or starts in a frozen period."""
    for row in records(instance, "approved"):
        if row["project"] == project:
            dates = [period_that_holds(instance, row[name]) for name in ("selected", "start") if row[name]]
            return row if any(date < frozen(instance) for date in dates) else None
    return None


def keeps_what_is_decided(instance: Instance, option: Option) -> bool:
    """Return whether an option is what the plan that stands says of the frozen periods."""
    row, until = decided_by_approval(instance, option.project), frozen(instance)
    free = not option.of.committed
    if not until or option.of.begun:
        return True
    if row is None:
        return not free or option.selection >= until
    if row["alternative"] not in {None, option.alternative}:
        return False
    if row["start"]:
        start = period_that_holds(instance, row["start"])
        if start != option.start and (start < until or option.start < until):
            return False
    selected = period_that_holds(instance, row["selected"]) if row["selected"] else until
    return not free or selected >= until or option.selection == selected


def shape_amounts(shape: str, amount: Fraction, n: int) -> list[Fraction]:
    """Return the amount of each of the n periods of a window."""
    if shape == "bell":
        return [amount * min(i, n + 1 - i) / math.ceil(n / 2) for i in range(1, n + 1)]
    return [amount / n] * n if shape == "spread" and n else [amount] * n


def review_tracks(alternative: Alternative) -> list[tuple[bool, int]]:
    """Return (fast track?, periods of review) for each track that is offered."""
    instance = alternative.instance
    permits = {row["permit"]: row for row in records(instance, "permits")}
    name = alternative.cells["permit"]
    if name is None or not instance.is_on("permits") or alternative.begun:
        return [(False, 0)]
    permit = permits[name]
    months = alternative.project["review_remaining_months"]
    if months is None:
        months = permit["mode"] if permit["review_months"] is None else permit["review_months"]
    tracks = [(False, periods_of(exact(months), instance.months_per_period))]
    if permit["fast_track_factor"] is not None:
        quick = periods_of(exact(months) * exact(permit["fast_track_factor"]), instance.months_per_period)
        if quick < tracks[0][1]:
            tracks.append((True, quick))
    return tracks


def selections(alternative: Alternative, start: int) -> range:
    """Return the periods in which an option that starts then may be selected."""
    if alternative.committed or alternative.begun:
        when = alternative.project["selected"]
        period = period_that_holds(alternative.instance, when) if when else -1 if alternative.begun else 0
        return range(period, period + 1)
    calendar, m = alternative.instance.settings.calendar, alternative.instance.months_per_period
    lead = periods_of(calendar.selection_to_funding_months, m)
    wait = periods_of(calendar.max_wait_months, m)
    first = max(0, start - lead - wait)
    return range(first, min(start - lead, last_selection(alternative.instance)) + 1)


def starts(alternative: Alternative) -> range:
    """Return the periods in which building may start, before review and selection are looked at."""
    instance, project = alternative.instance, alternative.project
    first, last = 0, instance.periods - 1
    if alternative.begun:
        began = period_that_holds(instance, project["started"])
        return range(began, began + 1)
    if project["earliest_start"] is not None:
        first = period_at_or_after(instance, project["earliest_start"])
    if project["latest_start"] is not None:
        last = min(last, period_that_holds(instance, project["latest_start"]))
    if instance.settings.calendar.finish_inside:
        last = min(last, instance.periods - alternative.building)
    return range(first, last + 1)


def bare_options(instance: Instance) -> Iterator[Option]:
    """Yield every option by its dates alone: no lender, no fund, nothing computed yet."""
    for project, name, cells in merged_alternatives(instance):
        alternative = Alternative(instance, project, name, cells)
        if project["status"] == "excluded" or project["alternative"] not in {None, name}:
            continue
        for start in starts(alternative):
            for fast, review in review_tracks(alternative):
                if start - review < 0 and not alternative.begun:
                    continue
                for selection in selections(alternative, start):
                    option = Option(alternative, fast, review, selection, start)
                    if _allowed(instance, option):
                        yield option


def _matches(instance: Instance, item: str, option: Option) -> bool:
    project, alternative, month = [*item.split("@"), None, None][:3]
    return (
        project == option.project
        and alternative in {None, option.alternative}
        and (month is None or period_that_holds(instance, month) == option.start)
    )


def _allowed(instance: Instance, option: Option) -> bool:
    """Return whether the forced items leave the option."""
    applied = instance.settings.applied
    if any(_matches(instance, item, option) for item in applied.force_out):
        return False
    if not keeps_what_is_decided(instance, option):
        return False
    forced = [item for item in applied.force_in if item.split("@")[0] == option.project]
    return all(_matches(instance, item, option) for item in forced)


def must_be_funded(instance: Instance) -> set[str]:
    """Return the ids of projects that every plan funds."""
    ids = {r["id"] for r in records(instance, "projects") if r["status"] in {"mandatory", "committed", "started"}}
    ids |= {r["id"] for r in records(instance, "projects") if decided_by_approval(instance, r["id"])}
    return ids | {item.split("@")[0] for item in instance.settings.applied.force_in}
