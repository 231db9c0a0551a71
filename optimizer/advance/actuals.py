"""What really happened: actual figures over planned ones, and projects that did otherwise than planned."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from outlay.instances.dictionary.projects import UNDER_WAY_COLUMNS
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.csv_tables import csv_table
from outlay.instances.formats.files import text_of_file
from outlay.instances.formats.raw_tables import RawTable, parse_table, raw_table
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.instances.table import Table, records_of
from outlay.instances.values.text import did_you_mean

Record = dict[str, Any]
#: Columns of ``projects`` that say what became of a project, and do not replace what was planned.
OUTCOME = ("status", *(column.name for column in UNDER_WAY_COLUMNS))


def read_actuals(instance: Instance, actuals: Any, max_file_mb: float) -> dict[str, Table]:
    """Return actual tables: of a folder of CSV files, or of table names with records or DataFrames.

    Raises
    ------
    InputError
        With every fault of all of them.
    """
    faults: list[Fault] = []
    raw = dict(_raw_tables(actuals, faults, max_file_mb))
    metrics = {name: metric.unit for name, metric in instance.settings.metrics.items()}
    ignored = instance.settings.ignore
    tables = {name: parse_table(TABLES[name], one, metrics, faults, ignored=ignored) for name, one in raw.items()}
    if faults:
        raise InputError(faults)
    return tables


def _raw_tables(actuals: Any, faults: list[Fault], max_file_mb: float) -> Iterator[tuple[str, RawTable]]:
    if isinstance(actuals, Mapping):
        for name, rows in actuals.items():
            if name in TABLES:
                yield name, raw_table(name, records_of(rows) if hasattr(rows, "to_dict") else rows)
            else:
                faults.append(Fault("actuals", None, None, str(name), "there is no such table", _hint(str(name))))
        return
    if not isinstance(actuals, str | os.PathLike):
        raise InputError.single("actuals", "these are no actual figures", "give a folder, or tables by name")
    folder = Path(actuals)
    if not folder.is_dir():
        raise InputError.single(str(actuals), "there is no such folder", "give a folder of CSV files named as tables")
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise InputError.single(
            str(actuals), "no CSV file stands in it", "name each as its table, such as projects.csv"
        )
    for file in files:
        if file.stem not in TABLES:
            faults.append(Fault(file.name, None, None, file.stem, "there is no such table", _hint(file.stem)))
            continue
        table, wrong = csv_table(file.name, text_of_file(file, file.name, max_file_mb, western=True))
        faults += wrong
        yield file.stem, table


def _hint(name: str) -> str:
    return did_you_mean(name, TABLES)


def with_actuals(document: dict[str, Any], tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return a document with actual cells over planned ones: by key, or, of a table without one, all of its rows."""
    changed = dict(document)
    for name, table in tables.items():
        given = [_filled(table, row) for row in range(len(table))]
        if name == "projects":
            given = [{key: cell for key, cell in row.items() if key not in OUTCOME} for row in given]
        key = table.spec.key
        if not key:
            changed[name] = given
            continue
        rows = {tuple(row.get(part) for part in key): dict(row) for row in document.get(name, [])}
        for row in given:
            rows.setdefault(tuple(row.get(part) for part in key), {}).update(row)
        changed[name] = list(rows.values())
    return changed


def _filled(table: Table, row: int) -> Record:
    cells = {name: table.cells[name][row] for name in table.cells}
    return {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in cells.items() if cell is not None}


def outcomes(instance: Instance, plan: Plan, table: Table | None, periods: int) -> tuple[Plan, dict[str, str]]:
    """Return the plan as it came about, and the status of projects that actual figures give one which is not of it.

    A project with `started` began then; one that is committed was selected, and one with another status was not.

    Raises
    ------
    InputError
        If a date lies beyond the new one, or an alternative is not said.
    """
    if table is None:
        return plan, {}
    choices = {choice.project: choice for choice in plan.choices}
    statuses: dict[str, str] = {}
    faults: list[Fault] = []
    for row in range(len(table)):
        cells = _filled(table, row)
        if not any(name in cells for name in OUTCOME):
            continue
        project = str(cells["id"])
        status = str(cells.get("status", "started" if "started" in cells else ""))
        if status in {"candidate", "mandatory", "excluded"}:
            choices.pop(project, None)
            statuses[project] = status
            continue
        try:
            choices[project] = _outcome(instance, choices.get(project), cells, status, periods)
        except InputError as error:
            number = table.rows[row] if row < len(table.rows) else None
            faults += [
                Fault("actuals: projects", number or None, one.column, one.value, one.problem, one.remedy)
                for one in error.faults
            ]
    if faults:
        raise InputError(faults)
    return Plan(
        tuple(choices.values()), plan.purchases, plan.flows, plan.imports, plan.payments, plan.shortfalls
    ), statuses


def _outcome(instance: Instance, planned: Choice | None, cells: Record, status: str, periods: int) -> Choice:
    """Return what became of a project that has started, or was selected."""
    project = str(cells["id"])
    names = [name for who, name in instance.alternatives.index if who == project]
    name = cells.get("alternative", planned.alternative if planned else names[0] if len(names) == 1 else None)
    if name is None or name not in names:
        problem = (
            "it has several alternatives, and which is built is not said" if name is None else "it has no such one"
        )
        raise _wrong("alternative", name, problem, f"write one of {', '.join(map(str, names))}")
    start = _period(instance, cells, "started", None if planned is None else planned.start)
    if status == "started" and "started" not in cells:
        raise _wrong("started", None, "when did it start?", "write the month")
    if status == "started" and start is not None and start >= periods:
        raise _wrong("started", cells["started"], "that is after the new date", "leave the row out, or give --to later")
    selection = _period(instance, cells, "selected", None if planned is None else planned.selection)
    if selection is None:
        selection = start
    if start is None or selection is None:
        problem = "it is not in the plan, so when it starts is not known"
        raise _wrong("status", status, problem, "give `started`, or edit the new instance")
    if status == "committed":
        selection = min(selection, periods - 1)
    scale = cells.get("scale", planned.scale if planned else 1)
    fast = bool(planned and planned.fast_track and planned.start == start)
    return Choice(project, str(name), fast, min(selection, start), start, float(scale))


def _period(instance: Instance, cells: Record, column: str, planned: int | None) -> int | None:
    month = cells.get(column)
    return planned if month is None else instance.period_holding(str(month))


def _wrong(column: str, value: Any, problem: str, remedy: str) -> InputError:
    return InputError.single("actuals", problem, remedy, column=column, value=value)
