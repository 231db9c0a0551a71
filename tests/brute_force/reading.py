"""Small readings of an instance: exact cells, dates as periods, levels over time, merged alternatives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from outlay.instances.instance import Instance
from tests.brute_force.money import discount

Record = dict[str, Any]


def exact(cell: object) -> Fraction:
    """Return a number cell as a fraction; a blank one as 0."""
    return Fraction(0) if cell is None else Fraction(cell)  # type: ignore[arg-type]


def periods_of(months: object, size: int) -> int:
    """Return how many periods a length in months takes, rounded up exactly."""
    return math.ceil(exact(months) / size)


_last_read: tuple[Instance, dict[str, list[Record]]] | None = None


def records(instance: Instance, table: str) -> list[Record]:
    """Return the rows of a table as dictionaries, defaults filled in (those of the last instance are kept)."""
    global _last_read  # noqa: PLW0603 - a one-place cache; an instance never changes
    if _last_read is None or _last_read[0] is not instance:
        _last_read = (instance, {})
    kept = _last_read[1]
    if table not in kept:
        kept[table] = list(instance[table].records())
    return kept[table]


def _months_from_start(instance: Instance, month: str) -> int:
    def count(text: str) -> int:
        return int(text[:4]) * 12 + int(text[5:])

    return count(month) - count(instance.settings.calendar.start)


def period_at_or_after(instance: Instance, month: str) -> int:
    """Return the first period that begins at or after a month (0 before the calendar)."""
    return max(0, math.ceil(Fraction(_months_from_start(instance, month), instance.months_per_period)))


def period_that_holds(instance: Instance, month: str) -> int:
    """Return the period that holds a month."""
    return math.floor(Fraction(_months_from_start(instance, month), instance.months_per_period))


def worth(instance: Instance, metric: str, months: int) -> Fraction:
    """Return what 1 of a metric is worth that falls so many months after the calendar's start."""
    base = instance.settings.calendar.base_date
    earlier = 0 if base is None else -_months_from_start(instance, base)
    return discount(instance.discount_rate(metric), months + earlier)


def last_selection(instance: Instance) -> int:
    """Return the last period in which anything can be selected."""
    month = instance.settings.calendar.last_selection
    return instance.periods - 1 if month is None else period_that_holds(instance, month)


def levels(instance: Instance, rows: Iterable[tuple[str, Any]], before: Any) -> list[Any]:
    """Return the value in force in each period, of dated rows (month, value); the latest date wins."""
    result = [before] * instance.periods
    for month, value in sorted(rows, key=lambda row: row[0]):
        first = period_at_or_after(instance, month)
        result[first:] = [value] * len(result[first:])
    return result


def availability(instance: Instance, name: str) -> list[Fraction | None]:
    """Return the level of a resource or fund in each period; None = no limit."""
    rows = [(r["from"], r["amount"]) for r in records(instance, "availability") if r["resource"] == name]
    return levels(instance, [(month, None if cell is None else exact(cell)) for month, cell in rows], Fraction(0))


def year_blocks(instance: Instance) -> list[range]:
    """Return the blocks of 12/m periods from the calendar's start; the last may be cut short."""
    size = 12 // instance.months_per_period
    return [range(first, min(first + size, instance.periods)) for first in range(0, instance.periods, size)]


def spans(instance: Instance, word: str) -> list[range]:
    """Return the stretches of periods that a basis or an `every` speaks of."""
    horizon = instance.periods
    if word in {"per_year", "year"}:
        return year_blocks(instance)
    if word in {"per_period", "period"}:
        return [range(t, t + 1) for t in range(horizon)]
    return [range(t + 1) for t in range(horizon)]  # cumulative


def merged_alternatives(instance: Instance) -> list[tuple[Record, str, Record]]:
    """Return (project record, alternative's name, its cells); blank cells come from the project, then the default."""
    projects, given = instance["projects"], instance["alternatives"]
    names = [c.name for c in given.spec.columns if c.name not in {"project", "alternative", "note"}]
    names += list(instance.settings.metrics)
    result = []
    for row, project in enumerate(projects.records()):
        rows: Sequence[int | None] = [i for i, who in enumerate(given.raw("project")) if who == project["id"]] or [None]
        for other in rows:
            cells: Record = {}
            for name in names:
                cell = None if other is None else given.raw(name)[other]
                cell = projects.raw(name)[row] if cell is None else cell
                default = Decimal(0) if name in instance.settings.metrics else projects.describe(name).default
                cells[name] = default if cell is None else cell
            label = "base" if other is None else str(given.raw("alternative")[other])
            result.append((project, label, cells))
    return result


def with_ancestors(instance: Instance) -> dict[str, tuple[str, ...]]:
    """Return each resource with all resources whose rows count its use: itself, its parent, and so on."""
    parent = {r["resource"]: r["parent"] for r in records(instance, "resources")}
    result = {}
    for name, above in parent.items():
        chain, here = [name], above
        while here is not None:
            chain.append(here)
            here = parent[here]
        result[name] = tuple(chain)
    return result
