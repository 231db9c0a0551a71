"""`Reading`: the tables of an instance as the verifier looks things up in them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TypeAlias

from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.instance import Instance
from outlay.optimizer.verify import words
from outlay.optimizer.verify.exact import ZERO, discount, exact, exact_or_none

Record: TypeAlias = Mapping[str, Cell]
#: A level for each period; None where there is no limit.
Levels: TypeAlias = Sequence[Fraction | None]


class Reading:
    """An instance, indexed once; every number is a fraction and every date a period.

    Parameters
    ----------
    instance
        The instance with its constraint sets applied.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.settings = instance.settings
        self.calendar = instance.settings.calendar
        self.periods = instance.periods
        self.months = instance.months_per_period

    # -- calendar ------------------------------------------------------------------------------------------------

    def periods_up(self, months: Cell | Fraction) -> int:
        """Return a length in months as whole periods, rounded up; negative lengths too."""
        return _periods_up(months, self.months)

    def periods_down(self, months: Cell | Fraction) -> int:
        """Return a length in months as whole periods, rounded down."""
        return -_periods_up(-_fraction(months), self.months)

    def months_of_prices(self, period: int) -> int:
        """Return the months from the date of prices to a period; negative before that date."""
        start, base = (
            12 * int(month[:4]) + int(month[5:])
            for month in (self.calendar.start, self.calendar.price_date or self.calendar.start)
        )
        return start + period * self.months - base

    def started(self, project: str) -> int | None:
        """Return the period in which building of a started project began, None of another; negative if before."""
        row = self.projects[project]
        return None if row["status"] != "started" else self.instance.period_holding(str(row["started"]))

    def selected(self, project: str) -> int:
        """Return the period in which a committed or started project counts as selected."""
        row = self.projects[project]
        if row["selected"] is not None:
            return self.instance.period_holding(str(row["selected"]))
        return -1 if row["status"] == "started" else 0

    def worth(self, metric: str, months: int) -> Fraction:
        """Return what 1 of a metric, so many months after the calendar's start, is worth at the base date."""
        return discount(self.rate(metric), months + self.months_before)

    @cached_property
    def months_before(self) -> int:
        """The months from the date of present values to the calendar's start."""
        start, base = (
            12 * int(month[:4]) + int(month[5:])
            for month in (self.calendar.start, self.calendar.base_date or self.calendar.start)
        )
        return start - base

    @cached_property
    def years(self) -> tuple[range, ...]:
        """The blocks of 12/m periods from the calendar's start; the last may be cut short."""
        size = self.instance.periods_per_year or self.periods
        return tuple(range(first, min(first + size, self.periods)) for first in range(0, self.periods, size))

    def label(self, period: int) -> str:
        """Return a period as people write it."""
        known = self._labels
        return known[period] if 0 <= period < len(known) else words.period(self.instance, period)

    @cached_property
    def _labels(self) -> tuple[str, ...]:
        return tuple(words.period(self.instance, period) for period in range(self.periods))

    def levels(self, rows: Iterable[tuple[str, Fraction | None]]) -> Levels:
        """Return the step function of dated rows: 0 before the first; of several in one period the latest date wins."""
        from_period: dict[int, Fraction | None] = {}
        for month, level in sorted(rows, key=lambda row: row[0]):
            from_period[self.instance.period_from(month)] = level
        steps: list[Fraction | None] = []
        current: Fraction | None = ZERO
        for period in range(self.periods):
            current = from_period.get(period, current)
            steps.append(current)
        return steps

    # -- tables --------------------------------------------------------------------------------------------------

    def records(self, table: str) -> list[dict[str, Cell]]:
        """Return the rows of a table, defaults filled in."""
        return list(self.instance[table].records())

    @cached_property
    def projects(self) -> dict[str, Record]:
        """Every project by id."""
        return self._by("projects", "id")

    @cached_property
    def synergies(self) -> list[Record]:
        """The rows of dependencies that only add to metrics."""
        table = self.instance["dependencies"]
        return list(table.records(table.rows_with("kind", ["synergy"])))

    @cached_property
    def alternatives(self) -> dict[tuple[str, str], Record]:
        """Every alternative by (project, alternative), blank cells filled from its project."""
        return {(str(row["project"]), str(row["alternative"])): row for row in self.instance.alternatives.records()}

    @cached_property
    def permits(self) -> dict[str, Record]:
        """Every permit by name."""
        return self._by("permits", "permit")

    @cached_property
    def resources(self) -> dict[str, Record]:
        """Every resource by name."""
        return self._by("resources", "resource")

    @cached_property
    def programs(self) -> dict[str, Record]:
        """Every program by name."""
        return self._by("programs", "program")

    @cached_property
    def links(self) -> dict[str, Record]:
        """Every link by name."""
        return self._by("links", "link")

    @cached_property
    def funds(self) -> dict[str, Record]:
        """Every fund by name."""
        return self._by("funds", "fund")

    @cached_property
    def fund_amounts(self) -> dict[tuple[str, str], Record]:
        """What a fund may and must pay for a project, by (project, fund)."""
        return {(str(row["project"]), str(row["fund"])): row for row in self.records("fund_amounts")}

    @cached_property
    def terms(self) -> dict[str, Record]:
        """Every row of loan terms by name."""
        return self._by("terms", "terms")

    def _by(self, table: str, key: str) -> dict[str, Record]:
        return {str(row[key]): row for row in self.records(table)}

    @cached_property
    def _requirements(self) -> dict[str, list[Record]]:
        return self._grouped("requirements")

    @cached_property
    def _cashflows(self) -> dict[str, list[Record]]:
        return self._grouped("cashflows")

    def _grouped(self, table: str) -> dict[str, list[Record]]:
        rows: dict[str, list[Record]] = {}
        for row in self.records(table):
            rows.setdefault(str(row["project"]), []).append(row)
        return rows

    def requirements(self, project: str, alternative: str) -> list[Record]:
        """Return what an alternative uses and supplies."""
        return _applying(self._requirements, project, alternative)

    def cashflows(self, project: str, alternative: str) -> list[Record]:
        """Return the own cash flows of an alternative."""
        return _applying(self._cashflows, project, alternative)

    # -- levels --------------------------------------------------------------------------------------------------

    @cached_property
    def _dated(self) -> dict[str, list[tuple[str, Fraction | None]]]:
        rows: dict[str, list[tuple[str, Fraction | None]]] = {}
        for row in self.records("availability"):
            rows.setdefault(str(row["resource"]), []).append((str(row["from"]), exact_or_none(row["amount"])))
        return rows

    def is_dated(self, name: str) -> bool:
        """Return whether `availability` has rows of a resource or fund."""
        return name in self._dated

    def available(self, name: str) -> Levels:
        """Return the level of a resource, or the cumulative ceiling of a fund, in each period."""
        return self.levels(self._dated.get(name, []))

    @cached_property
    def imports(self) -> dict[str, tuple[Levels, Levels]]:
        """Import ceiling and premium of each resource that can be imported, in each period."""
        ceilings: dict[str, list[tuple[str, Fraction | None]]] = {}
        premiums: dict[str, list[tuple[str, Fraction | None]]] = {}
        for row in self.records("imports"):
            resource, month = str(row["resource"]), str(row["from"])
            ceilings.setdefault(resource, []).append((month, exact(row["max_per_period"])))
            premiums.setdefault(resource, []).append((month, exact(row["premium_per_unit"])))
        return {name: (self.levels(ceilings[name]), self.levels(premiums[name])) for name in ceilings}

    # -- resources -----------------------------------------------------------------------------------------------

    @cached_property
    def lineage(self) -> dict[str, tuple[str, ...]]:
        """Each resource with the wider ones that count it: itself, its parent, the parent's parent, ..."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.resources:
            line = [name]
            while (parent := self.resources[line[-1]]["parent"]) is not None and str(parent) not in line:
                line.append(str(parent))
            found[name] = tuple(line)
        return found

    def resource_words(self, name: str) -> str:
        """Return a resource as people say it."""
        row = self.resources.get(name)
        if row is None or row["title"]:
            return words.name(name if row is None else row["title"])
        return words.resource(name, str(row["kind"]), "" if row["region"] is None else str(row["region"]))

    def money(self, value: Fraction) -> str:
        """Return an amount of money in words."""
        return words.amount(value, self.settings.money_unit)

    def units(self, resource: str, value: Fraction) -> str:
        """Return an amount of a resource in words; engine-filled money carries the instance's unit if it has none."""
        unit = self.resources[resource]["unit"] if resource in self.resources else None
        return words.amount(value, unit or (self.settings.money_unit if resource in {"commitments", "draws"} else ""))

    # -- rates ---------------------------------------------------------------------------------------------------

    def rate(self, metric: str) -> Fraction:
        """Return the yearly discount rate of a metric."""
        return Fraction(self.instance.discount_rate(metric))


@lru_cache(maxsize=100_000, typed=True)
def _periods_up(months: Cell | Fraction, of: int) -> int:
    """Return a length in months as whole periods of so many months; the same few for thousands of dependencies."""
    return math.ceil(_fraction(months) / of)


def _fraction(value: Cell | Fraction) -> Fraction:
    return value if isinstance(value, Fraction) else exact(value)


def _applying(rows: Mapping[str, list[Record]], project: str, alternative: str) -> list[Record]:
    return [row for row in rows.get(project, []) if row["alternative"] in (None, alternative)]
