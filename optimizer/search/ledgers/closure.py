"""Which projects are worth funding with all that they wait for, if nothing else were limited."""

from __future__ import annotations

import numpy as np
from scipy import sparse

#: All values together as whole numbers, and a flow that nothing limits: both are far from overflowing.
SUM, ENDLESS = 10**9, 2 * 10**9
#: Above so many pairs the flow takes seconds.
MOST_PAIRS = 200_000


def closure(value: np.ndarray, waiting: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the projects of the best set that holds whatever its members wait for, shape (projects,).

    The maximum closure, by a minimum cut (Picard 1976, doi:10.1287/mnsc.22.11.1268): in a mine, the ultimate pit. To a
    billionth of all values.

    Parameters
    ----------
    value
        What each project is worth at most, minus infinity for one that cannot be funded; shape (projects,).
    waiting
        Which projects wait for which: (those that wait, those they wait for), each of shape (pairs,).

    Examples
    --------
    Ore of 5 lies below waste of -2; ore of 1 below waste of -3.

    >>> closure(np.array([5.0, -2.0, 1.0, -3.0]), (np.array([0, 2]), np.array([1, 3]))).tolist()
    [True, True, False, False]
    """
    from scipy.sparse import csgraph  # noqa: PLC0415 - it loads all of linear algebra

    later, earlier = waiting
    total, count = np.abs(value[np.isfinite(value)]).sum(), len(value)
    if not len(later) or len(later) > MOST_PAIRS or total == 0 or not (value < 0).any():
        return value > 0
    whole = np.where(np.isfinite(value), np.round(np.where(np.isfinite(value), value, 0.0) * (SUM / total)), -ENDLESS)
    pays, costs = np.nonzero(whole > 0)[0], np.nonzero(whole < 0)[0]
    source, sink = count, count + 1
    tail = np.concatenate([np.full(len(pays), source), costs, later])
    head = np.concatenate([pays, np.full(len(costs), sink), earlier])
    room = np.concatenate([whole[pays], -whole[costs], np.full(len(later), ENDLESS)])
    places = tail.astype(np.int32), head.astype(np.int32)  # scipy below 1.15 takes no others
    graph = sparse.csr_array((room.astype(np.int32), places), shape=(count + 2, count + 2))
    left = sparse.csr_array(graph - csgraph.maximum_flow(graph, source, sink).flow)
    left.eliminate_zeros()
    found = np.zeros(count + 2, dtype=bool)
    found[csgraph.breadth_first_order(left, source, return_predecessors=False)] = True
    return found[:count]
