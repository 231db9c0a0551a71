"""What hangs on each node of the supply chain: who is lost if it is removed.

Rule: a resource is supplied while it has availability, imports, programs, a link from a supplied resource, or a
remaining project that supplies it. An alternative is lost with a resource that it uses and nobody supplies, or with a
project that it requires; a project with its last alternative.

How: every removal is one bit of a number, and each alternative, side and resource holds the bits of the removals with
which it is lost. So one pass over the chain, in the order in which things hang on each other, answers for all removals
of a batch at once, where a pass for each took the cube of the projects. What is lost together is one node.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from heapq import heappop, heappush
from operator import and_, or_
from typing import Any, NamedTuple

import networkx
import numpy as np
import pandas as pd

from outlay.instances.dictionary.names import ENGINE_RESOURCES
from outlay.instances.given import check_instance
from outlay.instances.instance import Instance
from outlay.models.supply.graph import largest_commitments

#: Removals that are answered for at once.
AT_ONCE = 1000
#: After so many steps the time is looked at.
STEPS_A_LOOK = 1000

#: An alternative: (project, name).
Alternative = tuple[str, str]
#: Nodes all of which must be lost for something to be lost.
Group = tuple[int, ...]


class Removal(NamedTuple):
    """A node that is removed: which projects and which resource go with it."""

    node: str
    kind: str
    projects: frozenset[str]
    resource: str | None


def exposure(instance: Instance) -> pd.DataFrame:
    """Return what is lost with each node: the projects left without any option or supplier if it is removed.

    From graph and tables alone, before any solving; see the rule at the top of this module.

    Returns
    -------
    DataFrame
        One row a node whose removal costs other projects: node, kind (project, resource, sector), projects (number of
        others lost), lost (their ids), commitment (their largest alternatives, money); largest first.
    """
    check_instance("exposure", instance)
    return exposure_within(instance, None)[0]


def exposure_within(
    instance: Instance, time_limit_s: float | None, *, clock: Callable[[], float] = time.monotonic
) -> tuple[pd.DataFrame, int]:
    """Return `exposure`, and of how many nodes it says nothing for lack of time.

    Resources and sectors come first, then projects, those with the largest commitments before the others.

    Parameters
    ----------
    time_limit_s
        Seconds; None: no limit.
    clock
        What tells the time, in seconds.
    """
    ends = None if time_limit_s is None else clock() + time_limit_s

    def over() -> bool:
        return ends is not None and clock() >= ends

    removals, chain, largest = _removals(instance), _Chain(instance), largest_commitments(instance)
    records: list[list[Any]] = []
    for begin in range(0, len(removals), AT_ONCE):
        batch = removals[begin : begin + AT_ONCE]
        found = chain.lost(batch, over)
        if found is None:
            return _table(records), len(removals) - begin
        for removal, lost in zip(batch, found, strict=True):
            if lost:
                commitment = sum(largest[project] for project in lost)
                records.append([removal.node, removal.kind, len(lost), ";".join(lost), commitment])
    return _table(records), 0


def _table(records: list[list[Any]]) -> pd.DataFrame:
    table = pd.DataFrame(records, columns=["node", "kind", "projects", "lost", "commitment"])
    return table.sort_values(["commitment", "kind", "node"], ascending=[False, True, True], ignore_index=True)


def _removals(instance: Instance) -> list[Removal]:
    projects, largest = instance["projects"], largest_commitments(instance)
    names = [name for name in instance["resources"].texts("resource") if name not in ENGINE_RESOURCES]
    found = [Removal(name, "resource", frozenset(), name) for name in names]
    members: dict[str, list[str]] = {}
    for project, sector in zip(projects.texts("id"), projects.texts("sector"), strict=True):
        if sector:
            members.setdefault(sector, []).append(project)
    found += [Removal(sector, "sector", frozenset(own), None) for sector, own in sorted(members.items())]
    by_size = sorted(projects.texts("id"), key=lambda project: -largest[project])
    return found + [Removal(project, "project", frozenset({project}), None) for project in by_size]


class _Chain:
    """Nodes that are lost with others: alternatives, sides of dependencies, and resources."""

    def __init__(self, instance: Instance) -> None:
        self.tables = tables = _Tables(instance)
        self.number: dict[Hashable, int] = {}
        groups: list[list[Group]] = []
        for name in tables.nodes:
            self.number[name] = len(groups)
            groups.append([])
        at = self.number
        for side in tables.sides:
            groups[at[side]].append(tuple(at[one] for one in tables.members(side)))
        for resource, users in tables.users.items():
            for one in users & tables.every:
                groups[at[one]].append((at[resource,],))
        for side, needed in tables.rules:
            for one in tables.members(side):
                groups[at[one]].append(tuple(at[other] for other in needed))
        circles = [sorted(circle) for circle in _circles(tables.links)]
        for resource in tables.resources:
            if resource not in tables.given:
                groups[at[resource,]].append(tuple(at[other] for other in tables.supply(resource)))
        self.pools = [tuple(at[name,] for name in circle) for circle in circles]
        self._contract(groups)

    def _contract(self, groups: list[list[Group]]) -> None:
        """Make one node of those that are lost together, and put all into the order in which they hang together."""
        linked = {node for pool in self.pools for node in pool}
        one_by_one = [(group[0], node) for node, own in enumerate(groups) for group in own if len(group) == 1]
        label = _ordered(len(groups), [edge for edge in one_by_one if not linked & {*edge}])
        merged: list[dict[Group, None]] = [{} for _ in range(max(label, default=-1) + 1)]
        for node, own in enumerate(groups):
            for group in own:
                whole = tuple(sorted({label[other] for other in group}))
                if node in linked or label[node] not in whole:
                    merged[label[node]][whole] = None
        self.groups = [list(own) for own in merged]
        self.number = {name: label[node] for name, node in self.number.items()}
        pools = [tuple(label[node] for node in pool) for pool in self.pools]
        self.pool_of = {node: pool for pool in pools for node in pool}
        edges = [(other, node) for node, own in enumerate(self.groups) for group in own for other in group]
        edges += [(one, other) for pool in pools for one in pool for other in pool if one != other]
        self.place = _ordered(len(self.groups), edges)
        self.dependents: list[list[int]] = [[] for _ in self.groups]
        for other, node in dict.fromkeys(edges):
            self.dependents[other].append(node)

    def lost(self, removals: Sequence[Removal], over: Callable[[], bool]) -> list[list[str]] | None:
        """Return the projects that are lost with each removal, besides those removed; None once the time is over."""
        nothing = 1 << len(removals)
        seeds = [0] * len(self.groups)
        for place, removal in enumerate(removals):
            gone = [one for project in removal.projects for one in self.tables.members(project)]
            for name in [*gone, *([(removal.resource,)] if removal.resource is not None else [])]:
                seeds[self.number[name]] |= 1 << place
        bits = self._settle(seeds, 2 * nothing - 1, over)
        if bits is None:
            return None
        own: dict[str, int] = {}
        for place, removal in enumerate(removals):
            for project in removal.projects:
                own[project] = own.get(project, 0) | 1 << place
        width, names, packed = len(removals) // 8 + 1, [], []
        for project in sorted(project for project, alternatives in self.tables.alternatives.items() if alternatives):
            others = bits[self.number[project]] & ~own.get(project, 0)
            if others and not others & nothing:
                names.append(project)
                packed.append(np.frombuffer(others.to_bytes(width, "little"), dtype=np.uint8))
        table = np.unpackbits(np.array(packed, dtype=np.uint8).reshape(-1, width), axis=1, bitorder="little")
        return [[names[place] for place in np.nonzero(column)[0].tolist()] for column in table.T[: len(removals)]]

    def _settle(self, seeds: list[int], every: int, over: Callable[[], bool]) -> list[int] | None:
        """Return with which removals each node is lost: the least bits that every rule agrees with."""
        bits = [0] * len(self.groups)
        waiting = sorted((place, node) for node, place in enumerate(self.place))
        queued, steps = set(range(len(self.groups))), 0
        while waiting:
            if steps % STEPS_A_LOOK == 0 and over():
                return None
            steps += 1
            _, node = heappop(waiting)
            queued.discard(node)
            for changed, now in self._evaluate(node, bits, seeds, every):
                if now != bits[changed]:
                    bits[changed] = now
                    for dependent in self.dependents[changed]:
                        if dependent not in queued:
                            queued.add(dependent)
                            heappush(waiting, (self.place[dependent], dependent))
        return bits

    def _evaluate(self, node: int, bits: list[int], seeds: list[int], every: int) -> list[tuple[int, int]]:
        """Return (node, bits) of a node, or of all resources that are linked in a circle with it."""
        pool = self.pool_of.get(node)
        if pool is None:
            own = (reduce(and_, (bits[other] for other in group), every) for group in self.groups[node])
            return [(node, reduce(or_, own, seeds[node]))]
        # Resources of a circle do not supply each other for nothing: supply grows from what comes from outside.
        supplied = dict.fromkeys(pool, 0)
        grown = True
        while grown:
            grown = False
            for one in pool:
                sources = [self.groups[one][0]] if self.groups[one] else []
                has = (
                    every
                    if not sources
                    else reduce(
                        or_, (supplied[other] if other in supplied else every & ~bits[other] for other in sources[0]), 0
                    )
                )
                has &= ~seeds[one]
                grown = grown or has != supplied[one]
                supplied[one] = has
        return [(one, every & ~supplied[one]) for one in pool]


def _ordered(nodes: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the number of each node's strongly connected component, in a topological order."""
    arrows = networkx.DiGraph()
    arrows.add_nodes_from(range(nodes))
    arrows.add_edges_from(edges)
    whole = networkx.condensation(arrows)
    place = {component: number for number, component in enumerate(networkx.topological_sort(whole))}
    return [place[whole.graph["mapping"][node]] for node in range(nodes)]


