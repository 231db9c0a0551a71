"""``outlay convert``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Page
from outlay.cli.views import words
from outlay.instances.formats.output import check_target
from outlay.instances.formats.reading import read
from outlay.instances.formats.writing import write


def run(*, source: str, target: str, max_file_mb: float, as_json: bool, **_: Any) -> int:
    """Write an instance in another form."""
    check_target(target, folder=True)
    with Progress("converting"):
        instance = read(source, max_file_mb=max_file_mb)
        path = write(instance, target)
    if as_json:
        streams.write_json({"from": source, "to": str(path), "name": instance.name, "digest": instance.digest})
        return 0
    page = Page()
    tables = [f"{table.name} ({len(table)})" for table in instance.tables.values() if len(table)]
    page.line(f"{path} holds {source}: {words.count(len(tables), 'table')}: {', '.join(tables)}")
    page.show()
    return 0
