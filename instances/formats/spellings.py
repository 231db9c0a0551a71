"""What people and spreadsheet programs write for numbers and months, understood where it can mean one thing only."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.vocabulary import Column
from outlay.instances.formats.cells import BadCell
from outlay.instances.values.numbers import EXACT, is_month, month_number, month_text

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_CURRENCY = "$€£¥"
#: A sign, a currency, digits in any grouping, a currency or per cent; brackets stand for a minus.
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[+\-−]?)\s*[{_CURRENCY}]?\s*(?P<sign>[+\-−]?)(?P<digits>[\d.,'’\s]*\d[\d.,]*)\s*"
    rf"[{_CURRENCY}]?(?P<percent>%?)\s*(?P<close>\))?",
    re.ASCII,
)
_SPACES = re.compile(r"[\s'’\u00a0\u2009\u202f]")
#: Digits in threes by one sign, and a fraction after the other one.
_GROUPS = {
    ".": re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?", re.ASCII),
}
_ONE_FRACTION = {".": re.compile(r"\d*\.\d+", re.ASCII), ",": re.compile(r"\d*,\d+", re.ASCII)}
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)  # one thousand and more, or one and a bit
_OTHER = {".": ",", ",": "."}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "sept",
)  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_NAMED = re.compile(r"(?:(\d{1,2})[-./ ]+)?([A-Za-z]{3,9})\.?[-,/ ]*(?:(\d{1,2}),[ ]*)?['’]?(\d{4}|\d{2})", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})", re.ASCII)
_YEAR = re.compile(r"(\d{4})(?:\.0+)?", re.ASCII)
_FISCAL = re.compile(r"FY[ '’-]?(\d{4}|\d{2})", re.ASCII | re.IGNORECASE)
#: Two digits of a year from here on could be of the last century.
_LAST_SHORT_YEAR = 80


@dataclass(frozen=True)
class Spelling:
    """How the cells of a file may be written.

    Attributes
    ----------
    decimal_sign
        ``.`` or ``,``; empty where the file does not show which one is meant.
    start, months_per_period
        Of the calendar, for a year by itself; None where it is unknown.
    fiscal_year_start
        The month (1 to 12) with which fiscal years begin, named by the year in which they end; None: unknown.
    """

    decimal_sign: str = "."
    start: str | None = None
    months_per_period: int | None = None
    fiscal_year_start: int | None = None

    def with_calendar(self, start: str, months_per_period: int, fiscal_year_start: int | None) -> Spelling:
        """Return the spelling for an instance whose calendar is known."""
        return replace(self, start=start, months_per_period=months_per_period, fiscal_year_start=fiscal_year_start)


class Unreadable:
    """A cell that a file format holds but that has no value: an error of a formula, a formula without result."""

    def __init__(self, text: str, problem: str, remedy: str) -> None:
        self.text, self.problem, self.remedy = text, problem, remedy

    def __str__(self) -> str:
        return self.text


def decimal_sign_of(texts: Iterable[str]) -> str:
    """Return the decimal sign that the numbers of a file show, or nothing if they show none, or both.

    Examples
    --------
    >>> decimal_sign_of(["1.250", "3,5"]), decimal_sign_of(["1,250.50"]), decimal_sign_of(["1.250"])
    (',', '.', '')
    """
    found = set()
    for text in texts:
        digits = _SPACES.sub("", text.strip().strip(_CURRENCY + "%()+-"))
        if _EITHER.fullmatch(digits):
            continue
        for sign, other in _OTHER.items():
            both = _GROUPS[sign].fullmatch(digits) and (sign in digits or digits.count(other) > 1)
            if _ONE_FRACTION[sign].fullmatch(digits) or both:
                found.add(sign)
    return found.pop() if len(found) == 1 else ""


def understood(column: Column, value: Any, spelling: Spelling) -> Any:
    """Return a cell as the dictionary wants it, if what is written can mean nothing else; otherwise as it is.

    Raises
    ------
    BadCell
        If it can mean two things, or the file holds no value.

    Examples
    --------
    >>> cost = Column(name="commitment", kind="number", meaning="")
    >>> start = Column(name="earliest_start", kind="month", meaning="")
    >>> understood(cost, "$1,250.50", Spelling()), understood(start, "Jul-26", Spelling())
    ('1250.50', '2026-07')
    """
    if isinstance(value, Unreadable):
        raise BadCell(value.problem, value.remedy)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return _understood_date(column, value)
    if column.kind == "month":
        return _month(str(value), spelling) if isinstance(value, str | int | float | Decimal) else value
    if column.kind in {"number", "whole"} and isinstance(value, str):
        return _number(value.strip(), spelling)
    return value


def _understood_date(column: Column, value: datetime.date | datetime.time | datetime.timedelta) -> Any:
    if not isinstance(value, datetime.date):
        raise BadCell("this is a time of day", "format the cell as a number or as text")
    if column.kind == "month":
        if value.day != 1:
            raise BadCell(f"this is a day, {value:%Y-%m-%d}, and dates here are months", f"write {value:%Y-%m}")
        return f"{value.year:04d}-{value.month:02d}"
    if column.kind in {"number", "whole", "flag", "choice"}:
        raise BadCell("this is a date", "format the cell as a number")
    return f"{value.year:04d}-{value.month:02d}" if value.day == 1 else f"{value:%Y-%m-%d}"


# -- numbers -----------------------------------------------------------------------------------------------------


def _number(text: str, spelling: Spelling) -> str:
    if _PLAIN.fullmatch(text) and (spelling.decimal_sign == "." or "." not in text):
        return text
    match = _AMOUNT.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " "))
    if match is None or (match["open"] is None) != (match["close"] is None):
        return text
    if (match["minus"] and match["sign"]) or (match["open"] and (match["minus"] or match["sign"])):
        return text
    digits = _plain_digits(match["digits"], spelling.decimal_sign)
    if digits is None:
        return text
    if match["percent"]:
        digits = format(EXACT.scaleb(Decimal(digits), -2), "f")
    negative = match["open"] or (match["minus"] or match["sign"]) in {"-", "−"}
    return f"-{digits}" if negative else digits


def _plain_digits(written: str, sign: str) -> str | None:
    """Return digits with a decimal point and nothing else, or None if they are no number."""
    groups = re.split(r"[\s'’]", written.strip())
    if len(groups) > 1 and not all(re.fullmatch(r"\d{3}(?:[.,]\d*)?", group) for group in groups[1:]):
        return None
    digits = "".join(groups)
    if digits.isdigit():
        return digits
    if not sign:
        if _EITHER.fullmatch(digits) and len(groups) == 1:
            one, other = digits.replace(",", "").replace(".", ""), digits.replace(",", ".")
            raise BadCell(f"this may be {one} or {other}", f"write {one}, or {other} with a decimal point in the file")
        sign = decimal_sign_of([digits])
        if not sign:
            return None
    if _GROUPS[sign].fullmatch(digits):
        return digits.replace(_OTHER[sign], "").replace(sign, ".")
    plain = re.fullmatch(r"\d*[.,]?\d*", digits) and _OTHER[sign] not in digits
    return digits.replace(sign, ".") if plain else None


# -- months ------------------------------------------------------------------------------------------------------


def _month(text: str, spelling: Spelling) -> str:
    text = text.strip()
    if is_month(text):
        return text
    fiscal, year = _FISCAL.fullmatch(text), _YEAR.fullmatch(text)
    if fiscal or year:
        return _year(text, int((fiscal or year)[1]), spelling, fiscal=fiscal is not None)  # type: ignore[index]
    parts = _date_parts(text)
    if parts is None:
        return text
    number, month, day = parts
    if day not in {None, 1}:
        told = f"{number:04d}-{month:02d}"
        raise BadCell("this is a day, and dates here are months", f"write {told}, or the month after it")
    return f"{number:04d}-{month:02d}"


def _date_parts(text: str) -> tuple[int, int, int | None] | None:
    """Return (year, month, day) of a date that can mean one thing only, None for what is no date.

    Raises
    ------
    BadCell
        If day and month cannot be told apart.
    """
    iso = _ISO.fullmatch(text)
    if iso and (iso[3] or len(iso[2]) == 2):  # 2026-1 may be a quarter
        return _checked(int(iso[1]), int(iso[2]), int(iso[3]) if iso[3] else None)
    named = _NAMED.fullmatch(text)
    if named:
        month = month_of_name(named[2])
        day = named[1] or named[3]
        return None if month is None else _checked(_long_year(named[4], text), month, int(day) if day else None)
    short = _MONTH_YEAR.fullmatch(text)
    if short:
        return _checked(int(short[2]), int(short[1]), None)
    slashes = _SLASHES.fullmatch(text)
    return _told_apart(slashes) if slashes else None


def _told_apart(match: re.Match[str]) -> tuple[int, int, int | None] | None:
    first, second = int(match[1]), int(match[2])
    year = _long_year(match[3], match[0])
    if first == second:
        return _checked(year, first, second)
    if first > 12 or second > 12:
        day, month = max(first, second), min(first, second)
        return _checked(year, month, day)
    one, other = f"{year:04d}-{first:02d}", f"{year:04d}-{second:02d}"
    raise BadCell(f"the month of this date may be {one} or {other}", f"write {one} or {other}")


def _long_year(digits: str, text: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    if year >= _LAST_SHORT_YEAR:
        raise BadCell(f"the century of {text} cannot be told", "write the year with four digits")
    return 2000 + year


def _checked(year: int, month: int, day: int | None) -> tuple[int, int, int | None] | None:
    return (year, month, day) if 1 <= month <= 12 and (day is None or 1 <= day <= 31) else None


def month_of_name(name: str) -> int | None:
    """Return the number of a month from its English name or its first three letters, None for any other word."""
    word = name.lower().rstrip(".")
    if word == "sept":
        return 9
    if word in _MONTHS:
        return _MONTHS.index(word) + 1
    return _LONG_MONTHS.index(word) + 1 if word in _LONG_MONTHS else None


def _year(text: str, year: int, spelling: Spelling, *, fiscal: bool) -> str:
    """Return the month that begins a year, where the calendar has that year as a period of its own."""
    year += 2000 if year < 100 else 0
    start = spelling.fiscal_year_start if fiscal else 1
    if start is None:
        raise BadCell("it is not known when fiscal years begin", "write the month, such as 2027-07")
    month = month_text(12 * year + start - 1 - (12 if fiscal and start > 1 else 0))
    size, begin = spelling.months_per_period, spelling.start
    if size is None or begin is None:
        return month
    if size % 12 or (month_number(month) - month_number(begin)) % 12:
        raise BadCell("a year by itself is not one period of this calendar", f"write a month, such as {month}")
    return month
