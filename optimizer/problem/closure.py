"""The best set of nodes that holds whatever its members need, by a minimum cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

#: All values together as whole numbers, and a flow that nothing limits. Twice the latter is within 32 bits: of two that
#: need each other the flow of one adds to the room of the other.
SUM, ENDLESS = 1_000_000_000, 1_073_000_000


@dataclass(frozen=True)
class Closure:
    """A best set.

    Attributes
    ----------
    chosen
        Which nodes it holds, shape (nodes,).
    price
        What each need counts for, >= 0, shape (needs,): with what it counts taken from the node that needs and given to
        the one it needs, no node outside is worth anything and none inside costs anything. To a share of 1 / `SUM` of
        all values.
    """

    chosen: np.ndarray
    price: np.ndarray


def maximum_closure(value: np.ndarray, needing: np.ndarray, needed: np.ndarray) -> Closure:
    """Return the best set of nodes that holds whatever its members need, and prices of the needs.

    The maximum closure, by a minimum cut (Picard 1976, doi:10.1287/mnsc.22.11.1268); prices are the flow.

    Parameters
    ----------
    value
        What each node is worth; minus infinity: it cannot be in the set, infinity: it must; shape (nodes,).
    needing, needed
        Pairs of nodes, none twice; shape (needs,).

    Examples
    --------
    Ore of 5 lies below waste of -2; ore of 1 below waste of -3.

    >>> found = maximum_closure(np.array([5.0, -2.0, 1.0, -3.0]), np.array([0, 2]), np.array([1, 3]))
    >>> found.chosen.tolist(), found.price.round(6).tolist()
    ([True, True, False, False], [2.0, 1.0])
    """
    from scipy.sparse import csgraph  # noqa: PLC0415 - it loads all of linear algebra

    count, finite = len(value), np.isfinite(value)
    scale = SUM / (float(np.abs(value[finite]).sum()) or 1.0)
    whole = np.where(value > 0, ENDLESS, -ENDLESS)
    whole[finite] = np.ceil(value[finite] * scale)
    gives, takes = np.nonzero(whole > 0)[0], np.nonzero(whole < 0)[0]
    source, sink = count, count + 1
    tail = np.concatenate([np.full(len(gives), source), takes, needing]).astype(np.int32)
    head = np.concatenate([gives, np.full(len(takes), sink), needed]).astype(np.int32)
    room = np.concatenate([whole[gives], -whole[takes], np.full(len(needing), ENDLESS)]).astype(np.int32)
    graph = sparse.csr_array((room, (tail, head)), shape=(count + 2, count + 2))
    flow = csgraph.maximum_flow(graph, source, sink).flow
    left = sparse.csr_array(graph - flow)
    left.eliminate_zeros()
    reached = np.zeros(count + 2, dtype=bool)
    reached[csgraph.breadth_first_order(left, source, return_predecessors=False)] = True
    price = np.maximum(np.asarray(flow[needing, needed]).ravel(), 0) / scale if len(needing) else np.zeros(0)
    return Closure(reached[:count], price)
