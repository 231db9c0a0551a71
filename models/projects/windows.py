"""Windows of requirements and cash flows: which periods a row covers for an option."""

from __future__ import annotations

import numpy as np

from outlay.instances.table import Table
from outlay.models.arrays.ragged import Groups
from outlay.models.projects.alternatives import Alternatives


def rows_by_alternative(alternatives: Alternatives, table: Table, keep: np.ndarray) -> Groups:
    """Return the rows of a table (with columns project and alternative) that apply to each alternative.

    A blank alternative stands for all of the project's.

    Parameters
    ----------
    keep
        Which rows count, shape (rows,).
    """
    pairs: list[tuple[int, int]] = []
    members, first = alternatives.by_project.items.tolist(), alternatives.by_project.first.tolist()
    for row, (project, name) in enumerate(zip(table.texts("project"), table.raw("alternative"), strict=True)):
        if not keep[row]:
            continue
        if name is not None:
            pairs.append((alternatives.number[project, str(name)], row))
        else:
            number = alternatives.project_number[project]
            pairs.extend((one, row) for one in members[first[number] : first[number + 1]])
    pairs.sort()
    groups = np.array([group for group, _ in pairs], dtype=int)
    items = np.array([row for _, row in pairs], dtype=int)
    return Groups(items, np.searchsorted(groups, np.arange(len(alternatives.project) + 1)))
