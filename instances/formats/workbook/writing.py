"""An instance as a workbook for people: a sheet a table, with comments, drop-down lists, dates and filters."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.formats.workbook.keyed import leaves, set_rows
from outlay.instances.formats.workbook.sheets import Book, book_of, is_kept
from outlay.instances.formats.workbook.texts import EXACT_MARK, Empty, path_text, safe_text
from outlay.instances.table import Table, cell_text
from outlay.instances.values.numbers import number_text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from outlay.instances.instance import Instance

#: Rows below the last one for which drop-down lists are offered.
_ROOM = 500
#: A drop-down list of words holds so many characters.
_LONGEST_LIST = 255
_READ_ME = (
    "Each sheet is a table; its columns are explained by the comments of the headers. Orange headers must be filled.",
    "Columns that hold nothing are folded: press [+] above them. Sheets that hold nothing are hidden: unhide them.",
    "Dates are months: type 2027-07 or a real date of its first day. Numbers may be formulas; their result counts.",
    "Names in a list are separated by semicolons. A cell that is blank has the default that the comment tells.",
    "Sheets whose names begin with _ are yours, and so are columns whose names begin with x_: they are kept, not used.",
    "Save as .xlsx, then: outlay check FILE, outlay solve FILE. Faults name the sheet and the cell.",
)


def workbook_data(instance: Instance) -> bytes:
    """Return an instance as the bytes of a workbook; reading it gives the same instance, to the last digit.

    Raises
    ------
    InputError
        If a text or a table is too long for a sheet.
    """
    return book_of(lambda book: _fill(book, instance))


def _fill(book: Book, instance: Instance) -> None:
    _write_read_me(book, instance)
    _write_settings(book, instance.settings)
    used = [table for table in instance.tables.values() if len(table)]
    unused = [table for table in instance.tables.values() if not len(table)]
    for table in used:
        _write_table(book, table, instance)
    _write_sets(book, instance)
    _write_uncertainty(book, instance)
    for table in unused:
        _write_table(book, table, instance).hide()


def _write_read_me(book: Book, instance: Instance) -> None:
    sheet = book.workbook.add_worksheet("_read me")
    sheet.set_column(0, 0, 110)
    book.write(sheet, 0, 0, instance.settings.title or instance.name, style="title")
    for row, text in enumerate(_READ_ME, start=2):
        book.write(sheet, row, 0, text, style="note")


# -- tables ------------------------------------------------------------------------------------------------------


def _write_table(book: Book, table: Table, instance: Instance) -> Worksheet:
    sheet = book.sheet(table.name)
    columns = _columns(table)
    last = max(len(table) + _ROOM, 1)
    for place, column in enumerate(columns):
        cells = table.raw(column.name)
        sheet.write_string(0, place, safe_text(column.name), book.style["required" if column.required else "header"])
        sheet.write_comment(0, place, comment_of(column), {"x_scale": 2.2, "y_scale": 1.6})
        style = {"month": "month", "whole": "whole"}.get(column.kind, "")
        if column.kind == "number":
            whole = all(cell is None or cell == int(cell) for cell in cells)  # type: ignore[arg-type]
            style = "whole" if whole else "number"
        for row, cell in enumerate(cells, start=1):
            book.write(sheet, row, place, cell_text(cell) if isinstance(cell, tuple) else cell, style=style)
        _set_width(sheet, place, column, [cell_text(cell) for cell in cells[:200]], used=column.name in table.cells)
        _offer_words(sheet, place, column, last, instance)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(columns) - 1)
    return sheet


def _columns(table: Table) -> list[Column]:
    """Return the columns of a sheet: those of the dictionary, then the table's own; first is the dictionary's order.

    One in which a blank cell says something is only there if the table has it.
    """
    described = [column for column in table.spec.columns if not column.blank_differs or column.name in table.cells]
    names = [*table.metrics, *(name for name in table.cells if table.spec.column(name) is None)]
    return [*described, *(table.describe(name) for name in dict.fromkeys(names))]


def comment_of(column: Column) -> str:
    """Return what a column is, for a person who points at its header."""
    parts = [column.meaning]
    if column.unit:
        parts.append(f"Unit: {column.unit}.")
    if column.choices:
        parts.append(f"One of: {', '.join(column.choices)}.")
    if column.kind == "list":
        parts.append("Several are separated by semicolons.")
    if column.required:
        parts.append("Must be filled.")
    elif column.default not in {None, ()}:
        parts.append(f"Blank: {cell_text(column.default)}.")
    return " ".join(parts)


def _set_width(sheet: Worksheet, place: int, column: Column, texts: list[str], *, used: bool) -> None:
    width = max([len(column.name) + 3, *(min(len(text), 40) + 2 for text in texts)])
    # Columns that nobody uses are folded away, to be opened with one click.
    folded = {} if used or column.required else {"level": 1, "hidden": True}
    sheet.set_column(place, place, min(width, 42), None, folded)


def _offer_words(sheet: Worksheet, place: int, column: Column, last: int, instance: Instance) -> None:
    """Offer the words that a column may hold, and the ids that it may name."""
    if column.choices and len(",".join(column.choices)) <= _LONGEST_LIST:
        rule = {
            "validate": "list",
            "source": list(column.choices),
            "error_title": column.name[:32],
            "error_message": "This word is not allowed here.",
        }
        sheet.data_validation(1, place, last, place, rule)
    elif column.refers_to is not None:
        assert instance[column.refers_to].spec.columns[0].name == instance[column.refers_to].spec.key[0]
        source = f"='{column.refers_to}'!$A$2:$A${len(instance[column.refers_to]) + _ROOM}"
        rule = {"validate": "list", "source": source, "error_type": "warning", "error_title": column.name[:32]}
        sheet.data_validation(1, place, last, place, rule)


# -- instance.toml, sets.toml and uncertainty.toml ---------------------------------------------------------------


def _write_settings(book: Book, settings: Settings) -> None:
    sheet = book.sheet("instance")
    _headers(book, sheet, ("key", 32), ("value", 44), ("meaning", 90))
    given = settings.model_dump(exclude_defaults=True)
    rows = list(leaves(given))
    present = {path[0] for path, _ in rows} | {path[:2] for path, _ in rows}
    row = 0
    for row, (path, value) in enumerate(rows, start=1):
        sheet.write_string(row, 0, path_text(path), book.style["text"])
        month = path in {("calendar", "start"), ("calendar", "last_selection"), ("stages", "decide_by")}
        _write_value(book, sheet, row, 1, value, month=month)
        book.write(sheet, row, 2, _meaning(path), style="note")
    for path, meaning in _unused(present):
        row += 1
        sheet.write_string(row, 0, path_text(path), book.style["note"])
        book.write(sheet, row, 2, f"{meaning} Blank: the default.", style="note")


def _unused(present: set[Any]) -> list[tuple[tuple[str, ...], str]]:
    """Return the single keys of instance.toml that are not given, with their meanings."""
    found: list[tuple[tuple[str, ...], str]] = []
    for name, field in Settings.model_fields.items():
        if name == "calendar":
            calendar = field.annotation
            assert calendar is not None
            found.extend(
                ((name, key), inner.description or "")
                for key, inner in calendar.model_fields.items()
                if (name, key) not in present
            )
        elif field.annotation is str and name not in present:
            found.append(((name,), field.description or ""))
    return found


def _meaning(path: tuple[str | int, ...]) -> str | None:
    """Return the meaning of a key, from the model that describes it."""
    model: Any = Settings
    text = None
    for part in path:
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            break
        text, model = fields[part].description, fields[part].annotation
        inner = [kind for kind in getattr(model, "__args__", ()) if hasattr(kind, "model_fields")]
        model = inner[0] if inner else model
    return text


def _write_sets(book: Book, instance: Instance) -> None:
    if not instance.sets:
        return
    sheet = book.sheet("sets")
    _headers(book, sheet, ("set", 24), ("property or change", 20), ("key", 36), ("value", 60))
    row = 0
    for row, (name, place, key, value) in enumerate(set_rows(instance.sets), start=1):
        book.write(sheet, row, 0, name)
        book.write(sheet, row, 1, place or None)
        book.write(sheet, row, 2, key or None)
        _write_value(book, sheet, row, 3, value, month=False)
    sheet.autofilter(0, 0, row, 3)


def _write_uncertainty(book: Book, instance: Instance) -> None:
    if not instance.uncertainty:
        return
    sheet = book.sheet("uncertainty")
    _headers(book, sheet, ("key", 60), ("value", 60))
    for row, (path, value) in enumerate(leaves(instance.uncertainty), start=1):
        book.write(sheet, row, 0, path_text(path))
        _write_value(book, sheet, row, 1, value, month=False)


def _headers(book: Book, sheet: Worksheet, *columns: tuple[str, int]) -> None:
    for place, (name, width) in enumerate(columns):
        sheet.write_string(0, place, name, book.style["header"])
        sheet.set_column(place, place, width)


def _write_value(book: Book, sheet: Worksheet, row: int, column: int, value: Any, *, month: bool) -> None:
    """Write a value of a key; a text that says nothing but that a list or a table is empty is written as it is."""
    if isinstance(value, Empty):
        sheet.write_string(row, column, value)
    elif isinstance(value, Decimal) and not is_kept(value):
        sheet.write_string(row, column, EXACT_MARK + number_text(value))
    else:
        book.write(sheet, row, column, value, style="month" if month else "")
