"""Write an instance as a folder of TOML and CSV, or as one JSON document; reading it back is the identity."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson
import tomli_w

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance, thawed
from outlay.instances.numbers import number_text
from outlay.instances.table import Table, cell_text


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
    """Write an instance to a new folder, or to a new file if the name ends in ``.json``; return the path.

    Nothing is left behind if writing fails, and nothing that exists is touched.

    Raises
    ------
    InputError
        If something is there already, or cannot be written.
    """
    try:
        target = Path(path)
    except TypeError:
        raise InputError.single("write", "this is not a path", "give a path", value=path) from None
    try:
        if target.exists() or target.is_symlink():
            raise InputError.single(str(target), "something with this name exists", "choose a new name")
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix.lower() == ".json":
            replace_file(target, document_text(to_document(instance)))
        else:
            _write_folder(instance, target)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise InputError.single(str(target), f"it cannot be written ({reason})", "choose another place") from error
    return target


def replace_file(target: Path, text: str) -> None:
    """Write a text file whole or not at all: to a neighbour first, then renamed over the target.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=target.parent, prefix=f".{target.name[:40]}.", delete=False
    ) as file:
        temporary = Path(file.name)
        try:
            file.write(text)
            file.flush()
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    try:
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_folder(instance: Instance, target: Path) -> None:
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}."))
    try:
        settings = instance.settings.model_dump(exclude_defaults=True)
        _write_text(temporary / "instance.toml", tomli_w.dumps(_plain(settings)))
        for name, table in instance.tables.items():
            if len(table):
                _write_text(temporary / f"{name}.csv", csv_text(table))
        if instance.sets:
            _write_text(temporary / "sets.toml", tomli_w.dumps(_plain(instance.sets)))
        temporary.chmod(0o755)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def csv_text(table: Table) -> str:
    """Return a table as CSV text with a header; blank cells are empty."""
    buffer = io.StringIO()
    texts = [[name, *map(cell_text, cells)] for name, cells in table.cells.items()]
    # A lone carriage return is only quoted where it is part of the line end.
    risky = any("\r" in text for column in texts for text in column)
    writer = csv.writer(buffer, lineterminator="\r\n" if risky else "\n")
    writer.writerows(zip(*texts, strict=True))
    return buffer.getvalue()
