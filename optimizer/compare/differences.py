"""What differs between the inputs of two cases: the rows and values that a constraint set changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.instance import Instance
from outlay.instances.table import Table
from outlay.instances.values.numbers import number_text


class Difference(NamedTuple):
    """One cell, row or setting that differs.

    Attributes
    ----------
    table, row, column
        Where: table or ``instance``; the row's key (or its words); the column or dotted key, empty for a whole row.
    before, after
        Texts; empty where there is nothing.
    kind
        changed, added or removed.
    """

    table: str
    row: str
    column: str
    before: str
    after: str
    kind: str


#: Keys of the settings that name the set itself, not what it changes.
_LABELS = ("applied.sets",)


def input_differences(before: Instance, after: Instance) -> list[Difference]:
    """Return everything that differs between two resolved instances, in table order."""
    found = list(_setting_differences(before, after))
    for name in TABLES:
        found.extend(_table_differences(before[name], after[name]))
    return found


def _setting_differences(before: Instance, after: Instance) -> Iterator[Difference]:
    one, other = (dict(_flat(case.settings.model_dump())) for case in (before, after))
    for key in sorted({**one, **other}):
        if one.get(key) != other.get(key) and key not in _LABELS:
            yield Difference("instance", "", key, _text(one.get(key)), _text(other.get(key)), "changed")


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _flat(item, f"{path}[{number}]")
    else:
        yield path, value


def _table_differences(before: Table, after: Table) -> Iterator[Difference]:
    if before == after:
        return
    one, other = _rows(before), _rows(after)
    columns = [name for name in {**before.cells, **after.cells} if name not in before.spec.key]
    for key in sorted({**one, **other}):
        old, new = one.get(key), other.get(key)
        if old is None or new is None:
            row = old or new or {}
            words = ", ".join(f"{name} {_text(row[name])}" for name in columns if row.get(name) is not None)
            kind = "added" if old is None else "removed"
            yield Difference(before.name, _key_text(key), "", *(("", words) if old is None else (words, "")), kind)
            continue
        for name in columns:
            if old.get(name) != new.get(name):
                yield Difference(
                    before.name, _key_text(key), name, _text(old.get(name)), _text(new.get(name)), "changed"
                )


def _rows(table: Table) -> dict[tuple[str, ...], Mapping[str, Any]]:
    """Return rows by key; rows of a table without a key by everything but their numbers, counted."""
    names = table.spec.key or tuple(
        column.name for column in table.spec.columns if column.kind != "number" and column.name != "note"
    )
    rows: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for index in range(len(table)):
        row = {name: cells[index] for name, cells in table.cells.items()}
        key = tuple(_text(table.raw(name)[index]) for name in names)
        number = 0
        while (*key, str(number)) in rows:
            number += 1
        rows[*key, str(number)] = row
    return rows


def _key_text(key: tuple[str, ...]) -> str:
    return "/".join(part for part in key[:-1] if part) + (f" ({int(key[-1]) + 1})" if key[-1] != "0" else "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ";".join(_text(item) for item in value)
    return str(value)
