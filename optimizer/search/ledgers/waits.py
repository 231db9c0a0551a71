"""Which project waits for which, and how late each option of the other may come for each of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look

#: An option that is not of a side, or a project that is not funded, comes this late; and it waits for nothing.
NEVER = np.iinfo(np.int32).max
#: Above so many entries of pairs and options they take hundreds of megabytes.
MOST_ENTRIES = 20_000_000


@dataclass(frozen=True)
class Sides:
    """The sides that started-by columns are about.

    Attributes
    ----------
    of_column
        The side of each column, -1 for one that is not started-by; shape (columns,).
    rank
        How late each column is among those of its side, shape (columns,).
    option, comes
        The options of the sides, one side after the other, and how late each comes.
    at
        Where the options of each side begin, shape (sides + 1,).
    """

    of_column: np.ndarray
    rank: np.ndarray
    option: np.ndarray
    comes: np.ndarray
    at: np.ndarray


class Waits:
    """Pairs of a project and one it waits for, sorted by the former.

    Attributes
    ----------
    later, earlier
        The projects of each pair, shape (pairs,); a project may wait for itself, which never comes.
    most
        How late the other may come at most for each option of the one that waits; `NEVER`: it need not come. Pairs of
        a project stand one below the other, so that theirs are an array of shape (pairs, options of the project).
    rank
        How late each option of the other comes; `NEVER`: it does not count. Sorted by the other.
    """

    def __init__(self, later: np.ndarray, earlier: np.ndarray, first: np.ndarray) -> None:
        """Make room for pairs, sorted by who waits; `first` tells where the options of each project begin."""
        size, count = np.diff(first), len(first) - 1
        self.later, self.earlier = later, earlier
        self.most, self._most_at = _room(size[later])
        #: The pairs of those that wait for a project.
        self._by_earlier = np.argsort(earlier, kind="stable")
        self.rank, at = _room(size[earlier[self._by_earlier]])
        self._rank_at = np.empty(len(earlier), dtype=np.int64)
        self._rank_at[self._by_earlier] = at
        self._size = size
        self._later_at = np.searchsorted(later, np.arange(count + 1))
        self._earlier_at = np.searchsorted(earlier[self._by_earlier], np.arange(count + 1))

    def fill(self, values: np.ndarray, pair: np.ndarray, place: np.ndarray, found: np.ndarray) -> None:
        """Fill in `most` or `rank`: for pairs and places of options among those of their project."""
        values[(self._most_at if values is self.most else self._rank_at)[pair] + place] = found

    def allowed(self, project: int, chosen: np.ndarray) -> np.ndarray:
        """Return which options of a project keep the dates of what was taken.

        Parameters
        ----------
        chosen
            The option of each project, counted among its own, -1 for none; shape (projects,).
        """
        allowed = np.ones(self._size[project], dtype=bool)
        begin, end = self._later_at[project], self._later_at[project + 1]
        if end > begin:
            comes = _at(self.rank, self._rank_at[begin:end], chosen[self.earlier[begin:end]])
            most = self.most[self._most_at[begin] :][: (end - begin) * len(allowed)].reshape(end - begin, -1)
            allowed &= (most >= comes[:, None]).all(axis=0)
        pairs = self._by_earlier[self._earlier_at[project] : self._earlier_at[project + 1]]
        if len(pairs):
            most = _at(self.most, self._most_at[pairs], chosen[self.later[pairs]])
            rank = self.rank[self._rank_at[pairs[0]] :][: len(pairs) * len(allowed)].reshape(len(pairs), -1)
            allowed &= (rank <= most[:, None]).all(axis=0)
        return allowed


def waits_of(rows: sparse.csr_array, sides: Sides, own: np.ndarray, projects: int) -> Waits | None:
    """Return the pairs that rows ``S_later - S_earlier <= 0`` are about.

    None if a row is another one, or if they are too many.

    Parameters
    ----------
    own
        The project of each option, sorted; shape (options,).
    """
    later, earlier = _ends(rows)
    if (later < 0).any():
        return None
    one, other = sides.of_column[later], np.where(earlier >= 0, sides.of_column[earlier], -1)
    order = np.lexsort((sides.rank[later], other, one))
    one, other, comes = one[order], other[order], sides.rank[later[order]].astype(np.int64)
    latest = np.where(earlier >= 0, sides.rank[earlier], 0)[order].astype(np.int64)
    first_row = np.nonzero(np.append(True, (np.diff(one) != 0) | (np.diff(other) != 0)) if len(one) else one)[0]
    us, they = one[first_row], np.where(other[first_row] >= 0, other[first_row], one[first_row])
    size = np.diff(sides.at)
    if not size[us].all() or not size[they].all():
        return None
    first, project = np.searchsorted(own, np.arange(projects + 1)), own[sides.option[sides.at[:-1][size > 0]]]
    of_side = np.full(len(size), -1)
    of_side[size > 0] = project
    if np.diff(first)[of_side[us]].sum() + np.diff(first)[of_side[they]].sum() > MOST_ENTRIES:
        return None
    look()
    by_project = np.argsort(of_side[us], kind="stable")
    waits = Waits(of_side[us][by_project], of_side[they][by_project], first)
    number = np.empty(len(us), dtype=np.int64)
    number[by_project] = np.arange(len(us))
    # Whoever comes at a date stands in the rows of all later ones too: the lowest of these counts.
    pair = np.repeat(np.arange(len(us)), np.diff(np.append(first_row, len(one))))
    apart = 1 + max(int(latest.max(initial=0)), int(comes.max(initial=0)), int(sides.comes.max(initial=0)))
    ceiling = np.minimum.accumulate((latest + pair * apart)[::-1])[::-1] - pair * apart
    which, place = _spans(sides.at[us], size[us])
    found = np.searchsorted(comes + pair * apart, sides.comes[place] + which * apart)
    last = np.append(first_row, len(one))[which + 1]
    most = np.where(found < last, ceiling[np.minimum(found, len(one) - 1)], NEVER)
    look()
    waits.fill(waits.most, number[which], sides.option[place] - first[of_side[us[which]]], most)
    # What can never be ready in time stands for itself, which does not come before it comes.
    theirs = np.nonzero(other[first_row] >= 0)[0]
    which, place = _spans(sides.at[they[theirs]], size[they[theirs]])
    which = theirs[which]
    waits.fill(waits.rank, number[which], sides.option[place] - first[of_side[they[which]]], sides.comes[place])
    return waits


def _room(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an array of `NEVER` for spans of these sizes, and where each begins."""
    at = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    return np.full(int(at[-1]), NEVER, dtype=np.int32), at[:-1]


def _at(values: np.ndarray, begins: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the values of what is chosen, `NEVER` where nothing is."""
    return np.where(chosen < 0, NEVER, values[begins + np.maximum(chosen, 0)])


def _spans(begins: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for spans one after the other, the number of the span and the place of each of its entries."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    return which, np.arange(len(which)) + (begins - np.concatenate([[0], np.cumsum(sizes)])[:-1])[which]


def _ends(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return the column with the positive entry of each row, and that with the equal negative one; -1: none."""
    count = rows.shape[0]
    number, ends, size = np.repeat(np.arange(count), np.diff(rows.indptr)), {}, {}
    for sign in (1, -1):
        place = np.sign(rows.data) == sign
        ends[sign], size[sign] = np.full(count, -1), np.zeros(count)
        ends[sign][number[place]], size[sign][number[place]] = rows.indices[place], np.abs(rows.data[place])
    equal = (size[-1] == 0) | (size[1] == size[-1])
    return np.where(equal, ends[1], -1), ends[-1]
