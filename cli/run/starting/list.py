"""``outlay list``."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.progress import Progress
from outlay.cli.terminal.screen import Column, Page
from outlay.cli.views import words
from outlay.instances.formats.bundled import bundled_names
from outlay.instances.formats.reading import read


def run(*, as_json: bool, **_: Any) -> int:
    """List what comes with the package."""
    with Progress("reading the bundled instances"):
        found = [(name, read(name)) for name in bundled_names()]
    if as_json:
        streams.write_json(
            {
                "instances": [
                    {
                        "name": name,
                        "title": instance.settings.title,
                        "projects": len(instance["projects"]),
                        "periods": instance.periods,
                        "sets": [
                            {"name": key, "title": str(body.get("title") or "")} for key, body in instance.sets.items()
                        ],
                    }
                    for name, instance in found
                ]
            }
        )
        return 0
    page = Page()
    for name, instance in found:
        page.heading(f"{name}: {instance.settings.title or name}")
        first, last = instance.period_label(0), instance.period_label(instance.periods - 1)
        page.note(
            f"{words.count(len(instance['projects']), 'project')}, {words.count(instance.periods, 'period')} "
            f"({first} to {last}), {words.count(len(instance.sets), 'constraint set')} beside base"
        )
        if instance.sets:
            page.table(
                [Column("Set"), Column("", least=30)],
                [[key, body.get("title") or ""] for key, body in instance.sets.items()],
            )
    page.line()
    page.line("outlay new FOLDER --from NAME copies one to edit; --set a+b combines sets.", "dim")
    page.show()
    return 0
