"""Tables as a reader found them, and their way to typed tables, with every fault on it collected."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outlay.instances.dictionary.names import COLUMNS, METRICS
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.dictionary.vocabulary import OWN_PREFIX, Cell, Column, TableSpec, metric_column, own_column
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.cells import parse_column
from outlay.instances.formats.spellings import Spelling, understood
from outlay.instances.table import Table, sorted_order
from outlay.instances.values.text import Hints, as_text


@dataclass(frozen=True)
class RawTable:
    """A table as a reader found it.

    Attributes
    ----------
    source
        The file or key, for error messages.
    headers
        The names of its columns, all different.
    cells
        Returns the cells of a column: text from CSV, any JSON value otherwise; None or white space is blank.
    rows
        Row number of each record in the source; 0 for one that comes from no source.
    spelling
        How people may have written its cells; None: exactly as the dictionary wants them.
    """

    source: str
    headers: Collection[str]
    cells: Callable[[str], Sequence[Any]]
    rows: Sequence[int]
    spelling: Spelling | None = None


def raw_table(source: str, records: Any, rows: Sequence[int] | None = None) -> RawTable:
    """Return the raw table of a list of records, as JSON holds it.

    Raises
    ------
    InputError
        If it is not a list of objects; one fault a row.
    """
    if not isinstance(records, list | tuple):
        raise InputError.single(source, "this is not a table", "write a list of objects, one a row")
    numbers = range(1, len(records) + 1) if rows is None else rows
    wrong = [
        Fault(source, row, None, as_text(record), "this row is not an object", 'write {"column": value, ...}')
        for row, record in zip(numbers, records, strict=True)
        if not isinstance(record, Mapping)
    ]
    if wrong:
        raise InputError(wrong)
    headers = dict.fromkeys(header for record in records for header in record)
    odd = [header for header in headers if not isinstance(header, str)]
    if odd:
        raise InputError(
            Fault(source, None, as_text(header), None, "a column's name is text", "write it in quotation marks")
            for header in odd
        )
    return RawTable(source, headers, lambda header: [record.get(header) for record in records], numbers)


def parse_table(
    spec: TableSpec,
    raw: RawTable,
    metrics: Mapping[str, str] | None,
    found: list[Fault],
    *,
    ignored: Collection[str] = (),
) -> Table:
    """Return the typed table, sorted; add what is wrong to `found`.

    Columns stand in the dictionary's order. One in which every cell is blank is left out, as it means the same
    (but see `Column.blank_differs`).

    Parameters
    ----------
    metrics
        Declared metrics, name to unit; None where they could not be read, so that any column may be one.
    ignored
        Columns that the settings declare as the user's own, beside those whose names begin with ``x_``.
    """
    raw = _with_kept_names(raw)
    may_be_metrics = metrics is None and spec.metric_columns
    metrics = metrics if metrics and spec.metric_columns else {}
    columns = [*spec.columns, *(metric_column(name, unit) for name, unit in metrics.items())]
    described = {column.name for column in columns}
    own = [name for name in raw.headers if name.startswith(OWN_PREFIX) or name in ignored]
    columns += [own_column(name) for name in sorted(own) if name not in described]
    known = {column.name for column in columns}
    hint = Hints(known)
    found.extend(
        Fault(raw.source, None, header, None, "this column is unknown", hint(header))
        for header in raw.headers
        if header not in known and not may_be_metrics
    )
    cells: dict[str, list[Cell]] = {}
    for column in columns:
        if column.name in raw.headers:
            parsed = _parse_column(spec, column, raw, found)
            if any(cell is not None for cell in parsed) or (parsed and column.blank_differs):
                cells[column.name] = parsed
        elif column.required and raw.headers:
            found.append(Fault(raw.source, None, column.name, None, "this column is missing", "add it"))
    order = sorted_order(spec, cells)
    table = Table(
        spec,
        {name: tuple(values[row] for row in order) for name, values in cells.items()},
        metrics,
        tuple(raw.rows[row] for row in order),
    )
    _find_duplicates(table, raw.source, found)
    return table


def _with_kept_names(raw: RawTable) -> RawTable:
    """Return a table whose columns have the names under which they are kept (`outlay.instances.dictionary.names`)."""
    given = {own: alias for alias, own in COLUMNS.items() if alias in raw.headers and own not in raw.headers}
    if not given:
        return raw
    headers = [COLUMNS[header] if header in given.values() else header for header in raw.headers]
    return RawTable(raw.source, headers, lambda header: raw.cells(given.get(header, header)), raw.rows)


def _parse_column(spec: TableSpec, column: Column, raw: RawTable, found: list[Fault]) -> list[Cell]:
    values = raw.cells(column.name)
    written = raw.spelling
    reader = None if written is None else lambda value: understood(column, value, written)
    cells, bad = parse_column(column, values, is_key=column.name in spec.key, understand=reader)
    for place, problem in bad:
        value = None if values[place] is None else as_text(values[place])
        found.append(Fault(raw.source, raw.rows[place] or None, column.name, value, problem.problem, problem.remedy))
    if column.name in {"metric", "of"}:
        return [METRICS.get(cell, cell) if isinstance(cell, str) else cell for cell in cells]
    return cells


def _find_duplicates(table: Table, source: str, found: list[Fault]) -> None:
    if not table.spec.key:
        return
    first: dict[tuple[Cell, ...], int] = {}
    for row, key in enumerate(zip(*(table.raw(name) for name in table.spec.key), strict=True)):
        if None in key:  # its fault is known already
            continue
        if key in first:
            one, other = sorted((table.rows[first[key]], table.rows[row]))
            name, text = ", ".join(table.spec.key), "/".join(str(part) for part in key)
            before = f"this stands already in row {one}" if one else "this stands there already"
            found.append(Fault(source, other or None, name, text, before, "keep one row or rename one"))
        else:
            first[key] = row


def unread_tables(raw_tables: Mapping[str, RawTable]) -> set[str]:
    """Return the tables whose ids cannot be known, because the column that holds them is missing."""
    return {
        name for name, raw in raw_tables.items() if raw.headers and not set(TABLES[name].key[:1]) <= set(raw.headers)
    }
