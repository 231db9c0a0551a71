"""From cells as they were written to a validated `Instance`, with every fault on the way collected.

Readers (`outlay.instances.reading`) bring raw tables; this module knows no file formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from outlay.instances.checks import check_instance
from outlay.instances.dictionary import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.instance import Instance
from outlay.instances.numbers import NotANumber, is_month, number_text, parse_number
from outlay.instances.schema import Cell, Column, TableSpec, metric_column
from outlay.instances.set_schema import check_sets
from outlay.instances.settings import BUILT_IN_METRICS, USE_PREFIX, Settings
from outlay.instances.table import Table, sorted_order
from outlay.instances.text import did_you_mean

#: Tables in which a column named after a declared metric may stand.
DOCUMENT_KEYS = ("instance", *TABLES, "sets")


@dataclass(frozen=True)
class RawTable:
    """A table as a reader found it.

    Attributes
    ----------
    source
        The file or key, for error messages.
    columns
        Header to cells: text from CSV, any JSON value otherwise; None or "" is blank.
    rows
        Row number of each record in the source.
    """

    source: str
    columns: Mapping[str, Sequence[Any]]
    rows: Sequence[int]


class _BadCell(ValueError):  # noqa: N818
    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def parse_document(document: Mapping[str, Any], *, source: str) -> Instance:
    """Return the instance of a document ``{"instance": {...}, "projects": [{...}], ..., "sets": {...}}``.

    Parameters
    ----------
    document
        Plain dictionaries, lists, texts and numbers, as JSON holds them.
    source
        What to call it in error messages.

    Raises
    ------
    InputError
        With every fault found.

    Examples
    --------
    >>> instance = parse_document({
    ...     "instance": {"name": "two", "calendar": {"start": "2026-01", "periods": 1, "months_per_period": 12}},
    ...     "projects": [{"id": "A", "value": 3, "commitment": 2}, {"id": "B", "value": 2, "commitment": 1}],
    ... }, source="example")
    >>> instance["projects"].raw("id")
    ('A', 'B')
    """
    if not isinstance(document, Mapping):
        raise InputError.single(source, "this is not an instance", "write one object with the key `instance`")
    faults = [
        Fault(source, None, None, str(key), "this table is unknown", did_you_mean(str(key), DOCUMENT_KEYS))
        for key in document
        if key not in DOCUMENT_KEYS
    ]
    tables: dict[str, RawTable] = {}
    for name in TABLES:
        if document.get(name) not in (None, []):
            try:
                tables[name] = _raw_table(name, document[name])
            except InputError as error:
                faults.extend(error.faults)
    sets = document.get("sets") or {}
    return parse_instance(document.get("instance"), tables, sets, source=source, faults=faults)


def _raw_table(name: str, records: Any) -> RawTable:
    if not isinstance(records, Sequence) or isinstance(records, str | bytes):
        raise InputError.single(name, "this is not a table", "write a list of objects, one a row")
    bad = [row for row, record in enumerate(records, start=1) if not isinstance(record, Mapping)]
    if bad:
        raise InputError.single(name, "this row is not an object", 'write {"column": value, ...}', row=bad[0])
    headers = dict.fromkeys(str(key) for record in records for key in record)
    columns = {header: [record.get(header) for record in records] for header in headers}
    return RawTable(name, columns, range(1, len(records) + 1))


def parse_instance(
    settings: Any,
    tables: Mapping[str, RawTable],
    sets: Any,
    *,
    source: str,
    faults: Sequence[Fault] = (),
    toml_name: str = "instance",
) -> Instance:
    """Return the validated instance of raw parts, or raise with every fault of all of them.

    Raises
    ------
    InputError
        With every fault found, those passed in included.
    """
    found = list(faults)
    parsed = _parse_settings(settings, found, toml_name)
    metrics = {name: metric.unit for name, metric in parsed.metrics.items()} if parsed else {}
    typed = {}
    for name, raw in tables.items():
        typed[name] = _parse_table(TABLES[name], raw, metrics, found)
    if "projects" not in typed or not len(typed["projects"]):
        if not any(fault.where in {"projects.csv", "projects"} for fault in found):
            found.append(Fault(source, None, None, None, "the table projects is missing or has no rows", "add projects"))
    clean_sets = _exact(sets) if isinstance(sets, Mapping) else {}
    if not isinstance(sets, Mapping):
        found.append(Fault("sets", None, None, None, "this is not a table of sets", "write [name] sections"))
    found.extend(check_sets(clean_sets))
    if parsed is not None:
        instance = Instance(parsed, typed, clean_sets)
        found.extend(check_instance(instance, {name: raw.source for name, raw in tables.items()}, toml_name))
        if not found:
            return instance
    raise InputError(dict.fromkeys(found))


def _exact(value: Any) -> Any:
    """Return plain data with floats as the decimals that were written, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    if isinstance(value, float | Decimal):
        try:
            return parse_number(value)
        except NotANumber:
            return str(value)
    return value


