"""Which columns of a problem need which: ``x <= sum of some y``, so that x is 0 unless one of the y, all whole, is not.

Told by rows ``sum a_k x_k <= sum b_j y_j`` with positive coefficients and nothing else. Where precedence is stated on
started-by columns, which add options up date by date (``S_t = S_t' + sum of the options of t``), they are whole
although they need not be declared so, later ones are no smaller, and each option needs what the one of its date needs.
Needs of what is sure to be there, like a mandatory project, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from outlay.optimizer.presolve.propagation import row_of_entries
from outlay.optimizer.problem.problem import Problem

#: Followed from one to the next by doubling, so that this is the length of a chain: more than any calendar has.
DOUBLINGS = 20


@dataclass(frozen=True)
class Upward:
    """All limits of a problem as upper ones: those of rows, and those of the rows' opposites.

    Attributes
    ----------
    matrix, upper
        ``matrix x <= upper``.
    row
        The problem's row behind each.
    """

    matrix: sparse.csr_array
    upper: np.ndarray
    row: np.ndarray

    @classmethod
    def of(cls, problem: Problem) -> Upward:
        """Return those of a problem."""
        rows = sparse.csr_array(problem.matrix)
        high, low = np.nonzero(np.isfinite(problem.row_upper))[0], np.nonzero(np.isfinite(problem.row_lower))[0]
        matrix = sparse.csr_array(sparse.vstack([rows[high], -rows[low]]))
        matrix.sort_indices()
        limits = np.append(problem.row_upper[high], -problem.row_lower[low])
        return cls(matrix, limits, np.append(high, low))

    def part(self, chosen: np.ndarray) -> Upward:
        """Return some of them."""
        return Upward(sparse.csr_array(self.matrix[chosen]), self.upper[chosen], self.row[chosen])


@dataclass(frozen=True)
class Chains:
    """Columns that add others up, each from the one before it.

    Attributes
    ----------
    first, place
        The first column of the chain of each column, and how many are before it; another column is a chain of its own.
    whole
        Whether a column is 0 or 1 or more at whole points; shape (columns,).
    row
        The rows that say so; shape (rows of the problem,).
    part, total
        Columns, and the one of a chain in which each is first added up; of the same shape.
    """

    first: np.ndarray
    place: np.ndarray
    whole: np.ndarray
    row: np.ndarray
    part: np.ndarray
    total: np.ndarray


@dataclass(frozen=True)
class Needs:
    """Which columns need which.

    Attributes
    ----------
    column, who, what, row
        Of each need, shape (needs,): the column, a name for all that exclude each other as it does, a name for what it
        needs, and the row that says so. Names are the first column of that row, or its chain's.
    sets
        What each row says is needed, ones; none for rows that say nothing of the kind; shape (rows, columns).
    chains
        Columns that add others up.
    """

    column: np.ndarray
    who: np.ndarray
    what: np.ndarray
    row: np.ndarray
    sets: sparse.csr_array
    chains: Chains

    def needed(self, group: np.ndarray, need: np.ndarray, groups: int) -> sparse.csr_array:
        """Return what groups of needs have in common, ones, shape (groups, columns): of each chain the last column.

        Parameters
        ----------
        group, need
            Pairs of both, each of shape (pairs,).
        """
        wanted = sparse.csr_array((np.ones(len(group)), (group, self.row[need])), shape=(groups, self.sets.shape[0]))
        row, column = sparse.coo_array(wanted @ self.sets).coords
        chain, place = self.chains.first[column], self.chains.place[column]
        keys, of = np.unique(row * self.sets.shape[1] + chain.astype(np.int64), return_inverse=True)
        last = np.zeros(len(keys), dtype=int)
        np.maximum.at(last, of, place)
        kept = place == last[of]
        return sparse.csr_array((np.ones(kept.sum()), (row[kept], column[kept])), shape=(groups, self.sets.shape[1]))


def needs_of(problem: Problem, limits: Upward) -> Needs | None:
    """Return what columns need; of several sets for the same, the one that says most. None: they need nothing."""
    matrix, chains = limits.matrix, _chains(problem)
    row, size = row_of_entries(matrix), matrix.shape[0]
    giving = matrix.data < 0
    unfit = giving & ~(chains.whole & (problem.lower == 0))[matrix.indices]
    odd = np.bincount(row, weights=unfit | ~(problem.lower >= 0)[matrix.indices] | (matrix.data == 0), minlength=size)
    given = np.bincount(row, weights=giving, minlength=size)
    told = (limits.upper == 0) & (odd == 0) & (given > 0) & (given < np.diff(matrix.indptr)) & ~chains.row[limits.row]
    inside, place = np.nonzero(giving & told[row])[0], np.nonzero(told[row] & ~giving)[0]
    first = [_first(matrix.indices, row, wanted, size) for wanted in (giving, ~giving)]
    place = place[~_sure(limits, chains)[first[0][row[place]]]]
    if not len(place):
        return None
    column, rows = _with_parts(chains, matrix.indices[place], row[place])
    what, who = (chains.first[each[rows]] for each in first)
    order = np.lexsort((chains.place[first[0][rows]], given[rows], what, column))
    column, what, who, rows = column[order], what[order], who[order], rows[order]
    new = np.append(True, (column[1:] != column[:-1]) | (what[1:] != what[:-1]))
    sets = sparse.csr_array((np.ones(len(inside)), (row[inside], matrix.indices[inside])), shape=matrix.shape)
    return Needs(column[new], who[new], what[new], rows[new], sets, chains)


def _sure(limits: Upward, chains: Chains) -> np.ndarray:
    """Return the columns of what is sure to be there, as rows ask for one of them; shape (columns,).

    What needs them waits for their date at most, which the needs say well enough by themselves.
    """
    matrix = limits.matrix
    asks = np.asarray(matrix.maximum(0.0).sum(axis=1)).ravel() == 0
    found = np.zeros(matrix.shape[1], dtype=bool)
    found[matrix[asks & (limits.upper < 0)].indices] = True
    found[chains.first[chains.total[found[chains.part]]]] = True
    return found | found[chains.first]


def _with_parts(chains: Chains, column: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return needs and those of what their columns add up: pairs of a column and a row."""
    order = np.argsort(chains.total, kind="stable")
    begin, end = (np.searchsorted(chains.total[order], column, side=side) for side in ("left", "right"))
    times = end - begin
    place = np.repeat(begin - (np.cumsum(times) - times), times) + np.arange(int(times.sum()))
    return np.append(column, chains.part[order[place]]), np.append(row, np.repeat(row, times))


