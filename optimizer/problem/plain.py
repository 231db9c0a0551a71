"""How a model that nobody added rules to becomes arrays: the same problem as by way of Pyomo (`compiling`)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from outlay.models.arrays.columns import ColumnBook
from outlay.models.arrays.ending import look
from outlay.models.arrays.rows import Pairs, RowBlock
from outlay.models.plain import PlainModel
from outlay.optimizer.problem.problem import Problem

if TYPE_CHECKING:
    from outlay.optimizer.problem.compiling import Compiled

#: So many entries are looked at at once: a look at all of them takes long, and as much memory as they do.
AT_ONCE = 1_000_000


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
    from outlay.optimizer.problem.compiling import compile_model  # noqa: PLC0415 - Pyomo takes long to load

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
    columns = _in_order(book, (np.nonzero(weights)[0], rows.indices))
    columns = np.concatenate([columns, np.setdiff1d(also, columns)])
    lower, upper, binary = _bounds(book)
    place = np.zeros(rows.shape[1], dtype=rows.indices.dtype)
    place[columns] = np.arange(len(columns))
    rows = sparse.csr_array((rows.data, place[rows.indices], rows.indptr), shape=(rows.shape[0], len(columns)))
    look()
    matrix = sparse.csc_array(rows)
    cost = -np.append(weights, 0.0)[columns]
    problem = Problem(cost, 0.0, lower[columns], upper[columns], binary[columns], matrix, row_lower, row_upper)
    return CompiledRows(problem, columns, lower[:-1], model.row_blocks, keys)


def rows_of(model: Any, compiled: Compiled | CompiledRows, block: str, key: Hashable) -> list[int]:
    """Return the rows of the compiled problem that a key of a block of the model's rows has; none without such."""
    if isinstance(compiled, CompiledRows):
        return compiled.rows_of(block, key)
    component = model.component(block)
    return compiled.rows_of(component[key]) if component is not None and key in component else []


def has_own_objective(model: Any) -> bool:
    """Whether the user replaced the objective that `build` wrote."""
    if isinstance(model, PlainModel):
        return False
    from outlay.optimizer.problem.compiling import has_own_objective  # noqa: PLC0415 - as above

    return has_own_objective(model)


def _by_key(keys: Sequence[Hashable]) -> np.ndarray:
    """Return the places of keys as they are sorted, which Pyomo does too."""
    look()
    if isinstance(keys, Pairs):
        return keys.order()
    known: Sequence[Any] = keys
    return np.array(sorted(range(len(known)), key=known.__getitem__), dtype=int)


def _in_order(book: ColumnBook, named: Sequence[np.ndarray]) -> np.ndarray:
    """Return the columns that are named, block by block, the block that is named first before all others."""
    sizes = [*(len(each) for each in book.blocks.values()), 1]
    block, present = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes), np.zeros(sum(sizes), dtype=bool)
    for names in named:
        present[names] = True
    columns = np.nonzero(present)[0]
    order: list[int] = []
    missing = set(np.unique(block[columns]).tolist())
    for part in (names[at : at + AT_ONCE] for names in named for at in range(0, len(names), AT_ONCE)):
        if not missing:
            break
        look()
        own = block[part]
        first = np.full(len(sizes), len(own))
        first[own[::-1]] = np.arange(len(own))[::-1]  # the first one is written last
        found = sorted(missing.intersection(np.nonzero(first < len(own))[0].tolist()), key=first.__getitem__)
        order.extend(found)
        missing.difference_update(found)
    rank = np.zeros(len(sizes), dtype=int)
    rank[order] = np.arange(len(order))
    return columns[np.argsort(rank[block[columns]], kind="stable")]


def _stacked(blocks: tuple[RowBlock, ...], size: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of all blocks, one with two bounds as two, over the model's columns and one that is 0.

    Those of a block are in the order of their keys, as Pyomo has them; the last array says which keys these are.
    """
    first = np.cumsum([0, *(len(each.keys) for each in blocks)])
    keys = np.concatenate([first[:0], *(at + _by_key(each.keys) for at, each in zip(first, blocks, strict=False))])
    lower, upper = (
        np.concatenate([np.zeros(0), *(getattr(each, side) for each in blocks)])[keys] for side in ("lower", "upper")
    )
    parts = [sparse.csr_array((0, size)), *(each.matrix for each in blocks)]
    matrix = sparse.vstack([part for part in parts if part.shape[0]] or parts, "csr")
    # A least amount of nothing: no plan can hold it, and the solver shall prove that.
    nothing = np.nonzero(np.diff(matrix.indptr)[keys] == 0)[0]
    upper[nothing[np.isfinite(lower[nothing])]] = np.inf
    two = np.isfinite(lower) & np.isfinite(upper) & (lower != upper)
    times = np.where(two, 2, 1)
    row = np.repeat(np.arange(len(keys)), times)
    second = np.zeros(len(row), dtype=bool)
    second[np.cumsum(times)[two] - 1] = True
    keys, lower, upper = keys[row], lower[row], upper[row]
    look()
    if not np.array_equal(keys, np.arange(matrix.shape[0])):
        matrix = matrix[keys]
    matrix = _with_zero(matrix, np.nonzero(np.diff(matrix.indptr) == 0)[0])
    lower[two[row] & ~second], upper[second] = -np.inf, np.inf
    return matrix, lower, upper, keys


def _with_zero(matrix: sparse.csr_array, rows: np.ndarray) -> sparse.csr_array:
    """Return the matrix with one column more, in which some rows have 1."""
    shape = (matrix.shape[0], matrix.shape[1] + 1)
    if not len(rows):
        return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=shape)
    short = matrix.indices.dtype
    places = (rows.astype(short), np.zeros(len(rows), dtype=short))
    zero = sparse.csr_array((np.ones(len(rows)), places), (shape[0], 1))
    return sparse.csr_array(sparse.hstack([matrix, zero], "csr"))


def _bounds(book: ColumnBook) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return least and greatest value of the model's columns and whether they are binary, and of one that is 0."""
    blocks = book.blocks.values()
    lower = np.concatenate([*(each.lower for each in blocks), np.zeros(1)])
    upper = np.concatenate([*(each.upper for each in blocks), np.zeros(1)])
    binary = np.concatenate([*(np.full(len(each), each.binary) for each in blocks), np.zeros(1, dtype=bool)])
    return np.where(binary, 0.0, lower), np.where(np.isfinite(upper), upper, np.inf), binary
