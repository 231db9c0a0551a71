"""Checks of what was decided before the calendar: projects that have started or are committed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.approved import CHANGE_METRICS
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
            if record["id"] is not None:
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
    least, most = _scales(scope, str(record["id"]), str(given or next(iter(names))))
    if isinstance(scale, Decimal) and not least <= scale <= most:
        problem = f"it is built at scales from {least} to {most}"
        yield scope.fault("projects", row, "scale", problem, "write one of these")


def _scales(scope: Scope, project: str, alternative: str) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest scale of an alternative."""
    merged = scope.instance.alternatives
    row = merged.index[project, alternative]
    low, high, least = (merged.column(name)[row] for name in ("from_scale", "to_scale", "min_scale"))
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return low, high
    return (least if isinstance(least, Decimal) else Decimal(1)), Decimal(1)


def approved(scope: Scope) -> Iterator[Fault]:
    """Yield scales and dates of the plan that stands that cannot be, and a freeze of nothing."""
    instance = scope.instance
    for row, record in enumerate(instance["approved"].records()):
        if record["project"] not in scope.ids("projects"):
            continue
        names, given = scope.alternatives_of[str(record["project"])], record["alternative"]
        name = str(given) if given is not None else next(iter(names), "")
        scale = record["scale"]
        if scale is not None and given is None and len(names) > 1:
            problem = "it has several alternatives, and which was approved is not said"
            yield scope.fault("approved", row, "alternative", problem, f"write one of {', '.join(sorted(names))}")
        elif isinstance(scale, Decimal) and name in names:
            least, most = _scales(scope, str(record["project"]), name)
            if not least <= scale <= most:
                problem = f"it is built at scales from {least} to {most}"
                yield scope.fault("approved", row, "scale", problem, "write one of these")
        selected, start = record["selected"], record["start"]
        if selected is not None and start is not None and str(selected) > str(start):
            yield scope.fault("approved", row, "selected", f"it starts before, in {start}", "swap the two dates")
    until = instance.settings.calendar.frozen_until
    if until is not None and not len(instance["approved"]):
        problem = "there is no plan that stands to keep to"
        yield scope.settings_fault("calendar.frozen_until", until, problem, "give `approved`, or leave it out")


def changes(scope: Scope) -> Iterator[Fault]:
    """Yield limits of changes by date or as a share."""
    for row, record in enumerate(scope.instance["limits"].records()):
        if record["metric"] in CHANGE_METRICS or record["of"] in CHANGE_METRICS:
            if record["every"] != "total":
                yield scope.fault("limits", row, "every", "changes are counted in all", "use total")
            if record["basis"] == "share":
                yield scope.fault("limits", row, "basis", "changes are limited by number", "use absolute")