def _chains(problem: Problem) -> Chains:
    """Return the columns that add whole ones up, from rows ``S - S' - sum x = 0``."""
    matrix, size = sparse.csr_array(problem.matrix), len(problem.cost)
    row = row_of_entries(matrix)
    total = matrix.data > 0
    ones = np.bincount(row, weights=total, minlength=matrix.shape[0]) == 1
    sums = (problem.row_lower == 0) & (problem.row_upper == 0) & ones
    of_row = np.full(matrix.shape[0], -1)
    of_row[row[total]] = matrix.indices[total]
    sums &= (of_row >= 0) & ~problem.integer[of_row] & (problem.lower[of_row] == 0)
    weight = np.abs(matrix.data)
    uneven = np.bincount(row, weights=weight != weight[matrix.indptr[row]], minlength=matrix.shape[0])
    sums &= (uneven == 0) & (np.bincount(of_row[sums], minlength=size)[of_row] == 1)
    head = np.zeros(size, dtype=bool)
    head[of_row[sums]] = True
    entry = np.nonzero(sums[row] & ~total)[0]
    part, whole = matrix.indices[entry], of_row[row[entry]]
    before, again = np.arange(size), head[part]
    before[whole[again]] = part[again]
    broken = ~(problem.integer | head)[part] | (problem.lower[part] != 0)
    odd = np.zeros(size, dtype=bool)
    odd[whole[broken]] = True
    odd |= np.bincount(whole[again], minlength=size) > 1
    odd |= (np.bincount(part[again], minlength=size) > 1)[before]  # two go on from one
    place = (before != np.arange(size)).astype(int)
    for _ in range(DOUBLINGS):
        odd |= odd[before]
        place = place + place[before]
        before = before[before]
    odd |= place[before] > 0  # in a circle
    fine = head & ~odd
    kept = fine[whole] & problem.integer[part]
    return Chains(
        np.where(fine, before, np.arange(size)),
        np.where(fine, place, 0),
        problem.integer | fine,
        sums & fine[of_row],
        part[kept],
        whole[kept],
    )


def _first(column: np.ndarray, row: np.ndarray, wanted: np.ndarray, rows: int) -> np.ndarray:
    """Return the first wanted column of each row, 0 where there is none."""
    first = np.full(rows, int(column.max(initial=0)))
    np.minimum.at(first, row[wanted], column[wanted])
    return first
