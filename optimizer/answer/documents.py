"""Tables and numbers as plain data for JSON, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simplejson

from outlay.instances.errors import InputError
from outlay.instances.formats.files import MAX_FILE_MB, text_of_file
from outlay.instances.values.plain import plain
from outlay.models.arrays.frames import data_frame

if TYPE_CHECKING:
    import pandas as pd

    from outlay.instances.instance import Instance


def table_document(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table as ``{"columns": [...], "rows": [[...]]}``."""
    return {"columns": list(table.columns), "rows": table.astype(object).to_numpy().tolist()}


def plain_table(document: dict[str, Any]) -> pd.DataFrame:
    """Return the table that `table_document` wrote."""
    return data_frame(document["rows"], columns=document["columns"])


def written_document(folder: Path, marker: str, what: str, instance: Instance) -> tuple[dict[str, Any], Instance]:
    """Return what a folder holds that another command wrote, and the instance that it is of, its sets applied.

    Parameters
    ----------
    folder, marker
        The folder, and the name of its document.
    what
        Name of the command: ``frontier`` or ``stress``.
    instance
        The instance without a constraint set applied.

    Raises
    ------
    InputError
        If the document cannot be read, is not finished, or is of other tables.
    """
    again = f"run outlay {what} once more; what is answered is not asked again"
    try:
        read = simplejson.loads(text_of_file(folder / marker, marker, MAX_FILE_MB), use_decimal=True)
        document = floats({key: item for key, item in read.items() if key != "sets"}) | {"sets": read.get("sets", {})}
        digest, name = document["digest"], document["constraint_set"]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        problem = "this is not finished, or was written by an earlier version"
        raise InputError.single(str(folder), problem, again) from error
    own = instance.with_set(name)
    if tables_digest(own) != digest:
        raise InputError.single(str(folder), "this is of other tables, or of these before they changed", again)
    return document, own


@contextmanager
def damage_told(folder: str | Path, what: str, command: str) -> Iterator[None]:
    """Tell whoever reads a folder that it is damaged, where a part is missing or of another kind.

    Raises
    ------
    InputError
        If what is done within fails so.
    """
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise InputError.single(str(folder), f"the {what} is damaged", f"run outlay {command} once more") from error


def tables_digest(instance: Instance) -> str:
    """Return what the tables of an instance are known by, whatever other sets it has."""
    return replace(instance, sets={}, uncertainty={}).digest


def finite(value: Any) -> Any:
    """Return plain data with NaN and infinity as None, numpy scalars as Python's, tuples as lists."""
    return plain(value)


def floats(value: Any) -> Any:
    """Return plain data with decimals as floats."""
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return float(value) if hasattr(value, "as_tuple") else value
