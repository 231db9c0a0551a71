"""The supply chain as a graph: who needs, supplies, excludes and helps whom, and what hangs on each node.

Nodes are named ``project:ID``, ``resource:ID`` and ``sector:NAME``; edges run from the supplier to what depends on it.
Resources that the engine fills are nodes only where a link or a parent names them: every project uses them.
Nodes and edges are added in sorted order, so nothing depends on hash order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx
import pandas as pd

from outlay.instances.errors import InputError
from outlay.instances.instance import Instance
from outlay.instances.settings import ENGINE_RESOURCES

PROJECT, RESOURCE, SECTOR = "project:", "resource:", "sector:"


def graph(instance: Instance) -> networkx.MultiDiGraph:
    """Return the supply chain of an instance.

    Returns
    -------
    networkx.MultiDiGraph
        Node attributes: kind (project, resource or sector), title; projects: sector, region, commitment (largest
        alternative, money); resources: resource_kind, unit. Edge attributes: kind (``supplies`` project to resource,
        ``uses`` resource to project, ``part_of`` project to sector, ``parent`` resource to parent, ``link`` between
        resources, and the dependency kinds, from the needed project to the one that needs it), amount, lag_months,
        strength, bonus, where they apply.

    Examples
    --------
    ``networkx.ancestors(outlay.graph(instance), "project:P12")`` is everything that P12 hangs on.
    """
    chain = networkx.MultiDiGraph(name=instance.name)
    _add_nodes(chain, instance)
    for source, target, kind, attributes in sorted(_edges(instance), key=repr):
        chain.add_edge(source, target, kind=kind, **attributes)
    return chain


def write_graphml(instance: Instance, path: str | Path) -> Path:
    """Write the supply chain as GraphML, for yEd, Gephi and the like; return the path.

    Raises
    ------
    InputError
        If the file exists or cannot be written.
    """
    target = Path(path)
    if target.exists():
        raise InputError.single(str(target), "something with this name exists", "choose a new name")
    try:
        networkx.write_graphml(graph(instance), target)
    except OSError as error:
        raise InputError.single(
            str(target), f"it cannot be written ({error.strerror})", "choose another place"
        ) from error
    return target


def _add_nodes(chain: networkx.MultiDiGraph, instance: Instance) -> None:
    largest = largest_commitments(instance)
    projects, resources, links = instance["projects"], instance["resources"], instance["links"]
    nested = [pair for pair in zip(resources.texts("resource"), resources.texts("parent"), strict=True) if pair[1]]
    named = {*links.texts("from_resource"), *links.texts("to_resource"), *(name for pair in nested for name in pair)}
    for project, title, sector, region in zip(
        *(projects.texts(name) for name in ("id", "name", "sector", "region")), strict=True
    ):
        chain.add_node(
            PROJECT + project, kind="project", title=title or project, sector=sector, region=region,
            commitment=largest[project],
        )  # fmt: skip
    for sector in sorted({name for name in projects.texts("sector") if name}):
        chain.add_node(SECTOR + sector, kind="sector", title=sector)
    for resource, kind, unit in zip(*(resources.texts(name) for name in ("resource", "kind", "unit")), strict=True):
        if resource not in ENGINE_RESOURCES or resource in named:
            chain.add_node(RESOURCE + resource, kind="resource", title=resource, resource_kind=kind, unit=unit)


def largest_commitments(instance: Instance) -> dict[str, float]:
    """Return the largest commitment among each project's alternatives, money."""
    largest = dict.fromkeys(instance["projects"].texts("id"), 0.0)
    table = instance.alternatives
    for project, amount in zip(table.texts("project"), table.floats("commitment").tolist(), strict=True):
        largest[project] = max(largest[project], amount)
    return largest


def _edges(instance: Instance) -> Iterable[tuple[str, str, str, dict[str, Any]]]:
    projects, resources = instance["projects"], instance["resources"]
    for project, sector in zip(projects.texts("id"), projects.texts("sector"), strict=True):
        if sector:
            yield PROJECT + project, SECTOR + sector, "part_of", {}
    for resource, parent in zip(resources.texts("resource"), resources.texts("parent"), strict=True):
        if parent:
            yield RESOURCE + resource, RESOURCE + parent, "parent", {}
    links = instance["links"]
    for link, source, target in zip(
        *(links.texts(name) for name in ("link", "from_resource", "to_resource")), strict=True
    ):
        yield RESOURCE + source, RESOURCE + target, "link", {"link": link}
    for record in instance["requirements"].records():
        ends = [RESOURCE + str(record["resource"]), PROJECT + str(record["project"])]
        if record["role"] == "supplies":
            ends.reverse()
        alternative = str(record["alternative"] or "")
        amount = float(str(record["amount"]))
        yield ends[0], ends[1], str(record["role"]), {"amount": amount, "alternative": alternative}
    for record in instance["dependencies"].records():
        needed, dependent = (str(record[name]).partition("@")[0] for name in ("needs", "project"))
        attributes = {
            "lag_months": float(str(record["lag_months"])),
            "at": str(record["at"]),
            "group": str(record["group"] or ""),
            "bonus": float(str(record["bonus"])),
            "strength": float(str(record["strength"] or 0)),
        }
        yield PROJECT + needed, PROJECT + dependent, str(record["kind"]), attributes


