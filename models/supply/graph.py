"""The supply chain as a graph: who needs, supplies, excludes and helps whom.

Nodes are named ``project:ID``, ``resource:ID`` and ``sector:NAME``; edges run from the supplier to what depends on it.
Resources that the engine fills are nodes only where a link or a parent names them: every project uses them.
Nodes and edges are added in sorted order, so nothing depends on hash order.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import networkx

from outlay.instances.dictionary.names import ENGINE_RESOURCES
from outlay.instances.errors import InputError
from outlay.instances.given import check_instance
from outlay.instances.instance import Instance

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
    check_instance("graph", instance)
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
        if record["needs"] is None:
            continue
        needed, dependent = (str(record[name]).partition("@")[0] for name in ("needs", "project"))
        attributes = {
            "lag_months": float(str(record["lag_months"])),
            "at": str(record["at"]),
            "group": str(record["group"] or ""),
            "when": ";".join(record["when"] or ()),  # type: ignore[arg-type]
            "bonus": float(str(record["bonus"])),
            "strength": float(str(record["strength"] or 0)),
        }
        yield PROJECT + needed, PROJECT + dependent, str(record["kind"]), attributes
