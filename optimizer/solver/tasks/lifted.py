"""Products of options as entries of a matrix: what holds for every choice, as rows over such matrices.

``Y = [1 x'; x X]`` is symmetric, and ``X = x x'`` for a choice x. Then ``X_ii = x_i``, each row ``a x <= b`` of a
packing problem gives ``a X a' <= b a x``, and products keep `facets`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, sparse

from outlay.optimizer.solver.tasks.concave import Concave
from outlay.optimizer.solver.tasks.facets import Facets, of_pairs


def place(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return where the lower triangle has the entry of two options; -1 stands for the border."""
    high, low = np.maximum(one, other) + 1, np.minimum(one, other) + 1
    found: np.ndarray = high * (high + 1) // 2 + low
    return found


@dataclass(frozen=True)
class Lifted:
    """The relaxation over symmetric matrices ``Y = [1 x'; x X]``, as vectors of their lower triangles.

    Attributes
    ----------
    rows, limit
        Rows of norm 1, first ``equations`` equations, then inequalities ``<=``, the facets last.
    weight
        By which entries of a matrix are multiplied, so that products of vectors are those of matrices.
    facets
        What the last rows say.
    """

    size: int
    rows: sparse.csr_array
    limit: np.ndarray
    equations: int
    weight: np.ndarray
    triangle: tuple[np.ndarray, np.ndarray]
    facets: Facets

    def vector(self, matrix: np.ndarray) -> np.ndarray:
        """Return a symmetric matrix as a vector."""
        found: np.ndarray = matrix[self.triangle] * self.weight
        return found

    def matrix(self, vector: np.ndarray) -> np.ndarray:
        """Return a vector as a symmetric matrix."""
        found = np.zeros((self.size, self.size))
        found[self.triangle] = vector / self.weight
        return np.tril(found) + np.tril(found, -1).T

    def positive(self, vector: np.ndarray) -> np.ndarray:
        """Return the nearest positive semidefinite matrix."""
        value, basis = linalg.eigh(self.matrix(vector), driver="evd", check_finite=False)
        above = value > 0
        few = above if above.sum() * 2 <= len(value) else ~above
        part = self.vector((basis[:, few] * value[few]) @ basis[:, few].T)
        return part if few is above else vector - part

    def changed(self, kept: np.ndarray, more: Facets) -> Lifted:
        """Return it with some of its facets, shape (facets,), and with more of them."""
        stays = np.append(np.ones(len(self.limit) - len(kept), dtype=bool), kept)
        rows, limit = _of_facets(more, self.weight)
        return replace(
            self,
            rows=sparse.csr_array(sparse.vstack([self.rows[stays], rows])),
            limit=np.append(self.limit[stays], limit),
            facets=self.facets[kept].and_(more),
        )


def lifted(how: Concave, use: sparse.csr_array, room: np.ndarray) -> Lifted:
    """Return the relaxation of a packing problem in pairs, with the facets that keep the worth of pairs small."""
    options = len(how.value)
    border, every = np.full(options, -1), np.arange(options)
    alone = place(every, border)
    parts = [(np.zeros(1, dtype=int), np.zeros(1, dtype=int), np.ones(1))]  # (row, place, coefficient)
    parts += [(1 + every, place(every, every), np.ones(options)), (1 + every, alone, np.full(options, -1.0))]
    for number in range(len(room)):
        part = slice(use.indptr[number], use.indptr[number + 1])
        column, amount = use.indices[part], use.data[part] / room[number]
        high, low = np.tril_indices(len(column))
        row = np.full(len(high), 1 + options + number)
        twice = np.where(high == low, 1.0, 2.0)
        parts.append((row, place(column[high], column[low]), twice * amount[high] * amount[low]))
        parts.append((row[: len(column)], alone[column], -amount))
    size = options + 1
    triangle = np.tril_indices(size)
    weight = np.where(triangle[0] == triangle[1], 1.0, np.sqrt(2.0))
    row, at, coefficient = (np.concatenate(each) for each in zip(*parts, strict=True))
    matrix = sparse.csr_array((coefficient / weight[at], (row, at)), shape=(size + len(room), len(weight)))
    rows, limit = _normed(matrix, np.append(1.0, np.zeros(options + len(room))))
    bare = Lifted(size, rows, limit, size, weight, triangle, Facets.none(options))
    return bare.changed(np.zeros(0, dtype=bool), of_pairs(options, how.one, how.other, how.bonus > 0))


def _of_facets(facets: Facets, weight: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    one, other, third = facets.one, facets.other, facets.third
    border = np.full(len(one), -1)
    sides = [(one, border), (other, border), (third, border), (one, other), (one, third), (other, third)]
    at, coefficient = np.stack([place(*side) for side in sides], axis=1), facets.coefficient
    row, term = np.nonzero(coefficient)
    at = at[row, term]
    shape = (len(one), len(weight))
    return _normed(sparse.csr_array((coefficient[row, term] / weight[at], (row, at)), shape=shape), facets.limit)


def _normed(matrix: sparse.csr_array, limit: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    norm = sparse.linalg.norm(matrix, axis=1)
    return sparse.csr_array(sparse.diags_array(1.0 / norm) @ matrix), limit / norm
