"""What `check` finds out about an instance: sizes, windows, what is asked of each resource, what hangs on what."""

from __future__ import annotations

from typing import Any

import numpy as np

from outlay.instances.instance import Instance
from outlay.instances.plan import Choice, Plan
from outlay.models.case import Case
from outlay.models.families.registry import rows_of
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


def possible(case: Case, project: int) -> np.ndarray:
    """Return the options of a project that may fit."""
    own = case.options.by_project.of(project)
    return own[~case.unfitting[0][own]]


def windows(case: Case) -> list[dict[str, Any]]:
    """Return, for each project, how many options it has and the first and last start among them."""
    label, options = case.instance.period_label, case.options
    names = case.instance["projects"].texts("name")
    found = []
    for number, project in enumerate(case.alternatives.projects):
        own = possible(case, number)
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
        own = possible(case, number)
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
