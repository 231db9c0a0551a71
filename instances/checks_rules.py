"""The rules that `outlay.instances.checks` lists, one function each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import networkx

from outlay.instances.dictionary import TABLES
from outlay.instances.errors import Fault
from outlay.instances.scope import Scope
from outlay.instances.settings import (
    ENGINE_RESOURCES,
    FAMILIES,
    FAMILY_GROUPS,
    USE_PREFIX,
)
from outlay.instances.text import did_you_mean

LOAN_METRICS = frozenset({"us_npv", "japan_npv"})
#: Metrics that cash-flow rows cannot add to.
CLOSED_TO_CASHFLOWS = frozenset({"us_npv", "japan_npv", "commitment", "count", "cost"})
CLOSED_TO_SYNERGIES = frozenset({"count", "cost"})


def no_cycle_of_requires(scope: Scope) -> Iterator[Fault]:
    """Yield one fault that names a cycle of `requires` as a path of project ids."""
    rows = scope.instance["dependencies"]
    graph = networkx.DiGraph()
    for project, needs, kind in zip(rows.texts("project"), rows.texts("needs"), rows.raw("kind"), strict=True):
        if kind == "requires":
            graph.add_edge(project.partition("@")[0], needs.partition("@")[0])
    graph.remove_edges_from(networkx.selfloop_edges(graph))
    looped = sorted(min(component) for component in networkx.strongly_connected_components(graph) if len(component) > 1)
    for first in looped:
        path = [first, *(edge[1] for edge in networkx.find_cycle(graph, first))]
        if path[0] != path[-1]:
            path = path[path.index(path[-1]) :]
        yield Fault(
            scope.sources.get("dependencies", "dependencies"),
            None,
            "needs",
            " -> ".join(path),
            "these projects require each other in a circle",
            "delete one of the rows",
        )


def dates_in_calendar(scope: Scope) -> Iterator[Fault]:
    """Yield every date that no period can stand for."""
    instance = scope.instance
    label = f"the calendar ends with {instance.period_label(instance.periods - 1)}"
    for table, column in (("projects", "earliest_start"), ("availability", "from"), ("imports", "from")):
        for row, month in enumerate(instance[table].raw(column)):
            if month is not None and instance.period_from(str(month)) >= instance.periods:
                yield scope.fault(table, row, column, f"no period begins at or after it ({label})", "use an earlier month")
    for row, month in enumerate(instance["projects"].raw("latest_start")):
        if month is not None and not 0 <= instance.period_holding(str(month)) < instance.periods:
            yield scope.fault("projects", row, "latest_start", f"it lies outside the calendar ({label})", "use a month of it")
    last = instance.settings.calendar.last_selection
    if last is not None and not 0 <= instance.period_holding(last) < instance.periods:
        yield scope.settings_fault(
            "calendar.last_selection", last, f"it lies outside the calendar ({label})", "use a month of it"
        )


def years_need_whole_blocks(scope: Scope) -> Iterator[Fault]:
    """Yield every yearly rule where the months of a period do not divide a year."""
    if scope.instance.periods_per_year is not None:
        return
    problem = f"periods of {scope.instance.months_per_period} months do not divide a year"
    remedy = "use 1, 2, 3, 4, 6 or 12 months a period"
    for table, column, word in (("resources", "basis", "per_year"), ("limits", "every", "year")):
        for row, cell in enumerate(scope.instance[table].raw(column)):
            if cell == word:
                yield scope.fault(table, row, column, problem, remedy)
    for row, cell in enumerate(scope.instance["funds"].raw("per_year")):
        if cell is not None:
            yield scope.fault("funds", row, "per_year", problem, remedy)


def resources_nest(scope: Scope) -> Iterator[Fault]:
    """Yield parents of another unit, and cycles of parents."""
    rows = scope.instance["resources"]
    parents = dict(zip(rows.texts("resource"), rows.texts("parent"), strict=True))
    units = dict(zip(rows.texts("resource"), rows.texts("unit"), strict=True))
    for row, (name, parent) in enumerate(parents.items()):
        if parent in units and units[parent] != units[name]:
            problem = f"its unit is {units[name]!r}, the parent's {units[parent]!r}"
            yield scope.fault("resources", row, "parent", problem, "give both the same unit")
        path = [name]
        while parents.get(path[-1]) and len(path) <= len(parents) and path.count(path[-1]) == 1:
            path.append(parents[path[-1]])
        if path[-1] == name and len(path) > 1 and name == min(path):
            yield scope.fault("resources", row, "parent", f"parents run in a circle: {' -> '.join(path)}", "cut it")


def soft_rows(scope: Scope) -> Iterator[Fault]:
    """Yield every tolerance without a penalty."""
    rows = scope.instance["resources"]
    for row, (tolerance, penalty) in enumerate(zip(rows.raw("tolerance"), rows.raw("penalty"), strict=True)):
        if tolerance is not None and penalty is None:
            yield scope.fault("resources", row, "tolerance", "a tolerance needs a penalty", "give one (0 is allowed)")


def requirements(scope: Scope) -> Iterator[Fault]:
    """Yield requirements of engine-filled resources, and those with both or neither kind of window."""
    rows = scope.instance["requirements"]
    columns = (rows.raw("resource"), rows.raw("phase"), rows.raw("from_month"), rows.raw("to_month"))
    for row, (resource, phase, start, end) in enumerate(zip(*columns, strict=True)):
        if resource in ENGINE_RESOURCES:
            yield scope.fault(
                "requirements", row, "resource", "the engine fills this resource itself", "delete the row"
            )
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
    kinds = dict(zip(resources.texts("resource"), resources.texts("kind"), strict=True))
    pools: dict[str, object] = {}
    for row, record in enumerate(rows.records()):
        if record["review_months"] is None and record["mode"] is None:
            yield scope.fault("permits", row, "review_months", "the review has no time", "give review_months or mode")
        if kinds.get(str(record["agency"]), "permit") != "permit":
            yield scope.fault("permits", row, "agency", "an agency is a resource of kind permit", "name such a one")
        slots, pool = record["fast_track_slots"], record["fast_track_pool"]
        if pool is not None and slots is not None and pools.setdefault(str(pool), slots) != slots:
            problem = f"another permit of the pool {pool} has {pools[str(pool)]}"
            yield scope.fault("permits", row, "fast_track_slots", problem, "give the pool one number")


def metric_names(scope: Scope) -> Iterator[Fault]:
    """Yield every metric that is named but unknown or closed where it stands."""
    instance = scope.instance
    known = instance.known_metrics
    for table, column in (("limits", "metric"), ("limits", "of"), ("stakeholders", "metric"), ("dependencies", "metric")):
        for row, cell in enumerate(instance[table].raw(column)):
            if cell is not None and cell not in known:
                yield scope.fault(table, row, column, "this metric is unknown", did_you_mean(str(cell), known))
    for row, cell in enumerate(instance["cashflows"].raw("metric")):
        if cell in CLOSED_TO_CASHFLOWS or str(cell).startswith(USE_PREFIX):
            yield scope.fault("cashflows", row, "metric", "the engine computes this metric itself", "name another")
    for row, cell in enumerate(instance["dependencies"].raw("metric")):
        if cell in CLOSED_TO_SYNERGIES or str(cell).startswith(USE_PREFIX):
            yield scope.fault("dependencies", row, "metric", "a bonus cannot add to this metric", "name another")
    for name in instance.settings.discount_rates:
        if name not in known:
            yield scope.settings_fault(f"discount_rates.{name}", None, "this metric is unknown", did_you_mean(name, known))
    yield from _objective_names(scope)


def _objective_names(scope: Scope) -> Iterator[Fault]:
    instance, known = scope.instance, scope.instance.known_metrics
    given = instance.settings.objective
    if isinstance(given, str):
        people = scope.ids("stakeholders")
        if given.removeprefix("@") not in people or not given.startswith("@"):
            hint = did_you_mean(given.removeprefix("@"), people)
            yield scope.settings_fault("objective", given, "this is not the @name of a stakeholder", hint)
            return
    for level in instance.objective_levels:
        for name, weight in level.weights.items():
            if name not in known:
                yield scope.settings_fault(f"objective.{name}", None, "this metric is unknown", did_you_mean(name, known))
            elif name in LOAN_METRICS and weight and instance.settings.finance is None:
                yield scope.settings_fault(f"objective.{name}", None, "no loan is modelled", "add [finance]")


def limits(scope: Scope) -> Iterator[Fault]:
    """Yield limits that contradict themselves or name a group that no project has."""
    groups = _groups(scope)
    for row, record in enumerate(scope.instance["limits"].records()):
        by, group, of = str(record["by"]), record["group"], record["of"]
        if by == "all" and group is not None:
            yield scope.fault("limits", row, "group", "by = all has no groups", "leave it blank, or say by what")
        if by != "all" and group is not None and group not in groups[by]:
            yield scope.fault("limits", row, "group", f"no project has this {by}", did_you_mean(str(group), groups[by]))
        if of is not None and record["basis"] != "share":
            yield scope.fault("limits", row, "of", "only a share is a share of something", "set basis to share")
        if by != "all" and "cost" in (record["metric"], of):
            yield scope.fault("limits", row, "by", "cost belongs to no project", "use by = all")
        least, greatest = record["min"], record["max"]
        if isinstance(least, Decimal) and isinstance(greatest, Decimal) and least > greatest:
            yield scope.fault("limits", row, "min", f"it exceeds max ({greatest})", "swap them")
        if scope.instance.settings.finance is None:
            for column in ("metric", "of"):
                if record[column] in LOAN_METRICS:
                    yield scope.fault("limits", row, column, "no loan is modelled", "add [finance]")


def _groups(scope: Scope) -> dict[str, frozenset[str]]:
    rows = scope.instance["projects"]
    groups = {name: frozenset(rows.texts(name)) - {""} for name in ("sector", "region", "company")}
    tags = frozenset(tag for tags in rows.column("tags") for tag in tags)  # type: ignore[union-attr]
    return groups | {"tag": tags, "project": scope.ids("projects"), "all": frozenset()}


def finance(scope: Scope) -> Iterator[Fault]:
    """Yield alternatives without terms or life where a loan is modelled."""
    settings = scope.instance.settings.finance
    if settings is None:
        return
    if settings.terms is not None and settings.terms not in scope.ids("terms"):
        hint = did_you_mean(settings.terms, scope.ids("terms"))
        yield scope.settings_fault("finance.terms", settings.terms, "no such row in terms", hint)
    source = scope.sources.get("projects", "projects")
    merged = scope.instance.alternatives
    for project, name, terms, life in zip(
        *(merged.raw(column) for column in ("project", "alternative", "terms", "life_years")), strict=True
    ):
        who = f"{project}@{name}"
        if terms is None and settings.terms is None:
            yield Fault(source, None, "terms", who, "it has no loan terms", "give terms, or finance.terms for all")
        if life is None:
            yield Fault(source, None, "life_years", who, "a loan needs the years of operation", "give life_years")


def fund_shares(scope: Scope) -> Iterator[Fault]:
    """Yield funds whose least share exceeds the greatest."""
    for row, record in enumerate(scope.instance["funds"].records()):
        for low, high in (("min_share", "max_share"), ("portfolio_min_share", "portfolio_max_share")):
            least, greatest = record[low], record[high]
            if isinstance(least, Decimal) and isinstance(greatest, Decimal) and least > greatest:
                yield scope.fault("funds", row, low, f"it exceeds {high} ({greatest})", "swap them")


def applied(scope: Scope) -> Iterator[Fault]:
    """Yield switches that name no family or project, and forced choices that contradict each other."""
    switches = scope.instance.settings.applied
    known = (*FAMILIES, *FAMILY_GROUPS)
    for name in switches.disable:
        if name not in known:
            hint = "choices cannot be off" if name == "choice" else did_you_mean(name, known)
            yield scope.settings_fault("applied.disable", name, "no such constraint family", hint)
    for key in ("force_in", "force_out"):
        for item in getattr(switches, key):
            problem = scope.choice_problem(item)
            if problem is not None:
                yield scope.settings_fault(f"applied.{key}", item, *problem)
                continue
            yield from _forced_date(scope, key, item)
    yield from _contradictions(scope)


def _forced_date(scope: Scope, key: str, item: str) -> Iterator[Fault]:
    parts = item.split("@")
    if len(parts) == 3 and not 0 <= scope.instance.period_holding(parts[2]) < scope.instance.periods:
        yield scope.settings_fault(f"applied.{key}", item, "the date lies outside the calendar", "use a month of it")


def _contradictions(scope: Scope) -> Iterator[Fault]:
    switches = scope.instance.settings.applied
    wanted: dict[str, str] = {}
    for item in switches.force_in:
        project, _, rest = item.partition("@")
        before = wanted.setdefault(project, rest)
        if before != rest and before and rest:
            yield scope.settings_fault("applied.force_in", item, f"{project} is forced in twice, differently", "keep one")
        wanted[project] = before or rest
        for out in switches.force_out:
            if item == out or item.startswith(out + "@"):
                yield scope.settings_fault("applied.force_in", item, "it is forced in and out", "keep one")


def provenance(scope: Scope) -> Iterator[Fault]:
    """Yield provenance rows of tables that do not exist."""
    known = (*TABLES, "instance", "sets", "*")
    for row, cell in enumerate(scope.instance["provenance"].raw("table")):
        if cell not in known:
            yield scope.fault("provenance", row, "table", "no such table", did_you_mean(str(cell), known))
