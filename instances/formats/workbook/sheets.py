"""Sheets as they are written: texts that stay texts, numbers that stay numbers, headers that stay in sight."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from outlay.instances.errors import InputError
from outlay.instances.formats.workbook.texts import readable_text, safe_text
from outlay.instances.values.numbers import is_month, number_text

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

#: What a sheet holds at most.
MOST_ROWS, LONGEST_CELL = 1_048_576, 32_767
#: The first year whose months every spreadsheet program counts alike.
_FIRST_YEAR = 1901
#: Made at no moment, so that the same content gives the same file.
_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_STYLES: dict[str, dict[str, Any]] = {
    "header": {"bold": True, "bg_color": "#E7ECF2", "border": 1, "border_color": "#B8C2CC"},
    "required": {"bold": True, "bg_color": "#FCE4B2", "border": 1, "border_color": "#B8C2CC"},
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#555555", "text_wrap": True, "valign": "top"},
    "text": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "month": {"num_format": "yyyy-mm", "align": "left"},
    "number": {"num_format": "#,##0.######"},
    "whole": {"num_format": "#,##0"},
    "exact": {"align": "right"},
}


class Book:
    """A workbook in the making; `data` ends it.

    Parameters
    ----------
    exact
        Whether texts that a spreadsheet would change are written so that they can be read back; else they are made
        readable.
    """

    def __init__(self, *, exact: bool = True) -> None:
        self._exact = exact
        self._buffer = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.workbook: Workbook = xlsxwriter.Workbook(self._buffer, options)
        self.workbook.set_properties({"created": _CREATED.replace(tzinfo=None)})
        self.style = {name: self.workbook.add_format(style) for name, style in _STYLES.items()}

    def sheet(self, name: str) -> Worksheet:
        """Add a sheet whose first row stays in sight."""
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, value: Any, *, style: str = "") -> None:
        """Write one cell so that it is read back as it is: a number as a number, any text as text.

        Raises
        ------
        InputError
            If a sheet cannot hold it.
        """
        if row >= MOST_ROWS:
            problem = f"a sheet holds {MOST_ROWS:,} rows"
            raise InputError.single(sheet.get_name(), problem, "write a folder or a .json file instead")
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal):
            self._number(sheet, row, column, value, style)
        elif style == "month" and isinstance(value, str) and is_month(value) and int(value[:4]) >= _FIRST_YEAR:
            day = datetime.datetime(int(value[:4]), int(value[5:]), 1, tzinfo=datetime.UTC).replace(tzinfo=None)
            sheet.write_datetime(row, column, day, self.style["month"])
        else:
            self._text(sheet, row, column, str(value), style or "text")

    def _number(self, sheet: Worksheet, row: int, column: int, value: float | Decimal, style: str) -> None:
        """Write a number; one that a spreadsheet would round, or that is none of its numbers, as text."""
        exact = value if isinstance(value, Decimal) else Decimal(repr(value))
        if not exact.is_finite():
            sheet.write_string(row, column, repr(value), self.style["exact"])
        elif is_kept(exact) or isinstance(value, float):
            kind = style or ("whole" if exact == exact.to_integral_value() else "number")
            sheet.write_number(row, column, float(exact), self.style[kind])
        else:
            sheet.write_string(row, column, number_text(exact), self.style["exact"])

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, style: str) -> None:
        written = safe_text(text) if self._exact else readable_text(text)
        if len(written) > LONGEST_CELL:
            problem = f"a text has {len(text):,} characters, and a cell of a workbook holds {LONGEST_CELL:,}"
            remedy = "shorten it, or write a folder or a .json file instead"
            raise InputError.single(sheet.get_name(), problem, remedy, row=row + 1)
        sheet.write_string(row, column, written, self.style[style])

    def data(self) -> bytes:
        """Return the finished workbook."""
        self.workbook.close()
        return self._buffer.getvalue()


def is_kept(number: Decimal) -> bool:
    """Return whether a spreadsheet keeps a number as it is: it writes sixteen digits of a float."""
    return Decimal(f"{float(number):.16G}") == number


def book_of(fill: Callable[[Book], None], *, exact: bool = True) -> bytes:
    """Return the bytes of a workbook that `fill` has filled; `exact` as for `Book`."""
    book = Book(exact=exact)
    fill(book)
    return book.data()