def exposure(instance: Instance) -> pd.DataFrame:
    """Return what is lost with each node: the projects left without any option or supplier if it is removed.

    From graph and tables alone, before any solving. A resource is supplied while it has availability, imports,
    programs, a link from a supplied resource, or a remaining project that supplies it. An alternative is lost with a
    resource that it uses and nobody supplies, or with a project that it requires; a project with its last alternative.

    Returns
    -------
    DataFrame
        One row a node whose removal costs other projects: node, kind (project, resource, sector), projects (number of
        others lost), lost (their ids), commitment (their largest alternatives, money); largest first.
    """
    chain = _Chain(instance)
    largest = largest_commitments(instance)
    projects = instance["projects"]
    removals: list[tuple[str, str, set[str], set[str]]] = [
        (project, "project", {project}, set()) for project in projects.texts("id")
    ]
    removals += [
        (name, "resource", set(), {name})
        for name in instance["resources"].texts("resource")
        if name not in ENGINE_RESOURCES
    ]
    sectors = projects.texts("sector")
    removals += [
        (
            sector,
            "sector",
            {one for one, own in zip(projects.texts("id"), sectors, strict=True) if own == sector},
            set(),
        )
        for sector in sorted(set(sectors) - {""})
    ]
    already = chain.lost(set(), set())
    records = []
    for node, kind, gone, without in removals:
        lost = sorted(chain.lost(gone, without) - gone - already)
        if lost:
            records.append([node, kind, len(lost), ";".join(lost), sum(largest[project] for project in lost)])
    table = pd.DataFrame(records, columns=["node", "kind", "projects", "lost", "commitment"])
    return table.sort_values(["commitment", "kind", "node"], ascending=[False, True, True], ignore_index=True)


@dataclass(frozen=True)
class _Chain:
    """Who needs and supplies what, by alternative."""

    instance: Instance

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
        """(dependent side, sides of which one must remain) of requires, requires_any and together."""
        groups: dict[tuple[str, str], list[str]] = {}
        found: list[tuple[str, tuple[str, ...]]] = []
        for record in self.instance["dependencies"].records():
            side, needs, kind = str(record["project"]), str(record["needs"]), record["kind"]
            if kind == "requires_any":
                groups.setdefault((side, str(record["group"] or "")), []).append(needs)
            elif kind in {"requires", "together"}:
                found.append((side, (needs,)))
                if kind == "together":
                    found.append((needs, (side,)))
        return (*found, *((side, tuple(needed)) for (side, _), needed in sorted(groups.items())))

    def lost(self, gone: set[str], without: set[str]) -> set[str]:
        """Return the projects lost when projects are gone and resources are not to be had."""
        dead = {(project, name) for project in gone for name in self.alternatives[project]}
        every = {(project, name) for project, names in self.alternatives.items() for name in names}
        while True:
            supplied = self._supplied(every - dead, without)
            more = {one for resource, users in self.users.items() if resource not in supplied for one in users}
            for side, needed in self.rules:
                if not any(self._alive(one, dead) for one in needed):
                    more |= set(self._members(side))
            if more <= dead:
                break
            dead |= more
        return {
            project for project, names in self.alternatives.items() if names and {(project, n) for n in names} <= dead
        }

    def _members(self, side: str) -> list[tuple[str, str]]:
        project, _, name = side.partition("@")
        return [(project, one) for one in self.alternatives[project] if not name or one == name]

    def _alive(self, side: str, dead: set[tuple[str, str]]) -> bool:
        return any(one not in dead for one in self._members(side))

    def _supplied(self, alive: set[tuple[str, str]], without: set[str]) -> set[str]:
        found = {name for name in self.given if name not in without}
        found |= {name for name, who in self.suppliers.items() if name not in without and who & alive}
        grown = True
        while grown:
            grown = False
            for source, target in self.links:
                if source in found and target not in found and target not in without:
                    found.add(target)
                    grown = True
        return found
