"""Circles in what refers to what: required projects, parents of resources, sets that extend sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def find_circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return circles as paths whose first and last name agree: one for each knot of names, through its least name.

    The circle is the shortest, and the first of those in the order of names, so that it does not depend on the
    order in which the arrows were given.

    Examples
    --------
    >>> find_circles({"A": ["B"], "B": ["C"], "C": ["B", "A"], "D": ["A"]})
    [['A', 'B', 'C', 'A']]
    """
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError:
        return _circles(arrows)
    return []


def _circles(arrows: Mapping[str, Iterable[str]]) -> list[list[str]]:
    import networkx  # noqa: PLC0415 - tables without a circle, nearly all of them, do not need it

    graph = networkx.DiGraph()
    for start in sorted(arrows):
        graph.add_edges_from((start, end) for end in sorted(set(arrows[start])))
    circles = []
    for knot in networkx.strongly_connected_components(graph):
        first = min(knot)
        if len(knot) > 1:
            inside = graph.subgraph(knot)
            ways_back = [networkx.shortest_path(inside, step, first) for step in sorted(inside.successors(first))]
            circles.append([first, *min(ways_back, key=lambda path: (len(path), path))])
        elif graph.has_edge(first, first):
            circles.append([first, first])
    return sorted(circles)
