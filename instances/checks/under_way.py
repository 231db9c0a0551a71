"""Checks of what was decided before the calendar: projects that have started or are committed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.kinds import LONGEST_MONTHS
from outlay.instances.dictionary.projects import UNDER_WAY, UNDER_WAY_COLUMNS
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault
from outlay.instances.values.numbers import month_number, month_text
from outlay.instances.values.text import did_you_mean


def decided(scope: Scope) -> Iterator[Fault]:
    """Yield dates and decisions that do not fit the status of their project, or each other."""
    for row, record in enumerate(scope.instance["projects"].records()):
        status = record["status"]
        for column in UNDER_WAY_COLUMNS:
            allowed = ("started",) if column.name == "started" else UNDER_WAY
            if record[column.name] is not None and status not in (*allowed, "excluded"):
                problem = f"the project is {status}; this is told of {' and '.join(allowed)} projects"
                yield scope.fault("projects", row, column.name, problem, "leave it blank, or change the status")
        if status in UNDER_WAY:
            yield from _dates(scope, row, record)
            yield from _alternative(scope, row, record)


def _dates(scope: Scope, row: int, record: dict[str, Cell]) -> Iterator[Fault]:
    instance, started, selected = scope.instance, record["started"], record["selected"]
    if record["status"] == "started" and started is None:
        problem = "a started project needs the month in which building began"
        yield scope.fault("projects", row, "started", problem, "write it, such as " + _before(scope))
    if started is not None and instance.period_holding(str(started)) >= instance.periods:
        problem = f"the calendar ends with {instance.period_label(instance.periods - 1)}"
        yield scope.fault("projects", row, "started", problem, "use an earlier month, or the status committed")
    for column in ("started", "selected"):
        months = 0 if record[column] is None else -instance.period_holding(str(record[column]))
        if months * instance.months_per_period > LONGEST_MONTHS:
            problem = f"it lies more than {LONGEST_MONTHS} months before the calendar"
            yield scope.fault("projects", row, column, problem, "use a later month")
    if selected is not None and instance.period_holding(str(selected)) >= 0:
        problem = f"the calendar begins with {instance.settings.calendar.start}"
        yield scope.fault("projects", row, "selected", problem, "use an earlier month, or leave it blank")


def _before(scope: Scope) -> str:
    """Return the month before the calendar."""
    return month_text(month_number(scope.instance.settings.calendar.start) - 1)


def _alternative(scope: Scope, row: int, record: dict[str, Cell]) -> Iterator[Fault]:
    names, given, scale = scope.alternatives_of[str(record["id"])], record["alternative"], record["scale"]
    if given is not None and given not in names:
        problem = f"project {record['id']} has no such alternative"
        yield scope.fault("projects", row, "alternative", problem, did_you_mean(str(given), names))
        return
    if given is None and len(names) > 1:
        if record["status"] == "started" or record["selected"] is not None or scale is not None:
            problem = "it has several alternatives, and which was decided is not said"
            yield scope.fault("projects", row, "alternative", problem, f"write one of {', '.join(sorted(names))}")
        return
    least = _least_scale(scope, str(record["id"]), str(given or next(iter(names))))
    if isinstance(scale, Decimal) and scale < least:
        problem = f"its least scale is {least}"
        yield scope.fault("projects", row, "scale", problem, f"write a share from {least} to 1")


def _least_scale(scope: Scope, project: str, alternative: str) -> Decimal:
    merged = scope.instance.alternatives
    found = merged.column("min_scale")[merged.index[project, alternative]]
    return found if isinstance(found, Decimal) else Decimal(1)
