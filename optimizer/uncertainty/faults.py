"""What is wrong with a drawn instance, told by the factor that made it so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from outlay.instances.errors import Fault
from outlay.instances.uncertainty.schema import OPERATIONS, WHERE
from outlay.instances.values.numbers import number_text

_REMEDY = "bound the factor with low and high"
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


def drawn_faults(
    name: str,
    values: Mapping[str, Decimal],
    body: Mapping[str, Any],
    origins: Sequence[Origin],
    faults: Iterable[Fault],
) -> list[Fault]:
    """Return the faults of a drawn instance with the factors and values that they come from.

    Parameters
    ----------
    name, values, body, origins
        Of the draw (`outlay.optimizer.uncertainty.draws.Draw`).
    faults
        What is wrong with the instance that it makes.
    """
    changes = list(zip(body.get("change", ()), origins, strict=True))
    return [_drawn(name, values, _placed(changes, fault)) for fault in faults]


class _Placed(NamedTuple):
    """A fault with its table, row and column, and the single draws whose changes touch it."""

    fault: Fault
    table: str
    rows: str
    column: str
    guilty: list[str]


def _placed(changes: Sequence[tuple[Mapping[str, Any], Origin]], fault: Fault) -> _Placed:
    place = _CHANGE.search(fault.column or "")
    if fault.where == "sets.toml" and place is not None:
        change, origin = changes[int(place[1]) - 1]
        column = (fault.column or "")[place.end() :].strip(".").partition(".")[2]
        return _Placed(fault, change["table"], _rows(origin.rows), column, [origin.name])
    table = fault.where.split(" with set ")[0]
    columns = set((fault.column or "").split(","))
    near = [
        origin
        for change, origin in changes
        if change["table"] == table and (not fault.column or columns & _columns(change))
    ]
    exact = [origin for origin in near if fault.row in origin.rows]
    guilty = list(dict.fromkeys(origin.name for origin in exact or near))
    rows = "" if fault.row is None else _rows((fault.row,))
    return _Placed(fault, table, rows, fault.column or "", guilty)


def _rows(rows: Sequence[int]) -> str:
    known = [str(row) for row in rows if row]
    more = ", ..." if len(known) > 3 else ""
    return f", row {', '.join(known[:3])}{more}" if known else ""


def _columns(change: Mapping[str, Any]) -> set[str]:
    if "slip" in change:
        return {"earliest_start", "latest_start"}
    return {column for operation in OPERATIONS for column in change.get(operation, ())}


def _drawn(name: str, values: Mapping[str, Decimal], placed: _Placed) -> Fault:
    fault, guilty = placed.fault, placed.guilty
    column = f", column {placed.column}" if placed.column else ""
    value = "" if fault.value is None else f" becomes {fault.value}"
    problem = f"{name}: {placed.table}{placed.rows}{column}{value}: {fault.problem}"
    if not guilty:
        return Fault(WHERE, None, "factors", None, problem, f"{_REMEDY}, or correct the scenario's sets")
    drawn = ", ".join(f"{one} = {number_text(values[one])}" for one in guilty[:3])
    more = "" if len(guilty) <= 3 else ", ..."
    return Fault(WHERE, None, f"factors.{guilty[0].partition('/')[0]}", drawn + more, problem, _REMEDY)
