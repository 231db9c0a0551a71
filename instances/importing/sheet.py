"""Somebody's own sheet as rows, with the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from outlay.instances.errors import InputError
from outlay.instances.formats.csv_tables import csv_rows
from outlay.instances.formats.files import text_of_file
from outlay.instances.formats.reading import WORKBOOK_ENDINGS
from outlay.instances.formats.rows import Row, is_blank
from outlay.instances.formats.spellings import decimal_sign_of
from outlay.instances.values.text import as_text, did_you_mean


class Sheet(NamedTuple):
    """The rows of a sheet that hold anything.

    Attributes
    ----------
    name, sheets
        Its name (of a CSV file: blank), and those of all.
    rows
        Number and cells of each.
    decimal_sign
        What the file shows; a point where it shows none.
    """

    name: str
    sheets: tuple[str, ...]
    rows: tuple[Row, ...]
    decimal_sign: str


def read_sheet(path: str | Path, sheet: str, max_file_mb: float) -> Sheet:
    """Return a sheet of a ``.csv`` or ``.xlsx`` file; a blank name is the first that holds anything.

    Raises
    ------
    InputError
        If the file cannot be read, or there is no such sheet.
    """
    place = Path(path)
    if place.suffix.lower() in WORKBOOK_ENDINGS:
        return _of_workbook(place, sheet, max_file_mb)
    if place.suffix.lower() not in {".csv", ".txt", ".tsv"}:
        raise InputError.single(place.name, "this is neither a .csv nor an .xlsx file", "save it as one of them")
    separator, rows = csv_rows(place.name, text_of_file(place, place.name, max_file_mb, western=True))
    sign = "." if separator == "," else decimal_sign_of(cell for _, cells in rows for cell in cells) or "."
    return Sheet("", (), _filled(rows), sign)


def _of_workbook(place: Path, sheet: str, max_file_mb: float) -> Sheet:
    # openpyxl is needed for workbooks alone.
    from outlay.instances.formats.workbook.reading import sheets_of  # noqa: PLC0415

    sheets = sheets_of(place, place.name, max_file_mb)
    if sheet and sheet not in sheets:
        hint = did_you_mean(sheet, sheets)
        raise InputError.single(place.name, "there is no such sheet", hint, column="sheet", value=sheet)
    name = sheet or next((name for name, rows in sheets.items() if rows), "")
    return Sheet(name, tuple(sheets), _filled(sheets.get(name, [])), ".")


def _filled(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple((number, cells) for number, cells in rows if not all(map(is_blank, cells)))


def headers_of(cells: Sequence[Any]) -> list[str]:
    """Return the names of columns; a blank one is blank, one that stands twice is counted.

    Examples
    --------
    >>> headers_of(["Cost ", None, "Cost", 2019])
    ['Cost', '', 'Cost (2)', '2019']
    """
    names: list[str] = []
    for cell in cells:
        name = "" if is_blank(cell) else " ".join(as_text(cell).split())
        number, base = 1, name
        while name and name in names:
            number += 1
            name = f"{base} ({number})"
        names.append(name)
    return names
