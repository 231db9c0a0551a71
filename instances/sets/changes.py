"""The changes of constraint sets, one operation at a time, on a draft of an instance."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.sets import WHERE, Change
from outlay.instances.dictionary.tables import ALTERNATIVE_COLUMNS, TABLES
from outlay.instances.dictionary.vocabulary import OWN_PREFIX, Cell, Column, metric_column, own_column
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.cells import BadCell, parse_cell
from outlay.instances.formats.raw_tables import RawTable, raw_table
from outlay.instances.instance import Instance
from outlay.instances.values.numbers import EXACT, NotANumber, month_number, month_text, number_text, parse_number
from outlay.instances.values.text import as_text, did_you_mean

_INHERITED = {column.name for column in ALTERNATIVE_COLUMNS}
#: Keys of instance.toml that hold names of the user's own, which may hold dots.
_OPEN_KEYS = frozenset({"discount_rates", "objective"})


@dataclass(eq=False)
class _Row:
    """A row of a draft: its cells by column (blank ones may be absent), and its row in the file, 0 for a new one."""

    cells: dict[str, Any]
    number: int


class Draft:
    """An instance while constraint sets change it: plain settings, and rows of the tables that were touched.

    Attributes
    ----------
    settings
        ``instance.toml`` with every default filled in, as nested dictionaries.
    """

    def __init__(self, instance: Instance) -> None:
        self.settings: dict[str, Any] = instance.settings.model_dump()
        self._instance = instance
        self._rows: dict[str, list[_Row]] = {}
        self._projects: dict[Any, _Row] | None = None

    def raw_tables(self, words: str) -> dict[str, RawTable]:
        """Return the tables that were touched; `words` are added to their names in error messages."""
        if set(self.settings.get("metrics", ())) != set(self._instance.settings.metrics):
            for name in ("projects", "alternatives"):
                self._table(name)
        return {
            name: raw_table(name + words, [row.cells for row in rows], [row.number for row in rows])
            for name, rows in self._rows.items()
        }

    def apply(self, change: Change, place: str) -> None:
        """Make one change; `place` says where it is written.

        Raises
        ------
        InputError
            If it names a column that is unknown, matches no row, or needs a number where there is none.
        """
        if change.table == "instance":
            self._change_settings(change, place)
            return
        self._check_columns(change, place)
        rows = self._table(change.table)
        self._projects = None
        if change.append is not None:
            rows.extend(_Row(self._parsed(change.table, cells, f"{place}.append"), 0) for cells in change.append)
            return
        matched = self._matched(change, rows, place)
        if change.set is not None:
            cells = self._parsed(change.table, change.set, f"{place}.set")
            for row in matched:
                row.cells.update(cells)
        elif change.slip is not None:
            self._slip(matched, change.slip.months)
        elif change.delete:
            gone = set(map(id, matched))
            rows[:] = [row for row in rows if id(row) not in gone]
        else:
            self._calculate(change, matched, place)

    def matched(self, change: Change, place: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Return (row in the file, cells) of the rows that a change would touch; a blank cell is what it means.

        Nothing is changed.

        Raises
        ------
        InputError
            If it names a column that is unknown or unfit, or matches no row.
        """
        self._check_columns(change, place)
        columns = [column.name for column in TABLES[change.table].columns]
        return [
            (row.number, {name: self._effective(change.table, row, name) for name in columns})
            for row in self._matched(change, self._table(change.table), place)
        ]

    # -- instance.toml -------------------------------------------------------------------------------------------

    def _change_settings(self, change: Change, place: str) -> None:
        operation = change.operation
        for key, value in getattr(change, operation).items():
            where = f"{place}.{operation}"
            table = self.settings
            *path, last = _path(key)
            for part in path:
                if table.get(part) is None:
                    table[part] = {}
                table = table[part]
                if not isinstance(table, dict):
                    raise InputError.single(
                        WHERE, f"{part} is not a table of instance.toml", "correct the key", column=where, value=key
                    )
            if operation != "set":
                table[last] = _changed_number(operation, table.get(last), value, f"{where}.{key}")
            elif value == "":
                table.pop(last, None)
            else:
                table[last] = value

    # -- tables --------------------------------------------------------------------------------------------------

    def _table(self, name: str) -> list[_Row]:
        if name not in self._rows:
            table = self._instance[name]
            names = list(table.cells)
            self._rows[name] = [
                _Row(dict(zip(names, cells, strict=True)), number)
                for cells, number in zip(zip(*table.cells.values(), strict=True), table.rows, strict=True)
            ]
        return self._rows[name]

    def _column(self, table: str, name: str) -> Column | None:
        column = TABLES[table].column(name)
        metrics = self.settings.get("metrics", {})
        if column is None and TABLES[table].metric_columns and isinstance(metrics, dict) and name in metrics:
            return metric_column(name, "")
        if column is None and (name.startswith(OWN_PREFIX) or name in self.settings.get("ignore", ())):
            return own_column(name)
        return column

    def _check_columns(self, change: Change, place: str) -> None:
        """Refuse columns that the table cannot have, and arithmetic on columns that hold no numbers."""
        operation = change.operation
        named = [(f"{place}.where", name) for name in change.where]
        for cells in change.append or ([] if operation in {"delete", "slip"} else [getattr(change, operation)]):
            named.extend((f"{place}.{operation}", name) for name in cells)
        for where, name in named:
            column = self._column(change.table, name)
            if column is None:
                hint = did_you_mean(name, [column.name for column in TABLES[change.table].columns])
                raise InputError.single(WHERE, f"{change.table} has no such column", hint, column=where, value=name)
            if where.endswith((".scale", ".add")) and column.kind not in {"number", "whole"}:
                problem = f"{operation} needs numbers, and this column holds none"
                raise InputError.single(WHERE, problem, "use `set`", column=where, value=name)

    def _parsed(self, table: str, cells: Mapping[str, Any], place: str) -> dict[str, Cell]:
        """Return new cells as their columns hold them."""
        parsed: dict[str, Cell] = {}
        faults = []
        for name, value in cells.items():
            column = self._column(table, name)
            try:
                parsed[name] = None if column is None else parse_cell(column, value)
            except BadCell as problem:
                where = f"{place}.{name}"
                faults.append(Fault(WHERE, None, where, _text(value), problem.problem, problem.remedy))
        if faults:
            raise InputError(faults)
        return parsed

    def _calculate(self, change: Change, matched: list[_Row], place: str) -> None:
        for name, value in (change.scale or change.add or {}).items():
            where = f"{place}.{change.operation}.{name}"
            for row in matched:
                old = self._effective(change.table, row, name)
                row.cells[name] = _changed_number(change.operation, old, value, where)

    def _slip(self, matched: list[_Row], months: int) -> None:
        """Move the window in which each project may start."""
        calendar = self.settings["calendar"]
        first = month_number(calendar["start"])
        end = first + calendar["periods"] * calendar["months_per_period"]
        for row in matched:
            if not _is_blank(row.cells.get("started")):
                row.cells["started"] = month_text(month_number(str(row.cells["started"])) + months)
                continue
            earliest, latest = (row.cells.get(name) for name in ("earliest_start", "latest_start"))
            begin = max(first, first if _is_blank(earliest) else month_number(str(earliest)))
            row.cells["earliest_start"] = month_text(begin + months)
            if not _is_blank(latest):
                moved = month_number(str(latest)) + months
                row.cells["latest_start"] = None if moved >= end else month_text(moved)

    def _matched(self, change: Change, rows: list[_Row], place: str) -> list[_Row]:
        matched = [
            row
            for row in rows
            if all(_matches(self._effective(change.table, row, name), want) for name, want in change.where.items())
        ]
        if not matched:
            raise InputError.single(
                WHERE,
                f"no row of {change.table} matches",
                "correct `where`, or delete the change",
                column=place,
                value=", ".join(f"{key} = {_text(want)}" for key, want in change.where.items()) or "all rows",
            )
        return matched

    def _effective(self, table: str, row: _Row, name: str) -> Any:
        """Return a cell, or what a blank cell means there."""
        cell = row.cells.get(name)
        if not _is_blank(cell):
            return cell
        column = self._column(table, name)
        if table == "alternatives" and (name in _INHERITED or TABLES[table].column(name) is None):
            column = self._column("projects", name)
            cell = self._project_cell(row.cells.get("project"), name)
        return column.default if _is_blank(cell) and column is not None else cell

    def _project_cell(self, project: Any, name: str) -> Any:
        if self._projects is None:
            self._projects = {row.cells.get("id"): row for row in self._table("projects")}
        row = self._projects.get(project)
        return None if row is None else row.cells.get(name)


