"""What flows through a link that must be built: no more of a good than is there and wanted, and nothing without it.

A flow ``x >= 0`` is a column that costs something or nothing, arrives in one row and leaves another one,

    ... + h x <= u_i,        ... - g x <= u_j,        h >= g,

and only uses up what other rows limit. Of two plans that differ in flows alone the one with smaller flows is no worse.
Among the best plans there is thus one whose flows run in no circle, and nothing arrives where it is not wanted. Its
flows are sums of paths, so that

    h x <= sum of room_k over rows k from which i is reached,      room_k = u_k - least other activity
    g x <= sum of lack_k over rows k that are reached from j,      lack_k = most other activity - u_k

(each no less than 0; the second where flows lose nothing on the way). With this bound U a row ``a x + ... <= c +
sum_j b_j y_j`` with whole y_j >= 0 and nothing else on the right says of each of its flows

    x <= c / a + sum_j min(b_j / a, U - c / a) y_j.

The row itself lets a link be built for the share of its capacity that is used; these rows let none of a good through
that is more than this share of all of it: the strong formulation of fixed-charge network design (Gendron and Crainic
1994, Bulletin of the CRT 94-25; Magnanti and Wong 1984, doi:10.1287/trsc.18.1.1). They stand only where they say
something new. Plans with flows in circles do not keep them, though they may be as good.

Twelve places, 40 links and 8 goods: the relaxation costs 1,237 with these rows and 806 without, the best plan 1,260.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlay.models.arrays.ending import look
from outlay.optimizer.presolve.needs import Upward
from outlay.optimizer.presolve.propagation import activity, row_of_entries
from outlay.optimizer.problem.problem import Problem, Rows

#: A problem with more entries, or rows that flows leave or come to, is left as it is.
MOST_ENTRIES, MOST_PLACES = 3_000_000, 5_000
#: A row says something new if one of its coefficients falls by this share.
LESS = 0.1
#: Nothing is lost on the way above this share.
SAME = 1e-9


def channelled(problem: Problem, start: np.ndarray | None = None) -> Problem:
    """Return a problem with a best point of the same worth and a stronger relaxation, where flows give one.

    Parameters
    ----------
    start
        A point that shall be kept.
    """
    rows = flow_rows(problem)
    if rows is not None and start is not None:
        rows = rows.kept_by(start)
    return problem if rows is None or not rows.matrix.shape[0] else problem.with_rows(rows)


def flow_rows(problem: Problem) -> Rows | None:
    """Return the rows that hold flows to what is built; None: there are none."""
    if problem.matrix.nnz > MOST_ENTRIES or problem.integer.all() or not problem.integer.any():
        return None
    limits = Upward.of(problem)
    network = _Network.of(problem, limits)
    if network is None:
        return None
    look()
    return _between(problem, limits, network)


class _Network:
    """Flows, and the rows that they leave and come to.

    Attributes
    ----------
    column, tail, head, leaving, arriving
        Of each flow: its column, the rows it leaves and comes to, and its two coefficients there, both positive.
    limits, low, high
        The rows, and the least and greatest activity of what is no flow.
    """

    def __init__(self, limits: Upward, low: np.ndarray, high: np.ndarray) -> None:
        self.limits, self.low, self.high = limits, low, high
        self.column = self.tail = self.head = np.zeros(0, dtype=int)
        self.leaving = self.arriving = np.zeros(0)

    @classmethod
    def of(cls, problem: Problem, limits: Upward) -> _Network | None:
        """Return the network of a problem; None if nothing flows."""
        matrix, size = limits.matrix, len(problem.cost)
        row, column, value = row_of_entries(matrix), matrix.indices, matrix.data
        flow = ~problem.integer & (problem.lower == 0) & (problem.upper > 0) & (problem.cost >= 0)
        flow &= np.bincount(column, weights=value < 0, minlength=size) == 1
        flow &= np.bincount(column, weights=value > 0, minlength=size) > 0
        while flow.any():
            # A row that a flow comes to is a place; one may leave a single one.
            place = np.zeros(matrix.shape[0], dtype=bool)
            place[row[flow[column] & (value < 0)]] = True
            unfit = flow & (np.bincount(column, weights=(value > 0) & place[row], minlength=size) > 1)
            if unfit.any():
                flow &= ~unfit
                continue
            found = cls._made(problem, limits, flow, place)
            gains = found.leaving < found.arriving * (1.0 - SAME)  # it could run in circles for ever
            if not gains.any():
                return found
            flow[found.column[gains]] = False
        return None

    @classmethod
    def _made(cls, problem: Problem, limits: Upward, flow: np.ndarray, place: np.ndarray) -> _Network:
        matrix = limits.matrix
        row, column, value = row_of_entries(matrix), matrix.indices, matrix.data
        lower, upper = np.where(flow, 0.0, problem.lower), np.where(flow, 0.0, problem.upper)
        found = cls(limits, *activity(matrix, lower, upper))
        room = np.where(place, -np.inf, limits.upper - found.low)  # a place is left rather than any other row
        leaves = np.nonzero(flow[column] & (value > 0))[0]
        leaves = leaves[np.lexsort((room[row[leaves]], column[leaves]))]
        leaves = leaves[np.append(True, np.diff(column[leaves]) > 0)]
        comes = np.nonzero(flow[column] & (value < 0))[0]
        comes = comes[np.argsort(column[comes])]
        found.column, found.tail, found.head = column[leaves], row[leaves], row[comes]
        found.leaving, found.arriving = value[leaves], -value[comes]
        return found

    def most(self) -> np.ndarray:
        """Return the most that flows of each column in some best plan, infinity where that is not known."""
        places, at = np.unique(np.append(self.tail, self.head), return_inverse=True)
        unknown = np.full(len(self.column), np.inf)
        if len(places) > MOST_PLACES:
            return unknown
        tail, head = at[: len(self.tail)], at[len(self.tail) :]
        upper = self.limits.upper[places]
        room = np.maximum(0.0, upper - self.low[places])
        most = _reached(head, tail, room)[tail] / self.leaving
        if (self.leaving <= self.arriving * (1.0 + SAME)).all():
            lack = np.maximum(0.0, self.high[places] - upper)
            most = np.minimum(most, _reached(tail, head, lack)[head] / self.arriving)
        return most


def _reached(start: np.ndarray, end: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Return of each place the amounts of all that are reached from it along arcs, its own included."""
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415 - it loads all of linear algebra

    size = len(amount)
    graph = sparse.csr_array((np.ones(len(start)), (start, end)), shape=(size, size))
    found = np.zeros(size)
    for place in range(size):
        look()
        reached = breadth_first_order(graph, place, return_predecessors=False)
        found[place] = amount[reached].sum()
    return found


