"""The rows of every resource and all that serves it: imports, programs, links, soft rows, fast-track slots."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from outlay.instances.instance import Instance
from tests.brute_force.metrics import Metrics
from tests.brute_force.money import growth
from tests.brute_force.options import Option
from tests.brute_force.reading import (
    Record,
    availability,
    exact,
    levels,
    periods_of,
    records,
    spans,
    with_ancestors,
    worth,
)
from tests.brute_force.system import Expression, System


class Resources:
    """Builds the rows of every resource, and the columns of programs, links, imports and shortfalls."""

    def __init__(self, instance: Instance, system: System, metrics: Metrics) -> None:
        self.instance, self.system, self.metrics = instance, system, metrics
        self.ancestors = with_ancestors(instance)
        #: (resource, period) -> what is taken there, counted in the resource's rows and in its ancestors'.
        self.taken: dict[tuple[str, int], Expression] = defaultdict(Expression)
        #: (resource, period) -> outflow minus inflow, counted in the resource's own rows.
        self.flows: dict[tuple[str, int], Expression] = defaultdict(Expression)
        #: (resource, period, lead) -> units bought then.
        self.bought: list[tuple[str, int, int, int]] = []

    def add(self) -> None:
        """Add all columns and rows."""
        for o, option in enumerate(self.system.options):
            self._option(o, option)
        self._imports()
        self._programs()
        self._links()
        for row in records(self.instance, "resources"):
            if self.instance.is_on(self.instance.family_of(row["resource"])):
                self._rows(row)

    def _option(self, o: int, option: Option) -> None:
        for key, amount in option.uses.items():
            self.system.take(self.taken[key], o, scaled=amount)
        for place, owner, amount in self.system.savings:
            if owner == o:
                self.taken["commitments", option.selection].synergies[place] += amount
                for k, weight in enumerate(option.of.draw_weights):
                    self.taken["draws", option.start + k].synergies[place] += amount * weight
        for key, amount in option.supplies.items():
            self.system.take(self.taken[key], o, scaled=-amount)
        for key, amount in option.fixed_uses.items():
            self.system.take(self.taken[key], o, fixed=amount)

    def _cost(self, column: int, period: int, per_unit: Fraction) -> None:
        amount = per_unit * worth(self.instance, "cost", self.instance.months_per_period * period)
        self.metrics.costs.append((column, period, amount))

    def _imports(self) -> None:
        given: dict[str, list[Record]] = defaultdict(list)
        for row in records(self.instance, "imports"):
            given[row["resource"]].append(row)
        for resource, rows in given.items():
            in_force = levels(self.instance, [(row["from"], row) for row in rows], None)
            for t, row in enumerate(in_force):
                if row is not None:
                    column = self.system.column(("import", resource, t), 0, exact(row["max_per_period"]))
                    self.taken[resource, t].columns[column] -= 1
                    self._cost(column, t, exact(row["premium_per_unit"]))

    def _programs(self) -> None:
        for row in records(self.instance, "programs"):
            lead = periods_of(row["lead_months"], self.instance.months_per_period)
            total = Expression()
            for t in range(self.instance.periods):
                most = row["max_per_period"]
                column = self.system.column(("buy", row["program"], t), 0, None if most is None else exact(most))
                self.bought.append((row["resource"], t, lead, column))
                total.columns[column] += 1
                self._cost(column, t, exact(row["cost_per_unit"]))
                late = worth(self.instance, "value", self.instance.months_per_period * t)
                self.metrics.worth.append((column, t, exact(row["value_per_unit"]) * late))
                if row["min_per_period"]:
                    unit = Expression(columns=defaultdict(Fraction, {column: Fraction(1)}))
                    self.system.at_least(("least", row["program"], t), unit, exact(row["min_per_period"]))
                if row["counts_against_cap"]:
                    for resource in ("commitments", "draws"):
                        self.taken[resource, t].columns[column] += exact(row["cost_per_unit"])
            if row["max_total"] is not None:
                self.system.at_most(("max_total", row["program"]), total, exact(row["max_total"]))

    def _links(self) -> None:
        for row in records(self.instance, "links"):
            for t in range(self.instance.periods):
                most = row["capacity"]
                column = self.system.column(("flow", row["link"], t), 0, None if most is None else exact(most))
                self.flows[row["from_resource"], t].columns[column] += 1
                self._cost(column, t, exact(row["cost_per_unit"]))
                self.flows[row["to_resource"], t].columns[column] -= 1 - exact(row["loss"])
                if row["capacity_resource"] is not None:
                    self.taken[row["capacity_resource"], t].columns[column] += 1

    def _rows(self, row: Record) -> None:
        name = row["resource"]
        limits = availability(self.instance, name)
        counted = [other for other, line in self.ancestors.items() if name in line]
        carried: int | None = None
        for span in spans(self.instance, row["basis"]):
            told = span[-1] if row["basis"] == "cumulative" else span[0]
            limit = limits[told]
            if limit is None:
                carried = None
                continue
            form = Expression()
            if carried is not None:
                form.columns[carried] -= self._interest(row)
            for t in span:
                form.add(self.flows[name, t])
                for resource in counted:
                    form.add(self.taken[resource, t])
            for resource, bought, lead, column in self.bought:
                if resource in counted and bought + lead <= told:
                    form.columns[column] -= 1
            self._soften(row, told, limit, form)
            self.system.at_most(("resource", name, told), form, limit)
            carried = self._carry_over(row, told, limit, form)

    def _carry_over(self, row: Record, told: int, limit: Fraction, form: Expression) -> int | None:
        """Add what a block passes on to the next one: a share of what it leaves."""
        share = exact(row["carry_over_share"])
        if not share:
            return None
        ceilings = [share * limit] if row["carry_over_once"] else []
        ceilings += [] if row["carry_over_max"] is None else [exact(row["carry_over_max"])]
        column = self.system.column(("carry", row["resource"], told), 0, min(ceilings) if ceilings else None)
        passed = Expression(columns=defaultdict(Fraction, {column: Fraction(1)}))
        self.system.at_most(("carry", row["resource"], told), passed.add(form, share), share * limit)
        return column

    def _interest(self, row: Record) -> Fraction:
        """Return what a unit that a block passes on is in the next one."""
        months = 12 if row["basis"] == "per_year" else self.instance.months_per_period
        return growth(row["carry_over_interest"], months)

    def _soften(self, row: Record, told: int, limit: Fraction, form: Expression) -> None:
        if row["penalty"] is not None:
            most = None if row["tolerance"] is None else exact(row["tolerance"]) * limit
            column = self.system.column(("shortfall", row["resource"], told), 0, most)
            form.columns[column] -= 1
            self._cost(column, told, exact(row["penalty"]))


def add_fast_track_slots(instance: Instance, system: System) -> None:
    """Add the number of options on the fast track, by pool or by permit."""
    if not instance.is_on("permits"):
        return
    pool_of, slots = {}, {}
    for row in records(instance, "permits"):
        pool = ("pool", row["fast_track_pool"]) if row["fast_track_pool"] else ("permit", row["permit"])
        pool_of[row["permit"]] = pool
        if row["fast_track_slots"] is not None:
            slots[pool] = exact(row["fast_track_slots"])
    for pool, number in slots.items():
        form = Expression()
        for o, option in enumerate(system.options):
            if option.fast and pool_of[option.of.cells["permit"]] == pool:
                form.options[o] += 1
        system.at_most(("fast track", pool), form, number)
