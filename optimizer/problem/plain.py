"""How a model that nobody added rules to becomes arrays: the same problem as by way of Pyomo (`compiling`)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np
from scipy import sparse

from outlay.models.arrays.columns import ColumnBook
from outlay.models.arrays.ending import look
from outlay.models.arrays.rows import Pairs, RowBlock
from outlay.models.modelling import normalize_index, sorted_robust
from outlay.models.plain import PlainModel
from outlay.optimizer.problem.compiling import Compiled, compile_model
from outlay.optimizer.problem.problem import Problem


@dataclass(frozen=True, eq=False)
class CompiledRows:
    """A plain model as a `Problem`, with the way back; used as `Compiled` is.

    Attributes
    ----------
    problem
        The arrays; a minimisation.
    sign
        The model's objective is ``sign * problem.value(x)``: -1.
    variables
        The model's column behind each of the problem's; the number after the last one is a column that is 0.
    lower
        The least value of each of the model's columns.
    blocks
        The blocks of rows of the model.
    keys
        Which of the keys of all blocks, one block after the other, each of the problem's rows is of.
    """

    problem: Problem
    variables: np.ndarray
    lower: np.ndarray
    blocks: tuple[RowBlock, ...]
    keys: np.ndarray
    sign: float = -1.0

    def rows_of(self, block: str, key: Hashable) -> list[int]:
        """Return the rows of a key of a block; none where there is no such. One with two bounds has two."""
        number = self._numbers.get(block, {}).get(key)
        return [] if number is None else self._order[self._first[number] : self._first[number + 1]].tolist()

    @cached_property
    def _numbers(self) -> dict[str, dict[Hashable, int]]:
        first = np.cumsum([0, *(len(each.keys) for each in self.blocks)]).tolist()
        return {
            each.name: dict(zip(each.keys, count(at), strict=False))
            for each, at in zip(self.blocks, first, strict=False)
        }

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.keys, kind="stable")

    @cached_property
    def _first(self) -> np.ndarray:
        return np.searchsorted(self.keys[self._order], np.arange(sum(len(each.keys) for each in self.blocks) + 1))

    @cached_property
    def _place(self) -> np.ndarray:
        place = np.full(len(self.lower) + 1, -1)
        place[self.variables] = np.arange(len(self.variables))
        return place

    def values_of(self, columns: np.ndarray, point: np.ndarray) -> np.ndarray:
        """Return the values of columns of the model; any is as good for one in no row, so its least one."""
        place = self.columns_of(columns)
        values = self.lower[columns]
        values[place >= 0] = point[place[place >= 0]]
        return values

    def columns_of(self, columns: np.ndarray) -> np.ndarray:
        """Return the problem's column of each of the model's, -1 for one that it does not have."""
        return self._place[np.asarray(columns, dtype=int)]

    def constants_of(self, columns: np.ndarray) -> np.ndarray:
        """Return what each of the model's columns adds although the problem lacks it: none is decided before."""
        return np.where(self.columns_of(columns) < 0, self.lower[columns], 0.0)


def compiled(model: Any, *, also: np.ndarray) -> Compiled | CompiledRows:
    """Return a model's arrays, Pyomo's or a plain one's, with these columns whether they are in a row or not."""
    if isinstance(model, PlainModel):
        return compile_rows(model, also=also)
    return compile_model(model, also=[model.columns[at] for at in also.tolist()])


def compile_rows(model: PlainModel, *, also: np.ndarray) -> CompiledRows:
    """Return the arrays of a plain model: blocks of columns as the objective and then the rows name them first.

    Columns that neither names vanish.

    Parameters
    ----------
    also
        Columns of the model that are kept even if they are in no row and not in the objective.
    """
    book = model.case.book
    weights = model.case.weights(0)
    rows, row_lower, row_upper, keys = _stacked(model.row_blocks, book.size)
    look()
    columns = _in_order(book, np.concatenate([np.nonzero(weights)[0], rows.indices]))
    columns = np.concatenate([columns, np.setdiff1d(also, columns)])
    lower, upper, binary = _bounds(book)
    matrix = sparse.csc_array(rows[:, columns])
    matrix.sort_indices()
    cost = -np.append(weights, 0.0)[columns]
    problem = Problem(cost, 0.0, lower[columns], upper[columns], binary[columns], matrix, row_lower, row_upper)
    return CompiledRows(problem, columns, lower[:-1], model.row_blocks, keys)


