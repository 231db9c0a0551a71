"""Checks of names: what is referred to exists and may stand where it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from outlay.instances.checks.scope import Scope
from outlay.instances.dictionary.approved import CHANGE_METRICS
from outlay.instances.dictionary.names import FAMILIES, FAMILY_GROUPS, IN_USE_PREFIX, SPENDING, USE_PREFIX
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault
from outlay.instances.values.text import Hints, did_you_mean

#: Metrics that cash-flow rows cannot add to.
CLOSED_TO_CASHFLOWS = frozenset({"us_npv", "japan_npv", "commitment", "count", "cost", SPENDING, *CHANGE_METRICS})
#: What to do about a metric of changes without a plan that stands.
APPROVE = "give the plan that stands as `approved`, which this metric compares with"
CLOSED_TO_SYNERGIES = frozenset({"count", "cost", *CHANGE_METRICS})


def references(scope: Scope) -> Iterator[Fault]:
    """Yield every cell that names a row which another table does not have."""
    for spec in TABLES.values():
        for column in spec.columns:
            if column.refers_to is not None and column.refers_to not in scope.broken:
                known = scope.ids(column.refers_to)
                yield from _unknown(scope, spec.name, column.name, known, f"there is no such row in {column.refers_to}")


def _unknown(scope: Scope, table: str, column: str, known: Collection[str], problem: str) -> Iterator[Fault]:
    hint = Hints(known)
    for row, cell in enumerate(scope.instance[table].raw(column)):
        if cell is not None and cell not in known:
            remedy = APPROVE if cell in CHANGE_METRICS else hint(str(cell))
            yield scope.fault(table, row, column, problem, remedy)


def availability(scope: Scope) -> Iterator[Fault]:
    """Yield levels of what is neither resource nor fund, and funds that are called like a resource."""
    resources, funds = scope.ids("resources"), scope.ids("funds")
    yield from _unknown(scope, "availability", "resource", resources | funds, "there is no such resource or fund")
    for row, name in enumerate(scope.instance["funds"].raw("fund")):
        if name in resources:
            yield scope.fault("funds", row, "fund", "a resource has the same name", "rename one of them")


def alternatives(scope: Scope) -> Iterator[Fault]:
    """Yield requirements and cash flows of alternatives that their project does not have."""
    for table in ("requirements", "cashflows", "approved"):
        rows = scope.instance[table]
        for row, (project, name) in enumerate(zip(rows.raw("project"), rows.raw("alternative"), strict=True)):
            known = scope.alternatives_of.get(str(project))
            if name is not None and known is not None and name not in known:
                problem = f"project {project} has no such alternative"
                yield scope.fault(table, row, "alternative", problem, did_you_mean(str(name), known))


def dependencies(scope: Scope) -> Iterator[Fault]:
    """Yield sides and conditions of dependencies that do not exist, and projects that depend on themselves."""
    rows = scope.instance["dependencies"]
    columns = (rows.texts("project"), rows.texts("needs"), rows.texts("kind"), rows.column("when"))
    for row, (project, needs, kind, when) in enumerate(zip(*columns, strict=True)):
        if not needs and kind != "at_most":
            yield scope.fault("dependencies", row, "needs", "this cell must not be blank", "write the other project")
        sides = [("project", project), ("needs", needs), *(("when", side) for side in when or ())]  # type: ignore[union-attr]
        for column, cell in sides:
            problem = scope.choice_problem(cell, dated=False) if cell else None
            if problem is not None:
                yield scope.fault("dependencies", row, column, *problem)
        if project and project.partition("@")[0] == needs.partition("@")[0]:
            yield scope.fault("dependencies", row, "needs", "a project cannot depend on itself", "name another project")


def metrics(scope: Scope) -> Iterator[Fault]:
    """Yield every metric that is named but unknown or closed where it stands."""
    instance = scope.instance
    known = dict.fromkeys(instance.known_metrics)
    for table, column in (
        ("limits", "metric"),
        ("limits", "of"),
        ("stakeholders", "metric"),
        ("dependencies", "metric"),
    ):
        in_use = [IN_USE_PREFIX + name for name in instance["resources"].texts("resource")]
        allowed = (*known, SPENDING, *in_use) if table == "limits" else known
        yield from _unknown(scope, table, column, allowed, "this metric is unknown")
    for row, cell in enumerate(instance["cashflows"].raw("metric")):
        if cell in CLOSED_TO_CASHFLOWS or str(cell).startswith((USE_PREFIX, IN_USE_PREFIX)):
            yield scope.fault("cashflows", row, "metric", "the engine computes this metric itself", "name another")
    for row, cell in enumerate(instance["dependencies"].raw("metric")):
        if cell in CLOSED_TO_SYNERGIES or str(cell).startswith((USE_PREFIX, IN_USE_PREFIX)):
            yield scope.fault("dependencies", row, "metric", "a bonus cannot add to this metric", "name another")
    hint = Hints(known)
    for name in instance.settings.discount_rates:
        if name not in known:
            yield scope.settings_fault(f"discount_rates.{name}", None, "this metric is unknown", hint(name))


def objective(scope: Scope) -> Iterator[Fault]:
    """Yield an objective that is no stakeholder, and weights of metrics that are unknown."""
    instance, known = scope.instance, dict.fromkeys(scope.instance.known_metrics)
    given = instance.settings.objective
    if isinstance(given, str):  # the metrics of stakeholders are checked in their table
        people = scope.ids("stakeholders")
        if not given.startswith("@"):
            remedy = "write @ before the name of a stakeholder, or weights by metric"
            yield scope.settings_fault("objective", given, "this is not the @name of a stakeholder", remedy)
        elif given[1:] not in people:
            remedy = did_you_mean(given[1:], people)
            yield scope.settings_fault("objective", given, "there is no such stakeholder", remedy)
        return
    hint = Hints(known)
    for level in instance.objective_levels:
        for name in level.weights:
            if name not in known:
                remedy = APPROVE if name in CHANGE_METRICS else hint(name)
                yield scope.settings_fault(f"objective.{name}", None, "this metric is unknown", remedy)


def applied(scope: Scope) -> Iterator[Fault]:
    """Yield switches that name no family or project, and forced choices that contradict each other."""
    switches = scope.instance.settings.applied
    known = (*FAMILIES, *FAMILY_GROUPS)
    for name in switches.disable:
        if name not in known:
            hint = "choices cannot be off" if name == "choice" else did_you_mean(name, known)
            yield scope.settings_fault("applied.disable", name, "there is no such constraint family", hint)
    right: dict[str, list[str]] = {"force_in": [], "force_out": []}
    for key, items in right.items():
        for item in getattr(switches, key):
            problem = scope.choice_problem(item, dated=True) or _forced_date(scope, item)
            if problem is None:
                items.append(item)
            else:
                yield scope.settings_fault(f"applied.{key}", item, *problem)
    yield from _contradictions(scope, right["force_in"], right["force_out"])


def _forced_date(scope: Scope, item: str) -> tuple[str, str] | None:
    _, _, month = item.rpartition("@")
    inside = item.count("@") < 2 or 0 <= scope.instance.period_holding(month) < scope.instance.periods
    return None if inside else ("the date lies outside the calendar", "use a month of it")


def _contradictions(scope: Scope, force_in: list[str], force_out: list[str]) -> Iterator[Fault]:
    wanted: dict[str, list[str | int]] = {}
    for item in force_in:
        choice = _choice(scope, item)
        before = wanted.setdefault(str(choice[0]), choice)
        both = min(len(before), len(choice))
        if before[:both] != choice[:both]:
            problem = f"{choice[0]} is forced in twice, differently"
            yield scope.settings_fault("applied.force_in", item, problem, "keep one of the two")
        elif len(choice) > both:
            wanted[str(choice[0])] = choice
        for out in force_out:
            if choice[: out.count("@") + 1] == _choice(scope, out):
                yield scope.settings_fault("applied.force_in", item, f"it is forced out too ({out})", "keep one")


def _choice(scope: Scope, item: str) -> list[str | int]:
    """Return the project, alternative and start of a forced choice, as far as it says."""
    parts: list[str | int] = [*item.split("@")]
    return [*parts[:2], *(scope.instance.period_holding(str(month)) for month in parts[2:])]


def provenance(scope: Scope) -> Iterator[Fault]:
    """Yield provenance rows of tables that do not exist."""
    known = (*TABLES, "instance", "sets", "uncertainty", "*")
    yield from _unknown(scope, "provenance", "table", known, "there is no such table")
