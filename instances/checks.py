"""Checks across tables. Each is a sentence that must hold and a function that yields what breaks it.

All of them run, so that an analyst sees every fault at once. They take a typed instance: cells have been parsed and
single-column rules (sign, range, choice) are already checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from outlay.instances import checks_rules as rules
from outlay.instances.dictionary import TABLES
from outlay.instances.errors import Fault
from outlay.instances.instance import Instance
from outlay.instances.scope import Scope
from outlay.instances.text import did_you_mean


def check_instance(instance: Instance, sources: Mapping[str, str], settings_source: str) -> list[Fault]:
    """Return every fault of an instance, in the order of `CHECKS`.

    Parameters
    ----------
    sources
        File name of each table, for messages.
    settings_source
        Name of the settings file.
    """
    scope = Scope(instance, sources, settings_source)
    return [fault for _, check in CHECKS for fault in check(scope)]


def _references(scope: Scope) -> Iterator[Fault]:
    for spec in TABLES.values():
        for column in spec.columns:
            if column.refers_to is not None:
                known = scope.ids(column.refers_to)
                yield from _unknown(scope, spec.name, column.name, known, f"no such row in {column.refers_to}")


def _unknown(scope: Scope, table: str, column: str, known: frozenset[str], problem: str) -> Iterator[Fault]:
    for row, cell in enumerate(scope.instance[table].raw(column)):
        if cell is not None and cell != "" and cell not in known:
            yield scope.fault(table, row, column, problem, did_you_mean(str(cell), known))


def _availability_names(scope: Scope) -> Iterator[Fault]:
    known = scope.ids("resources") | scope.ids("funds")
    yield from _unknown(scope, "availability", "resource", known, "no such resource or fund")
    both = scope.ids("resources") & scope.ids("funds")
    for row, name in enumerate(scope.instance["funds"].raw("fund")):
        if name in both:
            yield scope.fault("funds", row, "fund", "a resource has the same name", "rename one of them")


def _alternative_names(scope: Scope) -> Iterator[Fault]:
    for table in ("requirements", "cashflows"):
        rows = scope.instance[table]
        for row, (project, name) in enumerate(zip(rows.raw("project"), rows.raw("alternative"), strict=True)):
            known = scope.alternatives_of.get(str(project))
            if name is not None and known is not None and name not in known:
                problem = f"project {project} has no such alternative"
                yield scope.fault(table, row, "alternative", problem, did_you_mean(str(name), known))


def _dependency_names(scope: Scope) -> Iterator[Fault]:
    rows = scope.instance["dependencies"]
    for row, (project, needs) in enumerate(zip(rows.texts("project"), rows.texts("needs"), strict=True)):
        for column, cell in (("project", project), ("needs", needs)):
            problem = scope.choice_problem(cell)
            if problem is not None:
                yield scope.fault("dependencies", row, column, *problem)
        if project.partition("@")[0] == needs.partition("@")[0]:
            yield scope.fault("dependencies", row, "needs", "a project cannot depend on itself", "name another project")


#: Every rule across tables. Adding one is a line here and a function.
CHECKS: tuple[tuple[str, Callable[[Scope], Iterable[Fault]]], ...] = (
    ("every name refers to a row that exists", _references),
    ("availability names a resource or a fund, and the two share no name", _availability_names),
    ("an alternative that is named belongs to the project", _alternative_names),
    ("both sides of a dependency exist and differ", _dependency_names),
    ("requires has no cycle", rules.no_cycle_of_requires),
    ("dates lie in the calendar", rules.dates_in_calendar),
    ("years need periods that divide a year", rules.years_need_whole_blocks),
    ("resources nest in their own unit", rules.resources_nest),
    ("tolerance goes with a penalty", rules.soft_rows),
    ("requirements have one window and no engine-filled resource", rules.requirements),
    ("windows in months have a length", rules.windows),
    ("permits have a time and an agency of kind permit", rules.permits),
    ("metrics that are named are known", rules.metric_names),
    ("limits are well formed", rules.limits),
    ("money has terms and lives where a loan is modelled", rules.finance),
    ("shares of funds leave room", rules.fund_shares),
    ("switches name families and projects", rules.applied),
    ("provenance names a table", rules.provenance),
)
