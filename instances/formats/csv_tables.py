"""CSV files, also as spreadsheet programs save them: with semicolons or tabs, a decimal comma, blank columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from outlay.instances.errors import Fault, InputError
from outlay.instances.formats.raw_tables import RawTable
from outlay.instances.formats.rows import Row, table_of_rows
from outlay.instances.formats.spellings import Spelling, decimal_sign_of

#: A row whose first cell begins so is an example, not data. No id that anybody would give begins so.
COMMENT = "# example: "
_OTHER_SEPARATORS = (";", "\t")
_QUOTED = re.compile(r'"[^"]*"')
#: So many lines are looked at to see what separates the columns.
_LOOKED_AT = 50


def csv_table(name: str, text: str) -> tuple[RawTable, list[Fault]]:
    """Return the raw table of a CSV file's text, and what is wrong with its header and rows.

    Raises
    ------
    InputError
        If the text is not valid CSV.
    """
    separator, rows = csv_rows(name, text)
    sign = "." if separator == "," else decimal_sign_of(cell for _, cells in rows for cell in cells)
    return table_of_rows(name, rows, Spelling(decimal_sign=sign), ragged=False)


def csv_rows(name: str, text: str) -> tuple[str, list[Row]]:
    """Return the separator of a CSV file and its rows, each with the number of its first line.

    Raises
    ------
    InputError
        If the text is not valid CSV.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # spreadsheet programs write and read it
        separator = first.strip()[4]
        return separator, [(number + 1, cells) for number, cells in _rows(name, rest, separator)]
    separator = _separator(text)
    return separator, list(_rows(name, text, separator))


def _separator(text: str) -> str:
    """Return what separates the columns: a comma, unless the first line that holds anything shows another one.

    That line has no comma, or a title with one, while the other sign stands in every line equally often.
    """
    lines = [_QUOTED.sub("", line) for line in islice((line for line in text.splitlines() if line.strip()), _LOOKED_AT)]
    found = [sign for sign in _OTHER_SEPARATORS if lines and sign in lines[0]]
    if len(found) != 1:
        return ","
    if "," not in lines[0]:
        return found[0]
    other, comma = ({line.count(sign) for line in lines} for sign in (found[0], ","))
    return found[0] if len(other) == 1 and len(comma) > 1 else ","


def _rows(name: str, text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    last = 0
    try:
        for row in reader:
            if not (row and row[0].startswith(COMMENT)):
                yield last + 1, row
            last = reader.line_num
    except csv.Error as error:
        raise InputError.single(name, f"this is not valid CSV ({error})", "correct it", row=reader.line_num) from error