def _parse_settings(settings: Any, found: list[Fault], where: str) -> Settings | None:
    if not isinstance(settings, Mapping):
        found.append(Fault(where, None, None, None, "the instance's settings are missing", "add name and [calendar]"))
        return None
    try:
        parsed = Settings.model_validate(settings)
    except ValidationError as error:
        found.extend(_settings_fault(item, where) for item in error.errors(include_url=False))
        return None
    taken = {column.name for name in ("projects", "alternatives") for column in TABLES[name].columns}
    for name in parsed.metrics:
        if name in taken or name in BUILT_IN_METRICS or name.startswith(USE_PREFIX):
            found.append(Fault(where, None, f"metrics.{name}", None, "this name is taken", "choose another name"))
    return parsed


def _settings_fault(item: Mapping[str, Any], where: str) -> Fault:
    place = ".".join(str(part) for part in item["loc"])
    kind, problem = item["type"], str(item["msg"]).removeprefix("Value error, ")
    value = None if isinstance(item.get("input"), Mapping | list) else str(item.get("input"))
    if kind == "missing":
        return Fault(where, None, place, None, "this is missing", "add it")
    if kind == "extra_forbidden":
        model: Any = Settings
        for part in item["loc"][:-1]:
            annotation = model.model_fields[part].annotation if hasattr(model, "model_fields") else None
            options = [annotation, *getattr(annotation, "__args__", ())]
            model = next((option for option in options if hasattr(option, "model_fields")), Settings)
        known = list(getattr(model, "model_fields", {}))
        return Fault(where, None, place, None, "this key is unknown", did_you_mean(str(item["loc"][-1]), known))
    return Fault(where, None, place, value, problem[:1].lower() + problem[1:], "correct it")


def _parse_table(spec: TableSpec, raw: RawTable, metrics: Mapping[str, str], found: list[Fault]) -> Table:
    cells: dict[str, list[Cell]] = {}
    for header, given in raw.columns.items():
        column = spec.column(header)
        if column is None and spec.metric_columns and header in metrics:
            column = metric_column(header, metrics[header])
        if column is None:
            known = [column.name for column in spec.columns] + (list(metrics) if spec.metric_columns else [])
            hint = did_you_mean(header, known)
            found.append(Fault(raw.source, None, header, None, "this column is unknown", hint))
            continue
        cells[header] = _parse_column(column, given, raw, found, in_key=header in spec.key)
    size = len(raw.rows)
    for column in spec.columns:
        if column.required and column.name not in cells:
            found.append(Fault(raw.source, None, column.name, None, "this column is missing", "add it"))
            cells[column.name] = [_fallback(column)] * size
    order = sorted_order(spec, cells)
    table = Table(
        spec,
        {name: tuple(values[row] for row in order) for name, values in cells.items()},
        metrics if spec.metric_columns else {},
        tuple(raw.rows[row] for row in order),
    )
    _find_duplicates(table, raw.source, found)
    return table


def _find_duplicates(table: Table, source: str, found: list[Fault]) -> None:
    if not table.spec.key or not len(table):
        return
    first: dict[tuple[Cell, ...], int] = {}
    for row, key in enumerate(zip(*(table.raw(name) for name in table.spec.key), strict=True)):
        if key in first:
            one, other = sorted((table.rows[first[key]], table.rows[row]))
            name = ", ".join(table.spec.key)
            text = "/".join(str(part) for part in key)
            found.append(
                Fault(source, other, name, text, f"this stands already in row {one}", "keep one row or rename one")
            )
        else:
            first[key] = row


