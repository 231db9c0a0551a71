"""One cell: from what was written to what is held, or why it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from outlay.instances.dictionary.vocabulary import Cell, Column
from outlay.instances.values.numbers import NotANumber, is_month, number_text, parse_number
from outlay.instances.values.text import as_text, did_you_mean, text_problem


class BadCell(ValueError):  # noqa: N818 - it is raised for a cell and never leaves this package
    """A cell is wrong.

    Attributes
    ----------
    problem, remedy
        As in `outlay.instances.errors.Fault`.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def parse_cell(column: Column, value: Any) -> Cell:
    """Return a cell as the table holds it; None for a blank one.

    Parameters
    ----------
    column
        What the cell is.
    value
        Text as CSV has it, or any value as JSON has it.

    Raises
    ------
    BadCell
        If the column cannot hold the value.

    Examples
    --------
    >>> share = Column(name="loss", kind="number", unit="share", meaning="", maximum=Decimal(1))
    >>> parse_cell(share, " 0.50 "), parse_cell(share, "")
    (Decimal('0.5'), None)
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _PARSERS[column.kind](column, value)


def parse_column(
    column: Column, values: Sequence[Any], *, is_key: bool, understand: Callable[[Any], Any] | None = None
) -> tuple[list[Cell], list[tuple[int, BadCell]]]:
    """Return the cells of a column, and the place and fault of each that is wrong.

    A wrong cell is held as the nearest harmless value, so that the checks that follow add no faults of their own.

    Parameters
    ----------
    is_key
        Whether the column is part of the table's key.
    understand
        Turns what people write into what the column holds, or raises `BadCell`; None: cells are as they should be.
    """
    cells: list[Cell] = []
    bad: list[tuple[int, BadCell]] = []
    known: dict[str, tuple[Cell, BadCell | None]] = {}  # most texts of a column stand in many rows
    for place, value in enumerate(values):
        if isinstance(value, str):
            found = known.get(value)
            if found is None:
                found = known[value] = _cell_or_problem(column, value, is_key, understand)
        else:
            found = _cell_or_problem(column, value, is_key, understand)
        cells.append(found[0])
        if found[1] is not None:
            bad.append((place, found[1]))
    return cells, bad


def _cell_or_problem(
    column: Column, value: Any, is_key: bool, understand: Callable[[Any], Any] | None
) -> tuple[Cell, BadCell | None]:
    try:
        cell = parse_cell(column, value if understand is None else understand(value))
        _check_place(column, cell, is_key=is_key)
    except BadCell as problem:
        return _fallback(column, value), problem
    return cell, None


def _check_place(column: Column, cell: Cell, *, is_key: bool) -> None:
    if cell is None and column.required:
        first, _, _ = column.meaning.partition(". ")
        raise BadCell("this cell must not be blank", f"write {first[:1].lower()}{first[1:].rstrip('.')}")
    if is_key and column.kind == "id" and column.refers_to is None and "@" in str(cell):
        raise BadCell("an id must not hold @", "rename it")


def _fallback(column: Column, value: Any) -> Cell:
    if column.kind == "id" and isinstance(value, str):
        return value.strip() or None
    if column.required and column.kind in {"number", "whole"}:
        return Decimal(0) if column.kind == "number" else 1
    return None


def _parse_text(column: Column, value: Any) -> Cell:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | float):
        raise BadCell("this is not text", "write text")
    text = value.strip() if isinstance(value, str) else number_text(_number(column, value))
    problem = text_problem(text)
    if problem is not None:
        raise BadCell(problem, "write plain text, in UTF-8")
    return text


def _number(column: Column, value: Any) -> Decimal:
    try:
        return parse_number(value)
    except NotANumber as problem:
        raise BadCell(str(problem), f"write a number{_unit(column)}") from None


def _parse_number(column: Column, value: Any) -> Decimal:
    number = _number(column, value)
    if column.positive and number <= 0:
        raise BadCell("this must be greater than 0", f"write a positive number{_unit(column)}")
    if column.minimum is not None and number < column.minimum:
        problem = "this is negative" if number < 0 == column.minimum else "this is too small"
        raise BadCell(problem, f"write at least {number_text(column.minimum)}{_unit(column)}")
    if column.maximum is not None and number > column.maximum:
        raise BadCell("this is too large", f"write at most {number_text(column.maximum)}{_unit(column)}")
    return number


def _unit(column: Column) -> str:
    return f" ({column.unit})" if column.unit else ""


def _parse_whole(column: Column, value: Any) -> Cell:
    number = _parse_number(column, value)
    if number != int(number):
        raise BadCell("this is not a whole number", f"write a whole number{_unit(column)}")
    return int(number)


def _parse_month(column: Column, value: Any) -> Cell:
    if not isinstance(value, str) or not is_month(value.strip()):
        raise BadCell("this is not a month", "write YYYY-MM, such as 2027-07")
    return value.strip()


def _parse_flag(column: Column, value: Any) -> Cell:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in {"true", "false"}:
        raise BadCell("this is neither true nor false", "write true or false")
    return word == "true"


def _parse_choice(column: Column, value: Any) -> Cell:
    word = value.strip() if isinstance(value, str) else as_text(value)
    if word not in column.choices:
        hint = did_you_mean(word, column.choices)
        raise BadCell("this word is not allowed here", f"{hint} (one of {', '.join(column.choices)})")
    return word


def _parse_list(column: Column, value: Any) -> Cell:
    if isinstance(value, list | tuple):
        items = [str(_parse_text(column, item)) for item in value]
        if any(";" in item for item in items):
            raise BadCell("a name in a list must not hold ;", "rename it")
    else:
        items = [item.strip() for item in str(_parse_text(column, value)).split(";")]
    return tuple(dict.fromkeys(item for item in items if item)) or None


_PARSERS: Mapping[str, Callable[[Column, Any], Cell]] = {
    "id": _parse_text,
    "text": _parse_text,
    "number": _parse_number,
    "whole": _parse_whole,
    "month": _parse_month,
    "flag": _parse_flag,
    "choice": _parse_choice,
    "list": _parse_list,
}
