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
    return [_drawn(name, values, _guilty(body, origins, fault), fault) for fault in faults]


def _guilty(body: Mapping[str, Any], origins: Sequence[Origin], fault: Fault) -> list[str]:
    """Return the single draws whose changes touch what a fault is about; those of its row, where that is told."""
    changes = list(zip(body.get("change", ()), origins, strict=True))
    place = _CHANGE.search(fault.column or "")
    if fault.where == "sets.toml" and place is not None:
        return [changes[int(place[1]) - 1][1].name]
    table = fault.where.split(" with set ")[0]
    columns = set((fault.column or "").split(","))
    near = [
        (change, origin)
        for change, origin in changes
        if change["table"] == table and (not fault.column or columns & _columns(change))
    ]
    exact = [origin for _, origin in near if fault.row in origin.rows]
    return list(dict.fromkeys(origin.name for origin in exact or [origin for _, origin in near]))


def _columns(change: Mapping[str, Any]) -> set[str]:
    if "slip" in change:
        return {"earliest_start", "latest_start"}
    return {column for operation in OPERATIONS for column in change.get(operation, ())}


def _drawn(name: str, values: Mapping[str, Decimal], guilty: Sequence[str], fault: Fault) -> Fault:
    row = "" if fault.row is None else f", row {fault.row}"
    column = "" if fault.column is None or fault.where == "sets.toml" else f", column {fault.column}"
    table = fault.where.split(" with set ")[0]
    value = "" if fault.value is None else f" becomes {fault.value}"
    problem = f"{name}: {table}{row}{column}{value}: {fault.problem}"
    if not guilty:
        return Fault(WHERE, None, "factors", None, problem, f"{_REMEDY}, or correct the scenario's sets")
    drawn = ", ".join(f"{one} = {number_text(values[one])}" for one in guilty[:3])
    more = "" if len(guilty) <= 3 else ", ..."
    first = guilty[0].partition("/")[0]
    return Fault(WHERE, None, f"factors.{first}", drawn + more, problem, _REMEDY)