def _between(problem: Problem, limits: Upward, network: _Network) -> Rows | None:
    """Return ``x <= c / a + sum_j min(b_j / a, U - c / a) y_j`` for flows x with a bound U, where that is new."""
    matrix, (count, size) = limits.matrix, limits.matrix.shape
    row, value = row_of_entries(matrix), matrix.data
    bound, head = np.full(size, np.inf), np.zeros(size, dtype=int)
    bound[network.column], head[network.column] = network.most(), network.head
    gives = value < 0
    unfit = gives & ~(problem.integer & (problem.lower == 0))[matrix.indices]
    low, _ = activity(matrix, problem.lower, np.where(problem.integer, 0.0, problem.upper))  # nothing is built
    fit = (np.bincount(row, weights=unfit, minlength=count) == 0) & (np.bincount(row, gives, minlength=count) > 0)
    entry = np.nonzero(fit[row] & (value > 0) & np.isfinite(bound)[matrix.indices])[0]
    here, flow, own = row[entry], matrix.indices[entry], value[entry]
    free = (limits.upper - low)[here] / own  # low has x at 0
    least = np.zeros(count)
    np.minimum.at(least, row, value)
    new = np.isfinite(free) & (free < bound[flow])
    new &= -least[here] / own * (1.0 - LESS) > bound[flow] - free
    held = (np.diff(matrix.indptr)[here] == 2) & (free == 0) & (-least[here] / own <= bound[flow] * (1.0 + SAME))
    new &= ~np.isin(flow, flow[held])  # a row of its own holds it already
    here, flow, own, free = here[new], flow[new], own[new], free[new]
    if not len(here):
        return None
    times = np.bincount(row, weights=gives, minlength=count).astype(int)
    begins = np.concatenate([[0], np.cumsum(times)])
    number = np.repeat(np.arange(len(here)), times[here])
    place = np.arange(len(number)) - np.repeat(np.cumsum(times[here]) - times[here], times[here])
    at = np.nonzero(gives)[0][place + begins[here[number]]]
    # What gives room to a flow for itself alone, as a project to its scale, needs no word.
    itself = np.unique(number[matrix[head[flow[number]], matrix.indices[at]] > 0])
    if len(itself):
        other = np.setdiff1d(np.arange(len(here)), itself)
        kept = np.isin(number, other)
        at, number = at[kept], np.searchsorted(other, number[kept])
        flow, own, free = flow[other], own[other], free[other]
    if not len(flow):
        return None
    amount = np.minimum(-value[at] / own[number], (bound[flow] - free)[number])
    columns = np.append(flow, matrix.indices[at])
    cells = np.append(np.ones(len(flow)), -amount), (np.append(np.arange(len(flow)), number), columns)
    rows = sparse.csr_array(cells, shape=(len(flow), size))
    rows.sort_indices()
    return Rows(rows, np.full(len(flow), -np.inf), free)
