r"""Inequalities that products of two options keep, whatever is chosen, and those that a matrix breaks.

Where ``X_ij = x_i x_j`` and all x are 0 or 1, of any two options

    X_ij >= 0,   X_ij <= x_i,   X_ij <= x_j,   x_i + x_j - X_ij <= 1,

and of any three

    X_ij + X_ik - X_jk <= x_i,   x_i + x_j + x_k - X_ij - X_ik - X_jk <= 1.

All are facets of the boolean quadric polytope (the first McCormick 1976, doi:10.1007/BF01580665, the others the
triangle inequalities of Padberg 1989, doi:10.1007/BF01589101). None asks what a pair is worth, so they hold for
synergies of either sign; which of them are of use, a relaxation tells, as it breaks them. Of n options there are some
2/3 n^3, so they are looked for again and again (cutting planes for such a semidefinite relaxation: Helmberg and Rendl
1998, doi:10.1007/BF01580072).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: The kinds of facets, as in the formulas above; each begins with the option that stands alone.
LEAST, ONE, OTHER, BOTH, APEX, THREE = range(6)
#: By kind, what x_i, x_j, x_k, X_ij, X_ik and X_jk are multiplied by, and the limit.
COEFFICIENTS = np.array(
    [
        [0, 0, 0, -1, 0, 0],
        [-1, 0, 0, 1, 0, 0],
        [0, -1, 0, 1, 0, 0],
        [1, 1, 0, -1, 0, 0],
        [-1, 0, 0, 1, 1, -1],
        [1, 1, 1, -1, -1, -1],
    ],
    dtype=float,
)
LIMITS = np.array([0, 0, 0, 1, 0, 1], dtype=float)
#: A facet counts as broken by more than this.
BROKEN = 0.01
#: Facets of two and of three options that are found at once: so many for each option, and of three so many with the
#: same pair. The most broken ones are often those of few pairs: 200 projects were at 3,732.6 after 5 s of CPU, with
#: 5,800 rows, and without the second limit at 3,733.2, with 9,000.
AN_OPTION, A_PAIR = 10, 3


@dataclass(frozen=True)
class Facets:
    """Facets of some options: kinds, and the options of each; of those of two options the third is the second again."""

    options: int
    kind: np.ndarray
    one: np.ndarray
    other: np.ndarray
    third: np.ndarray

    @classmethod
    def none(cls, options: int) -> Facets:
        """Return no facets."""
        return cls(options, *np.zeros((4, 0), dtype=int))

    def __getitem__(self, which: np.ndarray) -> Facets:
        """Return some of them."""
        return Facets(self.options, self.kind[which], self.one[which], self.other[which], self.third[which])

    def and_(self, more: Facets) -> Facets:
        """Return these and more."""
        mine, others = (np.array([each.kind, each.one, each.other, each.third]) for each in (self, more))
        return Facets(self.options, *np.concatenate([mine, others], axis=1))

    @property
    def key(self) -> np.ndarray:
        """What tells them apart; shape (facets,)."""
        return ((self.kind * self.options + self.one) * self.options + self.other) * self.options + self.third

    @property
    def coefficient(self) -> np.ndarray:
        """What x_i, x_j, x_k, X_ij, X_ik and X_jk are multiplied by; shape (facets, 6)."""
        found: np.ndarray = COEFFICIENTS[self.kind]
        return found

    @property
    def limit(self) -> np.ndarray:
        """What the sum is at most; shape (facets,)."""
        found: np.ndarray = LIMITS[self.kind]
        return found


def of_pairs(options: int, one: np.ndarray, other: np.ndarray, adds: np.ndarray) -> Facets:
    """Return the two facets of each pair that bound from above what it is worth, by whether it adds or costs."""
    high, low = np.maximum(one, other), np.minimum(one, other)
    kinds = np.where(adds, [[ONE], [OTHER]], [[LEAST], [BOTH]])
    return Facets(options, kinds.ravel(), *(np.tile(each, 2) for each in (high, low, low)))


def broken(matrix: np.ndarray, known: Facets) -> Facets:
    """Return facets that a matrix ``[1 x'; x X]`` breaks, those that it breaks most, without those that are known."""
    alone, both = matrix[0, 1:], matrix[1:, 1:]
    two, three = _of_two(alone, both), _of_three(alone.astype(np.float32), both.astype(np.float32))
    two, three = (each[~np.isin(each.key, known.key)] for each in (two, three))
    return two[np.arange(len(two.kind)) < AN_OPTION * known.options].and_(_spread(three))


def _of_two(alone: np.ndarray, both: np.ndarray) -> Facets:
    """Return broken facets of two options, the most broken first."""
    one, other = np.tril_indices(len(alone), -1)
    terms = np.stack([alone[one], alone[other], both[one, other]])
    excess = COEFFICIENTS[LEAST : BOTH + 1][:, [0, 1, 3]] @ terms - LIMITS[: BOTH + 1, None]
    kind, pair = np.nonzero(excess > BROKEN)
    order = np.argsort(-excess[kind, pair], kind="stable")
    kind, pair = kind[order], pair[order]
    return Facets(len(alone), kind, one[pair], other[pair], other[pair])


def _of_three(alone: np.ndarray, both: np.ndarray) -> Facets:
    """Return broken facets of three options, the most broken first, at most some of each option and kind."""
    options = len(alone)
    most, parts, excess = AN_OPTION * options, [Facets.none(options)], [np.zeros(0, dtype=np.float32)]

    def add(kind: int, one: int, over: np.ndarray) -> None:
        other, third = np.nonzero(over > BROKEN)
        inside = other > third
        other, third = other[inside], third[inside]
        by = over[other, third]
        if len(by) > most:
            largest = np.argpartition(-by, most)[:most]
            other, third, by = other[largest], third[largest], by[largest]
        parts.append(Facets(options, np.full(len(by), kind), np.full(len(by), one), other, third))
        excess.append(by)

    for one in range(options):
        over = (both[one] - alone[one])[:, None] + (both[one] - both)
        over[one] = over[:, one] = 0.0
        add(APEX, one, over)
        rest = alone[:one] - both[one, :one]
        add(THREE, one, (rest + (alone[one] - 1.0))[:, None] + (rest - both[:one, :one]))
    kind, one, other, third = np.concatenate([[each.kind, each.one, each.other, each.third] for each in parts], axis=1)
    order = np.argsort(-np.concatenate(excess), kind="stable")
    return Facets(options, kind[order], one[order], other[order], third[order])


def _spread(facets: Facets) -> Facets:
    """Return the first of some facets of three options, not too many of them with the same pair."""
    facets = facets[np.arange(len(facets.kind)) < A_PAIR * AN_OPTION * facets.options]
    sides = ((facets.one, facets.other), (facets.one, facets.third), (facets.other, facets.third))
    pair = np.stack([np.maximum(*side) * facets.options + np.minimum(*side) for side in sides], axis=1).ravel()
    order = np.argsort(pair, kind="stable")
    first = np.flatnonzero(np.diff(pair[order], prepend=-1))
    before = np.empty(len(pair), dtype=int)  # how often the pair came before
    before[order] = np.arange(len(pair)) - np.repeat(first, np.diff(first, append=len(pair)))
    few = np.flatnonzero((before.reshape(-1, 3) < A_PAIR).all(axis=1))
    return facets[few[: AN_OPTION * facets.options]]
