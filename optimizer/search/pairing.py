"""Tabu search on value and synergies, where a problem packs projects that are worth more, or less, together.

``max v x + sum q_ij x_i x_j`` with ``A x <= b``, ``A >= 0`` and x binary is the quadratic multidimensional knapsack
problem: a portfolio under budgets with many synergies. Its linear relaxation is slow and weak, since each synergy is a
column of its own, and what sub-problems around a rounded plan find is far from the best. What a project adds to a plan,
``v_j + sum_i q_ij x_i``, is kept up to date instead, and the best exchange of one project for another one is made again
and again, for the worse too; what has just moved stays for a while (tabu search: Glover 1989, doi:10.1287/ijoc.1.3.190;
for quadratic knapsacks Yang, Wang and Chu 2013, doi:10.1016/j.ejor.2012.11.037). Where that comes to nothing better for
long, part of the best plan is left out, and it goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.drawing_params import Exchanging

#: Rows hold within this, times max(1, |limit|).
TOLERANCE = 1e-9
#: Share of the projects that wait where a plan is begun anew.
WAITING = 0.5
#: How to search, unless told otherwise.
DEFAULT = Exchanging()


@dataclass(frozen=True)
class Pairs:
    """A problem that packs binary columns in pairs.

    Attributes
    ----------
    columns, owner, value
        Which columns of the problem may be chosen, whose they are, and what each adds by itself; shape (columns,).
    together
        What two of them add besides, symmetric, zero diagonal and between options of one project; shape (columns,
        columns).
    use, room
        What each uses of each row, shape (rows, columns), and what there is, shape (rows,).
    helpers, sides
        Columns of the synergies, shape (pairs,), and for each, the chosen columns of either side, as matrices of shape
        (pairs, columns).
    base
        A point of the problem with nothing chosen.
    """

    columns: np.ndarray
    owner: np.ndarray
    value: np.ndarray
    together: np.ndarray
    use: np.ndarray
    room: np.ndarray
    helpers: np.ndarray
    sides: tuple[sparse.csr_array, sparse.csr_array]
    base: np.ndarray

    def point(self, chosen: np.ndarray) -> np.ndarray:
        """Return a choice, shape (columns,), as a point of the problem."""
        point = self.base.copy()
        point[self.columns[chosen]] = 1.0
        one, other = (side @ chosen.astype(float) for side in self.sides)
        point[self.helpers] = np.minimum(one, other)
        return point


def pairs_of(problem: Problem, structure: Structure, params: Exchanging = DEFAULT) -> Pairs | None:
    """Return a problem as one of packing in pairs; None if it is none, too large, or has fewer synergies than projects.

    With few of them the relaxation is a good guide.
    """
    matrix, rows = problem.matrix, sparse.csr_array(problem.matrix)
    inside = (structure.project >= 0) & ~structure.derived & problem.integer
    free = problem.upper > 0
    if (problem.lower != 0).any() or not (inside | (~inside & (structure.project < 0) & ~problem.integer)).all():
        return None
    helper = ~inside
    helper[structure.funded.indices] = False
    if (helper != ~inside).any() or (problem.upper[free & inside] != 1).any():
        return None
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    of_pair = np.bincount(row[helper[rows.indices]], minlength=rows.shape[0])
    sides = _sides(problem, structure, rows, np.nonzero(of_pair)[0], helper)
    plain = np.nonzero(of_pair == 0)[0]
    packing = rows[plain]
    if sides is None or (packing.data < 0).any() or (problem.row_lower[plain] > 0).any():
        return None
    columns = np.nonzero(inside & free)[0]
    helpers, one, other = sides
    binding = np.nonzero(packing[:, columns].sum(axis=1) > problem.row_upper[plain])[0]
    if len(helpers) < structure.projects or not len(columns):
        return None
    if len(columns) * max(len(columns), len(binding)) > params.most_entries:
        return None
    sides_of = one[:, columns], other[:, columns]
    half = sparse.csr_array(sides_of[0].T @ sparse.diags_array(-problem.cost[helpers]) @ sides_of[1])
    together = np.asarray((half + half.T).todense())
    owner = structure.project[columns]
    together[owner[:, None] == owner[None, :]] = 0.0
    limit = problem.row_upper[plain][binding]
    room = limit + TOLERANCE * np.maximum(1.0, np.abs(limit))
    use = np.asarray(packing[binding][:, columns].todense())
    base = np.zeros(matrix.shape[1])
    return Pairs(columns, owner, -problem.cost[columns], together, use, room, helpers, sides_of, base)


def _sides(
    problem: Problem, structure: Structure, rows: sparse.csr_array, of_pair: np.ndarray, helper: np.ndarray
) -> tuple[np.ndarray, sparse.csr_array, sparse.csr_array] | None:
    """Return the synergies' columns and the columns of either side: rows ``z <= sum of a side's``, two for each.

    None if one of them has not two such rows, or a row that asks for less of it says something else. Rows that ask for
    more, ``z >= one side + other side - 1``, hold with the least of both; whoever uses a plan checks it whole.
    """
    part = sparse.csr_array(rows[of_pair])
    number, pair = np.repeat(np.arange(len(of_pair)), np.diff(part.indptr)), helper[part.indices]
    asked = np.bincount(number[pair], weights=part.data[pair], minlength=len(of_pair))
    of_pair = of_pair[asked > 0]
    part = sparse.csr_array(rows[of_pair])
    number, pair = np.repeat(np.arange(len(of_pair)), np.diff(part.indptr)), helper[part.indices]
    size = np.bincount(number[pair], minlength=len(of_pair))
    unit = np.bincount(number[pair], weights=part.data[pair], minlength=len(of_pair))
    wrong = (size != 1) | (problem.row_upper[of_pair] != 0) | np.isfinite(problem.row_lower[of_pair])
    if wrong.any() or (part.data[~pair] != -unit[number[~pair]]).any():
        return None
    owner = structure.project[part.indices[~pair]]
    least, most = np.full(len(of_pair), structure.projects), np.full(len(of_pair), -1)
    np.minimum.at(least, number[~pair], owner)
    np.maximum.at(most, number[~pair], owner)
    if (least != most).any():
        return None
    column = part.indices[pair]  # one a row, in their order
    helpers, count = np.unique(column, return_counts=True)
    if (count != 2).any() or (problem.upper[helpers] < 1).any() or len(helpers) != int(helper.sum()):
        return None
    order = np.argsort(column, kind="stable")
    only = sparse.csr_array((np.ones(int((~pair).sum())), (number[~pair], part.indices[~pair])), shape=part.shape)
    return helpers, sparse.csr_array(only[order[0::2]]), sparse.csr_array(only[order[1::2]])


class Pairing:
    """Searches plans of a problem that packs in pairs, from a seeded generator.

    Attributes
    ----------
    chosen, best
        The plan that it is at, and the best one; shape (columns,).
    value
        What the best one is worth, of the minimisation.
    """

    def __init__(self, problem: Problem, pairs: Pairs, *, seed: int, params: Exchanging) -> None:
        self.problem, self.pairs, self.params = problem, pairs, params
        self.random = Random(seed)  # noqa: S311 - not a secret
        self.chosen = self.best = np.zeros(len(pairs.columns), dtype=bool)
        self.value, self._known = 0.0, np.inf
        self._price = (pairs.use / np.maximum(pairs.room, TOLERANCE)[:, None]).sum(axis=0) + TOLERANCE
        self._until = np.zeros(len(pairs.columns), dtype=int)
        self._moves = self._idle = 0
        self._set(self.best)

    def _set(self, chosen: np.ndarray) -> None:
        """Go on from a plan."""
        pairs, self.chosen = self.pairs, chosen.copy()
        self._adds = pairs.value + pairs.together @ chosen.astype(float)
        self._room = pairs.room - pairs.use @ chosen.astype(float)
        self._owned = np.full(int(pairs.owner.max()) + 1, -1)
        self._owned[pairs.owner[chosen]] = np.nonzero(chosen)[0]
        self._worth = -float(pairs.value @ chosen + 0.5 * (chosen @ pairs.together @ chosen))

    def begin_from(self, point: np.ndarray | None) -> None:
        """Go on from a plan if it is better than the best one here."""
        if point is None or not self.problem.better(point, self.pairs.point(self.best)):
            return
        self.best = point[self.pairs.columns] > 0.5
        self._set(self.best)
        self.value = self._known = self._worth
        self._idle = 0

    def restart(self) -> None:
        """Forget the best plan and begin another one: some of the projects wait for a while."""
        nothing = np.zeros(len(self.pairs.columns), dtype=bool)
        self.best, self.value, self._known, self._idle = nothing, 0.0, np.inf, 0
        self._set(nothing)
        for at in range(len(nothing)):
            wait = self.params.stays if self.random.random() < WAITING else 0
            self._until[at] = self._moves + wait

    def search(self, over: Callable[[], bool], keep: Callable[[np.ndarray], object], most: float = np.inf) -> None:
        """Draw until `over` says so, at most so many times some moves; hand over each plan better than all before."""
        while most > 0 and not over():
            most -= 1
            for _ in range(self.params.moves):
                self._move()
            if self.value < self._known - TOLERANCE * max(1.0, abs(self.value)):
                self._known = self.value
                keep(self.pairs.point(self.best))

    def _move(self) -> None:
        """Make the best exchange or addition that is allowed, or leave something out."""
        self._moves += 1
        move = self._best_move()
        if move is None or self._idle >= self.params.moves:
            self._leave_out()
            return
        gone, come = move
        for at in (gone, come):
            if at >= 0:
                self._flip(at)
                self._until[at] = self._moves + self.params.stays
        self._idle += 1
        if self._worth < self.value - TOLERANCE * max(1.0, abs(self.value)):
            self.best, self.value, self._idle = self.chosen.copy(), self._worth, 0

    def _best_move(self) -> tuple[int, int] | None:
        """Return (what goes, what comes), -1 for nothing, of the best move; None if there is none."""
        pairs, free = self.pairs, self._until <= self._moves
        inner, outer = np.nonzero(self.chosen & free)[0], np.nonzero(~self.chosen & free)[0]
        if not len(outer):
            return None
        merit = self._adds / self._price
        outer = outer[np.argsort(-merit[outer], kind="stable")[: self.params.tried]]
        inner = inner[np.argsort(merit[inner], kind="stable")[: self.params.tried]]
        owned = self._owned[pairs.owner[outer]]
        fits = (pairs.use[:, outer] <= self._room[:, None]).all(axis=0) & (owned < 0)
        gain = np.where(fits, self._adds[outer], 0.0)
        at = int(gain.argmax())
        if gain[at] > 0:
            return -1, int(outer[at])
        if not len(inner):
            return None
        swap = self._adds[outer][None, :] - self._adds[inner][:, None] - pairs.together[np.ix_(inner, outer)]
        allowed = (owned[None, :] < 0) | (owned[None, :] == inner[:, None])
        for use, room in zip(pairs.use, self._room, strict=True):
            allowed &= use[outer][None, :] - use[inner][:, None] <= room
        swap[~allowed] = -np.inf
        place = int(swap.argmax())
        gone, come = divmod(place, len(outer))
        return (int(inner[gone]), int(outer[come])) if np.isfinite(swap[gone, come]) else None

    def _flip(self, at: int) -> None:
        sign = -1.0 if self.chosen[at] else 1.0
        self._worth -= sign * self._adds[at]
        self._adds = self._adds + sign * self.pairs.together[at]
        self._room = self._room - sign * self.pairs.use[:, at]
        self.chosen[at] = sign > 0
        self._owned[self.pairs.owner[at]] = at if sign > 0 else -1

    def _leave_out(self) -> None:
        """Go on from the best plan without some of its projects."""
        self._set(self.best)
        inside = np.nonzero(self.best)[0].tolist()
        if inside:
            many = max(1, round(self.params.left_out * len(inside)))
            for at in self.random.sample(inside, many):
                self._flip(at)
                self._until[at] = self._moves + self.params.stays
        self._idle = 0


def pairing(problem: Problem, structure: Structure, *, seed: int, params: Exchanging = DEFAULT) -> Pairing | None:
    """Return what searches plans of a problem that packs in pairs; None if it is none."""
    pairs = pairs_of(problem, structure, params)
    return None if pairs is None else Pairing(problem, pairs, seed=seed, params=params)