def _path(key: str) -> list[str]:
    """Return the keys that a dotted key leads through; names of metrics may hold dots of their own."""
    first, dot, rest = key.partition(".")
    if dot and first in _OPEN_KEYS:
        return [first, rest]
    if dot and first == "metrics" and "." in rest:
        name, _, last = rest.rpartition(".")
        return [first, name, last]
    return key.split(".")


def _changed_number(operation: str, old: Any, value: Decimal, place: str) -> Decimal:
    if _is_blank(old):
        raise InputError.single(
            WHERE, f"{operation} meets a blank cell that has no default", "use `set`", column=place, value=value
        )
    try:
        first = parse_number(old)
        result = EXACT.multiply(first, value) if operation == "scale" else EXACT.add(first, value)
        return parse_number(result)
    except NotANumber as problem:
        raise InputError.single(
            WHERE, f"{operation} needs numbers: {problem}", "use `set`", column=place, value=_text(old)
        ) from None


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return number_text(value) if isinstance(value, Decimal) else as_text(value)


def _matches(cell: Any, want: Any) -> bool:
    """Return whether a cell is what `where` asks for: numbers numerically, text exactly or by glob, a list any."""
    if isinstance(want, list):
        return any(_matches(cell, item) for item in want)
    if isinstance(cell, list | tuple):
        return any(_matches(item, want) for item in cell) or (not cell and _is_blank(want))
    if _is_blank(cell) or _is_blank(want):
        return _is_blank(cell) and _is_blank(want)
    if isinstance(cell, bool) or isinstance(want, bool):
        return str(cell).lower() == str(want).lower()
    if isinstance(cell, Decimal | int) and _is_number(want):
        return parse_number(cell) == parse_number(want)
    text, pattern = _text(cell), _text(want)
    return text == pattern or fnmatch.fnmatchcase(text, pattern)


def _is_number(value: Any) -> bool:
    try:
        parse_number(value)
    except NotANumber:
        return False
    return True
