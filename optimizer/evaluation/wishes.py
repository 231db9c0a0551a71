"""A plan as people write it: a row a project, with what they left open left open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.cells import BadCell, parse_cell
from outlay.instances.formats.csv_tables import csv_table
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.formats.raw_tables import RawTable, raw_table
from outlay.instances.formats.reading import WORKBOOK_ENDINGS
from outlay.instances.formats.rows import table_of_rows
from outlay.instances.formats.spellings import Spelling, understood
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.instances.values.numbers import is_month
from outlay.instances.values.text import Hints, as_text, did_you_mean

#: Columns that decide, and those of the table `projects` of an answer, which may stand beside them.
COLUMNS = ("project", "alternative", "scale", "start", "selected", "fast_track", "funded")
_BESIDE = ("id", "name", "sector", "region", "commitment", "operation", "contribution", "reason", "note")
_SCALE = Column(name="scale", kind="number", unit="share", meaning="", positive=True)
_FLAG = Column(name="funded", kind="flag", meaning="")
_DATE = Column(name="start", kind="month", meaning="")


class Wish(NamedTuple):
    """A project that somebody wants funded.

    Attributes
    ----------
    project, alternative
        Ids.
    scale
        Share that is funded; 1: the whole.
    start, selection
        Periods, also outside the calendar; None: whichever fits best.
    fast_track
        Whether on the fast track; None: whichever fits best.
    """

    project: str
    alternative: str
    scale: float
    start: int | None
    selection: int | None
    fast_track: bool | None


def wishes_of(instance: Instance, plan: Any, *, max_file_mb: float = MAX_FILE_MB) -> tuple[Wish, ...]:
    """Return what a plan wants, sorted by project.

    Parameters
    ----------
    instance
        The resolved instance.
    plan
        A `Plan`, or a table with the columns project, alternative, scale, start and selected (all but the first may
        be blank or absent): the path of a ``.csv`` or ``.xlsx`` file, a DataFrame, or a list of records.

    Raises
    ------
    InputError
        With every fault of the table.
    """
    if isinstance(plan, Plan):
        return tuple(
            Wish(choice.project, choice.alternative, choice.scale, choice.start, choice.selection, choice.fast_track)
            for choice in plan.choices
        )
    raw, faults = _raw(plan, max_file_mb)
    faults += _header_faults(raw)
    if "project" not in raw.headers and "id" not in raw.headers:
        raise InputError(faults)
    found: dict[str, Wish] = {}
    reader = _Reader(instance, raw)
    for place in range(len(raw.rows)):
        try:
            wish = reader.wish(place)
        except InputError as error:
            faults += error.faults
            continue
        if wish is None:
            continue
        if wish.project in found:
            faults.append(reader.fault(place, "project", "this project stands already above", "keep one row"))
        found[wish.project] = wish
    if faults:
        raise InputError(faults)
    return tuple(found[project] for project in sorted(found))


def _raw(plan: Any, max_file_mb: float) -> tuple[RawTable, list[Fault]]:
    if isinstance(plan, pd.DataFrame):
        records = plan.astype(object).where(plan.notna(), None).to_dict("records")
        return raw_table("plan", records), []
    if isinstance(plan, Sequence) and not isinstance(plan, str | bytes):
        return raw_table("plan", plan), []
    if not isinstance(plan, str | os.PathLike):
        remedy = "give a Plan, a DataFrame, a list of records, or the path of a .csv or .xlsx file"
        raise InputError.single("plan", "this is no plan", remedy, value=plan)
    path = Path(plan)
    if path.suffix.lower() in WORKBOOK_ENDINGS:
        return _first_sheet(path, max_file_mb)
    return csv_table(path.name, text_of_file(path, path.name, max_file_mb, western=True))


def _first_sheet(path: Path, max_file_mb: float) -> tuple[RawTable, list[Fault]]:
    # openpyxl is needed for workbooks alone.
    from outlay.instances.formats.workbook.reading import sheets_of  # noqa: PLC0415

    sheets = sheets_of(path, path.name, max_file_mb)
    named = next((name for name in ("plan", "projects") if name in sheets), next(iter(sheets), None))
    rows = [] if named is None else sheets[named]
    return table_of_rows(f"{path.name}, sheet {named}", rows, Spelling(), ragged=True)


def _header_faults(raw: RawTable) -> list[Fault]:
    hint = Hints(COLUMNS)
    faults = [
        Fault(raw.source, None, name, None, "this column is unknown", hint(name))
        for name in raw.headers
        if name not in COLUMNS + _BESIDE and not str(name).startswith("x_")
    ]
    if "project" not in raw.headers and "id" not in raw.headers:
        faults.append(Fault(raw.source, None, "project", None, "this column is missing", "add it: the project's id"))
    return faults


class _Reader:
    """Reads one row after the other against an instance."""

    def __init__(self, instance: Instance, raw: RawTable) -> None:
        self._instance, self._raw = instance, raw
        self._spelling = raw.spelling or Spelling()
        self._columns: Mapping[str, Sequence[Any]] = {name: raw.cells(name) for name in raw.headers}
        self._periods = {instance.period_label(period): period for period in reversed(range(instance.periods))}
        self._names: dict[str, list[str]] = {}
        table = instance.alternatives
        for project, name in zip(table.texts("project"), table.texts("alternative"), strict=True):
            self._names.setdefault(project, []).append(name)
        self._hint = Hints(self._names)

    def fault(self, place: int, column: str, problem: str, remedy: str) -> Fault:
        """Return a fault of a cell."""
        value = self._cell(place, column)
        return Fault(
            self._raw.source, self._raw.rows[place] or None, column, None if value is None else as_text(value),
            problem, remedy,
        )  # fmt: skip

    def wish(self, place: int) -> Wish | None:
        """Return what a row wants; None for a project that is not to be funded.

        Raises
        ------
        InputError
            With every fault of the row.
        """
        faults = list(self._name_faults(place))
        if faults:
            raise InputError(faults)
        funded = self._read(place, "funded", _FLAG, faults)
        if funded is None and self._word(place, "selected") in {"yes", "no", "true", "false"}:
            funded = self._word(place, "selected") in {"yes", "true"}
        if funded is False and not faults:
            return None
        project = self._project(place)
        scale = self._read(place, "scale", _SCALE, faults)
        wish = Wish(
            project,
            self._text(place, "alternative") or self._names[project][0],
            1.0 if scale is None else float(scale),
            self._period(place, "start", faults),
            self._period(place, "selected", faults),
            self._read(place, "fast_track", _FLAG, faults),
        )
        if faults:
            raise InputError(faults)
        return wish

    def _name_faults(self, place: int) -> Iterator[Fault]:
        column = "project" if "project" in self._columns else "id"
        project, name = self._project(place), self._text(place, "alternative")
        if not project:
            yield self.fault(place, column, "this cell must not be blank", "write the project's id")
        elif project not in self._names:
            yield self.fault(place, column, "there is no such project", self._hint(project))
        elif name and name not in self._names[project]:
            problem = f"project {project} has no such alternative"
            yield self.fault(place, "alternative", problem, did_you_mean(name, self._names[project]))
        elif not name and len(self._names[project]) > 1 and self._word(place, "funded") not in {"false", "0"}:
            problem = f"project {project} has {len(self._names[project])} alternatives"
            yield self.fault(place, "alternative", problem, f"name one of {', '.join(self._names[project])}")

    def _cell(self, place: int, column: str) -> Any:
        cells = self._columns.get(column)
        return None if cells is None else cells[place]

    def _text(self, place: int, column: str) -> str:
        cell = self._cell(place, column)
        return "" if cell is None else as_text(cell).strip()

    def _word(self, place: int, column: str) -> str:
        return self._text(place, column).lower()

    def _project(self, place: int) -> str:
        return self._text(place, "project") or self._text(place, "id")

    def _read(self, place: int, name: str, column: Column, faults: list[Fault]) -> Any:
        cell = self._cell(place, name)
        if isinstance(cell, int | float) and column.kind == "flag":
            cell = str(bool(cell)).lower()
        try:
            return parse_cell(column, understood(column, cell, self._spelling))
        except BadCell as problem:
            faults.append(self.fault(place, name, problem.problem, problem.remedy))
            return None

    def _period(self, place: int, column: str, faults: list[Fault]) -> int | None:
        text = self._text(place, column)
        if not text or (column == "selected" and text.lower() in {"yes", "no", "true", "false"}):
            return None
        if text in self._periods:
            return self._periods[text]
        try:
            month = understood(_DATE, self._cell(place, column), self._spelling)
        except BadCell as problem:
            faults.append(self.fault(place, column, problem.problem, problem.remedy))
            return None
        if not isinstance(month, str) or not is_month(month):
            remedy = f"write YYYY-MM, or a period such as {self._instance.period_label(0)}"
            faults.append(self.fault(place, column, "this is no period", remedy))
            return None
        return self._instance.period_holding(month)
