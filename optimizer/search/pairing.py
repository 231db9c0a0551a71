"""Annealing on value and synergies, where a problem packs projects that are worth more, or less, together.

``max v x + sum q_ij x_i x_j`` with ``A x <= b``, ``A >= 0`` and x binary is the quadratic multidimensional knapsack
problem: a portfolio under budgets with many synergies. Its linear relaxation is slow and weak, since each synergy is a
column of its own, and what sub-problems around a rounded plan find is far from the best. What a project adds to a plan,
``v_j + sum_i q_ij x_i``, is kept up to date instead, and projects drawn by chance are added, left out or exchanged,
for the worse too, with a chance that falls with what it costs and from move to move (simulated annealing: Kirkpatrick,
Gelatt and Vecchi 1983, doi:10.1126/science.220.4598.671). What the limits are worth counts as a price for what a
project uses: without it, what uses much for its worth hardly ever leaves a cold plan. Once it is cold, it is warmed up
again and goes on from the best plan, for longer each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.problem import Problem
from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.relaxation.relaxation import Relaxation
from outlay.optimizer.search.drawing_params import Exchanging

#: Rows hold within this, times max(1, |limit|).
TOLERANCE = 1e-9
#: Moves between looks at whether to end.
AT_ONCE = 5_000
#: In the place of a column: nothing comes, or goes.
NOTHING = -1
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
    best
        The best plan; shape (columns,).
    value
        What it is worth, of the minimisation.
    """

    def __init__(self, problem: Problem, pairs: Pairs, *, seed: int, params: Exchanging) -> None:
        self.problem, self.pairs, self.params = problem, pairs, params
        self.random = Random(seed)  # noqa: S311 - not a secret
        # Lists and dicts: a move looks at a few numbers, which costs less than one call of NumPy. The last: `NOTHING`.
        self._owner, self._uses = pairs.owner.tolist(), [*pairs.use.T.tolist(), [0.0] * len(pairs.room)]
        self._pair: list[dict[int, float]] = [{} for _ in self._uses]
        some = np.nonzero(pairs.together)
        for one, other, worth in zip(*(part.tolist() for part in (*some, pairs.together[some])), strict=True):
            self._pair[one][other] = worth
        self._price = (pairs.use / np.maximum(pairs.room, TOLERANCE)[:, None]).sum(axis=0)
        typical = np.abs(pairs.value) + 0.5 * np.abs(pairs.together).sum(axis=1)
        self._typical = float(typical.mean()) or 1.0
        self._begin_with(np.zeros(len(pairs.columns), dtype=bool))

    def _begin_with(self, best: np.ndarray) -> None:
        """Take a plan for the best one, and go on from it with the shortest cycle."""
        self.best, self._known = best, np.inf
        self._set(best)
        self.value = self._worth
        self._done, self._cycle = 0, self.params.sweeps * len(best)

    def _set(self, chosen: np.ndarray) -> None:
        """Go on from a plan."""
        pairs, self._chosen = self.pairs, chosen.tolist()
        self._adds = [*(pairs.value + pairs.together @ chosen.astype(float)).tolist(), 0.0]
        self._room = (pairs.room - pairs.use @ chosen.astype(float)).tolist()
        self._owned = [NOTHING] * (max(self._owner) + 1)
        for at in np.nonzero(chosen)[0].tolist():
            self._owned[self._owner[at]] = at
        self._worth = -float(pairs.value @ chosen + 0.5 * (chosen @ pairs.together @ chosen))
        self._costs = [*(self._charge(chosen) * self._price).tolist(), 0.0]

    def _charge(self, chosen: np.ndarray) -> float:
        """Return what the limits cost: a share of what as many projects as a plan has are worth for what they use."""
        uses, merit = self._price > TOLERANCE, np.zeros(len(self._owned))
        np.maximum.at(merit, self.pairs.owner[uses], np.array(self._adds[:-1])[uses] / self._price[uses])
        many = int((chosen & uses).sum())
        return self.params.priced * float(np.sort(merit)[-many]) if many else 0.0

    def begin_from(self, point: np.ndarray | None) -> None:
        """Go on from a plan if it is better than the best one here."""
        if point is None or not self.problem.better(point, self.pairs.point(self.best)):
            return
        self._begin_with(point[self.pairs.columns] > 0.5)
        self._known = self.value

    def lead_by(self, relaxation: Relaxation) -> None:
        """Exchanges go their own way."""

    def follow(self, point: np.ndarray) -> int:
        """Return how many draws a relaxation leads to: none."""
        return 0

    def restart(self) -> None:
        """Forget the best plan and begin another one."""
        self._begin_with(np.zeros(len(self.pairs.columns), dtype=bool))

    def search(self, over: Callable[[], bool], keep: Callable[[np.ndarray], object], most: float = np.inf) -> None:
        """Draw until `over` says so, at most so many times; hand over each plan better than all before.

        A draw is as many moves as half of the shortest cycle.
        """
        while most > 0 and not over():
            most -= 1
            left = max(1, self.params.sweeps * len(self.best) // 2)
            while left > 0 and not over():
                left -= AT_ONCE
                self._anneal(min(AT_ONCE, left + AT_ONCE))
            if self.value < self._known - TOLERANCE * max(1.0, abs(self.value)):
                self._known = self.value
                keep(self.pairs.point(self.best))

    def _anneal(self, moves: int) -> None:
        """Make some moves of a cycle; at its end go on from the best plan, with a longer one."""
        how, draw, size = self.params, self.random.random, len(self.best)
        chosen, adds, pair, owned, owner = self._chosen, self._adds, self._pair, self._owned, self._owner
        costs = self._costs
        warm, cold = max(how.warm, TOLERANCE), max(how.cold, TOLERANCE)
        temperature = self._typical * warm * (cold / warm) ** (self._done / self._cycle)
        for _ in range(moves):
            gone = come = int(draw() * size)
            if not chosen[come]:
                gone = owned[owner[come]]
            else:
                come = int(draw() * size)
                if chosen[come]:
                    come = NOTHING
                elif owned[owner[come]] not in (NOTHING, gone):
                    continue
            gain = adds[come] - adds[gone] - pair[come].get(gone, 0.0)
            net = gain - costs[come] + costs[gone]
            if (net >= 0.0 or draw() < math.exp(net / temperature)) and self._fits(gone, come):
                self._exchange(gone, come, gain)
        self._done += moves
        if self._done >= self._cycle:
            self._done, self._cycle = 0, max(1, round(how.longer * self._cycle))
            self._set(self.best)

    def _fits(self, gone: int, come: int) -> bool:
        return all(
            more - less <= room for more, less, room in zip(self._uses[come], self._uses[gone], self._room, strict=True)
        )

    def _exchange(self, gone: int, come: int, gain: float) -> None:
        """Make a move that adds so much."""
        for at, sign in ((gone, -1.0), (come, 1.0)):
            if at != NOTHING:
                self._chosen[at] = sign > 0
                self._owned[self._owner[at]] = at if sign > 0 else NOTHING
                for other, worth in self._pair[at].items():
                    self._adds[other] += sign * worth
                self._room = [room - sign * use for room, use in zip(self._room, self._uses[at], strict=True)]
        self._worth -= gain
        if self._worth < self.value - TOLERANCE * max(1.0, abs(self.value)):
            self.best, self.value = np.array(self._chosen), self._worth


def pairing(problem: Problem, structure: Structure, *, seed: int, params: Exchanging = DEFAULT) -> Pairing | None:
    """Return what searches plans of a problem that packs in pairs; None if it is none."""
    pairs = pairs_of(problem, structure, params)
    return None if pairs is None else Pairing(problem, pairs, seed=seed, params=params)
