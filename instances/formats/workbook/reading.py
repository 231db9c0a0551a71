"""A workbook's sheets as raw tables, settings and sets: numbers, dates and texts as people see them in their cells."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.files import bytes_of_file
from outlay.instances.formats.raw_tables import RawTable
from outlay.instances.formats.rows import Row, is_blank, table_of_rows
from outlay.instances.formats.spellings import Spelling, Unreadable
from outlay.instances.formats.workbook.keyed import Tree, set_path, settings_path, uncertainty_path, value_of
from outlay.instances.formats.workbook.texts import text_of_cell
from outlay.instances.values.numbers import NotANumber, number_text, parse_number
from outlay.instances.values.text import Hints, as_text

#: Sheets that are no tables.
SETTINGS_SHEET, SETS_SHEET, UNCERTAINTY_SHEET = "instance", "sets", "uncertainty"
_KEY_COLUMN = {SETTINGS_SHEET: "A", SETS_SHEET: "C", UNCERTAINTY_SHEET: "A"}
_VALUE_COLUMN = {SETTINGS_SHEET: "B", SETS_SHEET: "D", UNCERTAINTY_SHEET: "B"}
#: The sheet of each file that is no table.
_SHEETS = {"instance": SETTINGS_SHEET, "sets.toml": SETS_SHEET, "uncertainty.toml": UNCERTAINTY_SHEET}
#: Keys of instance.toml that are text, also where a spreadsheet made a number of them.
_TEXT_KEYS = frozenset({"name", "title", "money_unit", "value_unit"})
#: How much larger than a file may be what it unpacks to.
_UNPACKED = 10
_NOT_A_BOOK = "this is no workbook that can be read"
_SAVE_AGAIN = "open it in a spreadsheet program and save it as .xlsx, without a password"


@dataclass
class RawBook:
    """What a workbook holds, before any of it is believed.

    Attributes
    ----------
    settings, sets, uncertainty, tables
        The parts of an instance; None for an absent one that is no table.
    faults, unread
        What is wrong with the sheets themselves, and the parts that could not be read.
    letters
        Sheet to header to column letter.
    keys
        Sheet of keys and values to the rows of its keys.
    """

    settings: dict[str, Any] | None = None
    sets: dict[str, Any] | None = None
    uncertainty: dict[str, Any] | None = None
    tables: dict[str, RawTable] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, list[tuple[tuple[str | int, ...], int]]] = field(default_factory=dict)

    def with_cell(self, fault: Fault) -> Fault:
        """Return a fault with its cell, where it is about one."""
        if fault.cell is not None:
            return fault
        sheet = _SHEETS.get(fault.where, fault.where)
        if sheet in self.keys and fault.row is None and fault.column:
            row = _nearest_row(self.keys[sheet], fault.column)
            return fault if row is None else replace(fault, cell=f"{sheet}!{_VALUE_COLUMN[sheet]}{row}")
        if sheet in self.letters and fault.row is not None:
            first = (fault.column or "").split(",")[0]
            letter = self.letters[sheet].get(first, "")
            return replace(fault, cell=f"{sheet}!{letter}{fault.row}")
        return fault


def _nearest_row(keys: list[tuple[tuple[str | int, ...], int]], column: str) -> int | None:
    """Return the first row whose key is, or lies within, what a fault names."""
    wanted = column.replace("]", "").replace("[", ".").split(".")
    texts = [([str(part + 1) if isinstance(part, int) else part for part in path], row) for path, row in keys]
    for length in range(len(wanted), 0, -1):
        for parts, row in texts:
            if ".".join(parts).split(".")[:length] == wanted[:length]:
                return row
    return None


def raw_workbook(path: Path, name: str, max_file_mb: float) -> RawBook:
    """Return the parts of an instance as a workbook holds them.

    Sheets whose names begin with ``_`` are the user's own; hidden sheets and rows are read like all others.

    Raises
    ------
    InputError
        If the file is no workbook.
    """
    sheets = sheets_of(path, name, max_file_mb)
    book = RawBook()
    known = [SETTINGS_SHEET, SETS_SHEET, UNCERTAINTY_SHEET, *TABLES]
    hint = Hints(known)
    for sheet, rows in sheets.items():
        if sheet == SETTINGS_SHEET:
            _read_settings(book, rows)
        elif sheet == SETS_SHEET:
            _read_sets(book, rows)
        elif sheet == UNCERTAINTY_SHEET:
            _read_uncertainty(book, rows)
        elif sheet in TABLES:
            _read_table(book, sheet, rows)
        elif not sheet.startswith("_") and any(True for _ in rows):
            remedy = f"{hint(sheet)} a sheet of your own begins with _"
            book.faults.append(Fault(sheet, None, None, None, "no table of an instance has this name", remedy))
    for part in (SETTINGS_SHEET, "projects"):
        if part not in sheets:
            book.unread.append(part)
            book.faults.append(Fault(name, None, None, part, "this sheet is missing", "add it"))
    return book


def sheets_of(path: Path, name: str, max_file_mb: float) -> dict[str, list[Row]]:
    """Return the rows of every sheet of a workbook by its name; cells are what they show, or `Unreadable`.

    Raises
    ------
    InputError
        If the file is no workbook, or unpacks to more than can be meant.
    """
    data = bytes_of_file(path, name, max_file_mb)
    try:
        _check_size(data, name, max_file_mb)
        _check_parts(data, name)
        values, formulas = _workbook(data, data_only=True), _workbook(data, data_only=False)
        return {sheet.title: list(_rows(sheet, formulas[sheet.title])) for sheet in values.worksheets}
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever an odd file makes it stumble over
        raise InputError.single(name, f"{_NOT_A_BOOK} ({type(error).__name__}: {error})", _SAVE_AGAIN) from error


class _SheetsOfCells(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """Reads a workbook without its sheets of charts, which hold no cells; openpyxl stumbles over empty ones."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Leave it out."""


