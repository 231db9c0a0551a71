"""Checks of time and quantity: calendar, resources, requirements, permits, limits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.names import ENGINE_RESOURCES, never_negative
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.errors import Fault
from outlay.instances.values.circles import find_circles
from outlay.instances.values.numbers import EXACT
from outlay.instances.values.text import Hints


def cycles(scope: Scope) -> Iterator[Fault]:
    """Yield a fault for each knot of `requires` that no dates can satisfy, with a cycle as a path of project ids."""
    arrows: dict[str, set[str]] = {}
    for record in scope.instance["dependencies"].records():
        start, end = (str(record[name] or "").partition("@")[0] for name in ("project", "needs"))
        lag = record["lag_months"]
        later = record["at"] != "never" and isinstance(lag, Decimal) and lag >= 0
        if record["kind"] == "requires" and later and not record["when"] and start != end:
            arrows.setdefault(start, set()).add(end)
    source = scope.sources.get("dependencies", "dependencies")
    for circle in find_circles(arrows):
        problem = "these projects require each other in a circle"
        remedy = "delete one of the rows, or give one at = never"
        yield Fault(source, None, "needs", " -> ".join(circle), problem, remedy)


def dates(scope: Scope) -> Iterator[Fault]:
    """Yield every date that no period can stand for."""
    instance = scope.instance
    label = f"the calendar ends with {instance.period_label(instance.periods - 1)}"
    late, outside = f"no period begins at or after it ({label})", f"it lies outside the calendar ({label})"
    for table, column in (("projects", "earliest_start"), ("availability", "from"), ("imports", "from")):
        for row, month in enumerate(instance[table].raw(column)):
            if month is not None and instance.period_from(str(month)) >= instance.periods:
                yield scope.fault(table, row, column, late, "use an earlier month")
    for row, month in enumerate(instance["projects"].raw("latest_start")):
        if month is not None and not 0 <= instance.period_holding(str(month)) < instance.periods:
            yield scope.fault("projects", row, "latest_start", outside, "use a month of it")
    last = instance.settings.calendar.last_selection
    if last is not None and not 0 <= instance.period_holding(last) < instance.periods:
        yield scope.settings_fault("calendar.last_selection", last, outside, "use a month of it")


def stages(scope: Scope) -> Iterator[Fault]:
    """Yield a date of [stages] that no period holds."""
    instance, by = scope.instance, scope.instance.settings.stages.decide_by
    if by is not None and not 0 <= instance.period_holding(by) < instance.periods:
        last = instance.period_label(instance.periods - 1)
        problem = f"it lies outside the calendar (the calendar ends with {last})"
        yield scope.settings_fault("stages.decide_by", by, problem, "use a month of it")


def starts(scope: Scope) -> Iterator[Fault]:
    """Yield every project that its own dates leave no period to start in."""
    instance, rows = scope.instance, scope.instance["projects"]
    for row, (earliest, latest) in enumerate(zip(rows.raw("earliest_start"), rows.raw("latest_start"), strict=True)):
        if earliest is None or latest is None:
            continue
        first, last = instance.period_from(str(earliest)), instance.period_holding(str(latest))
        if 0 <= last < first < instance.periods:
            where = f"after latest_start {latest}"
            if str(earliest) <= str(latest):
                where = f"too near to latest_start {latest}: the next period begins with {instance.month_of(first)}"
            problem = f"{rows.key(row)} can never start, it is {where}"
            remedy = "move both dates; a set can `slip` them together"
            yield scope.fault("projects", row, "earliest_start", problem, remedy)


def years(scope: Scope) -> Iterator[Fault]:
    """Yield every yearly rule where the months of a period do not divide a year."""
    if scope.instance.periods_per_year is not None:
        return
    problem = f"periods of {scope.instance.months_per_period} months do not divide a year"
    remedy = "use 1, 2, 3, 4, 6 or 12 months a period"
    for table, column, word in (
        ("resources", "basis", "per_year"),
        ("limits", "every", "year"),
        ("dependencies", "kind", "same_year"),
    ):
        for row, cell in enumerate(scope.instance[table].raw(column)):
            if cell == word:
                yield scope.fault(table, row, column, problem, remedy)
    for row, cell in enumerate(scope.instance["funds"].raw("per_year")):
        if cell is not None:
            yield scope.fault("funds", row, "per_year", problem, remedy)


def parents(scope: Scope) -> Iterator[Fault]:
    """Yield parents of another unit, and cycles of parents."""
    rows = scope.instance["resources"]
    names, given = rows.texts("resource"), rows.texts("parent")
    units = dict(zip(names, rows.texts("unit"), strict=True))
    for row, (name, parent) in enumerate(zip(names, given, strict=True)):
        if parent in units and units[parent] != units[name]:
            problem = f"its unit is '{units[name]}', the parent's '{units[parent]}'"
            yield scope.fault("resources", row, "parent", problem, "give both the same unit")
    row_of = {name: row for row, name in enumerate(names)}
    for circle in find_circles({name: [parent] for name, parent in zip(names, given, strict=True) if parent}):
        problem = f"parents run in a circle: {' -> '.join(circle)}"
        yield scope.fault("resources", row_of[circle[0]], "parent", problem, "cut it")


def tolerances(scope: Scope) -> Iterator[Fault]:
    """Yield every tolerance without a penalty."""
    rows = scope.instance["resources"]
    for row, (tolerance, penalty) in enumerate(zip(rows.raw("tolerance"), rows.raw("penalty"), strict=True)):
        if tolerance is not None and penalty is None:
            yield scope.fault("resources", row, "tolerance", "a tolerance needs a penalty", "give one (0 is allowed)")


def engine_filled(scope: Scope) -> Iterator[Fault]:
    """Yield every cell that makes something else use a resource which the engine fills from the options."""
    for table, column, remedy in (
        ("requirements", "resource", "delete the row"),
        ("permits", "agency", "name a resource of kind permit, or leave it blank"),
        ("links", "capacity_resource", "name another resource, or leave it blank"),
    ):
        for row, resource in enumerate(scope.instance[table].raw(column)):
            if resource in ENGINE_RESOURCES:
                yield scope.fault(table, row, column, "the engine fills this resource itself", remedy)


def requirements(scope: Scope) -> Iterator[Fault]:
    """Yield requirements with both or neither kind of window."""
    rows = scope.instance["requirements"]
    columns = (rows.raw("phase"), rows.raw("from_month"), rows.raw("to_month"))
    for row, (phase, start, end) in enumerate(zip(*columns, strict=True)):
        dated = start is not None or end is not None
        if (phase is not None) == dated:
            problem = "a phase and months exclude each other" if dated else "a phase or months must say when"
            yield scope.fault("requirements", row, "phase", problem, "give either a phase or from_month")


def windows(scope: Scope) -> Iterator[Fault]:
    """Yield windows in months that end before they begin."""
    for table in ("requirements", "cashflows"):
        rows = scope.instance[table]
        for row, (start, end) in enumerate(zip(rows.raw("from_month"), rows.raw("to_month"), strict=True)):
            if isinstance(end, Decimal) and end <= (start if isinstance(start, Decimal) else 0):
                yield scope.fault(table, row, "to_month", "the window ends before it begins", "use a later month")


def permits(scope: Scope) -> Iterator[Fault]:
    """Yield permits without time, agencies that are none, and pools whose numbers differ."""
    rows, resources = scope.instance["permits"], scope.instance["resources"]
    kinds = dict(zip(resources.raw("resource"), resources.raw("kind"), strict=True))
    pools: dict[object, object] = {}
    for row, record in enumerate(rows.records()):
        if record["review_months"] is None and record["mode"] is None:
            yield scope.fault("permits", row, "review_months", "the review has no time", "give review_months or mode")
        if kinds.get(record["agency"]) not in {None, "permit"}:
            yield scope.fault("permits", row, "agency", "an agency is a resource of kind permit", "name such a one")
        slots, pool = record["fast_track_slots"], record["fast_track_pool"]
        if pool is not None and slots is not None and pools.setdefault(pool, slots) != slots:
            problem = f"another permit of the pool {pool} has {pools[pool]}"
            yield scope.fault("permits", row, "fast_track_slots", problem, "give the pool one number")


def limits(scope: Scope) -> Iterator[Fault]:
    """Yield limits that contradict themselves."""
    for row, record in enumerate(scope.instance["limits"].records()):
        if record["by"] == "all" and record["group"] is not None:
            yield scope.fault("limits", row, "group", "by = all has no groups", "leave it blank, or say by what")
        if record["of"] is not None and record["basis"] != "share":
            yield scope.fault("limits", row, "of", "only a share is a share of something", "set basis to share")
        if record["by"] != "all" and "cost" in (record["metric"], record["of"]):
            yield scope.fault("limits", row, "by", "cost belongs to no project", "use by = all")
        least, greatest = record["min"], record["max"]
        for column, bound in (("min", least), ("max", greatest)):
            if isinstance(bound, Decimal) and bound < 0:
                yield from _negative(scope, row, column, record)
        if isinstance(least, Decimal) and isinstance(greatest, Decimal) and least > greatest:
            yield scope.fault("limits", row, "min", f"it exceeds max ({greatest})", "swap them")
        yield from _growth(scope, row, record)


def _growth(scope: Scope, row: int, record: dict[str, Cell]) -> Iterator[Fault]:
    """Yield limits of growth of what has no time before, or is a share already, and a beginning of no growth."""
    limited = [column for column in ("max_growth_share", "max_growth") if record[column] is not None]
    for column in limited:
        if record["every"] == "total":
            yield scope.fault(
                "limits", row, column, "nothing comes before the whole plan", "set every to period or year"
            )
        if record["basis"] == "share":
            problem = "growth is limited of amounts, and this is a limit of shares"
            yield scope.fault("limits", row, column, problem, "use another row with basis = absolute")
    if record["growth_from"] is not None and not limited:
        problem = "no growth is limited"
        yield scope.fault(
            "limits", row, "growth_from", problem, "give max_growth_share or max_growth, or leave it blank"
        )


def _negative(scope: Scope, row: int, column: str, record: dict[str, Cell]) -> Iterator[Fault]:
    """Yield what is wrong with a negative bound, if anything is."""
    metric = str(record["metric"])
    if record["basis"] == "share":
        yield scope.fault("limits", row, column, "a share is not negative", "use at least 0, or basis = absolute")
    elif never_negative(metric):
        yield scope.fault("limits", row, column, f"{metric} is never negative", "use at least 0, or a net metric")


def groups(scope: Scope) -> Iterator[Fault]:
    """Yield limits of a group that no project has."""
    projects = scope.instance["projects"]
    known = {name: frozenset(projects.texts(name)) - {""} for name in ("sector", "region", "company")}
    known["tag"] = frozenset(tag for tags in projects.raw("tags") if isinstance(tags, tuple) for tag in tags)
    known["project"] = scope.ids("projects")
    hints = {name: Hints(words) for name, words in known.items()}
    rows = scope.instance["limits"]
    for row, (by, group) in enumerate(zip(rows.texts("by"), rows.raw("group"), strict=True)):
        if group is not None and by in known and group not in known[by]:
            yield scope.fault("limits", row, "group", f"no project has this {by}", hints[by](str(group)))


def programs(scope: Scope) -> Iterator[Fault]:
    """Yield programs whose least amount exceeds the greatest."""
    periods = scope.instance.periods
    for row, record in enumerate(scope.instance["programs"].records()):
        least, most, total = (record[name] for name in ("min_per_period", "max_per_period", "max_total"))
        if not isinstance(least, Decimal):
            continue
        if isinstance(most, Decimal) and least > most:
            problem = f"it exceeds max_per_period ({most})"
            yield scope.fault("programs", row, "min_per_period", problem, "swap them")
        elif isinstance(total, Decimal) and EXACT.multiply(least, periods) > total:
            amount = EXACT.multiply(least, periods)
            problem = f"in {periods} periods it comes to {amount}, more than max_total ({total})"
            yield scope.fault("programs", row, "min_per_period", problem, "use a lower one")


def carry_over(scope: Scope) -> Iterator[Fault]:
    """Yield carry-over of what stays anyway, of soft rows, and its details without a share."""
    for row, record in enumerate(scope.instance["resources"].records()):
        if not record["carry_over_share"]:
            for column in ("carry_over_max", "carry_over_once", "carry_over_interest"):
                if record[column]:
                    yield scope.fault("resources", row, column, "nothing is carried over", "give carry_over_share")
        elif record["basis"] == "cumulative":
            problem = "what a cumulative level leaves stays anyway"
            yield scope.fault("resources", row, "carry_over_share", problem, "leave it blank, or change the basis")
        elif record["penalty"] is not None:
            problem = "soft rows carry nothing over"
            yield scope.fault("resources", row, "carry_over_share", problem, "leave it or the penalty blank")
