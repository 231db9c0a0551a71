"""Cells as people write them, made what a column holds; what is changed on the way is told."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any, NamedTuple

from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.formats.cells import BadCell
from outlay.instances.formats.spellings import Spelling, Unreadable, month_of_name, understood
from outlay.instances.importing.map import ImportMap
from outlay.instances.values.numbers import EXACT, NotANumber, is_month, number_text, parse_number
from outlay.instances.values.text import as_text

#: The day from which spreadsheets count, and the numbers that stand for days of our time.
_DAY_ZERO, _FIRST_DAY, _LAST_DAY = datetime.date(1899, 12, 30), 20_000, 80_000
_SCALED = re.compile(r"(.*\d)\s*(k|thousand|m|mm|million|bn|billion)\.?", re.IGNORECASE)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "million": 6, "bn": 9, "billion": 9}
_SLASHES = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[ T].*)?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?", re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[-. ]+)?([A-Za-z]{3,9})\.?[- ]+(?:(\d{1,2})(?:st|nd|rd|th)?,?[ ]+)?(\d{4})"
)
_QUARTER = re.compile(r"(?:Q([1-4])[ -/]*(\d{4})|(\d{4})[ -/]*Q([1-4]))", re.IGNORECASE)
_FISCAL = re.compile(r"FY[ '’-]?(\d{4}|\d{2})(?:[-/]\d{2,4})?", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})(?:\.0+)?")


class Read(NamedTuple):
    """A cell as it is held, and why that is not what was written; no reason where it is."""

    value: Any
    reason: str = ""


def read_cell(column: Column, cell: Any, how: ImportMap) -> Read:
    """Return what a cell is in a column.

    Raises
    ------
    BadCell
        If it cannot be told.
    """
    if isinstance(cell, Unreadable):
        raise BadCell(cell.problem, cell.remedy)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return Read(None)
    if isinstance(cell, str) and cell.strip().lower() in {text.lower() for text in how.blanks}:
        return Read(None, "says nothing, taken as blank")
    known = how.values.get(column.name, {})
    text = as_text(cell).strip()
    if text in known:
        return Read(known[text], "" if known[text] == text else "replaced as the map says")
    if column.kind == "month":
        return _month(column, cell, how)
    if column.kind in {"number", "whole"}:
        return _number(column, cell, how)
    return _text(column, cell, text)


def _text(column: Column, cell: Any, text: str) -> Read:
    if isinstance(cell, datetime.datetime) and not (cell.hour or cell.minute or cell.second):
        return Read(f"{cell:%Y-%m-%d}")
    if isinstance(cell, float | Decimal):
        text = number_text(parse_number(cell))
    tidy = " ".join(text.split()) if column.kind == "id" else text
    if column.kind == "id" and "@" in tidy:
        return Read(tidy.replace("@", "-"), "an id holds no @")
    return Read(tidy, "white space taken together" if tidy != text else "")


def _number(column: Column, cell: Any, how: ImportMap) -> Read:
    if isinstance(cell, datetime.date | datetime.time):
        raise BadCell("this is a date", "format the cell as a number, or leave the column out")
    text, power = as_text(cell).strip(), 0
    scaled = _SCALED.fullmatch(text) if isinstance(cell, str) else None
    if scaled:
        text, power = scaled[1], _SCALES[scaled[2].lower()]
    written = understood(column, text if isinstance(cell, str) else cell, Spelling(decimal_sign=how.decimal_sign))
    try:
        number = EXACT.scaleb(parse_number(written), power)
        if column.unit == "money":
            number = EXACT.multiply(number, how.money_factor)
        number = parse_number(number)
    except NotANumber as problem:
        raise BadCell(str(problem), "correct it, or add its text to `blanks` or to [values] of the map") from None
    plain = isinstance(cell, int | float | Decimal) or number_text(number) == text
    changed = not plain or (column.unit == "money" and how.money_factor != 1)
    return Read(number, "read as a number" if changed else "")


def _month(column: Column, cell: Any, how: ImportMap) -> Read:
    """Return a month; of a span of months the first, and for the latest date the last."""
    late = column.name.startswith("latest")
    if isinstance(cell, datetime.date):
        return Read(f"{cell:%Y-%m}", "" if cell.day == 1 else "the day is left out")
    text = as_text(cell).strip()
    if isinstance(cell, int | float) and _FIRST_DAY <= cell <= _LAST_DAY:
        day = _DAY_ZERO + datetime.timedelta(days=int(cell))
        return Read(f"{day:%Y-%m}", "a day as a spreadsheet counts them; the day is left out")
    if is_month(text):
        return Read(text)
    span = _span(text, how)
    if span is not None:
        first, months, what = span
        number = first + (months - 1 if late else 0)
        return Read(
            f"{number // 12:04d}-{number % 12 + 1:02d}", f"{what}, taken as its {'last' if late else 'first'} month"
        )
    day_of = _day(text, how)
    if day_of is not None:
        return Read(day_of, "the day is left out")
    found = understood(column, text, Spelling(decimal_sign=how.decimal_sign))
    if isinstance(found, str) and is_month(found):
        return Read(found, "read as a month")
    raise BadCell("this is no date", "correct it, or add its text to `blanks` or to [values] of the map")


def _span(text: str, how: ImportMap) -> tuple[int, int, str] | None:
    """Return (first month, months, what) of a year, a fiscal year or a quarter."""
    fiscal = _FISCAL.fullmatch(text)
    if fiscal:
        return fiscal_year(fiscal[1], how.fiscal_year_start), 12, "a fiscal year"
    year = _YEAR.fullmatch(text)
    if year and 1900 <= int(year[1]) <= 2200:
        return 12 * int(year[1]), 12, "a year"
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        return 12 * int(quarter[2] or quarter[3]) + 3 * (int(quarter[1] or quarter[4]) - 1), 3, "a quarter"
    return None


def fiscal_year(digits: str, start: int) -> int:
    """Return the first month, counted from year 0, of the fiscal year that is named by the year in which it ends."""
    year = int(digits) + (2000 if len(digits) == 2 else 0)
    return 12 * year + start - 1 - (12 if start > 1 else 0)


def _day(text: str, how: ImportMap) -> str | None:
    iso = _ISO_DAY.fullmatch(text)
    if iso:
        return _as_month(int(iso[1]), int(iso[2]), int(iso[3]))
    slashes = _SLASHES.fullmatch(text)
    if slashes:
        first, second = int(slashes[1]), int(slashes[2])
        month, day = (first, second) if how.date_order == "mdy" else (second, first)
        year = int(slashes[3]) + (2000 if len(slashes[3]) == 2 else 0)
        return _as_month(year, month, day)
    named = _NAMED.fullmatch(text)
    if named and (named[1] or named[3]):
        month_number = month_of_name(named[2])
        return None if month_number is None else _as_month(int(named[4]), month_number, int(named[1] or named[3]))
    return None


def _as_month(year: int, month: int, day: int) -> str:
    try:
        return f"{datetime.date(year, month, day):%Y-%m}"
    except ValueError:
        problem = f"there is no day {day} of month {month}"
        raise BadCell(problem, "correct it, or date_order of the map") from None