def _workbook(data: bytes, *, data_only: bool) -> Any:
    reader = _SheetsOfCells(io.BytesIO(data), read_only=True, data_only=data_only)
    reader.read()
    return reader.wb


def _check_size(data: bytes, name: str, max_file_mb: float) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(item.file_size for item in archive.infolist())
    if unpacked > max_file_mb * 1e6 * _UNPACKED:
        problem = f"it unpacks to {unpacked / 1e6:,.0f} MB, the limit is {max_file_mb * _UNPACKED:g} MB"
        raise InputError.single(name, problem, "raise the limit (max_file_mb, --max-file-mb)")


def _check_parts(data: bytes, name: str) -> None:
    """Refuse a workbook that lists a sheet and does not hold it: openpyxl leaves it out without a word."""
    book = ExcelReader(io.BytesIO(data), read_only=True)
    book.read_manifest()
    book.read_workbook()
    for sheet, part in book.parser.find_sheets():
        if part.target not in book.valid_files:
            problem = "the file is damaged: it does not hold this sheet"
            raise InputError.single(name, problem, _SAVE_AGAIN, value=sheet.name)


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    for sheet in (values, formulas):
        sheet.reset_dimensions()  # programs write wrong ones
    pairs = zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    for number, (shown, written) in enumerate(pairs, start=1):
        cells = [_cell(one, other) for one, other in zip(shown, written, strict=True)]
        if not all(map(is_blank, cells)):
            yield number, cells


def _cell(shown: Any, written: Any) -> Any:
    value = shown.value
    if shown.data_type == "e":
        return Unreadable(str(value), "this is an error of the spreadsheet", "correct the formula, or write the value")
    if value is None and written.data_type == "f" and shown.data_type != "str":
        problem = "this formula has no stored value"
        return Unreadable(str(written.value), problem, "open and save it in a spreadsheet program, or write the value")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _read_table(book: RawBook, sheet: str, rows: list[Row]) -> None:
    plain = [
        (number, [text_of_cell(cell) if isinstance(cell, str) else cell for cell in cells]) for number, cells in rows
    ]
    table, faults = table_of_rows(sheet, plain, Spelling(), ragged=True)
    book.faults.extend(faults)
    book.tables[sheet] = table
    header = plain[0][1] if plain else ()
    book.letters[sheet] = {
        str(cell).strip(): get_column_letter(place)
        for place, cell in reversed(list(enumerate(header, start=1)))
        if not is_blank(cell)
    }


