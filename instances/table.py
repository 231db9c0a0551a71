"""A table held as columns, checked cell by cell, sorted by its key and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from outlay.instances.dictionary.vocabulary import Cell, Column, TableSpec, metric_column, own_column
from outlay.instances.values.numbers import number_text

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Table:
    """One table of an instance.

    Attributes
    ----------
    spec
        Its description in the data dictionary.
    cells
        Column name to the cells of that column, one a row; None is a blank cell. Only columns that the input has, and
        of these only the ones where something stands (but see `Column.blank_differs`), in the dictionary's order.
    metrics
        Declared metrics (name to unit) that may be columns here.
    rows
        For error messages: the row of each record in the file it came from, 0 if it came from none. Not compared.

    Two tables are equal when they hold the same cells; rows are sorted by key (a table without a key by all columns),
    so that nothing depends on the order in a file.
    """

    spec: TableSpec
    cells: Mapping[str, tuple[Cell, ...]]
    metrics: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[int, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", MappingProxyType(dict(self.cells)))
        object.__setattr__(self, "metrics", MappingProxyType(dict(self.metrics)))

    def __reduce__(self) -> tuple[type[Table], tuple[object, ...]]:
        return Table, (self.spec, dict(self.cells), dict(self.metrics), self.rows)

    def __len__(self) -> int:
        return len(next(iter(self.cells.values()), ()))

    @property
    def name(self) -> str:
        """The table's name, without ``.csv``."""
        return self.spec.name

    def describe(self, column: str) -> Column:
        """Return the description of a column.

        Raises
        ------
        KeyError
            For a column that the table cannot have.
        """
        known = self._described.get(column)
        if known is None:
            known = self._described[column] = self._description(column)
        return known

    def _description(self, column: str) -> Column:
        described = self.spec.column(column)
        if described is not None:
            return described
        if column not in self.metrics and column in self.cells:
            return own_column(column)
        return metric_column(column, self.metrics[column])

    def raw(self, column: str) -> tuple[Cell, ...]:
        """Return a column as given: None where blank, also where the column is absent."""
        cells = self.cells.get(column)
        return (None,) * len(self) if cells is None else cells

    def column(self, column: str) -> tuple[Cell, ...]:
        """Return a column with blank cells replaced by the default (which may be None)."""
        known = self._columns.get(column)
        if known is None:
            default, cells = self.describe(column).default, self.raw(column)
            known = cells if default is None else tuple(default if cell is None else cell for cell in cells)
            self._columns[column] = known
        return known

    def floats(self, column: str) -> np.ndarray:
        """Return a number column, defaults filled in, as float64 of shape (rows,); NaN where it has no value."""
        return np.array([np.nan if cell is None else float(cell) for cell in self.column(column)], dtype=float)  # type: ignore[arg-type]

    def texts(self, column: str) -> tuple[str, ...]:
        """Return a column of names as text; a blank cell without default is the empty string."""
        known = self._texts.get(column)
        if known is None:
            known = self._texts[column] = tuple("" if cell is None else str(cell) for cell in self.column(column))
        return known

    def rows_with(self, column: str, values: Iterable[str]) -> list[int]:
        """Return the rows that hold one of some texts in a column, in their order; looked up, not searched for."""
        known = self._rows_by.get(column)
        if known is None:
            known = self._rows_by[column] = {}
            for row, text in enumerate(self.texts(column)):
                known.setdefault(text, []).append(row)
        return sorted(row for value in values for row in known.get(value, ()))

    @cached_property
    def _rows_by(self) -> dict[str, dict[str, list[int]]]:
        return {}

    @cached_property
    def _columns(self) -> dict[str, tuple[Cell, ...]]:
        """Columns that were asked for: callers ask in loops over rows."""
        return {}

    @cached_property
    def _described(self) -> dict[str, Column]:
        return {}

    @cached_property
    def _texts(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def all_columns(self) -> tuple[str, ...]:
        """Every column: those of the dictionary, then declared metrics and the user's own that are present."""
        known = tuple(column.name for column in self.spec.columns)
        return known + tuple(name for name in self.cells if name not in known)

    def records(self, rows: Iterable[int] | None = None) -> Iterator[dict[str, Cell]]:
        """Yield each row, or each of these, as a dictionary of every column, defaults filled in."""
        names = self.all_columns
        columns: Sequence[tuple[Cell, ...]] = [self.column(name) for name in names]
        some = () if rows is None else ([column[row] for column in columns] for row in rows)
        for values in zip(*columns, strict=True) if rows is None else some:
            yield dict(zip(names, values, strict=True))

    def frame(self) -> DataFrame:
        """Return the table as a pandas DataFrame; see `Instance.frame`."""
        import pandas as pd  # noqa: PLC0415 - tables are read without it

        columns: dict[str, object] = {}
        for name in self.cells:
            if self.describe(name).kind in {"number", "whole"}:
                cells = [np.nan if cell is None else float(cell) for cell in self.raw(name)]  # type: ignore[arg-type]
                columns[name] = np.array(cells, dtype=float)
            else:
                texts = [None if cell is None else cell_text(cell) for cell in self.raw(name)]
                columns[name] = pd.Series(texts, dtype=object)
        found = pd.DataFrame(columns)
        found.attrs["unit"] = {name: unit for name in self.cells if (unit := self.describe(name).unit)}
        return found

    def key(self, index: int) -> str:
        """Return the key of a row as text, ids joined by a slash."""
        return "/".join(str(self.raw(name)[index] or "") for name in self.spec.key)

    @cached_property
    def index(self) -> Mapping[tuple[Cell, ...], int]:
        """Row of each key, for tables that have one."""
        return {key: row for row, key in enumerate(zip(*(self.raw(name) for name in self.spec.key), strict=True))}


def records_of(frame: DataFrame) -> list[dict[str, object]]:
    """Return a DataFrame as records of a document: missing cells left out, dates as months, plain Python numbers."""
    records = []
    for row in frame.to_dict("records"):
        kept = {str(name): _plain(cell) for name, cell in row.items()}
        records.append({name: cell for name, cell in kept.items() if cell is not None})
    return records


def _plain(cell: object) -> object:
    """Return a cell of a DataFrame as a document holds it; None where it is missing."""
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN and NaT are not equal to themselves
        return None
    if hasattr(cell, "strftime"):
        return cell.strftime("%Y-%m")
    return cell.item() if hasattr(cell, "item") else cell


def cell_text(cell: Cell) -> str:
    """Return a cell as it is written to a file; reading that text gives the cell again.

    Examples
    --------
    >>> cell_text(None), cell_text(True), cell_text(("a", "b"))
    ('', 'true', 'a;b')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return number_text(cell)
    return ";".join(cell) if isinstance(cell, tuple) else str(cell)


def sorted_order(spec: TableSpec, cells: Mapping[str, Sequence[Cell]]) -> list[int]:
    """Return the row order by key, or by every column (in name order) for a table without a key; blanks first."""
    names = [name for name in spec.key or sorted(cells) if name in cells]
    if not names:
        return list(range(len(next(iter(cells.values()), ()))))
    ranks = [_ranks(cells[name]) for name in reversed(names)]
    order: list[int] = np.lexsort(ranks).tolist()
    return order


def _ranks(cells: Sequence[Cell]) -> np.ndarray:
    """Return the place of each cell among the different cells of its column."""
    different = sorted(set(cells) - {None})  # type: ignore[type-var]
    rank = {cell: place for place, cell in enumerate(different, start=1)}
    return np.fromiter((rank.get(cell, 0) for cell in cells), dtype=np.int64, count=len(cells))
