"""Write an instance as a folder of TOML and CSV, a JSON document or a workbook; reading it back is the identity."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson
import tomli_w

from outlay.instances.errors import InputError
from outlay.instances.formats.csv_tables import COMMENT
from outlay.instances.formats.output import check_target, write_file, write_folder
from outlay.instances.given import check_instance
from outlay.instances.instance import Instance
from outlay.instances.table import Table, cell_text
from outlay.instances.values.frozen import thawed
from outlay.instances.values.numbers import number_text

#: Endings that nobody means for a folder.
_OTHER_BOOKS = frozenset({".xls", ".xlsm", ".xlsb", ".ods"})


def to_document(instance: Instance) -> dict[str, Any]:
    """Return the instance as ``{"instance": {...}, "projects": [{...}], ..., "sets": {...}}``.

    Numbers are Decimals; blank cells are left out, unless that would change what they mean, and empty tables too.
    Nothing in it is shared with the instance.
    """
    document: dict[str, Any] = {"instance": instance.settings.model_dump(exclude_defaults=True)}
    for name, table in instance.tables.items():
        if len(table):
            document[name] = _records(table)
    if instance.sets:
        document["sets"] = thawed(instance.sets)
    if instance.uncertainty:
        document["uncertainty"] = thawed(instance.uncertainty)
    return document


def _records(table: Table) -> list[dict[str, Any]]:
    names = list(table.cells)
    kept = frozenset(name for name in names if table.describe(name).blank_differs)
    return [
        {
            name: list(cell) if isinstance(cell, tuple) else cell
            for name, cell in zip(names, row, strict=True)
            if cell is not None or name in kept
        }
        for row in zip(*table.cells.values(), strict=True)
    ]


def document_text(document: Any, *, compact: bool = False) -> str:
    """Return a document as JSON text; Decimals keep every digit. `compact` sorts keys and leaves out white space."""
    if compact:
        return simplejson.dumps(_plain(document), use_decimal=True, sort_keys=True, separators=(",", ":"))
    return simplejson.dumps(_plain(document), use_decimal=True, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else Decimal(number_text(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def write(instance: Instance, path: str | Path) -> Path:
    """Write an instance to a new folder, or to a new file if the name ends in ``.json`` or ``.xlsx``; return the path.

    Nothing is left behind if writing fails, and nothing that exists is touched.

    Raises
    ------
    InputError
        If something is there already, or cannot be written.
    """
    check_instance("write", instance)
    ending = check_target(path, folder=True).suffix.lower()
    if ending == ".json":
        return write_file(path, document_text(to_document(instance)))
    if ending == ".xlsx":
        from outlay.instances.formats.workbook.writing import workbook_data  # noqa: PLC0415 - for workbooks alone

        return write_file(path, workbook_data(instance))
    if ending in _OTHER_BOOKS:
        raise InputError.single(str(path), "workbooks of this kind are not written", "choose a name that ends in .xlsx")
    return write_folder(path, lambda folder: _fill(instance, folder))


def _fill(instance: Instance, folder: Path) -> None:
    settings = instance.settings.model_dump(exclude_defaults=True)
    _write_text(folder / "instance.toml", tomli_w.dumps(_plain(settings)))
    for name, table in instance.tables.items():
        if len(table):
            _write_text(folder / f"{name}.csv", csv_text(table))
    if instance.sets:
        _write_text(folder / "sets.toml", tomli_w.dumps(_plain(instance.sets)))
    if instance.uncertainty:
        _write_text(folder / "uncertainty.toml", tomli_w.dumps(_plain(instance.uncertainty)))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def csv_text(table: Table) -> str:
    """Return a table as CSV text with a header; blank cells are empty.

    Raises
    ------
    InputError
        If a row begins as an example does.
    """
    buffer = io.StringIO()
    texts = [[name, *map(cell_text, cells)] for name, cells in table.cells.items()]
    # A lone carriage return is only quoted where it is part of the line end.
    risky = any("\r" in text for column in texts for text in column)
    writer = csv.writer(buffer, lineterminator="\r\n" if risky else "\n")
    lines = list(zip(*texts, strict=True))
    taken = next((line[0] for line in lines if line and line[0].startswith(COMMENT)), None)
    if taken is not None:
        problem = f"a row of a CSV file that begins with {COMMENT!r} would be read as an example"
        raise InputError.single(f"{table.name}.csv", problem, "rename it, or write .json or .xlsx", value=taken)
    writer.writerows(lines)
    return buffer.getvalue()
