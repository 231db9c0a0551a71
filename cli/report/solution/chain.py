"""The supply chain in three columns: who supplies, what, and who uses it; and where each node stands.

A project that supplies one thing and uses another stands on both sides, so that every line runs from left to right
and none has to be followed in a circle. What hangs on what is read from the graph (`models.supply`); where a node
stands is a matter of this drawing alone, and stays here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import networkx

from outlay.models.supply.graph import PROJECT, graph

if TYPE_CHECKING:
    from outlay.optimizer.answer.solution import Solution

#: Kinds of resource that make a supply chain; labour, permits and money are used by nearly everyone.
_GOODS = frozenset({"commodity", "equipment", "energy"})
#: So many nodes stand in a column, those with most connections.
MOST_IN_COLUMN = 60
TIES = ("requires", "requires_any", "together", "excludes", "synergy")
LEFT, MIDDLE, RIGHT = 0, 1, 2

Node = tuple[int, str]


@dataclass
class Chain:
    """What is drawn.

    Attributes
    ----------
    edges
        (from, to) to kind: uses, supplies, or one of the dependencies.
    facts
        Attributes of each node of the graph.
    funded
        Ids of the funded projects, with the alternative.
    left_out
        How many nodes did not fit.
    """

    edges: dict[tuple[Node, Node], str] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    funded: dict[str, str] = field(default_factory=dict)
    left_out: int = 0

    def columns(self) -> dict[int, list[Node]]:
        """Return the nodes of each column, by name."""
        nodes = sorted({node for edge in self.edges for node in edge})
        return {column: [node for node in nodes if node[0] == column] for column in (LEFT, MIDDLE, RIGHT)}


def read_chain(solution: Solution) -> Chain:
    """Return what is drawn of an answer: goods, and of a funded project only the alternative in the plan."""
    whole = graph(solution.instance)
    chain = Chain(facts={name: dict(facts) for name, facts in whole.nodes(data=True)})
    chain.funded = {choice.project: choice.alternative for choice in solution.plan.choices} if solution.plan else {}
    goods = _goods(whole)
    for source, target, facts in whole.edges(data=True):
        kind = facts["kind"]
        if kind in {"uses", "supplies"} and facts["amount"]:
            resource, project = (source, target) if kind == "uses" else (target, source)
            chosen = chain.funded.get(project.removeprefix(PROJECT))
            if resource in goods and (chosen is None or facts["alternative"] in {"", chosen}):
                ends = ((MIDDLE, source), (RIGHT, target)) if kind == "uses" else ((LEFT, source), (MIDDLE, target))
                chain.edges[ends] = kind
        elif kind == "link":
            chain.edges[(MIDDLE, source), (MIDDLE, target)] = kind
        elif kind in TIES:
            chain.edges[(RIGHT, source), (RIGHT, target)] = kind
    _shorten(chain)
    return chain


def _goods(whole: networkx.MultiDiGraph) -> set[str]:
    """Return the resources that are shown: goods, and whatever a project supplies; all where that leaves none."""
    kinds = {name: facts["resource_kind"] for name, facts in whole.nodes(data=True) if facts["kind"] == "resource"}
    supplied = {target for _, target, facts in whole.edges(data=True) if facts["kind"] == "supplies"}
    return {name for name, kind in kinds.items() if kind in _GOODS or name in supplied} or set(kinds)


def _shorten(chain: Chain) -> None:
    degree: dict[Node, int] = defaultdict(int)
    for edge in chain.edges:
        for node in edge:
            degree[node] += 1
    kept: set[Node] = set()
    for nodes in chain.columns().values():
        kept |= set(sorted(nodes, key=lambda node: (-degree[node], node))[:MOST_IN_COLUMN])
    chain.left_out = len(degree) - len(kept)
    chain.edges = {edge: kind for edge, kind in chain.edges.items() if edge[0] in kept and edge[1] in kept}


def arrange(chain: Chain) -> dict[Node, tuple[float, float]]:
    """Return where each node stands; each column is ordered by its neighbours in the others, four times over."""
    columns = chain.columns()
    near: dict[Node, list[Node]] = defaultdict(list)
    for source, target in sorted(chain.edges):
        near[source].append(target)
        near[target].append(source)
    height = {node: _level(place, nodes) for nodes in columns.values() for place, node in enumerate(nodes)}
    for _ in range(4):
        for column in (RIGHT, LEFT, MIDDLE):
            mean = {
                node: sum(height[other] for other in near[node]) / len(near[node]) if near[node] else height[node]
                for node in columns[column]
            }
            columns[column] = sorted(columns[column], key=lambda node: (round(mean[node], 9), node))
            height |= {node: _level(place, columns[column]) for place, node in enumerate(columns[column])}
    return {node: (float(node[0]), round(1 - height[node], 5)) for nodes in columns.values() for node in nodes}


def _level(place: int, nodes: list[Node]) -> float:
    return (place + 0.5) / len(nodes)
