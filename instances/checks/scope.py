"""What the checks across tables look things up in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from outlay.instances.dictionary.tables import TABLES
from outlay.instances.errors import Fault
from outlay.instances.instance import Instance
from outlay.instances.table import cell_text
from outlay.instances.values.numbers import is_month
from outlay.instances.values.text import Hints, as_text, did_you_mean


def doubtful_rows(faults: Iterable[Fault]) -> frozenset[tuple[str, int]]:
    """Return (file, row number) of the rows that faults are about."""
    return frozenset((fault.where, fault.row) for fault in faults if fault.row is not None)


@dataclass(frozen=True)
class Scope:
    """An instance under check, with the names of its files.

    Attributes
    ----------
    instance, sources, settings_source
        The typed instance; file name of each table; name of the settings file.
    broken
        Tables and keys of the settings that could not be read, so that nothing can be said about what names them.
    doubtful
        (file, row number) of rows in which a cell is wrong, so that nothing can be said about its cells together.
    """

    instance: Instance
    sources: Mapping[str, str]
    settings_source: str
    broken: frozenset[str] = frozenset()
    doubtful: frozenset[tuple[str, int]] = frozenset()

    def fault(self, table: str, row: int, column: str, problem: str, remedy: str) -> Fault:
        """Return a fault of one cell."""
        rows = self.instance[table]
        cells = rows.cells.get(column)
        cell = None if cells is None else cells[row]
        text = None if cell is None else cell_text(cell)
        number = rows.rows[row] if row < len(rows.rows) else 0
        return Fault(self.sources.get(table, table), number or None, column, text, problem, remedy)

    def settings_fault(self, key: str, value: object, problem: str, remedy: str) -> Fault:
        """Return a fault of one key of the settings."""
        return Fault(self.settings_source, None, key, None if value is None else as_text(value), problem, remedy)

    def is_doubtful(self, fault: Fault) -> bool:
        """Return whether a fault is about a row in which a cell is wrong."""
        return fault.row is not None and (fault.where, fault.row) in self.doubtful

    def ids(self, table: str) -> frozenset[str]:
        """Return the ids that a table defines (its first key column)."""
        return self._ids[table]

    @cached_property
    def _ids(self) -> Mapping[str, frozenset[str]]:
        return {
            name: frozenset(str(cell) for cell in self.instance[name].raw(spec.key[0]) if cell is not None)
            for name, spec in TABLES.items()
            if spec.key
        }

    @cached_property
    def _project_hint(self) -> Hints:
        return Hints(self.ids("projects"))

    @cached_property
    def alternatives_of(self) -> Mapping[str, frozenset[str]]:
        """Alternatives of each project; `base` for a project without rows."""
        found: dict[str, set[str]] = {project: set() for project in self.ids("projects")}
        rows = self.instance["alternatives"]
        for project, name in zip(rows.raw("project"), rows.raw("alternative"), strict=True):
            found.setdefault(str(project), set()).add(str(name))
        return {project: frozenset(names or {"base"}) for project, names in found.items()}

    def choice_problem(self, cell: str, *, dated: bool) -> tuple[str, str] | None:
        """Return (problem, remedy) of a text id, id@alternative or id@alternative@YYYY-MM; None if it is right.

        Parameters
        ----------
        dated
            Whether the third form is allowed.
        """
        parts = cell.split("@")
        if parts[0] not in self.ids("projects"):
            return "there is no such project", self._project_hint(parts[0])
        if len(parts) > 1 and parts[1] not in self.alternatives_of[parts[0]]:
            names = self.alternatives_of[parts[0]]
            return f"project {parts[0]} has no such alternative", did_you_mean(parts[1], names)
        if len(parts) == 3 and dated and is_month(parts[2]):
            return None
        if len(parts) > 2:
            forms = "id, id@alternative or id@alternative@YYYY-MM" if dated else "id or id@alternative"
            return "this does not name a choice", f"write {forms}"
        return None
