"""Columns of a table with the type that the data dictionary promises."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from outlay.instances.table import Table


def decimals(table: Table, column: str) -> tuple[Decimal | None, ...]:
    """Return a number column, defaults filled in; None where it has no value."""
    return cast("tuple[Decimal | None, ...]", table.column(column))


def wholes(table: Table, column: str) -> tuple[int | None, ...]:
    """Return a column of whole numbers, defaults filled in; None where it has no value."""
    return cast("tuple[int | None, ...]", table.column(column))
