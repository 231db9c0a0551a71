"""The same document written otherwise."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.support.documents import Document


def shuffled(document: Document, order: Random) -> Document:
    """Return a document with the rows of each table, and the columns of each row, in another order."""
    changed = copy.deepcopy(document)
    for name, rows in changed.items():
        if isinstance(rows, list):
            order.shuffle(rows)
            changed[name] = [_reordered(row, order) for row in rows]
    for mapping in ("metrics", "discount_rates"):
        if mapping in changed["instance"]:
            changed["instance"][mapping] = _reordered(changed["instance"][mapping], order)
    return _reordered(changed, order)


def _reordered(mapping: dict[str, Any], order: Random) -> dict[str, Any]:
    keys = list(mapping)
    order.shuffle(keys)
    return {key: mapping[key] for key in keys}


def renamed(document: Document, names: dict[str, str]) -> Document:
    """Return a document with other ids of projects wherever they stand."""
    changed = copy.deepcopy(document)

    def new(cell: Any) -> Any:
        if isinstance(cell, list):
            return [new(item) for item in cell]
        if not isinstance(cell, str):
            return cell
        sides = [side.partition("@") for side in cell.split(";")]
        return ";".join(names.get(project, project) + at + rest for project, at, rest in sides)

    for table, columns in {
        "projects": ("id",),
        "alternatives": ("project",),
        "requirements": ("project",),
        "cashflows": ("project",),
        "fund_amounts": ("project",),
        "approved": ("project",),
        "dependencies": ("project", "needs", "when"),
    }.items():
        for row in changed.get(table, []):
            row.update({column: new(row[column]) for column in columns if column in row})
    for row in changed.get("limits", []):
        if row.get("by") == "project" and row.get("group") is not None:
            row["group"] = new(row["group"])
    applied = changed["instance"].get("applied", {})
    for key in ("force_in", "force_out"):
        if key in applied:
            applied[key] = [new(item) for item in applied[key]]
    return changed
