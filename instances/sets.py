"""Apply constraint sets: named changes to a base instance that yield a new, whole, validated instance."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary import ALTERNATIVE_COLUMNS, TABLES
from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.numbers import EXACT, NotANumber, number_text, parse_number
from outlay.instances.parsing import parse_document
from outlay.instances.schema import Column, metric_column
from outlay.instances.set_schema import WHERE, Change, ConstraintSet
from outlay.instances.text import did_you_mean
from outlay.instances.writing import to_document

type_of_document = dict[str, Any]
_INHERITED = {column.name for column in ALTERNATIVE_COLUMNS}


def apply_sets(instance: Instance, names: str) -> Instance:
    """Return the instance with sets applied, ``a+b`` from left to right.

    Parents come before the sets that extend them, and a set that is reached twice is applied once, where it is reached
    first. ``base`` changes nothing.

    Raises
    ------
    InputError
        For an unknown set, a change that matches no row, a change that acts on a blank cell without default, or a
        changed instance that is wrong as a whole.
    """
    order: list[str] = []
    for name in names.split("+"):
        _collect(instance, name.strip(), order)
    if not order:
        return instance
    document = to_document(instance)
    for name in order:
        _apply(document, name, ConstraintSet.model_validate(instance.sets[name]))
    return parse_document(document, source=f"{instance.name} with set {'+'.join(order)}")


def set_title(instance: Instance, names: str) -> str:
    """Return the titles of sets joined by ``+``; a set without title stands under its name."""
    parts = [name.strip() for name in names.split("+")]
    titles = [str(instance.sets.get(name, {}).get("title") or name) for name in parts]
    return " + ".join(titles)


def _collect(instance: Instance, name: str, order: list[str]) -> None:
    if name == "base" or name in order:
        return
    if name not in instance.sets:
        raise InputError.single(
            WHERE, "there is no such constraint set", did_you_mean(name, [*instance.sets, "base"]), value=name
        )
    for parent in ConstraintSet.model_validate(instance.sets[name]).extends:
        _collect(instance, parent, order)
    order.append(name)


def _apply(document: type_of_document, name: str, change_set: ConstraintSet) -> None:
    for number, change in enumerate(change_set.change, start=1):
        place = f"{name}.change[{number}]"
        if change.table == "instance":
            _change_settings(document, change, place)
        else:
            _change_rows(document, change, place)
    settings = document["instance"]
    applied = dict(settings.get("applied", {}))
    for key in ("disable", "force_in", "force_out"):
        applied[key] = [*dict.fromkeys([*applied.get(key, ()), *getattr(change_set, key)])]
    applied["disable"] = [family for family in applied["disable"] if family not in change_set.enable]
    applied["sets"] = [*applied.get("sets", ()), name]
    settings["applied"] = applied
    if change_set.objective is not None:
        settings["objective"] = change_set.objective


# -- instance.toml -----------------------------------------------------------------------------------------------


def _change_settings(document: type_of_document, change: Change, place: str) -> None:
    operation = change.operation
    for key, value in getattr(change, operation).items():
        table = document["instance"]
        *path, last = key.split(".")
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise InputError.single(WHERE, f"{key} is not a key of instance.toml", "correct it", column=place)
        if operation == "set":
            table[last] = value
        else:
            table[last] = _changed_number(operation, table.get(last), value, f"{place}.{operation}.{key}")


# -- tables ------------------------------------------------------------------------------------------------------


def _change_rows(document: type_of_document, change: Change, place: str) -> None:
    rows = [dict(row) for row in document.get(change.table, [])]
    document[change.table] = rows
    if change.append is not None:
        rows.extend(dict(row) for row in change.append)
        return
    described = _describer(document, change.table)
    for name in change.where:
        if described(name) is None:
            hint = did_you_mean(name, [column.name for column in TABLES[change.table].columns])
            raise InputError.single(WHERE, f"{change.table} has no column {name}", hint, column=f"{place}.where")
    effective = _effective_reader(document, change.table, described)
    matched = [row for row in rows if all(_matches(effective(row, name), want) for name, want in change.where.items())]
    if not matched:
        raise InputError.single(
            WHERE,
            f"no row of {change.table} matches",
            "correct `where`, or delete the change",
            column=place,
            value=", ".join(f"{key} = {_text(want)}" for key, want in change.where.items()) or "all rows",
        )
    if change.operation == "delete":
        chosen = {id(row) for row in matched}
        document[change.table] = [row for row in rows if id(row) not in chosen]
        return
    for row in matched:
        for name, value in getattr(change, change.operation).items():
            if change.operation == "set":
                row[name] = value
            else:
                old = effective(row, name)
                row[name] = _changed_number(change.operation, old, value, f"{place}.{change.operation}.{name}")


def _describer(document: type_of_document, table: str) -> Any:
    metrics = document["instance"].get("metrics", {})

    def described(name: str) -> Column | None:
        column = TABLES[table].column(name)
        if column is None and TABLES[table].metric_columns and name in metrics:
            return metric_column(name, "")
        return column

    return described


def _effective_reader(document: type_of_document, table: str, described: Any) -> Any:
    """Return a function (row, column) -> the cell, or what a blank cell means there."""
    projects = {row.get("id"): row for row in document.get("projects", [])}

    def effective(row: Mapping[str, Any], name: str) -> Any:
        cell = row.get(name)
        if cell in (None, ""):
            column = described(name)
            if table == "alternatives" and (name in _INHERITED or name not in TABLES[table].columns):
                cell = projects.get(row.get("project"), {}).get(name)
                column = TABLES["projects"].column(name) or column
            if cell in (None, "") and column is not None:
                cell = column.default
        return cell

    return effective


def _changed_number(operation: str, old: Any, value: Any, place: str) -> Decimal:
    if old in (None, ""):
        raise InputError.single(
            WHERE, f"{operation} meets a blank cell that has no default", "use `set`", column=place, value=value
        )
    try:
        first, second = parse_number(old), parse_number(value)
        result = EXACT.multiply(first, second) if operation == "scale" else EXACT.add(first, second)
        return parse_number(result)
    except NotANumber as problem:
        raise InputError.single(
            WHERE, f"{operation} needs numbers: {problem}", "use `set`", column=place, value=_text(old)
        ) from None


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return number_text(value) if isinstance(value, Decimal) else str(value)


def _matches(cell: Any, want: Any) -> bool:
    if isinstance(want, list | tuple):
        return any(_matches(cell, item) for item in want)
    if isinstance(cell, Sequence) and not isinstance(cell, str):
        return any(_matches(item, want) for item in cell) or (not cell and want == "")
    if cell is None or cell == "":
        return want in (None, "")
    if isinstance(cell, bool) or isinstance(want, bool):
        return cell is want or (isinstance(cell, str) and cell.lower() == str(want).lower())
    numbers = _both_numbers(cell, want)
    if numbers is not None:
        return numbers[0] == numbers[1]
    text, pattern = _text(cell), _text(want)
    return text == pattern or fnmatch.fnmatchcase(text, pattern)


def _both_numbers(cell: Any, want: Any) -> Iterable[Decimal] | Any:
    """Return both as numbers if the cell is a number and the other can be read as one, else None."""
    if isinstance(cell, str):
        return None
    try:
        return parse_number(cell), parse_number(want)
    except NotANumber:
        return None
