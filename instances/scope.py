"""What the checks across tables look things up in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from outlay.instances.errors import Fault
from outlay.instances.instance import Instance
from outlay.instances.numbers import is_month, number_text
from outlay.instances.text import did_you_mean


@dataclass(frozen=True)
class Scope:
    """An instance under check, with the names of its files.

    Attributes
    ----------
    instance, sources, settings_source
        The typed instance; file name of each table; name of the settings file.
    """

    instance: Instance
    sources: Mapping[str, str]
    settings_source: str

    def fault(self, table: str, row: int, column: str, problem: str, remedy: str) -> Fault:
        """Return a fault of one cell."""
        rows = self.instance[table]
        cell = rows.raw(column)[row]
        text = None if cell is None else number_text(cell) if hasattr(cell, "as_tuple") else str(cell)
        number = rows.rows[row] if row < len(rows.rows) else None
        return Fault(self.sources.get(table, table), number, column, text, problem, remedy)

    def settings_fault(self, key: str, value: object, problem: str, remedy: str) -> Fault:
        """Return a fault of one key of the settings."""
        return Fault(self.settings_source, None, key, None if value is None else str(value), problem, remedy)

    def ids(self, table: str) -> frozenset[str]:
        """Return the ids that a table defines (its first key column)."""
        rows = self.instance[table]
        return frozenset(str(cell) for cell in rows.raw(rows.spec.key[0]) if cell is not None)

    @cached_property
    def alternatives_of(self) -> Mapping[str, frozenset[str]]:
        """Alternatives of each project; `base` for a project without rows."""
        found: dict[str, set[str]] = {project: set() for project in self.ids("projects")}
        rows = self.instance["alternatives"]
        for project, name in zip(rows.raw("project"), rows.raw("alternative"), strict=True):
            found.setdefault(str(project), set()).add(str(name))
        return {project: frozenset(names or {"base"}) for project, names in found.items()}

    def choice_problem(self, cell: str) -> tuple[str, str] | None:
        """Return (problem, remedy) of a text id, id@alternative or id@alternative@YYYY-MM; None if it is right."""
        parts = cell.split("@")
        if parts[0] not in self.ids("projects"):
            return "no such project", did_you_mean(parts[0], self.ids("projects"))
        if len(parts) > 1 and parts[1] not in self.alternatives_of[parts[0]]:
            names = self.alternatives_of[parts[0]]
            return f"project {parts[0]} has no such alternative", did_you_mean(parts[1], names)
        if len(parts) > 3 or (len(parts) == 3 and not is_month(parts[2])):
            return "this is not a choice", "write id, id@alternative or id@alternative@YYYY-MM"
        return None