def _circles(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Return the resources that are linked in circles, by circle."""
    arrows = networkx.DiGraph()
    arrows.add_edges_from(sorted(links))
    return [circle for circle in networkx.strongly_connected_components(arrows) if len(circle) > 1]


@dataclass(frozen=True)
class _Tables:
    """Who needs and supplies what, by alternative."""

    instance: Instance

    @cached_property
    def nodes(self) -> list[Hashable]:
        """Alternatives (project, name), sides "id" or "id@name", and resources (name,)."""
        resources: list[Hashable] = [(name,) for name in self.resources]
        return [*sorted(self.every), *self.sides, *resources]

    @cached_property
    def every(self) -> frozenset[Alternative]:
        """The alternatives of projects that are not excluded."""
        return frozenset((project, name) for project, names in self.alternatives.items() for name in names)

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """Every project, and every other side of a dependency."""
        named = [one for side, needed in self.rules for one in (side, *needed)]
        return tuple(dict.fromkeys([*self.alternatives, *named]))

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """The resources."""
        return self.instance["resources"].texts("resource")

    def members(self, side: str) -> list[Alternative]:
        """Return the alternatives of a side."""
        project, _, name = side.partition("@")
        return [(project, one) for one in self.alternatives.get(project, ()) if not name or one == name]

    def supply(self, resource: str) -> list[Hashable]:
        """Return what supplies a resource: alternatives, and resources that a link comes from."""
        sources: list[Hashable] = [(source,) for source, target in self.links if target == resource != source]
        return [*sorted(self.suppliers.get(resource, set()) & self.every), *dict.fromkeys(sources)]

    @cached_property
    def alternatives(self) -> Mapping[str, tuple[str, ...]]:
        """Alternatives of each project that is not excluded."""
        found: dict[str, list[str]] = {}
        table = self.instance.alternatives
        for project, name in zip(table.texts("project"), table.texts("alternative"), strict=True):
            found.setdefault(project, []).append(name)
        projects = self.instance["projects"]
        out = {
            one
            for one, status in zip(projects.texts("id"), projects.texts("status"), strict=True)
            if status == "excluded"
        }
        return {project: () if project in out else tuple(names) for project, names in found.items()}

    def _flows(self, role: str) -> dict[str, set[tuple[str, str]]]:
        """Return resource -> the (project, alternative) with this role there."""
        found: dict[str, set[tuple[str, str]]] = {}
        for record in self.instance["requirements"].records():
            if record["role"] == role and record["amount"]:
                project = str(record["project"])
                names = [record["alternative"]] if record["alternative"] else self.alternatives[project]
                found.setdefault(str(record["resource"]), set()).update((project, str(name)) for name in names)
        return found

    @cached_property
    def users(self) -> dict[str, set[tuple[str, str]]]:
        """Resource -> alternatives that use it."""
        return self._flows("uses")

    @cached_property
    def suppliers(self) -> dict[str, set[tuple[str, str]]]:
        """Resource -> alternatives that supply it."""
        return self._flows("supplies")

    @cached_property
    def given(self) -> frozenset[str]:
        """Resources with supply of their own: availability, imports or programs."""
        instance = self.instance
        found = {
            name
            for name, amount in zip(
                instance["availability"].texts("resource"), instance["availability"].raw("amount"), strict=True
            )
            if amount is None or amount
        }
        found |= {str(row["resource"]) for row in instance["imports"].records() if row["max_per_period"]}
        return frozenset(found | set(instance["programs"].texts("resource")))

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """(from, to) of every link."""
        rows = self.instance["links"]
        return tuple(zip(rows.texts("from_resource"), rows.texts("to_resource"), strict=True))

    @cached_property
    def rules(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(dependent side, sides of which one must remain) of requires, requires_any and together.

        Rows that hold only on a condition are left out, and so are counts of a group: they cut off no option alone.
        """
        groups: dict[tuple[str, str], list[str]] = {}
        found: list[tuple[str, tuple[str, ...]]] = []
        for record in self.instance["dependencies"].records():
            side, needs, kind = str(record["project"]), str(record["needs"]), record["kind"]
            if record["when"]:
                continue
            if kind == "requires_any":
                groups.setdefault((side, str(record["group"] or "")), []).append(needs)
            elif kind in {"requires", "together"}:
                found.append((side, (needs,)))
                if kind == "together":
                    found.append((needs, (side,)))
        return (*found, *((side, tuple(needed)) for (side, _), needed in sorted(groups.items())))
