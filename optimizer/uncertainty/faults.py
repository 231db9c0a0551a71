"""What is wrong with a drawn instance, told by the factor that made it so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from outlay.instances.dictionary.model_faults import may_be, standing_at
from outlay.instances.dictionary.settings import Settings
from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault
from outlay.instances.uncertainty.schema import OPERATIONS, WHERE
from outlay.instances.values.numbers import number_text

_BOUND = "bound the factor with low and high"
_ROUND = "add decimals = 0 to the factor"
_CHANGE = re.compile(r"\.change\[(\d+)\]")


class Origin(NamedTuple):
    """Where a change of a draw comes from.

    Attributes
    ----------
    name
        The single draw.
    rows
        The rows of its table's file that it touches; none for ``instance.toml``.
    """

    name: str
    rows: tuple[int, ...]


class Placed(NamedTuple):
    """A fault of a drawn instance with its table, rows and column, and the single draws whose changes touch it."""

    fault: Fault
    table: str
    rows: str
    column: str
    guilty: tuple[str, ...]
    computing: bool = False  # the value is what the drawn one was to be applied to

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """What is alike where one factor makes several draws invalid: all but the draw, its value and the row."""
        return self.factor, self.table, self.column, self.fault.problem

    @property
    def factor(self) -> str:
        """The factor that is to blame first; empty where none is."""
        return self.guilty[0].partition("/")[0] if self.guilty else ""


def placed(body: Mapping[str, Any], origins: Sequence[Origin], faults: Iterable[Fault]) -> list[Placed]:
    """Return where the faults of a drawn instance come from.

    Parameters
    ----------
    body, origins
        Of the draw (`outlay.optimizer.uncertainty.draws.Draw`).
    faults
        What is wrong with the instance that it makes.
    """
    changes = list(zip(body.get("change", ()), origins, strict=True))
    return [_placed(changes, fault) for fault in faults]


def told(name: str, values: Mapping[str, Decimal], one: Placed, *, more: int = 0) -> Fault:
    """Return a fault of a draw with the factors and values that it comes from.

    Parameters
    ----------
    name, values
        Of the draw.
    more
        How many other draws have one like it.
    """
    fault, guilty = one.fault, one.guilty
    others = f" and {more:,} more draw{'s' if more > 1 else ''}" if more else ""
    column = f", column {one.column}" if one.column else ""
    value = "" if fault.value is None else f" of {fault.value}" if one.computing else f" becomes {fault.value}"
    problem = f"{name}{others}: {one.table}{one.rows}{column}{value}: {fault.problem}"
    if not guilty:
        return Fault(WHERE, None, "factors", None, problem, f"{_BOUND}, or correct the scenario's sets")
    drawn = ", ".join(f"{each} = {number_text(values[each])}" for each in guilty[:3])
    ending = "" if len(guilty) <= 3 else ", ..."
    return Fault(WHERE, None, f"factors.{one.factor}", drawn + ending, problem, _remedy(one))


def _remedy(one: Placed) -> str:
    """Return what to do about a value: to round it, where only its decimals are wrong, else to bound it."""
    return _ROUND if _whole(one.table, one.column) and _broken(one.fault.value) else _BOUND


def _whole(table: str, column: str) -> bool:
    """Return whether a column, or a key of ``instance.toml``, takes whole numbers alone."""
    if table == "instance":
        there = standing_at(Settings, column.split("."))
        return any(may_be(one, int) for one in there) and not any(may_be(one, Decimal) for one in there)
    known = TABLES[table].column(column) if table in TABLES else None
    return known is not None and known.kind == "whole"


def _broken(value: str | None) -> bool:
    """Return whether a value is a number and not a whole one."""
    try:
        return value is not None and Decimal(value) % 1 != 0
    except InvalidOperation:
        return False


def _placed(changes: Sequence[tuple[Mapping[str, Any], Origin]], fault: Fault) -> Placed:
    place = _CHANGE.search(fault.column or "")
    if fault.where == "sets.toml" and place is not None:
        change, origin = changes[int(place[1]) - 1]
        column = (fault.column or "")[place.end() :].strip(".").partition(".")[2]
        return Placed(fault, change["table"], _rows(origin.rows), column, (origin.name,), "set" not in change)
    table = fault.where.split(" with set ")[0]
    columns = set((fault.column or "").split(","))
    near = [
        origin
        for change, origin in changes
        if change["table"] == table and (not fault.column or columns & _columns(change))
    ]
    exact = [origin for origin in near if fault.row in origin.rows]
    guilty = tuple(dict.fromkeys(origin.name for origin in exact or near))
    rows = "" if fault.row is None else _rows((fault.row,))
    return Placed(fault, table, rows, fault.column or "", guilty)


def _rows(rows: Sequence[int]) -> str:
    known = [str(row) for row in rows if row]
    more = ", ..." if len(known) > 3 else ""
    return f", row {', '.join(known[:3])}{more}" if known else ""


def _columns(change: Mapping[str, Any]) -> set[str]:
    if "slip" in change:
        return {"earliest_start", "latest_start"}
    return {column for operation in OPERATIONS for column in change.get(operation, ())}