def _parse_column(
    column: Column, given: Sequence[Any], raw: RawTable, found: list[Fault], *, in_key: bool
) -> list[Cell]:
    parse = _PARSERS[column.kind]
    cells: list[Cell] = []
    for row, cell in zip(raw.rows, given, strict=True):
        try:
            value = None if cell is None or cell == "" else parse(column, cell)
            if value is None and column.required:
                raise _BadCell("this cell must not be blank", f"write {column.meaning[:1].lower()}{column.meaning[1:]}")
            if in_key and column.kind == "id" and column.refers_to is None and "@" in str(value):
                raise _BadCell("an id must not hold @", "rename it")
        except _BadCell as problem:
            shown = None if cell is None else _as_text(cell)
            found.append(Fault(raw.source, row, column.name, shown, problem.problem, problem.remedy))
            value = _fallback(column) if column.required else None
        cells.append(value)
    return cells


def _fallback(column: Column) -> Cell:
    """Return a harmless value of the right type, so that the remaining checks can go on."""
    if column.kind == "number":
        return Decimal(0)
    if column.kind == "whole":
        return 1
    if column.kind == "choice":
        return column.choices[0]
    return "2000-01" if column.kind == "month" else ""


def _as_text(cell: Any) -> str:
    return number_text(cell) if isinstance(cell, Decimal) and cell.is_finite() else str(cell)


def _parse_text(column: Column, cell: Any) -> Cell:
    if isinstance(cell, bool) or not isinstance(cell, str | int | Decimal | float):
        raise _BadCell("this is not text", "write text")
    text = cell if isinstance(cell, str) else _as_text(parse_number(cell))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _BadCell("this is not valid Unicode text", "write the file in UTF-8") from None
    return text


def _parse_id(column: Column, cell: Any) -> Cell:
    text = str(_parse_text(column, cell)).strip()
    return text or None


def _parse_number(column: Column, cell: Any) -> Cell:
    try:
        number = parse_number(cell)
    except NotANumber as problem:
        raise _BadCell(str(problem), f"write a number{_unit(column)}") from None
    _check_range(column, number)
    return number


def _check_range(column: Column, number: Decimal) -> None:
    if column.positive and number <= 0:
        raise _BadCell("this must be greater than 0", f"write a positive number{_unit(column)}")
    if column.minimum is not None and number < column.minimum:
        problem = "this is negative" if number < 0 else "this is too small"
        raise _BadCell(problem, f"write at least {number_text(column.minimum)}{_unit(column)}")
    if column.maximum is not None and number > column.maximum:
        raise _BadCell("this is too large", f"write at most {number_text(column.maximum)}{_unit(column)}")


def _unit(column: Column) -> str:
    return f" ({column.unit})" if column.unit else ""


def _parse_whole(column: Column, cell: Any) -> Cell:
    number = _parse_number(column, cell)
    if not isinstance(number, Decimal) or number != int(number):
        raise _BadCell("this is not a whole number", f"write a whole number{_unit(column)}")
    return int(number)


def _parse_month(column: Column, cell: Any) -> Cell:
    if not isinstance(cell, str) or not is_month(cell.strip()):
        raise _BadCell("this is not a month", "write YYYY-MM, such as 2027-07")
    return cell.strip()


def _parse_flag(column: Column, cell: Any) -> Cell:
    if isinstance(cell, bool):
        return cell
    word = cell.strip().lower() if isinstance(cell, str) else ""
    if word not in {"true", "false"}:
        raise _BadCell("this is neither true nor false", "write true or false")
    return word == "true"


def _parse_choice(column: Column, cell: Any) -> Cell:
    word = cell.strip() if isinstance(cell, str) else cell
    if word not in column.choices:
        hint = did_you_mean(str(word), column.choices)
        raise _BadCell("this word is not allowed here", f"{hint} (one of {', '.join(column.choices)})")
    return str(word)


def _parse_list(column: Column, cell: Any) -> Cell:
    items = cell if isinstance(cell, list | tuple) else str(_parse_text(column, cell)).split(";")
    names = tuple(dict.fromkeys(str(item).strip() for item in items if str(item).strip()))
    for name in names:
        _parse_text(column, name)
        if ";" in name:
            raise _BadCell("a name in a list must not hold ;", "rename it")
    return names or None


_PARSERS: Mapping[str, Callable[[Column, Any], Cell]] = {
    "id": _parse_id,
    "text": _parse_text,
    "number": _parse_number,
    "whole": _parse_whole,
    "month": _parse_month,
    "flag": _parse_flag,
    "choice": _parse_choice,
    "list": _parse_list,
}
