"""The alternatives of projects: what a project's row says holds for each of them that says nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from outlay.instances.dictionary.tables import ALTERNATIVE_COLUMNS
from outlay.instances.dictionary.vocabulary import Cell
from outlay.instances.table import Table


def filled_alternatives(projects: Table, given: Table, units: Mapping[str, str]) -> Table:
    """Return every alternative of every project (`Instance.alternatives`); `units` has each declared metric's."""
    rows_of: dict[Cell, list[int | None]] = {}
    for row, project in enumerate(given.raw("project")):
        rows_of.setdefault(project, []).append(row)
    pairs: list[tuple[int, int | None]] = []
    for row, project in enumerate(projects.raw("id")):
        pairs.extend((row, other) for other in rows_of.get(project, [None]))
    ids, names = projects.raw("id"), given.raw("alternative")
    cells: dict[str, tuple[Cell, ...]] = {
        "project": tuple(ids[row] for row, _ in pairs),
        "alternative": tuple("base" if other is None else names[other] for _, other in pairs),
    }
    for name in (*(column.name for column in ALTERNATIVE_COLUMNS), *units):
        here, there = given.raw(name), projects.raw(name)
        default = Decimal(0) if name in units else projects.describe(name).default
        merged: list[Cell] = []
        for row, other in pairs:
            cell = None if other is None else here[other]
            cell = there[row] if cell is None else cell
            merged.append(default if cell is None else cell)
        cells[name] = tuple(merged)
    return Table(given.spec, cells, dict(units))
