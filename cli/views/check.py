"""What `check` finds out about an instance: sizes, windows, what is asked of each resource, what looks forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from outlay.cli.views import words
from outlay.instances.dictionary.settings import ENGINE_RESOURCES
from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
from outlay.models.options.generation import eligible_funds
from outlay.models.ranges import wide_rows
from outlay.models.supply.exposure import exposure_within
from outlay.models.supply.graph import largest_commitments
from outlay.optimizer.answer.plans import plan_columns
from outlay.optimizer.answer.tables import dropped_table, resources_table

#: Seconds for what hangs on each node.
EXPOSURE_S = 20.0


def sizes(case: Case) -> dict[str, int]:
    """Return how large the instance and its model are."""
    blocks = list(rows_of(case))
    instance = case.instance
    return {
        "projects": len(instance["projects"]),
        "alternatives": len(instance.alternatives),
        "periods": instance.periods,
        "resources": len(instance["resources"]),
        "options": len(case.options),
        "columns": case.book.size,
        "rows": sum(len(block.keys) for block in blocks),
        "nonzeros": sum(int(block.matrix.nnz) for block in blocks),
    }


def windows(case: Case) -> list[dict[str, Any]]:
    """Return, for each project, how many options it has and the first and last start among them."""
    label, options = case.instance.period_label, case.options
    names = case.instance["projects"].texts("name")
    found = []
    for number, project in enumerate(case.alternatives.projects):
        own = options.by_project.of(number)
        record: dict[str, Any] = {
            "project": project,
            "name": names[number] or project,
            "alternatives": len(case.alternatives.by_project.of(number)),
            "alternatives_left": len(set(options.alternative[own].tolist())),
            "options": len(own),
        }
        for key, values in (
            ("selection", options.selection),
            ("start", options.start),
            ("operation", options.operation),
        ):
            ends = (int(values[own].min()), int(values[own].max())) if len(own) else None
            record[f"first_{key}"] = None if ends is None else label(ends[0])
            record[f"last_{key}"] = None if ends is None else label(ends[1])
        found.append(record)
    return found


def everything(case: Case) -> Plan:
    """Return the plan that funds every project it can: its largest alternative, in full, as early as possible."""
    options = case.options
    choices = []
    for number, project in enumerate(case.alternatives.projects):
        own = options.by_project.of(number)
        if len(own):
            # Largest commitment first, then the earliest start and selection, then the normal track.
            order = np.lexsort(
                (options.fast[own], options.selection[own], options.start[own], -options.commitment[own])
            )
            option = int(own[order[0]])
            alternative = case.alternatives.names[options.alternative[option]]
            fast, selection, start = options.fast[option], options.selection[option], options.start[option]
            choices.append(Choice(project, alternative, bool(fast), int(selection), int(start), 1.0))
    return Plan(choices=tuple(choices))


def asked(case: Case) -> Any:
    """Return what everything together would use of each resource, as the table `resources` of a report."""
    return resources_table(case, plan_columns(case, everything(case)))


def largest_total(instance: Instance) -> float:
    """Return the sum of the largest alternatives' commitments, of all projects."""
    return float(sum(largest_commitments(instance).values()))


def dropped(case: Case) -> list[dict[Any, Any]]:
    """Return what was dropped before solving, one record an alternative, track and rule."""
    records: list[dict[Any, Any]] = dropped_table(case).to_dict("records")
    return records


def exposed(instance: Instance) -> tuple[list[dict[Any, Any]], int]:
    """Return what is lost with each project, resource and sector, largest first; and how many were not looked at."""
    table, left_out = exposure_within(instance, EXPOSURE_S)
    records: list[dict[Any, Any]] = table.to_dict("records")
    return records, left_out


# -- warnings ----------------------------------------------------------------------------------------------------


def warnings(case: Case) -> list[str]:
    """Return what is legal but looks forgotten."""
    instance = case.instance
    return [
        *_about_resources(instance),
        *_about_names(instance),
        *_about_money(instance),
        *_about_projects(case),
        *_about_ranges(case),
    ]


def _about_ranges(case: Case) -> Iterator[str]:
    for found in wide_rows(case):
        more = f" (and {found.rows - 1:,} rows like it)" if found.rows > 1 else ""
        least, largest = words.number(found.least, 3), words.number(found.largest, 3)
        yield (
            f"{found.what}{more}: amounts from {least} to {largest} stand side by side; the small ones are lost beside "
            "the large ones, so leave them out or correct them"
        )


def _about_resources(instance: Instance) -> Iterator[str]:
    resources = instance["resources"]
    dated = {*instance["availability"].texts("resource")}
    given = {
        *instance["imports"].texts("resource"),
        *instance["programs"].texts("resource"),
        *instance["links"].texts("to_resource"),
    }
    supplied = {
        resource
        for resource, role in zip(*(instance["requirements"].texts(name) for name in ("resource", "role")), strict=True)
        if role == "supplies"
    }
    used = {
        *instance["requirements"].texts("resource"),
        *instance["permits"].texts("agency"),
        *instance["programs"].texts("resource"),
        *instance["links"].texts("from_resource"),
        *instance["links"].texts("to_resource"),
        *instance["links"].texts("capacity_resource"),
        *resources.texts("parent"),
        *ENGINE_RESOURCES,
    }
    for name, kind in zip(*(resources.texts(column) for column in ("resource", "kind")), strict=True):
        if name not in dated:
            others = " beside what projects, imports, programs or links bring" if name in given | supplied else ""
            yield f"resource {name} has no row in availability, so 0 of it is available{others}"
        if name not in used:
            what = "no permit names this agency" if kind == "permit" else "nothing uses it"
            yield f"resource {name}: {what}"


def _about_names(instance: Instance) -> Iterator[str]:
    alternatives = instance.alternatives
    finance = instance.settings.finance
    default = finance.terms if finance is not None else None
    for table, key, used in (
        ("permits", "permit", {*alternatives.texts("permit")}),
        ("terms", "terms", {*alternatives.texts("terms"), default}),
    ):
        for name in instance[table].texts(key):
            if name not in used:
                yield f"{table}: no alternative names {name}"
    if finance is None and len(instance["terms"]):
        yield "terms: no loan is modelled, because instance.toml has no [finance]"
    payable = {fund for project in range(len(instance["projects"])) for fund in eligible_funds(instance, project)}
    for row, fund in enumerate(instance["funds"].texts("fund")):
        if row not in payable:
            yield f"funds: no project is eligible for {fund}"


def _about_money(instance: Instance) -> Iterator[str]:
    credits = any(cell for cell in instance.alternatives.column("credit_share"))
    weighed = {name for level in instance.objective_levels for name, weight in level.weights.items() if weight}
    if credits and "credit" not in weighed:
        yield "alternatives get public credits, but the objective does not weigh `credit`: public money counts as free"
    if not any(cell for cell in instance.alternatives.column("value")) and weighed <= {"value", "cost"}:
        yield "the objective weighs `value`, but no alternative has any"


def _about_projects(case: Case) -> Iterator[str]:
    possible = case.options.project[~case.unfitting[0]]
    present = np.bincount(possible, minlength=len(case.alternatives.projects)) > 0
    for project, has, status in zip(
        case.alternatives.projects, present.tolist(), case.alternatives.status, strict=True
    ):
        if not has and status != "excluded":
            yield f"project {project} has no possible option, whatever is decided"
