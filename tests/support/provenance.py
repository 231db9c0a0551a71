"""Which numbers of an instance nobody can say the origin of."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.instance import Instance
from outlay.instances.table import Table

#: What stands for a key in tables that have none.
PSEUDO_KEYS: Mapping[str, tuple[str, ...]] = {
    "requirements": ("project", "alternative", "resource", "role"),
    "limits": ("metric", "of", "by", "group"),
    "dependencies": ("project", "needs", "kind"),
    "cashflows": ("project", "alternative", "metric"),
}


def uncovered_numbers(instance: Instance) -> list[tuple[str, str, str]]:
    """Return (table, key, column) of every number that no row of ``provenance`` covers, in table order.

    Rows cover by table, key (ids joined by a slash; `PSEUDO_KEYS` for tables without a key) and column, each a glob;
    a blank key or column covers all. Keys of ``instance`` are dotted paths with a blank column; those of ``sets`` are
    set/number of the change, with the changed column. Those of ``uncertainty`` are the factor with the parameter,
    correlations/number with `rank`, and scenarios/name with `probability`.
    """
    rules: dict[str, list[tuple[str, str]]] = {}
    table = instance["provenance"]
    for name, key, column in zip(table.texts("table"), table.texts("key"), table.texts("column"), strict=True):
        rules.setdefault(name, []).append((key or "*", column or "*"))
    every = rules.get("*", [])
    return [
        (name, key, column)
        for name, key, column in _numbers(instance)
        if not any(
            fnmatch.fnmatchcase(key, keys) and fnmatch.fnmatchcase(column, columns)
            for keys, columns in (*rules.get(name, ()), *every)
        )
    ]


def _numbers(instance: Instance) -> Iterator[tuple[str, str, str]]:
    for name, spec in TABLES.items():
        keys = spec.key or PSEUDO_KEYS.get(name, ())
        for column in instance[name].cells:
            if column not in keys:
                yield from _table_numbers(instance[name], keys, column)
    for path, value in _walk(instance.settings.model_dump(exclude_defaults=True)):
        if _is_number(value):
            yield "instance", path, ""
    for name, body in instance.sets.items():
        for number, change in enumerate(body.get("change", ()), start=1):
            changed = {**change.get("set", {}), **change.get("scale", {}), **change.get("add", {})}
            for column, value in changed.items():
                if _is_number(value):
                    yield "sets", f"{name}/{number}", column

    yield from _uncertain_numbers(instance)


def _uncertain_numbers(instance: Instance) -> Iterator[tuple[str, str, str]]:
    """Yield the numbers of distributions, correlations and scenarios; those in `where` only name rows."""
    for name, factor in instance.uncertainty.get("factors", {}).items():
        for column, value in factor.items():
            if column not in {"change", "decimals"} and any(map(_is_number, _items(value))):
                yield "uncertainty", name, column
    for number in range(len(instance.uncertainty.get("correlations", ()))):
        yield "uncertainty", f"correlations/{number + 1}", "rank"
    for name in instance.uncertainty.get("scenarios", {}):
        yield "uncertainty", f"scenarios/{name}", "probability"


def _items(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _table_numbers(table: Table, keys: tuple[str, ...], column: str) -> Iterator[tuple[str, str, str]]:
    names = list(zip(*(table.texts(key) for key in keys), strict=True)) or [()] * len(table)
    for name, cell in zip(names, table.raw(column), strict=True):
        if _is_number(cell):
            yield table.name, "/".join(name), column


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)
