"""A genetic algorithm for problems that only pack: choose among binary columns, and every row is a limit.

``max v x`` with ``A x <= b``, ``A >= 0`` and x binary is the multidimensional knapsack problem: a portfolio under
budgets, without dependencies. Where it is small, branch and bound comes to some thousand nodes a second and needs
millions, and sub-problems of a few projects find nothing, because the last units of every budget ask for an exchange
of many projects at once. Children of two good plans make such exchanges, and each is mended in a few microseconds (Chu
and Beasley 1998, doi:10.1023/A:1009642405419): by ``v_j / sum_i y_i a_ij``, with the relaxation's row duals y, its own
columns are taken from the best to the worst while they fit, and then all others. A population that comes to nothing
better for long is given up for another one, which need not choose what reduced costs decide: of 250 projects under five
budgets (OR-Library's mknapcb2) that leaves about 130.

A generation is mended at once, column by column, in arrays whose columns are the children.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import row_owner
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing_params import Breeding

#: Rows hold within this, times max(1, |limit|).
TOLERANCE = 1e-9
#: How to breed, unless told otherwise.
DEFAULT = Breeding()


@dataclass(frozen=True)
class Packing:
    """A packing problem, its columns from the best to the worst.

    Attributes
    ----------
    base
        A point of the problem it comes from, with nothing chosen.
    columns
        Which columns of that problem may be chosen, shape (columns,).
    value
        What each adds, above 0.
    group
        Number of the project behind each column.
    rows, amounts
        For each column the rows that it uses, shape (k,), and how much of each, shape (k, 1).
    room
        What there is of each row, shape (rows,).
    """

    base: np.ndarray
    columns: np.ndarray
    value: np.ndarray
    group: np.ndarray
    rows: tuple[np.ndarray, ...]
    amounts: tuple[np.ndarray, ...]
    room: np.ndarray

    def mended(self, wanted: np.ndarray) -> np.ndarray:
        """Return choices that fit and leave no column out that would: first of what is wanted, then of the rest.

        Both of shape (columns, children), boolean.
        """
        chosen = np.zeros_like(wanted)
        room = np.repeat(self.room[:, None], wanted.shape[1], axis=1)
        for first in (wanted, ~wanted):
            for number, (rows, amounts) in enumerate(zip(self.rows, self.amounts, strict=True)):
                left = room[rows]
                fits = first[number] & (left >= amounts).all(axis=0)
                if fits.any():
                    chosen[number] |= fits
                    room[rows] = left - amounts * fits
        return chosen

    def point(self, chosen: np.ndarray) -> np.ndarray:
        """Return a choice, shape (columns,), as a point of the problem it comes from."""
        point = self.base.copy()
        point[self.columns[chosen]] = 1.0
        return point


def packing(problem: Problem, project: np.ndarray, row_dual: np.ndarray, params: Breeding = DEFAULT) -> Packing | None:
    """Return a problem as a packing problem; None if it is none, or its projects share few of the rows.

    Parameters
    ----------
    project
        The project of each column, shape (columns,).
    row_dual
        Row duals of the relaxation, shape (rows,).
    """
    free = problem.lower < problem.upper
    if not free.any() or not np.isfinite(problem.lower).all():
        return None
    binary = problem.integer & (problem.lower == 0) & (problem.upper == 1)
    part = sparse.csc_array(problem.matrix[:, np.nonzero(free)[0]])
    used = problem.matrix @ problem.lower
    if not binary[free].all() or (part.data < 0).any() or (problem.row_lower > used + _slack(problem.row_lower)).any():
        return None
    most = part.sum(axis=1) + used
    binding = np.nonzero(most > problem.row_upper)[0]
    columns = np.nonzero(free & (problem.cost < 0))[0]
    matrix = sparse.csc_array(problem.matrix[:, columns][binding])
    room = (problem.row_upper - used + _slack(problem.row_upper))[binding]
    if not len(columns) or (room < 0).any():
        return None
    if not _dense(sparse.csr_array(matrix), project[columns], params.least_density):
        return None
    value = -problem.cost[columns]
    price = np.maximum(matrix.T @ np.abs(row_dual[binding]), 1e-12)
    order = np.argsort(-value / price, kind="stable")
    matrix = sparse.csc_array(matrix[:, order])
    ends = matrix.indptr[1:-1]
    group = np.unique(project[columns[order]], return_inverse=True)[1]
    rows, amounts = np.split(matrix.indices, ends), np.split(matrix.data[:, None], ends)
    return Packing(problem.lower.copy(), columns[order], value[order], group, tuple(rows), tuple(amounts), room)


def breed(
    problem: Problem,
    project: np.ndarray,
    relaxation: Relaxation,
    *,
    random: Random,
    keep: Callable[[np.ndarray], object],
    over: Callable[[], bool],
    most: float,
    most_idle: int,
    params: Breeding = DEFAULT,
) -> bool:
    """Breed plans until they no longer get better; False if the problem does not only pack.

    Parameters
    ----------
    project
        The project of each column, shape (columns,).
    relaxation
        Of the problem.
    random
        Draws the seeds of populations.
    keep
        Told of every plan better than those before, shape (columns,).
    over
        Whether to end now.
    most
        Children, at most.
    most_idle
        Populations in a row that may come to nothing better than those before.
    params
        How to breed.
    """
    packed, best, idle = packing(problem, project, relaxation.row_dual, params), np.inf, 0
    if packed is None:
        return False
    while packed is not None and idle < most_idle and most > 0 and not over():
        population, idle = Population(packed, seed=random.randrange(2**31), params=params), idle + 1
        better = True
        while True:
            if better and problem.value(point := population.best()) < best:
                best, idle = problem.value(point), 0
                keep(point)
            if population.idle >= params.members * params.children or population.born >= most or over():
                break
            better = population.breed()
        most -= population.born
        packed = packing(relaxation.narrowed(problem, best), project, relaxation.row_dual, params)
    return True


def _dense(matrix: sparse.csr_array, project: np.ndarray, least: float) -> bool:
    """Whether rows that several projects use are used by many."""
    sizes = np.diff(matrix.indptr)
    sizes = sizes[(sizes > 0) & (row_owner(matrix, project) < 0)]
    return bool(sizes.mean() >= least * len(project)) if len(sizes) else True


def _slack(limit: np.ndarray) -> np.ndarray:
    return TOLERANCE * np.maximum(1.0, np.abs(np.where(np.isfinite(limit), limit, 0.0)))


class Population:
    """Plans of a packing problem, no two alike, of which each generation's better children take the place of the worst.

    Attributes
    ----------
    born, idle
        Children so far, and since the best plan last got better.
    """

    def __init__(self, packing: Packing, *, seed: int, params: Breeding = DEFAULT) -> None:
        self.packing, self.params = packing, params
        self.random = np.random.default_rng(seed)
        size = len(packing.columns)
        share = self.random.random(params.members)
        self.members = packing.mended(self.random.random((size, params.members)) < share)
        self.values = packing.value @ self.members
        self.known = set(_names(self.members))
        self.born = self.idle = 0

    def best(self) -> np.ndarray:
        """Return the best plan as a point of the problem."""
        return self.packing.point(self.members[:, int(self.values.argmax())])

    def breed(self) -> bool:
        """Go on by a generation; whether the best plan is better now."""
        before = self.values.max()
        children = self._children()
        values, names = self.packing.value @ children, _names(children)
        for child in np.argsort(-values, kind="stable").tolist():
            worst = int(self.values.argmin())
            if values[child] <= self.values[worst]:
                break
            if names[child] not in self.known:
                self.known.discard(*_names(self.members[:, [worst]]))
                self.known.add(names[child])
                self.members[:, worst], self.values[worst] = children[:, child], values[child]
        better = bool(self.values.max() > before)
        self.born += self.params.children
        self.idle = 0 if better else self.idle + self.params.children
        return better

    def _children(self) -> np.ndarray:
        """Return children, shape (columns, children): of each project what one of two parents chose, a little changed.

        Each parent is the better of two members drawn.
        """
        random, size, count = self.random, len(self.packing.columns), self.params.children
        one, other = random.integers(self.params.members, size=(2, 2, count))
        parents = np.where(self.values[one] >= self.values[other], one, other)
        first = (random.random((self.packing.group.max() + 1, count)) < 0.5)[self.packing.group]
        children = np.where(first, self.members[:, parents[0]], self.members[:, parents[1]])
        for _ in range(self.params.flipped):
            children[random.integers(size, size=count), np.arange(count)] ^= True
        return self.packing.mended(children)


def _names(members: np.ndarray) -> list[bytes]:
    """Return each plan, a column, as bytes."""
    return [member.tobytes() for member in np.packbits(members, axis=0).T]