def rows_of(model: Any, compiled: Compiled | CompiledRows, block: str, key: Hashable) -> list[int]:
    """Return the rows of the compiled problem that a key of a block of the model's rows has; none without such."""
    if isinstance(compiled, CompiledRows):
        return compiled.rows_of(block, key)
    component = model.component(block)
    return compiled.rows_of(component[key]) if component is not None and key in component else []


def _by_key(keys: Sequence[Hashable]) -> np.ndarray:
    """Return the places of keys as Pyomo sorts them."""
    look()
    if isinstance(keys, Pairs):
        return keys.order()
    plain = [normalize_index(key) for key in keys]
    return np.array(sorted_robust(range(len(plain)), key=plain.__getitem__), dtype=int)


def _in_order(book: ColumnBook, named: np.ndarray) -> np.ndarray:
    """Return the columns that are named, block by block, the block that is named first before all others."""
    sizes = [*(len(each) for each in book.blocks.values()), 1]
    block = np.repeat(np.arange(len(sizes)), sizes)
    rank, present = np.zeros(len(sizes), dtype=int), np.zeros(len(block), dtype=bool)
    rank[block[named[::-1]]] = np.arange(len(named))[::-1]  # the first one is written last
    present[named] = True
    columns = np.nonzero(present)[0]
    return columns[np.argsort(rank[block[columns]], kind="stable")]


def _stacked(blocks: tuple[RowBlock, ...], size: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of all blocks, one with two bounds as two, over the model's columns and one that is 0.

    Those of a block are in the order of their keys, as Pyomo has them; the last array says which keys these are.
    """
    empty = np.zeros(0)
    places = [_by_key(each.keys) for each in blocks]
    parts = [each.matrix[place] for each, place in zip(blocks, places, strict=True)]
    matrix = sparse.vstack(parts, "csr") if parts else sparse.csr_array((0, size))
    lower = np.concatenate([empty, *(each.lower[place] for each, place in zip(blocks, places, strict=True))])
    upper = np.concatenate([empty, *(each.upper[place] for each, place in zip(blocks, places, strict=True))])
    # A least amount of nothing: no plan can hold it, and the solver shall prove that.
    nothing = np.nonzero(np.diff(matrix.indptr) == 0)[0]
    upper[nothing[np.isfinite(lower[nothing])]] = np.inf
    short = matrix.indices.dtype
    places_of_zero = (nothing.astype(short), np.zeros(len(nothing), dtype=short))
    zero = sparse.csr_array((np.ones(len(nothing)), places_of_zero), (len(lower), 1))
    matrix = sparse.csr_array(sparse.hstack([matrix, zero], "csr"))
    two = np.isfinite(lower) & np.isfinite(upper) & (lower != upper)
    times = np.where(two, 2, 1)
    row = np.repeat(np.arange(len(lower)), times)
    second = np.zeros(len(row), dtype=bool)
    second[np.cumsum(times)[two] - 1] = True
    ceiling = two[row] & ~second
    if two.any():
        matrix = matrix[row]
    first = np.cumsum([0, *(len(place) for place in places)]).tolist()
    keys = np.concatenate([empty, *(at + place for at, place in zip(first, places, strict=False))]).astype(int)[row]
    return matrix, np.where(ceiling, -np.inf, lower[row]), np.where(two[row] & second, np.inf, upper[row]), keys


def _bounds(book: ColumnBook) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return least and greatest value of the model's columns and whether they are binary, and of one that is 0."""
    blocks = book.blocks.values()
    lower = np.concatenate([*(each.lower for each in blocks), np.zeros(1)])
    upper = np.concatenate([*(each.upper for each in blocks), np.zeros(1)])
    binary = np.concatenate([*(np.full(len(each), each.binary) for each in blocks), np.zeros(1, dtype=bool)])
    return np.where(binary, 0.0, lower), np.where(np.isfinite(upper), upper, np.inf), binary