def _read_settings(book: RawBook, rows: list[Row]) -> None:
    remedy = "write a key such as calendar.start"
    book.settings = _read_keys(book, rows, SETTINGS_SHEET, settings_path, remedy).root


def _read_uncertainty(book: RawBook, rows: list[Row]) -> None:
    remedy = "write a key such as factors.pool.low"
    book.uncertainty = _read_keys(book, rows, UNCERTAINTY_SHEET, uncertainty_path, remedy).root


def _read_keys(
    book: RawBook, rows: list[Row], sheet: str, path_of: Callable[[str], tuple[str | int, ...] | None], remedy: str
) -> Tree:
    """Return what grows from a sheet of keys and values."""
    tree = Tree(sheet)
    for row, cells in rows[1:]:
        key, value = (*cells, None, None)[:2]
        if is_blank(value):
            continue
        path = None if is_blank(key) else path_of(str(key))
        if not path:
            book.faults.append(_key_fault(sheet, row, key, f"this is no key of {sheet}.toml", remedy))
            continue
        _grow(book, tree, path, value, row=row, key=str(key))
    _finish(book, tree, sheet)
    return tree


def _read_sets(book: RawBook, rows: list[Row]) -> None:
    tree = Tree(SETS_SHEET)
    whole: dict[tuple[str | int, ...], list[tuple[int, Any]]] = {}  # properties, of which several rows are a list
    for row, cells in rows[1:]:
        name, place, key, value = (*cells, None, None, None, None)[:4]
        named = "" if is_blank(name) else text_of_cell(str(name))
        path = set_path(named, _plain(place), _plain(key)) if named else None
        if not path:
            problem = "this names no property and no change of a set"
            remedy = "write the set, a property (title) or the number of a change (1), and a key (where.resource)"
            book.faults.append(_key_fault(SETS_SHEET, row, key, problem, remedy))
        elif len(path) == 2 and not is_blank(value):
            whole.setdefault(path, []).append((row, value))
        elif not is_blank(value) or len(path) == 1:
            _grow(book, tree, path, "{}" if is_blank(value) else value, row=row, key=_plain(key))
    for path, found in whole.items():
        for place_in_list, (row, value) in enumerate(found):
            longer = (*path, place_in_list) if len(found) > 1 else path
            _grow(book, tree, longer, value, row=row, key=str(path[1]))
    book.sets = tree.root
    _finish(book, tree, SETS_SHEET)


def _grow(book: RawBook, tree: Tree, path: tuple[str | int, ...], value: Any, *, row: int, key: str) -> None:
    cell = f"{tree.where}!{_VALUE_COLUMN[tree.where]}{row}"
    if isinstance(value, Unreadable):
        book.faults.append(Fault(tree.where, row, key, str(value), value.problem, value.remedy, cell=cell))
        return
    if isinstance(value, datetime.date):
        value = f"{value:%Y-%m}" if value.day == 1 else f"{value:%Y-%m-%d}"
    elif isinstance(value, datetime.time | datetime.timedelta):
        value = as_text(value)
    elif isinstance(value, float):
        value = Decimal(repr(value))
    if tree.where == SETTINGS_SHEET and path[0] in _TEXT_KEYS and isinstance(value, int | Decimal):
        value = _number_as_text(value)
    tree.add(path, value_of(value), row, key=key)


def _number_as_text(value: Any) -> str:
    try:
        return number_text(parse_number(value))
    except NotANumber:
        return as_text(value)


def _plain(cell: Any) -> str:
    return "" if is_blank(cell) else str(cell).strip()


def _key_fault(sheet: str, row: int, key: Any, problem: str, remedy: str) -> Fault:
    return Fault(
        sheet,
        row,
        "key",
        None if key is None else as_text(key),
        problem,
        remedy,
        cell=f"{sheet}!{_KEY_COLUMN[sheet]}{row}",
    )


def _finish(book: RawBook, tree: Tree, sheet: str) -> None:
    book.faults.extend(replace(fault, cell=f"{sheet}!{_KEY_COLUMN[sheet]}{fault.row}") for fault in tree.faults)
    book.keys[sheet] = list(tree.rows.items())
