"""``outlay import``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.instances.formats.output import check_target
from outlay.instances.formats.writing import write
from outlay.instances.importing.applying import Note, import_sheet
from outlay.instances.importing.first_map import write_first_map


def run(*, source: str, map_file: str | None, output: str | None, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write a first map, or the instance that a map makes of a sheet.

    Raises
    ------
    UsageError
        If a map is given without a place for the instance, or the reverse.
    """
    if (map_file is None) != (output is None):
        raise click.UsageError("--map and -o go together; with neither, a first map is written")
    if map_file is None or output is None:
        return _first_map(source, max_file_mb=max_file_mb, as_json=as_json)
    check_target(output, folder=True)
    with Progress("importing"):
        instance, notes = import_sheet(source, map_file, max_file_mb=max_file_mb)
        target = write(instance, output)
    if as_json:
        told = [note._asdict() for note in notes]
        streams.write_json({"instance": str(target), "projects": len(instance["projects"]), "changed": told})
        return 0
    page = Page()
    tables = [f"{table.name} ({len(table)})" for table in instance.tables.values() if len(table)]
    page.line(f"{target} holds {source}: {', '.join(tables)}")
    _show_notes(page, notes)
    page.line(f"Next: outlay check {target}; outlay solve {target}", "dim")
    page.show()
    return 0


def _first_map(source: str, *, max_file_mb: float, as_json: bool) -> int:
    with Progress("looking at the sheet"):
        path = write_first_map(source, max_file_mb=max_file_mb)
    if as_json:
        streams.write_json({"map": str(path)})
        return 0
    page = Page()
    page.line(f"{path} is a first map of {source}: look through its guesses and correct them.")
    page.line(f"Then: outlay import {source} --map {path} -o my-plan", "dim")
    page.show()
    return 0


def _show_notes(page: Page, notes: Sequence[Note]) -> None:
    """Show what was changed or dropped, one line a column and reason."""
    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault((note.column, note.reason), []).append(note)
    if not groups:
        page.note("Nothing was changed or dropped.")
        return
    page.heading("What was changed or dropped")
    page.table(
        [
            Column("Column", least=8),
            Column("Why", least=20, wrap=True),
            Column("Cells", right=True),
            Column("First", least=20, wrap=True),
        ],
        [[column, reason, f"{len(found):,}", _first(found[0])] for (column, reason), found in groups.items()],
    )
    page.note(f"{words.count(len(notes), 'change')} in all, each by row: --json")


def _first(note: Note) -> str:
    place = "" if note.row is None else f"row {note.row}: "
    return place + " -> ".join(part for part in (note.was, note.now) if part)
